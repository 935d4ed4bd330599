# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be started, turned off or restarted so that machines are in a power state."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from .nodes import Node

BEFORE_TAG = "hybridops:power-before"
"""On a node that a run started: its power state before. Whoever finds it can restore it without a ledger."""

RUNNING, STOPPED, DEALLOCATED = "running", "stopped", "deallocated"
_RESTING = {"starting": RUNNING, "stopping": STOPPED, "deallocating": DEALLOCATED}


@dataclass(frozen=True, slots=True)
class Machine:
    """What a plan has to know of a machine.

    ``power_state`` is running, stopped, deallocated, on its way there (starting, stopping, deallocating), absent or
    unknown. ``mark`` is the value of its tag :data:`BEFORE_TAG`. ``online``: whether its agent answers, which matters
    only where the power is not ``controllable``. ``problem``: why nothing could be learnt.
    """

    node_id: str
    power_state: str = "unknown"
    mark: str = ""
    controllable: bool = True
    online: bool = False
    problem: str = ""

    @property
    def resting(self) -> str:
        """The power state, or the one that it is on its way to."""
        return _RESTING.get(self.power_state, self.power_state)


@dataclass(frozen=True, slots=True)
class PowerRules:
    """How a cloud's machines are off, and how messages call what it does not have.

    ``off`` are the states, each more off than the one before it; the last is that of a machine of which only is known
    that it was off.
    """

    off: tuple[str, ...]
    uncontrollable: str
    unreachable: str
    unknown: str
    absent: str

    def depth(self, power_state: str) -> int:
        """How far off a state is; 0 for one that is not off."""
        return self.off.index(power_state) + 1 if power_state in self.off else 0


@dataclass(slots=True)
class PowerPlan:
    """Node ids by what is to be done with them, in the order of the nodes.

    ``before`` is the power state of each; ``tag`` are those to mark with it before they are started, ``untag`` those
    whose mark has served. ``settled`` are as they should be.
    """

    start: list[str] = field(default_factory=list)
    stop: list[str] = field(default_factory=list)
    deallocate: list[str] = field(default_factory=list)
    restart: list[str] = field(default_factory=list)
    tag: list[str] = field(default_factory=list)
    untag: list[str] = field(default_factory=list)
    settled: list[str] = field(default_factory=list)
    unsupported: dict[str, str] = field(default_factory=dict)
    before: dict[str, str] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)

    @property
    def actions(self) -> dict[str, list[str]]:
        """Node ids by the action."""
        return {"start": self.start, "stop": self.stop, "deallocate": self.deallocate, "restart": self.restart}

    @property
    def touched(self) -> list[str]:
        """Ids of the nodes whose power is changed."""
        return [node_id for node_ids in self.actions.values() for node_id in node_ids]

    @property
    def remembered(self) -> dict[str, str]:
        """Power state of each node before, as the ledger keeps it: every state of being off is stopped."""
        return {node_id: STOPPED if state == DEALLOCATED else state for node_id, state in self.before.items()}

    def turn_off(self, node_id: str, wanted: str) -> None:
        """Have a node turned off, to a state of :attr:`PowerRules.off`."""
        (self.deallocate if wanted == DEALLOCATED else self.stop).append(node_id)


def plan_power(
    state: str, nodes: Sequence[Node], machines: Mapping[str, Machine], remembered: Mapping[str, str], rules: PowerRules
) -> PowerPlan:
    """What to do so that the nodes are in ``state``: started, stopped, deallocated, restarted or restored.

    ``machines`` are those that exist, by node id; ``remembered`` is what the ledger knows of their power before. A tag
    that somebody else's start left behind says nothing about this one: a machine that runs is in use.
    """
    plan = PowerPlan()
    for node in nodes:
        machine = machines.get(node.node_id)
        if machine is None:
            plan.failures[node.node_id] = rules.unknown
        elif machine.problem:
            plan.failures[node.node_id] = machine.problem
        elif not machine.controllable:
            _uncontrollable(plan, state, machine, rules)
        elif machine.power_state == "absent":
            plan.failures[node.node_id] = rules.absent
        elif state == "restored":
            _restored(plan, machine, remembered.get(node.node_id, ""), rules)
        else:
            _PLANNERS[state](plan, machine, rules)
    return plan


def transient(machines: Mapping[str, Machine], state: str) -> list[str]:
    """Machines that have to come to rest before they can be brought into ``state``."""
    going_off = ("stopping", "deallocating")
    moving = {"started": going_off, "restarted": (*going_off, "starting")}.get(state, ("starting",))
    return [node_id for node_id, machine in machines.items() if machine.power_state in moving]


def _uncontrollable(plan: PowerPlan, state: str, machine: Machine, rules: PowerRules) -> None:
    if state == "restored":
        return
    if state == "started" and machine.online:
        plan.settled.append(machine.node_id)
    else:
        plan.unsupported[machine.node_id] = rules.unreachable if state == "started" else rules.uncontrollable


def _started(plan: PowerPlan, machine: Machine, rules: PowerRules) -> None:
    plan.before[machine.node_id] = machine.resting
    if machine.power_state == RUNNING:
        plan.settled.append(machine.node_id)
        return
    plan.start.append(machine.node_id)
    if rules.depth(machine.resting) and machine.mark != machine.resting:
        plan.tag.append(machine.node_id)


def _off(wanted: str) -> Callable[[PowerPlan, Machine, PowerRules], None]:
    def planner(plan: PowerPlan, machine: Machine, rules: PowerRules) -> None:
        plan.before[machine.node_id] = machine.resting
        _turn_off(plan, machine, wanted, rules)

    return planner


def _turn_off(plan: PowerPlan, machine: Machine, wanted: str, rules: PowerRules) -> None:
    """What is more off than wanted is left so: nothing can be stopped that is deallocated."""
    if rules.depth(machine.resting) >= rules.depth(wanted):
        plan.settled.append(machine.node_id)
    else:
        plan.turn_off(machine.node_id, wanted)


def _restarted(plan: PowerPlan, machine: Machine, rules: PowerRules) -> None:
    if machine.power_state in rules.off:
        _started(plan, machine, rules)
        return
    plan.before[machine.node_id] = machine.resting
    plan.restart.append(machine.node_id)


def _restored(plan: PowerPlan, machine: Machine, remembered: str, rules: PowerRules) -> None:
    plan.before[machine.node_id] = machine.resting
    if machine.mark:
        plan.untag.append(machine.node_id)
    _turn_off(plan, machine, _before(machine, remembered, rules), rules)


def _before(machine: Machine, remembered: str, rules: PowerRules) -> str:
    """The state to go back to. The ledger knows whether a machine was off, the mark how it was."""
    if rules.depth(machine.mark) and (not remembered or rules.depth(remembered)):
        return machine.mark
    return rules.off[-1] if rules.depth(remembered) else RUNNING


_PLANNERS: Mapping[str, Callable[[PowerPlan, Machine, PowerRules], None]] = {
    "started": _started,
    "stopped": _off(STOPPED),
    "deallocated": _off(DEALLOCATED),
    "restarted": _restarted,
}
