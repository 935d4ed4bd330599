# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Maintenance configurations that are open: patches are installed on the machines that they are for at that moment.

Sources: "Query resources with Azure Resource Graph" and "Manage pre and post events" (Update Manager documentation) for
the ids of runs and the members of their rows.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ...machines import Machine
from ...timetable import Timetable
from ..arm.errors import ArmError
from ..arm.ids import parse_id
from ..clockwork import LOOKERS
from ..graph.lag import Lagging
from ..nodes.graph import note_patches
from ..patching.installation import begin_installation, install
from ..patching.parameters import install_request
from ..patching.record import record_of
from ..patching.shapes import instant
from ..recurrence import Recurring
from ..world import AzureWorld
from .scopes import is_patched_by_schedule, machines_of_configuration
from .store import MaintenanceStore, Resource
from .windows import parse_window

APPLY_UPDATES = "microsoft.maintenance/applyupdates"
OF_CONFIGURATION = "microsoft.maintenance/maintenanceconfigurations/applyupdates"
REBOOTS = {"NeverReboot": "Never", "AlwaysReboot": "Always"}
OPEN = "InProgress"


@dataclass(slots=True)
class MachineRun:
    """What a run does on one machine. ``status``: InProgress, Succeeded, Failed."""

    machine: Machine
    status: str = OPEN
    ended: datetime | None = None
    code: str = ""
    message: str = ""

    def end(self, status: str, code: str = "", message: str = "") -> None:
        """It has ended so."""
        self.code, self.message = code, message
        self.ended, self.status = self.machine.clock.now(), status


@dataclass(slots=True)
class Run:
    """One opening of a configuration, which is as it was then."""

    run_id: str
    configuration: Resource
    started: datetime
    machines: list[MachineRun] = field(default_factory=list)

    @property
    def correlation_id(self) -> str:
        """What ties the rows of the run together."""
        return f"{str(self.configuration['id']).lower()}/providers/{APPLY_UPDATES}/{self.run_id}"

    @property
    def status(self) -> str:
        """Of all machines."""
        states = {one.status for one in self.machines}
        return OPEN if OPEN in states else "Failed" if "Failed" in states else "Succeeded"


class RunStore:
    """The runs of a subscription's configurations, and what Resource Graph shows of them."""

    def __init__(self, world: AzureWorld, subscription: str) -> None:
        self.runs: list[Run] = []
        self.shown = Lagging(world)


def open_configuration(world: AzureWorld, configuration: Resource) -> Run:
    """Begin a run now. The caller holds the world's lock. Raises ValueError while it is open already."""
    store = world.store(RunStore, parse_id(configuration["id"]).subscription)
    key = str(configuration["id"]).lower()
    if any(one.status == OPEN and str(one.configuration["id"]).lower() == key for one in store.runs):
        raise ValueError(f"{configuration['id']} is open already")
    run = Run(_run_id(world, store), configuration, world.now())
    run.machines = [MachineRun(machine) for machine in machines_of_configuration(world, configuration["id"])]
    store.runs.append(run)
    _note(store, run)
    for one in run.machines:
        arguments = (world, store, run, one, world.generation)
        threading.Thread(target=_patch, args=arguments, daemon=True, name=f"maintenance {run.run_id}").start()
    return run


def _run_id(world: AzureWorld, store: RunStore) -> str:
    """The instant, as the service names its runs; the next one that is free."""
    number = int(f"{world.now():%Y%m%d%H%M%S}")
    taken = {int(one.run_id) for one in store.runs}
    while number in taken:
        number += 1
    return str(number)


def _patch(world: AzureWorld, store: RunStore, run: Run, one: MachineRun, generation: int) -> None:
    try:
        _install(world, run, one)
    except ArmError as error:
        one.end("Failed", error.code, error.message)
    except Exception as error:
        one.end("Failed", "SandboxFailure", repr(error))
        raise
    finally:
        with world.lock:
            if world.generation == generation:
                _note(store, run)


def _install(world: AzureWorld, run: Run, one: MachineRun) -> None:
    machine, record = one.machine, record_of(one.machine)
    if not is_patched_by_schedule(machine):
        one.end("Failed", "PrerequisitesNotMet", "The machine's patch settings do not let schedules patch it.")
        return
    with machine.lock:
        if record.busy:
            one.end("Failed", "OperationNotAllowed", "Another operation is in progress on the machine.")
            return
        record.busy = "installPatches"
    try:
        request = install_request(machine, install_body(run.configuration, machine))
        begun = begin_installation(machine, request, run.correlation_id)
        note_patches(world, machine)
        done = install(machine, request, begun)
    finally:
        record.busy = ""
    note_patches(world, machine)
    error = done.error
    one.end(
        "Failed" if done.status == "Failed" else "Succeeded",
        error.code if error else "",
        error.message if error else "",
    )


def install_body(configuration: Resource, machine: Machine) -> dict[str, Any]:
    """The body of installPatches that a configuration means for a machine. A virtual machine's own reboot setting
    counts for more (VirtualMachine of the API, automaticByPlatformSettings.rebootSetting)."""
    properties: Mapping[str, Any] = configuration["properties"]
    patches: Mapping[str, Any] = properties.get("installPatches") or {}
    hours, minutes = str((properties.get("maintenanceWindow") or {}).get("duration") or "03:55").split(":")
    name = "windowsParameters" if machine.os.is_windows else "linuxParameters"
    setting = patches.get("rebootSetting", "IfRequired")
    own = machine.attributes.get("reboot_setting")
    parameters = dict(patches.get(name) or {})
    if machine.os.is_windows:
        chosen = parameters.get("classificationsToInclude") or ()
        parameters["classificationsToInclude"] = [one.replace("UpdateRollup", "UpdateRollUp") for one in chosen]
    return {
        "maximumDuration": f"PT{int(hours)}H{int(minutes)}M",
        "rebootSetting": own if own not in (None, "Unknown") else REBOOTS.get(setting, setting),
        name: parameters,
    }


def _note(store: RunStore, run: Run) -> None:
    """The rows of a run, as they are now."""
    properties = {
        "correlationId": run.correlation_id,
        "maintenanceConfigurationId": str(run.configuration["id"]).lower(),
        "maintenanceScope": run.configuration["properties"]["maintenanceScope"],
        "startDateTime": instant(run.started),
    }
    ended = [one.ended for one in run.machines if one.ended]
    states = [one.status for one in run.machines]
    whole = properties | {
        "status": run.status,
        "endDateTime": instant(max(ended, default=run.started)) if run.status != OPEN else None,
        "resourceUpdateSummary": {
            "total": len(states),
            "succeeded": states.count("Succeeded"),
            "failed": states.count("Failed"),
            "inProgress": states.count(OPEN),
        },
    }
    row_id = f"{str(run.configuration['id']).lower()}/applyupdates/{run.run_id}"
    store.shown.note(row_id, {"id": row_id, "name": run.run_id, "type": OF_CONFIGURATION, "properties": whole})
    for one in run.machines:
        own = properties | {
            "status": one.status,
            "resourceId": one.machine.node_id.lower(),
            "endDateTime": instant(one.ended) if one.ended else None,
            "errorCode": one.code or None,
            "errorMessage": one.message or None,
        }
        row_id = f"{one.machine.node_id.lower()}/providers/{APPLY_UPDATES}/{run.run_id}"
        store.shown.note(row_id, {"id": row_id, "name": run.run_id, "type": APPLY_UPDATES, "properties": own})


def _opening(configuration: Resource) -> Recurring | None:
    """When a configuration opens; None for one without a window, or with one that a fleet file made up."""
    try:
        return parse_window(configuration["properties"].get("maintenanceWindow") or {})
    except ArmError:
        return None


def look(world: AzureWorld, table: Timetable, now: datetime) -> None:
    """Open what is due."""
    for _subscription, store in world.stores(MaintenanceStore):
        for key, configuration in list(store.configurations.items()):
            opening = _opening(configuration)
            if opening is not None and table.is_due(key, configuration, opening.next_after, now):
                open_configuration(world, configuration)


LOOKERS.append(look)
