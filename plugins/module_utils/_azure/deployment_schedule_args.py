# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of deployment schedules, and what they ask for in the form in which plans compare it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._core.durations import format_duration, parse_duration
from .._core.errors import InputError
from .._core.schedule import WEEKDAYS
from .._core.schedule_info import FREQUENCIES
from .._core.zones import iana_name
from .classifications import LINUX_CLASSIFICATIONS, UNCLASSIFIED, WINDOWS_CLASSIFICATIONS
from .deployment_schedule_model import ALL, SECTIONS
from .deployment_schedule_same import text_of
from .deployment_schedule_times import NO_DAYS

REBOOT_SETTINGS = ("IfRequired", "Never", "Always", "RebootOnly")
DAYS = tuple(day.capitalize() for day in WEEKDAYS)

_TEXTS: dict[str, Any] = {"type": "list", "elements": "str"}

WINDOWS_ARGS: dict[str, Any] = {
    "included_update_classifications": {**_TEXTS, "choices": [UNCLASSIFIED, *WINDOWS_CLASSIFICATIONS]},
    "excluded_kb_numbers": _TEXTS,
    "included_kb_numbers": _TEXTS,
    "reboot_setting": {"type": "str", "choices": list(REBOOT_SETTINGS)},
}

LINUX_ARGS: dict[str, Any] = {
    "included_package_classifications": {**_TEXTS, "choices": [UNCLASSIFIED, *LINUX_CLASSIFICATIONS]},
    "excluded_package_name_masks": _TEXTS,
    "included_package_name_masks": _TEXTS,
    "reboot_setting": {"type": "str", "choices": list(REBOOT_SETTINGS)},
}

AZURE_QUERY_ARGS: dict[str, Any] = {
    "scope": {**_TEXTS, "required": True},
    "locations": _TEXTS,
    "tag_settings": {
        "type": "dict",
        "options": {
            "tags": {"type": "dict"},
            "filter_operator": {"type": "str", "choices": ["All", "Any"], "default": ALL},
        },
    },
}

NON_AZURE_QUERY_ARGS: dict[str, Any] = {
    "function_alias": {"type": "str", "required": True},
    "workspace_id": {"type": "str", "required": True},
}

TARGETS_ARGS: dict[str, Any] = {
    "azure_queries": {"type": "list", "elements": "dict", "options": AZURE_QUERY_ARGS},
    "non_azure_queries": {"type": "list", "elements": "dict", "options": NON_AZURE_QUERY_ARGS},
}

ADVANCED_SCHEDULE_ARGS: dict[str, Any] = {
    "week_days": {**_TEXTS, "choices": list(DAYS)},
    "month_days": {"type": "list", "elements": "int"},
    "monthly_occurrences": {
        "type": "list",
        "elements": "dict",
        "options": {
            "occurrence": {"type": "int", "required": True},
            "day": {"type": "str", "required": True, "choices": list(DAYS)},
        },
    },
}

SCHEDULE_INFO_ARGS: dict[str, Any] = {
    "frequency": {"type": "str", "choices": list(FREQUENCIES)},
    "interval": {"type": "int"},
    "start_time": {"type": "str"},
    "time_zone": {"type": "str"},
    "expiry_time": {"type": "str"},
    "is_enabled": {"type": "bool"},
    "description": {"type": "str"},
    "advanced_schedule": {"type": "dict", "options": ADVANCED_SCHEDULE_ARGS},
}

TASK_ARGS: dict[str, Any] = {"source": {"type": "str"}, "parameters": {"type": "dict"}}

SCHEDULE_ARGS: dict[str, Any] = {
    "operating_system": {"type": "str", "choices": ["Windows", "Linux"]},
    "windows": {"type": "dict", "options": WINDOWS_ARGS},
    "linux": {"type": "dict", "options": LINUX_ARGS},
    "duration": {"type": "str"},
    "azure_virtual_machines": _TEXTS,
    "non_azure_computer_names": _TEXTS,
    "targets": {"type": "dict", "options": TARGETS_ARGS},
    "schedule_info": {"type": "dict", "options": SCHEDULE_INFO_ARGS},
    "tasks": {
        "type": "dict",
        "options": {
            "pre_task": {"type": "dict", "options": TASK_ARGS},
            "post_task": {"type": "dict", "options": TASK_ARGS},
        },
    },
}
"""Options that say what a deployment schedule is to be."""

ACCOUNT_ARGS: dict[str, Any] = {
    "resource_group": {"type": "str", "required": True},
    "automation_account_name": {"type": "str", "required": True},
}
"""Options that say which Automation account it is about."""

_ENTIRE = ("targets", "schedule_info", "tasks", *SECTIONS)


def wanted_schedule(params: Mapping[str, Any]) -> dict[str, Any]:
    """What the options ask for; options that are not set are left out."""
    wanted: dict[str, Any] = {"name": params["name"]}
    for name in SCHEDULE_ARGS:
        if params.get(name) is not None:
            wanted[name] = _set(params[name]) if name in _ENTIRE else params[name]
    if "duration" in wanted:
        wanted["duration"] = _shortest(wanted["duration"])
    _adapt_kb_numbers(wanted.get("windows") or {})
    _adapt_queries(wanted.get("targets") or {})
    info = wanted.get("schedule_info") or {}
    if "time_zone" in info:
        info["time_zone"] = _iana(info["time_zone"])
    if "advanced_schedule" in info:
        info["advanced_schedule"] = {**NO_DAYS, **_set(info["advanced_schedule"])}
    for name, task in (wanted.get("tasks") or {}).items():
        wanted["tasks"][name] = _task(task)
    return wanted


def _set(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _shortest(text: str) -> str:
    try:
        return format_duration(parse_duration(text))
    except ValueError:
        return text


def _iana(zone: str) -> str:
    """The service does not take the names that Windows has for zones, or not any more."""
    try:
        return zone if "/" in zone else iana_name(zone)
    except InputError:
        return zone


def _adapt_kb_numbers(windows: dict[str, Any]) -> None:
    """The API has numbers; people also write the KB before them."""
    for name in ("excluded_kb_numbers", "included_kb_numbers"):
        if name in windows:
            windows[name] = [number.strip().upper().removeprefix("KB") for number in windows[name]]


def _adapt_queries(targets: dict[str, Any]) -> None:
    """Queries with all that a query has."""
    if "azure_queries" in targets:
        targets["azure_queries"] = [_azure_query(query) for query in targets["azure_queries"]]


def _azure_query(query: Mapping[str, Any]) -> dict[str, Any]:
    settings = query["tag_settings"] or {"tags": None, "filter_operator": ALL}
    tags = {str(key): _texts(values) for key, values in (settings["tags"] or {}).items()}
    return {
        "scope": query["scope"],
        "locations": query["locations"] or [],
        "tag_settings": {"tags": tags, "filter_operator": settings["filter_operator"]},
    }


def _task(task: Mapping[str, Any] | None) -> dict[str, Any]:
    given = _set(task or {})
    if "parameters" in given:
        given["parameters"] = {str(key): text_of(value) for key, value in given["parameters"].items()}
    return given


def _texts(values: Any) -> list[str]:
    """A tag's values; one may be given without a list."""
    listed = values if isinstance(values, list) else [values]
    return [text_of(value) for value in listed]
