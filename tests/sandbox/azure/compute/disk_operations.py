# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Disks: reading them."""

from __future__ import annotations

from typing import Any

from azure.mgmt.compute.models import Disk

from ..arm.answer import Answer
from ..arm.call import Call
from ..arm.errors import resource_not_found
from ..arm.ids import parse_id, same_id
from ..arm.paging import paged
from ..arm.registry import operation
from ..patching.shapes import instant
from .disks import DISK_TYPE, DiskOf, managed_disks
from .power_state import is_deallocated
from .versions import ALL, DISK_VERSIONS, GROUP
from .view import created_at


def render(disk: DiskOf) -> dict[str, Any]:
    """A disk as the API shows it."""
    volume, machine = disk.volume, disk.machine
    encryption = volume.attributes.get("disk_encryption_set")
    return {
        "id": disk.id,
        "name": disk.name,
        "type": DISK_TYPE,
        "location": machine.region,
        "tags": dict(volume.attributes.get("tags") or {}),
        "managedBy": disk.users[0],
        "managedByExtended": list(disk.users) if disk.max_shares > 1 else None,
        "sku": {"name": disk.sku, "tier": disk.sku.partition("_")[0].removesuffix("V2")},
        "zones": machine.attributes.get("zones"),
        "properties": {
            "osType": machine.os.platform_type if disk.lun is None else None,
            "creationData": {"createOption": "FromImage" if disk.lun is None else "Empty"},
            "diskSizeGB": volume.size_gib,
            "diskSizeBytes": volume.size_gib << 30,
            "uniqueId": volume.volume_id,
            "encryption": {
                "type": "EncryptionAtRestWithCustomerKey" if encryption else "EncryptionAtRestWithPlatformKey",
                "diskEncryptionSetId": encryption,
            },
            "maxShares": disk.max_shares if disk.max_shares > 1 else None,
            "provisioningState": "Succeeded",
            "diskState": "Reserved" if is_deallocated(machine) else "Attached",
            "timeCreated": instant(created_at(machine)),
        },
    }


@operation("GET", f"{GROUP}/disks/{{disk}}", versions=DISK_VERSIONS, name=f"{DISK_TYPE}/read", answer=Disk)
def get(call: Call) -> Answer:
    """One disk."""
    for disk in managed_disks(call.world, call.subscription):
        if same_id(disk.name, call.params["disk"]) and same_id(parse_id(disk.id).group, call.group):
            return Answer(200, render(disk))
    raise resource_not_found(DISK_TYPE, call.params["disk"], call.group)


@operation("GET", f"{GROUP}/disks", versions=DISK_VERSIONS, name=f"{DISK_TYPE}/read")
def list_by_group(call: Call) -> Answer:
    """The disks of a resource group."""
    disks = managed_disks(call.world, call.subscription)
    return paged(call, [render(disk) for disk in disks if same_id(parse_id(disk.id).group, call.group)])


@operation("GET", f"{ALL}/disks", versions=DISK_VERSIONS, name=f"{DISK_TYPE}/read")
def list_all(call: Call) -> Answer:
    """The disks of a subscription."""
    return paged(call, [render(disk) for disk in managed_disks(call.world, call.subscription)])
