# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The power state of a VM in Azure's words.

A machine that is off is ``deallocated`` (its hardware is given back) or ``stopped`` (shut down from inside, or by
powerOff): which of them the machine itself does not know. One that is off from the beginning is deallocated, unless
its attribute ``allocated: true`` says otherwise.
"""

from __future__ import annotations

from ...machines import Machine

RECORD = "azure_off"
DISPLAY = {
    "running": "VM running",
    "starting": "VM starting",
    "stopping": "VM stopping",
    "stopped": "VM stopped",
    "deallocating": "VM deallocating",
    "deallocated": "VM deallocated",
}


def power_state(machine: Machine) -> str:
    """running, starting, stopping, stopped, deallocating or deallocated. A reboot does not show."""
    power = machine.power
    if power == "rebooting":
        return "running"
    if power not in ("stopping", "stopped"):
        if power == "running":
            machine.records.pop(RECORD, None)
        return power
    deallocates = machine.records.get(RECORD, _initially(machine)) == "deallocated"
    return {"stopping": "deallocating", "stopped": "deallocated"}[power] if deallocates else power


def _initially(machine: Machine) -> str:
    if machine.boot_count == 0 and not machine.attributes.get("allocated"):
        return "deallocated"
    return "stopped"


def is_deallocated(machine: Machine) -> bool:
    """Whether it is, or is about to be."""
    return power_state(machine) in ("deallocating", "deallocated")


def going_off(machine: Machine, deallocates: bool) -> None:
    """Which of the two states off will be."""
    machine.records[RECORD] = "deallocated" if deallocates else "stopped"
