# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of ``azure_deployment_schedule_info``: from its options to what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from .._core.errors import InputError
from .._core.pool import results
from .client import Connection
from .deployment_runs import AskedRuns, read_runs
from .deployment_schedule import get, list_all, schedule_id
from .deployment_schedule_check import check_names
from .deployment_schedule_model import from_api, state_from_api
from .deployment_schedule_module import connected
from .deployment_schedule_same import same_texts
from .module import session_of


def read_deployment_schedules(module: Any) -> dict[str, Any]:
    """Read the schedules that the options ask for, and if asked their runs."""
    params = module.params
    check_names(params)
    asked = AskedRuns(params["name"] or "", params["run_status"] or "", _moment(params["runs_since"]))
    connection = connected(session_of(module))
    group, account = params["resource_group"], params["automation_account_name"]
    details = params["details"] or params["name"] is not None
    found = {
        str(resource["name"]): _shown(connection, params, resource, details=details)
        for resource in _resources(connection, params)
    }
    if params["runs"] or params["machine_runs"]:
        runs = read_runs(connection, group, account, asked, machines=params["machine_runs"])
        for name, schedule in found.items():
            schedule["runs"] = runs.get(name.lower(), [])
    return {"changed": False, "deployment_schedules": [found[name] for name in sorted(found, key=str.lower)]}


def _resources(connection: Connection, params: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The schedules as the API answers them, each read alone where details are asked for."""
    group, account, machine = params["resource_group"], params["automation_account_name"], params["machine"] or ""
    if params["name"] is not None:
        resource = get(connection, group, account, params["name"])
        return [resource] if resource is not None and _has(resource, machine) else []
    # The service has a filter for virtual machines, which may mind the case of an id.
    listed = [entry for entry in list_all(connection, group, account) if _has(entry, machine)]
    if not params["details"]:
        return listed
    names = [str(entry["name"]) for entry in listed]
    read = results(lambda name: get(connection, group, account, name), names)
    return [resource for _name, resource in read if resource is not None]


def _has(resource: Mapping[str, Any], machine: str) -> bool:
    schedule = from_api(resource)
    members = [*schedule["azure_virtual_machines"], *schedule["non_azure_computer_names"]]
    return not machine or any(same_texts([machine], [member]) for member in members)


def _shown(
    connection: Connection, params: Mapping[str, Any], resource: Mapping[str, Any], *, details: bool
) -> dict[str, Any]:
    """A schedule as it is answered. A list tells only how often it runs and since when."""
    path = schedule_id(connection, params["resource_group"], params["automation_account_name"], str(resource["name"]))
    schedule = {"id": path, **from_api(resource), **state_from_api(resource)}
    if not details:
        properties = resource.get("properties") or {}
        schedule["schedule_info"] = {
            "frequency": str(properties.get("frequency") or ""),
            "start_time": str(properties.get("startTime") or ""),
        }
    return schedule


def _moment(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InputError("runs_since", text, "a date and time in ISO 8601, such as 2027-01-31T06:00:00+01:00") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
