# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the record of a run from a story: the same story always gives the same record, with times that fit together."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.report_patches import counts, patches

Record = dict[str, Any]

START = datetime(2026, 11, 21, 5, 0, 0, tzinfo=UTC)
PHASE_SECONDS = {
    "power": (20, 90),
    "snapshot": (240, 420),
    "observe": (25, 45),
    "install": (300, 900),
    "reboot": (90, 210),
    "observe_after": (25, 45),
    "verify": (5, 12),
}
LINUX = ("redhat", "ubuntu", "amazon_linux_2023", "centos", "suse", "amazon_linux_2")


def iso(moment: datetime) -> str:
    """An instant as the ledger writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _hex(*parts: object, length: int = 17) -> str:
    return hashlib.sha256("/".join(map(str, parts)).encode()).hexdigest()[:length]


@dataclass
class Story:
    """What is to happen in one run. ``fates`` maps a node's place in its batch to what goes wrong with it."""

    environment: str
    account: str
    run_id: str
    start: datetime = START
    batches: Sequence[tuple[str, str, int]] = (("batch_1", "linux", 6), ("batch_2", "windows", 3))
    waves: Sequence[int] = (1, 100)
    fates: dict[tuple[str, int], str] = field(default_factory=dict)
    stop_at: tuple[str, int, str] | None = None
    """Batch, wave and phase that are still going when the record is written."""
    patched: bool = True
    """Whether anything was missing at the start."""
    warnings: Sequence[str] = ()
    override: Record | None = None
    name: Callable[[str, str, int], str] = lambda environment, family, i: f"{environment}-{family[:3]}-{i + 1:02d}"
    patches_each: int = 4


def make_run(story: Story) -> Record:
    """One run that goes as its story says: waves in order, a gate before each, a closed gate after a failure."""
    rng = random.Random(story.run_id)
    clock = story.start + timedelta(seconds=15)
    gates: list[Record] = []
    batches: list[Record] = []
    state = "open"
    for number, (name, family, size) in enumerate(story.batches):
        before = [story.batches[number - 1][0]] if number else []
        nodes: list[Record] = []
        for wave, places in _waves(size, story.waves):
            state = _gate(gates, name, wave, batches, nodes, clock, state, story)
            made = [_node(story, rng, name, family, place, wave) for place in places]
            nodes += made
            for node in made:
                node["phases"].append(_phase("plan", story.start, 2))
            if state != "open":
                for node in made:
                    node["verdict"] = None if state == "going" else "held"
                    node["reason"] = "" if state == "going" else gates[-1]["reason"]
                continue
            clock = _work(story, rng, name, wave, list(zip(places, made, strict=True)), clock + timedelta(seconds=3))
            if story.stop_at and story.stop_at[:2] == (name, wave):
                state = "going"
        batches.append({"name": name, "after": before, **_ends(nodes), "nodes": nodes})
    return _finish(story, gates, batches, state)


def _finish(story: Story, gates: list[Record], batches: list[Record], state: str) -> Record:
    verdicts = [node["verdict"] for batch in batches for node in batch["nodes"]]
    status = "running" if state == "going" else "passed" if set(verdicts) == {"passed"} else "failed"
    ends = [
        phase["finished"] for batch in batches for n in batch["nodes"] for phase in n["phases"] if phase["finished"]
    ]
    return {
        "run_id": story.run_id,
        "environment": story.environment,
        "status": status,
        "started": iso(story.start),
        "finished": None if status == "running" else max([*ends, *(g["evaluated_at"] for g in gates)]),
        "policy": {"path": "playbooks/examples/policies/full.yml", "sha256": _hex(story.environment, length=64)},
        "gates": gates,
        "warnings": list(story.warnings),
        "batches": batches,
    }


def _waves(size: int, waves: Sequence[int]) -> list[tuple[int, range]]:
    result, done, number = [], 0, 0
    while done < size:
        take = min(size - done, waves[min(number, len(waves) - 1)])
        result.append((number + 1, range(done, done + take)))
        done, number = done + take, number + 1
    return result


def _gate(
    gates: list[Record],
    name: str,
    wave: int,
    earlier: list[Record],
    own: list[Record],
    clock: datetime,
    state: str,
    story: Story,
) -> str:
    if state == "going":
        return state
    judged = [*(node for batch in earlier for node in batch["nodes"]), *own]
    bad = [node for node in judged if node["verdict"] != "passed"]
    override = story.override if bad and story.override else None
    opened = not bad or override is not None
    words = f"{len(bad)} of {len(judged)} earlier nodes did not pass: {', '.join(n['name'] for n in bad[:3])}"
    good = "no earlier batch" if not judged else f"all {len(judged)} earlier nodes passed"
    gates.append(
        {
            "batch": name,
            "wave": wave,
            "opened": opened,
            "reason": words if bad else good,
            "evaluated_at": iso(clock + timedelta(seconds=2)),
            "override": override,
        }
    )
    return "open" if opened else "closed"


def _node(story: Story, rng: random.Random, batch: str, family: str, place: int, wave: int) -> Record:
    name = story.name(story.environment, family, place)
    node_id = f"i-{_hex(story.account, story.environment, batch, place)}"
    if family == "hybrid":
        family, node_id = "linux", f"mi-{node_id[2:]}"
    baseline = f"pb-{_hex(story.environment, family)}"
    return {
        "node_id": node_id,
        "name": name,
        "provider": "aws",
        "account": story.account,
        "region": rng.choice(("eu-central-1", "eu-west-1")),
        "os_family": family,
        "os": "windows" if family == "windows" else LINUX[place % len(LINUX)],
        "application": ("payroll", "web shop", "intranet", "data hub")[place % 4],
        "wave": wave,
        "patch_group": f"patch_{story.environment}_0600_{batch}",
        "verdict": None,
        "reason": "",
        "snapshot_ids": [],
        "power": {"before": "running", "started_by_run": False, "restored": None},
        "baseline": {"intended": baseline, "reported": baseline},
        "patches": {},
        "checks": [],
        "services": {"lost": [], "ports_lost": []},
        "phases": [],
        "operations": [],
    }


def _phase(name: str, start: datetime, seconds: float, status: str = "passed", detail: str = "") -> Record:
    end = iso(start + timedelta(seconds=seconds))
    return {"name": name, "started": iso(start), "finished": end, "status": status, "detail": detail}


def _work(
    story: Story, rng: random.Random, batch: str, wave: int, placed: list[tuple[int, Record]], clock: datetime
) -> datetime:
    """Take a wave through its phases; every phase starts when the one before has ended on all nodes."""
    nodes = [node for _place, node in placed]
    places = {node["node_id"]: place for place, node in placed}
    for name, (low, high) in PHASE_SECONDS.items():
        going = [node for node in nodes if node["verdict"] is None]
        handle = f"{_hex(story.run_id, batch, wave, name, length=8)}-{_hex(name, length=4)}"
        stop = story.stop_at == (batch, wave, name)
        ends = [clock]
        for node in going:
            seconds = rng.randint(low, high)
            fate = story.fates.get((batch, places[node["node_id"]]), "")
            phase = _phase(name, clock, seconds, *_outcome(name, fate))
            if stop and (node is going[0] or rng.random() < 0.6):
                phase |= {"finished": None, "status": "started", "detail": "waiting for the service's answer"}
            node["phases"].append(phase)
            _operate(node, phase, handle)
            ends.append(clock + timedelta(seconds=seconds))
            _happen(story, node, name, fate, phase)
        if stop:
            return clock
        clock = max(ends)
    return clock


def _outcome(phase: str, fate: str) -> tuple[str, str]:
    if phase == "install" and fate == "install":
        return "failed", "exit status 156: yum could not resolve mirror.example"
    if phase == "verify" and fate == "service":
        return "failed", "services before and after: no longer running: httpd"
    if phase == "verify" and fate == "lost":
        return "not_checked", "the agent does not answer since the reboot"
    if phase == "power" and fate != "stopped":
        return "skipped", "was running"
    return "passed", ""


def _operate(node: Record, phase: Record, handle: str) -> None:
    kinds = {
        "power": "start",
        "snapshot": "snapshot",
        "observe": "command",
        "install": "install",
        "reboot": "restart",
        "observe_after": "command",
    }
    if phase["status"] == "skipped" or phase["name"] not in kinds:
        return
    state = "finished" if phase["finished"] else "sent"
    times = {"sent_at": phase["started"], "finished_at": phase["finished"]}
    node["operations"].append(
        {"kind": kinds[phase["name"]], "handle": handle, "state": state, "status": "", "detail": "", **times}
    )


def _happen(story: Story, node: Record, phase: str, fate: str, done: Record) -> None:
    if phase == "power" and fate == "stopped":
        node["power"] = {"before": "stopped", "started_by_run": True, "restored": None}
    if phase == "snapshot":
        node["snapshot_ids"] = [
            f"snap-{_hex(node['node_id'], disk)}" for disk in range(1 if len(node["name"]) % 2 else 2)
        ]
    if phase == "observe":
        node["patches"]["before"] = _before(story, node, done)
    if done["status"] == "failed":
        node["verdict"], node["reason"] = "failed", done["detail"]
    if phase == "observe_after":
        _observe_after(node, done)
    if phase == "verify":
        _verify(node, done)


def _before(story: Story, node: Record, phase: Record) -> Record:
    missing = patches(node["os_family"], story.patches_each) if story.patched else []
    return {
        "baseline_id": node["baseline"]["reported"],
        "reported_at": phase["finished"] or "",
        "operation": "Scan",
        "counts": counts(installed=211, installed_other=14, missing=len(missing), not_applicable=873),
        "patches": [{**patch, "state": "missing", "installed_at": ""} for patch in missing],
        "not_checked": "",
    }


def _observe_after(node: Record, phase: Record) -> None:
    own = node["patches"]
    done = [{**p, "state": "installed", "installed_at": phase["started"]} for p in own["before"]["patches"]]
    own["after"] = own["before"] | {
        "counts": counts(installed=211 + len(done), installed_other=14, not_applicable=873),
        "patches": done,
        "reported_at": phase["finished"] or "",
        "operation": "Install",
    }
    own["installed"] = [patch["id"] for patch in done]


def _verify(node: Record, phase: Record) -> None:
    lost = ["httpd"] if phase["status"] == "failed" else []
    node["services"] = {"lost": lost, "ports_lost": ["443"] if lost else []}
    status = phase["status"] if phase["status"] != "passed" else "passed"
    told = phase["detail"] or "all 31 are there"
    node["checks"] = [
        {"name": "services before and after", "status": status, "detail": told},
        {"name": "patches", "status": "passed", "detail": "nothing missing, failed or pending"},
        {"name": "pending reboot", "status": "passed", "detail": "none"},
    ]
    if phase["status"] == "not_checked":
        node["verdict"], node["reason"] = "not_checked", phase["detail"]
    elif phase["status"] == "passed" and phase["finished"]:
        node["verdict"] = "passed"
        if node["power"]["started_by_run"]:
            node["power"]["restored"] = True


def _ends(nodes: list[Record]) -> Record:
    work = [phase for node in nodes for phase in node["phases"] if phase["name"] != "plan"]
    started = min((phase["started"] for phase in work), default=None)
    open_ones = [node for node in nodes if node["verdict"] is None]
    return {"started": started, "finished": None if open_ones or not work else max(p["finished"] for p in work)}
