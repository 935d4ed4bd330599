# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The last assessment or installation that a machine itself shows, by which one is found whose answer was lost.

A VM shows it in its instance view. An Arc machine does not, so there it comes from the Resource Graph, into which
Update Manager writes one row for the newest assessment and one for each installation ("Access operations data using
Azure Resource Graph", tables patchassessmentresources and patchinstallationresources).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from .._core.targets import chunks
from . import versions
from .client import Connection
from .graph import literal, literals, query
from .nodes import VM, name_of
from .patch_request import ASSESS, INSTALL
from .patch_result import activity_of

TABLES = {ASSESS: "patchassessmentresources", INSTALL: "patchinstallationresources"}
RESULTS = {ASSESS: "patchassessmentresults", INSTALL: "patchinstallationresults"}
MACHINES_A_QUERY = 500
"""Machines that one query is about: it answers one row for each, and its text stays of a size that is taken."""

_SUMMARIES = {ASSESS: "availablePatchSummary", INSTALL: "lastPatchInstallationSummary"}

GRAPH_BEHIND = timedelta(minutes=45)
"""The Resource Graph may be half an hour behind; what it does not show after this long has not happened."""

CLOCKS_APART = timedelta(minutes=5)
"""How far the clock of the service may be behind that of the controller."""


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine that is asked about: its id and provider."""

    node_id: str
    provider: str


@dataclass(frozen=True, slots=True)
class Activity:
    """An assessment or installation: its id, when it began, and what is told of it, as the operation's result."""

    activity_id: str
    started: datetime | None
    result: Mapping[str, Any]


def last_activity(connection: Connection, machine: Machine, operation: str) -> Activity | None:
    """The newest one that the machine shows, None when there is none. Raises CloudError."""
    if machine.provider == VM:
        return _of_instance_view(connection, machine, operation)
    found = _of_graph(connection, machine, operation)
    return max(found, key=lambda one: one.started or datetime.min.replace(tzinfo=UTC), default=None)


def last_of_many(connection: Connection, node_ids: Sequence[str], operation: str) -> dict[str, Activity]:
    """The newest one of each machine that the Resource Graph shows, in as few queries as it can. Raises CloudError."""
    results = RESULTS[operation]
    doing = f"read the last operations on {len(node_ids)} machines"
    found: dict[str, Activity] = {}
    for part in chunks(list(node_ids), MACHINES_A_QUERY):
        kql = (
            f"{TABLES[operation]} | where type endswith '/{results}' "
            f"| extend machine = tostring(split(tolower(id), '/{results}/')[0]) "
            f"| where machine in {literals(part)} | extend started = tostring(properties.startDateTime) "
            "| summarize arg_max(started, properties) by machine"
        )
        rows = query(connection, kql, [connection.account], doing, order="machine")
        found.update({str(row["machine"]): _activity(row.get("properties") or {}, "startDateTime") for row in rows})
    return found


def activity_since(
    connection: Connection, machine: Machine, operation: str, known: str, since: datetime | None
) -> Activity | None:
    """One that is another than ``known`` and did not begin before ``since``. Raises CloudError."""
    found = last_activity(connection, machine, operation)
    if found is None or not found.activity_id or found.activity_id == known:
        return None
    if since and found.started and found.started < since - CLOCKS_APART:
        return None
    return found


def activity_by_id(connection: Connection, machine: Machine, operation: str, activity_id: str) -> Activity | None:
    """The one of this id; a VM that has had a newer one since no longer shows it, the Graph may. Raises CloudError."""
    if machine.provider == VM:
        found = _of_instance_view(connection, machine, operation)
        if found and found.activity_id == activity_id:
            return found
    return next((one for one in _of_graph(connection, machine, operation) if one.activity_id == activity_id), None)


def moment_of(text: object) -> datetime | None:
    """A time as the service writes it, aware; None for anything else."""
    try:
        moment = datetime.fromisoformat(str(text or ""))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _of_instance_view(connection: Connection, machine: Machine, operation: str) -> Activity | None:
    doing = f"read the patch status of {name_of(machine.node_id)}"
    view = connection.call("GET", f"{machine.node_id}/instanceView", versions.COMPUTE, doing).body or {}
    summary = (view.get("patchStatus") or {}).get(_SUMMARIES[operation])
    return _activity(summary, "startTime") if summary else None


def _of_graph(connection: Connection, machine: Machine, operation: str) -> list[Activity]:
    kql = (
        f"{TABLES[operation]} | where type endswith '/{RESULTS[operation]}' "
        f"| where id startswith {literal(machine.node_id + '/')} | project id, name, properties"
    )
    doing = f"look for the operation on {name_of(machine.node_id)}"
    rows = query(connection, kql, [connection.account], doing)
    return [_activity(row.get("properties") or {}, "startDateTime") for row in rows]


def _activity(result: Mapping[str, Any], start: str) -> Activity:
    return Activity(activity_of(result), moment_of(result.get(start)), result)
