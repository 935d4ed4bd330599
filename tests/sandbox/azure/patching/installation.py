# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Installing (LinuxPatchExtension, PatchInstaller, MaintenanceWindow and RebootManager; Update Manager, "How patches
are installed").

A fresh scan; a reboot when one is pending and allowed; the chosen patches one after the other while the window has
room; a reboot as the setting says; another scan, which is the machine's newest assessment.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from ...machines import AgentLost, Machine, PatchOutcome, PowerError
from .assessment import SCAN_ERRORS, UNRESPONSIVE, begin_assessment, scan
from .catalogue import AvailablePatch, describe
from .record import Installation, PatchRecord, PatchResult, error_summary, record_of
from .selection import Chosen, Selection, SelectionError, choose

REBOOT_BUFFER = 900.0
"""Seconds that a reboot is given (REBOOT_BUFFER_IN_MINUTES)."""
PATCH_SECONDS = 300.0
"""Seconds that a patch is expected to take at most (PACKAGE_INSTALL_EXPECTED_MAX_TIME_IN_MINUTES)."""
CODES = {"windows": "INSTALLATION_FAILURE", "linux": "PACKAGE_MANAGER_FAILURE"}


@dataclass(frozen=True, slots=True)
class InstallRequest:
    """``maximum_duration`` in simulated seconds; ``reboot_setting``: IfRequired, Never or Always."""

    maximum_duration: float
    reboot_setting: str
    selection: Selection


class _Failed(Exception):
    """The installation ends here; ``details`` are its errors."""

    def __init__(self, *details: tuple[str, str]) -> None:
        super().__init__(details)
        self.details = details


def begin_installation(
    machine: Machine, request: InstallRequest, run_id: str = "", record: PatchRecord | None = None
) -> Installation:
    """Remember that one has begun; what is shown while it runs. ``run_id``: of the maintenance run that begins it.
    ``record``: another than the machine's own."""
    now = machine.clock.now()
    begun = Installation(str(uuid.uuid4()), now, now, request.reboot_setting, run_id=run_id)
    record = record or record_of(machine)
    record.cancelled = False
    record.installations[begun.activity_id] = begun
    return begun


def install(
    machine: Machine, request: InstallRequest, begun: Installation, record: PatchRecord | None = None
) -> Installation:
    """Do it all; blocks. Never raises for what goes wrong on the machine: that is in the result."""
    return _Run(machine, request, begun, record or record_of(machine)).run()


class _Run:
    def __init__(self, machine: Machine, request: InstallRequest, begun: Installation, record: PatchRecord) -> None:
        self.machine, self.request, self.state = machine, request, begun
        self.deadline = machine.clock.seconds() + request.maximum_duration
        self.errors: list[tuple[str, str]] = []
        self.rebooted = False
        self.record = record

    def run(self) -> Installation:
        try:
            if not self.machine.wait_for_agent(self.request.maximum_duration):
                raise AgentLost
            self._scan()
            if self.request.reboot_setting != "Never" and self.machine.reboot_pending:
                self._reboot()
            chosen = self._choose()
            self._install(chosen)
            self._final_reboot()
            self.record.assessment = scan(self.machine, begin_assessment(self.machine))
        except _Failed as failed:
            self.errors += failed.details
            self._finish("Failed")
        except AgentLost:
            self._silence()
            self._update(status="Failed", error=UNRESPONSIVE)
        else:
            self._finish(self._verdict())
        return self.state

    def _verdict(self) -> str:
        """One patch that failed, or the window exceeded, is a failure ("Query logs", status; PatchInstaller)."""
        if self.state.count("Failed") or self.state.window_exceeded or self.record.cancelled:
            return "Failed"
        warning = str(self.machine.attributes.get("install_warning") or "")
        if warning:
            self.errors.append(("INFORMATIONAL", warning))
            return "CompletedWithWarnings"
        return "Succeeded"

    def _finish(self, status: str) -> None:
        self._update(status=status, error=error_summary(self.errors))

    def _update(self, **changes: Any) -> None:
        self.state = replace(self.state, modified=self.machine.clock.now(), **changes)
        self.record.installations[self.state.activity_id] = self.state

    def _remaining(self) -> float:
        return self.deadline - self.machine.clock.seconds()

    def _scan(self) -> None:
        machine = self.machine
        machine.work(machine.durations.scan, machine.boot_count)
        if machine.faults.scan_fails:
            raise _Failed(("PACKAGE_MANAGER_FAILURE", SCAN_ERRORS[machine.os.family]))

    def _choose(self) -> Chosen:
        try:
            chosen = choose(self.machine, self.request.selection)
        except SelectionError as error:
            raise _Failed(("PACKAGE_MANAGER_FAILURE", str(error))) from None
        self._show(chosen, {})
        return chosen

    def _show(self, chosen: Chosen, outcomes: dict[str, PatchResult]) -> None:
        """Every patch with its state; a dependency that came along is among the installed ones."""
        selected = [outcomes.pop(item.key, PatchResult(item, "Pending")) for item in chosen.selected]
        others = [PatchResult(item, "Excluded") for item in chosen.excluded]
        others += [PatchResult(item, "NotSelected") for item in chosen.not_selected]
        kept = [result for result in others if result.offered.key not in outcomes]
        self._update(patches=(*selected, *outcomes.values(), *kept))

    def _install(self, chosen: Chosen) -> None:
        before = self.machine.installed_patches().keys()
        patches = [item.patch for item in chosen.selected]
        try:
            outcomes = self.machine.install_patches(patches, self._may_start)
        except AgentLost:
            fresh = [item.patch for key, item in self.machine.installed_patches().items() if key not in before]
            self._show(chosen, self._results(PatchOutcome(patch, "installed") for patch in fresh))
            raise
        for outcome in outcomes:
            if outcome.result == "failed":
                offered = describe(self.machine, outcome.patch)
                self.errors.append((CODES[self.machine.os.family], f"{_title(offered)}: {outcome.reason}"))
        self._show(chosen, self._results(outcomes))
        if any(outcome.result == "pending" for outcome in outcomes) and not self.record.cancelled:
            self._update(window_exceeded=True)

    def _may_start(self) -> bool:
        """A patch is begun only when it and a reboot still fit into the window."""
        return not self.record.cancelled and self._remaining() > REBOOT_BUFFER + PATCH_SECONDS

    def _results(self, outcomes: Iterable[PatchOutcome]) -> dict[str, PatchResult]:
        states = {"installed": "Installed", "skipped": "Installed", "failed": "Failed"}
        return {
            outcome.patch.key: PatchResult(describe(self.machine, outcome.patch), states[outcome.result])
            for outcome in outcomes
            if outcome.result in states
        }

    def _final_reboot(self) -> None:
        setting, pending = self.request.reboot_setting, self.machine.reboot_pending
        if setting == "Always" or (setting == "IfRequired" and pending):
            if self._remaining() > REBOOT_BUFFER:
                self._reboot()
                return
            self._update(window_exceeded=True)
        status = "Required" if self.machine.reboot_pending else "Completed" if self.rebooted else "NotNeeded"
        self._update(reboot_status=status)

    def _reboot(self) -> None:
        """Raises AgentLost when it does not come back."""
        machine, boot = self.machine, self.machine.boot_count
        self._update(reboot_status="Started")
        try:
            machine.reboot()
        except PowerError as error:
            raise AgentLost(str(error)) from error
        if not (machine.wait_for("running", max(self._remaining(), 0.0)) and machine.boot_count > boot):
            raise AgentLost(f"{machine.node_id} did not come back after the reboot")
        if not machine.wait_for_agent(max(self._remaining(), 0.0)):
            raise AgentLost(f"the agent of {machine.node_id} did not come back after the reboot")
        self.rebooted = True
        self._update(reboot_status="Completed")

    def _silence(self) -> None:
        """Nothing is heard any more: the service gives up when the window is over."""
        self.machine.clock.sleep(max(self._remaining(), 0.0))


def _title(offered: AvailablePatch) -> str:
    return f"{offered.name} {offered.version}".strip()
