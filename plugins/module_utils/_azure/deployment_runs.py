# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of the runs of deployment schedules, as a whole and machine by machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from .client import Connection
from .deployment_schedule import account_id, all_entries
from .deployment_schedule_model import TASKS

_RUN: Mapping[str, str] = {
    "status": "status",
    "os_type": "osType",
    "configured_duration": "configuredDuration",
    "start_time": "startTime",
    "end_time": "endTime",
}
_MACHINE_RUN: Mapping[str, str] = {
    **_RUN,
    "target_computer": "targetComputer",
    "target_computer_type": "targetComputerType",
    "correlation_id": "correlationId",
    "source_computer_id": "sourceComputerId",
}


@dataclass(frozen=True, slots=True)
class AskedRuns:
    """Which runs are asked for: of one schedule or all, of this status, that began since then."""

    name: str = ""
    status: str = ""
    since: datetime | None = None

    def condition(self, *, status: bool = True) -> str:
        """The OData filter; empty for all."""
        parts = []
        if self.name:
            parts.append(f"properties/softwareUpdateConfiguration/name eq {_quoted(self.name)}")
        if self.status and status:
            parts.append(f"properties/status eq {_quoted(self.status)}")
        if self.since:
            parts.append(f"properties/startTime ge {self.since.astimezone(UTC).strftime('%Y-%m-%dT%H:%M:%SZ')}")
        return " and ".join(parts)


def read_runs(
    connection: Connection, group: str, account: str, asked: AskedRuns, *, machines: bool
) -> dict[str, list[dict[str, Any]]]:
    """Runs by the schedule's name in lower case, the newest first; with ``machines`` each with its machines' runs.

    Two lists for all schedules of the account, instead of one for each run. Raises CloudError.
    """
    doing = f"list the runs of deployment schedules of {account}"
    base = account_id(connection.account, group, account)
    found: dict[str, list[dict[str, Any]]] = {}
    of_run: dict[str, list[dict[str, Any]]] = {}
    for entry in all_entries(connection, f"{base}/softwareUpdateConfigurationRuns", doing, _query(asked.condition())):
        found.setdefault(_schedule(entry).lower(), []).append(_run(entry))
    if machines and found:
        path = f"{base}/softwareUpdateConfigurationMachineRuns"
        # A run is a failed one also when only some of its machines failed, so the status is not asked for here.
        for entry in all_entries(connection, path, doing, _query(asked.condition(status=False))):
            run = _machine_run(entry)
            of_run.setdefault(run["correlation_id"].lower(), []).append(run)
        for run in (run for runs in found.values() for run in runs):
            run["machine_runs"] = sorted(of_run.get(run["name"].lower(), ()), key=lambda one: one["target_computer"])
    for runs in found.values():
        runs.sort(key=lambda one: one["start_time"], reverse=True)
    return found


def _query(condition: str) -> dict[str, str]:
    return {"$filter": condition} if condition else {}


def _schedule(entry: Mapping[str, Any]) -> str:
    properties = entry.get("properties") or {}
    return str((properties.get("softwareUpdateConfiguration") or {}).get("name") or "")


def _run(entry: Mapping[str, Any]) -> dict[str, Any]:
    properties = entry.get("properties") or {}
    tasks = properties.get("tasks") or {}
    return {
        **_named(entry, _RUN),
        "computer_count": properties.get("computerCount"),
        "failed_count": properties.get("failedCount"),
        "tasks": {name: _task(tasks.get(member)) for name, member in TASKS.items()},
    }


def _task(raw: Mapping[str, Any] | None) -> dict[str, str]:
    given = raw or {}
    members = {"source": "source", "status": "status", "job_id": "jobId"}
    return {name: str(given.get(member) or "") for name, member in members.items()}


def _machine_run(entry: Mapping[str, Any]) -> dict[str, Any]:
    properties = entry.get("properties") or {}
    error = properties.get("error") or {}
    return {
        **_named(entry, _MACHINE_RUN),
        "job_id": str((properties.get("job") or {}).get("id") or ""),
        "error": {key: str(error[key]) for key in ("code", "message") if error.get(key)},
    }


def _named(entry: Mapping[str, Any], members: Mapping[str, str]) -> dict[str, Any]:
    properties = entry.get("properties") or {}
    told = {name: str(properties.get(member) or "") for name, member in members.items()}
    return {"name": str(entry.get("name") or ""), **told}


def _quoted(text: str) -> str:
    """A text as OData quotes it."""
    return "'" + text.replace("'", "''") + "'"
