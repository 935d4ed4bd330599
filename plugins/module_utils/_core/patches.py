# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The patch state of one node, in the same words for every cloud."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

COUNTS = (
    "installed",
    "installed_other",
    "installed_pending_reboot",
    "installed_rejected",
    "missing",
    "failed",
    "not_applicable",
    "available_security_update",
)
"""States of a patch (PatchComplianceDataState of the SSM API in snake_case), each also the name of a count."""

INSTALLED_STATES = ("installed", "installed_other", "installed_pending_reboot", "installed_rejected")
"""The states of a patch that is on the node."""


class Patch(TypedDict):
    """One patch on one node. ``installed_at`` is ISO 8601 UTC, empty when it is not installed."""

    id: str
    title: str
    classification: str
    severity: str
    state: str
    installed_at: str


class PatchState(TypedDict):
    """What the last scan or install of a node reported.

    ``operation`` is Scan, Install or empty. ``patches`` lists those that are not plainly installed before: missing,
    failed, pending reboot, rejected; after an install also what the run installed. ``not_checked`` is empty, or the
    reason why nothing is known, and then the rest is empty too.
    """

    baseline_id: str
    reported_at: str
    operation: str
    counts: dict[str, int]
    patches: list[Patch]
    not_checked: str


def not_checked(reason: str) -> PatchState:
    """The patch state of a node about which nothing is known."""
    return PatchState(
        baseline_id="", reported_at="", operation="", counts=counts_of({}), patches=[], not_checked=reason
    )


def counts_of(counts: Mapping[str, int]) -> dict[str, int]:
    """All the counts of a patch state, those not given as 0."""
    return {name: int(counts.get(name, 0)) for name in COUNTS}


def patch_state(
    *, baseline_id: str, reported_at: str, operation: str, counts: Mapping[str, int], patches: Sequence[Patch]
) -> PatchState:
    """The patch state of a node that has reported."""
    return PatchState(
        baseline_id=baseline_id,
        reported_at=reported_at,
        operation=operation,
        counts=counts_of(counts),
        patches=sorted(patches, key=lambda patch: (patch["id"], patch["title"])),
        not_checked="",
    )


def installed_between(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Ids of the patches that were missing or failed before and are on the node after; empty when one is unknown."""
    if before.get("not_checked") or after.get("not_checked"):
        return []
    wanted = {patch["id"] for patch in before.get("patches", ()) if patch["state"] in ("missing", "failed")}
    there = {patch["id"] for patch in after.get("patches", ()) if patch["state"] in INSTALLED_STATES}
    return sorted(wanted & there)
