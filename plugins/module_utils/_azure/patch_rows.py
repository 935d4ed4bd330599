# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Update Manager has written into the Resource Graph about machines: one paged query for many of them.

Tables patchassessmentresources and patchinstallationresources ("Access operations data using Azure Resource Graph"): a
row for each result, named after its activity, and below its id one for each patch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .._core.targets import chunks
from .client import Connection
from .graph import Row, literals, query
from .patch_activity import RESULTS, TABLES, moment_of
from .patch_request import ASSESS
from .patch_result import activity_of

MACHINES_A_QUERY = 200
"""Ids in one query: together they stay below 40 KB, and the answer comes in pages whatever its length."""

PATCHES = "/softwarepatches"


@dataclass(slots=True)
class Told:
    """A result of a machine: its properties, and those of its patches."""

    activity_id: str
    result: Mapping[str, Any]
    patches: list[Mapping[str, Any]] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Whether all its patches are there: the rows are not written at once."""
        return len(self.patches) >= patches_expected(self.result)


def results_of(connection: Connection, operation: str, node_ids: Sequence[str]) -> dict[str, list[Told]]:
    """The results of machines, by machine; of assessments there is only the newest. Raises CloudError."""
    found: dict[str, list[Told]] = {}
    for part in chunks(list(node_ids), MACHINES_A_QUERY):
        rows = _rows(connection, operation, part)
        results: dict[str, Told] = {}
        for row in rows:
            if not _is_patch(row):
                told = Told(activity_of(row["properties"]) or str(row["name"]), row["properties"])
                results[str(row["id"]).lower()] = told
                found.setdefault(str(row["machine"]), []).append(told)
        for row in rows:
            parent = results.get(str(row["id"]).lower().partition(f"{PATCHES}/")[0])
            if not _is_patch(row) or parent is None:
                continue
            if operation != ASSESS or not _is_older(row["properties"], parent.result):
                parent.patches.append(row["properties"])
    return found


def _is_older(patch: Mapping[str, Any], assessment: Mapping[str, Any]) -> bool:
    """Whether a row is left from the assessment before: all have the same parent, and are not renewed at once."""
    written, began = moment_of(patch.get("lastModifiedDateTime")), moment_of(assessment.get("startDateTime"))
    return bool(written and began and written < began)


def patches_expected(result: Mapping[str, Any]) -> int:
    """How many patches a result speaks of: what is available, or what was installed, failed or left over."""
    by_kind = result.get("availablePatchCountByClassification")
    if isinstance(by_kind, Mapping):
        return sum(int(count or 0) for count in by_kind.values())
    names = (
        ("criticalAndSecurityPatchCount", "otherPatchCount")
        if "assessmentActivityId" in result
        else ("installedPatchCount", "failedPatchCount", "pendingPatchCount")
    )
    return sum(int(result.get(name) or 0) for name in names)


def _rows(connection: Connection, operation: str, node_ids: Sequence[str]) -> list[Row]:
    kind = RESULTS[operation]
    chosen = (
        "" if operation == ASSESS else " and tostring(properties.installationState) !in~ ('NotSelected', 'Excluded')"
    )
    kql = (
        f"{TABLES[operation]} "
        f"| where type endswith '/{kind}' or (type endswith '/{kind}{PATCHES}'{chosen}) "
        f"| extend machine = tostring(split(tolower(id), '/{kind}/')[0]) "
        f"| where machine in {literals(node_ids)} | project id, name, type, properties, machine"
    )
    subscriptions = sorted({node_id.split("/")[2] for node_id in node_ids})
    return query(connection, kql, subscriptions, f"read what {len(node_ids)} machines report about their patches")


def _is_patch(row: Row) -> bool:
    return str(row["type"]).lower().endswith(PATCHES)


def patches_in(result: Mapping[str, Any]) -> list[Mapping[str, Any]] | None:
    """The patches that a result itself lists, None when it only counts them."""
    listed = result.get("availablePatches") or result.get("patches")
    if listed:
        return list(listed)
    return None if patches_expected(result) else []
