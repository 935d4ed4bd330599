# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What installs updates on a machine by itself: its operating system, the platform, maintenance configurations.

Rules of Update Manager and of automatic VM guest patching ("Prerequisite for scheduled patching", "Automatic Guest
Patching for Azure Virtual Machines and Scale Sets"):

- AutomaticByOS, Windows only, is Windows Update on its own schedule; a VM without a mode has it when
  enableAutomaticUpdates is set. ImageDefault says nothing about the system's own settings.
- AutomaticByPlatform without bypassPlatformSafetyChecksOnUserSchedule is patched when Azure likes, unless a
  configuration is assigned; the configuration then installs nothing.
- With it, only its configurations install. Arc machines need neither for that.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._core.facts import NativeUpdate
from .machines import ARC_TYPE, VM_TYPE, Machine
from .maintenance import Candidate, Maintenance
from .nodes import VM

BY_OS = "automaticbyos"
BY_PLATFORM = "automaticbyplatform"


def native_updates(machine: Machine, os_family: str, maintenance: Maintenance) -> tuple[NativeUpdate, ...]:
    """What installs on the machine by itself before the horizon of ``maintenance``."""
    configuration = _configuration(machine, os_family)
    settings = configuration.get("patchSettings") or {}
    mode = str(settings.get("patchMode") or "").lower()
    candidate = Candidate(
        machine.id,
        VM_TYPE if machine.provider == VM else ARC_TYPE,
        machine.location,
        os_family,
        machine.tags,
    )
    if os_family == "windows" and (mode == BY_OS or (not mode and configuration.get("enableAutomaticUpdates"))):
        return (
            NativeUpdate("os", "AutomaticByOS"),
            *_by_configuration(machine, mode, settings, candidate, maintenance),
        )
    if mode == BY_PLATFORM and machine.provider == VM and not _bypasses(settings):
        return () if maintenance.has_any(candidate) else (NativeUpdate("platform", "AutomaticByPlatform"),)
    return _by_configuration(machine, mode, settings, candidate, maintenance)


def _by_configuration(
    machine: Machine, mode: str, settings: Mapping[str, Any], candidate: Candidate, maintenance: Maintenance
) -> tuple[NativeUpdate, ...]:
    if machine.provider == VM and (mode != BY_PLATFORM or not _bypasses(settings)):
        return ()
    return maintenance.updates_of(candidate)


def _configuration(machine: Machine, os_family: str) -> Mapping[str, Any]:
    name = "windowsConfiguration" if os_family == "windows" else "linuxConfiguration"
    found: Mapping[str, Any] = (machine.properties.get("osProfile") or {}).get(name) or {}
    return found


def _bypasses(settings: Mapping[str, Any]) -> bool:
    platform = settings.get("automaticByPlatformSettings") or {}
    return platform.get("bypassPlatformSafetyChecksOnUserSchedule") is True
