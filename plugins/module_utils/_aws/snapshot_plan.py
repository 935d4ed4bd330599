# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which nodes get a snapshot set: the plan of ``ec2_snapshot_set``."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from .._core.nodes import Node
from .instances import ABSENT, UNKNOWN, Instance, is_hybrid
from .snapshots import Snapshot

HYBRID = "it is a hybrid node, of which no EC2 snapshot can be made"
NO_VOLUMES = "it has no EBS volume, so there is nothing to make a snapshot of"


@dataclass(slots=True)
class SnapshotPlan:
    """Nodes by what is to be done for them, in their order."""

    create: list[Node] = field(default_factory=list)
    reuse: dict[str, list[Snapshot]] = field(default_factory=dict)
    unsupported: dict[str, str] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)


def plan_snapshots(
    nodes: Sequence[Node],
    instances: Mapping[str, Instance],
    existing: Mapping[str, Sequence[Snapshot]],
    covered: Collection[str] = (),
) -> SnapshotPlan:
    """One set a node. A node that has one of the same run already keeps it; those ``covered`` are under way."""
    plan = SnapshotPlan()
    for node in nodes:
        instance = instances.get(node.node_id)
        if node.node_id in covered:
            continue
        if is_hybrid(node.node_id):
            plan.unsupported[node.node_id] = HYBRID
        elif existing.get(node.node_id):
            plan.reuse[node.node_id] = list(existing[node.node_id])
        elif instance is None:
            plan.failures[node.node_id] = UNKNOWN
        elif instance.power_state == "absent":
            plan.failures[node.node_id] = ABSENT
        elif not instance.devices:
            plan.unsupported[node.node_id] = NO_VOLUMES
        else:
            plan.create.append(node)
    return plan


def common_tags(tags: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """The tags that all have with the same value: what the snapshots of a run have in common."""
    if not tags:
        return {}
    return {key: value for key, value in tags[0].items() if all(other.get(key) == value for other in tags[1:])}
