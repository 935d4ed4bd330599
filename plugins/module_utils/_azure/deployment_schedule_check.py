# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refuses a deployment schedule that the service would refuse, before anything is asked of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from .._core.durations import ALLOWED, parse_duration
from .._core.errors import InputError
from .._core.nodes import SUBSCRIPTION_ID
from .._core.schedule_info import HOUR, LAST, MINUTE, MONTH, ONE_TIME, WEEK
from .._core.zones import zone_of
from .deployment_schedule_model import SECTIONS
from .deployment_schedule_times import UTC, shown_moment

SHORTEST, LONGEST = timedelta(minutes=30), timedelta(hours=6)
"""How long a run may take ("Key points to note for automated migration", Update Manager)."""

MOST_INTERVAL, LEAST_MINUTES = 100, 15
"""Intervals that there are (the same, and ScheduleFrequency of the API for minutes)."""

_BELONGS = {"week_days": (WEEK,), "month_days": (MONTH,), "monthly_occurrences": (MONTH,)}
"""The frequencies that days are for."""

_TAKEN = {**_BELONGS, "week_days": (WEEK, HOUR, MINUTE)}
"""Those with which they are sent: the API's own example has days of the week with Hour."""

_GROUP = re.compile(r"[-\w.()]{1,90}")
_NAME = re.compile(r"[^/\\?#%<>*&\x00-\x1f]{1,128}")
_SUBSCRIPTION = rf"/subscriptions/{SUBSCRIPTION_ID}"
_SCOPE = re.compile(rf"{_SUBSCRIPTION}(?:/resourceGroups/[^/]+)?/?", re.IGNORECASE)
_VM = re.compile(
    rf"{_SUBSCRIPTION}/resourceGroups/[^/]+/providers/Microsoft\.Compute/virtualMachines/[^/]+/?", re.IGNORECASE
)
_KB = re.compile(r"\d+")


def check_names(params: Mapping[str, Any]) -> None:
    """Raise :class:`InputError` for a resource group, an account or a schedule that cannot be named so."""
    group = str(params["resource_group"])
    if not _GROUP.fullmatch(group) or group.endswith("."):
        raise InputError("resource_group", group, "1 to 90 letters, digits, hyphens, underscores, dots, parentheses")
    for option in ("automation_account_name", "name"):
        value = params.get(option)
        if value is not None and (not _NAME.fullmatch(value) or value != value.strip()):
            raise InputError(option, value, "1 to 128 characters, none of them one of /\\?#%<>*&, no blank at the ends")


def check_schedule(wanted: Mapping[str, Any]) -> None:
    """Raise :class:`InputError` at the first value that cannot be."""
    system = wanted.get("operating_system")
    for section in SECTIONS:
        if system and section in wanted and section != system.lower():
            raise InputError(section, wanted[section], f"nothing, for a schedule whose operating_system is {system}")
    for name in ("excluded_kb_numbers", "included_kb_numbers"):
        for number in (wanted.get("windows") or {}).get(name) or ():
            if not _KB.fullmatch(number):
                raise InputError(f"windows.{name}", number, "the number of a KB, such as 5031364")
    _check_duration(wanted.get("duration"))
    for name in wanted.get("azure_virtual_machines") or ():
        if not _VM.fullmatch(name):
            raise InputError("azure_virtual_machines", name, "the resource id of an Azure VM")
    for name in wanted.get("non_azure_computer_names") or ():
        if not name.strip() or "/" in name:
            raise InputError("non_azure_computer_names", name, "the name of a computer")
    _check_queries(wanted.get("targets") or {})
    check_times(wanted.get("schedule_info") or {})


def check_times(info: Mapping[str, Any]) -> None:
    """Raise :class:`InputError` for times that cannot be, whatever the schedule is now."""
    zone = info.get("time_zone", UTC)
    zone_of(zone, "schedule_info.time_zone")
    for name in ("start_time", "expiry_time"):
        shown_moment(info.get(name), zone, f"schedule_info.{name}")
    interval = info.get("interval")
    if interval is not None and not 1 <= interval <= MOST_INTERVAL:
        raise InputError("schedule_info.interval", interval, f"1 to {MOST_INTERVAL}")
    days = info.get("advanced_schedule") or {}
    for day in days.get("month_days") or ():
        if day != LAST and not 1 <= day <= 31:
            raise InputError("schedule_info.advanced_schedule.month_days", day, "1 to 31, or -1 for the last day")
    occurrences = days.get("monthly_occurrences") or ()
    if len(occurrences) > 1:
        option = "schedule_info.advanced_schedule.monthly_occurrences"
        raise InputError(option, occurrences, "one at most: the service takes no more. Make a schedule for each")
    for each in occurrences:
        if each["occurrence"] != LAST and not 1 <= each["occurrence"] <= 5:
            option = "schedule_info.advanced_schedule.monthly_occurrences.occurrence"
            raise InputError(option, each["occurrence"], "1 to 5, or -1 for the last such day of the month")
    if "frequency" in info:
        check_days(info)


def check_days(info: Mapping[str, Any]) -> None:
    """Raise :class:`InputError` for days and intervals that do not belong to the frequency."""
    frequency, interval = info["frequency"], info.get("interval")
    if frequency == MINUTE and interval is not None and interval < LEAST_MINUTES:
        raise InputError("schedule_info.interval", interval, f"{LEAST_MINUTES} or more for the frequency Minute")
    if frequency == ONE_TIME and interval not in (None, 1):
        raise InputError("schedule_info.interval", interval, "nothing, for the frequency OneTime")
    days = info.get("advanced_schedule") or {}
    for name, taken in _TAKEN.items():
        if days.get(name) and frequency not in taken:
            option = f"schedule_info.advanced_schedule.{name}"
            allowed = f"nothing, for another frequency than {' or '.join(taken)}; it is {frequency}"
            raise InputError(option, days[name], allowed)
    if days.get("month_days") and days.get("monthly_occurrences"):
        option = "schedule_info.advanced_schedule.monthly_occurrences"
        raise InputError(option, days["monthly_occurrences"], "nothing, where month_days are given")


def idle_days(info: Mapping[str, Any]) -> dict[str, list[Any]]:
    """The days of a schedule that are not for its frequency: they are sent, and do not say when it runs."""
    days = info.get("advanced_schedule") or {}
    return {
        name: sorted(days[name], key=str)
        for name, belongs in _BELONGS.items()
        if days.get(name) and info.get("frequency") not in belongs
    }


def _check_duration(text: str | None) -> None:
    if text is None:
        return
    try:
        length = parse_duration(text)
    except ValueError:
        raise InputError("duration", text, ALLOWED) from None
    if not SHORTEST <= length <= LONGEST:
        raise InputError("duration", text, "30 minutes to 6 hours")


def _check_queries(targets: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    for index, query in enumerate(targets.get("azure_queries") or ()):
        path = f"targets.azure_queries[{index}]"
        if not query["scope"]:
            raise InputError(f"{path}.scope", [], "the id of a subscription or a resource group, one or more")
        for scope in query["scope"]:
            if not _SCOPE.fullmatch(scope):
                raise InputError(f"{path}.scope", scope, "the id of a subscription or of a resource group")
        for key, values in query["tag_settings"]["tags"].items():
            if not key or not values or "" in values:
                raise InputError(
                    f"{path}.tag_settings.tags", {key: values}, "names of tags, each with a list of values"
                )
    for index, query in enumerate(targets.get("non_azure_queries") or ()):
        for name in ("function_alias", "workspace_id"):
            if not query[name]:
                raise InputError(f"targets.non_azure_queries[{index}].{name}", query[name], "a name, not empty")
