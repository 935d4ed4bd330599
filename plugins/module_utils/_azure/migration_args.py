# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of ``azure_schedule_migration``, and what they mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from .._core.errors import InputError
from .maintenance_check import check_zone
from .maintenance_ids import check_name, configuration_id
from .membership_args import Place, places_of
from .migration_losses import ACCEPTABLE
from .migration_map import Rules

ONLY, ANY = "only", "any"

_TEXTS: dict[str, Any] = {"type": "list", "elements": "str"}

MIGRATION_ARGS: dict[str, Any] = {
    "automation_accounts": {
        "type": "list",
        "elements": "dict",
        "options": {
            "subscription_id": {"type": "str"},
            "resource_group": {"type": "str", "required": True},
            "automation_account_name": {"type": "str", "required": True},
        },
    },
    "export_files": {"type": "list", "elements": "path"},
    "schedules": _TEXTS,
    "enabled": {"type": "str", "choices": [ONLY, ANY], "default": ANY},
    "resource_group": {"type": "str", "required": True},
    "location": {"type": "str", "required": True},
    "name_prefix": {"type": "str", "default": ""},
    "names": {"type": "dict"},
    "time_zones": {"type": "dict"},
    "machine_subscriptions": _TEXTS,
    "accept": {**_TEXTS, "choices": list(ACCEPTABLE), "default": []},
    "purge_assignments": {"type": "bool", "default": False},
}
CONSTRAINTS: dict[str, Any] = {"required_one_of": [("automation_accounts", "export_files")]}


@dataclass(frozen=True, slots=True)
class Settings:
    """What the options ask for. ``subscription`` and ``group`` are where the configurations are to be."""

    places: tuple[Place, ...]
    files: tuple[str, ...]
    patterns: tuple[str, ...]
    enabled_only: bool
    subscription: str
    group: str
    machine_subscriptions: tuple[str, ...]
    purge: bool
    rules: Rules = field(hash=False)

    def wants(self, name: str) -> bool:
        """Whether the schedule of this name is to be moved."""
        return not self.patterns or any(fits(pattern, name) for pattern in self.patterns)


def fits(pattern: str, name: str) -> bool:
    """Whether a name fits a pattern; names of Azure are the same in whatever case."""
    return fnmatchcase(name.casefold(), pattern.casefold())


def settings_of(params: Mapping[str, Any], own_subscription: str) -> Settings:
    """What the options ask for. Raises InputError for what cannot be used; nothing is asked of Azure here."""
    configuration_id(own_subscription, params["resource_group"], "any")
    if not params["location"].strip():
        raise InputError("location", params["location"], "the name of a location, such as westeurope")
    prefix = params["name_prefix"]
    if prefix:
        check_name("name_prefix", prefix)
    accounts = params["automation_accounts"]
    files = _texts("export_files", params["export_files"], "paths of files")
    return Settings(
        places_of("automation_accounts", accounts, own_subscription) if accounts or not files else (),
        files,
        _texts("schedules", params["schedules"], "names of schedules, or patterns such as prod-*"),
        params["enabled"] == ONLY,
        own_subscription,
        params["resource_group"],
        _texts("machine_subscriptions", params["machine_subscriptions"], "ids of subscriptions"),
        params["purge_assignments"],
        Rules(
            params["location"],
            prefix,
            frozenset(params["accept"]),
            _zones(params["time_zones"] or {}),
            _names(params["names"] or {}),
        ),
    )


def _texts(option: str, listed: Sequence[Any] | None, allowed: str) -> tuple[str, ...]:
    for text in listed or ():
        if not str(text).strip():
            raise InputError(option, text, f"{allowed}, none of them empty")
    if listed is not None and not listed:
        raise InputError(option, listed, f"{allowed}, at least one; leave it out for none")
    return tuple(str(text) for text in listed or ())


def _zones(given: Mapping[Any, Any]) -> dict[str, str]:
    for zone, windows in given.items():
        check_zone(f"time_zones.{zone}", str(windows))
    return {str(zone): str(windows) for zone, windows in given.items()}


def _names(given: Mapping[Any, Any]) -> dict[str, str]:
    for schedule, name in given.items():
        check_name(f"names.{schedule}", str(name))
    return {str(schedule): str(name) for schedule, name in given.items()}
