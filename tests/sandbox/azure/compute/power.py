# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starting, stopping, restarting virtual machines. All are long-running operations.

Which state allows what, and the messages: the list of Compute's error codes (Azure documentation, "Understand common
error messages when you manage virtual machines").
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...machines import Machine, PowerError
from ..arm.answer import Answer
from ..arm.call import Call
from ..arm.errors import ArmError, conflict
from ..arm.ids import VM_TYPE
from ..arm.lro import start as begin
from ..arm.registry import operation
from ..nodes.machines import id_of, machine_of
from .power_state import going_off, is_deallocated, power_state
from .versions import VERSIONS
from .virtual_machines import VM

NOT_RUNNING = "The operation requires the VM to be running (or set to run)."
POWER = "azure_power_operation"
GOALS = {"start": "Running", "powerOff": "Stopped", "deallocate": "Deallocated", "restart": "Running"}
WAIT = 900.0
"""Simulated seconds after which an operation ends, whatever the guest does."""


def require_running(machine: Machine) -> None:
    """Raise ArmError OperationNotAllowed unless it runs or is about to."""
    if power_state(machine) not in ("running", "starting"):
        raise conflict(NOT_RUNNING, "OperationNotAllowed")


def _power(action: str, check: Callable[[Machine], None], act: Callable[[Call, Machine], None]) -> None:
    @operation("POST", f"{VM}/{action}", versions=VERSIONS, name=f"{VM_TYPE}/{action}/action")
    def serve(call: Call) -> Answer:
        machine = machine_of(call, VM_TYPE)
        check(machine)
        _take(machine, action)

        def work() -> Any:
            try:
                act(call, machine)
            finally:
                machine.records.pop(POWER, None)
                machine.records.pop("azure_provisioning", None)

        return begin(call, 0.0, work, location=machine.region)


def _take(machine: Machine, action: str) -> None:
    with machine.lock:
        other = machine.records.get(POWER)
        if other:
            raise conflict(
                f"An ongoing operation is changing power state of Virtual Machine {id_of(machine).name} to "
                f"{GOALS[other]}. Please perform operation {action} after some time.",
                "OperationNotAllowed",
            )
        machine.records[POWER] = action
        machine.records["azure_provisioning"] = "Updating"


def _anyhow(_machine: Machine) -> None:
    """A start of a VM that runs and a deallocation of one that is deallocated succeed."""


def _not_deallocated(machine: Machine) -> None:
    if is_deallocated(machine):
        name = id_of(machine).name
        raise conflict(
            f"Operation 'powerOff' is not allowed on VM '{name}' since the VM is either deallocated or marked to be "
            "deallocated.",
            "OperationNotAllowed",
        )


def _start(_call: Call, machine: Machine) -> None:
    machine.wait_for("stopped", WAIT) if machine.power == "stopping" else None
    try:
        machine.start()
    except PowerError as error:
        raise conflict(str(error), "OperationNotAllowed") from None
    _settle(machine)
    if machine.power != "running":
        raise ArmError(
            409,
            "AllocationFailed",
            "Allocation failed. We do not have sufficient capacity for the requested VM size in this region.",
        )


def _settle(machine: Machine) -> None:
    """Wait until it is on or off, at most WAIT."""
    clock = machine.clock
    end = clock.seconds() + WAIT
    while machine.power not in ("running", "stopped") and clock.seconds() < end:
        clock.sleep(max(1.0, 0.02 * clock.speed))


def _power_off(call: Call, machine: Machine) -> None:
    going_off(machine, deallocates=False)
    machine.stop(force=call.query.get("skipshutdown", "").lower() == "true")
    machine.wait_for("stopped", WAIT)


def _deallocate(call: Call, machine: Machine) -> None:
    if call.query.get("hibernate", "").lower() == "true":
        raise ArmError(400, "OperationNotAllowed", "The sandbox does not serve hibernation.")
    going_off(machine, deallocates=True)
    machine.stop()
    machine.wait_for("stopped", WAIT)


def _restart(_call: Call, machine: Machine) -> None:
    """The platform restarts the VM; whether the guest comes up is not its business."""
    _settle(machine)
    try:
        machine.reboot()
    except PowerError as error:
        raise conflict(str(error), "OperationNotAllowed") from None
    machine.wait_for("running", 2 * (machine.durations.boot + machine.durations.shutdown))


_power("start", _anyhow, _start)
_power("powerOff", _not_deallocated, _power_off)
_power("deallocate", _anyhow, _deallocate)
_power("restart", require_running, _restart)
