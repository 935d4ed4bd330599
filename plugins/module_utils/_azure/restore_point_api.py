# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Restore points of VMs: their names, what the service says of them, and the requests that make them.

A restore point holds all disks of a VM at one moment. It is in a collection, one for each VM, in the VM's resource
group and location, so that the points of a VM share what has not changed ("Overview of VM restore points"). It has no
tags; its name says which run it belongs to, and by that name it is found again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from .._core.errors import CloudError
from . import versions
from .client import Connection
from .nodes import name_of

CREATING, SUCCEEDED = "Creating", "Succeeded"
_NOT_FOUND = ("NotFound", "ResourceNotFound")


@dataclass(frozen=True, slots=True)
class RestorePoint:
    """A restore point. ``state`` is its provisioningState; ``disks`` are (id of the copy, id of the disk, device)."""

    id: str
    state: str
    disks: tuple[tuple[str, str, str], ...] = ()

    @classmethod
    def from_api(cls, body: Mapping[str, Any]) -> RestorePoint:
        """The point that the service describes."""
        properties = body.get("properties") or {}
        profile = (properties.get("sourceMetadata") or {}).get("storageProfile") or {}
        disks = [("os", profile.get("osDisk") or {})]
        disks += [(f"lun {disk.get('lun')}", disk) for disk in profile.get("dataDisks") or []]
        return cls(
            str(body.get("id") or ""),
            str(properties.get("provisioningState") or ""),
            tuple(_copy(disk, device) for device, disk in disks if (disk.get("diskRestorePoint") or {}).get("id")),
        )

    def to_snapshots(self) -> list[dict[str, str]]:
        """The copies of the disks as the ledger keeps snapshots; none before the service has begun with them."""
        state = {CREATING: "pending", SUCCEEDED: "completed"}.get(self.state, "error")
        return [
            {"snapshot_id": copy, "volume_id": disk, "device": device, "state": state}
            for copy, disk, device in self.disks
        ]


def _copy(disk: Mapping[str, Any], device: str) -> tuple[str, str, str]:
    return (str(disk["diskRestorePoint"]["id"]), str((disk.get("managedDisk") or {}).get("id") or ""), device)


def point_name(run_id: str) -> str:
    """The name of a run's restore points: readable, and different for runs that only differ in what a name cannot have.

    (Restore points: up to 80 of letters, digits, ``_``, ``.`` and ``-``.)
    """
    readable = re.sub(r"[^A-Za-z0-9_.-]", "-", run_id)[:48].strip("-._") or "run"
    return f"{readable}-{sha256(run_id.encode()).hexdigest()[:8]}"


def collection_id(vm_id: str) -> str:
    """The id of the collection of a VM's restore points."""
    group = vm_id.split("/providers/")[0]
    return f"{group}/providers/Microsoft.Compute/restorePointCollections/hybridops-{name_of(vm_id)}"


def point_id(vm_id: str, name: str) -> str:
    """The id of a restore point of a VM."""
    return f"{collection_id(vm_id)}/restorePoints/{name}"


def read_collection(connection: Connection, vm_id: str, doing: str) -> Mapping[str, Any] | None:
    """The VM's collection with its points, None when there is none. Raises CloudError."""
    try:
        target, query = collection_id(vm_id), {"$expand": "restorePoints"}
        answer = connection.call("GET", target, versions.COMPUTE, doing, query=query)
    except CloudError as error:
        if error.code in _NOT_FOUND:
            return None
        raise
    body: Mapping[str, Any] = answer.body
    return body


def point_of(collection: Mapping[str, Any] | None, name: str) -> RestorePoint | None:
    """The point of this name in a collection."""
    points = ((collection or {}).get("properties") or {}).get("restorePoints") or []
    found = (point for point in points if name_of(str(point.get("id") or "")).lower() == name.lower())
    return next((RestorePoint.from_api(point) for point in found), None)


def read_point(connection: Connection, resource_id: str, doing: str) -> RestorePoint | None:
    """A restore point, None when there is none. Raises CloudError."""
    try:
        return RestorePoint.from_api(connection.call("GET", resource_id, versions.COMPUTE, doing).body)
    except CloudError as error:
        if error.code in _NOT_FOUND:
            return None
        raise


def location_of(connection: Connection, vm_id: str, doing: str) -> str:
    """The location of a VM. Raises CloudError."""
    return str(connection.call("GET", vm_id, versions.COMPUTE, doing).body.get("location") or "")
