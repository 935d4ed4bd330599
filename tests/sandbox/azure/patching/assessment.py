# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Assessing: which patches are there to install."""

from __future__ import annotations

import uuid
from dataclasses import replace

from ...machines import AgentLost, Machine
from .catalogue import available_patches
from .record import Assessment, PatchError, error_summary, record_of

ASSESSMENT_SECONDS = 1800.0
"""How long the service waits for an assessment."""
SCAN_ERRORS = {
    "windows": "Exception from HRESULT: 0x8024402C",
    "linux": "Unexpected return code (100) from package manager on command: the package index could not be refreshed",
}
UNRESPONSIVE = PatchError("ShutdownOrUnresponsive", "The machine did not respond in time: it is off or its agent is.")


def begin_assessment(machine: Machine) -> Assessment:
    """What is shown while it runs."""
    now = machine.clock.now()
    return Assessment(str(uuid.uuid4()), now, now)


def assess(machine: Machine, begun: Assessment) -> Assessment:
    """Scan, and remember what was found. Blocks.

    Without an agent the service waits for it, and reports a failure when the time is over ("Troubleshoot", Update
    Manager: ShutdownOrUnresponsive).
    """
    record = record_of(machine)
    try:
        if not machine.wait_for_agent(ASSESSMENT_SECONDS):
            raise AgentLost
        found = scan(machine, begun)
    except AgentLost:
        found = replace(begun, status="Failed", modified=machine.clock.now(), error=UNRESPONSIVE)
    record.assessment = found
    return found


def scan(machine: Machine, begun: Assessment) -> Assessment:
    """Scan once; blocks. Raises AgentLost."""
    machine.work(machine.durations.scan, machine.boot_count)
    now = machine.clock.now()
    if machine.faults.scan_fails:
        error = error_summary([("PACKAGE_MANAGER_FAILURE", SCAN_ERRORS[machine.os.family])])
        return replace(begun, status="Failed", modified=now, reboot_pending=machine.reboot_pending, error=error)
    return replace(
        begun,
        status="Succeeded",
        modified=now,
        reboot_pending=machine.reboot_pending,
        patches=tuple(available_patches(machine)),
    )
