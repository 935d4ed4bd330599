# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Installing patches on a machine, with everything that can go wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from .model import Patch, PatchOutcome

if TYPE_CHECKING:
    from .machine import Machine

NO_SPACE = {
    "windows": "0x80070070 There is not enough space on the disk.",
    "linux": "[Errno 28] No space left on device",
}
FAILED = {
    "windows": "0x80070643 Fatal error during installation.",
    "linux": "Error: Transaction test error: scriptlet failed, exit status 1",
}


def install(
    machine: Machine, patches: Iterable[Patch], may_start: Callable[[], bool] = lambda: True
) -> list[PatchOutcome]:
    """One patch after the other, each with what it depends on. Blocks; no reboot. Raises AgentLost.

    ``may_start`` is asked before each patch; once it says no, the rest are ``pending``.
    """
    todo = [patch for patch in patches if not machine.store.covered(patch)]
    boot = machine.boot_count
    machine.check_agent(boot)
    outcomes: list[PatchOutcome] = []
    for position, patch in enumerate(todo):
        if not may_start():
            outcomes += [PatchOutcome(left, "pending") for left in todo[position:]]
            break
        if machine.faults.agent_lost == "install" and position >= len(todo) // 2:
            machine.lose_agent("the agent went away while it installed patches")
        outcomes += [_install_one(machine, step, boot) for step in (*machine.store.dependencies(patch), patch)]
    if any(outcome.result == "installed" for outcome in outcomes):
        for name in machine.faults.services_down_after.get("install", ()):
            machine.services.break_down(name)
    return outcomes


def _install_one(machine: Machine, patch: Patch, boot: int) -> PatchOutcome:
    if machine.store.covered(patch):
        return PatchOutcome(patch, "skipped", "already installed, or replaced by what is installed")
    machine.work(patch.seconds * machine.faults.install_slowness, boot)
    with machine.lock:
        failure = _failure(machine, patch)
        if failure:
            return PatchOutcome(patch, "failed", failure, machine.clock.now())
        machine.root_volume.used_mib += patch.size_mib
        machine.store.put(patch, machine.clock.now(), machine.boot_count)
        if patch.reboot:
            machine.breaks_at_boot.extend(patch.breaks)
        else:
            for name in patch.breaks:
                machine.services.break_down(name)
        machine.touch()
        return PatchOutcome(patch, "installed", "", machine.clock.now())


def _failure(machine: Machine, patch: Patch) -> str:
    family = machine.os.family
    if machine.faults.disk_full or machine.root_volume.free_mib < patch.size_mib:
        return NO_SPACE[family]
    fails = machine.faults.install_fails
    if fails is True or (isinstance(fails, tuple) and (patch.key in fails or patch.id in fails)):
        return FAILED[family]
    if any(not machine.store.covered(needed) for needed in machine.store.dependencies(patch)):
        return "a package that it depends on could not be installed"
    return ""
