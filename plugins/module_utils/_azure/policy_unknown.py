# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Configurations and schedules that look like a policy's, and that no policy of a call explains.

They may install at a time that nobody means any more. Another team may have a policy of its own, so they are told of
and left alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .._core.nodes import canonical_id
from .maintenance import assignment_of
from .maintenance_ids import group_of_id, name_of_id, subscription_of
from .maintenance_window import opens_when
from .policy_items import WantedPolicy, WatchRule
from .policy_schedule_items import Account
from .policy_state import PolicyState


@dataclass(frozen=True, slots=True)
class UnknownConfiguration:
    """A configuration that is told of. Without a ``tag`` it was not read: only a dynamic scope of ``scope`` has it."""

    id: str
    name: str
    tag: str = ""
    opens: Sequence[str] = ()
    scope: str = ""

    def to_dict(self) -> dict[str, Any]:
        """As the module returns it."""
        place = {"subscription": subscription_of(self.id), "resource_group": group_of_id(self.id)}
        return {**place, "id": self.id, "name": self.name, "opens": list(self.opens)}

    @property
    def warning(self) -> str:
        """What a person should look at."""
        what, where = f"the maintenance configuration {self.name}", subscription_of(self.id)
        remedy = "delete it with azure_maintenance_configuration"
        if not self.tag:
            return (
                f"{what} of {where}, a subscription that is not looked at, has a dynamic scope in {self.scope}, and no "
                f"policy of this call makes it: it may install on machines there. If it is left from where the "
                f"configurations were before, {remedy}"
            )
        opens = f"it opens next at {self.opens[0]}" if self.opens else "it does not open any more"
        return (
            f"{what} in {where} is tagged as that of {self.tag}, and no policy of this call makes one of that name: "
            f"{opens}. If its prefix or its environment is no longer used, {remedy}"
        )


@dataclass(frozen=True, slots=True)
class UnknownSchedule:
    """A deployment schedule that is told of."""

    account: Account
    name: str
    description: str

    def to_dict(self) -> dict[str, Any]:
        """As the module returns it."""
        place = {"subscription": self.account.subscription, "resource_group": self.account.group}
        return {**place, "automation_account_name": self.account.name, "name": self.name}

    @property
    def warning(self) -> str:
        """What a person should look at."""
        return (
            f"the deployment schedule {self.name} of {self.account.shown} is described as {self.description!r}, and no "
            f"policy of this call makes one of that name. If its prefix or its environment is no longer used, delete "
            f"it with azure_deployment_schedule"
        )


def unknown_configurations(
    wanted: WantedPolicy, state: PolicyState, removed: Collection[str], now: datetime
) -> list[UnknownConfiguration]:
    """The configurations to tell of. ``removed``: canonical ids of those that go."""
    explained = {*removed, *(canonical_id(one.id) for one in wanted.configurations)}
    found: dict[str, UnknownConfiguration] = {}
    for rule in wanted.watch:
        for key, one in sorted(state.configurations.items()):
            tag = rule.tag_of(one)
            if subscription_of(key) == rule.subscription and key not in explained and rule.wonders(one["name"], tag):
                opens = opens_when(one["maintenance_window"], now, 1)
                found.setdefault(key, UnknownConfiguration(one["id"], one["name"], str(tag), opens))
        for scope, key in _elsewhere(rule, wanted, state):
            if key not in explained:
                found.setdefault(key, UnknownConfiguration(key, name_of_id(key), scope=scope))
    return list(found.values())


def _elsewhere(rule: WatchRule, wanted: WantedPolicy, state: PolicyState) -> Iterator[tuple[str, str]]:
    """Dynamic scopes in the rule's subscription whose configuration is where nobody looked, with that."""
    read = wanted.subscriptions()
    ours = {value for purge in wanted.purge for name, value in purge.tags.items() if name.lower() == rule.tag_key}
    for entry in state.assignments:
        assigned = assignment_of(entry)
        if assigned is None or assigned.filters is None or subscription_of(assigned.scope) != rule.subscription:
            continue
        if subscription_of(assigned.configuration) not in read and rule.doubts(
            name_of_id(assigned.configuration), ours
        ):
            yield assigned.scope, assigned.configuration
