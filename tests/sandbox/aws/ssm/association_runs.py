# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running associations: on creation and update, at their times, or when asked; each run is a command or several."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from ..errors import ServiceError
from ..world import ActionOutcome, Call, World
from .association_rules import plain_schedule
from .association_store import RUNNING, Association, AssociationStore, Execution, TargetRun, Version
from .calendar_state import calendar_of
from .commands import OPEN, Command
from .document_store import DocumentStore
from .internal import TICK, cancel, send, service_call, wait_for
from .outputs import output_url
from .schedules import occurrences
from .timetable import LOOKERS, Timetable

MOST_NODES = 50
"""Nodes of one command."""


def run_association(
    world: World, account: str, region: str, association: Association, *, scheduled: bool = False
) -> Execution | None:
    """Begin a run of the newest version; None while a calendar is closed. The caller holds the world's lock."""
    call = service_call(world, account, region, "", {})
    names = association.settings.get("CalendarNames") or []
    try:
        if not all(calendar_of(call, name).open_at(world.now()) for name in names):
            return None
    except ServiceError:
        return None
    version = association.current
    execution = Execution(str(uuid.uuid4()), version.number, world.now(), RUNNING, RUNNING)
    association.executions.append(execution)
    AssociationRun(world, account, region, association, execution, version, limited=scheduled).begin()
    return execution


class AssociationRun:
    """One execution. ``limited``: its Duration counts, which it does for runs at their times."""

    def __init__(
        self,
        world: World,
        account: str,
        region: str,
        association: Association,
        execution: Execution,
        version: Version,
        *,
        limited: bool,
    ) -> None:
        self.world = world
        self.account = account
        self.region = region
        self.settings = version.settings
        self.association = association
        self.execution = execution
        self._generation = world.generation
        hours = int(self.settings.get("Duration") or 0) if limited else 0
        self._deadline = world.clock.seconds() + hours * 3600.0 if hours else None

    def begin(self) -> None:
        """Start; returns at once. Which nodes are targets is known from then on."""
        call = service_call(self.world, self.account, self.region, "", {})
        nodes = [machine.node_id for machine in self.association.machines(call)]
        self.execution.targets = {node_id: TargetRun(node_id, RUNNING, RUNNING) for node_id in nodes}
        work: Callable[[], None] = self._act if self._is_runbook(call) else self._send
        threading.Thread(target=work, daemon=True, name=f"association {self.association.association_id}").start()

    def _is_runbook(self, call: Call) -> bool:
        try:
            return call.store(DocumentStore).get(str(self.settings["Name"])).kind == "Automation"
        except ServiceError:
            return False

    def _abandoned(self) -> bool:
        return self._generation != self.world.generation or self.world.fleet.closed

    def _late(self) -> bool:
        return self._deadline is not None and self.world.clock.seconds() >= self._deadline

    def _request(self, nodes: list[str]) -> dict[str, Any]:
        place = (self.settings.get("OutputLocation") or {}).get("S3Location") or {}
        request = {
            "DocumentName": self.settings["Name"],
            "DocumentVersion": self.settings["DocumentVersion"],
            "InstanceIds": nodes,
            "Parameters": self.settings.get("Parameters") or {},
            "MaxConcurrency": self.settings.get("MaxConcurrency") or "100%",
            "MaxErrors": self.settings.get("MaxErrors") or "100%",
            "OutputS3BucketName": place.get("OutputS3BucketName"),
            "OutputS3KeyPrefix": place.get("OutputS3KeyPrefix"),
            "OutputS3Region": place.get("OutputS3Region"),
            "AlarmConfiguration": self.settings.get("AlarmConfiguration"),
        }
        return {name: value for name, value in request.items() if value is not None}

    def _send(self) -> None:
        nodes = list(self.execution.targets)
        for start in range(0, len(nodes), MOST_NODES):
            piece = nodes[start : start + MOST_NODES]
            if self._abandoned() or self._late():
                break
            try:
                command = send(self.world, self.account, self.region, self._request(piece))
            except ServiceError as error:
                self._refused(piece, error)
                continue
            wait_for(
                command, self._abandoned, self._late, partial(cancel, self.world, command), partial(self._note, command)
            )
        self._finish()

    def _note(self, command: Command) -> None:
        """Take over how the command stands on each node."""
        with self.world.lock:
            for invocation in command.invocations:
                target = self.execution.targets[invocation.machine.node_id]
                target.command_id = command.command_id
                if invocation.details in OPEN:
                    continue
                good = sum(plugin.details == "Success" for plugin in invocation.plugins)
                total, late = len(invocation.plugins), "TimedOut" in invocation.details
                target.status = "TimedOut" if late else invocation.status
                target.details = invocation.details
                target.ended = target.ended or self.world.now()
                target.output_url = output_url(command, invocation, invocation.plugins[-1], "stdout")
                target.summary = (
                    f"{total} out of {total} plugin{'s' if total > 1 else ''} processed, {good} success, "
                    f"{0 if late else total - good} failed, {total - good if late else 0} timedout, 0 skipped. "
                )

    def _refused(self, nodes: list[str], error: ServiceError) -> None:
        with self.world.lock:
            for node_id in nodes:
                target = self.execution.targets[node_id]
                target.status, target.details, target.ended = "Failed", error.code, self.world.now()

    def _act(self) -> None:
        """A runbook: nothing runs but time (``ActionOutcome``)."""
        outcome = self.world.outcomes.get(str(self.settings["Name"]), ActionOutcome())
        until = self.world.clock.seconds() + outcome.seconds
        while self.world.clock.seconds() < until and not self._abandoned():
            time.sleep(TICK)
        with self.world.lock:
            for target in self.execution.targets.values():
                target.status = target.details = "Failed" if outcome.fails else "Success"
                target.ended = self.world.now()
        self._finish()

    def _finish(self) -> None:
        if self._abandoned():
            return
        with self.world.lock:
            for target in self.execution.targets.values():
                if target.ended is None:
                    target.status, target.details, target.ended = "TimedOut", "TimedOut", self.world.now()
            found = {target.status for target in self.execution.targets.values()}
            worst = next((status for status in ("Failed", "TimedOut", "Cancelled") if status in found), "Success")
            self.execution.status = "Success" if worst == "Success" else "Failed"
            self.execution.details = worst
            self.execution.ended = self.world.now()


def next_run(association: Association, after: datetime) -> datetime | None:
    """When its schedule has it run after an instant; None without a schedule, and when that is over."""
    settings = association.settings
    expression = settings.get("ScheduleExpression")
    if not expression:
        return None
    origin, offset = association.current.created, int(settings.get("ScheduleOffset") or 0)
    return next(occurrences(plain_schedule(expression), None, after, origin, offset), None)


def _look(world: World, table: Timetable, now: datetime) -> None:
    for account, region, store in world.stores(AssociationStore):
        for association in list(store.associations.values()):
            key, upcoming = association.association_id, partial(next_run, association)
            if table.is_due(key, association.current, upcoming, now):
                run_association(world, account, region, association, scheduled=True)


LOOKERS.append(_look)
