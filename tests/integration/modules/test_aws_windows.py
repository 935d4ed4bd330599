# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Maintenance windows: everything at once, from what others left, and what goes wrong on the way."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from tests.integration.estate import Estate
from tests.integration.modules.in_process import Modules

ACCOUNT, REGION = "111111111111", "eu-central-1"
MODULE, INFO = "ssm_maintenance_window", "ssm_maintenance_window_info"
HERE: dict[str, Any] = {"account": ACCOUNT, "region": REGION}
PLACE: dict[str, Any] = {**HERE, "name": "patching"}
DB1, DB2 = "i-0db00000000000001", "i-0db00000000000002"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/patching"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:patching"
RATES = {"max_concurrency": "10%", "max_errors": "1"}
SCAN: dict[str, Any] = {
    "name": "scan",
    "task_type": "RUN_COMMAND",
    "task_arn": "AWS-RunPatchBaseline",
    "window_targets": ["linux"],
    **RATES,
    "task_invocation_parameters": {"run_command": {"parameters": {"Operation": "Scan"}}},
}
SMALL: dict[str, Any] = {
    **PLACE,
    "schedule": "cron(0 6 ? * SAT#3 *)",
    "duration": 3,
    "cutoff": 1,
    "targets": [{"name": "linux", "targets": [{"key": "tag:role", "values": ["db"]}]}],
    "tasks": [SCAN],
}
WHOLE: dict[str, Any] = {
    **PLACE,
    "description": "patches",
    "schedule": "cron(0 6 ? * SAT#3 *)",
    "schedule_timezone": "Europe/Zurich",
    "schedule_offset": 2,
    "duration": 3,
    "cutoff": 1,
    "allow_unassociated_targets": True,
    "enabled": False,
    "start_date": "2027-01-01T00:00:00+01:00",
    "end_date": "2028-01-01T00:00:00+01:00",
    "targets": [
        {
            "name": "linux",
            "targets": [{"key": "tag:role", "values": ["db", "web"]}, {"key": "tag-key", "values": ["Patch Group"]}],
            "description": "databases",
            "owner_information": "payroll",
        },
        {
            "name": "group",
            "targets": [
                {"key": "resource-groups:Name", "values": ["payroll"]},
                {"key": "resource-groups:ResourceTypeFilters", "values": ["AWS::EC2::Instance"]},
            ],
        },
    ],
    "tasks": [
        {
            **SCAN,
            "window_targets": ["linux", "group"],
            "targets": [{"key": "InstanceIds", "values": [DB1]}],
            "priority": 2,
            "cutoff_behavior": "CANCEL_TASK",
            "service_role_arn": ROLE,
            "description": "scans",
            "alarm_configuration": {"alarms": [{"name": "cpu"}], "ignore_poll_alarm_failure": True},
            "task_invocation_parameters": {
                "run_command": {
                    "parameters": {"Operation": "Scan", "RebootOption": "NoReboot"},
                    "document_version": "$LATEST",
                    "document_hash": "0" * 64,
                    "document_hash_type": "Sha256",
                    "comment": "scan",
                    "timeout_seconds": 900,
                    "service_role_arn": ROLE,
                    "output_s3_bucket_name": "patch-output",
                    "output_s3_key_prefix": "scan",
                    "notification_config": {
                        "notification_arn": TOPIC,
                        "notification_events": ["Failed", "TimedOut"],
                        "notification_type": "Command",
                    },
                    "cloud_watch_output_config": {
                        "cloud_watch_log_group_name": "patching",
                        "cloud_watch_output_enabled": True,
                    },
                }
            },
        },
        {
            "name": "restart",
            "task_type": "AUTOMATION",
            "task_arn": "AWS-RestartEC2Instance",
            "window_targets": ["linux"],
            **RATES,
            "task_invocation_parameters": {
                "automation": {"document_version": "1", "parameters": {"InstanceId": "{{RESOURCE_ID}}"}}
            },
        },
        {
            "name": "report",
            "task_type": "LAMBDA",
            "task_arn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:report",
            "task_invocation_parameters": {
                "lambda": {"client_context": "e30=", "qualifier": "live", "payload": {"scope": "all", "more": [1, 2]}}
            },
        },
        {
            "name": "steps",
            "task_type": "STEP_FUNCTIONS",
            "task_arn": f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:steps",
            "task_invocation_parameters": {"step_functions": {"name": "patching", "input": {"a": "ü"}}},
        },
    ],
    "tags": {"environment": "prod", "owner": "42"},
}
EMPTIED: dict[str, Any] = {
    "description": "",
    "schedule_timezone": "",
    "schedule_offset": 0,
    "start_date": "",
    "end_date": "",
    "tags": {},
    "targets": [{**WHOLE["targets"][0], "description": "", "owner_information": ""}, {"name": "group"}],
    "tasks": [
        {
            "name": "scan",
            "targets": [],
            "window_targets": ["group"],
            "description": "",
            "service_role_arn": "",
            "alarm_configuration": {"alarms": []},
            "task_invocation_parameters": {},
        },
        {"name": "restart", "window_targets": [], "targets": [], "task_invocation_parameters": {"automation": {}}},
        {"name": "report", "task_invocation_parameters": {"lambda": {"payload": "{}"}}},
        {"name": "steps", "task_invocation_parameters": {}},
    ],
}
"""All that can be taken away, taken away from WHOLE."""


def without_ids(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_ids(entry) for key, entry in value.items() if not key.endswith("_id")}
    return [without_ids(entry) for entry in value] if isinstance(value, list) else value


def operations(modules: Modules) -> list[str]:
    """What was asked of Systems Manager since the requests were cleared."""
    return [entry["operation"] for entry in modules.sandbox.requests(service="ssm")]


def writes(modules: Modules) -> list[str]:
    return [entry["operation"] for entry in modules.sandbox.writes()]


def test_a_window_with_everything_and_then_with_nothing_that_can_go(modules: Modules) -> None:
    predicted = modules.ok(MODULE, check=True, **WHOLE)
    real = modules.quartet(MODULE, **WHOLE)
    assert without_ids(predicted["window"]) == without_ids(real["window"])
    assert all(entry["window_target_id"] for entry in real["window"]["targets"])
    assert all(entry["window_task_id"] for entry in real["window"]["tasks"])
    by_name = {entry["name"]: entry for entry in real["window"]["tasks"]}
    assert by_name["scan"]["window_targets"] == ["group", "linux"]
    assert by_name["report"]["max_errors"] == ""
    kinds = {entry["name"]: entry["resource_type"] for entry in real["window"]["targets"]}
    assert kinds == {"linux": "INSTANCE", "group": "RESOURCE_GROUP"}
    emptied = modules.quartet(MODULE, **{**PLACE, **EMPTIED})["window"]
    assert {name: emptied[name] for name in EMPTIED if name not in ("targets", "tasks")} == {
        name: value for name, value in EMPTIED.items() if name not in ("targets", "tasks")
    }
    by_name = {entry["name"]: entry for entry in emptied["tasks"]}
    assert by_name["scan"]["task_invocation_parameters"] == by_name["scan"]["alarm_configuration"] == {}
    assert (by_name["scan"]["targets"], by_name["scan"]["window_targets"]) == ([], ["group"])
    assert (by_name["restart"]["window_targets"], by_name["restart"]["max_errors"]) == ([], "")
    # Kept is what nobody spoke of.
    assert (emptied["enabled"], emptied["allow_unassociated_targets"]) == (False, True)
    assert by_name["scan"]["cutoff_behavior"] == "CANCEL_TASK"


def test_all_that_was_left_unset_can_be_added(modules: Modules) -> None:
    modules.ok(MODULE, **SMALL)
    ids = {entry["name"]: entry["window_task_id"] for entry in modules.unchanged(MODULE, **SMALL)["window"]["tasks"]}
    added = modules.quartet(MODULE, **WHOLE)["window"]
    assert {entry["name"]: entry["window_task_id"] for entry in added["tasks"]}["scan"] == ids["scan"]
    modules.unchanged(MODULE, **PLACE)
    reordered = deepcopy(WHOLE)
    reordered["targets"].reverse()
    reordered["tasks"].reverse()
    for entry in (*reordered["targets"], *reordered["tasks"]):
        for target in entry.get("targets") or ():
            target["values"].reverse()
        entry.get("window_targets", []).reverse()
    modules.unchanged(MODULE, **reordered)


def test_what_is_not_named_stays_when_nothing_is_purged(modules: Modules) -> None:
    modules.ok(MODULE, **WHOLE)
    keep = {"purge_targets": False, "purge_tasks": False, "purge_tags": False}
    more = {"targets": [{"name": "more", "targets": [{"key": "InstanceIds", "values": [DB2]}]}], "tags": {"a": "b"}}
    task = {**SCAN, "name": "more", "window_targets": ["more", "linux"]}
    window = modules.quartet(MODULE, **PLACE, **more, tasks=[task], **keep)["window"]
    assert [entry["name"] for entry in window["targets"]] == ["group", "linux", "more"]
    assert len(window["tasks"]) == 5
    assert window["tags"] == {"environment": "prod", "owner": "42", "a": "b"}
    assert "restart" not in [
        entry["name"] for entry in modules.quartet(MODULE, **PLACE, tasks=[task])["window"]["tasks"]
    ]


def test_what_the_console_left_is_taken_over(modules: Modules, estate: Estate) -> None:
    ssm = estate.client("ssm")
    window_id = ssm.create_maintenance_window(
        Name="patching", Schedule="cron(0 6 ? * SAT#3 *)", Duration=3, Cutoff=1, AllowUnassociatedTargets=True
    )["WindowId"]

    def target(**more: Any) -> str:
        asked = {"ResourceType": "INSTANCE", "Targets": [{"Key": "tag:role", "Values": ["db"]}]} | more
        return str(ssm.register_target_with_maintenance_window(WindowId=window_id, **asked)["WindowTargetId"])

    def task(*target_ids: str, **more: Any) -> str:
        console = {
            "Comment": "",
            "DocumentVersion": "$DEFAULT",
            "TimeoutSeconds": 600,
            "NotificationConfig": {"NotificationArn": "", "NotificationEvents": []},
            "CloudWatchOutputConfig": {"CloudWatchOutputEnabled": False},
            "Parameters": {"Operation": ["Scan"]},
        }
        asked = {
            "TaskType": "RUN_COMMAND",
            "TaskArn": "AWS-RunPatchBaseline",
            "Targets": [{"Key": "WindowTargetIds", "Values": list(target_ids)}],
            "MaxConcurrency": "10%",
            "MaxErrors": "1",
            "CutoffBehavior": "CONTINUE_TASK",
            "TaskInvocationParameters": {"RunCommand": console},
        } | more
        return str(ssm.register_task_with_maintenance_window(WindowId=window_id, **asked)["WindowTaskId"])

    own, other = target(), target(Targets=[{"Key": "InstanceIds", "Values": [DB2]}])
    twin = target(Name="linux", Description="the wrong one", Targets=[{"Key": "tag:role", "Values": ["web"]}])
    used = task(own)
    task(other, Name="scan", TaskArn="AWS-UpdateSSMAgent")
    task(own, twin)
    window = modules.quartet(MODULE, **SMALL, allow_unassociated_targets=False)["window"]
    assert window["window_id"] == window_id
    # The one with the name is changed, the others go, with what referred to them.
    assert [entry["window_target_id"] for entry in window["targets"]] == [twin]
    assert [entry["name"] for entry in window["tasks"]] == ["scan"]
    assert used not in [entry["window_task_id"] for entry in window["tasks"]]
    # Without a name, what is as wanted is taken over as it is.
    modules.ok(MODULE, **HERE, window_id=window_id, targets=[], tasks=[])
    own = target()
    used = task(own)
    window = modules.quartet(MODULE, **SMALL)["window"]
    assert [entry["window_target_id"] for entry in window["targets"]] == [own]
    assert [entry["window_task_id"] for entry in window["tasks"]] == [used]


def test_what_terraform_left_is_as_wanted(modules: Modules, estate: Estate) -> None:
    modules.ok(MODULE, **SMALL)
    before = modules.unchanged(MODULE, **SMALL)["window"]
    ssm, window_id = estate.client("ssm"), before["window_id"]
    own = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/ssm.amazonaws.com/AWSServiceRoleForAmazonSSM"
    ssm.update_maintenance_window_task(
        WindowId=window_id,
        WindowTaskId=before["tasks"][0]["window_task_id"],
        ServiceRoleArn=own,
        CutoffBehavior="CONTINUE_TASK",
        TaskInvocationParameters={"RunCommand": {"Parameters": {"Operation": ["Scan"]}, "TimeoutSeconds": 600}},
    )
    modules.unchanged(MODULE, **{**SMALL, "tasks": [{**SCAN, "service_role_arn": ""}]}, start_date="", tags={})


def test_only_a_type_takes_another_entry(modules: Modules) -> None:
    modules.ok(MODULE, **SMALL)
    groups = [{"name": "linux", "resource_type": "RESOURCE_GROUP", "targets": WHOLE["targets"][1]["targets"]}]
    modules.sandbox.clear_requests()
    modules.ok(MODULE, **PLACE, targets=groups)
    assert writes(modules) == [
        "RegisterTargetWithMaintenanceWindow",
        "UpdateMaintenanceWindowTask",
        "DeregisterTargetFromMaintenanceWindow",
    ]
    modules.unchanged(MODULE, **PLACE, targets=groups)
    restart = {"name": "scan", "task_type": "AUTOMATION", "task_arn": "AWS-RestartEC2Instance"}
    assert modules.quartet(MODULE, **PLACE, tasks=[restart])["window"]["tasks"][0]["window_targets"] == ["linux"]


def test_a_window_in_force_costs_what_listings_omit(modules: Modules) -> None:
    modules.ok(MODULE, **WHOLE)
    modules.sandbox.clear_requests()
    modules.ok(MODULE, **WHOLE)
    assert sorted(operations(modules)) == sorted(
        [
            "DescribeMaintenanceWindows",
            "GetMaintenanceWindow",
            "DescribeMaintenanceWindowTargets",
            "DescribeMaintenanceWindowTasks",
            "ListTagsForResource",
            *["GetMaintenanceWindowTask"] * 4,
        ]
    )


def test_long_lists_are_read_to_their_end(modules: Modules) -> None:
    names = [f"target-{number:02}" for number in range(60)]
    many = [{"name": name, "targets": [{"key": "tag:role", "values": [name]}]} for name in names]
    modules.ok(MODULE, **{**SMALL, "targets": many, "tasks": []})
    assert len(modules.unchanged(MODULE, **{**SMALL, "targets": many, "tasks": []})["window"]["targets"]) == 60


def test_a_name_that_several_have_needs_an_id(modules: Modules, estate: Estate) -> None:
    made = [
        estate.client("ssm").create_maintenance_window(
            Name="patching", Schedule="rate(1 day)", Duration=2, Cutoff=1, AllowUnassociatedTargets=False
        )["WindowId"]
        for _number in range(2)
    ]
    assert f"{made[0]}, {made[1]} have it: give window_id" in modules.refused(MODULE, **PLACE, duration=3)
    assert modules.quartet(MODULE, **HERE, window_id=made[1], name="other")["window"]["name"] == "other"
    assert modules.quartet(MODULE, **PLACE, description="one")["window"]["window_id"] == made[0]
    assert modules.quartet(MODULE, **HERE, window_id=made[0], state="absent")["window"] == {}
    modules.unchanged(MODULE, **PLACE, state="absent")
    assert "window_id" in modules.refused(MODULE, **PLACE, window_id=made[0])


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "a short name": ({"name": "ab"}, "name: 'ab' cannot be used; allowed: 3 to 128 characters"),
    "a name with a blank": ({"name": "a window"}, "name: 'a window'"),
    "an id that is none": ({"window_id": "mw-1"}, "window_id: 'mw-1'"),
    "no schedule": ({"schedule": None}, "schedule is missing; a new window needs it"),
    "no duration": ({"duration": None}, "duration is missing"),
    "no cutoff": ({"cutoff": None}, "cutoff is missing"),
    "an empty schedule": ({"schedule": ""}, "schedule: ''"),
    "five fields": ({"schedule": "cron(0 6 * * 6)"}, "allowed: cron(minutes hours"),
    "eight fields": ({"schedule": "cron(0 0 0 6 ? * SAT#3 *)"}, "allowed: cron(minutes hours"),
    "a rate without a unit": ({"schedule": "rate(4)"}, "schedule: 'rate(4)'"),
    "a rate in weeks": ({"schedule": "rate(1 week)"}, "rate(30 minutes)"),
    "a rate of one in the plural": ({"schedule": "rate(1 hours)"}, "rate(1 hour)"),
    "a rate of five in the singular": ({"schedule": "rate(5 hour)"}, "rate(30 minutes)"),
    "a tag of AWS's own": ({"tags": {"AWS:x": "v"}}, "tags: 'AWS:x' cannot be used; allowed: keys that do not begin"),
    "a day that is not": ({"schedule": "at(2027-02-30T06:00:00)"}, "schedule: 'at(2027-02-30T06:00:00)'"),
    "a plain time": ({"schedule": "06:00"}, "schedule: '06:00'"),
    "a zone of Windows": ({"schedule_timezone": "W. Europe Standard Time"}, "IANA"),
    "an offset of a week": ({"schedule_offset": 7}, "schedule_offset: 7 cannot be used; allowed: 1 to 6"),
    "an offset of a rate": ({"schedule": "rate(1 day)", "schedule_offset": 1}, "schedule_offset: 1"),
    "no hours": ({"duration": 0}, "duration: 0 cannot be used; allowed: 1 to 24"),
    "25 hours": ({"duration": 25}, "duration: 25"),
    "a cutoff of a day": ({"duration": 24, "cutoff": 24}, "cutoff: 24 cannot be used; allowed: 0 to 23"),
    "a cutoff as long as the window": ({"cutoff": 3}, "cutoff: 3 cannot be used; allowed: less than duration"),
    "a start that is no date": ({"start_date": "soon"}, "start_date: 'soon'"),
    "an end that is no date": ({"end_date": "2027-13-01T00:00:00Z"}, "end_date: '2027-13-01T00:00:00Z'"),
    "a long description": ({"description": "x" * 129}, "description:"),
    "a long tag": ({"tags": {"k" * 129: "v"}}, "tags[0].key"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_is_refused_before_anything_is_written(modules: Modules, case: str) -> None:
    change, said = BAD[case]
    options = {name: value for name, value in {**SMALL, **change}.items() if value is not None}
    assert said in modules.refused(MODULE, **options)


BAD_TARGETS: dict[str, tuple[dict[str, Any], str]] = {
    "a short name": ({"name": "ab"}, "targets[0].name: 'ab'"),
    "six keys": (
        {"targets": [{"key": f"tag:{key}", "values": ["x"]} for key in "abcdef"]},
        "cannot be used; allowed: 0 to 5 entries",
    ),
    "51 values": (
        {"targets": [{"key": "InstanceIds", "values": [str(n) for n in range(51)]}]},
        "targets[0].targets[0].values",
    ),
    "an empty key": ({"targets": [{"key": "", "values": ["x"]}]}, "targets[0].targets[0].key"),
    "a type that is none": ({"resource_type": "NODE"}, "resource_type"),
    "nothing to target": ({"targets": None}, "targets[0].targets is missing; a new target needs it"),
    "a long owner": ({"owner_information": "x" * 129}, "targets[0].owner_information"),
}


@pytest.mark.parametrize("case", BAD_TARGETS)
def test_targets_that_cannot_be_are_refused(modules: Modules, case: str) -> None:
    change, said = BAD_TARGETS[case]
    target = {name: value for name, value in {**SMALL["targets"][0], **change}.items() if value is not None}
    assert said in modules.refused(MODULE, **{**SMALL, "targets": [target], "tasks": []})


def run_command(**parameters: Any) -> dict[str, Any]:
    return {"task_invocation_parameters": {"run_command": parameters}}


BAD_TASKS: dict[str, tuple[dict[str, Any], str]] = {
    "no type": ({"task_type": None}, "tasks[0].task_type is missing; a new task needs it"),
    "nothing to run": ({"task_arn": None}, "tasks[0].task_arn is missing"),
    "a target that is none": ({"window_targets": ["lunix"]}, "names of targets of the window: linux"),
    "no target": ({"window_targets": []}, "a task of RUN_COMMAND has to have"),
    "a tag": ({"targets": [{"key": "tag:role", "values": ["db"]}]}, "tasks[0].targets[0].key: 'tag:role'"),
    "no concurrency": ({"max_concurrency": None}, "tasks[0].max_concurrency is missing"),
    "no errors": ({"max_errors": None}, "tasks[0].max_errors is missing"),
    "a concurrency of none": ({"max_concurrency": "0"}, "tasks[0].max_concurrency: '0'"),
    "more than all": ({"max_errors": "101%"}, "tasks[0].max_errors: '101%'"),
    "a negative priority": ({"priority": -1}, "tasks[0].priority: -1 cannot be used; allowed: at least 0"),
    "two alarms": ({"alarm_configuration": {"alarms": [{"name": "a"}, {"name": "b"}]}}, "alarm_configuration.alarms"),
    "another type's parameters": (
        {"task_invocation_parameters": {"lambda": {"qualifier": "live"}}},
        "tasks[0].task_invocation_parameters: ['lambda'] cannot be used; allowed: only run_command",
    ),
    "a long comment": (run_command(comment="x" * 101), "run_command.comment"),
    "a short wait": (run_command(timeout_seconds=29), "run_command.timeout_seconds: 29"),
    "a version that is none": (run_command(document_version="newest"), "run_command.document_version"),
    "a short bucket": (run_command(output_s3_bucket_name="ab"), "run_command.output_s3_bucket_name"),
    "a hash of another kind": (run_command(document_hash_type="MD5"), "document_hash_type"),
    "an event that is none": (
        run_command(notification_config={"notification_events": ["Done"]}),
        "notification_events",
    ),
}


@pytest.mark.parametrize("case", BAD_TASKS)
def test_tasks_that_cannot_be_are_refused(modules: Modules, case: str) -> None:
    change, said = BAD_TASKS[case]
    task = {name: value for name, value in {**SCAN, **change}.items() if value is not None}
    assert said in modules.refused(MODULE, **{**SMALL, "tasks": [task]})


def test_what_does_not_fit_what_is_there_is_refused(modules: Modules) -> None:
    modules.ok(MODULE, **SMALL, schedule_offset=2)
    refused: list[tuple[dict[str, Any], str]] = [
        ({"duration": 1}, "cutoff: 1 cannot be used; allowed: less than duration, which is 1"),
        ({"schedule": "rate(1 day)"}, "schedule_offset: 2 cannot be used; allowed: 0"),
        ({"targets": []}, "The target linux cannot be removed: the task scan refers to it"),
        ({"tasks": [{**SCAN, "task_type": "LAMBDA"}]}, "only lambda"),
        ({"tasks": [SCAN, SCAN]}, "tasks[1].name: 'scan' cannot be used"),
        ({"targets": SMALL["targets"] * 2}, "targets[1].name: 'linux' cannot be used"),
        ({"tasks": [{"name": "scan", "window_targets": []}]}, "RUN_COMMAND has to have"),
    ]
    for change, said in refused:
        assert said in modules.refused(MODULE, **PLACE, **change)
    report = {"name": "report", "task_type": "LAMBDA", "task_arn": "arn:aws:lambda:x", "max_errors": "1"}
    assert "nothing, since the task has no targets" in modules.refused(MODULE, **PLACE, tasks=[report])
    long = {**report, "task_invocation_parameters": {"lambda": {"payload": "x" * 4097}}}
    del long["max_errors"]
    assert "payload" in modules.refused(MODULE, **PLACE, tasks=[long])


WRITES = (
    "CreateMaintenanceWindow",
    "UpdateMaintenanceWindow",
    "RegisterTargetWithMaintenanceWindow",
    "UpdateMaintenanceWindowTarget",
    "DeregisterTargetFromMaintenanceWindow",
    "RegisterTaskWithMaintenanceWindow",
    "UpdateMaintenanceWindowTask",
    "DeregisterTaskFromMaintenanceWindow",
    "AddTagsToResource",
    "RemoveTagsFromResource",
    "DeleteMaintenanceWindow",
)


def test_a_lost_answer_does_nothing_twice(modules: Modules, estate: Estate) -> None:
    for operation in WRITES:
        modules.sandbox.fault("drop_after", service="ssm", operation=operation)
    modules.sandbox.fault("throttle", service="ssm", operation="Register*", after=1, times=2)
    modules.sandbox.fault("throttle", service="ssm", operation="GetMaintenanceWindow*", times=2)
    modules.ok(MODULE, **{**WHOLE, "enabled": True})
    ssm = estate.client("ssm")
    (window,) = ssm.describe_maintenance_windows()["WindowIdentities"]
    assert len(ssm.describe_maintenance_window_targets(WindowId=window["WindowId"])["Targets"]) == 2
    assert len(ssm.describe_maintenance_window_tasks(WindowId=window["WindowId"])["Tasks"]) == 4
    less: dict[str, Any] = {
        **PLACE,
        "description": "less",
        "targets": [{"name": "linux", "description": "less"}],
        "tasks": [{"name": "scan", "window_targets": ["linux"]}],
        "tags": {"environment": "test"},
    }
    modules.ok(MODULE, **less)
    modules.unchanged(MODULE, **less)
    modules.ok(MODULE, **PLACE, state="absent")
    assert ssm.describe_maintenance_windows()["WindowIdentities"] == []


def test_what_was_begun_and_failed_is_finished_by_the_next_call(modules: Modules) -> None:
    wanted = deepcopy(WHOLE)
    # More than the service takes, which its model does not say.
    wanted["targets"][1]["targets"][0]["values"] = ["payroll", "other"]
    answer = modules.call(MODULE, **wanted)
    assert "Could not register the target group of the maintenance window patching (mw-" in answer["msg"]
    assert "The window was created before that, as mw-" in answer["msg"]
    assert modules.quartet(MODULE, **WHOLE)["diff"]["before"]["enabled"] is False


def test_windows_are_told(modules: Modules) -> None:
    whole = modules.ok(MODULE, **WHOLE)["window"]
    small = modules.ok(MODULE, **{**SMALL, "name": "small", "enabled": True})["window"]

    def names(**options: Any) -> list[str]:
        return [window["name"] for window in modules.ok(INFO, **HERE, **options)["windows"]]

    assert names() == ["patching", "small"]
    assert names(enabled=False) == names(window_id=whole["window_id"]) == names(name="patching") == ["patching"]
    assert names(enabled=True) == ["small"]
    assert names(name="small", enabled=False) == names(window_id="mw-0123456789abcdef0") == names(name="none") == []
    assert names(targets=[{"key": "InstanceIds", "values": [DB1]}], enabled=True) == ["small"]
    assert names(targets=[{"key": "InstanceIds", "values": ["i-0a000000000000001"]}]) == []
    (told,) = modules.ok(INFO, **HERE, name="small", next_executions=3)["windows"]
    assert {key: told[key] for key in small} == small
    assert told["next_executions"][0] == told["next_execution_time"]
    assert len(told["next_executions"]) == 3
    assert told["created_date"].endswith("Z")
    assert "max_executions: -1" in modules.refused(INFO, **HERE, max_executions=-1)
    assert "executed_after: 'now'" in modules.refused(INFO, **HERE, executed_after="now")
    assert "window_id" in modules.refused(INFO, **HERE, window_id="mw-1")


def test_executions_are_told_node_by_node(modules: Modules) -> None:
    nodes = {"name": "nodes", "targets": [{"key": "InstanceIds", "values": [DB1, DB2]}], "owner_information": "payroll"}
    task = {**SCAN, "window_targets": ["nodes"]}
    window_id = modules.ok(MODULE, **{**SMALL, "targets": [nodes], "tasks": [task]})["window"]["window_id"]
    first, second = modules.sandbox.open_window(window_id), ""

    def executions(**options: Any) -> list[dict[str, Any]]:
        found = modules.ok(INFO, **HERE, window_id=window_id, executions=True, **options)["windows"][0]["executions"]
        return list(found)

    for _attempt in range(100):
        (execution,) = executions()
        if execution["status"] not in ("PENDING", "IN_PROGRESS"):
            break
    assert (execution["window_execution_id"], execution["status"]) == (first, "SUCCESS")
    (ran,) = execution["tasks"]
    assert (ran["task_arn"], ran["task_type"], ran["status"]) == ("AWS-RunPatchBaseline", "RUN_COMMAND", "SUCCESS")
    assert {entry["owner_information"] for entry in ran["invocations"]} == {"payroll"}
    assert all(entry["execution_id"] and entry["status"] == "SUCCESS" for entry in ran["invocations"])
    second = modules.sandbox.open_window(window_id)
    assert [entry["window_execution_id"] for entry in executions()] == [second, first]
    assert [entry["window_execution_id"] for entry in executions(max_executions=1)] == [second]
    assert len(executions(max_executions=0, executed_after="2020-01-01T00:00:00Z")) == 2
    assert executions(executed_before="2020-01-01T00:00:00Z") == []
