# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records of runs as the ledger writes them, made up but consistent; shared by the report's unit and browser tests."""

from __future__ import annotations

from datetime import timedelta

from tests.report_story import START, Record, Story, iso, make_run


def passed_run() -> Record:
    """An environment of two batches in which everything went well; one node was stopped before."""
    return make_run(
        Story("test", "111111111111", "run-20261121-test", fates={("batch_1", 3): "stopped"}, waves=(1, 2, 100))
    )


def nothing_run() -> Record:
    """The same environment again: nothing is missing."""
    return make_run(Story("test", "111111111111", "run-20261122-test", START + timedelta(days=1), patched=False))


def failed_run() -> Record:
    """A Linux node loses its service, so Windows does not start."""
    return make_run(
        Story(
            environment="lab",
            account="111111111111",
            run_id="run-20261121-lab",
            start=START + timedelta(hours=2),
            batches=(("batch_1", "linux", 1), ("batch_2", "windows", 1)),
            fates={("batch_1", 0): "service"},
            warnings=("lab-lin-01: no application tag; checks of applications do not cover it",),
        )
    )


def mixed_run() -> Record:
    """Failures of several kinds in one batch."""
    return make_run(
        Story(
            environment="prod",
            account="222222222222",
            run_id="run-20261121-prod-broken",
            start=START + timedelta(hours=4),
            batches=(("batch_1", "linux", 14), ("batch_2", "windows", 6)),
            waves=(1, 4, 100),
            fates={
                ("batch_1", 2): "stopped",
                ("batch_1", 6): "install",
                ("batch_1", 8): "service",
                ("batch_1", 10): "lost",
            },
        )
    )


def running_run() -> Record:
    """A run in its second batch."""
    return make_run(
        Story(
            environment="prod",
            account="222222222222",
            run_id="run-20261121-prod",
            start=START + timedelta(hours=6),
            batches=(("batch_1", "linux", 7), ("batch_2", "windows", 5)),
            stop_at=("batch_2", 1, "install"),
        )
    )


def override_run() -> Record:
    """A closed gate that a person opened with a reason."""
    return make_run(
        Story(
            environment="prod",
            account="222222222222",
            run_id="run-20261121-prod-override",
            start=START + timedelta(hours=8),
            fates={("batch_1", 3): "install"},
            waves=(100,),
            override={"reason": "the failed node is the spare one", "by": "duty officer"},
        )
    )


def demo_record() -> Record:
    """Three environments: two passed, one failed."""
    prod = Story(
        environment="prod",
        account="222222222222",
        run_id="run-20261121-prod",
        start=START + timedelta(hours=1),
        batches=(("batch_1", "linux", 6), ("batch_2", "windows", 3)),
        fates={("batch_1", 4): "stopped"},
    )
    return {"runs": [passed_run(), make_run(prod), failed_run()]}


def big_record(nodes: int = 5000, patches_each: int = 15) -> Record:
    """One run over many nodes with a few failures near its end."""
    linux, windows = nodes * 3 // 5, nodes - nodes * 3 // 5
    fates = {("batch_1", place): ("service", "install", "lost")[place % 3] for place in range(linux - 40, linux, 4)}
    story = Story(
        environment="prod",
        account="333333333333",
        run_id="run-20261121-big",
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
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "{{ 7 * 7 }}{% raw %}",
    '=HYPERLINK("http://x.example")',
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


def hostile_record() -> Record:
    """A run in which every text that comes from outside tries to break out of the page or of a cell."""
    run = failed_run()
    run["batches"] = [
        {"name": HOSTILE[3], "after": [], "nodes": []},
        {"name": HOSTILE[0], "after": [HOSTILE[3]], "nodes": []},
    ]
    run["gates"] = [{"batch": HOSTILE[0], "wave": 1, "opened": False, "reason": HOSTILE[1], "evaluated_at": iso(START)}]
    run["warnings"], run["run_id"], run["environment"] = list(HOSTILE), HOSTILE[1], HOSTILE[2]
    for i, evil in enumerate(HOSTILE):
        node = failed_run()["batches"][0]["nodes"][0]
        node |= dict.fromkeys(("name", "reason", "application", "account", "region", "os", "patch_group"), evil)
        node |= {"node_id": f"{i}{evil}", "wave": i, "verdict": "failed", "snapshot_ids": [evil]}
        node["checks"] = [{"name": evil, "status": "failed", "detail": evil}]
        node["services"] = {"lost": [evil], "ports_lost": [evil]}
        node["phases"] += [{"name": evil, "started": iso(START), "finished": None, "status": evil, "detail": evil}]
        node["operations"] = [{"kind": evil, "handle": evil, "state": evil, "sent_at": evil, "finished_at": None}]
        node["patches"]["after"] = {"patches": [{"id": evil, "title": evil, "state": "failed"}], "not_checked": evil}
        run["batches"][i % 2]["nodes"].append(node)
    return {"runs": [run]}
