# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What maintenance windows did: executions, their tasks, and what became of each node."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from .._core.pool import results
from .client import Connection
from .model_check import snake_case
from .target_lists import alarm_from_api
from .times import iso

PAGE = 100
"""Entries of a page at most (service model: MaintenanceWindowMaxResults)."""

_UNKNOWN_START = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which executions: those that started between two times, and of these so many of the newest (0: all)."""

    after: str = ""
    before: str = ""
    number: int = 0

    def filters(self) -> dict[str, Any]:
        """Members of DescribeMaintenanceWindowExecutions."""
        given = {"ExecutedAfter": self.after, "ExecutedBefore": self.before}
        filters = [{"Key": key, "Values": [value]} for key, value in given.items() if value]
        return {"Filters": filters} if filters else {}


def read_executions(connection: Connection, window_id: str, asked: Asked) -> list[dict[str, Any]]:
    """Executions of a window, newest first, with their tasks and the invocations of these."""
    listed = connection.pages(
        "ssm",
        "describe_maintenance_window_executions",
        "WindowExecutions",
        f"read the executions of the maintenance window {window_id}",
        WindowId=window_id,
        MaxResults=PAGE,
        **asked.filters(),
    )
    newest = sorted(listed, key=lambda entry: entry.get("StartTime") or _UNKNOWN_START, reverse=True)
    chosen = newest[: asked.number or None]
    tasks = results(lambda entry: _tasks(connection, str(entry["WindowExecutionId"])), chosen)
    return [{**_plain(entry), "tasks": found} for entry, found in tasks]


def _tasks(connection: Connection, execution_id: str) -> list[dict[str, Any]]:
    listed = list(
        connection.pages(
            "ssm",
            "describe_maintenance_window_execution_tasks",
            "WindowExecutionTaskIdentities",
            f"read the tasks of the execution {execution_id} of a maintenance window",
            WindowExecutionId=execution_id,
            MaxResults=PAGE,
        )
    )
    invocations = results(lambda entry: _invocations(connection, execution_id, str(entry["TaskExecutionId"])), listed)
    return [{**_plain_task(entry), "invocations": found} for entry, found in invocations]


def _invocations(connection: Connection, execution_id: str, task_execution_id: str) -> list[dict[str, Any]]:
    listed = connection.pages(
        "ssm",
        "describe_maintenance_window_execution_task_invocations",
        "WindowExecutionTaskInvocationIdentities",
        f"read the invocations of the task {task_execution_id} of a maintenance window",
        WindowExecutionId=execution_id,
        TaskId=task_execution_id,
        MaxResults=PAGE,
    )
    return [_plain(entry) for entry in listed]


def _plain_task(entry: Mapping[str, Any]) -> dict[str, Any]:
    shown = _plain(
        {name: value for name, value in entry.items() if name not in ("AlarmConfiguration", "TriggeredAlarms")}
    )
    return {
        **shown,
        "alarm_configuration": alarm_from_api(entry.get("AlarmConfiguration")),
        "triggered_alarms": [_plain(alarm) for alarm in entry.get("TriggeredAlarms") or ()],
    }


def _plain(members: Mapping[str, Any]) -> dict[str, Any]:
    """Members of an answer as plain data."""
    return {snake_case(name): iso(value) if isinstance(value, datetime) else value for name, value in members.items()}
