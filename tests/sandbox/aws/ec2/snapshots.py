# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Snapshots: pending, then completed (or in error) after a simulated time that grows with the volume."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ...machines import Volume
from ..errors import ServiceError
from ..world import Call, World, operation
from .filters import check_ids, dry_run, flag, missing, paged, select
from .instances import instances
from .tags import TagStore, specified_tags, tag_list
from .volumes import kms_key, volumes

BASE_SECONDS = 20.0
SECONDS_PER_GIB = 0.5


@dataclass(slots=True)
class Snapshot:
    """One snapshot. ``begun`` and ``seconds`` are simulated; ``fails``: it ends in error."""

    snapshot_id: str
    volume_id: str
    size: int
    description: str
    started: datetime
    begun: float
    seconds: float
    encrypted: bool
    kms_key_id: str | None
    fails: bool
    completed: datetime | None = None


class SnapshotStore:
    """The snapshots of an account in a region."""

    def __init__(self, world: World, account: str, region: str) -> None:
        self.world = world
        self.account = account
        self.snapshots: dict[str, Snapshot] = {}

    def progress(self, snapshot: Snapshot) -> tuple[str, int]:
        """State and percentage now."""
        share = (self.world.clock.seconds() - snapshot.begun) / snapshot.seconds
        if share < 1:
            return "pending", int(max(0.0, share) * 100)
        snapshot.completed = snapshot.completed or self.world.now()
        return ("error", 0) if snapshot.fails else ("completed", 100)


def _create(call: Call, volume: Volume, tags: Mapping[str, str]) -> Snapshot:
    """Take one. A volume with the attribute ``snapshot_fails`` gives one that ends in error."""
    snapshot = Snapshot(
        snapshot_id=call.world.new_id("snap-"),
        volume_id=volume.volume_id,
        size=volume.size_gib,
        description=str(call.params.get("Description") or ""),
        started=call.world.now(),
        begun=call.world.clock.seconds(),
        seconds=float(volume.attributes.get("snapshot_seconds") or BASE_SECONDS + SECONDS_PER_GIB * volume.size_gib),
        encrypted=bool(volume.attributes.get("encrypted")),
        kms_key_id=kms_key(call, volume),
        fails=bool(volume.attributes.get("snapshot_fails")),
    )
    call.store(SnapshotStore).snapshots[snapshot.snapshot_id] = snapshot
    call.store(TagStore).tags[snapshot.snapshot_id] = dict(tags)
    return snapshot


def _brief(call: Call, snapshot: Snapshot) -> dict[str, Any]:
    """What the creating operations answer."""
    status, percent = call.store(SnapshotStore).progress(snapshot)
    return {
        "SnapshotId": snapshot.snapshot_id,
        "VolumeId": snapshot.volume_id,
        "VolumeSize": snapshot.size,
        "State": status,
        "Progress": f"{percent}%" if percent else "",
        "StartTime": snapshot.started,
        "Description": snapshot.description,
        "Encrypted": snapshot.encrypted,
        "OwnerId": call.account,
        "Tags": tag_list(call.store(TagStore).tags[snapshot.snapshot_id]),
    }


@operation("ec2", "CreateSnapshots")
def create_snapshots(call: Call) -> Mapping[str, Any]:
    """All volumes of an instance at one instant."""
    chosen = call.params["InstanceSpecification"]
    check_ids("instance", "InvalidInstanceID", "i", [chosen["InstanceId"]], instances(call))
    tags, kept = specified_tags(call, "snapshot"), call.store(TagStore).tags
    excluded = set(chosen.get("ExcludeDataVolumeIds") or [])
    machine = instances(call)[chosen["InstanceId"]]
    of_instance = [volume for volume in machine.volumes if volume.kind == "ebs"]
    strange = excluded - {volume.volume_id for volume in of_instance if not volume.root}
    if strange:
        raise ServiceError("InvalidParameterValue", f"Volume {min(strange)} is not a data volume of the instance")
    taken = [
        volume
        for volume in of_instance
        if volume.volume_id not in excluded and not (volume.root and chosen.get("ExcludeBootVolume"))
    ]
    if not taken:
        raise ServiceError("InvalidParameterValue", "There is no volume to take a snapshot of")
    dry_run(call)
    copy = call.params.get("CopyTagsFromSource") == "volume"
    made = [_create(call, volume, (kept.get(volume.volume_id, {}) if copy else {}) | tags) for volume in taken]
    return {"Snapshots": [_brief(call, snapshot) for snapshot in made]}


@operation("ec2", "CreateSnapshot")
def create_snapshot(call: Call) -> Mapping[str, Any]:
    """One volume."""
    volume_id, known = call.params["VolumeId"], volumes(call)
    check_ids("volume", "InvalidVolume", "vol", [volume_id], known)
    tags = specified_tags(call, "snapshot")
    dry_run(call)
    return _brief(call, _create(call, known[volume_id][1], tags))


@operation("ec2", "DeleteSnapshot")
def delete_snapshot(call: Call) -> Mapping[str, Any]:
    """Delete one."""
    snapshot_id, kept = call.params["SnapshotId"], call.store(SnapshotStore).snapshots
    check_ids("snapshot", "InvalidSnapshot", "snap", [snapshot_id], kept)
    dry_run(call)
    del kept[snapshot_id]
    call.store(TagStore).tags.pop(snapshot_id, None)
    return {}


FILTERS = {
    "description": lambda it: [it["Description"]],
    "encrypted": lambda it: flag(it["Encrypted"]),
    "owner-id": lambda it: [it["OwnerId"]],
    "progress": lambda it: [it["Progress"]],
    "snapshot-id": lambda it: [it["SnapshotId"]],
    "start-time": lambda it: [f"{it['StartTime']:%Y-%m-%dT%H:%M:%S.000Z}"],
    "status": lambda it: [it["State"]],
    "storage-tier": lambda it: [it["StorageTier"]],
    "volume-id": lambda it: [it["VolumeId"]],
    "volume-size": lambda it: [str(it["VolumeSize"])],
}


def _describe(call: Call, snapshot: Snapshot) -> dict[str, Any]:
    brief = _brief(call, snapshot)
    failed = "The snapshot could not be completed" if brief["State"] == "error" else None
    return brief | {
        "Progress": brief["Progress"] or "0%",
        "StorageTier": "standard",
        "StateMessage": failed,
        "KmsKeyId": snapshot.kms_key_id,
        "CompletionTime": snapshot.completed,
    }


@operation("ec2", "DescribeSnapshots")
def describe_snapshots(call: Call) -> Mapping[str, Any]:
    """Snapshots of the caller's account (none is shared with it), by ids or filters."""
    dry_run(call)
    kept, ids = call.store(SnapshotStore).snapshots, call.params.get("SnapshotIds") or []
    absent = [snapshot_id for snapshot_id in ids if snapshot_id not in kept]
    if absent:
        raise missing("snapshot", "InvalidSnapshot", absent)
    owners = call.params.get("OwnerIds")
    if owners and not {"self", call.account} & set(owners):
        return {"Snapshots": []}
    asked = [kept[snapshot_id] for snapshot_id in ids] if ids else list(kept.values())
    described = [_describe(call, snapshot) for snapshot in asked]
    shown, token = paged(
        call, select(described, call.params.get("Filters"), FILTERS, lambda it: it["Tags"]), "SnapshotIds"
    )
    return {"Snapshots": shown, "NextToken": token}
