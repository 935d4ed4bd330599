# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One task of an open maintenance window: its targets one after another."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ..errors import ServiceError
from ..world import ActionOutcome
from .commands import Command, amount
from .internal import TICK, cancel, send, service_call, wait_for
from .window_executions import NOTHING_TO_DO, Invocation, Outcome, TaskExecution
from .window_parameters import action_parameters, command_request, filled
from .window_targets import TaskTarget, task_targets

if TYPE_CHECKING:
    from .window_run import WindowRun

STATUS_OF = {"Success": "SUCCESS", "Cancelled": "CANCELLED", "TimedOut": "TIMED_OUT"}
"""Status of an invocation by that of its command; every other one is FAILED."""


class TaskRun:
    """The way of one task. No new invocation begins after more errors than the task allows."""

    def __init__(self, run: WindowRun, execution: TaskExecution) -> None:
        self.run_of_window = run
        self.world = run.world
        self.execution = execution
        self.task = execution.task
        self._errors = 0

    def run(self) -> None:
        """All targets, then the task's state."""
        outcome = self.execution.outcome
        if self._may_not_begin():
            return
        outcome.status, outcome.start = "IN_PROGRESS", self.world.now()
        try:
            cut_off = self._targets()
        except ServiceError as error:
            cut_off = False
            self._refused(self._invocation(TaskTarget(())), error)
        if not self.run_of_window.abandoned():
            with self.world.lock:
                self._judge(cut_off)

    def _may_not_begin(self) -> bool:
        outcome = self.execution.outcome
        with self.world.lock:
            if self.run_of_window.execution.cancelled:
                outcome.status = "CANCELLED"
            elif self.run_of_window.past_cutoff():
                outcome.status, outcome.details = "TIMED_OUT", "The cutoff time was reached before the task began."
            else:
                return False
        return True

    def _targets(self) -> bool:
        """Invoke for each target; whether the cutoff ended that. Raises ServiceError for targets that cannot be."""
        run = self.run_of_window
        call = service_call(self.world, run.account, run.region, "", {})
        with self.world.lock:
            targets = list(task_targets(call, run.window, self.task))
        if not self.task.get("Targets"):
            targets = [TaskTarget(())]
        elif self.task["TaskType"] != "RUN_COMMAND":
            targets = list(_each_node(targets))
        total = sum(len(target.node_ids) for target in targets)
        self._note_parameters(targets)
        for target in targets:
            if run.abandoned() or self._errors > amount(str(self.task.get("MaxErrors") or "0"), total):
                return False
            if self._cancels and run.past_cutoff():
                return True
            if self._invoke(target):
                return True
        return False

    @property
    def _cancels(self) -> bool:
        return self.task.get("CutoffBehavior") == "CANCEL_TASK"

    def _note_parameters(self, targets: list[TaskTarget]) -> None:
        nodes = [node_id for target in targets for node_id in target.node_ids]
        given = action_parameters(self.task)
        noted = {name: {"Values": list(values)} for name, values in given.items()}
        self.execution.parameters = [noted | ({"aws:InstanceId": {"Values": nodes}} if nodes else {})]

    def _invocation(self, target: TaskTarget) -> Invocation:
        made = Invocation(
            str(uuid.uuid4()),
            window_target_id=target.window_target_id,
            owner_information=target.owner_information,
            outcome=Outcome("IN_PROGRESS", "", self.world.now()),
        )
        with self.world.lock:
            self.execution.invocations.append(made)
        return made

    def _invoke(self, target: TaskTarget) -> bool:
        """One target; whether the cutoff ended it."""
        invocation = self._invocation(target)
        values = self._pseudo_parameters(target, invocation)
        if self.task["TaskType"] != "RUN_COMMAND":
            self._act(target, invocation, values)
            return False
        request = command_request(self.task, target.node_ids, values)
        invocation.parameters = json.dumps(_shown(request))
        run = self.run_of_window
        try:
            command = send(self.world, run.account, run.region, request)
        except ServiceError as error:
            self._refused(invocation, error)
            return False
        invocation.action_id = command.command_id
        late = wait_for(
            command,
            run.abandoned,
            lambda: self._cancels and run.past_cutoff(),
            lambda: cancel(self.world, command),
        )
        return self._ended(invocation, command, late)

    def _ended(self, invocation: Invocation, command: Command, late: bool) -> bool:
        with self.world.lock:
            invocation.outcome.status = STATUS_OF.get(command.status, "FAILED")
            invocation.outcome.details = command.details
            if late and command.status != "Success":
                invocation.outcome.status = "TIMED_OUT"
            invocation.outcome.end = self.world.now()
            self._errors += sum(item.details not in ("Success", "Cancelled") for item in command.invocations)
        return late

    def _refused(self, invocation: Invocation, error: ServiceError) -> None:
        with self.world.lock:
            invocation.outcome = Outcome(
                "FAILED", f"{error.code}: {error.message}", invocation.outcome.start, self.world.now()
            )
            self._errors += 1

    def _act(self, target: TaskTarget, invocation: Invocation, values: Mapping[str, str]) -> None:
        """A runbook, function or state machine: nothing runs but time (``ActionOutcome``)."""
        given = {name: filled(list(items), values) for name, items in action_parameters(self.task).items()}
        invocation.parameters = json.dumps({"documentName": self.task["TaskArn"], "parameters": given})
        invocation.action_id = str(uuid.uuid4())
        outcome = self.world.outcomes.get(str(self.task["TaskArn"]), ActionOutcome())
        clock = self.world.clock
        until = clock.seconds() + outcome.seconds
        while clock.seconds() < until and not self.run_of_window.abandoned():
            time.sleep(min(TICK, clock.wall_seconds(max(until - clock.seconds(), 0.0))))
        with self.world.lock:
            invocation.outcome.status = "FAILED" if outcome.fails else "SUCCESS"
            invocation.outcome.details = "Failed" if outcome.fails else ""
            invocation.outcome.end = self.world.now()
            self._errors += outcome.fails

    def _pseudo_parameters(self, target: TaskTarget, invocation: Invocation) -> dict[str, str]:
        """What a task may refer to in double braces (user guide, "Using pseudo parameters")."""
        execution = self.run_of_window.execution
        node_id = target.node_ids[0] if target.node_ids else ""
        return {
            "WINDOW_ID": execution.window_id,
            "WINDOW_EXECUTION_ID": execution.execution_id,
            "WINDOW_TASK_ID": str(self.task["WindowTaskId"]),
            "TASK_EXECUTION_ID": self.execution.execution_id,
            "INVOCATION_ID": invocation.invocation_id,
            "WINDOW_TARGET_ID": target.window_target_id,
            "RESOURCE_ID": node_id,
            "TARGET_ID": node_id,
            "TARGET_TYPE": "RESOURCE" if node_id else "",
            "aws:ORCHESTRATION_ID": execution.execution_id,
        }

    def _judge(self, cut_off: bool) -> None:
        outcome = self.execution.outcome
        states = [invocation.outcome.status for invocation in self.execution.invocations]
        outcome.end = self.world.now()
        if not states and not cut_off:
            outcome.status, outcome.details = "SUCCESS", NOTHING_TO_DO
        elif cut_off:
            outcome.status = "TIMED_OUT"
        elif all(state == "SUCCESS" for state in states):
            outcome.status = "SUCCESS"
        else:
            worst = next(state for state in ("FAILED", "TIMED_OUT", "CANCELLED") if state in states)
            outcome.status, outcome.details = worst, "One or more invocations of the task did not succeed."


def _each_node(targets: list[TaskTarget]) -> Iterator[TaskTarget]:
    for target in targets:
        for node_id in target.node_ids:
            yield TaskTarget((node_id,), target.window_target_id, target.owner_information)


def _shown(request: Mapping[str, Any]) -> dict[str, Any]:
    """A command's request as invocations show it: names begin with a small letter."""
    return {name[:1].lower() + name[1:]: value for name, value in request.items()}
