# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a machine's patch extension has reported: the last assessment and the installations."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from ...machines import Machine
from .catalogue import AvailablePatch

RECORD = "azure_patching"


@dataclass(frozen=True, slots=True)
class PatchError:
    """What went wrong, as ApiError and ErrorDetail have it: a summary and at most five details (code, message)."""

    code: str
    message: str
    details: tuple[tuple[str, str], ...] = ()


def error_summary(details: list[tuple[str, str]]) -> PatchError | None:
    """The extension's own summary of its errors; None when there are none."""
    if not details:
        return None
    return PatchError("1", f"{len(details)} error/s reported.", tuple(details[-5:]))


@dataclass(frozen=True, slots=True)
class Assessment:
    """One assessment. ``status``: InProgress, Succeeded or Failed."""

    activity_id: str
    started: datetime
    modified: datetime
    status: str = "InProgress"
    reboot_pending: bool = False
    patches: tuple[AvailablePatch, ...] = ()
    error: PatchError | None = None

    def counts(self) -> Counter[str]:
        """Patches by classification."""
        return Counter(item.classification for item in self.patches)


@dataclass(frozen=True, slots=True)
class PatchResult:
    """What became of a patch. ``state``: Installed, Failed, Excluded, NotSelected or Pending."""

    offered: AvailablePatch
    state: str


@dataclass(frozen=True, slots=True)
class Installation:
    """One installation. ``status``: InProgress, Succeeded, Failed or CompletedWithWarnings. ``reboot_status``:
    NotNeeded, Required, Started, Failed or Completed. ``run_id``: of the maintenance run that began it, or ``""``."""

    activity_id: str
    started: datetime
    modified: datetime
    reboot_setting: str
    status: str = "InProgress"
    reboot_status: str = "NotNeeded"
    window_exceeded: bool = False
    patches: tuple[PatchResult, ...] = ()
    error: PatchError | None = None
    run_id: str = ""

    def count(self, state: str) -> int:
        """Patches in that state."""
        return sum(result.state == state for result in self.patches)


@dataclass(slots=True)
class PatchRecord:
    """All of a machine's. ``busy``: the operation under way, ``""`` when there is none; ``installations`` by activity.
    ``cancelled``: the running installation shall start no further patch."""

    busy: str = ""
    cancelled: bool = False
    assessment: Assessment | None = None
    installations: dict[str, Installation] = field(default_factory=dict)

    @property
    def last_installation(self) -> Installation | None:
        """The newest one."""
        return next(reversed(self.installations.values()), None)


def record_of(machine: Machine) -> PatchRecord:
    """The machine's record; it goes when the fleet is reset."""
    with machine.lock:
        record = machine.records.get(RECORD)
        if not isinstance(record, PatchRecord):
            record = machine.records[RECORD] = PatchRecord()
        return record
