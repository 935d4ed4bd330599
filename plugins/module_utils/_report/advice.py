# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What to do next, from a completed record of a run: short sentences in the order in which they matter."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._core.states import FAILED, GOING, NOT_CHECKED, PASSED, PLANNED
from .outcome import held_by_gate, node_state, nodes_of, orders, run_state

NodeRecord = dict[str, Any]
MAX_NAMED = 5


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing to do, and the nodes that it concerns (the first few of ``total``)."""

    text: str
    nodes: tuple[NodeRecord, ...] = ()
    total: int = 0
    urgent: bool = False


def _those(nodes: Sequence[NodeRecord], text: str, *, urgent: bool = False) -> Advice:
    return Advice(text, tuple(nodes[:MAX_NAMED]), len(nodes), urgent)


def _count(number: int, what: str = "node") -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def _it(number: int, one: str, many: str) -> str:
    return one if number == 1 else many


def _broken_order(run: Mapping[str, Any]) -> list[Advice]:
    return [
        Advice(
            f"{order.batch} began before {' and '.join(order.after)} had ended. Find out why before the next run.",
            urgent=True,
        )
        for order in orders(run)
        if not order.kept
    ]


def _failed(run: Mapping[str, Any]) -> list[Advice]:
    nodes = [node for node in nodes_of(run) if node_state(node) == FAILED]
    if not nodes:
        return []
    kept = sum(1 for node in nodes if node["snapshot_ids"])
    sets = _it(kept, "A snapshot set", f"{kept:,} snapshot sets")
    whom = _it(len(nodes), "it", "them") if kept == len(nodes) else _it(kept, "one of them", "some of them")
    saved = f" {sets} from before the run can restore {whom}." if kept else ""
    return [_those(nodes, f"Repair {_it(len(nodes), 'the node that', 'the nodes that')} failed.{saved}", urgent=True)]


def _not_checked(run: Mapping[str, Any]) -> list[Advice]:
    nodes = [node for node in nodes_of(run) if node_state(node) == NOT_CHECKED]
    text = f"Look at {_count(len(nodes))} by hand: {_it(len(nodes), 'it', 'they')} could not be verified."
    return [_those(nodes, text, urgent=True)] if nodes else []


def _power(run: Mapping[str, Any]) -> list[Advice]:
    """Nodes that the run started and that are still running although nothing is going any more."""
    nodes = [
        node
        for node in nodes_of(run)
        if node["power"]["started_by_run"] and not node["power"]["restored"] and node_state(node) != GOING
    ]
    if not nodes or (run_state(run) == GOING and not run["finished"]):
        return []
    text = f"Stop {_count(len(nodes))} that the run started and that should be stopped: playbooks/restore_power.yml."
    return [_those(nodes, text, urgent=True)]


def _gates(run: Mapping[str, Any]) -> list[Advice]:
    held = any(held_by_gate(run, batch["name"], node) for batch in run["batches"] for node in batch["nodes"])
    waiting = [
        node
        for batch in run["batches"]
        for node in batch["nodes"]
        if node_state(node) == PLANNED or held_by_gate(run, batch["name"], node)
    ]
    if not held:
        return []
    where = run["environment"] or "the environment"
    return [Advice(f"Then start a new run of {where}: {_count(len(waiting))} still to be patched.")]


def _going(run: Mapping[str, Any]) -> list[Advice]:
    if run_state(run) != GOING or run["finished"]:
        return []
    return [Advice("Wait; if the controller stopped, start it again with the same run id: nothing is sent twice.")]


def _pending(run: Mapping[str, Any]) -> list[Advice]:
    nodes = [
        node
        for node in nodes_of(run)
        if node_state(node) == PASSED and node["patches"]["after"]["counts"].get("installed_pending_reboot")
    ]
    text = f"Reboot {_count(len(nodes))}: patches there take effect only then."
    return [_those(nodes, text)] if nodes else []


def _baseline(run: Mapping[str, Any]) -> list[Advice]:
    nodes = [node for node in nodes_of(run) if baseline_differs(node)]
    report = _it(len(nodes), "reports", "report")
    text = f"Check the patch group: {_count(len(nodes))} {report} a baseline that is not the intended one."
    return [_those(nodes, text)] if nodes else []


def baseline_differs(node: Mapping[str, Any]) -> bool:
    """Whether a node reports another baseline than the one intended for it."""
    intended, reported = node["baseline"]["intended"], node["baseline"]["reported"]
    return bool(intended and reported and intended != reported)


_RULES: tuple[Callable[[Mapping[str, Any]], list[Advice]], ...] = (
    _broken_order,
    _failed,
    _not_checked,
    _power,
    _gates,
    _going,
    _pending,
    _baseline,
)


def advise(run: Mapping[str, Any]) -> list[Advice]:
    """What to do next about a run; a run that passed and left nothing behind needs nothing."""
    found = [advice for rule in _RULES for advice in rule(run)]
    if found:
        return found
    if run_state(run) == PLANNED:
        return [Advice("Read the plan; then start the run.")]
    return [Advice("Nothing.")] if run_state(run) == PASSED else [Advice("Read the reasons below.")]
