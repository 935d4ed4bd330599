# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is there of a policy in each subscription: its configurations and what they are assigned to, one list each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._core.nodes import canonical_id
from .._core.targets import Target, answers_of, on_targets
from .client import Connection
from .maintenance import assignment_of, is_dynamic
from .maintenance_assignment_plan import scope_from_api
from .maintenance_configuration import NO_GROUP, fetch, list_assignments, list_configurations
from .maintenance_ids import group_of_id, subscription_of
from .policy_items import PurgeRule, WantedConfiguration, WantedPolicy
from .session import AzureSession
from .vm_states import NOT_FOUND

_LISTINGS: Mapping[str, Callable[[Connection, str], list[dict[str, Any]]]] = {
    "configurations": list_configurations,
    "assignments": list_assignments,
}


@dataclass(frozen=True, slots=True)
class PolicyState:
    """The configurations by their canonical id, and all assignments of the subscriptions that were read."""

    configurations: Mapping[str, dict[str, Any]]
    assignments: Sequence[dict[str, Any]]

    def configuration(self, wanted: WantedConfiguration) -> dict[str, Any] | None:
        """What is there of a configuration."""
        return self.configurations.get(canonical_id(wanted.id))

    def scopes_of(self, resource_id: str) -> list[dict[str, Any]]:
        """The dynamic scopes of a configuration."""
        return [scope_from_api(entry) for entry in self._assigned_to(resource_id) if is_dynamic(entry)]

    def assignments_of(self, resource_id: str) -> list[str]:
        """The ids of everything that a configuration is assigned to."""
        return [str(entry["id"]) for entry in self._assigned_to(resource_id)]

    def surplus(self, rule: PurgeRule, wanted: WantedPolicy) -> list[dict[str, Any]]:
        """The configurations that a rule says have to go, since nobody wants them."""
        kept = {canonical_id(one.id) for one in wanted.configurations}
        place = f"/subscriptions/{rule.subscription}/"
        return [
            found
            for key, found in sorted(self.configurations.items())
            if key.startswith(place) and key not in kept and rule.fits(found)
        ]

    def _assigned_to(self, resource_id: str) -> list[dict[str, Any]]:
        key = canonical_id(resource_id)
        return [entry for entry in self.assignments if (found := assignment_of(entry)) and found.configuration == key]


def read_state(session: AzureSession, wanted: WantedPolicy) -> PolicyState:
    """Read all of it side by side. Raises CloudError for what cannot be read, and for what is to be in a resource group
    that does not exist."""
    answers = answers_of(
        on_targets(
            session,
            [Target(one, "", ((one, kind),)) for one in wanted.subscriptions() for kind in _LISTINGS],
            lambda connection, target: _LISTINGS[target.items[0][1]](connection, target.items[0][0]),
        )
    )
    found = [entry for (_place, kind), listed in answers.items() if kind == "configurations" for entry in listed]
    assigned = [entry for (_place, kind), listed in answers.items() if kind == "assignments" for entry in listed]
    state = PolicyState({canonical_id(str(one["id"])): one for one in found}, assigned)
    _refuse_missing_groups(session, wanted, state)
    return state


def _refuse_missing_groups(session: AzureSession, wanted: WantedPolicy, state: PolicyState) -> None:
    """With a group that does not exist what is to go would be gone before the first write failed. A group that has a
    configuration already is not asked for, so that what is in force costs no request."""
    new = {_group_of(one.id): one.id for one in wanted.configurations if state.configuration(one) is None}
    for there in state.configurations:
        new.pop(_group_of(there), None)
    answers_of(
        on_targets(
            session,
            [Target(subscription_of(one), "", (one,)) for one in new.values()],
            lambda connection, target: fetch(connection, target.items[0], NOT_FOUND - {NO_GROUP}),
        )
    )


def _group_of(resource_id: str) -> tuple[str, str]:
    return subscription_of(resource_id).lower(), group_of_id(resource_id).lower()
