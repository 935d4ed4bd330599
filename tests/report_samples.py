# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records of runs as the ledger writes them, made up but consistent: the same arguments always give the same record."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

Dict = dict[str, Any]

START = datetime(2026, 11, 21, 5, 0, 0, tzinfo=timezone.utc)
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
LINUX_PATCHES = (
    ("kernel.x86_64", "kernel.x86_64:0:5.14.0-503.15.1.el9_5", "Security", "Important"),
    ("openssl-libs.x86_64", "openssl-libs.x86_64:1:3.2.2-6.el9_5.1", "Security", "Critical"),
    ("glibc.x86_64", "glibc.x86_64:0:2.34-125.el9_5.3", "Security", "Important"),
    ("httpd.x86_64", "httpd.x86_64:0:2.4.62-1.el9_5.2", "Security", "Moderate"),
    ("sudo.x86_64", "sudo.x86_64:0:1.9.5p2-10.el9_3", "Bugfix", "Low"),
    ("curl.x86_64", "curl.x86_64:0:7.76.1-31.el9", "Security", "Moderate"),
    ("python3.x86_64", "python3.x86_64:0:3.9.19-8.el9_5.1", "Security", "Moderate"),
    ("systemd.x86_64", "systemd.x86_64:0:252-46.el9_5.2", "Bugfix", "Low"),
)
WINDOWS_PATCHES = (
    ("KB5046616", "2026-11 Cumulative Update for Microsoft server operating system version 21H2", "SecurityUpdates",
     "Critical"),
    ("KB5045933", "2026-11 Cumulative Update for .NET Framework 3.5, 4.8 and 4.8.1", "SecurityUpdates", "Important"),
    ("KB890830", "Windows Malicious Software Removal Tool x64 - v5.130", "UpdateRollups", "Unspecified"),
)


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
    override: Dict | None = None
    name: Callable[[str, str, int], str] = lambda environment, family, i: f"{environment}-{family[:3]}-{i + 1:02d}"
    patches_each: int = 4


def make_run(story: Story) -> Dict:
    """One run that goes as its story says: waves in order, a gate before each, a closed gate after a failure."""
    rng = random.Random(story.run_id)
    clock = story.start + timedelta(seconds=15)
    gates: list[Dict] = []
    batches: list[Dict] = []
    state = "open"
    for number, (name, family, size) in enumerate(story.batches):
        before = [story.batches[number - 1][0]] if number else []
        nodes: list[Dict] = []
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


def _finish(story: Story, gates: list[Dict], batches: list[Dict], state: str) -> Dict:
    verdicts = [node["verdict"] for batch in batches for node in batch["nodes"]]
    status = "running" if state == "going" else "passed" if set(verdicts) == {"passed"} else "failed"
    ends = [phase["finished"] for batch in batches for n in batch["nodes"] for phase in n["phases"] if phase["finished"]]
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
    gates: list[Dict], name: str, wave: int, earlier: list[Dict], own: list[Dict], clock: datetime, state: str, story: Story
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
            **{"batch": name, "wave": wave, "opened": opened, "reason": words if bad else good},
            **{"evaluated_at": iso(clock + timedelta(seconds=2)), "override": override},
        }
    )
    return "open" if opened else "closed"


def _patches(family: str, count: int) -> list[Dict]:
    catalogue = WINDOWS_PATCHES if family == "windows" else LINUX_PATCHES
    keys = ("id", "title", "classification", "severity")
    chosen = [dict(zip(keys, catalogue[i % len(catalogue)], strict=True)) for i in range(count)]
    for i, patch in enumerate(chosen[len(catalogue) :]):
        patch["id"], patch["title"] = f"{patch['id']}.{i}", f"{patch['title']} part {i}"
    return chosen


def _counts(**known: int) -> Dict:
    names = ("installed", "installed_other", "installed_pending_reboot", "installed_rejected", "missing", "failed")
    return {name: known.get(name, 0) for name in (*names, "not_applicable", "available_security_update")}


def _node(story: Story, rng: random.Random, batch: str, family: str, place: int, wave: int) -> Dict:
    name = story.name(story.environment, family, place)
    node_id = f"i-{_hex(story.account, story.environment, batch, place)}"
    if family == "hybrid":
        family, node_id = "linux", f"mi-{node_id[2:]}"
    baseline = f"pb-{_hex(story.environment, family)}"
    return {
        **{"node_id": node_id, "name": name, "provider": "aws", "account": story.account},
        **{"region": rng.choice(("eu-central-1", "eu-west-1")), "os_family": family},
        **{"os": "windows" if family == "windows" else LINUX[place % len(LINUX)]},
        **{"application": ("payroll", "web shop", "intranet", "data hub")[place % 4], "wave": wave},
        **{"patch_group": f"patch_{story.environment}_0600_{batch}", "verdict": None, "reason": "", "snapshot_ids": []},
        "power": {"before": "running", "started_by_run": False, "restored": None},
        "baseline": {"intended": baseline, "reported": baseline},
        **{"patches": {}, "checks": [], "services": {"lost": [], "ports_lost": []}, "phases": [], "operations": []},
    }


def _phase(name: str, start: datetime, seconds: float, status: str = "passed", detail: str = "") -> Dict:
    end = iso(start + timedelta(seconds=seconds))
    return {"name": name, "started": iso(start), "finished": end, "status": status, "detail": detail}


def _work(
    story: Story, rng: random.Random, batch: str, wave: int, placed: list[tuple[int, Dict]], clock: datetime
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
            phase = _phase(name, clock, seconds, *_outcome(name, fate, node))
            if stop and rng.random() < 0.6:
                phase |= {"finished": None, "status": "started", "detail": "waiting for the service's answer"}
            node["phases"].append(phase)
            _operate(node, phase, handle)
            ends.append(clock + timedelta(seconds=seconds))
            _happen(story, node, name, fate, phase)
        if stop:
            return clock
        clock = max(ends)
    return clock


def _outcome(phase: str, fate: str, node: Dict) -> tuple[str, str]:
    if phase == "install" and fate == "install":
        return "failed", "exit status 156: yum could not resolve mirror.example"
    if phase == "verify" and fate == "service":
        return "failed", "services before and after: no longer running: httpd"
    if phase == "verify" and fate == "lost":
        return "not_checked", "the agent does not answer since the reboot"
    if phase == "power" and fate != "stopped":
        return "skipped", "was running"
    return "passed", ""


def _operate(node: Dict, phase: Dict, handle: str) -> None:
    kinds = {
        **{"power": "start", "snapshot": "snapshot", "observe": "command", "install": "install"},
        **{"reboot": "restart", "observe_after": "command"},
    }
    if phase["status"] == "skipped" or phase["name"] not in kinds:
        return
    state = "finished" if phase["finished"] else "sent"
    times = {"sent_at": phase["started"], "finished_at": phase["finished"]}
    node["operations"].append({"kind": kinds[phase["name"]], "handle": handle, "state": state, **times})


def _happen(story: Story, node: Dict, phase: str, fate: str, done: Dict) -> None:
    if phase == "power" and fate == "stopped":
        node["power"] = {"before": "stopped", "started_by_run": True, "restored": None}
    if phase == "snapshot":
        node["snapshot_ids"] = [f"snap-{_hex(node['node_id'], disk)}" for disk in range(1 if len(node["name"]) % 2 else 2)]
    if phase == "observe":
        node["patches"]["before"] = _before(story, node, done)
    if done["status"] == "failed":
        node["verdict"], node["reason"] = "failed", done["detail"]
    if phase == "observe_after":
        _observe_after(story, node, done)
    if phase == "verify":
        _verify(node, done)


def _before(story: Story, node: Dict, phase: Dict) -> Dict:
    missing = _patches(node["os_family"], story.patches_each) if story.patched else []
    return {
        **{"baseline_id": node["baseline"]["reported"], "reported_at": phase["finished"] or "", "operation": "Scan"},
        **{"counts": _counts(installed=211, installed_other=14, missing=len(missing), not_applicable=873)},
        "patches": [{**patch, "state": "missing", "installed_at": ""} for patch in missing],
        "not_checked": "",
    }


def _observe_after(story: Story, node: Dict, phase: Dict) -> None:
    patches = node["patches"]
    done = [{**p, "state": "installed", "installed_at": phase["started"]} for p in patches["before"]["patches"]]
    patches["after"] = patches["before"] | {
        "counts": _counts(installed=211 + len(done), installed_other=14, not_applicable=873),
        **{"patches": done, "reported_at": phase["finished"] or "", "operation": "Install"},
    }
    patches["installed"] = [patch["id"] for patch in done]


def _verify(node: Dict, phase: Dict) -> None:
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


def _ends(nodes: list[Dict]) -> Dict:
    work = [phase for node in nodes for phase in node["phases"] if phase["name"] != "plan"]
    started = min((phase["started"] for phase in work), default=None)
    open_ones = [node for node in nodes if node["verdict"] is None]
    return {"started": started, "finished": None if open_ones or not work else max(p["finished"] for p in work)}


def passed_run() -> Dict:
    """An environment of two batches in which everything went well; one node was stopped before."""
    return make_run(
        Story("test", "111111111111", "run-20261121-test", fates={("batch_1", 3): "stopped"}, waves=(1, 2, 100))
    )


def nothing_run() -> Dict:
    """The same environment again: nothing is missing."""
    return make_run(Story("test", "111111111111", "run-20261122-test", START + timedelta(days=1), patched=False))


def failed_run() -> Dict:
    """A Linux node loses its service, so Windows does not start."""
    return make_run(
        Story(
            **{"environment": "lab", "account": "111111111111", "run_id": "run-20261121-lab"},
            start=START + timedelta(hours=2),
            batches=(("batch_1", "linux", 1), ("batch_2", "windows", 1)),
            fates={("batch_1", 0): "service"},
            warnings=("lab-lin-01: no application tag; checks of applications do not cover it",),
        )
    )


def mixed_run() -> Dict:
    """Failures of several kinds in one batch."""
    return make_run(
        Story(
            **{"environment": "prod", "account": "222222222222", "run_id": "run-20261121-prod-broken"},
            start=START + timedelta(hours=4),
            batches=(("batch_1", "linux", 14), ("batch_2", "windows", 6)),
            waves=(1, 4, 100),
            fates={
                **{("batch_1", 2): "stopped", ("batch_1", 6): "install", ("batch_1", 8): "service"},
                ("batch_1", 10): "lost",
            },
        )
    )


def running_run() -> Dict:
    """A run in its second batch."""
    return make_run(
        Story(
            **{"environment": "prod", "account": "222222222222", "run_id": "run-20261121-prod"},
            start=START + timedelta(hours=6),
            batches=(("batch_1", "linux", 7), ("batch_2", "windows", 5)),
            stop_at=("batch_2", 1, "install"),
        )
    )


def override_run() -> Dict:
    """A closed gate that a person opened with a reason."""
    return make_run(
        Story(
            **{"environment": "prod", "account": "222222222222", "run_id": "run-20261121-prod-override"},
            start=START + timedelta(hours=8),
            fates={("batch_1", 3): "install"},
            waves=(100,),
            override={"reason": "the failed node is the spare one", "by": "duty officer"},
        )
    )


def demo_record() -> Dict:
    """Three environments: two passed, one failed."""
    prod = Story(
        **{"environment": "prod", "account": "222222222222", "run_id": "run-20261121-prod"},
        start=START + timedelta(hours=1),
        batches=(("batch_1", "linux", 6), ("batch_2", "windows", 3)),
        fates={("batch_1", 4): "stopped"},
    )
    return {"runs": [passed_run(), make_run(prod), failed_run()]}


def big_record(nodes: int = 5000, patches_each: int = 15) -> Dict:
    """One run over many nodes with a few failures near its end."""
    linux, windows = nodes * 3 // 5, nodes - nodes * 3 // 5
    fates = {("batch_1", place): ("service", "install", "lost")[place % 3] for place in range(linux - 40, linux, 4)}
    story = Story(
        **{"environment": "prod", "account": "333333333333", "run_id": "run-20261121-big"},
        batches=(("batch_1", "linux", linux), ("batch_2", "windows", windows)),
        waves=(1, max(1, nodes // 10), nodes),
        fates=fates,
        patches_each=patches_each,
        name=lambda environment, family, i: f"{environment}-{family[:3]}-{i + 1:04d}",
    )
    return {"runs": [make_run(story)]}


HOSTILE = (
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(1)>",
    "\"><svg onload=alert(1)>",
    "' onmouseover='alert(1)",
    "{{ 7 * 7 }}{% raw %}",
    "=HYPERLINK(\"http://x.example\")",
    "+1-1",
    "@SUM(A1)",
    "-2+3",
    "\ttab\r\nline \u2028 separator \x00 null",
    "javascript:alert(1)",
    "<!--<script>",
    "&amp; &lt; ]]>",
    "x" * 300,
    "\u202eright to left\u2066 中文 🦉",
)


def hostile_record() -> Dict:
    """A run in which every text that comes from outside tries to break out of the page or of a cell."""
    run = failed_run()
    run["batches"] = [{"name": HOSTILE[3], "after": [], "nodes": []}, {"name": HOSTILE[0], "after": [HOSTILE[3]], "nodes": []}]
    run["gates"] = [{"batch": HOSTILE[0], "wave": 1, "opened": False, "reason": HOSTILE[1], "evaluated_at": iso(START)}]
    run["warnings"], run["run_id"], run["environment"] = list(HOSTILE), HOSTILE[1], HOSTILE[2]
    for i, evil in enumerate(HOSTILE):
        node = failed_run()["batches"][0]["nodes"][0]
        node |= {key: evil for key in ("name", "reason", "application", "account", "region", "os", "patch_group")}
        node |= {"node_id": f"{i}{evil}", "wave": i, "verdict": "failed", "snapshot_ids": [evil]}
        node["checks"] = [{"name": evil, "status": "failed", "detail": evil}]
        node["services"] = {"lost": [evil], "ports_lost": [evil]}
        node["phases"] += [{"name": evil, "started": iso(START), "finished": None, "status": evil, "detail": evil}]
        node["operations"] = [{"kind": evil, "handle": evil, "state": evil, "sent_at": evil, "finished_at": None}]
        node["patches"]["after"] = {"patches": [{"id": evil, "title": evil, "state": "failed"}], "not_checked": evil}
        run["batches"][i % 2]["nodes"].append(node)
    return {"runs": [run]}
