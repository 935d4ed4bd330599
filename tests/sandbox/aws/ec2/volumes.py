# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""DescribeVolumes: the disks of the instances."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ...machines import Machine, Volume
from ..world import Call, operation
from .filters import check_ids, dry_run, flag, paged, select
from .instances import instances, zone
from .tags import TagStore, tag_list

_LONG_AGO = datetime(2024, 1, 1, tzinfo=UTC)


def volumes(call: Call) -> dict[str, tuple[Machine, Volume]]:
    """The EBS volumes that the caller has in the region, by id."""
    return {
        volume.volume_id: (machine, volume)
        for machine in instances(call).values()
        for volume in machine.volumes
        if volume.kind == "ebs"
    }


def kms_key(call: Call, volume: Volume) -> str | None:
    """The ARN of the key that a volume is encrypted with."""
    if not volume.attributes.get("encrypted"):
        return None
    named = str(volume.attributes.get("kms_key_id") or "alias/aws/ebs")
    return named if named.startswith("arn:") else f"arn:aws:kms:{call.region}:{call.account}:key/{named}"


def _describe(call: Call, machine: Machine, volume: Volume, tags: Mapping[str, str]) -> dict[str, Any]:
    return {
        "VolumeId": volume.volume_id,
        "Size": volume.size_gib,
        "State": "in-use",
        "AvailabilityZone": zone(machine),
        "CreateTime": _LONG_AGO,
        "Encrypted": bool(volume.attributes.get("encrypted")),
        "KmsKeyId": kms_key(call, volume),
        "Iops": 3000,
        "Throughput": 125,
        "VolumeType": str(volume.attributes.get("volume_type") or "gp3"),
        "SnapshotId": str(volume.attributes.get("snapshot_id") or ""),
        "Tags": tag_list(tags),
        "MultiAttachEnabled": bool(volume.attributes.get("multi_attach")),
        "Attachments": [
            {
                "AttachTime": _LONG_AGO,
                "Device": volume.device,
                "InstanceId": machine.node_id,
                "State": "attached",
                "VolumeId": volume.volume_id,
                "DeleteOnTermination": bool(volume.attributes.get("delete_on_termination", volume.root)),
            }
        ],
    }


def _attached(name: str) -> Any:
    return lambda it: [str(entry[name]) for entry in it["Attachments"]]


FILTERS = {
    "attachment.delete-on-termination": lambda it: [
        flag(entry["DeleteOnTermination"])[0] for entry in it["Attachments"]
    ],
    "attachment.device": _attached("Device"),
    "attachment.instance-id": _attached("InstanceId"),
    "attachment.status": _attached("State"),
    "availability-zone": lambda it: [it["AvailabilityZone"]],
    "encrypted": lambda it: flag(it["Encrypted"]),
    "multi-attach-enabled": lambda it: flag(it["MultiAttachEnabled"]),
    "size": lambda it: [str(it["Size"])],
    "snapshot-id": lambda it: [it["SnapshotId"]],
    "status": lambda it: [it["State"]],
    "volume-id": lambda it: [it["VolumeId"]],
    "volume-type": lambda it: [it["VolumeType"]],
}


@operation("ec2", "DescribeVolumes")
def describe_volumes(call: Call) -> Mapping[str, Any]:
    """Volumes by ids or filters."""
    dry_run(call)
    known, ids, tags = volumes(call), call.params.get("VolumeIds") or [], call.store(TagStore).tags
    check_ids("volume", "InvalidVolume", "vol", ids, known)
    asked = {volume_id: known[volume_id] for volume_id in ids} if ids else known
    described = [_describe(call, machine, volume, tags.get(volume.volume_id, {})) for machine, volume in asked.values()]
    shown, token = paged(
        call, select(described, call.params.get("Filters"), FILTERS, lambda it: it["Tags"]), "VolumeIds"
    )
    return {"Volumes": shown, "NextToken": token}
