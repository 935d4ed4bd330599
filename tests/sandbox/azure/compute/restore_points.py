# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Restore point collections and restore points: the operations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from azure.mgmt.compute.models import RestorePoint, RestorePointCollection, RestorePointCollectionUpdate

from ...machines import Machine
from ..arm.answer import Answer
from ..arm.call import Call
from ..arm.errors import ArmError, conflict, invalid_parameter, resource_not_found
from ..arm.ids import VM_TYPE, parse_id, resource_id, same_id
from ..arm.lro import start
from ..arm.paging import paged
from ..arm.registry import operation
from ..world import AzureWorld
from .restore_point_model import (
    COLLECTION,
    POINT,
    Collection,
    Point,
    RestorePointStore,
    failed,
    instance_view,
    new_point,
    render_collection,
    render_point,
)
from .versions import ALL, GROUP, VERSIONS

ONE = f"{GROUP}/restorePointCollections/{{collection}}"
PIECE = f"{ONE}/restorePoints/{{point}}"
CREATE_SECONDS = 20.0
"""Simulated seconds until a point is there."""


def collections_of(world: AzureWorld, subscription: str) -> Iterator[dict[str, Any]]:
    """All collections of a subscription, for Resource Graph."""
    for collection in world.store(RestorePointStore, subscription).collections.values():
        yield render_collection(collection)


def _key(call: Call) -> str:
    return resource_id(call.subscription, call.group, COLLECTION, call.params["collection"]).lower()


def _collection(call: Call) -> Collection:
    found = call.store(RestorePointStore).collections.get(_key(call))
    if found is None:
        raise resource_not_found(COLLECTION, call.params["collection"], call.group)
    return found


def _source_machine(call: Call, source: str, location: str) -> Machine:
    """The VM of a collection, in the collection's own location. Raises ArmError."""
    try:
        good = parse_id(source).is_type(VM_TYPE)
    except ValueError:
        good = False
    machine = call.world.machine(source) if good else None
    if machine is None or machine.region.lower() != location.lower():
        raise ArmError(
            404,
            "NotFound",
            f"Source Virtual Machine '{source}' specified in the request does not exist in this Azure location.",
            "source.id",
        )
    return machine


@operation(
    "PUT",
    ONE,
    versions=VERSIONS,
    name=f"{COLLECTION}/write",
    body=RestorePointCollection,
    answer=RestorePointCollection,
)
def put_collection(call: Call) -> Answer:
    """Create, or change the tags. The source stays what it is."""
    collections = call.store(RestorePointStore).collections
    properties = call.body.get("properties") or {}
    source = str((properties.get("source") or {}).get("id") or "")
    location = str(call.body.get("location") or "")
    known = collections.get(_key(call))
    if known is not None:
        if source and not same_id(source, known.source):
            raise conflict(
                "Changing property 'restorePointCollection.source.id' is not allowed.", "PropertyChangeNotAllowed"
            )
        known.tags = dict(call.body.get("tags") or {})
        return Answer(200, render_collection(known))
    if not source:
        raise invalid_parameter("Required parameter 'source.id' is missing (null).", "source.id")
    machine = _source_machine(call, source, location)
    name = call.params["collection"]
    made = Collection(
        id=resource_id(call.subscription, call.group, COLLECTION, name),
        name=name,
        location=location,
        source=machine.node_id,
        collection_id=call.world.new_guid(),
        tags=dict(call.body.get("tags") or {}),
    )
    collections[_key(call)] = made
    return Answer(201, render_collection(made))


@operation(
    "PATCH",
    ONE,
    versions=VERSIONS,
    name=f"{COLLECTION}/write",
    body=RestorePointCollectionUpdate,
    answer=RestorePointCollection,
)
def patch_collection(call: Call) -> Answer:
    """Change the tags."""
    found = _collection(call)
    if call.body.get("properties"):
        raise invalid_parameter("The sandbox changes only the tags of a restore point collection.", "properties")
    found.tags = dict(call.body.get("tags", found.tags))
    return Answer(200, render_collection(found))


@operation("GET", ONE, versions=VERSIONS, name=f"{COLLECTION}/read", answer=RestorePointCollection)
def get_collection(call: Call) -> Answer:
    """One collection; ``$expand=restorePoints`` adds its points."""
    return Answer(200, render_collection(_collection(call), _expands(call, "restorepoints")))


def _expands(call: Call, what: str) -> bool:
    asked = call.query.get("$expand", "").lower()
    if asked not in ("", what):
        raise invalid_parameter(f"The value '{asked}' of parameter '$expand' is not allowed.", "$expand")
    return asked == what


@operation("GET", f"{GROUP}/restorePointCollections", versions=VERSIONS, name=f"{COLLECTION}/read")
def list_collections(call: Call) -> Answer:
    """The collections of a resource group."""
    found = call.store(RestorePointStore).collections.values()
    return paged(call, [render_collection(one) for one in found if same_id(parse_id(one.id).group, call.group)])


@operation("GET", f"{ALL}/restorePointCollections", versions=VERSIONS, name=f"{COLLECTION}/read")
def list_all_collections(call: Call) -> Answer:
    """The collections of a subscription."""
    return paged(call, list(collections_of(call.world, call.subscription)))


@operation("DELETE", ONE, versions=VERSIONS, name=f"{COLLECTION}/delete")
def delete_collection(call: Call) -> Answer:
    """Delete it with all its points."""
    collections = call.store(RestorePointStore).collections
    found = collections.get(_key(call))
    if found is None:
        return Answer(204)
    return start(call, 2.0, lambda: collections.pop(_key(call), None) and None, location=found.location)


def _point(call: Call) -> Point:
    found = _collection(call).points.get(call.params["point"].lower())
    if found is None:
        raise resource_not_found(POINT, f"{call.params['collection']}/{call.params['point']}", call.group)
    return found


@operation("PUT", PIECE, versions=VERSIONS, name=f"{POINT}/write", body=RestorePoint, answer=RestorePoint)
def put_point(call: Call) -> Answer:
    """Take a restore point; a long-running operation. A point is never changed."""
    collection, name = _collection(call), call.params["point"]
    if name.lower() in collection.points:
        raise conflict(f"Restore point '{name}' already exists and cannot be changed.", "OperationNotAllowed")
    machine = _source_machine(call, collection.source, collection.location)
    point = new_point(call.world, machine, f"{collection.id}/restorePoints/{name}", name, call.body)
    collection.points[name.lower()] = point

    def work() -> Any:
        error = failed(machine)
        point.provisioning = "Failed" if error else "Succeeded"
        if error:
            raise error
        return render_point(point)

    seconds = float(machine.attributes.get("restore_point_seconds") or CREATE_SECONDS)
    return start(call, seconds, work, status=201, body=render_point(point), location=collection.location)


@operation("GET", PIECE, versions=VERSIONS, name=f"{POINT}/read", answer=RestorePoint)
def get_point(call: Call) -> Answer:
    """One point; ``$expand=instanceView`` adds how far its copies are."""
    point = _point(call)
    return Answer(
        200, render_point(point, instance_view(call.world, point) if _expands(call, "instanceview") else None)
    )


@operation("DELETE", PIECE, versions=VERSIONS, name=f"{POINT}/delete")
def delete_point(call: Call) -> Answer:
    """Delete it. What is not there is a 204."""
    collection, name = _collection(call), call.params["point"].lower()
    point = collection.points.get(name)
    if point is None:
        return Answer(204)
    point.provisioning = "Deleting"

    def work() -> None:
        if collection.points.get(name) is point:
            del collection.points[name]

    return start(call, 2.0, work, location=collection.location)
