# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The patch state of a machine, made of its newest assessment, its installation and the approval rule: pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from .._core.approve import ApprovalRule, AvailablePatch, approve
from .._core.patches import Patch, PatchState, patch_state
from .patch_activity import moment_of

URGENT = ("security", "critical")
"""Classifications, in lower case, of which an update that is not approved is counted all the same."""

REBOOT_OWED = ("Required", "Failed", "Started")
"""rebootStatus of an installation after which what was installed still waits for a reboot."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """What a machine lacked when it was assessed."""

    at: datetime | None
    reboot_pending: bool
    patches: tuple[AvailablePatch, ...]


@dataclass(frozen=True, slots=True)
class Installation:
    """What an installation did: each patch that it chose, with its PatchInstallationState."""

    at: datetime | None
    reboot_status: str
    window_exceeded: bool
    patches: tuple[tuple[AvailablePatch, str], ...]

    @property
    def reboot_owed(self) -> bool:
        """Whether a reboot is still to come, as far as the installation knows."""
        return self.reboot_status in REBOOT_OWED


def patch_of(raw: Mapping[str, Any]) -> AvailablePatch:
    """A patch as a result of a VM or a row of the Resource Graph describes it; the two differ in names only.

    A Windows update without a KB number is known by its title.
    """
    name, number = str(raw.get("name") or raw.get("patchName") or ""), str(raw.get("kbId") or "")
    return AvailablePatch(
        id=f"KB{number.upper().removeprefix('KB')}" if number else name,
        name=name,
        version=str(raw.get("version") or ""),
        classifications=tuple(str(word) for word in raw.get("classifications") or ()),
        severity=str(raw.get("msrcSeverity") or ""),
        published=moment_of(raw.get("publishedDate") or raw.get("publishedDateTime")),
    )


def assessment_of(result: Mapping[str, Any], patches: Iterable[Mapping[str, Any]]) -> Assessment:
    """The assessment that a result (or row) and its patches tell of."""
    at = moment_of(result.get("startDateTime") or result.get("startTime"))
    return Assessment(at, bool(result.get("rebootPending")), tuple(patch_of(patch) for patch in patches))


def installation_of(result: Mapping[str, Any], patches: Iterable[Mapping[str, Any]]) -> Installation:
    """The installation that a result (or row) and its patches tell of."""
    chosen = tuple((patch_of(patch), str(patch.get("installationState") or "")) for patch in patches)
    at = moment_of(result.get("startDateTime") or result.get("startTime"))
    return Installation(
        at, str(result.get("rebootStatus") or ""), bool(result.get("maintenanceWindowExceeded")), chosen
    )


def state_of(
    assessment: Assessment | None, installation: Installation | None, rule: ApprovalRule, now: datetime
) -> PatchState:
    """The patch state; one of assessment and installation is there at least.

    An assessment that is newer than the installation has the last word about what is still missing and whether a reboot
    is due; with an older one the installation has.
    """
    newer = assessment is not None and not _is_before(assessment, installation)
    found: dict[str, Patch] = {}
    for patch in assessment.patches if assessment else ():
        state = _state_of_available(patch, rule, now)
        if state:
            found.setdefault(patch.id, _patch(patch, state, None))
    if installation is not None:
        _add_installed(found, installation, assessment if newer else None)
    last = assessment if newer or installation is None else installation
    counts: dict[str, int] = {}
    for entry in found.values():
        counts[entry["state"]] = counts.get(entry["state"], 0) + 1
    return patch_state(
        baseline_id="",
        reported_at=_iso(last.at if last else None),
        operation="Scan" if last is assessment else "Install",
        counts=counts,
        patches=list(found.values()),
    )


def _is_before(assessment: Assessment, installation: Installation | None) -> bool:
    return bool(installation and installation.at and assessment.at and assessment.at < installation.at)


def _add_installed(found: dict[str, Patch], installation: Installation, newer: Assessment | None) -> None:
    """Put what an installation did over what was available; a newer assessment knows better what still is."""
    reboot = newer.reboot_pending if newer else installation.reboot_owed
    listed = {(patch.id, patch.version) for patch in newer.patches} if newer else None
    for patch, told in installation.patches:
        state = _state_after(told, installation, reboot)
        on_machine = state.startswith("installed")
        if listed is not None:
            is_listed = (patch.id, patch.version) in listed
            if is_listed and state == "installed":
                continue
            if not is_listed and state and not on_machine:
                continue
            if not is_listed and on_machine and patch.id in found:
                continue
        if state:
            found[patch.id] = _patch(patch, state, installation.at)


def _state_after(told: str, installation: Installation, reboot: bool) -> str:
    """The state of a patch that an installation chose; empty for one that it did not choose."""
    if told == "Installed":
        return "installed_pending_reboot" if reboot else "installed"
    if told == "Failed":
        return "failed"
    if told == "Pending":
        waits = reboot and not installation.window_exceeded
        return "installed_pending_reboot" if waits else "missing"
    return ""


def _state_of_available(patch: AvailablePatch, rule: ApprovalRule, now: datetime) -> str:
    if not approve(patch, rule, now):
        return "missing"
    urgent = any(word.lower() in URGENT for word in patch.classifications)
    return "available_security_update" if urgent else ""


def _patch(patch: AvailablePatch, state: str, at: datetime | None) -> Patch:
    title = f"{patch.name} {patch.version}".strip() if patch.version else patch.name
    return Patch(
        id=patch.id,
        title=title,
        classification=", ".join(patch.classifications),
        severity=patch.severity,
        state=state,
        installed_at=_iso(at) if state.startswith("installed") else "",
    )


def _iso(moment: datetime | None) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z") if moment else ""
