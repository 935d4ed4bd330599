# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The patch state of one node, in the same words for every cloud."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
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


MOST_NAMED = 10
"""Patches of one state that a line names."""


def state_lines(
    states: Iterable[Mapping[str, Any]], names: Mapping[str, str], left_out: Collection[str] = (), since: str = ""
) -> list[str]:
    """What is to be said of each node, as a person reads it; ``names`` has the nodes' names by id.

    ``since`` is when an installation began (ISO 8601 UTC): what was installed since that day is counted. ``left_out``
    are ids of patches that were not to be installed.
    """
    return [f"{names.get(state['node_id']) or state['node_id']}: {_said(state, left_out, since)}" for state in states]


def _said(state: Mapping[str, Any], left_out: Collection[str], since: str) -> str:
    if state["not_checked"]:
        return f"not known, {state['not_checked']}"
    pending = state["counts"]["installed_pending_reboot"]
    parts = []
    if since:
        there = [patch for patch in state["patches"] if patch["state"] in INSTALLED_STATES]
        # Windows tells the day of an installation only.
        parts.append(f"{sum(patch['installed_at'][:10] >= since[:10] for patch in there)} installed")
    if pending:
        parts.append(f"{pending} {'waits' if pending == 1 else 'wait'} for a reboot")
    listed = [f"{kind}: {_named(state, kind, left_out)}" for kind in ("failed", "missing") if state["counts"][kind]]
    return "; ".join(filter(None, [", ".join(parts), *(listed or ["nothing is missing"])]))


def _named(state: Mapping[str, Any], kind: str, left_out: Collection[str]) -> str:
    ids = [str(patch["id"]) for patch in state["patches"] if patch["state"] == kind]
    named = [f"{patch_id} (left out)" if patch_id in left_out else patch_id for patch_id in ids]
    more = [f"and {len(named) - MOST_NAMED} more"] if len(named) > MOST_NAMED else []
    return ", ".join([*named[:MOST_NAMED], *more]) or str(state["counts"][kind])


def installed_between(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Ids of the patches that were missing or failed before and are on the node after; empty when one is unknown."""
    if before.get("not_checked") or after.get("not_checked"):
        return []
    wanted = {patch["id"] for patch in before.get("patches", ()) if patch["state"] in ("missing", "failed")}
    there = {patch["id"] for patch in after.get("patches", ()) if patch["state"] in INSTALLED_STATES}
    return sorted(wanted & there)
