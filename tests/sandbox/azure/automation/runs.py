# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs of deployment schedules: at their time, or when the control API says so."""

from __future__ import annotations

import threading
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ...machines import Machine, PowerError
from ...timetable import Timetable
from ..arm.ids import VM_TYPE, parse_id
from ..clockwork import LOOKERS
from ..patching.installation import InstallRequest, begin_installation, install
from ..patching.record import PatchRecord, record_of
from ..patching.selection import Selection
from ..world import AzureWorld
from .store import AutomationStore, Deployment
from .targets import targets_of
from .update_rules import CLASS_MEMBER, parse_duration

OPEN = "InProgress"


@dataclass(slots=True)
class MachineRun:
    """What a run does on one machine. ``status``: InProgress, Succeeded, Failed, MaintenanceWindowExceeded."""

    run_id: str
    machine: Machine
    started: datetime
    status: str = OPEN
    ended: datetime | None = None
    error: str = ""

    @property
    def is_azure(self) -> bool:
        """Whether it is a virtual machine of Azure."""
        return parse_id(self.machine.node_id).is_type(VM_TYPE)

    def end(self, status: str, error: str = "") -> None:
        """It has ended so."""
        self.error, self.ended, self.status = error, self.machine.clock.now(), status


@dataclass(slots=True)
class Run:
    """One run of a deployment schedule, which is as it was then."""

    run_id: str
    deployment: Deployment
    started: datetime
    jobs: dict[str, str]
    machines: list[MachineRun] = field(default_factory=list)

    @property
    def status(self) -> str:
        """Of all machines."""
        states = {one.status for one in self.machines}
        return OPEN if OPEN in states else "Succeeded" if states <= {"Succeeded"} else "Failed"

    @property
    def ended(self) -> datetime | None:
        """When the last machine ended; None while one is on its way."""
        ends = [one.ended for one in self.machines if one.ended]
        return None if self.status == OPEN else max(ends, default=self.started)


class RunStore:
    """The runs of a subscription's deployment schedules, oldest first."""

    def __init__(self, world: AzureWorld, subscription: str) -> None:
        self.runs: list[Run] = []

    def of_account(self, account: str) -> list[Run]:
        """Those of an account, newest first."""
        return [run for run in reversed(self.runs) if run.deployment.account.lower() == account.lower()]


def run_deployment(world: AzureWorld, deployment: Deployment) -> Run:
    """Begin a run now. The caller holds the world's lock."""
    store = world.store(RunStore, parse_id(deployment.account).subscription)
    tasks = deployment.tasks or {}
    jobs = {name: str(uuid.uuid4()) for name in ("preTask", "postTask") if tasks.get(name)}
    run = Run(str(uuid.uuid4()), deployment, world.now(), jobs)
    run.machines = [MachineRun(str(uuid.uuid4()), one, run.started) for one in targets_of(world, deployment)]
    store.runs.append(run)
    for one in run.machines:
        threading.Thread(target=_patch, args=(deployment, one), daemon=True, name=f"deployment {run.run_id}").start()
    return run


def _patch(deployment: Deployment, one: MachineRun) -> None:
    """Update Management has an agent of its own: what Update Manager knows of the machine stays as it is."""
    machine, shared = one.machine, record_of(one.machine)
    with machine.lock:
        if shared.busy:
            one.end("Failed", "Another operation is in progress on the machine.")
            return
        shared.busy = "installPatches"
    try:
        _install(deployment, one)
    except Exception as error:
        one.end("Failed", repr(error))
        raise
    finally:
        shared.busy = ""


def _install(deployment: Deployment, one: MachineRun) -> None:
    machine, update = one.machine, deployment.update
    own = "windows" if machine.os.is_windows else "linux"
    setting, length = update[own]["rebootSetting"], parse_duration(update["duration"]).total_seconds()
    if setting == "RebootOnly":
        one.end(*_rebooted(machine, length))
        return
    request = InstallRequest(length, setting, selection_of(own, update[own]))
    record = PatchRecord()
    done = install(machine, request, begin_installation(machine, request, record=record), record)
    if done.window_exceeded:
        one.end("MaintenanceWindowExceeded")
    else:
        one.end("Failed" if done.status == "Failed" else "Succeeded", done.error.message if done.error else "")


def _rebooted(machine: Machine, length: float) -> tuple[str, str]:
    try:
        machine.reboot()
    except PowerError as error:
        return "Failed", str(error)
    return ("Succeeded", "") if machine.wait_for_agent(length) else ("Failed", "The machine did not come back.")


def selection_of(system: str, settings: dict[str, Any]) -> Selection:
    """Which patches ``windows`` or ``linux`` of an updateConfiguration chooses. Unclassified chooses nothing."""
    named = [one for one in settings[CLASS_MEMBER[system]].split(", ") if one != "Unclassified"]
    classes = tuple(one.replace("UpdateRollup", "UpdateRollUp") for one in named) or ("Unclassified",)
    include, exclude = (
        ("includedKbNumbers", "excludedKbNumbers")
        if system == "windows"
        else ("includedPackageNameMasks", "excludedPackageNameMasks")
    )
    return Selection(classes, tuple(settings[include] or ()), tuple(settings[exclude] or ()))


def look(world: AzureWorld, table: Timetable, now: datetime) -> None:
    """Run what is due."""
    if world.switches.automation_shut_down:
        return
    for _subscription, store in world.stores(AutomationStore):
        for key, one in list(store.deployments.items()):
            if table.is_due(key, one, one.schedule.next_run, now):
                run_deployment(world, one)


LOOKERS.append(look)
