# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of each patch on a machine, judged by a baseline, and the report that an operation leaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from .machine import Machine
from .model import InstalledPatch, Patch
from .ssm_baseline import EXPLICIT_REJECTED, Effect, effective_patches

STATES = (
    "INSTALLED",
    "INSTALLED_OTHER",
    "INSTALLED_PENDING_REBOOT",
    "INSTALLED_REJECTED",
    "MISSING",
    "FAILED",
    "NOT_APPLICABLE",
    "AVAILABLE_SECURITY_UPDATE",
)
NON_COMPLIANT = ("MISSING", "FAILED", "INSTALLED_REJECTED", "INSTALLED_PENDING_REBOOT")
SECURITY = ("Security", "SecurityUpdates")


@dataclass(frozen=True, slots=True)
class PatchState:
    """One line of DescribeInstancePatches. ``state``: the API's word in upper case. Of INSTALLED_OTHER and
    NOT_APPLICABLE the service leaves classification and severity out (on Windows the title too). CVE ids are only
    there for what is missing or failed."""

    id: str
    title: str
    classification: str
    severity: str
    state: str
    installed_at: datetime | None
    key: str
    cve_ids: str = ""


@dataclass(frozen=True, slots=True)
class PatchReport:
    """What a scan or an install reported; the latest one is the node's compliance.

    ``compliance``: key of a patch -> the compliance level that the baseline gives it. ``not_applicable``: how many
    patches the machine has no use for (on Linux they are counted, not listed). ``exit_code``, ``output`` and ``error``
    are what the command's plugin ended with.
    """

    baseline_id: str
    operation: str
    operation_start: datetime
    operation_end: datetime
    reboot_option: str
    snapshot_id: str
    states: tuple[PatchState, ...]
    exit_code: int
    output: str
    error: str = ""
    install_override_list: str = ""
    last_no_reboot_install: datetime | None = None
    compliance: Mapping[str, str] = field(default_factory=dict)
    not_applicable: int = 0

    @property
    def compliant(self) -> bool:
        """No patch is in a state that counts against the node."""
        return not any(item.state in NON_COMPLIANT for item in self.states)

    def counts(self) -> dict[str, int]:
        """Number of patches by state, and SECURITY_, CRITICAL_ and OTHER_NON_COMPLIANT as InstancePatchState has them:
        critical by the baseline's compliance level, security by the advisory, other for what is neither."""
        result = dict.fromkeys((*STATES, "SECURITY_NON_COMPLIANT", "CRITICAL_NON_COMPLIANT", "OTHER_NON_COMPLIANT"), 0)
        for item in self.states:
            result[item.state] += 1
            if item.state in NON_COMPLIANT:
                critical = self.compliance.get(item.key) == "CRITICAL"
                security = item.classification in SECURITY
                result["CRITICAL_NON_COMPLIANT"] += critical
                result["SECURITY_NON_COMPLIANT"] += security
                result["OTHER_NON_COMPLIANT"] += not critical and not security
        result["NOT_APPLICABLE"] = self.not_applicable
        return result


def pending_keys(machine: Machine) -> frozenset[str]:
    """What the patch manager itself installed since the last boot (its tracking file on the node)."""
    tracked: dict[str, int] = machine.records.get("patches_since_boot", {})
    return frozenset(key for key, boot in tracked.items() if boot == machine.boot_count)


def evaluate(
    machine: Machine, baseline: Mapping[str, Any], operating_system: str, _operation: str, failed: frozenset[str]
) -> tuple[tuple[PatchState, ...], dict[str, str], int]:
    """The state of every patch, compliance levels by key, and how many are not applicable.

    ``failed``: keys that this operation tried in vain. A scan calls missing what an earlier install failed on.
    """
    now = machine.clock.now()
    published = machine.store.published(now)
    effects = effective_patches({**baseline, "OperatingSystem": operating_system}, published, now, machine.os.product)
    absent = _absent(machine, published, effects, failed)
    absent_packages = {patch.id for patch, _state in absent}
    states = [_line(machine, patch, state, None) for patch, state in absent]
    blocks = baseline.get("RejectedPatchesAction") == "BLOCK"
    pending = pending_keys(machine)
    for item in machine.store.current():
        if item.patch.id not in absent_packages:
            state = _installed_state(item, effects.get(item.patch.key), item.patch.key in pending, blocks)
            states.append(_line(machine, item.patch, state, item.installed_at))
    useless = _not_applicable(machine, published, effects)
    if machine.os.is_windows:
        states += [_line(machine, patch, "NOT_APPLICABLE", None) for patch in useless]
        states += [
            _line(machine, patch, "AVAILABLE_SECURITY_UPDATE", None)
            for patch in _available_security(machine, published, effects, absent_packages)
        ]
    levels = {key: effect.compliance_level for key, effect in effects.items() if effect.approved}
    return tuple(states), levels, len(useless)


def _absent(
    machine: Machine, published: list[Patch], effects: Mapping[str, Effect], failed: frozenset[str]
) -> list[tuple[Patch, str]]:
    """Approved and not there (the last approved version of each package), or failed just now."""
    newest: dict[str, Patch] = {}
    for patch in published:
        effect = effects.get(patch.key)
        wanted = patch.key in failed or (effect is not None and effect.approved and machine.store.applies(patch))
        if wanted and not machine.store.covered(patch):
            newest[patch.id] = patch
    return [(patch, "FAILED" if patch.key in failed else "MISSING") for patch in newest.values()]


def _installed_state(_item: InstalledPatch, effect: Effect | None, pending: bool, blocks: bool) -> str:
    if pending:
        return "INSTALLED_PENDING_REBOOT"
    if effect is not None and effect.status == EXPLICIT_REJECTED:
        return "INSTALLED_REJECTED" if blocks else "INSTALLED_OTHER"
    return "INSTALLED" if effect is not None and effect.approved else "INSTALLED_OTHER"


def _not_applicable(machine: Machine, published: list[Patch], effects: Mapping[str, Effect]) -> list[Patch]:
    """Approved for something that is not on the machine; on Windows also replaced by an update that is installed."""
    found = []
    for patch in published:
        effect = effects.get(patch.key)
        useless = effect is not None and effect.approved and not machine.store.applies(patch)
        replaced = machine.os.is_windows and patch.key not in machine.store.installed and machine.store.covered(patch)
        if useless or replaced:
            found.append(patch)
    return found


def _available_security(
    machine: Machine, published: list[Patch], effects: Mapping[str, Effect], absent: set[str]
) -> list[Patch]:
    """Windows: security updates that are out and fit, and that the baseline has not approved (yet)."""
    found = []
    for patch in published:
        effect = effects.get(patch.key)
        undecided = effect is None or effect.status == "PENDING_APPROVAL"
        replaced = any(machine.store.index[key] in published for key in machine.store.index.successors(patch.key))
        if (
            undecided
            and patch.classification in SECURITY
            and machine.store.applies(patch)
            and not replaced
            and not machine.store.covered(patch)
            and patch.id not in absent
        ):
            found.append(patch)
    return found


def _line(machine: Machine, patch: Patch, state: str, installed_at: datetime | None) -> PatchState:
    short = state in ("INSTALLED_OTHER", "NOT_APPLICABLE")
    return PatchState(
        id=patch.id,
        title="" if short and machine.os.is_windows else patch.title,
        classification="" if short else patch.classification,
        severity="" if short else patch.severity,
        state=state,
        installed_at=installed_at,
        key=patch.key,
        cve_ids=",".join(patch.cves) if state in ("MISSING", "FAILED") else "",
    )


def failure_report(machine: Machine, baseline: Mapping[str, Any], operation: str, started: datetime) -> PatchReport:
    """An operation that could not even look for updates. It is not the node's compliance."""
    error = (
        'Exception calling "Search" with "1" argument(s): "Exception from HRESULT: 0x8024402C"'
        if machine.os.is_windows
        else "Unable to download repository metadata: all mirrors were tried"
    )
    return PatchReport(
        str(baseline.get("BaselineId", "")),
        operation,
        started,
        machine.clock.now(),
        "",
        "",
        (),
        1,
        "",
        error + "\nfailed to run commands: exit status 1",
    )


def summary(report: PatchReport, node_id: str) -> PatchReport:
    """The report with the text that the command prints."""
    counts = report.counts()
    lines = [
        f"Patch Summary for {node_id}",
        f"BaselineId          : {report.baseline_id}",
        f"SnapshotId          : {report.snapshot_id}",
        f"RebootOption        : {report.reboot_option}",
        f"OperationType       : {report.operation}",
        f"OperationStartTime  : {report.operation_start:%Y-%m-%dT%H:%M:%SZ}",
        f"OperationEndTime    : {report.operation_end:%Y-%m-%dT%H:%M:%SZ}",
        *(f"{state.title().replace('_', '') + 'Count':<20}: {counts[state]}" for state in STATES),
    ]
    failed = [item.title or item.id for item in report.states if item.state == "FAILED"]
    error = "".join(f"Failed to install {title}\n" for title in failed)
    if report.exit_code:
        error += f"failed to run commands: exit status {report.exit_code}"
    return replace(report, output="\n".join(lines) + "\n", error=error)
