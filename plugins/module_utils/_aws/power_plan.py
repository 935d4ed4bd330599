# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be started, stopped or restarted: the plan of ``ec2_power``."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from .._core.nodes import Node
from .instances import Instance, is_hybrid

BEFORE_TAG = "hybridops:power-before"
"""On a node that a run started: its power state before. Whoever finds it can restore it without a ledger."""

HYBRID = "it is a hybrid node, whose power cannot be controlled from here"
HYBRID_OFFLINE = "it is a hybrid node whose agent does not answer, and it cannot be started from here"
UNKNOWN = "this account and region has no such instance"
ABSENT = "it is terminated"


@dataclass(slots=True)
class PowerPlan:
    """Instance ids by what is to be done with them, in the order of the nodes.

    ``before`` is the power state to remember; ``tag`` are those to mark before they are started, ``untag`` those whose
    mark has served. ``settled`` are as they should be.
    """

    start: list[str] = field(default_factory=list)
    stop: list[str] = field(default_factory=list)
    restart: list[str] = field(default_factory=list)
    tag: list[str] = field(default_factory=list)
    untag: list[str] = field(default_factory=list)
    settled: list[str] = field(default_factory=list)
    unsupported: dict[str, str] = field(default_factory=dict)
    before: dict[str, str] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)

    @property
    def touched(self) -> list[str]:
        """Ids of the nodes whose power is changed."""
        return [*self.start, *self.stop, *self.restart]


def plan_power(
    state: str,
    nodes: Sequence[Node],
    instances: Mapping[str, Instance],
    remembered: Mapping[str, str],
    online: Collection[str] = (),
) -> PowerPlan:
    """What to do so that the nodes are in ``state``: started, stopped, restarted or restored.

    ``remembered`` is what the ledger knows of their power before. A mark on a node is older than this run and wins
    over what the node shows now: a run that broke off had started it. ``online`` are the hybrid nodes whose agent
    answers: these need no start.
    """
    plan = PowerPlan()
    for node in nodes:
        instance = instances.get(node.node_id)
        if is_hybrid(node.node_id):
            _hybrid(plan, state, node.node_id, online)
        elif instance is None:
            plan.failures[node.node_id] = UNKNOWN
        elif instance.power_state == "absent":
            plan.failures[node.node_id] = ABSENT
        elif state == "restored":
            _restored(plan, instance, remembered.get(node.node_id, ""))
        else:
            _PLANNERS[state](plan, instance)
    return plan


def transient(instances: Mapping[str, Instance], state: str) -> list[str]:
    """Instances that have to come to rest before they can be brought into ``state``."""
    moving = {"started": ("stopping",), "restarted": ("stopping", "starting")}.get(state, ("starting",))
    return [node_id for node_id, instance in instances.items() if instance.power_state in moving]


def _hybrid(plan: PowerPlan, state: str, node_id: str, online: Collection[str]) -> None:
    if state == "restored":
        return
    if state == "started" and node_id in online:
        plan.settled.append(node_id)
    else:
        plan.unsupported[node_id] = HYBRID_OFFLINE if state == "started" else HYBRID


def _remember(plan: PowerPlan, instance: Instance) -> None:
    now = {"starting": "running", "stopping": "stopped"}.get(instance.power_state, instance.power_state)
    # A tag that somebody else's start left behind says nothing about this one: a machine that runs is in use.
    plan.before[instance.node_id] = now


def _started(plan: PowerPlan, instance: Instance) -> None:
    _remember(plan, instance)
    if instance.power_state == "running":
        plan.settled.append(instance.node_id)
        return
    plan.start.append(instance.node_id)
    if BEFORE_TAG not in instance.tags and plan.before[instance.node_id] == "stopped":
        plan.tag.append(instance.node_id)


def _stopped(plan: PowerPlan, instance: Instance) -> None:
    _remember(plan, instance)
    wanted = plan.settled if instance.power_state in ("stopped", "stopping") else plan.stop
    wanted.append(instance.node_id)


def _restarted(plan: PowerPlan, instance: Instance) -> None:
    if instance.power_state == "stopped":
        _started(plan, instance)
        return
    _remember(plan, instance)
    plan.restart.append(instance.node_id)


def _restored(plan: PowerPlan, instance: Instance, remembered: str) -> None:
    before = remembered or instance.tags.get(BEFORE_TAG, "")
    if BEFORE_TAG in instance.tags:
        plan.untag.append(instance.node_id)
    if before == "stopped" and instance.power_state not in ("stopped", "stopping"):
        plan.stop.append(instance.node_id)
    else:
        plan.settled.append(instance.node_id)


_PLANNERS: Mapping[str, Callable[[PowerPlan, Instance], None]] = {
    "started": _started,
    "stopped": _stopped,
    "restarted": _restarted,
}
