# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A maintenance window and its targets in the words of the modules' options, and in those of the API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from .target_lists import stable_targets, targets_from_api, targets_to_api
from .window_task_model import task_from_api, wanted_task

MEMBERS: Mapping[str, str] = {
    "name": "Name",
    "description": "Description",
    "schedule": "Schedule",
    "schedule_timezone": "ScheduleTimezone",
    "schedule_offset": "ScheduleOffset",
    "duration": "Duration",
    "cutoff": "Cutoff",
    "allow_unassociated_targets": "AllowUnassociatedTargets",
    "enabled": "Enabled",
    "start_date": "StartDate",
    "end_date": "EndDate",
}
"""Settings of a window, and what the API calls them."""

EMPTY: Mapping[str, Any] = {
    "description": "",
    "schedule_timezone": "",
    "schedule_offset": 0,
    "start_date": "",
    "end_date": "",
}
"""Settings that a window need not have, as they are where nothing is set. Setting one to this takes it away."""

REQUIRED = ("schedule", "duration", "cutoff")
"""What has to be set to make a window, beside its name."""

TARGET_MEMBERS: Mapping[str, str] = {
    "name": "Name",
    "resource_type": "ResourceType",
    "targets": "Targets",
    "description": "Description",
    "owner_information": "OwnerInformation",
}
"""What a target has, and what the API calls it."""

TARGET_EMPTY: Mapping[str, Any] = {"name": "", "description": "", "owner_information": ""}
"""What a target need not have, as it is where nothing is set."""

INSTANCE, RESOURCE_GROUP = "INSTANCE", "RESOURCE_GROUP"


def wanted_window(params: Mapping[str, Any]) -> dict[str, Any]:
    """What the options ask for, in a stable form; options that are not set are left out."""
    wanted = {name: params[name] for name in MEMBERS if params.get(name) is not None}
    if params.get("targets") is not None:
        wanted["targets"] = [_wanted_target(entry) for entry in params["targets"]]
    if params.get("tasks") is not None:
        wanted["tasks"] = [wanted_task(entry) for entry in params["tasks"]]
    return wanted


def settings_to_api(values: Mapping[str, Any]) -> dict[str, Any]:
    """Members of CreateMaintenanceWindow or UpdateMaintenanceWindow. What is empty is left out."""
    return {
        member: values[name]
        for name, member in MEMBERS.items()
        if name in values and not (name in EMPTY and values[name] == EMPTY[name])
    }


def settings_from_api(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a window as GetMaintenanceWindow answers them."""
    known = {name: raw[member] for name, member in MEMBERS.items() if raw.get(member) is not None}
    return new_settings(known)


def new_settings(values: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a window made with these values."""
    defaults = {**EMPTY, "allow_unassociated_targets": False, "enabled": True}
    return {name: {**defaults, **values}.get(name) for name in MEMBERS}


def same_setting(name: str, wanted: Any, current: Any) -> bool:
    """Whether a setting is as wanted."""
    return _same_moment(wanted, current) if name in ("start_date", "end_date") else bool(wanted == current)


def _same_moment(wanted: str, current: str) -> bool:
    """Whether two dates are the same. Where one of them does not say its offset, only the clock can be compared."""
    try:
        first, second = datetime.fromisoformat(wanted), datetime.fromisoformat(current)
    except ValueError:
        return wanted == current
    if first.tzinfo is None or second.tzinfo is None:
        return first.replace(tzinfo=None) == second.replace(tzinfo=None)
    return first == second


def contents_from_api(
    raw_targets: Sequence[Mapping[str, Any]], raw_tasks: Sequence[Mapping[str, Any]]
) -> dict[str, list[dict[str, Any]]]:
    """Targets and tasks of a window, each in a stable order."""
    return {
        "targets": sorted((target_from_api(raw) for raw in raw_targets), key=lambda entry: _order(entry, "target")),
        "tasks": sorted((task_from_api(raw) for raw in raw_tasks), key=lambda entry: _order(entry, "task")),
    }


def _order(entry: Mapping[str, Any], kind: str) -> tuple[str, str]:
    return str(entry["name"]), str(entry[f"window_{kind}_id"])


def target_from_api(raw: Mapping[str, Any]) -> dict[str, Any]:
    """A target of a window, everything that nothing was set for included."""
    return {
        "window_target_id": str(raw["WindowTargetId"]),
        "name": str(raw.get("Name") or ""),
        "resource_type": str(raw["ResourceType"]),
        "targets": targets_from_api(raw.get("Targets")),
        "description": str(raw.get("Description") or ""),
        "owner_information": str(raw.get("OwnerInformation") or ""),
    }


def new_target(values: Mapping[str, Any]) -> dict[str, Any]:
    """What a target registered with these values will be; its id is not known yet."""
    return {"window_target_id": "", "resource_type": resource_type_of(values), **TARGET_EMPTY, **values}


def resource_type_of(values: Mapping[str, Any]) -> str:
    """What a new target is when that is not said: its keys tell."""
    groups = any(str(entry["key"]).startswith("resource-groups:") for entry in values.get("targets") or ())
    return str(values.get("resource_type") or (RESOURCE_GROUP if groups else INSTANCE))


def target_to_api(values: Mapping[str, Any]) -> dict[str, Any]:
    """Members of the requests about a target. What is empty is left out."""
    members = {
        member: values[name]
        for name, member in TARGET_MEMBERS.items()
        if name in values and not (name in TARGET_EMPTY and not values[name])
    }
    return members | ({"Targets": targets_to_api(values["targets"])} if "targets" in values else {})


def _wanted_target(entry: Mapping[str, Any]) -> dict[str, Any]:
    wanted = {name: entry[name] for name in TARGET_MEMBERS if entry.get(name) is not None}
    if "targets" in wanted:
        wanted["targets"] = stable_targets(wanted["targets"])
    return wanted
