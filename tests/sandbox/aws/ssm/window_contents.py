# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Targets and tasks of maintenance windows."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from ..errors import ServiceError
from ..paging import page
from ..world import Call, operation
from .window_rules import check_targets, check_task, with_placeholders, without_placeholders
from .windows import Window, WindowStore, filtered, updated

TARGET_SETTABLE = ("Targets", "OwnerInformation", "Name", "Description")
TASK_SETTABLE = (
    "Targets",
    "TaskArn",
    "ServiceRoleArn",
    "TaskParameters",
    "TaskInvocationParameters",
    "Priority",
    "MaxConcurrency",
    "MaxErrors",
    "LoggingInfo",
    "Name",
    "Description",
    "CutoffBehavior",
    "AlarmConfiguration",
)
LIMIT = 100
"""Targets, and tasks, of one window (service quota)."""


def _window(call: Call) -> Window:
    return call.store(WindowStore).get(call.params["WindowId"])


def _one(kept: Mapping[str, dict[str, Any]], kind: str, identifier: str) -> dict[str, Any]:
    if identifier not in kept:
        raise ServiceError("DoesNotExistException", f"Maintenance window {kind} {identifier} does not exist")
    return kept[identifier]


def _check_room(kept: Mapping[str, Any], kind: str) -> None:
    if len(kept) >= LIMIT:
        raise ServiceError(
            "ResourceLimitExceededException", f"At most {LIMIT} {kind}s are allowed in a maintenance window"
        )


@operation("ssm", "RegisterTargetWithMaintenanceWindow")
def register_target(call: Call) -> Mapping[str, Any]:
    """Register nodes by ids or tags, or a resource group."""
    store, window = call.store(WindowStore), _window(call)
    before = store.repeated(call)
    if before:
        return {"WindowTargetId": before}
    check_targets(call.params["ResourceType"], call.params["Targets"])
    _check_room(window.targets, "target")
    target_id = str(uuid.uuid4())
    kept = {name: call.params[name] for name in TARGET_SETTABLE if call.params.get(name) is not None}
    window.targets[target_id] = {
        "WindowId": window.window_id,
        "WindowTargetId": target_id,
        "ResourceType": call.params["ResourceType"],
        **kept,
    }
    store.remember(call, target_id)
    return {"WindowTargetId": target_id}


@operation("ssm", "UpdateMaintenanceWindowTarget")
def update_target(call: Call) -> Mapping[str, Any]:
    """Change one; its resource type cannot be changed."""
    window, target_id = _window(call), call.params["WindowTargetId"]
    changed = updated(call, _one(window.targets, "target", target_id), TARGET_SETTABLE, ("Targets",))
    check_targets(changed["ResourceType"], changed["Targets"])
    window.targets[target_id] = changed
    return {name: value for name, value in window.targets[target_id].items() if name != "ResourceType"}


@operation("ssm", "DeregisterTargetFromMaintenanceWindow")
def deregister_target(call: Call) -> Mapping[str, Any]:
    """Remove one; with ``Safe`` only when no task refers to it."""
    window, target_id = _window(call), call.params["WindowTargetId"]
    _one(window.targets, "target", target_id)
    used = any(
        target_id in (target.get("Values") or [])
        for task in window.tasks.values()
        for target in task.get("Targets") or []
    )
    if call.params.get("Safe") and used:
        raise ServiceError("TargetInUseException", f"The target {target_id} is used by a task")
    del window.targets[target_id]
    return {"WindowId": window.window_id, "WindowTargetId": target_id}


@operation("ssm", "DescribeMaintenanceWindowTargets")
def describe_targets(call: Call) -> Mapping[str, Any]:
    """The targets of one window."""
    targets = [target | {"Type": target["ResourceType"]} for target in _window(call).targets.values()]
    found = filtered(call, targets, ("Type", "WindowTargetId", "OwnerInformation"))
    shown, token = page(call, [{name: target[name] for name in target if name != "Type"} for target in found], 50)
    return {"Targets": shown, "NextToken": token}


def _own_role(call: Call) -> str:
    """The service-linked role, which the service takes, and shows, for a task that names none."""
    return f"arn:aws:iam::{call.account}:role/aws-service-role/ssm.amazonaws.com/AWSServiceRoleForAmazonSSM"


@operation("ssm", "RegisterTaskWithMaintenanceWindow")
def register_task(call: Call) -> Mapping[str, Any]:
    """Register a task."""
    store, window = call.store(WindowStore), _window(call)
    before = store.repeated(call)
    if before:
        return {"WindowTaskId": before}
    _check_room(window.tasks, "task")
    task_id = str(uuid.uuid4())
    kept = {name: call.params[name] for name in TASK_SETTABLE if call.params.get(name) is not None}
    task = {
        "WindowId": window.window_id,
        "WindowTaskId": task_id,
        "TaskType": call.params["TaskType"],
        "Priority": 1,
        "ServiceRoleArn": _own_role(call),
        **kept,
    }
    check_task(window, task)
    window.tasks[task_id] = with_placeholders(task)
    store.remember(call, task_id)
    return {"WindowTaskId": task_id}


@operation("ssm", "GetMaintenanceWindowTask")
def get_task(call: Call) -> Mapping[str, Any]:
    """One task, its invocation parameters included."""
    return _one(_window(call).tasks, "task", call.params["WindowTaskId"])


@operation("ssm", "UpdateMaintenanceWindowTask")
def update_task(call: Call) -> Mapping[str, Any]:
    """Change one; its type cannot be changed, and its invocation parameters are replaced as a whole."""
    window, task_id = _window(call), call.params["WindowTaskId"]
    before = without_placeholders(_one(window.tasks, "task", task_id))
    task = updated(call, before, TASK_SETTABLE, ("TaskArn",))
    task.setdefault("Priority", 1)
    task.setdefault("ServiceRoleArn", _own_role(call))
    check_task(window, task)
    window.tasks[task_id] = with_placeholders(task)
    return {name: value for name, value in window.tasks[task_id].items() if name != "TaskType"}


@operation("ssm", "DeregisterTaskFromMaintenanceWindow")
def deregister_task(call: Call) -> Mapping[str, Any]:
    """Remove one."""
    window, task_id = _window(call), call.params["WindowTaskId"]
    _one(window.tasks, "task", task_id)
    del window.tasks[task_id]
    return {"WindowId": window.window_id, "WindowTaskId": task_id}


@operation("ssm", "DescribeMaintenanceWindowTasks")
def describe_tasks(call: Call) -> Mapping[str, Any]:
    """The tasks of one window, without their invocation parameters."""
    tasks = [
        {name: value for name, value in task.items() if name not in ("TaskInvocationParameters", "TaskType")}
        | {"Type": task["TaskType"]}
        for task in _window(call).tasks.values()
    ]
    renamed = [{**task, "TaskType": task["Type"]} for task in tasks]
    found = filtered(call, renamed, ("WindowTaskId", "TaskArn", "Priority", "TaskType"))
    shown, token = page(
        call, [{name: value for name, value in task.items() if name != "TaskType"} for task in found], 50
    )
    return {"Tasks": shown, "NextToken": token}
