# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The disks of virtual machines, from their volumes.

Attributes of a volume in the fleet file: ``sku`` (Premium_LRS), ``max_shares``, ``disk_encryption_set`` (an id),
``lun``, ``disk_name``, ``caching``, ``unmanaged: true`` (a blob, no managed disk). A root volume of the kind
``instance_store`` is an ephemeral OS disk; another volume of that kind is the temporary disk, which no API shows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from ...machines import Machine, Volume
from ..arm.ids import VM_TYPE, ResourceId, resource_id, same_id
from ..nodes.machines import id_of
from ..resources.tag_store import Tags, tag_holder
from ..world import AzureWorld

DISK_TYPE = "Microsoft.Compute/disks"
BLOBS = "https://sandboxvhds.blob.core.windows.net/vhds"


@dataclass(frozen=True, slots=True)
class DiskOf:
    """A volume as a disk of its machine. ``lun`` is None for the OS disk. ``users``: the ids of all machines that have
    it, where that was asked for."""

    machine: Machine
    volume: Volume
    name: str
    lun: int | None
    users: tuple[str, ...] = ()

    @property
    def managed(self) -> bool:
        """Whether there is a disk resource."""
        return not self.volume.attributes.get("unmanaged")

    @property
    def ephemeral(self) -> bool:
        """Whether its content is lost when the VM is deallocated."""
        return self.volume.kind == "instance_store"

    @property
    def sku(self) -> str:
        """Premium_LRS, PremiumV2_LRS, UltraSSD_LRS, StandardSSD_LRS, …"""
        return str(self.volume.attributes.get("sku") or "Premium_LRS")

    @property
    def max_shares(self) -> int:
        """How many machines may use it at once."""
        return int(self.volume.attributes.get("max_shares") or 1)

    @property
    def id(self) -> str:
        """The id of the disk resource."""
        parts = id_of(self.machine)
        return resource_id(parts.subscription, parts.group, DISK_TYPE, self.name)

    @property
    def caching(self) -> str:
        """None, ReadOnly or ReadWrite."""
        return str(self.volume.attributes.get("caching") or ("ReadWrite" if self.lun is None else "ReadOnly"))


def disks_of(machine: Machine) -> list[DiskOf]:
    """The OS disk first, then the data disks by LUN."""
    vm = id_of(machine).name
    data = [volume for volume in machine.volumes if not volume.root and volume.kind != "instance_store"]
    root = machine.root_volume
    disks = [DiskOf(machine, root, str(root.attributes.get("disk_name") or f"{vm}_OsDisk_1"), None)]
    for place, volume in enumerate(data):
        name = str(volume.attributes.get("disk_name") or f"{vm}_DataDisk_{place}")
        disks.append(DiskOf(machine, volume, name, int(volume.attributes.get("lun", place))))
    return [disks[0], *sorted(disks[1:], key=lambda disk: disk.lun or 0)]


def managed_disks(world: AzureWorld, subscription: str) -> Iterator[DiskOf]:
    """All disk resources of a subscription, with their users: a shared disk comes once."""
    found: dict[str, list[DiskOf]] = {}
    for machine in world.machines(subscription, VM_TYPE).values():
        for disk in disks_of(machine):
            if disk.managed and not disk.ephemeral:
                found.setdefault(disk.id.lower(), []).append(disk)
    for same in found.values():
        yield replace(same[0], users=tuple(disk.machine.node_id for disk in same))


def storage_profile(machine: Machine) -> dict[str, Any]:
    """The storageProfile of a VM."""
    root, *data = disks_of(machine)
    image = machine.attributes.get("image_reference") or default_image(machine)
    return {
        "imageReference": {**image, "exactVersion": image.get("version")} if image.get("publisher") else dict(image),
        "osDisk": {
            "osType": machine.os.platform_type,
            "name": root.name,
            "createOption": "FromImage",
            "diffDiskSettings": {"option": "Local"} if root.ephemeral else None,
            "deleteOption": "Detach",
            **_content(root),
        },
        "dataDisks": [
            {"lun": disk.lun, "name": disk.name, "createOption": "Attach", "toBeDetached": False, **_content(disk)}
            for disk in data
        ],
        "diskControllerType": str(machine.attributes.get("disk_controller_type") or "SCSI"),
    }


def _content(disk: DiskOf) -> dict[str, Any]:
    if not disk.managed:
        return {
            "caching": disk.caching,
            "vhd": {"uri": f"{BLOBS}/{disk.name}.vhd"},
            "diskSizeGB": disk.volume.size_gib,
        }
    encryption = disk.volume.attributes.get("disk_encryption_set")
    reference = {
        "id": disk.id,
        "storageAccountType": disk.sku,
        "diskEncryptionSet": {"id": encryption} if encryption else None,
    }
    return {"caching": disk.caching, "managedDisk": reference, "diskSizeGB": disk.volume.size_gib}


def default_image(machine: Machine) -> dict[str, str]:
    """The Marketplace image that such a system usually comes from."""
    if machine.os.is_windows:
        release = machine.os.product.removeprefix("WindowsServer")
        return {
            "publisher": "MicrosoftWindowsServer",
            "offer": "WindowsServer",
            "sku": f"{release}-datacenter-g2",
            "version": "latest",
        }
    publishers = {
        "ubuntu": ("Canonical", "ubuntu-server"),
        "redhat": ("RedHat", "RHEL"),
        "suse": ("SUSE", "sles"),
        "debian": ("Debian", "debian"),
        "oracle_linux": ("Oracle", "Oracle-Linux"),
    }
    publisher, offer = publishers.get(machine.os.key, ("OpenLogic", "CentOS"))
    return {"publisher": publisher, "offer": offer, "sku": machine.os.platform_version, "version": "latest"}


@tag_holder(DISK_TYPE)
def disk_tags(world: AzureWorld, disk_id: ResourceId) -> Tags | None:
    """The tags of a disk."""
    for disk in managed_disks(world, disk_id.subscription):
        if same_id(disk.id, disk_id.text):
            tags: Tags = disk.volume.attributes.setdefault("tags", {})
            return tags
    return None
