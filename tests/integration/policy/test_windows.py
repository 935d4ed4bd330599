# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the windows of a policy do when they open: scan and nothing more, or install, whatever became of batch 1."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import pytest

from tests.integration.estate import POLICY, Estate, Played

pytestmark = pytest.mark.slow

DB1, DB2, DB3 = (f"i-0db0000000000000{number}" for number in (1, 2, 3))
APP1 = "i-0a000000000000001"
NATIVE = [{"name": "test", "delivery": "native"}, {"name": "prod"}]
ANY_PATCH: Mapping[str, Any] = {
    "approvals": {"test": {"classifications": [], "severities": [], "after_days": 0}},
    "defaults": {
        **POLICY["defaults"],
        "maintenance_windows": {"max_errors": "100%", "output_s3_bucket_name": "patch-output"},
    },
}


def apply(estate: Estate, *arguments: str) -> Played:
    """Bring the policy of the environment test into force."""
    played = estate.play("policy.yml", *arguments, patch_environment="test")
    assert played.returncode == 0, played.output
    return played


def window(estate: Estate) -> dict[str, Any]:
    """The only window that there is."""
    (found,) = estate.client("ssm").describe_maintenance_windows()["WindowIdentities"]
    return dict(found)


def opened(estate: Estate) -> dict[str, dict[str, Any]]:
    """Open the only window and wait for its end; its tasks by name, with their start, end and status."""
    client = estate.client("ssm")
    window_id = window(estate)["WindowId"]
    execution = estate.sandbox.open_window(window_id)
    until = time.monotonic() + 60
    while client.get_maintenance_window_execution(WindowExecutionId=execution)["Status"] in ("PENDING", "IN_PROGRESS"):
        assert time.monotonic() < until, "the window did not end"
        time.sleep(0.3)
    names = {
        task["Priority"]: task["Name"] for task in client.describe_maintenance_window_tasks(WindowId=window_id)["Tasks"]
    }
    tasks = client.describe_maintenance_window_execution_tasks(WindowExecutionId=execution)
    found = {}
    for identity in tasks["WindowExecutionTaskIdentities"]:
        task = client.get_maintenance_window_execution_task(
            WindowExecutionId=execution, TaskId=identity["TaskExecutionId"]
        )
        found[names[task["Priority"]]] = task
    return found


def states(estate: Estate) -> dict[str, dict[str, Any]]:
    """What the service knows of the nodes' patches."""
    answer = estate.client("ssm").describe_instance_patch_states(InstanceIds=[DB1, DB2, DB3, APP1])
    return {entry["InstanceId"]: entry for entry in answer["InstancePatchStates"]}


def other_key(estate: Estate) -> None:
    """Give one node its patch group under the other key."""
    group = estate.sandbox.machine(DB3)["tags"]["Patch Group"]
    estate.sandbox.patch_machine(DB3, tags={"PatchGroup": group, "Patch Group": None})


def test_with_controller_a_window_scans_all_nodes_and_installs_nothing(estate: Estate) -> None:
    estate.set_policy(**ANY_PATCH)
    apply(estate)
    assert states(estate) == {}, "nothing was scanned before"
    (task,) = list(opened(estate).values())
    assert task["Status"] == "SUCCESS"
    found = states(estate)
    assert {node: state["Operation"] for node, state in found.items()} == dict.fromkeys((DB1, DB2, DB3, APP1), "Scan")
    assert {node: state["MissingCount"] for node, state in found.items()} == {DB1: 2, DB2: 2, DB3: 2, APP1: 1}
    assert not any(machine["installed"] for machine in estate.sandbox.machines())
    plan = estate.play("plan.yml", patch_environment="test")
    assert plan.returncode == 0, plan.output
    assert "native_update" not in plan, "a run minds no window that scans"


def test_with_native_each_batch_is_patched_after_the_one_before_it_although_that_failed(estate: Estate) -> None:
    other_key(estate)
    estate.set_policy(environments=NATIVE, **ANY_PATCH)
    check = apply(estate, "--check", "--diff")
    assert "+++ after: maintenance window hybridops-test-install-0600 in 111111111111 eu-central-1" in check
    assert "Delivery native: in test the maintenance windows of AWS install by themselves" in check
    assert estate.sandbox.writes() == []
    played = apply(estate)
    assert "each installs also when the one before it failed: no gate holds it" in played
    estate.sandbox.patch_machine(DB2, faults={"install_fails": True})
    tasks = opened(estate)
    assert list(tasks) == ["install-batch_1", "install-batch_2"]
    first, second = tasks["install-batch_1"], tasks["install-batch_2"]
    assert (first["Status"], second["Status"]) == ("FAILED", "SUCCESS"), "no gate held batch 2"
    assert first["EndTime"] <= second["StartTime"]
    found = states(estate)
    assert {node: state["Operation"] for node, state in found.items()} == dict.fromkeys(found, "Install")
    assert {node: state["MissingCount"] for node, state in found.items() if node != DB2} == {DB1: 0, DB3: 0, APP1: 0}
    assert found[DB2]["FailedCount"] > 0
    commands = {command["CommandId"]: command for command in estate.client("ssm").list_commands()["Commands"]}
    assert {command["OutputS3BucketName"] for command in commands.values()} == {"patch-output"}
    assert {command["Comment"] for command in commands.values()} == {
        "Install on test, slot 0600, batch_1",
        "Install on test, slot 0600, batch_2",
    }

    back_to_controller(estate)


def back_to_controller(estate: Estate) -> None:
    """Nothing installs behind a run's back any more."""
    estate.set_policy(environments=["test", "prod"])
    estate.sandbox.clear_requests()
    check = apply(estate, "--check", "--diff")
    assert "would be removed: windows hybridops-test-install-0600; would be new: windows hybridops-test-scan" in check
    assert window(estate)["Name"] == "hybridops-test-install-0600"
    apply(estate)
    assert window(estate)["Name"] == "hybridops-test-scan"
    estate.sandbox.clear_requests()
    assert "changed=0" in apply(estate)
    assert estate.sandbox.writes() == []
