# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading what maintenance windows did, and ending an execution early."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ..errors import ServiceError
from ..paging import page
from ..times import moment
from ..world import Call, operation
from .window_executions import OPEN, ExecutionStore, Invocation, TaskExecution, WindowExecution

_STATES = ("PENDING", "IN_PROGRESS", "SUCCESS", "FAILED", "TIMED_OUT", "CANCELLING", "CANCELLED")


def _filters(call: Call, allowed: Sequence[str]) -> list[tuple[str, list[str]]]:
    filters = [(str(entry.get("Key")), list(entry.get("Values") or [])) for entry in call.params.get("Filters") or []]
    for key, values in filters:
        if key not in allowed:
            raise ServiceError("ValidationException", f"Invalid filter key {key}; valid are {', '.join(allowed)}")
        if not values:
            raise ServiceError("ValidationException", f"The filter {key} has no values")
    return filters


def _by_status(call: Call, found: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    shapes = list(found)
    for _key, values in _filters(call, ("STATUS",)):
        for value in values:
            if value not in _STATES:
                raise ServiceError("ValidationException", f"Invalid status {value}; valid are {', '.join(_STATES)}")
        shapes = [shape for shape in shapes if shape["Status"] in values]
    return shapes


@operation("ssm", "DescribeMaintenanceWindowExecutions")
def describe_maintenance_window_executions(call: Call) -> Mapping[str, Any]:
    """The executions of a window, newest first; none for a window that is not there."""
    found = call.store(ExecutionStore).of_window(call.params["WindowId"])
    for key, values in _filters(call, ("ExecutedBefore", "ExecutedAfter")):
        limits = [moment(value) for value in values]
        found = [execution for execution in found if _executed(execution, key, limits)]
    shown, token = page(call, found, 50)
    shapes = [
        {"WindowId": execution.window_id, "WindowExecutionId": execution.execution_id, **execution.outcome.shape()}
        for execution in shown
    ]
    return {"WindowExecutions": shapes, "NextToken": token}


def _executed(execution: WindowExecution, key: str, limits: Sequence[datetime]) -> bool:
    start = execution.outcome.start
    assert start is not None
    return any(start < limit if key == "ExecutedBefore" else start > limit for limit in limits)


@operation("ssm", "GetMaintenanceWindowExecution")
def get_maintenance_window_execution(call: Call) -> Mapping[str, Any]:
    """One execution with the ids of its tasks."""
    execution = call.store(ExecutionStore).get(call.params["WindowExecutionId"])
    return {
        "WindowExecutionId": execution.execution_id,
        "TaskIds": [task.execution_id for task in execution.tasks],
        **execution.outcome.shape(),
    }


@operation("ssm", "DescribeMaintenanceWindowExecutionTasks")
def describe_maintenance_window_execution_tasks(call: Call) -> Mapping[str, Any]:
    """The tasks of an execution, those that have not begun included."""
    execution = call.store(ExecutionStore).get(call.params["WindowExecutionId"])
    shapes = [
        {
            "WindowExecutionId": execution.execution_id,
            "TaskExecutionId": task.execution_id,
            "TaskArn": task.task["TaskArn"],
            "TaskType": task.task["TaskType"],
            "AlarmConfiguration": task.task.get("AlarmConfiguration"),
            **task.outcome.shape(),
        }
        for task in execution.tasks
    ]
    shown, token = page(call, _by_status(call, shapes), 50)
    return {"WindowExecutionTaskIdentities": shown, "NextToken": token}


@operation("ssm", "GetMaintenanceWindowExecutionTask")
def get_maintenance_window_execution_task(call: Call) -> Mapping[str, Any]:
    """One task of an execution, with what it was given."""
    execution_id = call.params["WindowExecutionId"]
    task = call.store(ExecutionStore).task(execution_id, call.params["TaskId"])
    return {
        "WindowExecutionId": execution_id,
        "TaskExecutionId": task.execution_id,
        "TaskArn": task.task["TaskArn"],
        "ServiceRole": task.task.get("ServiceRoleArn"),
        "Type": task.task["TaskType"],
        "TaskParameters": task.parameters,
        "Priority": task.task["Priority"],
        "MaxConcurrency": task.task.get("MaxConcurrency"),
        "MaxErrors": task.task.get("MaxErrors"),
        "AlarmConfiguration": task.task.get("AlarmConfiguration"),
        **task.outcome.shape(),
    }


def _invocation(execution_id: str, task: TaskExecution, invocation: Invocation) -> dict[str, Any]:
    return {
        "WindowExecutionId": execution_id,
        "TaskExecutionId": task.execution_id,
        "InvocationId": invocation.invocation_id,
        "ExecutionId": invocation.action_id or None,
        "TaskType": task.task["TaskType"],
        "Parameters": invocation.parameters or None,
        "OwnerInformation": invocation.owner_information or None,
        "WindowTargetId": invocation.window_target_id or None,
        **invocation.outcome.shape(),
    }


@operation("ssm", "DescribeMaintenanceWindowExecutionTaskInvocations")
def describe_maintenance_window_execution_task_invocations(call: Call) -> Mapping[str, Any]:
    """The invocations of a task, one for each target."""
    execution_id = call.params["WindowExecutionId"]
    task = call.store(ExecutionStore).task(execution_id, call.params["TaskId"])
    shapes = [_invocation(execution_id, task, invocation) for invocation in task.invocations]
    shown, token = page(call, _by_status(call, shapes), 50)
    return {"WindowExecutionTaskInvocationIdentities": shown, "NextToken": token}


@operation("ssm", "GetMaintenanceWindowExecutionTaskInvocation")
def get_maintenance_window_execution_task_invocation(call: Call) -> Mapping[str, Any]:
    """One invocation."""
    store, execution_id = call.store(ExecutionStore), call.params["WindowExecutionId"]
    task = store.task(execution_id, call.params["TaskId"])
    invocation = store.invocation(execution_id, task.execution_id, call.params["InvocationId"])
    return _invocation(execution_id, task, invocation)


@operation("ssm", "CancelMaintenanceWindowExecution")
def cancel_maintenance_window_execution(call: Call) -> Mapping[str, Any]:
    """Tasks that have not begun never begin; what runs is let run to its end."""
    execution = call.store(ExecutionStore).get(call.params["WindowExecutionId"])
    if execution.outcome.status in OPEN:
        execution.cancelled = True
        execution.outcome.status = "CANCELLING"
    return {"WindowExecutionId": execution.execution_id}
