# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWS-RunPatchBaseline does on a machine (SSM Patch Manager user guide)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .machine import Machine
from .model import Patch


@dataclass(frozen=True, slots=True)
class PatchState:
    """One line of DescribeInstancePatches. ``state`` is the API's word (INSTALLED, MISSING …) in upper case."""

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

    ``compliance_severity(state)`` says with which severity a missing patch counts. ``exit_code``/``output`` are what
    the command's plugin ended with.
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

    def counts(self) -> dict[str, int]:
        """{INSTALLED, INSTALLED_OTHER, INSTALLED_PENDING_REBOOT, INSTALLED_REJECTED, MISSING, FAILED, NOT_APPLICABLE,
        AVAILABLE_SECURITY_UPDATE, SECURITY_NON_COMPLIANT, CRITICAL_NON_COMPLIANT, OTHER_NON_COMPLIANT} -> number."""
        raise NotImplementedError


def operating_system_of(machine: Machine) -> str:
    """The API's OperatingSystem of the machine (WINDOWS, REDHAT_ENTERPRISE_LINUX, …): picks the baseline."""
    raise NotImplementedError


def effective_patches(baseline: Mapping[str, Any], patches: Sequence[Patch], now: datetime) -> dict[str, dict[str, Any]]:
    """Which patches a baseline approves: key -> {"status": APPROVED|PENDING_APPROVAL|EXPLICIT_APPROVED|EXPLICIT_REJECTED,
    "compliance_level": …, "approved_at": datetime|None}. ``baseline`` is the API's own dict (CamelCase, GetPatchBaseline)."""
    raise NotImplementedError


def scan(machine: Machine, baseline: Mapping[str, Any], *, snapshot_id: str = "") -> PatchReport:
    """Operation Scan: blocks; becomes ``machine.patch_report``. ``baseline``: the API's dict. Raises AgentLost."""
    raise NotImplementedError


def install(machine: Machine, baseline: Mapping[str, Any], *, reboot_option: str = "RebootIfNeeded",
            override_list: Sequence[Mapping[str, str]] | None = None, snapshot_id: str = "") -> PatchReport:
    """Operation Install, with reboot and the scan after it; blocks. ``override_list``: [{id, title}]. Raises AgentLost."""
    raise NotImplementedError
