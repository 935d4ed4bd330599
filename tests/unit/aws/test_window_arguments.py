# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every single argument of a window, its targets and its tasks: set, changed and taken away, and nothing else sent."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._aws.client import Connection
from ansible_collections.hybridops.patching.plugins.module_utils._aws.window import carry_out, fetch
from ansible_collections.hybridops.patching.plugins.module_utils._aws.window_args import (
    INVOCATION_ARGS,
    TARGET_ARGS,
    TASK_ARGS,
    WINDOW_ARGS,
)
from ansible_collections.hybridops.patching.plugins.module_utils._aws.window_check import check_window
from ansible_collections.hybridops.patching.plugins.module_utils._aws.window_model import wanted_window
from ansible_collections.hybridops.patching.plugins.module_utils._aws.window_plan import plan_present
from ansible_collections.hybridops.patching.plugins.module_utils._core.change_set import ChangeSet
from ansible_collections.hybridops.patching.plugins.module_utils._core.errors import InputError

from tests.unit.aws.window_service import WindowService

NEVER = object()
"""In the place of a value that takes something away: it cannot be taken away."""

SETTINGS: dict[str, tuple[Any, Any, Any]] = {
    "description": ("one", "two", ""),
    "schedule": ("cron(0 6 ? * SAT#1 *)", "rate(4 hours)", NEVER),
    "schedule_timezone": ("Europe/Zurich", "UTC", ""),
    "schedule_offset": (1, 6, 0),
    "duration": (4, 24, NEVER),
    "cutoff": (0, 2, NEVER),
    "allow_unassociated_targets": (True, False, NEVER),
    "enabled": (False, True, NEVER),
    "start_date": ("2027-01-01T00:00:00Z", "2027-02-01T00:00:00+01:00", ""),
    "end_date": ("2028-01-01T00:00:00Z", "2028-02-01T00:00:00+01:00", ""),
}
BY_TAG = [{"key": "tag:role", "values": ["db"]}]
TARGET: dict[str, tuple[Any, Any, Any]] = {
    "targets": (BY_TAG, [*BY_TAG, {"key": "tag-key", "values": ["Patch Group"]}], NEVER),
    "description": ("one", "two", ""),
    "owner_information": ("team a", "team b", ""),
}
ROLE = "arn:aws:iam::111111111111:role/"
TASK: dict[str, tuple[Any, Any, Any]] = {
    "task_arn": ("AWS-RunPatchBaseline", "AWS-UpdateSSMAgent", NEVER),
    "window_targets": (["dbs"], ["dbs", "app"], NEVER),
    "targets": ([{"key": "InstanceIds", "values": ["i-1"]}], [{"key": "InstanceIds", "values": ["i-1", "i-2"]}], NEVER),
    "priority": (0, 5, NEVER),
    "max_concurrency": ("10", "20%", NEVER),
    "max_errors": ("0", "5%", NEVER),
    "cutoff_behavior": ("CANCEL_TASK", "CONTINUE_TASK", NEVER),
    "service_role_arn": (ROLE + "a", ROLE + "b", ""),
    "description": ("one", "two", ""),
    "alarm_configuration": (
        {"alarms": [{"name": "cpu"}]},
        {"alarms": [{"name": "cpu"}], "ignore_poll_alarm_failure": True},
        {"alarms": []},
    ),
}
TOPIC = "arn:aws:sns:eu-central-1:111111111111:patching"
NOTIFICATION = {"notification_arn": TOPIC, "notification_events": ["Failed", "TimedOut"]}
INVOCATIONS: dict[str, dict[str, tuple[Any, Any]]] = {
    "run_command": {
        "parameters": ({"Operation": "Scan"}, {"Operation": ["Install"], "RebootOption": "NoReboot"}),
        "document_version": ("1", "$LATEST"),
        "document_hash": ("a" * 64, "b" * 64),
        "document_hash_type": ("Sha1", "Sha256"),
        "comment": ("one", "two"),
        "timeout_seconds": (700, 900),
        "service_role_arn": (ROLE + "a", ROLE + "b"),
        "output_s3_bucket_name": ("patch-one", "patch-two"),
        "output_s3_key_prefix": ("one", "two"),
        "notification_config": (NOTIFICATION, {**NOTIFICATION, "notification_type": "Invocation"}),
        "cloud_watch_output_config": (
            {"cloud_watch_output_enabled": True},
            {"cloud_watch_output_enabled": True, "cloud_watch_log_group_name": "patching"},
        ),
    },
    "automation": {
        "document_version": ("1", "$LATEST"),
        "parameters": ({"InstanceId": "{{RESOURCE_ID}}"}, {"InstanceId": ["i-1"], "Wait": True}),
    },
    "lambda": {
        "client_context": ("e30=", "e319"),
        "qualifier": ("live", "1"),
        "payload": ('{"scope": "all"}', '{"scope": "some"}'),
    },
    "step_functions": {"name": ("one", "two"), "input": ('{"a": 1}', '{"a": 2}')},
}
TYPES = {
    "run_command": "RUN_COMMAND",
    "automation": "AUTOMATION",
    "lambda": "LAMBDA",
    "step_functions": "STEP_FUNCTIONS",
}
WHERE: dict[str, Any] = {"window_targets": ["dbs"], "max_concurrency": "1", "max_errors": "1"}
BASE: dict[str, Any] = {
    "name": "patching",
    "schedule": "cron(0 6 ? * SAT#3 *)",
    "duration": 3,
    "cutoff": 1,
    "targets": [
        {"name": "dbs", "targets": [{"key": "tag:role", "values": ["x"]}]},
        {"name": "app", "targets": [{"key": "tag:role", "values": ["y"]}]},
    ],
    "tasks": [{"name": "install", "task_type": "RUN_COMMAND", "task_arn": "AWS-InstallApplication", **WHERE}],
}


def apply(service: WindowService, params: dict[str, Any]) -> ChangeSet:
    """Plan and apply; a second plan has to be empty."""
    wanted = wanted_window(params)
    check_window(wanted, None)
    purge = {"purge_tags": True, "purge_targets": True, "purge_tasks": True}
    changes = plan_present(service.read(), wanted, tags=None, **purge)
    carry_out(service.connection, changes, {})
    assert plan_present(service.read(), wanted, tags=None, **purge).steps == ()
    return changes


def sent(service: WindowService, params: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The only request that a change takes."""
    count = len(service.sent)
    apply(service, params)
    assert len(service.sent) == count + 1, service.sent[count:]
    return service.sent[-1], service.last


def state(service: WindowService) -> Any:
    return deepcopy((service.windows, service.targets, service.tasks))


def test_no_argument_is_forgotten_here() -> None:
    options = {"name", "targets", "tasks", "tags", "purge_tags", "purge_targets", "purge_tasks"}
    assert set(WINDOW_ARGS) == set(SETTINGS) | options
    assert set(TARGET_ARGS) == set(TARGET) | {"name", "resource_type"}
    assert set(TASK_ARGS) == set(TASK) | {"name", "task_type", "task_invocation_parameters"}
    assert {kind: set(args["options"]) for kind, args in INVOCATION_ARGS.items()} == {
        kind: set(args) for kind, args in INVOCATIONS.items()
    }


@pytest.mark.parametrize("name", SETTINGS)
def test_each_setting(name: str) -> None:
    service = WindowService()
    apply(service, BASE)
    before = state(service)
    first, second, empty = SETTINGS[name]
    for value in (first, second):
        operation, request = sent(service, {"name": "patching", name: value})
        assert operation == "update_maintenance_window"
        assert set(request) == {"WindowId", name.title().replace("_", "")}
    if empty is not NEVER:
        operation, request = sent(service, {"name": "patching", name: empty})
        assert request["Replace"] is True
        assert state(service) == before


@pytest.mark.parametrize("name", TARGET)
def test_each_argument_of_a_target(name: str) -> None:
    service = WindowService()
    apply(service, BASE)
    before = state(service)
    first, second, empty = TARGET[name]
    wanted = deepcopy(BASE)
    for value in (first, second):
        wanted["targets"][0][name] = value
        operation, request = sent(service, wanted)
        assert operation == "update_maintenance_window_target"
        assert set(request) == {"WindowId", "WindowTargetId", name.title().replace("_", "")}
    if empty is not NEVER:
        wanted["targets"][0][name] = empty
        assert sent(service, wanted)[1]["Replace"] is True
        assert state(service) == before


@pytest.mark.parametrize("name", TASK)
def test_each_argument_of_a_task(name: str) -> None:
    service = WindowService()
    apply(service, BASE)
    before = state(service)
    first, second, empty = TASK[name]
    member = "Targets" if name == "window_targets" else name.title().replace("_", "")
    wanted = deepcopy(BASE)
    # As it is already, a value is no change.
    for value in (first, second) if first != WHERE.get(name) else (second, first):
        wanted["tasks"][0][name] = value
        operation, request = sent(service, wanted)
        assert operation == "update_maintenance_window_task"
        assert set(request) == {"WindowId", "WindowTaskId", member}
    if empty is not NEVER:
        wanted["tasks"][0][name] = empty
        assert sent(service, wanted)[1]["Replace"] is True
        assert state(service) == before


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, names in INVOCATIONS.items() for name in names])
def test_each_parameter_of_an_invocation(kind: str, name: str) -> None:
    service, wanted = WindowService(), deepcopy(BASE)
    task = wanted["tasks"][0]
    task["task_type"] = TYPES[kind]
    apply(service, wanted)
    before = state(service)
    first, second = INVOCATIONS[kind][name]
    if name == "document_hash_type":
        # Only with a hash does its type say anything, and one of the two applies anyway.
        first, second = second, first
    for value in (first, second):
        task["task_invocation_parameters"] = {kind: {name: value}}
        operation, request = sent(service, wanted)
        assert operation == "update_maintenance_window_task"
        assert set(request) == {"WindowId", "WindowTaskId", "TaskInvocationParameters"}
    # Parameters are set as a whole, so what is not named goes.
    task["task_invocation_parameters"] = {kind: {}}
    assert sent(service, wanted)[1]["Replace"] is True
    assert state(service) == before


@pytest.mark.parametrize("member", ["resource_type", "task_type"])
def test_a_type_cannot_be_changed_so_the_new_one_comes_before_the_old_one_goes(member: str) -> None:
    service, wanted = WindowService(), deepcopy(BASE)
    wanted["targets"][0]["description"] = wanted["tasks"][0]["description"] = "kept"
    wanted["tasks"][0]["task_invocation_parameters"] = {"run_command": {"comment": "of a command"}}
    apply(service, wanted)
    count = len(service.sent)
    if member == "resource_type":
        wanted["targets"][0] = {
            "name": "dbs",
            "resource_type": "RESOURCE_GROUP",
            "targets": [{"key": "resource-groups:Name", "values": ["db"]}],
        }
        expected = [
            "register_target_with_maintenance_window",
            "update_maintenance_window_task",
            "deregister_target_from_maintenance_window",
        ]
    else:
        del wanted["tasks"][0]["task_invocation_parameters"]
        wanted["tasks"][0] |= {"task_type": "AUTOMATION", "task_arn": "AWS-RestartEC2Instance"}
        expected = ["register_task_with_maintenance_window", "deregister_task_from_maintenance_window"]
    apply(service, wanted)
    assert service.sent[count:] == expected

    kept = service.targets if member == "resource_type" else service.tasks
    assert "kept" in [entry.get("Description") for entry in kept.values()]
    invoked = [set(entry.get("TaskInvocationParameters", {})) for entry in service.tasks.values()]
    assert invoked == [{"RunCommand"} if member == "resource_type" else set()]


def test_a_task_that_nobody_speaks_of_follows_the_target_that_comes_for_its_own() -> None:
    service, wanted = WindowService(), deepcopy(BASE)
    apply(service, wanted)
    groups = [{"key": "resource-groups:Name", "values": ["db"]}]
    apply(
        service,
        {
            "name": "patching",
            "targets": [{"name": "dbs", "resource_type": "RESOURCE_GROUP", "targets": groups}, wanted["targets"][1]],
        },
    )
    task = next(iter(service.tasks.values()))
    assert task["Targets"][0]["Values"][0] in service.targets


def test_a_task_that_loses_its_last_target_loses_its_rates() -> None:
    service, wanted = WindowService(), deepcopy(BASE)
    task = wanted["tasks"][0]
    task |= {"task_type": "AUTOMATION", "task_invocation_parameters": {"automation": {"parameters": {"a": "b"}}}}
    apply(service, wanted)
    wanted["tasks"][0] = {"name": "install", "window_targets": []}
    _operation, request = sent(service, wanted)
    assert request["Replace"] is True
    assert request["TaskInvocationParameters"]["Automation"]["Parameters"] == {"a": ["b"]}
    assert not {"Targets", "MaxConcurrency", "MaxErrors"} & set(request)
    wanted["tasks"][0] |= WHERE
    assert {"Targets", "MaxConcurrency", "MaxErrors"} <= set(sent(service, wanted)[1])


def test_what_an_older_tool_has_set_survives_when_something_is_emptied() -> None:
    service, wanted = WindowService(), deepcopy(BASE)
    wanted["tasks"][0]["description"] = "goes"
    apply(service, wanted)
    task = next(iter(service.tasks.values()))
    old = {
        "LoggingInfo": {"S3BucketName": "logs", "S3Region": "eu-central-1"},
        "TaskParameters": {"Operation": {"Values": ["Scan"]}},
    }
    task |= old
    wanted["tasks"][0]["description"] = ""
    _operation, request = sent(service, wanted)
    assert {name: request[name] for name in old} == old


def test_a_new_window_that_is_not_to_open_is_disabled_while_it_is_empty() -> None:
    service = WindowService()
    apply(service, BASE | {"enabled": False})
    assert service.sent[:2] == ["create_maintenance_window", "update_maintenance_window"]
    assert service.sent[2].startswith("register_target")


def test_a_window_is_enabled_when_all_else_is_done_and_disabled_before() -> None:
    service, wanted = WindowService(), deepcopy(BASE)
    apply(service, wanted | {"enabled": False})
    wanted["tasks"][0]["description"] = "new"
    count = len(service.sent)
    apply(service, wanted | {"enabled": True, "description": ""})
    assert service.sent[count:] == ["update_maintenance_window_task", "update_maintenance_window"]
    wanted["tasks"][0]["description"] = "newer"
    apply(service, wanted | {"enabled": False})
    assert service.sent[count + 2 :] == ["update_maintenance_window", "update_maintenance_window_task"]


def test_dates_that_are_the_same_instant_are_no_change() -> None:
    service = WindowService()
    apply(service, BASE | {"start_date": "2027-01-01T00:00:00Z"})
    for same in ("2027-01-01T01:00:00+01:00", "2027-01-01T00:00Z", "2027-01-01T00:00:00"):
        assert apply(service, {"name": "patching", "start_date": same}).steps == ()
    assert apply(service, {"name": "patching", "start_date": "2027-01-01T01:00:00Z"}).changed


def test_targets_of_the_window_may_be_named_by_their_ids_too() -> None:
    service, wanted = WindowService(), deepcopy(BASE)
    apply(service, wanted)
    first, second = service.targets
    task = wanted["tasks"][0]
    by_id = [{"key": "WindowTargetIds", "values": [first]}]
    assert apply(service, wanted | {"tasks": [{**task, "window_targets": None, "targets": by_id}]}).steps == ()
    _operation, request = sent(service, wanted | {"tasks": [{**task, "window_targets": ["app"], "targets": by_id}]})
    assert request["Targets"] == [{"Key": "WindowTargetIds", "Values": [first, second]}]


def test_windows_that_were_listed_before_are_not_listed_again() -> None:
    def client(service: str) -> Any:
        raise AssertionError(f"{service} was asked")

    connection = Connection("111111111111", "eu-central-1", client)
    listed = [{"WindowId": "mw-1", "Name": "twice"}, {"WindowId": "mw-2", "Name": "twice"}]
    assert fetch(connection, None, "none", listed) is None
    with pytest.raises(InputError, match="mw-1, mw-2 have it"):
        fetch(connection, None, "twice", listed)


def test_of_two_with_the_wanted_name_the_one_that_is_as_wanted_stays() -> None:
    service, wanted = WindowService(), deepcopy(BASE)
    apply(service, wanted)
    (first, *_others), task = service.targets, next(iter(service.tasks.values()))
    twin = service.new_id()
    service.targets[twin] = service.targets[first] | {"WindowTargetId": twin}
    service.targets[first] = service.targets[first] | {"Targets": [{"Key": "tag:role", "Values": ["other"]}]}
    apply(service, {"name": "patching", **{key: BASE[key] for key in ("targets", "tasks")}})
    assert first not in service.targets
    assert task["WindowTaskId"] in service.tasks
    assert twin in service.targets


def test_json_is_compared_as_data() -> None:
    service, wanted = WindowService(), deepcopy(BASE)
    task = wanted["tasks"][0]
    task |= {"task_type": "LAMBDA", "task_invocation_parameters": {"lambda": {"payload": '{"a": 1, "b": [1, 2]}'}}}
    apply(service, wanted)
    task["task_invocation_parameters"] = {"lambda": {"payload": '{"b":[1,2],"a":1}'}}
    assert apply(service, wanted).steps == ()
    task["task_invocation_parameters"] = {"lambda": {"payload": '{"b":[2,1],"a":1}'}}
    assert apply(service, wanted).changed
