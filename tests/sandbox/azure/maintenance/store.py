# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Maintenance configurations and assignments of a subscription: at first those that the fleet file declares
(fleets/README.md, "Azure machines"), each a resource in the API's own form, with its id."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from azure.mgmt.maintenance.models import ConfigurationAssignment, MaintenanceConfiguration

from ..arm.ids import parse_id
from ..arm.validate import answer_violations
from ..graph.lag import Lagging
from ..world import AzureWorld

CONFIGURATION = "Microsoft.Maintenance/maintenanceConfigurations"
ASSIGNMENT = "Microsoft.Maintenance/configurationAssignments"
BEHIND = f"/providers/{ASSIGNMENT}/"
USUAL = {"maintenanceScope": "InGuestPatch", "visibility": "Custom", "namespace": "Microsoft.Maintenance"}
Resource = dict[str, Any]


class DeclarationError(ValueError):
    """The fleet file declares something that is no maintenance configuration or assignment."""


class MaintenanceStore:
    """What a subscription has, by the ids in lower case. A resource is never changed in place."""

    def __init__(self, world: AzureWorld, subscription: str) -> None:
        """Raises DeclarationError."""
        self.configurations = {
            str(one["id"]).lower(): one | {"properties": USUAL | one["properties"]}
            for one in _declared(world.settings.maintenance_configurations, CONFIGURATION, MaintenanceConfiguration)
            if _is_in(one, subscription)
        }
        self.assignments = {
            str(one["id"]).lower(): one
            for one in _declared(world.settings.assignments, ASSIGNMENT, ConfigurationAssignment)
            if _is_in(one, subscription)
        }
        self.shown = Lagging(world)
        """What Resource Graph shows of both."""
        for key, resource in (*self.configurations.items(), *self.assignments.items()):
            self.shown.begin(key, resource)


def configuration_of(world: AzureWorld, resource_id: str) -> Resource | None:
    """The configuration of that id, in whichever subscription and case; None when there is none."""
    try:
        parts = parse_id(resource_id)
    except ValueError:
        return None
    if world.subscription(parts.subscription) is None or not parts.is_type(CONFIGURATION):
        return None
    return world.store(MaintenanceStore, parts.subscription).configurations.get(resource_id.lower())


def assignments_of(world: AzureWorld, configuration: str) -> Iterator[Resource]:
    """The assignments of a configuration, of all subscriptions."""
    for _subscription, store in world.stores(MaintenanceStore):
        for one in store.assignments.values():
            if str(one["properties"].get("maintenanceConfigurationId", "")).lower() == configuration.lower():
                yield one


def scope_of(resource: Mapping[str, Any]) -> str:
    """What an assignment is for, in lower case: the id of a machine, a resource group or a subscription."""
    return str(resource["id"]).lower().partition(BEHIND.lower())[0]


def is_dynamic(resource: Mapping[str, Any]) -> bool:
    """Whether an assignment is for whatever fits its filter."""
    return not parse_id(scope_of(resource)).type


def _is_in(resource: Mapping[str, Any], subscription: str) -> bool:
    return parse_id(resource["id"]).subscription.lower() == subscription.lower()


def _declared(declared: Iterable[Mapping[str, Any]], kind: str, model: type[Any]) -> Iterator[Resource]:
    for one in declared:
        yield _resource(one, kind, model)


def _resource(declared: Mapping[str, Any], kind: str, model: type[Any]) -> Resource:
    given = str(declared.get("id", ""))
    try:
        parts = parse_id(given)
    except ValueError as error:
        raise DeclarationError(f"{kind}: {error}") from None
    if not parts.is_type(kind):
        raise DeclarationError(f"{given} is not the id of a {kind}")
    resource = {"name": parts.name, "type": kind, "properties": {}, **declared}
    wrong = answer_violations(model, resource)
    if wrong:
        raise DeclarationError(f"{given}: {wrong[0]}")
    return resource
