# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What maintenance configurations did last: the last run of each machine, from Resource Graph.

Rows of the type ``microsoft.maintenance/applyupdates`` in the table ``maintenanceresources``, one for each machine and
run, are kept for 30 days ("Access Azure Update Manager operations data using Azure Resource Graph").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .._core.nodes import canonical_id
from .._core.pool import results
from .graph import literals, query
from .maintenance_ids import name_of_id
from .session import AzureSession

_RUN_TYPE = "microsoft.maintenance/applyupdates"


def last_runs(
    session: AzureSession, subscriptions: Sequence[str], configurations: Sequence[str]
) -> dict[str, list[dict[str, Any]]]:
    """The last run of each machine by configuration (canonical id), machines in order. Raises CloudError.

    ``subscriptions``: those of the machines. One query for all that the same credentials reach, a page each for 1,000
    machines.
    """
    wanted = sorted({canonical_id(one) for one in configurations})
    found: dict[str, list[dict[str, Any]]] = {one: [] for one in wanted}
    if not wanted:
        return found
    kql = _kql(wanted)
    groups = session.groups(list(dict.fromkeys(subscriptions)))
    doing = "read the runs of maintenance configurations"
    for _group, rows in results(lambda group: query(session.connect(group[0]), kql, group, doing), groups):
        for row in rows:
            found.setdefault(canonical_id(str(row.get("configuration") or "")), []).append(_run(row))
    return {one: sorted(runs, key=lambda run: str(run["node_id"])) for one, runs in found.items()}


def _kql(configurations: Sequence[str]) -> str:
    return (
        f"maintenanceresources | where type =~ '{_RUN_TYPE}'"
        " | extend configuration = tolower(tostring(properties.maintenanceConfigurationId)),"
        " machine = tolower(tostring(properties.resourceId)), started = todatetime(properties.startDateTime)"
        f" | where configuration in~ {literals(configurations)}"
        " | summarize arg_max(started, id, properties) by configuration, machine"
    )


def _run(row: Mapping[str, Any]) -> dict[str, Any]:
    properties = row.get("properties") or {}
    correlation = str(properties.get("correlationId") or "")
    return {
        "node_id": canonical_id(str(properties.get("resourceId") or row.get("machine") or "")),
        "status": str(properties.get("status") or ""),
        "run_id": name_of_id(correlation),
        "correlation_id": correlation,
        "start_date_time": str(properties.get("startDateTime") or ""),
        "end_date_time": str(properties.get("endDateTime") or ""),
        "error_code": str(properties.get("errorCode") or ""),
        "error_message": str(properties.get("errorMessage") or ""),
    }
