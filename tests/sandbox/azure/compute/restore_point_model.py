# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Restore points of virtual machines as they are kept: all disks of a VM at one instant.

The point is there after a few seconds; its content is copied in the background for a time that grows with the disks,
which the instance view shows. Only what describes a point is kept, no content.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ...machines import Machine
from ..arm.errors import ArmError, conflict, invalid_parameter
from ..arm.ids import ResourceId, same_id
from ..nodes.machines import id_of
from ..patching.shapes import instant
from ..resources.tag_store import Tags, tag_holder
from ..world import AzureWorld
from .disks import DiskOf, disks_of
from .power_state import power_state
from .view import os_profile, render, vm_id

COLLECTION = "Microsoft.Compute/restorePointCollections"
POINT = f"{COLLECTION}/restorePoints"
COPY_SECONDS_PER_GIB = 0.5
REFUSED_SKUS = {"UltraSSD_LRS": "Ultra disks", "PremiumV2_LRS": "Premium SSD v2 disks"}


@dataclass(slots=True)
class Point:
    """One restore point. ``since`` and ``copy_seconds`` are simulated."""

    id: str
    name: str
    consistency: str
    body: Mapping[str, Any]
    source: Mapping[str, Any]
    disks: tuple[str, ...]
    excluded: tuple[str, ...]
    created: datetime
    since: float
    copy_seconds: float
    provisioning: str = "Creating"


@dataclass(slots=True)
class Collection:
    """A collection: the points of one VM. ``source``: the VM's id."""

    id: str
    name: str
    location: str
    source: str
    collection_id: str
    tags: dict[str, str]
    points: dict[str, Point] = field(default_factory=dict)


class RestorePointStore:
    """The collections of a subscription, by id in lower case."""

    def __init__(self, world: AzureWorld, subscription: str) -> None:
        self.collections: dict[str, Collection] = {}


@tag_holder(COLLECTION)
def collection_tags(world: AzureWorld, collection_id: ResourceId) -> Tags | None:
    """The tags of a collection."""
    found = world.store(RestorePointStore, collection_id.subscription).collections.get(collection_id.key)
    return found.tags if found else None


def render_collection(collection: Collection, expand: bool = False) -> dict[str, Any]:
    """The resource; ``expand``: with its points."""
    points = [render_point(point) for point in collection.points.values()]
    return {
        "id": collection.id,
        "name": collection.name,
        "type": COLLECTION,
        "location": collection.location,
        "tags": collection.tags or None,
        "properties": {
            "source": {"id": collection.source, "location": collection.location},
            "provisioningState": "Succeeded",
            "restorePointCollectionId": collection.collection_id,
            "restorePoints": points if expand else None,
        },
    }


def render_point(point: Point, view: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The resource; with its instance view when one is given."""
    return {
        "id": point.id,
        "name": point.name,
        "type": POINT,
        "properties": {
            "excludeDisks": [{"id": disk} for disk in point.excluded] or None,
            "sourceMetadata": dict(point.source),
            "provisioningState": point.provisioning,
            "consistencyMode": point.consistency,
            "timeCreated": instant(point.created),
            "instanceView": view,
        },
    }


def instance_view(world: AzureWorld, point: Point) -> dict[str, Any]:
    """How far the copies of the disks are."""
    share = (world.clock.seconds() - point.since) / point.copy_seconds
    percent = int(min(1.0, max(0.0, share)) * 100)
    code = "succeeded" if percent == 100 else "inprogress"
    replication = {
        "status": {"code": f"ReplicationState/{code}", "level": "Info", "displayStatus": f"Replication {code}"},
        "completionPercent": percent,
    }
    state = point.provisioning.lower()
    return {
        "diskRestorePoints": [{"id": disk, "replicationStatus": replication} for disk in point.disks],
        "statuses": [{"code": f"ProvisioningState/{state}", "level": "Info", "displayStatus": f"Provisioning {state}"}],
    }


def new_point(world: AzureWorld, machine: Machine, point_id: str, name: str, body: Mapping[str, Any]) -> Point:
    """A point of the VM's disks now. Raises ArmError for a VM or disks that cannot have one."""
    properties = body.get("properties") or {}
    if properties.get("sourceRestorePoint"):
        raise invalid_parameter("The sandbox does not serve copies of restore points.", "properties.sourceRestorePoint")
    excluded = [str(one.get("id")) for one in properties.get("excludeDisks") or ()]
    taken = _taken(machine, excluded)
    for disk in taken:
        _refuse(machine, disk)
    ids = {disk.id.lower(): f"{point_id}/diskRestorePoints/{disk.name}_{world.new_guid()}" for disk in taken}
    return Point(
        id=point_id,
        name=name,
        consistency=_consistency(machine, properties.get("consistencyMode")),
        body=properties,
        source=_source(machine, taken, ids),
        disks=tuple(ids.values()),
        excluded=tuple(excluded),
        created=world.now(),
        since=world.clock.seconds(),
        copy_seconds=COPY_SECONDS_PER_GIB * max(1, sum(disk.volume.size_gib for disk in taken)),
    )


def _taken(machine: Machine, excluded: list[str]) -> list[DiskOf]:
    disks = disks_of(machine)
    for one in excluded:
        if not any(same_id(disk.id, one) for disk in disks):
            raise invalid_parameter(
                f"Disk '{one}' of excludeDisks is not attached to VM '{id_of(machine).name}'.",
                "properties.excludeDisks",
            )
    return [disk for disk in disks if not any(same_id(disk.id, one) for one in excluded)]


def _refuse(machine: Machine, disk: DiskOf) -> None:
    """Raise ArmError for a disk of which there are no restore points ("Support matrix for VM restore points")."""
    kind = ""
    if not disk.managed:
        kind = "unmanaged disks"
    elif disk.ephemeral:
        kind = "ephemeral OS disks"
    elif disk.max_shares > 1:
        kind = "shared disks"
    elif disk.sku in REFUSED_SKUS:
        kind = REFUSED_SKUS[disk.sku]
    if kind:
        raise conflict(
            f"Restore points are not supported for VM '{id_of(machine).name}' with {kind}: disk '{disk.name}'.",
            "OperationNotAllowed",
        )


def _consistency(machine: Machine, asked: Any) -> str:
    if asked not in (None, "CrashConsistent"):
        raise invalid_parameter(
            f"The value '{asked}' of parameter 'consistencyMode' is not allowed. Allowed values are: CrashConsistent.",
            "properties.consistencyMode",
        )
    if asked or power_state(machine) != "running" or not machine.agent_online:
        return "CrashConsistent"
    return "ApplicationConsistent" if machine.os.is_windows else "FileSystemConsistent"


def _source(machine: Machine, taken: list[DiskOf], ids: Mapping[str, str]) -> dict[str, Any]:
    """What the VM was like."""
    root = next((disk for disk in taken if disk.lun is None), None)
    properties = render(machine)["properties"]
    storage: dict[str, Any] = {
        "osDisk": {"osType": machine.os.platform_type, **_disk(root, ids)} if root else None,
        "dataDisks": [{"lun": disk.lun, **_disk(disk, ids)} for disk in taken if disk.lun is not None],
        "diskControllerType": properties["storageProfile"]["diskControllerType"],
    }
    return {
        "hardwareProfile": properties["hardwareProfile"],
        "storageProfile": storage,
        "osProfile": os_profile(machine),
        "securityProfile": properties["securityProfile"],
        "vmId": vm_id(machine),
        "location": machine.region,
        "hyperVGeneration": "V2",
    }


def _disk(disk: DiskOf, ids: Mapping[str, str]) -> dict[str, Any]:
    encryption = disk.volume.attributes.get("disk_encryption_set")
    chosen = {"type": "EncryptionAtRestWithCustomerKey", "diskEncryptionSet": {"id": encryption}}
    return {
        "name": disk.name,
        "caching": disk.caching,
        "diskSizeGB": disk.volume.size_gib,
        "managedDisk": {"id": disk.id, "storageAccountType": disk.sku},
        "diskRestorePoint": {
            "id": ids[disk.id.lower()],
            "encryption": chosen if encryption else {"type": "EncryptionAtRestWithPlatformKey"},
        },
        "writeAcceleratorEnabled": False,
    }


def failed(machine: Machine) -> ArmError | None:
    """The error of a VM whose attribute ``restore_point_fails`` is true (or a text: the message)."""
    wanted = machine.attributes.get("restore_point_fails")
    if not wanted:
        return None
    usual = "An internal execution error occurred. Please retry later."
    return ArmError(500, "InternalExecutionError", wanted if isinstance(wanted, str) else usual)
