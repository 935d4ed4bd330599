# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One ordered run over both clouds: the databases of both before the applications of both."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.integration.clouds.conftest import ACCEPTING
from tests.integration.estate import ROOT, Estate, nodes, verdicts
from tests.sandbox.client import SandboxProcess

DATABASES, APPLICATIONS = {"ec2-db", "vm-db", "arc-db"}, {"ec2-app", "vm-app", "arc-app"}


@pytest.fixture(scope="module")
def patched(shared_clouds: SandboxProcess, tmp_path_factory: pytest.TempPathFactory) -> Estate:
    """The estate after one run, for all tests that only look at it."""
    shared_clouds.reset()
    estate = Estate(tmp_path_factory.mktemp("patched"), shared_clouds, ACCEPTING)
    played = estate.play("patch.yml", patch_environment="test")
    assert played.returncode == 0, played.output
    return estate


def phases(node: dict[str, Any]) -> dict[str, str]:
    """The status of each phase of a node."""
    return {phase["name"]: phase["status"] for phase in node["phases"]}


def test_a_run_over_both_clouds_from_begin_to_end(patched: Estate) -> None:
    run = patched.run()
    assert run["status"] == "passed"
    assert set(verdicts(run).values()) == {"passed"}
    for name, node in nodes(run).items():
        assert node["patches"]["installed"], name
        assert node["patches"]["after"]["counts"]["missing"] == 0
        assert bool(node["snapshot_ids"]) == (not name.startswith("arc"))
        assert phases(node) == {
            "plan": "passed",
            "power": "passed",
            "snapshot": "skipped" if name.startswith("arc") else "passed",
            "observe": "passed",
            "install": "passed",
            "observe_after": "passed",
            "verify": "passed",
        }
    assert [gate["opened"] for gate in run["gates"]] == [True, True]
    assert {node["provider"] for node in nodes(run).values()} == {"aws", "azure_vm", "azure_arc"}


def test_both_clouds_are_in_one_batch_and_one_gate(patched: Estate) -> None:
    run = patched.run()
    first, second = run["batches"]
    assert {node["name"] for node in first["nodes"]} == DATABASES
    assert {node["name"] for node in second["nodes"]} == APPLICATIONS
    verified = max(p["finished"] for n in first["nodes"] for p in n["phases"] if p["name"] == "verify")
    installed = min(p["started"] for n in second["nodes"] for p in n["phases"] if p["name"] == "install")
    assert verified < installed
    sent = [
        (entry["seq"], entry["params"])
        for entry in patched.sandbox.requests(writing=True)
        if entry["operation"].lower().endswith("/installpatches/action")
    ]
    assert len(sent) == 4


def test_every_request_of_a_run_to_azure_is_in_its_role(patched: Estate) -> None:
    role = json.loads((ROOT / "docs" / "permissions" / "azure_patch.json").read_text(encoding="utf-8"))
    asked = {e["operation"].lower() for e in patched.sandbox.requests() if e["service"] in ("arm", "graph")}
    assert asked
    assert asked - {action.lower() for action in role["Actions"]} == set()


def test_what_was_stopped_is_stopped_again(patched: Estate) -> None:
    assert nodes(patched.run())["vm-db"]["power"]["before"] == "stopped"
    machine = patched.sandbox.machine("vm-db")
    assert machine["power"] == "stopped"
    assert "hybridops:power-before" not in machine["tags"]


def test_a_second_run_finds_nothing(patched: Estate) -> None:
    patched.sandbox.clear_requests()
    second = patched.play("patch.yml", patch_environment="test")
    assert second.returncode == 0, second.output
    assert "0 of 3 nodes get 0 patches, 3 lack nothing" in second
    assert set(verdicts(patched.run()).values()) == {"passed"}
    installs = [e for e in patched.sandbox.writes() if "installpatches" in e["operation"].lower()]
    assert installs == []
