# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Maintenance configurations: reading, making, changing and deleting them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from azure.mgmt.maintenance.models import MaintenanceConfiguration

from ..arm.answer import Answer
from ..arm.call import Call
from ..arm.errors import ArmError, resource_not_found
from ..arm.ids import parse_id, same_id
from ..arm.locations import check_location
from ..arm.paging import paged
from ..arm.registry import operation
from ..clockwork import follow
from ..patching.shapes import instant
from ..resources.tag_store import Tags, tag_holder
from ..world import AzureWorld
from .errors import refused
from .rules import checked, merged, shown
from .store import CONFIGURATION, MaintenanceStore, Resource, assignments_of
from .versions import GROUP, PROVIDER, SUBSCRIPTION, VERSIONS

ONE = f"{GROUP}/{PROVIDER}/maintenanceConfigurations/{{name}}"
MOST = 250
"""Configurations of a subscription in a region ("Maintenance configurations", service limits)."""


def _id(call: Call) -> str:
    """The id of the path's configuration, with the group written as this provider does."""
    place = f"/subscriptions/{call.subscription}/resourcegroups/{call.group}"
    return f"{place}/{PROVIDER}/maintenanceConfigurations/{call.params['name']}"


def _find(call: Call) -> Resource | None:
    return call.store(MaintenanceStore).configurations.get(_id(call).lower())


def _one(call: Call) -> Resource:
    found = _find(call)
    if found is None:
        raise resource_not_found(CONFIGURATION, call.params["name"], call.group)
    return found


@operation("GET", ONE, versions=VERSIONS, name=f"{CONFIGURATION}/read", answer=MaintenanceConfiguration)
def get_configuration(call: Call) -> Answer:
    """One configuration."""
    return Answer(200, shown(_one(call)))


@operation("GET", f"{GROUP}/{PROVIDER}/maintenanceConfigurations", versions=VERSIONS, name=f"{CONFIGURATION}/read")
def list_configurations_by_group(call: Call) -> Answer:
    """The configurations of a resource group."""
    found = call.store(MaintenanceStore).configurations.values()
    return paged(call, [shown(one) for one in found if same_id(parse_id(one["id"]).group, call.group)])


@operation(
    "GET", f"{SUBSCRIPTION}/{PROVIDER}/maintenanceConfigurations", versions=VERSIONS, name=f"{CONFIGURATION}/read"
)
def list_configurations(call: Call) -> Answer:
    """The configurations of a subscription."""
    return paged(call, [shown(one) for one in call.store(MaintenanceStore).configurations.values()])


@operation(
    "PUT",
    ONE,
    versions=VERSIONS,
    name=f"{CONFIGURATION}/write",
    body=MaintenanceConfiguration,
    answer=MaintenanceConfiguration,
)
def put_configuration(call: Call) -> Answer:
    """Make it or make it so: what the body does not name is unset."""
    present = _find(call)
    kept = _keep(call, call.body, present)
    return Answer(200 if present else 201, shown(kept))


@operation(
    "PATCH",
    ONE,
    versions=VERSIONS,
    name=f"{CONFIGURATION}/write",
    body=MaintenanceConfiguration,
    answer=MaintenanceConfiguration,
)
def patch_configuration(call: Call) -> Answer:
    """Change what the body names."""
    present = _one(call)
    return Answer(200, shown(_keep(call, merged(present, call.body), present)))


def _keep(call: Call, body: Mapping[str, Any], present: Resource | None) -> Resource:
    location = _location(call, body, present)
    properties = checked(body, present, call.world.now())
    written = instant(call.world.now())
    made = (present or {}).get("systemData") or {"createdBy": call.caller.name, "createdAt": written}
    resource: Resource = {
        "id": present["id"] if present else _id(call),
        "name": present["name"] if present else call.params["name"],
        "type": CONFIGURATION,
        "location": location,
        "tags": body.get("tags") or {},
        "properties": properties,
        "systemData": {**made, "lastModifiedBy": call.caller.name, "lastModifiedAt": written},
    }
    store = call.store(MaintenanceStore)
    store.configurations[str(resource["id"]).lower()] = resource
    store.shown.note(resource["id"], resource)
    follow(call.world)
    return resource


def _location(call: Call, body: Mapping[str, Any], present: Resource | None) -> str:
    """The region, written as Azure does. Raises ArmError."""
    location = str(body.get("location") or "").replace(" ", "").lower()
    if not location:
        raise ArmError(400, "LocationRequired", "The location property is required for this definition.")
    check_location(location, "Microsoft.Maintenance/maintenanceConfigurations")
    if present is not None and present["location"] != location:
        message = (
            f"The resource '{present['name']}' already exists in location '{present['location']}' in resource group "
            f"'{call.group}'. A resource with the same name cannot be created in location '{location}'. Please select "
            "a new resource name."
        )
        raise ArmError(409, "InvalidResourceLocation", message)
    there = [one for one in call.store(MaintenanceStore).configurations.values() if one["location"] == location]
    if present is None and len(there) >= MOST:
        raise refused(f"The limit of {MOST} maintenance configurations in region '{location}' is reached.")
    return location


@operation("DELETE", ONE, versions=VERSIONS, name=f"{CONFIGURATION}/delete")
def delete_configuration(call: Call) -> Answer:
    """Delete it; its assignments go with it ("Control updates with maintenance configurations": deleting the
    configuration removes the maintenance control from the associated resources)."""
    present = _find(call)
    if present is None:
        return Answer(204)
    for one in list(assignments_of(call.world, present["id"])):
        owner = call.world.store(MaintenanceStore, parse_id(one["id"]).subscription)
        del owner.assignments[str(one["id"]).lower()]
        owner.shown.note(one["id"], None)
    store = call.store(MaintenanceStore)
    del store.configurations[str(present["id"]).lower()]
    store.shown.note(present["id"], None)
    return Answer(200, shown(present))


@tag_holder(CONFIGURATION)
def _tags(world: AzureWorld, parts: Any) -> Tags | None:
    found = world.store(MaintenanceStore, parts.subscription).configurations.get(parts.key)
    return None if found is None else found.setdefault("tags", {})
