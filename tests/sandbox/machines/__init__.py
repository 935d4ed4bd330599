# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Simulated machines. They know no cloud; the wire side serves them over a cloud's protocol.

    clock = Clock(speed=60)
    fleet = load_fleet("tests/sandbox/fleets/demo.yml", clock)      # tests.sandbox.fleet
    machine = fleet.machine("i-0…")
    machine.run_script("systemctl is-active sshd", "sh").stdout
    ssm_patching.scan(machine, baseline)                            # baseline: the dict of GetPatchBaseline
"""

from __future__ import annotations

from .clock import Clock, ManualClock
from .errors import AgentLost, AlterError, MachineError, PowerError
from .machine import Machine
from .model import Faults, InstalledPatch, Patch, PatchOutcome, ScriptResult, Service, Volume
from .operating_systems import OperatingSystem

__all__ = [
    "AgentLost",
    "AlterError",
    "Clock",
    "Faults",
    "InstalledPatch",
    "Machine",
    "MachineError",
    "ManualClock",
    "OperatingSystem",
    "Patch",
    "PatchOutcome",
    "PowerError",
    "ScriptResult",
    "Service",
    "Volume",
]
