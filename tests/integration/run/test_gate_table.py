# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every way in which Ansible would let batch 2 start although batch 1 is not done. It must not, and must close."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.integration.estate import Estate, Played, verdicts

APP = "i-0a000000000000001"
DB1, DB2, DB3 = (f"i-0db0000000000000{number}" for number in (1, 2, 3))
FAILS: dict[str, Any] = {"faults": {"install_fails": True}}


def touched(estate: Estate, node_id: str) -> list[dict[str, Any]]:
    """The writing requests that name a node."""
    return [entry for entry in estate.sandbox.writes() if node_id in json.dumps(entry["params"])]


def held(estate: Estate, played: Played) -> None:
    """Windows did not start, the run says so, everything was closed."""
    assert touched(estate, APP) == []
    assert played.returncode == 2, played.output
    run = estate.run()
    assert verdicts(run)["app1"] != "passed"
    folder = estate.reports / run["run_id"]
    assert (folder / "report.html").exists()
    assert json.loads((folder / "report.json").read_text(encoding="utf-8"))["runs"][0]["run_id"] == run["run_id"]


def held_by_gate(estate: Estate, played: Played, reason: str) -> None:
    held(estate, played)
    run = estate.run()
    assert run["status"] in ("failed", "held")
    assert verdicts(run)["app1"] == "held"
    gate = [gate for gate in run["gates"] if gate["batch"] == "batch_2"][-1]
    assert gate["opened"] is False
    assert reason in gate["reason"]
    assert "app1" in played.output.split("PLAY RECAP")[1]


def test_as_many_as_the_policy_allows_may_fail(estate: Estate) -> None:
    estate.set_policy(defaults={"accept": ["default_baseline"], "gate": {"max_failed": 1}})
    estate.sandbox.patch_machine(DB2, **FAILS)
    played = estate.play("patch.yml", patch_environment="test")
    assert played.returncode == 2, played.output
    assert verdicts(estate.run()) == {"db1": "passed", "db2": "failed", "db3": "passed", "app1": "passed"}


def test_a_node_that_nobody_reaches_any_more_with_strategy_free(estate: Estate) -> None:
    """The agent is lost while it installs: what Ansible would call unreachable."""
    estate.sandbox.patch_machine(DB1, faults={"agent_lost": "install"})
    played = estate.play(
        "patch.yml", patch_environment="test", patch_install_timeout=20, env={"ANSIBLE_STRATEGY": "free"}
    )
    held_by_gate(estate, played, "db1 of batch_1 failed")


def test_all_of_the_wave_fail_and_power_is_restored(estate: Estate) -> None:
    estate.sandbox.patch_machine(DB3, power="stopped")
    for node_id in (DB1, DB2, DB3):
        estate.sandbox.patch_machine(node_id, **FAILS)
    played = estate.play("patch.yml", patch_environment="test")
    held_by_gate(estate, played, "0 of 3 passed")
    assert estate.sandbox.machine(DB3)["power"] == "stopped"


def test_serial_one_with_a_failing_canary(estate: Estate) -> None:
    estate.sandbox.patch_machine(DB1, **FAILS)
    played = estate.play("patch.yml", patch_environment="test", patch_waves=[1])
    held_by_gate(estate, played, "0 of 3 passed")
    assert verdicts(estate.run()) == {"db1": "failed", "db2": "held", "db3": "held", "app1": "held"}
    assert touched(estate, DB2) == touched(estate, DB3) == []


def test_one_of_three_fails_whatever_the_inventory_says_of_localhost(estate: Estate) -> None:
    data = estate.inventory_data()
    data["all"]["hosts"] = {
        "localhost": {"ansible_connection": "ssh", "ansible_host": "192.0.2.1", "ansible_python_interpreter": "/none"}
    }
    data["all"]["vars"] = {"ansible_become": True, "ansible_shell_type": "powershell", "ansible_connection": "winrm"}
    inventory = estate.write("own_localhost.yml", data)
    estate.sandbox.patch_machine(DB2, **FAILS)
    played = estate.play("patch.yml", patch_environment="test", inventory=inventory)
    held_by_gate(estate, played, "db2 of batch_1 failed")
    assert verdicts(estate.run()) == {"db1": "passed", "db2": "failed", "db3": "passed", "app1": "held"}


def test_limit_to_batch_2(estate: Estate) -> None:
    played = estate.play("patch.yml", "--limit", "batch_2", patch_environment="test")
    held_by_gate(estate, played, "batch_1 not done")
    assert estate.sandbox.writes() == []


@pytest.mark.parametrize(
    "task",
    [
        "Start the installation, for each reboot mode that the policy gives nodes of this wave",
        "Start the snapshots",
    ],
)
def test_start_at_task(estate: Estate, task: str) -> None:
    played = estate.play("patch.yml", "--start-at-task", task, patch_environment="test")
    assert played.returncode == 2, played.output
    assert estate.sandbox.writes() == []


def test_tags_that_skip_the_gate(estate: Estate) -> None:
    estate.play("patch.yml", "--tags", "install", patch_environment="test")
    estate.play("patch.yml", "--skip-tags", "gate", "--limit", "batch_2", patch_environment="test")
    assert estate.sandbox.writes() == []


OPEN_GATE = {
    "batch": "batch_2",
    "opened": True,
    "wave": 1,
    "going": 1,
    "reason": "because I say so",
    "providers": ["aws"],
    "nodes": [],
    "hooks": [],
    "command_checks": [],
    "agent_node_ids": [],
    "joined_at": "2026-01-01T00:00:00Z",
    "reboot_modes": {"with_install": [APP]},
}


def test_an_extra_variable_that_overwrites_the_gate(estate: Estate) -> None:
    played = estate.play("patch.yml", "--limit", "batch_2", patch_environment="test", gate_answer=OPEN_GATE)
    held(estate, played)
    assert "is closed" in played
    assert estate.sandbox.writes() == []


def test_an_extra_variable_that_overwrites_the_batch(estate: Estate) -> None:
    played = estate.play("patch.yml", patch_environment="test", patch_batch="batch_2")
    assert played.returncode == 2
    assert "patch_batch" in played
    assert estate.sandbox.writes() == []
    assert estate.runs() == 0


def test_a_slice_that_plans_for_itself_is_refused(estate: Estate) -> None:
    inventory = estate.write("slice.yml", estate.inventory_data(leave_out=("db2", "db3")))
    played = estate.play("patch.yml", patch_environment="test", inventory=inventory)
    assert played.returncode == 2
    assert "db2" in played
    assert estate.sandbox.writes() == []
    assert estate.runs() == 0


def test_a_slice_joins_the_run_and_waits_for_the_others(estate: Estate) -> None:
    planned = estate.play("plan.yml", patch_environment="test", patch_save=True, patch_run_id="sliced")
    assert planned.returncode == 0, planned.output
    variables = {"patch_environment": "test", "patch_run_id": "sliced", "patch_close": False}
    second = estate.write("slice2.yml", estate.inventory_data(leave_out=("db1", "db2", "db3")))
    first = estate.write("slice1.yml", estate.inventory_data(leave_out=("db3", "app1")))
    played = estate.play("patch.yml", inventory=second, **variables)
    held_by_gate_while_running(estate, played)
    played = estate.play("patch.yml", inventory=first, **variables)
    assert played.returncode == 0, played.output
    played = estate.play("patch.yml", inventory=second, **variables)
    held_by_gate_while_running(estate, played)
    assert verdicts(estate.run()) == {"db1": "passed", "db2": "passed", "db3": None, "app1": "held"}


def held_by_gate_while_running(estate: Estate, played: Played) -> None:
    assert played.returncode == 2, played.output
    assert touched(estate, APP) == []
    assert estate.run()["status"] == "running"


@pytest.mark.parametrize("operation", ["CreateSnapshots", "SendCommand"])
def test_a_whole_call_fails(estate: Estate, operation: str) -> None:
    estate.sandbox.patch_machine(DB3, power="stopped")
    estate.sandbox.fault("error", operation=operation, code="AccessDeniedException", status=400, times=None)
    played = estate.play("patch.yml", patch_environment="test")
    held(estate, played)
    assert "AccessDeniedException" in played
    assert estate.sandbox.machine(DB3)["power"] == "stopped"
    assert "passed" not in verdicts(estate.run()).values()


def test_a_person_may_open_the_gate_with_a_reason(estate: Estate) -> None:
    estate.sandbox.patch_machine(DB2, **FAILS)
    played = estate.play("patch.yml", patch_environment="test", patch_gate_override="CHG0042: db2 is spare")
    assert played.returncode == 2, played.output
    run = estate.run()
    assert verdicts(run)["app1"] == "passed"
    assert run["gates"][-1]["override"]["reason"] == "CHG0042: db2 is spare"
