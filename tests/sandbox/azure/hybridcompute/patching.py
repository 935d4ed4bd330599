# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Assessing and installing patches on Arc machines: the results are counts, without the patches."""

from __future__ import annotations

from typing import Any

from azure.mgmt.hybridcompute.models import MachineInstallPatchesParameters

from ...machines import Machine
from ..arm.answer import Answer
from ..arm.call import Call
from ..arm.errors import ArmError, conflict
from ..arm.ids import ARC_TYPE
from ..arm.registry import operation
from ..nodes import patch_api
from ..nodes.machines import id_of, machine_of
from ..patching.catalogue import patch_service
from ..patching.record import Assessment, Installation
from ..patching.shapes import count_by_classification, error_details, installed_counts, instant
from .versions import MACHINE, VERSIONS


def _common(machine: Machine, result: Assessment | Installation) -> dict[str, Any]:
    return {
        "status": result.status,
        "startDateTime": instant(result.started),
        "lastModifiedDateTime": instant(result.modified),
        "startedBy": "User",
        "patchServiceUsed": patch_service(machine),
        "osType": machine.os.platform_type,
        "errorDetails": error_details(result.error),
    }


def _assessment(machine: Machine, found: Assessment) -> dict[str, Any]:
    return _common(machine, found) | {
        "assessmentActivityId": found.activity_id,
        "rebootPending": found.reboot_pending,
        "availablePatchCountByClassification": count_by_classification(machine, found),
    }


def _installation(machine: Machine, done: Installation) -> dict[str, Any]:
    return _common(machine, done) | {
        "installationActivityId": done.activity_id,
        "rebootStatus": done.reboot_status,
        "maintenanceWindowExceeded": done.window_exceeded,
        **installed_counts(done),
    }


def _busy(machine: Machine, operation_name: str) -> ArmError:
    return conflict(
        f"Operation '{operation_name}' is not allowed on machine '{id_of(machine).name}' since another operation is in "
        "progress.",
        "OperationNotAllowed",
    )


API = patch_api.PatchApi(_assessment, _installation, _busy)


@operation("POST", f"{MACHINE}/assessPatches", versions=VERSIONS, name=f"{ARC_TYPE}/assessPatches/action")
def assess(call: Call) -> Answer:
    """What could be installed."""
    return patch_api.assess_patches(call, machine_of(call, ARC_TYPE), API)


@operation(
    "POST",
    f"{MACHINE}/installPatches",
    versions=VERSIONS,
    name=f"{ARC_TYPE}/installPatches/action",
    body=MachineInstallPatchesParameters,
)
def install(call: Call) -> Answer:
    """Install what the body chooses."""
    return patch_api.install_patches(call, machine_of(call, ARC_TYPE), API)
