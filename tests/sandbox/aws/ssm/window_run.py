# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Maintenance windows that are open: their tasks in the order of priority, until the cutoff.

Tasks of one priority run side by side; the next priority begins when they have ended, however they ended. After the
cutoff no task begins. A window that is to open while it is still open is skipped.
"""

from __future__ import annotations

import threading
import uuid
from datetime import datetime
from functools import partial

from ..world import World
from .timetable import LOOKERS, Timetable
from .window_executions import FAILED_TASKS, OPEN, ExecutionStore, Outcome, TaskExecution, WindowExecution
from .window_task_run import TaskRun
from .windows import Window, WindowStore


def open_window(world: World, account: str, region: str, window: Window) -> WindowExecution:
    """Begin an execution now, or record that it was skipped. The caller holds the world's lock."""
    store, now = world.store(ExecutionStore, account, region), world.now()
    execution = WindowExecution(str(uuid.uuid4()), window.window_id)
    overlapping = any(earlier.outcome.status in OPEN for earlier in store.of_window(window.window_id))
    store.executions[execution.execution_id] = execution
    if overlapping:
        execution.outcome = Outcome("SKIPPED_OVERLAPPING", "", now, now)
    else:
        execution.outcome = Outcome("IN_PROGRESS", "", now)
        tasks = sorted(window.tasks.values(), key=lambda task: int(task["Priority"]))
        execution.tasks = [TaskExecution(str(uuid.uuid4()), dict(task)) for task in tasks]
        WindowRun(world, account, region, window, execution).begin()
    return execution


class WindowRun:
    """One execution. Its threads end when the sandbox is reset."""

    def __init__(self, world: World, account: str, region: str, window: Window, execution: WindowExecution) -> None:
        self.world = world
        self.account = account
        self.region = region
        self.window = window
        self.execution = execution
        self._generation = world.generation
        open_for = (int(window.settings["Duration"]) - int(window.settings["Cutoff"])) * 3600.0
        self._cutoff = world.clock.seconds() + open_for

    def begin(self) -> None:
        """Start; returns at once."""
        threading.Thread(target=self._run, daemon=True, name=f"window {self.window.window_id}").start()

    def abandoned(self) -> bool:
        """The sandbox was reset meanwhile."""
        return self._generation != self.world.generation or self.world.fleet.closed

    def past_cutoff(self) -> bool:
        """Whether nothing new may begin."""
        return self.world.clock.seconds() >= self._cutoff

    def _run(self) -> None:
        for priority in sorted({int(task.task["Priority"]) for task in self.execution.tasks}):
            beside = [task for task in self.execution.tasks if int(task.task["Priority"]) == priority]
            threads = [threading.Thread(target=TaskRun(self, task).run, daemon=True) for task in beside]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        if not self.abandoned():
            with self.world.lock:
                self._finish()

    def _finish(self) -> None:
        outcome = self.execution.outcome
        states = {task.outcome.status for task in self.execution.tasks}
        if self.execution.cancelled:
            outcome.status = "CANCELLED"
        elif "FAILED" in states:
            outcome.status, outcome.details = "FAILED", FAILED_TASKS
        elif "TIMED_OUT" in states:
            outcome.status = "TIMED_OUT"
        else:
            outcome.status = "SUCCESS"
        outcome.end = self.world.now()


def _next(window: Window, after: datetime) -> datetime | None:
    return next(window.openings(after), None)


def _look(world: World, table: Timetable, now: datetime) -> None:
    for account, region, store in world.stores(WindowStore):
        for window in list(store.windows.values()):
            if table.is_due(window.window_id, window.settings, partial(_next, window), now):
                open_window(world, account, region, window)


LOOKERS.append(_look)
