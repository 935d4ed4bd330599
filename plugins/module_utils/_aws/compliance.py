# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The patch state that nodes have reported to Patch Manager."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from .._core.errors import CloudError
from .._core.patches import Patch, PatchState, not_checked, patch_state
from .._core.pool import outcomes
from .._core.targets import chunks
from .client import Connection
from .times import iso

NODES_A_REQUEST = 50
"""Nodes that DescribeInstancePatchStates takes at most (service model: InstanceIdList)."""

PATCHES_A_PAGE = 100
REPORT_PATIENCE = 60.0
REPORT_LOOK = 5.0
"""Seconds for which a report is waited for that the service has not taken in yet, and between two looks."""

NOT_REPORTED = "it has not reported a patch state: no scan or install has ended on it yet"

_COUNTS = {
    "installed": "InstalledCount",
    "installed_other": "InstalledOtherCount",
    "installed_pending_reboot": "InstalledPendingRebootCount",
    "installed_rejected": "InstalledRejectedCount",
    "missing": "MissingCount",
    "failed": "FailedCount",
    "not_applicable": "NotApplicableCount",
    "available_security_update": "AvailableSecurityUpdateCount",
}

_LISTED = {
    "missing": "Missing",
    "failed": "Failed",
    "installed_pending_reboot": "InstalledPendingReboot",
    "installed_rejected": "InstalledRejected",
    "available_security_update": "AvailableSecurityUpdate",
}
"""States whose patches are listed, and the value of the filter State for each."""


def patch_states(
    connection: Connection,
    node_ids: Sequence[str],
    installed_since: datetime | None = None,
    expected: str = "",
    patience: float = 0.0,
    new_enough: Callable[[Sequence[str]], Mapping[str, datetime]] | None = None,
) -> dict[str, PatchState]:
    """The patch state of each node; one that never reported is not checked. Raises CloudError when none can be read.

    Patches are asked for only where the counts say that there are some: missing, failed, pending or rejected ones, and
    with ``installed_since`` those installed since then. ``expected`` is the SnapshotId that the scan or install was
    sent with: a report that names another one is of another operation, such as the scan of a maintenance window. It is
    taken when that began late enough, from the moment on that ``new_enough`` tells of the nodes; an older one is
    waited for ``patience`` seconds, and what does not come is not checked. (InstancePatchState in the API reference:
    the snapshot of the operation by which it was collected.)
    """
    reported = reported_states(connection, node_ids)
    ends = time.monotonic() + patience
    moments: Mapping[str, datetime] = {}
    while stale := _stale(reported, node_ids, expected, moments):
        if new_enough is not None and any(node_id in reported for node_id in stale):
            moments, new_enough = new_enough(node_ids), None
        elif time.monotonic() < ends:
            time.sleep(REPORT_LOOK)
            reported |= reported_states(connection, stale)
        else:
            break
    states = {node_id: not_checked(NOT_REPORTED) for node_id in node_ids}
    states |= {node_id: not_checked(_older(reported[node_id])) for node_id in stale if node_id in reported}

    def read(node_id: str) -> PatchState:
        return _state(connection, reported[node_id], installed_since)

    errors: list[CloudError] = []
    fresh = [node_id for node_id in node_ids if node_id in reported and node_id not in stale]
    for node_id, answer in outcomes(read, fresh):
        if isinstance(answer, CloudError):
            errors.append(answer)
            states[node_id] = not_checked(str(answer))
        else:
            states[node_id] = answer
    if errors and len(errors) == len(reported):
        raise errors[0]
    return states


def _stale(
    reported: Mapping[str, Mapping[str, Any]], node_ids: Sequence[str], expected: str, moments: Mapping[str, datetime]
) -> list[str]:
    """Nodes without a report, and those whose report is older than what is expected; one that names none is taken."""
    if not expected:
        return []
    return [
        node_id
        for node_id in node_ids
        if node_id not in reported
        or not (str(reported[node_id].get("SnapshotId") or expected) == expected or _later(reported, node_id, moments))
    ]


def _later(reported: Mapping[str, Mapping[str, Any]], node_id: str, moments: Mapping[str, datetime]) -> bool:
    """Whether the operation that a node reports began late enough."""
    began, moment = reported[node_id].get("OperationStartTime"), moments.get(node_id)
    return isinstance(began, datetime) and moment is not None and began >= moment


def _older(raw: Mapping[str, Any]) -> str:
    ended = iso(raw.get("OperationEndTime")) or "an unknown time"
    return f"its last report is older than this operation: {raw.get('Operation', 'an operation')} that ended {ended}"


def reported_states(connection: Connection, node_ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    """What DescribeInstancePatchStates says of each node that has reported."""
    found: dict[str, Mapping[str, Any]] = {}
    for part in chunks(node_ids, NODES_A_REQUEST):
        listed = connection.pages(
            "ssm",
            "describe_instance_patch_states",
            "InstancePatchStates",
            "read the patch states",
            InstanceIds=part,
            MaxResults=NODES_A_REQUEST,
        )
        found.update({str(entry["InstanceId"]): entry for entry in listed})
    return found


def _state(connection: Connection, raw: Mapping[str, Any], installed_since: datetime | None) -> PatchState:
    counts = {name: int(raw.get(member) or 0) for name, member in _COUNTS.items()}
    wanted = [value for name, value in _LISTED.items() if counts[name]]
    if installed_since and counts["installed"]:
        wanted.append("Installed")
    listed = patches_in(connection, str(raw["InstanceId"]), wanted) if wanted else ()
    patches = [(_patch(entry), entry.get("InstalledTime")) for entry in listed]
    return patch_state(
        baseline_id=str(raw.get("BaselineId", "")),
        reported_at=iso(raw.get("OperationEndTime")),
        operation=str(raw.get("Operation", "")),
        counts=counts,
        patches=[
            patch
            for patch, installed_at in patches
            if patch["state"] != "installed" or _is_new(installed_at, installed_since)
        ],
    )


def patches_in(connection: Connection, node_id: str, states: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    """The node's patches in these states (values of the filter State), as DescribeInstancePatches has them."""
    return connection.pages(
        "ssm",
        "describe_instance_patches",
        "Patches",
        f"read the patches of {node_id}",
        InstanceId=node_id,
        Filters=[{"Key": "State", "Values": list(states)}],
        MaxResults=PATCHES_A_PAGE,
    )


def _patch(raw: Mapping[str, Any]) -> Patch:
    state = state_name(str(raw.get("State", "")))
    return Patch(
        id=str(raw.get("KBId", "")),
        title=str(raw.get("Title", "")),
        classification=str(raw.get("Classification", "")),
        severity=str(raw.get("Severity", "")),
        state=state,
        installed_at=iso(raw.get("InstalledTime")) if state.startswith("installed") else "",
    )


def state_name(state: str) -> str:
    """A patch state in snake_case; the model writes INSTALLED_OTHER, the service InstalledOther."""
    if "_" in state or state.isupper():
        return state.lower()
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", state).lower()


def _is_new(installed_at: datetime | None, since: datetime | None) -> bool:
    """Whether a patch was installed since then; Windows reports the day only, so the day counts."""
    if installed_at is None or since is None:
        return False
    return installed_at.astimezone(UTC).date() >= since.astimezone(UTC).date()
