# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows: from whatever was there one application is enough, and on the way nothing is lost or set free."""

from __future__ import annotations

import json
from typing import Any

from ansible_collections.hybridops.patching.plugins.module_utils._aws.window import carry_out
from ansible_collections.hybridops.patching.plugins.module_utils._aws.window_check import check_window
from ansible_collections.hybridops.patching.plugins.module_utils._aws.window_model import wanted_window
from ansible_collections.hybridops.patching.plugins.module_utils._aws.window_plan import plan_present
from ansible_collections.hybridops.patching.plugins.module_utils._core.change_set import ChangeSet
from ansible_collections.hybridops.patching.plugins.module_utils._core.errors import PatchingError
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.unit.aws.window_service import WindowService, target_ids

NAME = "patching"
NAMES = ("one", "two", "three")

node_ids = st.fixed_dictionaries(
    {
        "key": st.sampled_from(["InstanceIds", "instanceids"]),
        "values": st.lists(st.sampled_from("xy"), min_size=1, max_size=2),
    }
)
key_values = st.fixed_dictionaries(
    {
        "key": st.sampled_from(["tag:a", "tag:b", "InstanceIds", "instanceids"]),
        "values": st.lists(st.sampled_from("xy"), min_size=1, max_size=2),
    }
)
texts = st.sampled_from(["", "first", "second"])
targets = st.fixed_dictionaries(
    {"name": st.sampled_from(NAMES)},
    optional={
        "resource_type": st.sampled_from(["INSTANCE", "RESOURCE_GROUP"]),
        "targets": st.lists(key_values, min_size=1, max_size=2),
        "description": texts,
        "owner_information": texts,
    },
)
invocations: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.just({}),
    st.fixed_dictionaries(
        {},
        optional={
            "parameters": st.sampled_from([{}, {"Operation": "Scan"}, {"Operation": ["Install"]}]),
            "comment": texts,
            "timeout_seconds": st.sampled_from([600, 900]),
            "document_version": st.sampled_from(["$DEFAULT", "3"]),
        },
    ).map(lambda entry: {"run_command": entry}),
    st.sampled_from([{"lambda": {"payload": '{"a": 1, "b": 2}'}}, {"lambda": {"payload": '{"b":2,"a":1}'}}]),
)
alarms = st.sampled_from([{"alarms": []}, {"alarms": [{"name": "cpu"}]}])
tasks = st.fixed_dictionaries(
    {"name": st.sampled_from(NAMES)},
    optional={
        "task_type": st.sampled_from(["RUN_COMMAND", "LAMBDA"]),
        "task_arn": st.sampled_from(["this", "that"]),
        "window_targets": st.lists(st.sampled_from(NAMES), max_size=2),
        "targets": st.lists(node_ids, max_size=1),
        "max_concurrency": st.sampled_from(["1", "50%"]),
        "max_errors": st.just("1"),
        "priority": st.integers(0, 2),
        "service_role_arn": st.sampled_from(["", "arn:aws:iam::111111111111:role/mine"]),
        "description": texts,
        "alarm_configuration": alarms,
        "task_invocation_parameters": invocations,
    },
)
options = st.fixed_dictionaries(
    {"name": st.just(NAME)},
    optional={
        "description": texts,
        "schedule": st.sampled_from(["cron(0 6 ? * SAT#1 *)", "rate(4 hours)"]),
        "schedule_timezone": st.sampled_from(["", "Europe/Zurich"]),
        "schedule_offset": st.sampled_from([0, 2]),
        "duration": st.sampled_from([2, 3]),
        "cutoff": st.sampled_from([0, 1]),
        "allow_unassociated_targets": st.booleans(),
        "enabled": st.booleans(),
        "start_date": st.sampled_from(["", "2027-01-01T00:00:00Z", "2027-01-01T01:00:00+01:00"]),
        "end_date": st.sampled_from(["", "2028-01-01T00:00:00Z"]),
        "targets": st.lists(targets, max_size=3, unique_by=lambda entry: entry["name"]),
        "tasks": st.lists(tasks, max_size=3, unique_by=lambda entry: entry["name"]),
    },
)
tags = st.none() | st.dictionaries(st.sampled_from("ab"), st.sampled_from("12"), max_size=2)
purges = st.fixed_dictionaries(
    {"purge_tags": st.booleans(), "purge_targets": st.booleans(), "purge_tasks": st.booleans()}
)

COMPLETE = {"resource_type": "INSTANCE", "targets": [{"key": "tag:a", "values": ["x"]}]}
RUNNABLE = {"task_type": "LAMBDA", "task_arn": "this"}


@st.composite
def services(draw: st.DrawFn) -> WindowService:
    """No window, or one as somebody left it: with entries that have no name, or the same one."""
    service = WindowService()
    if draw(st.booleans()):
        return service
    window = draw(options) | {"targets": None, "tasks": None}
    window = {"schedule": "cron(0 6 ? * SAT#1 *)", "duration": 3, "cutoff": 1} | window
    assume(_apply(service, window, draw(tags)) is not None)
    client: Any = service
    window_id = next(iter(service.windows))
    for target in draw(st.lists(targets, max_size=4)):
        _register_target(client, window_id, {**COMPLETE, **target}, named=draw(st.booleans()))
    for task in draw(st.lists(tasks, max_size=4)):
        used = draw(st.lists(st.sampled_from(sorted(service.targets)), max_size=2)) if service.targets else []
        _register_task(client, window_id, {**RUNNABLE, **task}, used, named=draw(st.booleans()))
    service.sent.clear()
    return service


def _register_target(client: Any, window_id: str, target: dict[str, Any], *, named: bool) -> None:
    request = {
        "WindowId": window_id,
        "ResourceType": target["resource_type"],
        "Targets": [{"Key": entry["key"], "Values": entry["values"]} for entry in target["targets"]],
        "Name": target["name"] if named else None,
        "Description": target.get("description"),
        "OwnerInformation": target.get("owner_information"),
    }
    client.register_target_with_maintenance_window(**{name: value for name, value in request.items() if value})


def _register_task(client: Any, window_id: str, task: dict[str, Any], used: list[str], *, named: bool) -> None:
    found = [{"Key": entry["key"], "Values": entry["values"]} for entry in task.get("targets", [])]
    found += [{"Key": "WindowTargetIds", "Values": used}] if used else []
    kinds = {"run_command": "RUN_COMMAND", "lambda": "LAMBDA"}
    kind = next(iter(task.get("task_invocation_parameters") or {}), None)
    task_type = kinds[kind] if kind else task["task_type"]
    invoked = {"RunCommand": {"DocumentVersion": "$DEFAULT", "TimeoutSeconds": 600, "Comment": ""}}
    request = {
        "WindowId": window_id,
        "TaskType": "LAMBDA" if not found else task_type,
        "TaskArn": task["task_arn"],
        "Targets": found,
        "MaxConcurrency": "1" if found else None,
        "MaxErrors": "1" if found else None,
        "Name": task["name"] if named else None,
        "Description": task.get("description"),
        "ServiceRoleArn": "arn:aws:iam::1:role/aws-service-role/ssm.amazonaws.com/AWSServiceRoleForAmazonSSM",
        "TaskInvocationParameters": invoked if found and task_type == "RUN_COMMAND" else None,
    }
    client.register_task_with_maintenance_window(**{name: value for name, value in request.items() if value})


def _plan(service: WindowService, params: dict[str, Any], labels: dict[str, str] | None, **purge: bool) -> ChangeSet:
    wanted = wanted_window(params)
    check_window(wanted, labels)
    return plan_present(service.read(), wanted, tags=labels, **{**_PURGE, **purge})


_PURGE = {"purge_tags": True, "purge_targets": True, "purge_tasks": True}


def _apply(
    service: WindowService, params: dict[str, Any], labels: dict[str, str] | None, **purge: bool
) -> ChangeSet | None:
    """What was applied; None, with nothing sent, where the wanted window cannot be."""
    try:
        changes = _plan(service, params, labels, **purge)
    except PatchingError:
        return None
    carry_out(service.connection, changes, labels or {})
    return changes


@settings(deadline=None, max_examples=150)
@given(services(), options, tags, purges)
def test_one_application_is_enough(
    service: WindowService, params: dict[str, Any], labels: dict[str, str] | None, purge: dict[str, bool]
) -> None:
    changes = _apply(service, params, labels, **purge)
    assume(changes is not None)
    assert changes is not None
    sent = len(service.sent)
    assert sent == len(changes.steps)
    again = _plan(service, params, labels, **purge)
    assert again.steps == ()
    assert _without_ids(again.before) == _without_ids(changes.after if changes.changed else changes.before)


@settings(deadline=None, max_examples=80)
@given(services(), options, tags, purges)
def test_what_is_there_afterwards_is_what_was_wanted(
    service: WindowService, params: dict[str, Any], labels: dict[str, str] | None, purge: dict[str, bool]
) -> None:
    unwanted = {task_id for task_id, task in service.tasks.items() if task.get("Name") not in (None, *_names(params))}
    assume(_apply(service, params, labels, **purge) is not None)
    for kind, kept in (("targets", service.targets), ("tasks", service.tasks)):
        if params.get(kind) is None:
            continue
        names = [str(entry.get("Name")) for entry in kept.values()]
        assert set(_names(params, kind)) <= set(names)
        if purge[f"purge_{kind}"]:
            assert sorted(names) == sorted(_names(params, kind))
    if not purge["purge_tasks"] or params.get("tasks") is None:
        assert unwanted <= service.tasks.keys()


@settings(deadline=None, max_examples=80)
@given(services(), options, purges)
def test_nothing_is_set_free_or_lost_on_the_way(
    service: WindowService, params: dict[str, Any], purge: dict[str, bool]
) -> None:
    was_there = bool(service.windows)
    was_enabled = any(window["Enabled"] for window in service.windows.values())
    tasks_before = set(service.tasks)
    named = {task.get("Name") for task in service.tasks.values()} & set(_names(params))

    def look() -> None:
        enabled = any(window["Enabled"] for window in service.windows.values())
        if params.get("enabled") is False:
            # Between its making and this a new window is enabled, but there is nothing in it.
            changed = set(service.tasks) != tasks_before
            assert not (enabled and changed), "a window that is to be disabled could run something new"
        if was_there and not was_enabled and params.get("enabled"):
            assert not enabled or service.sent[-1] == "update_maintenance_window", "enabled before all was done"
        assert named <= {task.get("Name") for task in service.tasks.values()}, "a task was gone for a while"
        for task in service.tasks.values():
            assert target_ids(task) <= service.targets.keys()

    service.after_each = look
    _apply(service, params, None, **purge)


def _names(params: dict[str, Any], kind: str = "tasks") -> list[str]:
    return [entry["name"] for entry in params.get(kind) or ()]


def _without_ids(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_ids(entry) for key, entry in value.items() if not key.endswith("_id")}
    if isinstance(value, list):
        return sorted((_without_ids(entry) for entry in value), key=lambda entry: json.dumps(entry, sort_keys=True))
    return value
