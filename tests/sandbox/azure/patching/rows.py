# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rows that Update Manager writes into Resource Graph (Update Manager, "Access operations data using Azure Resource
Graph"): one for the newest assessment and one for each installation, and one for each of their patches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from ...machines import Machine
from .catalogue import AvailablePatch, patch_service
from .record import Assessment, Installation, PatchError, record_of
from .shapes import count_by_classification, error_details, installed_counts, instant

REBOOT_BEHAVIOR = {"IfRequired": "IfRequired", "Never": "NeverReboot", "Always": "AlwaysReboot"}
Row = dict[str, Any]


def assessment_rows(machine: Machine, base: Mapping[str, Any]) -> Iterator[Row]:
    """Rows of ``patchassessmentresources``. ``base``: the machine's own id, type and the columns that all rows have."""
    found = record_of(machine).assessment
    if found is None:
        return
    parent = f"{base['id']}/patchAssessmentResults/latest"
    kind = f"{base['type']}/patchassessmentresults"
    yield _row(base, parent, found.activity_id, kind, _assessment(machine, found))
    for item in found.patches:
        properties = _patch(item, found.modified) | {"assessmentState": "Available"}
        yield _row(
            base, f"{parent}/softwarePatches/{item.patch_id}", item.patch_id, f"{kind}/softwarepatches", properties
        )


def installation_rows(machine: Machine, base: Mapping[str, Any]) -> Iterator[Row]:
    """Rows of ``patchinstallationresources``."""
    kind = f"{base['type']}/patchinstallationresults"
    for done in list(record_of(machine).installations.values()):
        parent = f"{base['id']}/patchInstallationResults/{done.activity_id}"
        yield _row(base, parent, done.activity_id, kind, _installation(machine, done))
        for result in done.patches:
            properties = _patch(result.offered, done.modified) | {"installationState": result.state}
            properties["rebootBehavior"] = REBOOT_BEHAVIOR[done.reboot_setting]
            patch_id = result.offered.patch_id
            yield _row(base, f"{parent}/softwarePatches/{patch_id}", patch_id, f"{kind}/softwarepatches", properties)


def _row(base: Mapping[str, Any], row_id: str, name: str, kind: str, properties: Row) -> Row:
    return {**base, "id": row_id, "name": name, "type": kind, "properties": properties, "tags": None}


def _common(machine: Machine, started: datetime, modified: datetime, error: PatchError | None) -> Row:
    return {
        "startDateTime": instant(started),
        "lastModifiedDateTime": instant(modified),
        "startedBy": "User",
        "patchServiceUsed": patch_service(machine).replace("WU_WSUS", "WU-WSUS"),
        "osType": machine.os.platform_type,
        "errorDetails": error_details(error),
    }


def _assessment(machine: Machine, found: Assessment) -> Row:
    return _common(machine, found.started, found.modified, found.error) | {
        "status": found.status,
        "assessmentActivityId": found.activity_id,
        "rebootPending": found.reboot_pending,
        "availablePatchCountByClassification": count_by_classification(machine, found),
    }


def _installation(machine: Machine, done: Installation) -> Row:
    return _common(machine, done.started, done.modified, done.error) | {
        "status": done.status,
        "installationActivityId": done.activity_id,
        "maintenanceWindowExceeded": done.window_exceeded,
        "rebootStatus": done.reboot_status,
        **installed_counts(done),
        "startedBy": "Platform" if done.run_id else "User",
        "maintenanceRunId": done.run_id or None,
    }


def _patch(item: AvailablePatch, modified: datetime) -> Row:
    """``version`` stands with Linux patches only, ``kbId`` with Windows ones (the documentation's sample queries tell
    them apart so)."""
    row: Row = {
        "patchName": item.name,
        "classifications": [item.classification],
        "publishedDateTime": instant(item.published) if item.published else None,
        "lastModifiedDateTime": instant(modified),
        "rebootBehavior": item.reboot_behavior,
        "rebootRequired": item.patch.reboot if item.kb_id else False,
    }
    return row | ({"kbId": item.kb_id} if item.kb_id else {"version": item.version})
