# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What nodes lack by their own baselines, as their last scan or install reported it: missing and failed patches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from .._core.durations import format_duration
from .._core.errors import CloudError
from .._core.patch_names import names_of
from .._core.pool import outcomes
from .client import Connection
from .compliance import NOT_REPORTED, patches_in, reported_states
from .times import iso

WANTED_STATES = ("Missing", "Failed")
"""States of a patch that an installation by the baseline would install (values of the filter State)."""

SCAN_FIRST = "run the operation Scan on it first, or allow an older report with missing_max_age"


@dataclass(frozen=True, slots=True)
class MissingPatch:
    """A patch that a node lacks. ``cves`` are the CVE ids that it mends, where the service tells them."""

    id: str
    title: str = ""
    cves: tuple[str, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """Every name by which a person may mean it."""
        version = self.title.removeprefix(f"{self.id}:") if self.title.startswith(f"{self.id}:") else ""
        return names_of(self.id, self.title, *self.cves, version=version)


@dataclass(slots=True)
class MissingPatches:
    """What is missing on each node that told it freshly enough, and why nothing is known of the others."""

    patches: dict[str, list[MissingPatch]] = field(default_factory=dict)
    unknown: dict[str, str] = field(default_factory=dict)


def missing_patches(
    connection: Connection, node_ids: Sequence[str], max_age: timedelta, now: datetime
) -> MissingPatches:
    """The missing patches of the nodes of an account and region. Raises CloudError when none at all could be read.

    One request for 50 nodes, and one for each node that lacks something, side by side.
    """
    reported = reported_states(connection, node_ids)
    found = MissingPatches(unknown={node_id: _doubt(reported.get(node_id), max_age, now) for node_id in node_ids})
    fresh = [node_id for node_id, doubt in found.unknown.items() if not doubt]
    found.unknown = {node_id: doubt for node_id, doubt in found.unknown.items() if doubt}
    lacking = [node_id for node_id in fresh if _lacks(reported[node_id])]
    found.patches = {node_id: [] for node_id in fresh}

    def read(node_id: str) -> list[MissingPatch]:
        return [_patch(raw) for raw in patches_in(connection, node_id, WANTED_STATES) if raw.get("KBId")]

    errors: list[CloudError] = []
    for node_id, answer in outcomes(read, lacking):
        if isinstance(answer, CloudError):
            errors.append(answer)
            del found.patches[node_id]
            found.unknown[node_id] = str(answer)
        else:
            found.patches[node_id] = answer
    if errors and len(errors) == len(node_ids):
        raise errors[0]
    return found


def _doubt(raw: Mapping[str, Any] | None, max_age: timedelta, now: datetime) -> str:
    """Why what a node reported is not to be trusted; empty when it is."""
    if raw is None:
        return f"{NOT_REPORTED}; {SCAN_FIRST}"
    ended = raw.get("OperationEndTime")
    if not isinstance(ended, datetime) or not iso(ended):
        return f"when it last reported its patches is not known; {SCAN_FIRST}"
    if now - ended.astimezone(UTC) > max_age:
        age = format_duration(max_age)
        return f"what it lacks was last reported at {iso(ended)}, which is longer ago than {age}; {SCAN_FIRST}"
    return ""


def _lacks(raw: Mapping[str, Any]) -> bool:
    return bool(int(raw.get("MissingCount") or 0) + int(raw.get("FailedCount") or 0))


def _patch(raw: Mapping[str, Any]) -> MissingPatch:
    cves = str(raw.get("CVEIds") or "").replace(",", " ").split()
    return MissingPatch(str(raw.get("KBId", "")), str(raw.get("Title", "")), tuple(cves))
