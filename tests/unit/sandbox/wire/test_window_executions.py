# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Maintenance windows that run: at their time, or when the control API opens them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.unit.sandbox.wire.sandbox_kit import LINUX, STOPPED, Sandbox, eventually

ENDED = ("SUCCESS", "FAILED", "TIMED_OUT", "CANCELLED", "SKIPPED_OVERLAPPING")
NO_ID = "00000000-0000-0000-0000-000000000000"


class Kit:
    """A window of the test account, what is registered with it, and its executions."""

    def __init__(self, sandbox: Sandbox, **settings: Any) -> None:
        self.sandbox, self.ssm = sandbox, sandbox.client("ssm")
        wanted = {"Name": "w-1", "Schedule": "cron(0 6 1 1 ? *)", "Duration": 3, "Cutoff": 1}
        wanted |= {"AllowUnassociatedTargets": True} | settings
        self.id = self.ssm.create_maintenance_window(**wanted)["WindowId"]

    def target(self, *targets: Mapping[str, Any], kind: str = "INSTANCE", **more: Any) -> str:
        made = self.ssm.register_target_with_maintenance_window(
            WindowId=self.id, ResourceType=kind, Targets=list(targets), **more
        )
        return str(made["WindowTargetId"])

    def task(self, targets: list[dict[str, Any]] | None, script: str = "echo hello", **more: Any) -> str:
        wanted: dict[str, Any] = {
            "TaskType": "RUN_COMMAND",
            "TaskArn": "AWS-RunShellScript",
            "TaskInvocationParameters": {"RunCommand": {"Parameters": {"commands": [script]}}},
            "MaxConcurrency": "10",
            "MaxErrors": "10",
        }
        if targets is not None:
            wanted["Targets"] = targets
        made = self.ssm.register_task_with_maintenance_window(WindowId=self.id, **wanted | more)
        return str(made["WindowTaskId"])

    def open(self) -> str:
        return str(self.sandbox.control("POST", f"windows/{self.id}/open")["WindowExecutionId"])

    def ended(self, execution_id: str) -> dict[str, Any]:
        def look() -> dict[str, Any] | None:
            found = self.ssm.get_maintenance_window_execution(WindowExecutionId=execution_id)
            return found if found["Status"] in ENDED else None

        found: dict[str, Any] = eventually(look, 20)
        return found

    def run(self) -> dict[str, Any]:
        return self.ended(self.open())

    def tasks(self, execution_id: str, **more: Any) -> list[dict[str, Any]]:
        answer = self.ssm.describe_maintenance_window_execution_tasks(WindowExecutionId=execution_id, **more)
        found: list[dict[str, Any]] = answer["WindowExecutionTaskIdentities"]
        return found

    def invocations(self, execution_id: str, number: int = 0, **more: Any) -> list[dict[str, Any]]:
        task = self.tasks(execution_id)[number]["TaskExecutionId"]
        answer = self.ssm.describe_maintenance_window_execution_task_invocations(
            WindowExecutionId=execution_id, TaskId=task, **more
        )
        found: list[dict[str, Any]] = answer["WindowExecutionTaskInvocationIdentities"]
        return found

    def commands(self) -> list[dict[str, Any]]:
        """Oldest first."""
        found: list[dict[str, Any]] = self.ssm.list_commands()["Commands"]
        return found[::-1]


def nodes(*node_ids: str) -> list[dict[str, Any]]:
    return [{"Key": "InstanceIds", "Values": list(node_ids)}]


def registered(*target_ids: str) -> list[dict[str, Any]]:
    return [{"Key": "WindowTargetIds", "Values": list(target_ids)}]


def test_a_window_patches_its_nodes(sandbox: Sandbox) -> None:
    kit = Kit(sandbox, AllowUnassociatedTargets=False)
    target = kit.target({"Key": "tag:role", "Values": ["db"]}, OwnerInformation="team a")
    sandbox.machine(STOPPED).alter({"tags": {"role": None}})
    patch = {"Parameters": {"Operation": ["Install"], "SnapshotId": ["{{ aws:ORCHESTRATION_ID }}"]}, "Comment": "night"}
    kit.task(registered(target), TaskArn="AWS-RunPatchBaseline", TaskInvocationParameters={"RunCommand": patch})
    done = kit.run()
    assert (done["Status"], len(done["TaskIds"]), "StatusDetails" in done) == ("SUCCESS", 1, False)
    state = kit.ssm.describe_instance_patch_states(InstanceIds=[LINUX])["InstancePatchStates"][0]
    assert (state["Operation"], state["MissingCount"], state["SnapshotId"]) == (
        "Install",
        0,
        done["WindowExecutionId"],
    )
    made = kit.invocations(done["WindowExecutionId"])
    assert [(item["Status"], item["WindowTargetId"], item["OwnerInformation"]) for item in made] == [
        ("SUCCESS", target, "team a")
    ]
    commands = kit.commands()
    assert [(command["CommandId"], command["Comment"]) for command in commands] == [(made[0]["ExecutionId"], "night")]
    assert json.loads(made[0]["Parameters"])["instanceIds"] == [LINUX]
