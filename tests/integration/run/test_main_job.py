# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The main job: batch 1, gate, batch 2, over the real protocol; two nodes are off before it and after it."""

from __future__ import annotations

import json

import pytest

from tests.integration.estate import Estate, nodes, verdicts
from tests.sandbox.client import SandboxProcess

STOPPED = ("i-0db00000000000003", "i-0a000000000000001")
"""db3 and app1, which are off before the run."""


@pytest.fixture(scope="module")
def patched(shared_sandbox: SandboxProcess, tmp_path_factory: pytest.TempPathFactory) -> Estate:
    """The estate after one run, for all tests that only look at it."""
    shared_sandbox.reset()
    shared_sandbox.patch_machine("db1", agent_version="3.0.0.0")
    for node_id in STOPPED:
        shared_sandbox.patch_machine(node_id, power="stopped")
    estate = Estate(tmp_path_factory.mktemp("patched"), shared_sandbox)
    played = estate.play("patch.yml", patch_environment="test")
    assert played.returncode == 0, played.output
    return estate


def test_a_run_from_begin_to_end(patched: Estate) -> None:
    run = patched.run()
    assert run["status"] == "passed"
    assert set(verdicts(run).values()) == {"passed"}
    for node in nodes(run).values():
        assert node["snapshot_ids"]
        assert node["patches"]["installed"]
        assert node["patches"]["after"]["counts"]["missing"] == 0
        assert [phase["name"] for phase in node["phases"]] == [
            "plan",
            "power",
            "snapshot",
            "observe",
            "install",
            "observe_after",
            "verify",
        ]
        assert {phase["status"] for phase in node["phases"]} == {"passed"}
    assert [gate["opened"] for gate in run["gates"]] == [True, True]


def test_no_install_of_batch_2_before_every_verdict_of_batch_1(patched: Estate) -> None:
    run = patched.run()
    first, second = run["batches"]
    verified = max(p["finished"] for n in first["nodes"] for p in n["phases"] if p["name"] == "verify")
    installed = min(p["started"] for n in second["nodes"] for p in n["phases"] if p["name"] == "install")
    assert verified < installed
    sent = [
        (entry["seq"], entry["params"]["InstanceIds"])
        for entry in patched.sandbox.requests(operation="SendCommand")
        if "Install" in json.dumps(entry["params"].get("Parameters"))
    ]
    assert [ids for _seq, ids in sent] == [sorted(sent[0][1]), ["i-0a000000000000001"]]


def test_the_reports_are_written(patched: Estate) -> None:
    run = patched.run()
    folder = patched.reports / run["run_id"]
    assert {path.name for path in folder.iterdir()} >= {"report.html", "report.json", "nodes.csv"}
    assert json.loads((folder / "report.json").read_text(encoding="utf-8"))["runs"][0]["run_id"] == run["run_id"]


def test_only_the_agent_that_is_not_the_newest_is_updated(patched: Estate) -> None:
    updates = patched.sandbox.writes(operation="SendCommand")
    ids = [entry["params"]["InstanceIds"] for entry in updates if "UpdateSSMAgent" in entry["params"]["DocumentName"]]
    assert ids == [["i-0db00000000000001"]]


def test_a_stopped_node_is_started_patched_and_stopped_again(patched: Estate) -> None:
    sandbox = patched.sandbox
    for operation in ("StartInstances", "StopInstances"):
        asked = [one for entry in sandbox.writes(operation=operation) for one in entry["params"]["InstanceIds"]]
        assert sorted(asked) == sorted(STOPPED), operation
    for node_id in STOPPED:
        machine = sandbox.machine(node_id)
        assert machine["power"] == "stopped"
        assert not any(tag.startswith("hybridops:power") for tag in machine["tags"])
        order = [entry["operation"] for entry in sandbox.writes() if node_id in json.dumps(entry["params"])]
        assert order.index("CreateTags") < order.index("StartInstances") < order.index("CreateSnapshots")
        assert order.index("SendCommand") < order.index("StopInstances")


def test_a_second_run_finds_nothing_and_the_same_run_changes_nothing(patched: Estate) -> None:
    run_id = patched.run()["run_id"]
    patched.sandbox.clear_requests()
    again = patched.play("patch.yml", patch_environment="test", patch_run_id=run_id)
    assert again.returncode == 0, again.output
    assert f"Run {run_id} (test) ended" in again
    assert patched.sandbox.writes() == []
    assert patched.runs() == 1

    second = patched.play("patch.yml", patch_environment="test")
    assert second.returncode == 0, second.output
    assert "0 of 3 nodes get 0 patches, 3 lack nothing" in second
    assert patched.runs() == 2
    for node in nodes(patched.run()).values():
        assert node["verdict"] == "passed"
        assert node["reason"].startswith("nothing to install")
        assert node["patches"]["installed"] == []
    installs = [e for e in patched.sandbox.writes(operation="SendCommand") if "Install" in json.dumps(e["params"])]
    assert installs == []
