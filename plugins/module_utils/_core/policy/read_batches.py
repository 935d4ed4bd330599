# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading batches and applications."""

from __future__ import annotations

import re

from .fields import Fields
from .located import Located
from .model import CHECK_KINDS, Application, Batch, Check
from .problems import Problems
from .read_settings import SETTING_KEYS, read_match, read_settings, read_waves

BATCH_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}\Z")
BATCH_NAME_ALLOWED = (
    "a name of letters, digits and '_' that does not begin with a digit, since it is an Ansible group too"
)
APPLICATION_NAME = re.compile(r"\S(.{0,126}\S)?\Z")

_PORT = re.compile(r"[1-9]\d{0,4}\Z")
_URL = re.compile(r"https?://[^\s/]+\S*\Z")


def read_batches(fields: Fields, key: str = "batches") -> tuple[Batch, ...]:
    """A list of batches; one that does not say what it waits for waits for the one before it."""
    value = fields.get(key)
    read = fields.records(key, lambda item, path: _read_batch(item, path, fields.problems), "batches")
    batches: list[Batch] = []
    for index, batch in enumerate(read):
        says_after = value.items[index].entries.get("after") is not None
        if not says_after and batches:
            batch = Batch(batch.name, batch.match, (batches[-1].name,), batch.waves, batch.settings)
        batches.append(batch)
    return tuple(batches)


def _read_batch(value: Located, path: str, problems: Problems) -> Batch:
    fields = Fields(value, path, problems, ("name", "match", "after", "waves", *SETTING_KEYS))
    return Batch(
        name=fields.text("name", required=BATCH_NAME_ALLOWED, pattern=BATCH_NAME),
        match=read_match(fields.get("match"), fields.at("match"), problems),
        after=fields.texts("after") or (),
        waves=read_waves(fields),
        settings=read_settings(fields),
    )


def read_application(value: Located, path: str, problems: Problems) -> Application:
    """One application."""
    fields = Fields(value, path, problems, ("name", "batches", "hooks", "checks", *SETTING_KEYS))
    hooks = fields.sub("hooks", ("before", "after"))
    return Application(
        name=fields.text("name", required="the application's name as the nodes carry it", pattern=APPLICATION_NAME),
        batches=read_batches(fields),
        hook_before=hooks.text("before"),
        hook_after=hooks.text("after"),
        checks=fields.records("checks", lambda item, at: _read_check(item, at, problems), "checks"),
        settings=read_settings(fields),
    )


def _read_check(value: Located, path: str, problems: Problems) -> Check:
    fields = Fields(value, path, problems, ("batch", "status", *CHECK_KINDS))
    kinds = [kind for kind in CHECK_KINDS if fields.has(kind)]
    kind = kinds[0] if kinds else ""
    if len(kinds) != 1:
        found = " and ".join(kinds) if kinds else "none of them"
        problems.add(value.line, path, f"has {found}; allowed: exactly one of {', '.join(CHECK_KINDS)}")
    status = fields.integer("status", 100, 599)
    if status is not None and kind != "http":
        problems.add(fields.get("status").line, fields.at("status"), "belongs to a check of kind http only")
    return Check(
        kind=kind,
        target=_read_target(fields, kind),
        batch=fields.text("batch"),
        status=(status or 200) if kind == "http" else None,
    )


def _read_target(fields: Fields, kind: str) -> str:
    if kind == "port":
        text = fields.text("port", required="a port from 1 to 65535", pattern=_PORT)
        if text and int(text) > 65535:
            fields.wrong("port", "a port from 1 to 65535")
        return text
    if kind == "http":
        return fields.text("http", required="a URL that begins with http:// or https://", pattern=_URL)
    return fields.text(kind, required="a text") if kind else ""
