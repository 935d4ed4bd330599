# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What maintenance windows did: executions, their tasks, and the invocations of these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from ..errors import ServiceError
from ..world import World

Kept = TypeVar("Kept")
OPEN = frozenset({"PENDING", "IN_PROGRESS", "CANCELLING"})
FAILED_TASKS = "One or more tasks in the orchestration failed."
NOTHING_TO_DO = "No invocations to execute."


@dataclass(slots=True)
class Outcome:
    """How far something is. ``details`` is cut at 250 characters, as the model says."""

    status: str = "PENDING"
    details: str = ""
    start: datetime | None = None
    end: datetime | None = None

    def shape(self) -> dict[str, Any]:
        """The members that all shapes of executions have."""
        return {
            "Status": self.status,
            "StatusDetails": self.details[:250] or None,
            "StartTime": self.start,
            "EndTime": self.end,
        }


@dataclass(slots=True)
class Invocation:
    """A task on one of its targets. ``action_id``: the command, automation … that did it."""

    invocation_id: str
    parameters: str = ""
    action_id: str = ""
    window_target_id: str = ""
    owner_information: str = ""
    outcome: Outcome = field(default_factory=Outcome)


@dataclass(slots=True)
class TaskExecution:
    """A task, as it was registered when the window opened."""

    execution_id: str
    task: Mapping[str, Any]
    invocations: list[Invocation] = field(default_factory=list)
    outcome: Outcome = field(default_factory=Outcome)
    parameters: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class WindowExecution:
    """One opening of a window."""

    execution_id: str
    window_id: str
    tasks: list[TaskExecution] = field(default_factory=list)
    outcome: Outcome = field(default_factory=Outcome)
    cancelled: bool = False


class ExecutionStore:
    """The executions of an account in a region, oldest first. They outlive their windows."""

    def __init__(self, world: World, account: str, region: str) -> None:
        self.executions: dict[str, WindowExecution] = {}

    def get(self, execution_id: str) -> WindowExecution:
        """By id. Raises ServiceError."""
        return _one(self.executions, "Maintenance window execution", execution_id)

    def task(self, execution_id: str, task_id: str) -> TaskExecution:
        """A task of an execution. Raises ServiceError."""
        tasks = {task.execution_id: task for task in self.get(execution_id).tasks}
        return _one(tasks, "Maintenance window task execution", task_id)

    def invocation(self, execution_id: str, task_id: str, invocation_id: str) -> Invocation:
        """An invocation of a task of an execution. Raises ServiceError."""
        found = {invocation.invocation_id: invocation for invocation in self.task(execution_id, task_id).invocations}
        return _one(found, "Maintenance window task invocation", invocation_id)

    def of_window(self, window_id: str) -> list[WindowExecution]:
        """The executions of a window, newest first."""
        return [execution for execution in reversed(self.executions.values()) if execution.window_id == window_id]


def _one(kept: Mapping[str, Kept], kind: str, identifier: str) -> Kept:
    if identifier not in kept:
        raise ServiceError("DoesNotExistException", f"{kind} {identifier} does not exist")
    return kept[identifier]
