# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading maintenance configurations and configuration assignments."""

from __future__ import annotations

from azure.mgmt.maintenance.models import ConfigurationAssignment, MaintenanceConfiguration

from ..arm.answer import Answer
from ..arm.call import Call
from ..arm.errors import resource_not_found
from ..arm.ids import parse_id, same_id
from ..arm.paging import paged
from ..arm.registry import operation
from .declared import ASSIGNMENT, CONFIGURATION, assignments, configurations, scope_of

VERSIONS = ("2022-11-01-preview", "2023-04-01", "2023-09-01-preview", "2023-10-01-preview")
SUBSCRIPTION = "/subscriptions/{subscription}"
GROUP = f"{SUBSCRIPTION}/resourceGroups/{{group}}"
MACHINE = f"{GROUP}/providers/{{provider}}/{{kind}}/{{machine}}"
PROVIDER = "providers/Microsoft.Maintenance"


@operation(
    "GET",
    f"{GROUP}/{PROVIDER}/maintenanceConfigurations/{{name}}",
    versions=VERSIONS,
    name=f"{CONFIGURATION}/read",
    answer=MaintenanceConfiguration,
)
def get_configuration(call: Call) -> Answer:
    """One configuration."""
    wanted = f"{call.group_id}/{PROVIDER}/maintenanceConfigurations/{call.params['name']}"
    for one in configurations(call.world, call.subscription):
        if same_id(one["id"], wanted):
            return Answer(200, one)
    raise resource_not_found(CONFIGURATION, call.params["name"], call.group)


@operation("GET", f"{GROUP}/{PROVIDER}/maintenanceConfigurations", versions=VERSIONS, name=f"{CONFIGURATION}/read")
def list_configurations_by_group(call: Call) -> Answer:
    """The configurations of a resource group."""
    found = configurations(call.world, call.subscription)
    return paged(call, [one for one in found if same_id(parse_id(one["id"]).group, call.group)])


@operation(
    "GET", f"{SUBSCRIPTION}/{PROVIDER}/maintenanceConfigurations", versions=VERSIONS, name=f"{CONFIGURATION}/read"
)
def list_configurations(call: Call) -> Answer:
    """The configurations of a subscription."""
    return paged(call, configurations(call.world, call.subscription))


@operation("GET", f"{SUBSCRIPTION}/{PROVIDER}/configurationAssignments", versions=VERSIONS, name=f"{ASSIGNMENT}/read")
def list_assignments(call: Call) -> Answer:
    """All assignments of a subscription, whatever they are for."""
    return paged(call, assignments(call.world, call.subscription))


def _one(call: Call, scope: str) -> Answer:
    for one in assignments(call.world, call.subscription):
        if scope_of(one) == scope.lower() and same_id(one["name"], call.params["name"]):
            return Answer(200, one)
    raise resource_not_found(ASSIGNMENT, call.params["name"], call.group)


@operation(
    "GET",
    f"{SUBSCRIPTION}/{PROVIDER}/configurationAssignments/{{name}}",
    versions=VERSIONS,
    name=f"{ASSIGNMENT}/read",
    answer=ConfigurationAssignment,
)
def get_of_subscription(call: Call) -> Answer:
    """A dynamic scope of the subscription."""
    return _one(call, f"/subscriptions/{call.subscription}")


@operation(
    "GET",
    f"{GROUP}/{PROVIDER}/configurationAssignments/{{name}}",
    versions=VERSIONS,
    name=f"{ASSIGNMENT}/read",
    answer=ConfigurationAssignment,
)
def get_of_group(call: Call) -> Answer:
    """A dynamic scope of the resource group."""
    return _one(call, call.group_id)


def _machine(call: Call) -> str:
    params = call.params
    return f"{call.group_id}/providers/{params['provider']}/{params['kind']}/{params['machine']}"


@operation(
    "GET",
    f"{MACHINE}/{PROVIDER}/configurationAssignments/{{name}}",
    versions=VERSIONS,
    name=f"{ASSIGNMENT}/read",
    answer=ConfigurationAssignment,
)
def get_of_machine(call: Call) -> Answer:
    """An assignment of one machine."""
    return _one(call, _machine(call))


@operation("GET", f"{MACHINE}/{PROVIDER}/configurationAssignments", versions=VERSIONS, name=f"{ASSIGNMENT}/read")
def list_of_machine(call: Call) -> Answer:
    """The assignments of one machine; dynamic scopes are not among them."""
    scope = _machine(call).lower()
    return paged(call, [one for one in assignments(call.world, call.subscription) if scope_of(one) == scope])
