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
    if power not in ("stopping", "stopped") or not _deallocates(machine):
        return power
    return {"stopping": "deallocating", "stopped": "deallocated"}[power]


def _deallocates(machine: Machine) -> bool:
    """What was asked for since the last boot; without that it went down by itself, or was never up."""
    asked = machine.records.get(RECORD)
    if isinstance(asked, tuple) and asked[0] == machine.boot_count:
        return bool(asked[1])
    return machine.boot_count == 0 and not machine.attributes.get("allocated")


def is_deallocated(machine: Machine) -> bool:
    """Whether it is, or is about to be."""
    return power_state(machine) in ("deallocating", "deallocated")


def going_off(machine: Machine, deallocates: bool) -> None:
    """Which of the two states off will be."""
    machine.records[RECORD] = (machine.boot_count, deallocates)
