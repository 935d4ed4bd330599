# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings of a deployment schedule that this collection does not know, so that none of them is lost unseen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .migration_losses import BY_HAND, Loss

_CHANGES = dict.fromkeys(("creationTime", "createdBy", "lastModifiedTime", "lastModifiedBy"))
_SYSTEM = ("rebootSetting", "includedKbNumbers", "excludedKbNumbers", "includedUpdateClassifications")
_PACKAGES = (
    "rebootSetting",
    "includedPackageClassifications",
    "includedPackageNameMasks",
    "excludedPackageNameMasks",
)
_TASK = {"source": None, "parameters": None}

KNOWN: Mapping[str, Any] = {
    "updateConfiguration": {
        "operatingSystem": None,
        "windows": dict.fromkeys(_SYSTEM),
        "linux": dict.fromkeys(_PACKAGES),
        "duration": None,
        "azureVirtualMachines": None,
        "nonAzureComputerNames": None,
        "targets": {
            "azureQueries": {
                "scope": None,
                "locations": None,
                "tagSettings": dict.fromkeys(("tags", "filterOperator")),
            },
            "nonAzureQueries": dict.fromkeys(("functionAlias", "workspaceId")),
        },
    },
    "scheduleInfo": {
        **dict.fromkeys(("frequency", "interval", "startTime", "startTimeOffsetMinutes", "expiryTime")),
        **dict.fromkeys(("expiryTimeOffsetMinutes", "isEnabled", "nextRun", "nextRunOffsetMinutes", "timeZone")),
        "description": None,
        "advancedSchedule": {
            "weekDays": None,
            "monthDays": None,
            "monthlyOccurrences": dict.fromkeys(("occurrence", "day")),
        },
        **_CHANGES,
    },
    "tasks": {"preTask": _TASK, "postTask": _TASK},
    "provisioningState": None,
    "error": None,
    "frequency": None,
    "startTime": None,
    "nextRun": None,
    **_CHANGES,
}
"""The members of a schedule's properties, alone and in a list; None where whatever is in it is known."""


def unknown_settings(properties: Mapping[str, Any]) -> list[Loss]:
    """What stands in a schedule and is not known here. It is told: what it does cannot be known either."""
    why = "it is no setting of deployment schedules that this module knows"
    return [Loss(place, value, why, BY_HAND, blocks=False) for place, value in _unknown(properties, KNOWN, "")]


def _unknown(value: Any, known: Mapping[str, Any] | None, place: str) -> Iterator[tuple[str, Any]]:
    if known is None:
        return
    if isinstance(value, list):
        for number, each in enumerate(value):
            yield from _unknown(each, known, f"{place}[{number}]")
    if not isinstance(value, Mapping):
        return
    for name, each in value.items():
        below = f"{place}.{name}" if place else str(name)
        if name in known:
            yield from _unknown(each, known[name], below)
        elif each not in (None, "", [], {}):
            yield below, each
