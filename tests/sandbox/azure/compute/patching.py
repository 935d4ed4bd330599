# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Assessing and installing patches on virtual machines."""

from __future__ import annotations

from typing import Any

from azure.mgmt.compute.models import VirtualMachineInstallPatchesParameters

from ...machines import Machine
from ..arm.answer import Answer
from ..arm.call import Call
from ..arm.errors import ArmError, conflict
from ..arm.ids import VM_TYPE
from ..arm.registry import operation
from ..nodes import patch_api
from ..nodes.machines import id_of, machine_of
from ..patching.catalogue import AvailablePatch
from ..patching.record import Assessment, Installation, PatchResult
from ..patching.shapes import error_details, installed_counts, instant
from .power import require_running
from .versions import VERSIONS
from .view import critical_and_security
from .virtual_machines import VM


def _patch(item: AvailablePatch) -> dict[str, Any]:
    return {
        "patchId": item.patch_id,
        "name": item.name,
        "version": item.version,
        "kbId": item.kb_id,
        "classifications": [item.classification],
    }


def _available(item: AvailablePatch, found: Assessment) -> dict[str, Any]:
    return _patch(item) | {
        "rebootBehavior": item.reboot_behavior,
        "activityId": found.activity_id,
        "publishedDate": instant(item.published) if item.published else None,
        "lastModifiedDateTime": instant(found.modified),
        "assessmentState": "Available",
    }


def _assessment(_machine: Machine, found: Assessment) -> dict[str, Any]:
    return {
        "status": found.status,
        "assessmentActivityId": found.activity_id,
        "rebootPending": found.reboot_pending,
        "criticalAndSecurityPatchCount": critical_and_security(found),
        "otherPatchCount": len(found.patches) - critical_and_security(found),
        "startDateTime": instant(found.started),
        "availablePatches": [_available(item, found) for item in found.patches],
        "error": error_details(found.error),
    }


def _result(result: PatchResult) -> dict[str, Any]:
    return _patch(result.offered) | {"installationState": result.state}


def _installation(_machine: Machine, done: Installation) -> dict[str, Any]:
    return {
        "status": done.status,
        "installationActivityId": done.activity_id,
        "rebootStatus": done.reboot_status,
        "maintenanceWindowExceeded": done.window_exceeded,
        **installed_counts(done),
        "startDateTime": instant(done.started),
        "patches": [_result(result) for result in done.patches],
        "error": error_details(done.error),
    }


def _busy(machine: Machine, operation_name: str) -> ArmError:
    return conflict(
        f"Operation '{operation_name}' is not allowed on VM '{id_of(machine).name}' since another operation is in "
        "progress.",
        "OperationNotAllowed",
    )


API = patch_api.PatchApi(_assessment, _installation, _busy)


@operation("POST", f"{VM}/assessPatches", versions=VERSIONS, name=f"{VM_TYPE}/assessPatches/action")
def assess(call: Call) -> Answer:
    """What could be installed."""
    machine = machine_of(call, VM_TYPE)
    require_running(machine)
    return patch_api.assess_patches(call, machine, API)


@operation(
    "POST",
    f"{VM}/installPatches",
    versions=VERSIONS,
    name=f"{VM_TYPE}/installPatches/action",
    body=VirtualMachineInstallPatchesParameters,
)
def install(call: Call) -> Answer:
    """Install what the body chooses."""
    machine = machine_of(call, VM_TYPE)
    require_running(machine)
    return patch_api.install_patches(call, machine, API)


@operation("POST", f"{VM}/cancelPatchInstallation", versions=VERSIONS, name=f"{VM_TYPE}/cancelPatchInstallation/action")
def cancel(call: Call) -> Answer:
    """Begin no further patch."""
    return patch_api.cancel_installation(call, machine_of(call, VM_TYPE))
