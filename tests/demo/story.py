# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the demonstration has to show, read from its report and from the machines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.sandbox.client import SandboxProcess

Run = Mapping[str, Any]


@dataclass(frozen=True)
class Told:
    """The lines of the story, and whether it went as it should."""

    lines: list[str]
    as_told: bool


def tell(record: Mapping[str, Any], codes: Mapping[str, int], sandbox: SandboxProcess) -> Told:
    """Compare what happened with what should have."""
    runs = {run["environment"]: run for run in record["runs"]}
    outcomes = list(_outcomes(runs, codes, sandbox))
    lines = ["", "== What happened"]
    lines += [f"{'ok  ' if good else 'FAIL'}  {text}" for text, good in outcomes]
    return Told(lines, bool(outcomes) and all(good for _text, good in outcomes))


def _outcomes(runs: Mapping[str, Run], codes: Mapping[str, int], sandbox: SandboxProcess) -> Iterator[tuple[str, bool]]:
    for name in ("test", "prod"):
        run = runs[name]
        nodes = _nodes(run)
        installed = sum(len(node["patches"]["installed"]) for node in nodes)
        passed = [node for node in nodes if node["verdict"] == "passed"]
        good = run["status"] == "passed" and codes[name] == 0 and len(passed) == len(nodes) and installed > 0
        yield (
            f"{name}: {len(passed)} of {len(nodes)} nodes passed, {installed} patches installed, exit {codes[name]}",
            good,
        )
        yield f"{name}: {_order(run)}", in_order(run)
        for batch in run["batches"]:
            clouds = _clouds(batch["nodes"])
            yield f"{name}: {batch['name']} had nodes of {' and '.join(clouds)}", clouds == ["aws", "azure"]
        protected = [node for node in nodes if node["snapshot_ids"]]
        unprotected = [node["name"] for node in nodes if not node["snapshot_ids"]]
        words = f", not for {', '.join(unprotected)}, as the policy allows" if unprotected else ""
        yield f"{name}: snapshots of {len(protected)} nodes before anything was installed{words}", bool(protected)
    stopped = [node for node in _nodes(runs["prod"]) if node["power"].get("before") == "stopped"]
    for node in stopped:
        state = sandbox.machine(node["node_id"])["power"]
        yield f"prod: {node['name']} was stopped, was started for its patches, and is {state} again", state == "stopped"
    clouds = _clouds(stopped)
    yield f"prod: {len(stopped)} nodes were stopped at the beginning, on {' and '.join(clouds)}", len(clouds) == 2
    yield from _lab(runs["lab"], codes["lab"])


def _lab(run: Run, code: int) -> Iterator[tuple[str, bool]]:
    first, second = (batch["nodes"] for batch in run["batches"])
    broken = [node for node in first if node["verdict"] != "passed"]
    for node in broken:
        yield f"lab: {node['name']} {node['verdict']}: {node['reason']}", node["verdict"] == "failed"
    yield f"lab: {len(first) - len(broken)} other Linux nodes passed, on Azure", len(broken) == 1 and len(first) > 1
    gate = [gate for gate in run["gates"] if gate["batch"] == "batch_2"][-1]
    yield f"lab: the gate of batch_2 stayed {'open' if gate['opened'] else 'closed'}", gate["opened"] is False
    touched = [node for node in second if [phase for phase in node["phases"] if phase["name"] != "plan"]]
    held = [node["name"] for node in second if node["verdict"] == "held"]
    yield (
        f"lab: {', '.join(held)} held on both clouds for one failure on AWS, nothing was done to them",
        len(held) == len(second) and not touched and _clouds(second) == ["aws", "azure"],
    )
    yield f"lab: the run ended as {run['status']}, exit {code}", run["status"] == "failed" and code == 2


def _clouds(nodes: Iterable[Mapping[str, Any]]) -> list[str]:
    return sorted({node["provider"].split("_")[0] for node in nodes})


def _nodes(run: Run) -> list[Mapping[str, Any]]:
    return [node for batch in run["batches"] for node in batch["nodes"]]


def _times(run: Run, batch: str, phase: str, which: str) -> list[str]:
    return [
        found[which]
        for one in run["batches"]
        if one["name"] == batch
        for node in one["nodes"]
        for found in node["phases"]
        if found["name"] == phase and found[which]
    ]


def in_order(run: Run) -> bool:
    """Whether every node of batch 1 had its verdict before anything was installed on batch 2."""
    verdicts, installs = _times(run, "batch_1", "verify", "finished"), _times(run, "batch_2", "install", "started")
    return bool(verdicts) and bool(installs) and max(verdicts) < min(installs)


def _order(run: Run) -> str:
    verdicts, installs = _times(run, "batch_1", "verify", "finished"), _times(run, "batch_2", "install", "started")
    if not verdicts or not installs:
        return "the order of the batches cannot be seen"
    return f"the last Linux verdict at {max(verdicts)[11:19]}, the first Windows installation at {min(installs)[11:19]}"
