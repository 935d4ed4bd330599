# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refuses a window that the service would refuse: by its model, and by the rules that its documentation states."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .._core.errors import InputError
from .instances import tag_list
from .model_check import check_request
from .schedules import check_schedule, is_moment
from .window_invocation import KINDS
from .window_model import settings_to_api, target_to_api
from .window_task_model import task_targets_to_api, task_to_api


def check_window(wanted: Mapping[str, Any], tags: Mapping[str, str] | None) -> None:
    """Raise :class:`InputError` at the first value that cannot be. Nothing is asked of the service."""
    settings = settings_to_api(wanted)
    settings.pop("Enabled", None)
    check_request("ssm", "CreateMaintenanceWindow", {**settings, "Tags": tag_list(tags or {})})
    _check_schedule(wanted)
    check_times(wanted)
    for name in ("start_date", "end_date"):
        check_moment(name, wanted.get(name))
    _refuse_twice("targets", wanted.get("targets") or ())
    _refuse_twice("tasks", wanted.get("tasks") or ())
    for index, target in enumerate(wanted.get("targets") or ()):
        if target.get("targets") == []:
            raise InputError(f"targets[{index}].targets", [], "at least one entry; a target without is left out itself")
        _check_part(f"targets[{index}]", "RegisterTargetWithMaintenanceWindow", target_to_api(target))
    for index, task in enumerate(wanted.get("tasks") or ()):
        _check_task(f"tasks[{index}]", task)


def check_times(settings: Mapping[str, Any]) -> None:
    """What has to fit together: cutoff and duration, offset and schedule. Raises InputError."""
    cutoff, duration = settings.get("cutoff"), settings.get("duration")
    if cutoff is not None and duration is not None and cutoff >= duration:
        raise InputError("cutoff", cutoff, f"less than duration, which is {duration}")
    schedule = str(settings.get("schedule") or "")
    if settings.get("schedule_offset") and schedule and not schedule.startswith("cron"):
        raise InputError("schedule_offset", settings["schedule_offset"], "0 where the schedule is not cron(…)")


def _check_schedule(wanted: Mapping[str, Any]) -> None:
    check_schedule("schedule", wanted.get("schedule"))
    zone = wanted.get("schedule_timezone")
    # Where this machine has no database of time zones, the service alone can tell.
    if zone and not _is_zone(zone) and _is_zone("UTC"):
        raise InputError("schedule_timezone", zone, "a name of the IANA time zone database, such as Europe/Zurich")


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def check_moment(option: str, text: str | None) -> None:
    """Raise InputError for what is no date and time in ISO 8601; nothing and an empty text are none at all."""
    if text and not is_moment(text):
        raise InputError(option, text, "a date and time in ISO 8601, such as 2027-01-31T06:00:00+01:00")


def _refuse_twice(option: str, entries: Sequence[Mapping[str, Any]]) -> None:
    names: set[str] = set()
    for index, entry in enumerate(entries):
        if entry["name"] in names:
            raise InputError(f"{option}[{index}].name", entry["name"], f"a name that no other entry of {option} has")
        names.add(entry["name"])


def _check_task(path: str, task: Mapping[str, Any]) -> None:
    request = task_to_api(task)
    for index, target in enumerate(task.get("targets") or ()):
        if target["key"] != "InstanceIds":
            allowed = "InstanceIds; other nodes are targets of the window, and named in window_targets"
            raise InputError(f"{path}.targets[{index}].key", target["key"], allowed)
    if "targets" in task:
        # The ids of those that are given by name are not known yet; what counts is how many entries there are.
        request["Targets"] = task_targets_to_api(task, [*task["window_target_ids"], *task["window_targets"]])
    _check_part(path, "RegisterTaskWithMaintenanceWindow", request)
    check_kind(path, task.get("task_type"), task.get("task_invocation_parameters") or {})


def check_kind(path: str, task_type: str | None, parameters: Mapping[str, Any]) -> None:
    """Raise InputError for parameters of an invocation that do not belong to this type of task."""
    foreign = sorted(kind for kind in parameters if task_type and kind != KINDS[task_type])
    if foreign or (not task_type and len(parameters) > 1):
        kinds = KINDS[task_type] if task_type else "one"
        raise InputError(
            f"{path}.task_invocation_parameters", sorted(parameters), f"only {kinds}, as the task's type is"
        )


def _check_part(path: str, operation: str, request: Mapping[str, Any]) -> None:
    try:
        check_request("ssm", operation, request)
    except InputError as error:
        raise InputError(f"{path}.{error.option}", error.value, error.allowed) from None
