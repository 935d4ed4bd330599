# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading a whole policy into the model; what the keys mean to each other is looked at in ``checks``."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

from ..nodes import AWS_ACCOUNT
from . import defaults
from .fields import Fields
from .located import MAP, NUMBER, TEXT, Located
from .model import CONTROLLER, DELIVERIES, AccountAccess, Environment, Gate, Policy, Slot
from .problems import Problems
from .read_approvals import read_approvals
from .read_batches import read_application, read_batches
from .read_calendar import read_exclusion, read_freeze, read_slot, read_timezone
from .read_configurations import read_configurations
from .read_settings import SETTING_KEYS, read_gate, read_settings, read_waves
from .read_windows import read_windows

ROOT = "patch_policy"
KEYS = (
    "version",
    "timezone",
    "tag_keys",
    "group_format",
    "environments",
    "slots",
    "approvals",
    "batches",
    "defaults",
    "applications",
    "exclusions",
    "freezes",
    "accounts",
)
_OF_ENVIRONMENTS = ("gate", "waves", "maintenance_windows", "maintenance_configurations")
"""What may stand in an environment and in the defaults, and nowhere else."""
_PROVIDER = re.compile(r"[a-z][a-z0-9_]*\Z")
_ROLE = re.compile(r"arn:[a-z0-9-]+:iam::\d{12}:role/\S+\Z")


def find_root(document: Located, problems: Problems) -> tuple[Located, str]:
    """The policy in a document and its path: below ``patch_policy``, or the document itself."""
    if document.kind != MAP:
        problems.add(document.line, "", f"{document.shown} cannot be used; allowed: a mapping with {ROOT}")
        return Located(MAP), ""
    if ROOT not in document.entries:
        return document, ""
    for key, value in document.entries.items():
        if key in KEYS:
            problems.add(value.line, key, f"stands beside {ROOT}; allowed: below it, so indent it")
        elif not key.startswith("patch_"):
            problems.add(value.line, key, f"there is no such key beside {ROOT}; allowed: variables named patch_...")
    return document.entries[ROOT], ROOT


def read_policy(value: Located, path: str, problems: Problems) -> Policy:
    """The policy that the keys describe; what cannot be used is written down and replaced by a default."""
    fields = Fields(value, path, problems, KEYS)
    _read_version(fields)
    timezone = read_timezone(fields)
    zone = ZoneInfo(timezone)
    slots = fields.records("slots", lambda item, at: read_slot(item, at, problems), "slots")
    default = fields.sub("defaults", (*_OF_ENVIRONMENTS, *SETTING_KEYS))
    gate = read_gate(default) or defaults.GATE
    batches = read_batches(fields)
    return Policy(
        timezone=timezone,
        tag_keys=_read_tag_keys(fields),
        group_format=fields.text("group_format", defaults.GROUP_FORMAT),
        environments=_read_environments(fields, slots, gate),
        slots=slots,
        approvals=read_approvals(fields),
        batches=batches if fields.has("batches") else defaults.BATCHES,
        gate=gate,
        waves=read_waves(default) or defaults.WAVES,
        settings=read_settings(default),
        windows=read_windows(default),
        configurations=read_configurations(default),
        applications=fields.records(
            "applications", lambda item, at: read_application(item, at, problems), "applications"
        ),
        exclusions=fields.records(
            "exclusions", lambda item, at: read_exclusion(item, at, problems, zone), "exclusions"
        ),
        freezes=fields.records("freezes", lambda item, at: read_freeze(item, at, problems, zone), "freezes"),
        accounts=_read_accounts(fields),
    )


def _read_version(fields: Fields) -> None:
    version = fields.get("version")
    if fields.has("version") and (version.kind not in (NUMBER, TEXT) or version.text != "1"):
        fields.wrong("version", "1, the only version of the format so far")


def _read_environments(fields: Fields, slots: tuple[Slot, ...], gate: Gate) -> tuple[Environment, ...]:
    if fields.has("environments"):
        return fields.records(
            "environments", lambda item, at: _read_environment(item, at, fields.problems, gate), "environments"
        )
    return tuple(Environment(name) for name in dict.fromkeys(slot.environment for slot in slots) if name)


def _read_environment(value: Located, path: str, problems: Problems, gate: Gate) -> Environment:
    if value.kind in (TEXT, NUMBER):
        value = Located(MAP, value.line, entries={"name": value})
    known = ("name", "delivery", "approval", *_OF_ENVIRONMENTS, *SETTING_KEYS)
    fields = Fields(value, path, problems, known)
    return Environment(
        name=fields.name(),
        delivery=fields.choice("delivery", DELIVERIES, CONTROLLER),
        approval=fields.text("approval"),
        gate=read_gate(fields, gate),
        waves=read_waves(fields),
        settings=read_settings(fields),
        windows=read_windows(fields),
        configurations=read_configurations(fields),
    )


def _read_tag_keys(fields: Fields) -> dict[str, dict[str, tuple[str, ...]]]:
    tag_keys = {provider: dict(keys) for provider, keys in defaults.TAG_KEYS.items()}
    given = fields.sub("tag_keys", None)
    for provider, value in given.entries.items():
        if not _PROVIDER.match(provider):
            fields.problems.add(
                value.line, given.at(provider), "is no provider; allowed: aws, azure, or a name like these"
            )
            continue
        keys = given.sub(provider, None)
        read = {key: keys.texts(key) or () for key in keys.entries}
        tag_keys[provider] = tag_keys.get(provider, {}) | {key: texts for key, texts in read.items() if texts}
    return tag_keys


def _read_accounts(fields: Fields) -> dict[str, dict[str, AccountAccess]]:
    given = fields.sub("accounts", ("aws",))
    if not given.has("aws"):
        return {}
    accounts = given.sub("aws", None)
    access: dict[str, AccountAccess] = {}
    for account, value in accounts.entries.items():
        if not AWS_ACCOUNT.match(account):
            allowed = "an AWS account of 12 digits, in quotes"
            fields.problems.add(value.line, accounts.at(account), f"{account!r} cannot be used; allowed: {allowed}")
        role = accounts.sub(account, ("role_arn", "external_id", "session_name"))
        access[account] = AccountAccess(
            role_arn=role.text("role_arn", required="arn:aws:iam::<account>:role/<name>", pattern=_ROLE),
            external_id=role.text("external_id"),
            session_name=role.text("session_name"),
        )
    return {"aws": access}
