# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Maintenance configurations and their assignments, as the fleet file declares them (fleets/README.md, "Azure
machines"): each is a resource in the API's own form, with its id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from azure.mgmt.maintenance.models import ConfigurationAssignment, MaintenanceConfiguration

from ..arm.ids import parse_id
from ..arm.validate import answer_violations
from ..world import AzureWorld

CONFIGURATION = "Microsoft.Maintenance/maintenanceConfigurations"
ASSIGNMENT = "Microsoft.Maintenance/configurationAssignments"
BEHIND = f"/providers/{ASSIGNMENT}/"
_USUAL = {"maintenanceScope": "InGuestPatch", "visibility": "Custom", "namespace": "Microsoft.Maintenance"}


class DeclarationError(ValueError):
    """The fleet file declares something that is no maintenance configuration or assignment."""


def configurations(world: AzureWorld, subscription: str) -> Iterator[dict[str, Any]]:
    """The configurations of a subscription. Raises DeclarationError."""
    for declared in world.settings.maintenance_configurations:
        resource = _resource(declared, CONFIGURATION, MaintenanceConfiguration)
        if _is_in(resource, subscription):
            yield resource | {"properties": _USUAL | resource["properties"]}


def assignments(world: AzureWorld, subscription: str) -> Iterator[dict[str, Any]]:
    """The assignments of a subscription: of single machines (``resourceId``) and dynamic scopes (``filter``)."""
    for declared in world.settings.assignments:
        resource = _resource(declared, ASSIGNMENT, ConfigurationAssignment)
        if _is_in(resource, subscription):
            yield resource


def scope_of(resource: Mapping[str, Any]) -> str:
    """What an assignment is for, in lower case: the id of a machine, a resource group or a subscription."""
    return str(resource["id"]).lower().partition(BEHIND.lower())[0]


def _is_in(resource: Mapping[str, Any], subscription: str) -> bool:
    return parse_id(resource["id"]).subscription.lower() == subscription.lower()


def _resource(declared: Mapping[str, Any], kind: str, model: type[Any]) -> dict[str, Any]:
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
