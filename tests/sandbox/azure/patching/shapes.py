# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The forms that the answers of both providers share."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ...machines import Machine
from .record import Assessment, Installation, PatchError

WINDOWS_COUNTS = {
    "security": "Security",
    "critical": "Critical",
    "definition": "Definition",
    "updateRollup": "UpdateRollUp",
    "featurePack": "FeaturePack",
    "servicePack": "ServicePack",
    "tools": "Tools",
    "updates": "Updates",
}
LINUX_COUNTS = {"security": "Security", "critical": "Critical", "other": "Other"}


def instant(value: datetime) -> str:
    """As ARM writes instants."""
    return f"{value:%Y-%m-%dT%H:%M:%S.%f}0Z"


def count_by_classification(machine: Machine, found: Assessment) -> dict[str, int]:
    """AvailablePatchCountByClassification: the classifications that the machine's OS has."""
    counts = found.counts()
    names = WINDOWS_COUNTS if machine.os.is_windows else LINUX_COUNTS
    return {key: counts[name] for key, name in names.items()}


def installed_counts(done: Installation) -> dict[str, int]:
    """The five counts of an installation."""
    return {
        "excludedPatchCount": done.count("Excluded"),
        "notSelectedPatchCount": done.count("NotSelected"),
        "pendingPatchCount": done.count("Pending"),
        "installedPatchCount": done.count("Installed"),
        "failedPatchCount": done.count("Failed"),
    }


def error_details(error: PatchError | None) -> dict[str, Any] | None:
    """ApiError and ErrorDetail have the same form."""
    if error is None:
        return None
    details = [{"code": code, "message": message} for code, message in error.details]
    return {"code": error.code, "message": error.message, "details": details}
