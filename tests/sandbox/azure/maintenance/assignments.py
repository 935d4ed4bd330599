# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Configuration assignments: of single machines, and dynamic scopes of subscriptions and resource groups.

A static assignment of a virtual machine needs the machine to leave patching to schedules (known from users of
Terraform, hashicorp/terraform-provider-azurerm issues 22487 and 20321; once assigned, the machine may be changed back,
Azure/azure-policy issue 1209). The wording of that refusal is not published.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from azure.mgmt.maintenance.models import ConfigurationAssignment

from ..arm.answer import Answer
from ..arm.call import Call
from ..arm.errors import ArmError, resource_not_found
from ..arm.ids import ARC_TYPE, VM_TYPE
from ..arm.paging import paged
from ..arm.registry import operation
from ..patching.shapes import instant
from .errors import refused
from .scopes import is_patched_by_schedule
from .store import (
    ASSIGNMENT,
    BEHIND,
    MaintenanceStore,
    Resource,
    assignments_of,
    configuration_of,
    is_dynamic,
    scope_of,
)
from .versions import GROUP, MACHINE, PROVIDER, SUBSCRIPTION, VERSIONS

MOST_ASSIGNMENTS, MOST_SCOPES = 3000, 200
"""Of a configuration ("Maintenance configurations", service limits)."""
TYPES = (VM_TYPE, ARC_TYPE)
SYSTEMS = ("Windows", "Linux")
OF_SUBSCRIPTION = f"{SUBSCRIPTION}/{PROVIDER}/configurationAssignments"
OF_GROUP = f"{GROUP}/{PROVIDER}/configurationAssignments"
OF_MACHINE = f"{MACHINE}/{PROVIDER}/configurationAssignments"
MODEL = ConfigurationAssignment


def _scope(call: Call) -> str:
    """What the path is about: a machine, a resource group or the subscription."""
    place = f"/subscriptions/{call.subscription}"
    if call.group:
        place += f"/resourcegroups/{call.group}"
    if "machine" in call.params:
        place += "/providers/" + "/".join(call.params[part] for part in ("provider", "kind", "machine"))
    return place


def _id(call: Call) -> str:
    return f"{_scope(call)}{BEHIND}{call.params['name']}"


def _find(call: Call) -> Resource | None:
    return call.store(MaintenanceStore).assignments.get(_id(call).lower())


def shown(resource: Resource) -> Resource:
    """As GET and lists answer it: ids in lower case."""
    properties = dict(resource["properties"])
    for name in ("maintenanceConfigurationId", "resourceId"):
        if name in properties:
            properties[name] = str(properties[name]).lower()
    return {**resource, "properties": properties}


@operation("GET", OF_SUBSCRIPTION, versions=VERSIONS, name=f"{ASSIGNMENT}/read")
def list_assignments(call: Call) -> Answer:
    """All assignments of a subscription, whatever they are for."""
    return paged(call, [shown(one) for one in call.store(MaintenanceStore).assignments.values()])


@operation("GET", OF_MACHINE, versions=VERSIONS, name=f"{ASSIGNMENT}/read")
def list_of_machine(call: Call) -> Answer:
    """The assignments of one machine; dynamic scopes are not among them."""
    scope, found = _scope(call).lower(), call.store(MaintenanceStore).assignments.values()
    return paged(call, [shown(one) for one in found if scope_of(one) == scope])


def get_assignment(call: Call) -> Answer:
    """One of them."""
    found = _find(call)
    if found is None:
        raise resource_not_found(ASSIGNMENT, call.params["name"], call.group)
    return Answer(200, shown(found))


def put_assignment(call: Call) -> Answer:
    """Make it or make it so."""
    present = _find(call)
    return _keep(call, call.body, present)


def patch_assignment(call: Call) -> Answer:
    """Change what the body names."""
    present = _find(call)
    if present is None:
        raise resource_not_found(ASSIGNMENT, call.params["name"], call.group)
    properties = {**present["properties"], **(call.body.get("properties") or {})}
    return _keep(call, {"location": present.get("location"), **call.body, "properties": properties}, present)


def delete_assignment(call: Call) -> Answer:
    """Delete it."""
    present = _find(call)
    if present is None:
        return Answer(204)
    store = call.store(MaintenanceStore)
    del store.assignments[_id(call).lower()]
    store.shown.note(present["id"], None)
    return Answer(200, shown(present))


for _path in (f"{OF_SUBSCRIPTION}/{{name}}", f"{OF_GROUP}/{{name}}", f"{OF_MACHINE}/{{name}}"):
    operation("GET", _path, versions=VERSIONS, name=f"{ASSIGNMENT}/read", answer=MODEL)(get_assignment)
    operation("PUT", _path, versions=VERSIONS, name=f"{ASSIGNMENT}/write", body=MODEL, answer=MODEL)(put_assignment)
    operation("DELETE", _path, versions=VERSIONS, name=f"{ASSIGNMENT}/delete")(delete_assignment)
for _path in (f"{OF_SUBSCRIPTION}/{{name}}", f"{OF_GROUP}/{{name}}"):
    operation("PATCH", _path, versions=VERSIONS, name=f"{ASSIGNMENT}/write", body=MODEL, answer=MODEL)(patch_assignment)


def _keep(call: Call, body: Mapping[str, Any], present: Resource | None) -> Answer:
    properties: Mapping[str, Any] = body.get("properties") or {}
    configuration = _configuration(call, properties)
    filters = properties.get("filter")
    if "machine" in call.params:
        _check_machine(call, body, filters)
    else:
        _check_filter(filters)
    _check_limits(call, configuration, present)
    resource: Resource = {
        "id": present["id"] if present else _id(call),
        "name": present["name"] if present else call.params["name"],
        "type": ASSIGNMENT,
        "location": body.get("location"),
        "properties": {
            "maintenanceConfigurationId": properties["maintenanceConfigurationId"],
            "resourceId": _scope(call),
            **({"filter": filters} if filters is not None else {}),
        },
        "systemData": _system_data(call, present),
    }
    store = call.store(MaintenanceStore)
    store.assignments[str(resource["id"]).lower()] = resource
    store.shown.note(resource["id"], resource)
    return Answer(200 if present else 201, resource)


def _system_data(call: Call, present: Resource | None) -> dict[str, Any]:
    written = instant(call.world.now())
    made = (present or {}).get("systemData") or {"createdBy": call.caller.name, "createdAt": written}
    return {**made, "lastModifiedBy": call.caller.name, "lastModifiedAt": written}


def _configuration(call: Call, properties: Mapping[str, Any]) -> Resource:
    wanted = str(properties.get("maintenanceConfigurationId") or "")
    if not wanted:
        raise refused("properties.maintenanceConfigurationId is required.")
    found = configuration_of(call.world, wanted)
    if found is None:
        raise ArmError(404, "ResourceNotFound", f"The maintenance configuration '{wanted}' was not found.")
    return found


def _check_machine(call: Call, body: Mapping[str, Any], filters: Any) -> None:
    machine = call.world.machine(call.path.lower().partition(BEHIND.lower())[0])
    if machine is None:
        kind = f"{call.params['provider']}/{call.params['kind']}"
        raise resource_not_found(kind, call.params["machine"], call.group)
    named = (body.get("properties") or {}).get("resourceId")
    if named is not None and str(named).lower() != machine.node_id.lower():
        raise refused(f"resourceId '{named}' is not the resource of the request.")
    if filters is not None:
        raise refused("A filter is for assignments of subscriptions and resource groups.")
    location = str(body.get("location") or machine.region).replace(" ", "").lower()
    if location != machine.region.lower():
        raise refused(f"The location '{location}' is not that of the resource, '{machine.region}'.")
    if not is_patched_by_schedule(machine):
        message = (
            "The virtual machine does not meet the prerequisites of scheduled patching: patchMode has to be "
            "AutomaticByPlatform and bypassPlatformSafetyChecksOnUserSchedule has to be true."
        )
        raise refused(message, "VmPatchSettingsNotSupported")


def _check_filter(filters: Mapping[str, Any] | None) -> None:
    if filters is None:
        return  # every machine: Azure/azure-powershell issue 24209 makes dynamic scopes so
    for member, allowed in (("resourceTypes", TYPES), ("osTypes", SYSTEMS)):
        for value in filters.get(member) or ():
            if str(value).lower() not in {one.lower() for one in allowed}:
                raise refused(f"The value '{value}' of filter.{member} is not one of {', '.join(allowed)}.")
    settings = filters.get("tagSettings") or {}
    if settings.get("tags") and not settings.get("filterOperator"):
        raise refused("filter.tagSettings.filterOperator is required with tags: All or Any.")
    if any(not values for values in (settings.get("tags") or {}).values()):
        raise refused("Each tag of filter.tagSettings.tags needs a value.")


def _check_limits(call: Call, configuration: Resource, present: Resource | None) -> None:
    others = [one for one in assignments_of(call.world, configuration["id"]) if one is not present]
    if len(others) >= MOST_ASSIGNMENTS:
        raise refused(f"The limit of {MOST_ASSIGNMENTS} assignments of a maintenance configuration is reached.")
    if "machine" not in call.params and sum(map(is_dynamic, others)) >= MOST_SCOPES:
        raise refused(f"The limit of {MOST_SCOPES} dynamic scopes of a maintenance configuration is reached.")
