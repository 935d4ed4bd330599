# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A task of a maintenance window in the words of the modules' options, and in those of the API.

A task names targets of its window by their ids, under the key ``WindowTargetIds``. Here these are apart from its other
targets: wanted by name in ``window_targets``, known by id in ``window_target_ids``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .target_lists import (
    alarm_from_api,
    alarm_to_api,
    stable_alarm,
    stable_targets,
    targets_from_api,
    targets_to_api,
)
from .window_invocation import invocation_from_api, invocation_to_api, same_invocation, stable_invocation

WINDOW_TARGET_IDS = "WindowTargetIds"

MEMBERS: Mapping[str, str] = {
    "name": "Name",
    "task_type": "TaskType",
    "task_arn": "TaskArn",
    "priority": "Priority",
    "max_concurrency": "MaxConcurrency",
    "max_errors": "MaxErrors",
    "cutoff_behavior": "CutoffBehavior",
    "service_role_arn": "ServiceRoleArn",
    "description": "Description",
    "alarm_configuration": "AlarmConfiguration",
    "task_invocation_parameters": "TaskInvocationParameters",
}
"""What a task may have, and what the API calls it; its targets are apart."""

DEFAULTS: Mapping[str, Any] = {
    "name": "",
    "priority": 1,
    "max_concurrency": "",
    "max_errors": "",
    "cutoff_behavior": "CONTINUE_TASK",
    "service_role_arn": "",
    "description": "",
    "alarm_configuration": {},
    "task_invocation_parameters": {},
}
"""A task where nothing is set."""

RATES = ("max_concurrency", "max_errors")
"""What a task has to have with targets, and cannot have without."""

EMPTIABLE = (
    "name",
    "max_concurrency",
    "max_errors",
    "service_role_arn",
    "description",
    "alarm_configuration",
    "task_invocation_parameters",
)
"""What a task need not have."""
_KEPT = {"logging_info": "LoggingInfo", "task_parameters": "TaskParameters"}
"""Deprecated members that an older tool may have set; they are shown, and sent back when a task is replaced."""

_SERVICE_LINKED = ":role/aws-service-role/ssm.amazonaws.com/"


def wanted_task(entry: Mapping[str, Any]) -> dict[str, Any]:
    """What the options of a task ask for, in a stable form; options that are not set are left out."""
    wanted = {name: stable(name, entry[name]) for name in MEMBERS if entry.get(name) is not None}
    if entry.get("window_targets") is not None or entry.get("targets") is not None:
        wanted["window_targets"] = list(dict.fromkeys(entry.get("window_targets") or ()))
        targets = entry.get("targets") or ()
        wanted["window_target_ids"] = sorted(
            {value for target in targets if target["key"] == WINDOW_TARGET_IDS for value in target["values"] or ()}
        )
        wanted["targets"] = stable_targets(target for target in targets if target["key"] != WINDOW_TARGET_IDS)
    return wanted


def stable(name: str, value: Any) -> Any:
    """A value in the form in which two equal ones look equal."""
    if name == "alarm_configuration":
        return stable_alarm(value)
    if name == "task_invocation_parameters":
        return stable_invocation(value)
    if name == "service_role_arn" and _SERVICE_LINKED in value:
        # The service takes its own role for a task that names none, and then shows that.
        return ""
    return value


def task_from_api(raw: Mapping[str, Any]) -> dict[str, Any]:
    """A task as GetMaintenanceWindowTask answers it, everything that nothing was set for included."""
    task = {**DEFAULTS, **{name: raw[member] for name, member in MEMBERS.items() if raw.get(member) is not None}}
    task["service_role_arn"] = stable("service_role_arn", task["service_role_arn"])
    targets = raw.get("Targets") or []
    task |= {
        "window_task_id": str(raw["WindowTaskId"]),
        "window_target_ids": sorted(
            {value for entry in targets if entry["Key"] == WINDOW_TARGET_IDS for value in entry.get("Values") or ()}
        ),
        "targets": targets_from_api(entry for entry in targets if entry["Key"] != WINDOW_TARGET_IDS),
        "alarm_configuration": alarm_from_api(raw.get("AlarmConfiguration")),
        "task_invocation_parameters": invocation_from_api(raw.get("TaskInvocationParameters")),
    }
    if not has_targets(task):
        # The service shows a placeholder that has no effect.
        task |= dict.fromkeys(RATES, "")
    return task | {name: raw[member] for name, member in _KEPT.items() if raw.get(member)}


def new_task(values: Mapping[str, Any]) -> dict[str, Any]:
    """What a task registered with these values will be; its id is not known yet."""
    return {"window_task_id": "", **DEFAULTS, "window_target_ids": [], "targets": [], **values}


def task_to_api(values: Mapping[str, Any]) -> dict[str, Any]:
    """Members of the requests about a task, but for its targets. What is empty is left out."""
    members = {
        member: values[name]
        for name, member in MEMBERS.items()
        if name in values and not (name in EMPTIABLE and not values[name])
    }
    if values.get("alarm_configuration"):
        members["AlarmConfiguration"] = alarm_to_api(values["alarm_configuration"])
    if values.get("task_invocation_parameters"):
        members["TaskInvocationParameters"] = invocation_to_api(values["task_invocation_parameters"])
    return members | {member: values[name] for name, member in _KEPT.items() if values.get(name)}


def task_targets_to_api(task: Mapping[str, Any], window_target_ids: list[str]) -> list[dict[str, Any]]:
    """The targets of a task as the requests take them, these targets of its window among them."""
    own = targets_to_api(task["targets"])
    return own + ([{"Key": WINDOW_TARGET_IDS, "Values": window_target_ids}] if window_target_ids else [])


def has_targets(task: Mapping[str, Any]) -> bool:
    """Whether the task has targets of its own or of its window."""
    return bool(task["targets"] or task["window_target_ids"])


def same_value(name: str, wanted: Any, current: Any) -> bool:
    """Whether a value is as wanted; both in stable form."""
    if name == "task_invocation_parameters":
        return same_invocation(wanted, current)
    return bool(wanted == current)
