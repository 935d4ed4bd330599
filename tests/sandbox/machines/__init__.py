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
from .machine import Machine, MachineSpec
from .model import Faults, InstalledPatch, Patch, PatchOutcome, ScriptResult, Service, Volume
from .operating_systems import OS_KEYS, OperatingSystem, operating_system
from .packages import PatchIndex, PatchStore
from .power import Durations

__all__ = [
    "OS_KEYS",
    "AgentLost",
    "AlterError",
    "Clock",
    "Durations",
    "Faults",
    "InstalledPatch",
    "Machine",
    "MachineError",
    "MachineSpec",
    "ManualClock",
    "OperatingSystem",
    "Patch",
    "PatchIndex",
    "PatchOutcome",
    "PatchStore",
    "PowerError",
    "ScriptResult",
    "Service",
    "Volume",
    "operating_system",
]
