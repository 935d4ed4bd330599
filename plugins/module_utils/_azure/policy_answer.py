# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``azure_patch_policy`` answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .._core.change_set import ChangeSet, diffs
from .maintenance_ids import subscription_of
from .maintenance_window import opens_when
from .policy_items import WantedConfiguration
from .policy_schedule_items import Account, ScheduleChanges


@dataclass(frozen=True, slots=True)
class Changes:
    """What has to be done, in the order in which it is done. ``scopes`` are the configurations' with what they get."""

    removed: Sequence[ChangeSet]
    surplus_scopes: Sequence[ChangeSet]
    configurations: Mapping[WantedConfiguration, ChangeSet]
    scopes: Sequence[tuple[WantedConfiguration, ChangeSet]]
    schedules: ScheduleChanges = field(default_factory=ScheduleChanges)

    def every(self) -> list[ChangeSet]:
        """All of them."""
        scopes = [change for _configuration, change in self.scopes]
        return [
            *self.removed,
            *self.surplus_scopes,
            *self.configurations.values(),
            *scopes,
            *self.schedules.every(),
        ]

    @property
    def count(self) -> int:
        """How many resources change."""
        return sum(change.changed for change in self.every())


def answer(changes: Changes, now: datetime, *, check: bool = False) -> dict[str, Any]:
    """The module's result, with ``check`` of what was not done."""
    return {
        "changed": changes.count > 0,
        "diff": diffs(changes.every()),
        "configurations": [
            {"subscription": wanted.subscription, "changed": change.changed}
            | {name: change.after[name] for name in ("id", "name", "resource_group", "location")}
            | {"opens": opens_when(change.after["maintenance_window"], now, 1)}
            for wanted, change in changes.configurations.items()
        ],
        "dynamic_scopes": [
            {"configuration": wanted.name, "changed": change.changed}
            | {name: change.after[name] for name in ("id", "scope")}
            for wanted, change in changes.scopes
        ],
        "removed_configurations": [
            {"subscription": subscription_of(change.before["id"])}
            | {name: change.before[name] for name in ("id", "name", "resource_group")}
            for change in changes.removed
        ],
        "schedules": [_shown(account, change.after, change) for account, change in changes.schedules.schedules],
        "removed_schedules": [_shown(account, change.before, change) for account, change in changes.schedules.removed],
        "lines": lines(changes, check=check),
    }


def lines(changes: Changes, *, check: bool = False) -> list[str]:
    """What was done in each subscription, or would be, a line each."""
    told: dict[str, dict[str, list[str]]] = {}
    for subscription, done, what in _parts(changes, check):
        told.setdefault(subscription, {}).setdefault(done, []).append(what)
    return [
        f"{subscription}: " + "; ".join(f"{done} {', '.join(what)}" for done, what in parts.items())
        for subscription, parts in told.items()
    ]


def _parts(changes: Changes, check: bool) -> Iterator[tuple[str, str, str]]:
    """Subscription, what is said, and of what."""
    for change in changes.removed:
        yield subscription_of(change.before["id"]), change.told("configurations", check=check), change.before["name"]
    for wanted, change in changes.configurations.items():
        yield wanted.subscription, change.told("configurations", check=check), wanted.name
    for wanted, change in changes.scopes:
        yield subscription_of(change.after["id"]), change.told("dynamic scopes of", check=check), wanted.name
    for change in changes.surplus_scopes:
        yield subscription_of(change.before["id"]), change.told("dynamic scopes", check=check), change.before["name"]
    for account, change in changes.schedules.removed:
        yield account.subscription, change.told("schedules", check=check), change.before["name"]
    for account, change in changes.schedules.schedules:
        yield account.subscription, change.told("schedules", check=check), change.after["name"]


def _shown(account: Account, schedule: Mapping[str, Any], change: ChangeSet) -> dict[str, Any]:
    return {
        "subscription": account.subscription,
        "resource_group": account.group,
        "automation_account_name": account.name,
        "name": schedule["name"],
        "changed": change.changed,
    }
