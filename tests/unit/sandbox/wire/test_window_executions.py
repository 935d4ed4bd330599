# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Maintenance windows that run: at their time, or when the control API opens them."""

from __future__ import annotations

import json
import urllib.error
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.unit.sandbox.wire.sandbox_kit import (
    LINUX,
    REGION,
    STOPPED,
    UBUNTU,
    WINDOWS,
    Sandbox,
    code_of,
    eventually,
)

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


def test_priorities_one_after_another_and_equal_ones_side_by_side(sandbox: Sandbox) -> None:
    kit = Kit(sandbox)
    kit.task(nodes(UBUNTU), "sleep 100", Priority=2)
    kit.task(nodes(LINUX), "sleep 100; exit 3", Priority=1)
    kit.task(nodes(UBUNTU), "sleep 100", Priority=1)
    done = kit.run()
    # The first priority's failure does not keep the second from running.
    assert (done["Status"], done["StatusDetails"]) == ("FAILED", "One or more tasks in the orchestration failed.")
    tasks = kit.tasks(done["WindowExecutionId"])
    assert sorted(task["Status"] for task in tasks) == ["FAILED", "SUCCESS", "SUCCESS"]
    one, other, second = tasks
    assert one["StartTime"] < other["EndTime"] and other["StartTime"] < one["EndTime"]
    assert second["StartTime"] >= max(one["EndTime"], other["EndTime"])
    chosen = kit.tasks(done["WindowExecutionId"], Filters=[{"Key": "STATUS", "Values": ["FAILED"]}])
    assert [task["TaskExecutionId"] for task in chosen] == [
        task["TaskExecutionId"] for task in tasks if task["Status"] == "FAILED"
    ]


def test_targets_of_a_task_one_after_another(sandbox: Sandbox) -> None:
    kit = Kit(sandbox)
    first = kit.target({"Key": "tag:PatchGroup", "Values": ["g3"]})
    second = kit.target({"Key": "InstanceIds", "Values": [LINUX]})
    kit.task(registered(first, second), "sleep 60")
    done = kit.run()["WindowExecutionId"]
    one, other = kit.invocations(done)
    assert (one["WindowTargetId"], other["WindowTargetId"]) == (first, second)
    assert other["StartTime"] >= one["EndTime"]
    got = kit.ssm.get_maintenance_window_execution_task_invocation(
        WindowExecutionId=done, TaskId=one["TaskExecutionId"], InvocationId=one["InvocationId"]
    )
    assert {name: got[name] for name in one} == one
    task = kit.ssm.get_maintenance_window_execution_task(WindowExecutionId=done, TaskId=one["TaskExecutionId"])
    assert task["TaskParameters"][0]["aws:InstanceId"]["Values"] == [UBUNTU, LINUX]
    assert (task["Type"], task["MaxErrors"], task["Priority"]) == ("RUN_COMMAND", "10", 1)
    assert [command["InstanceIds"] for command in kit.commands()] == [[UBUNTU], [LINUX]]


def test_more_errors_than_allowed_end_the_task(sandbox: Sandbox) -> None:
    kit = Kit(sandbox)
    kit.task([*nodes(LINUX), *nodes(UBUNTU)], "exit 1", MaxErrors="0")
    done = kit.run()
    assert (done["Status"], len(kit.invocations(done["WindowExecutionId"]))) == ("FAILED", 1)
    assert len(kit.commands()) == 1


def test_a_window_runs_at_its_time_and_one_that_is_still_open_is_skipped(sandbox: Sandbox) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=2)
    kit = Kit(sandbox, Schedule=f"at({soon:%Y-%m-%dT%H:%M:%S})")
    idle = Kit(sandbox, Name="w-2", Schedule=f"at({soon:%Y-%m-%dT%H:%M:%S})")
    kit.ssm.update_maintenance_window(WindowId=idle.id, Enabled=False)
    kit.task(nodes(LINUX), "sleep 300")

    def executions() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = kit.ssm.describe_maintenance_window_executions(WindowId=kit.id)[
            "WindowExecutions"
        ]
        return found

    first = eventually(executions)[0]
    assert first["StartTime"] >= soon.replace(microsecond=0)
    assert kit.ended(kit.open())["Status"] == "SKIPPED_OVERLAPPING"
    assert kit.ended(first["WindowExecutionId"])["Status"] == "SUCCESS"
    assert [item["Status"] for item in executions()] == ["SKIPPED_OVERLAPPING", "SUCCESS"]
    assert len(kit.commands()) == 1
    assert kit.ssm.describe_maintenance_window_executions(WindowId=idle.id)["WindowExecutions"] == []
    with pytest.raises(urllib.error.HTTPError):
        idle.open()


def test_executions_are_found_by_time_and_in_pages(sandbox: Sandbox) -> None:
    kit = Kit(sandbox)
    made = [kit.run()["WindowExecutionId"] for _number in range(12)]
    pages = kit.ssm.get_paginator("describe_maintenance_window_executions")
    found = [
        item["WindowExecutionId"]
        for page in pages.paginate(WindowId=kit.id, PaginationConfig={"PageSize": 10})
        for item in page["WindowExecutions"]
    ]
    assert found == made[::-1]

    def by(key: str, value: str) -> int:
        filters = [{"Key": key, "Values": [value]}]
        return len(kit.ssm.describe_maintenance_window_executions(WindowId=kit.id, Filters=filters)["WindowExecutions"])

    assert (by("ExecutedBefore", "2020-01-01T00:00:00Z"), by("ExecutedAfter", "2020-01-01T00:00:00Z")) == (0, 12)
    wrong = [{"Key": "STATUS", "Values": ["SUCCESS"]}]
    find = kit.ssm.describe_maintenance_window_executions
    assert code_of(find, WindowId=kit.id, Filters=wrong) == "ValidationException"
    get = kit.ssm.get_maintenance_window_execution
    assert code_of(get, WindowExecutionId=NO_ID) == "DoesNotExistException"
    tasks = kit.ssm.describe_maintenance_window_execution_tasks
    unknown = [{"Key": "STATUS", "Values": ["DONE"]}]
    assert code_of(tasks, WindowExecutionId=made[0], Filters=unknown) == "ValidationException"
    task = kit.ssm.get_maintenance_window_execution_task
    assert code_of(task, WindowExecutionId=made[0], TaskId=NO_ID) == "DoesNotExistException"


def test_a_cancelled_execution_ends_what_runs_and_begins_nothing(sandbox: Sandbox) -> None:
    kit = Kit(sandbox)
    kit.task(nodes(LINUX), "sleep 200", Priority=1)
    kit.task(nodes(LINUX), "true", Priority=2)
    execution = kit.open()
    eventually(kit.commands)
    kit.ssm.cancel_maintenance_window_execution(WindowExecutionId=execution)
    state = kit.ssm.get_maintenance_window_execution(WindowExecutionId=execution)
    assert state["Status"] == "CANCELLING"
    assert kit.ended(execution)["Status"] == "CANCELLED"
    assert [task["Status"] for task in kit.tasks(execution)] == ["SUCCESS", "CANCELLED"]
    assert len(kit.commands()) == 1
    assert code_of(kit.ssm.cancel_maintenance_window_execution, WindowExecutionId=NO_ID) == "DoesNotExistException"


def test_only_registered_nodes_unless_the_window_allows_others(sandbox: Sandbox) -> None:
    kit = Kit(sandbox, AllowUnassociatedTargets=False)
    kit.target({"Key": "tag:PatchGroup", "Values": ["g3"]})
    kit.task(nodes(LINUX, UBUNTU))
    kit.run()
    assert [command["InstanceIds"] for command in kit.commands()] == [[UBUNTU]]
    kit.ssm.update_maintenance_window(WindowId=kit.id, AllowUnassociatedTargets=True)
    kit.run()
    assert kit.commands()[-1]["InstanceIds"] == [LINUX, UBUNTU]


def test_a_window_for_nobody_does_nothing(sandbox: Sandbox) -> None:
    kit = Kit(sandbox)
    kit.task(registered(kit.target({"Key": "tag:role", "Values": ["nobody"]})))
    done = kit.run()
    task = kit.tasks(done["WindowExecutionId"])[0]
    assert (done["Status"], task["Status"], task["StatusDetails"]) == (
        "SUCCESS",
        "SUCCESS",
        "No invocations to execute.",
    )
    assert kit.commands() == []


def test_a_window_for_a_resource_group(sandbox: Sandbox) -> None:
    body = {
        "ResourceTypeFilters": ["AWS::EC2::Instance"],
        "TagFilters": [{"Key": "role", "Values": ["app"]}],
    }
    query = {"Type": "TAG_FILTERS_1_0", "Query": json.dumps(body)}
    sandbox.client("resource-groups").create_group(Name="apps", ResourceQuery=query)
    kit = Kit(sandbox)
    target = kit.target({"Key": "resource-groups:Name", "Values": ["apps"]}, kind="RESOURCE_GROUP")
    kit.task(registered(target), "hostname", TaskArn="AWS-RunPowerShellScript")
    assert kit.run()["Status"] == "SUCCESS"
    assert kit.commands()[0]["InstanceIds"] == [WINDOWS]


def test_what_cannot_be_sent_fails_its_task(sandbox: Sandbox) -> None:
    kit = Kit(sandbox)
    kit.task(nodes(LINUX), TaskArn="not-there", Priority=1)
    kit.task(nodes(LINUX), TaskInvocationParameters={"RunCommand": {"Parameters": {"colour": ["red"]}}}, Priority=2)
    done = kit.run()
    details = [kit.invocations(done["WindowExecutionId"], number)[0]["StatusDetails"] for number in (0, 1)]
    assert done["Status"] == "FAILED"
    assert details[0].startswith("InvalidDocument") and details[1].startswith("InvalidParameters")


def test_a_stopped_node_is_not_started(sandbox: Sandbox) -> None:
    kit = Kit(sandbox)
    run = {"Parameters": {"commands": ["true"]}, "TimeoutSeconds": 30}
    kit.task(nodes(STOPPED, LINUX), TaskInvocationParameters={"RunCommand": run})
    done = kit.run()
    assert done["Status"] == "FAILED"
    assert sandbox.machine(STOPPED).power == "stopped"
    assert kit.commands()[0]["DeliveryTimedOutCount"] == 1


@pytest.mark.parametrize("kind", ["AUTOMATION", "LAMBDA", "STEP_FUNCTIONS"])
def test_other_actions_end_as_the_control_api_says(sandbox: Sandbox, kind: str) -> None:
    kit = Kit(sandbox)
    parameters = {
        "AUTOMATION": {"Automation": {"Parameters": {"InstanceId": ["{{RESOURCE_ID}}"]}}},
        "LAMBDA": {"Lambda": {"Payload": b"{}"}},
        "STEP_FUNCTIONS": {"StepFunctions": {"Input": "{}"}},
    }[kind]
    action: dict[str, Any] = {"TaskType": kind, "TaskArn": "SSM-action", "TaskInvocationParameters": parameters}
    kit.task(nodes(LINUX, UBUNTU), Priority=1, **action)
    kit.task(None, Priority=2, MaxConcurrency=None, MaxErrors=None, **action)
    done = kit.run()
    assert (done["Status"], kit.commands()) == ("SUCCESS", [])
    made = kit.invocations(done["WindowExecutionId"])
    assert (len(made), len(kit.invocations(done["WindowExecutionId"], 1))) == (2, 1)
    if kind == "AUTOMATION":
        assert json.loads(made[0]["Parameters"])["parameters"] == {"InstanceId": [LINUX]}
    sandbox.control("POST", "outcomes", {"task_arn": "SSM-action", "fails": True, "seconds": 1})
    assert kit.run()["Status"] == "FAILED"


def test_a_task_without_targets_has_placeholders(sandbox: Sandbox) -> None:
    kit = Kit(sandbox)
    action: dict[str, Any] = {
        "TaskType": "AUTOMATION",
        "TaskArn": "SSM-action",
        "TaskInvocationParameters": {"Automation": {}},
    }
    task = kit.task(None, MaxConcurrency=None, MaxErrors=None, **action)
    found = kit.ssm.get_maintenance_window_task(WindowId=kit.id, WindowTaskId=task)
    assert (found["MaxConcurrency"], found["MaxErrors"]) == ("1", "1")
    update = kit.ssm.update_maintenance_window_task
    assert code_of(update, WindowId=kit.id, WindowTaskId=task, Priority=7) == ""
    assert code_of(update, WindowId=kit.id, WindowTaskId=task, MaxErrors="2") == "ValidationException"


def test_the_output_is_in_the_bucket_in_full(sandbox: Sandbox) -> None:
    kit, s3 = Kit(sandbox), sandbox.client("s3")
    s3.create_bucket(Bucket="out", CreateBucketConfiguration={"LocationConstraint": REGION})
    loud = "i=0; while [ $i -lt 5000 ]; do echo line-$i; i=$((i+1)); done"
    run = {"Parameters": {"commands": [loud]}, "OutputS3BucketName": "out", "OutputS3KeyPrefix": "mw"}
    kit.task(nodes(LINUX), TaskInvocationParameters={"RunCommand": run})
    kit.run()
    command = kit.commands()[0]["CommandId"]
    key = f"mw/{command}/{LINUX}/awsrunShellScript/0.awsrunShellScript/stdout"
    text = s3.get_object(Bucket="out", Key=key)["Body"].read().decode()
    assert (text.count("\n"), text.endswith("line-4999\n")) == (5000, True)
    shown = kit.ssm.get_command_invocation(CommandId=command, InstanceId=LINUX)
    assert len(shown["StandardOutputContent"]) == 24_000 and shown["StandardOutputUrl"].endswith(key)


@pytest.fixture(scope="module")
def fast() -> Iterator[Sandbox]:
    """One in which an hour is over in 1.2 seconds."""
    sandbox = Sandbox(speed=3000)
    yield sandbox
    sandbox.close()


SLOW = {"RunCommand": {"Parameters": {"commands": ["sleep 5400"], "executionTimeout": ["172800"]}}}


def test_nothing_begins_after_the_cutoff(fast: Sandbox) -> None:
    fast.reset()
    kit = Kit(fast, Duration=2, Cutoff=1)
    kit.task(nodes(LINUX), Priority=1, TaskInvocationParameters=SLOW)
    kit.task(nodes(LINUX), Priority=2)
    done = kit.run()
    assert done["Status"] == "TIMED_OUT"
    tasks = kit.tasks(done["WindowExecutionId"])
    assert [(task["Status"], "StartTime" in task) for task in tasks] == [("SUCCESS", True), ("TIMED_OUT", False)]
    assert len(kit.commands()) == 1


@pytest.mark.parametrize(
    ("behaviour", "status", "commands"), [("CONTINUE_TASK", "SUCCESS", 2), ("CANCEL_TASK", "TIMED_OUT", 1)]
)
def test_what_becomes_of_a_task_at_the_cutoff(fast: Sandbox, behaviour: str, status: str, commands: int) -> None:
    fast.reset()
    kit = Kit(fast, Duration=2, Cutoff=1)
    both = [*nodes(LINUX), *nodes(UBUNTU)]
    kit.task(both, CutoffBehavior=behaviour, TaskInvocationParameters=SLOW)
    done = kit.run()
    assert (done["Status"], len(kit.commands())) == (status, commands)
    assert kit.commands()[0]["Status"] == ("Success" if status == "SUCCESS" else "Cancelled")
