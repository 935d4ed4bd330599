# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of ``ssm_maintenance_window_info``: windows as a whole, when they open next, and what they did."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any

from .._core.errors import InputError
from .._core.pool import results
from .client import Connection
from .model_check import check_request
from .module import session_of
from .target_lists import stable_targets, targets_to_api
from .times import iso
from .window import read_window
from .window_check import check_moment
from .window_executions import Asked, read_executions
from .window_list import PAGE, list_windows
from .window_plan import as_shown


def describe_windows(module: Any) -> dict[str, Any]:
    """The windows that the options ask for, side by side, by name."""
    params = module.params
    _refuse_bad_values(params)
    connection = session_of(module).connect(params["account"] or "")
    found = results(lambda window_id: _describe(connection, window_id, params), _asked_for(connection, params))
    windows = [window for _window_id, window in found if window]
    return {"changed": False, "windows": sorted(windows, key=lambda window: (window["name"], window["window_id"]))}


def _refuse_bad_values(params: Mapping[str, Any]) -> None:
    if params["window_id"] is not None:
        check_request("ssm", "GetMaintenanceWindow", {"WindowId": params["window_id"]})
    if params["name"] is not None:
        check_request("ssm", "CreateMaintenanceWindow", {"Name": params["name"]})
    if params["targets"] is not None:
        request = {"Targets": targets_to_api(stable_targets(params["targets"]))}
        check_request("ssm", "DescribeMaintenanceWindowsForTarget", request)
    for name in ("executed_after", "executed_before"):
        check_moment(name, params[name])
    for name in ("next_executions", "max_executions"):
        if params[name] < 0:
            raise InputError(name, params[name], "0 or more")


def _asked_for(connection: Connection, params: Mapping[str, Any]) -> list[str]:
    """The ids of the windows that all the options leave."""
    if params["window_id"] is not None and params["name"] is None and params["enabled"] is None:
        found = {str(params["window_id"])}
    else:
        listed = list_windows(connection, params["name"] or "", enabled=params["enabled"])
        found = {
            str(entry["WindowId"])
            for entry in listed
            if params["name"] in (None, entry.get("Name")) and params["window_id"] in (None, entry["WindowId"])
        }
    if params["targets"] is not None:
        found &= _of_target(connection, params)
    return sorted(found)


def _of_target(connection: Connection, params: Mapping[str, Any]) -> set[str]:
    listed = connection.pages(
        "ssm",
        "describe_maintenance_windows_for_target",
        "WindowIdentities",
        "read the maintenance windows of the targets",
        Targets=targets_to_api(stable_targets(params["targets"])),
        ResourceType=params["resource_type"],
        MaxResults=PAGE,
    )
    return {str(entry["WindowId"]) for entry in listed}


def _describe(connection: Connection, window_id: str, params: Mapping[str, Any]) -> dict[str, Any] | None:
    """A window with what was asked for of it; None when it is gone."""
    window = read_window(connection, window_id)
    if window is None:
        return None
    shown = as_shown(window) | {
        "next_execution_time": window["next_execution_time"],
        "created_date": iso(window["created_date"]),
        "modified_date": iso(window["modified_date"]),
    }
    if params["next_executions"]:
        shown["next_executions"] = _next_executions(connection, window_id, params["next_executions"])
    if params["executions"]:
        asked = Asked(params["executed_after"] or "", params["executed_before"] or "", params["max_executions"])
        shown["executions"] = read_executions(connection, window_id, asked)
    return shown


def _next_executions(connection: Connection, window_id: str, number: int) -> list[str]:
    listed = connection.pages(
        "ssm",
        "describe_maintenance_window_schedule",
        "ScheduledWindowExecutions",
        f"read when the maintenance window {window_id} opens next",
        WindowId=window_id,
        MaxResults=min(number, PAGE),
    )
    return [str(entry["ExecutionTime"]) for entry in islice(listed, number)]
