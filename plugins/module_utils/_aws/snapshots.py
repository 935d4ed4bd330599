# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""EBS snapshots as the service lists them, and how those of a node are found again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .._core.targets import chunks
from .client import Connection
from .instances import FILTER_VALUES, PAGE, tag_dict

NODE_TAG = "hybridops:node"
DEVICE_TAG = "hybridops:device"
OPERATION_TAG = "hybridops:operation"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One snapshot. ``state`` is pending, completed, error, or another word of the service."""

    snapshot_id: str
    volume_id: str
    state: str
    progress: str
    message: str
    started: str
    tags: Mapping[str, str]

    @classmethod
    def from_api(cls, raw: Mapping[str, Any]) -> Snapshot:
        """From an entry of DescribeSnapshots, or of CreateSnapshots, which calls some things differently."""
        started = raw.get("StartTime")
        return cls(
            snapshot_id=str(raw["SnapshotId"]),
            volume_id=str(raw.get("VolumeId", "")),
            state=str(raw.get("State", "")),
            progress=str(raw.get("Progress", "")),
            message=str(raw.get("StateMessage", "")),
            started=started.isoformat() if isinstance(started, datetime) else "",
            tags=tag_dict(raw.get("Tags")),
        )

    def to_dict(self, device: str = "") -> dict[str, Any]:
        """As the scope and the module's answer have it."""
        return {
            "snapshot_id": self.snapshot_id,
            "volume_id": self.volume_id,
            "device": device or self.tags.get(DEVICE_TAG, ""),
            "state": self.state,
            "progress": self.progress,
        }


def snapshots_by_id(connection: Connection, snapshot_ids: Sequence[str]) -> dict[str, Snapshot]:
    """Those of the snapshots that exist. A filter, since SnapshotIds fails as a whole for one unknown id."""
    found: dict[str, Snapshot] = {}
    for part in chunks(list(snapshot_ids), FILTER_VALUES):
        found.update(_by_filters(connection, [{"Name": "snapshot-id", "Values": part}]))
    return found


def snapshots_by_tags(connection: Connection, tags: Mapping[str, Sequence[str]]) -> list[Snapshot]:
    """Our own snapshots whose tags have one of the values each, oldest first."""
    filters = [{"Name": f"tag:{key}", "Values": list(values)} for key, values in sorted(tags.items())]
    return sorted(_by_filters(connection, filters).values(), key=lambda snapshot: snapshot.started)


def sets_of_nodes(connection: Connection, node_ids: Sequence[str]) -> dict[str, list[Snapshot]]:
    """The newest snapshot set of each node, whatever made it."""
    found: list[Snapshot] = []
    for part in chunks(list(node_ids), FILTER_VALUES):
        found.extend(snapshots_by_tags(connection, {NODE_TAG: part}))
    newest: dict[str, tuple[str, str]] = {}
    for snapshot in found:
        node_id, operation = snapshot.tags.get(NODE_TAG, ""), snapshot.tags.get(OPERATION_TAG, "")
        newest[node_id] = max(newest.get(node_id, ("", "")), (snapshot.started, operation))
    return by_node(
        snapshot
        for snapshot in found
        if snapshot.tags.get(OPERATION_TAG, "") == newest[snapshot.tags.get(NODE_TAG, "")][1]
    )


def by_node(snapshots: Iterable[Snapshot]) -> dict[str, list[Snapshot]]:
    """Snapshots by the node that their tag names."""
    groups: dict[str, list[Snapshot]] = {}
    for snapshot in snapshots:
        groups.setdefault(snapshot.tags.get(NODE_TAG, ""), []).append(snapshot)
    return groups


def _by_filters(connection: Connection, filters: Sequence[Mapping[str, Any]]) -> dict[str, Snapshot]:
    listed = connection.pages(
        "ec2",
        "describe_snapshots",
        "Snapshots",
        "read the snapshots",
        OwnerIds=["self"],
        Filters=list(filters),
        MaxResults=PAGE,
    )
    return {snapshot.snapshot_id: snapshot for snapshot in map(Snapshot.from_api, listed)}
