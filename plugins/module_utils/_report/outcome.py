# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run has come to: counts, batches, gates and one sentence.

Everything here works on a completed record (:func:`schema.complete`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .._core.states import FAILED, GOING, HELD, NOT_CHECKED, PASSED, PLANNED
from .times import first_time, last_time, parse_time

STATES = (FAILED, NOT_CHECKED, HELD, GOING, PLANNED, PASSED)
"""States of a node in a report, those that want attention first."""

LABELS = {
    PASSED: "Passed",
    FAILED: "Failed",
    HELD: "Held",
    NOT_CHECKED: "Not checked",
    GOING: "Going",
    PLANNED: "Planned",
}
_RUN_STATES = {"running": GOING, **{state: state for state in STATES}}


def nodes_of(run: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The nodes of a run, batch by batch."""
    for batch in run["batches"]:
        yield from batch["nodes"]


def work_phases(node: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The phases of a node that do something in the cloud: all but the plan, which is made for all nodes at once."""
    return [phase for phase in node["phases"] if phase["name"] != "plan" and phase["started"]]


def node_state(node: Mapping[str, Any]) -> str:
    """The verdict, or for a node without one ``going`` when work has begun and ``planned`` when it has not."""
    if node["verdict"]:
        return str(node["verdict"])
    return GOING if work_phases(node) else PLANNED


@dataclass(frozen=True, slots=True)
class Counts:
    """How many nodes are in each state."""

    by_state: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.by_state.values())

    @property
    def done(self) -> int:
        return self.total - self[GOING] - self[PLANNED]

    def __getitem__(self, state: str) -> int:
        return self.by_state.get(state, 0)


def count(nodes: Iterable[Mapping[str, Any]]) -> Counts:
    """Count nodes by state."""
    return Counts(Counter(node_state(node) for node in nodes))


def worst(counts: Counts) -> str:
    """One state for a set of nodes; ``passed`` only when every one of them passed."""
    if not counts.total:
        return PLANNED
    if counts[FAILED]:
        return FAILED
    if counts[GOING] or (counts.done and counts[PLANNED]):
        return GOING
    return next((state for state in (NOT_CHECKED, HELD, PLANNED) if counts[state]), PASSED)


def run_state(run: Mapping[str, Any]) -> str:
    """The state of a run: what the record says, else what its nodes say."""
    return _RUN_STATES.get(run["status"]) or worst(count(nodes_of(run)))


def as_of(run: Mapping[str, Any]) -> datetime | None:
    """The latest instant that the record of a run mentions."""
    texts: list[object] = [run["started"], run["finished"]]
    texts += [gate["evaluated_at"] for gate in run["gates"]]
    for batch in run["batches"]:
        texts += [batch["started"], batch["finished"]]
        for node in batch["nodes"]:
            for phase in node["phases"]:
                texts += [phase["started"], phase["finished"]]
    return last_time(texts)


def work_span(nodes: Iterable[Mapping[str, Any]]) -> tuple[datetime | None, datetime | None]:
    """When the first work on these nodes began, and when the last ended (None while something is unfinished)."""
    phases = [phase for node in nodes for phase in work_phases(node)]
    started = first_time(phase["started"] for phase in phases)
    if any(parse_time(phase["finished"]) is None for phase in phases):
        return started, None
    return started, last_time(phase["finished"] for phase in phases)


def gate_of(run: Mapping[str, Any], batch: str) -> dict[str, Any] | None:
    """The gate that says most about a batch: the first closed one, else the first one evaluated; None before that."""
    gates = [gate for gate in run["gates"] if gate["batch"] == batch]
    return next((gate for gate in gates if not gate["opened"]), gates[0] if gates else None)


def held_by_gate(run: Mapping[str, Any], batch: str, node: Mapping[str, Any]) -> bool:
    """Whether a node waits because of a gate: the gate then names the node's reason as its own.

    A gate that looks at one application at a time may be open for some nodes and hold others.
    """
    if node["verdict"] != HELD:
        return False
    gates = [gate for gate in run["gates"] if gate["batch"] == batch]
    return any(node["reason"] in gate["reason"] if node["reason"] else not gate["opened"] for gate in gates)


@dataclass(frozen=True, slots=True)
class Order:
    """Whether a batch waited for the batches before it, by the times in the record."""

    batch: str
    after: tuple[str, ...]
    earlier_finished: datetime
    started: datetime

    @property
    def kept(self) -> bool:
        return self.started >= self.earlier_finished

    @property
    def gap(self) -> float:
        """Seconds from the end of the earlier batches to the start of this one; negative when the order is broken."""
        return (self.started - self.earlier_finished).total_seconds()


def orders(run: Mapping[str, Any]) -> list[Order]:
    """For each batch that has begun and that comes after others: when they ended and when it began."""
    by_name = {batch["name"]: batch for batch in run["batches"]}
    found = []
    for batch in run["batches"]:
        earlier = [node for name in batch["after"] if name in by_name for node in by_name[name]["nodes"]]
        ended = last_time(
            phase[key] for node in earlier for phase in work_phases(node) for key in ("started", "finished")
        )
        started = work_span(batch["nodes"])[0]
        if started and ended:
            found.append(Order(batch["name"], tuple(batch["after"]), ended, started))
    return found


def installed_by(run: Mapping[str, Any]) -> int:
    """How many installations the run made: patches times nodes."""
    return sum(len(node["patches"]["installed"]) for node in nodes_of(run))


def _nodes(number: int) -> str:
    return f"{number:,} node" if number == 1 else f"{number:,} nodes"


def _held_back(run: Mapping[str, Any]) -> str:
    """Which batches a closed gate kept from starting, as the end of a sentence."""
    names = [b["name"] for b in run["batches"] if (gate := gate_of(run, b["name"])) and not gate["opened"]]
    untouched = [name for name in names if not work_span(_batch(run, name)["nodes"])[0]]
    return f"; {' and '.join(untouched)} did not start" if untouched else ""


def _batch(run: Mapping[str, Any], name: str) -> dict[str, Any]:
    return next(batch for batch in run["batches"] if batch["name"] == name)


def _all_passed(run: Mapping[str, Any], counts: Counts) -> str:
    installed = installed_by(run)
    patches = f"{installed:,} patch installation{'' if installed == 1 else 's'}" if installed else "nothing to install"
    return f"{'The only node' if counts.total == 1 else f'All {_nodes(counts.total)}'} passed: {patches}"


def headline(run: Mapping[str, Any]) -> str:
    """The run in one sentence."""
    counts, state = count(nodes_of(run)), run_state(run)
    if not counts.total:
        return "No node is in this run."
    if state == PASSED and counts[PASSED] == counts.total:
        return f"{_all_passed(run, counts)}."
    if state == PLANNED:
        return f"{_nodes(counts.total)} planned; nothing has been started."
    if state == GOING:
        trouble = f", {counts[FAILED]:,} of them failed" if counts[FAILED] else ""
        return f"{counts.done:,} of {_nodes(counts.total)} are done{trouble}{_held_back(run)}."
    parts = [f"{counts[s]:,} {LABELS[s].lower()}" for s in (FAILED, NOT_CHECKED, HELD, GOING, PLANNED) if counts[s]]
    return f"{counts[PASSED]:,} of {_nodes(counts.total)} passed, {', '.join(parts)}{_held_back(run)}."
