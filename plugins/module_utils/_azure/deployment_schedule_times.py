# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ``schedule_info`` of a deployment schedule: in the words of the options, in those of the API, and as times."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from .._core.errors import InputError
from .._core.schedule import WEEKDAYS
from .._core.schedule_info import FREQUENCIES, MONTH, ONE_TIME, WEEK, ScheduleInfo
from .._core.zones import zone_of

UTC = "UTC"
NO_DAYS: Mapping[str, Any] = {"week_days": [], "month_days": [], "monthly_occurrences": []}
EMPTY: Mapping[str, Any] = {
    "frequency": "",
    "interval": 1,
    "start_time": "",
    "time_zone": UTC,
    "expiry_time": "",
    "is_enabled": True,
    "description": "",
    "advanced_schedule": NO_DAYS,
}
"""A schedule in which nothing is set. Times are ISO 8601 with the offset of the zone, to the minute."""

_NEVER = 9999
"""The year in which what never ends is said to end."""

_MOMENT = "a date and time in ISO 8601, such as 2027-01-31T06:00:00+01:00, or 2027-01-31T06:00 in the time zone"


def schedule_info_from_api(raw: Mapping[str, Any] | None) -> dict[str, Any]:
    """A ``scheduleInfo`` as the API answers it, without what the service only tells (next run, dates of changes)."""
    given = raw or {}
    days = given.get("advancedSchedule") or {}
    zone = str(given.get("timeZone") or UTC)
    interval, frequency = given.get("interval"), _frequency(str(given.get("frequency") or ""))
    return {
        "frequency": frequency,
        "interval": int(interval) if interval and frequency != ONE_TIME else 1,
        "start_time": _told(given.get("startTime"), zone),
        "time_zone": zone,
        "expiry_time": "" if frequency == ONE_TIME else _told(given.get("expiryTime"), zone),
        "is_enabled": True if given.get("isEnabled") is None else bool(given["isEnabled"]),
        "description": str(given.get("description") or ""),
        "advanced_schedule": {
            "week_days": [_weekday(str(day)) for day in days.get("weekDays") or ()],
            "month_days": [int(day) for day in days.get("monthDays") or ()],
            "monthly_occurrences": [
                {"occurrence": int(each["occurrence"]), "day": _weekday(str(each["day"]))}
                for each in days.get("monthlyOccurrences") or ()
            ],
        },
    }


def schedule_info_to_api(info: Mapping[str, Any]) -> dict[str, Any]:
    """The ``scheduleInfo`` of a request. ``isEnabled`` is always in it, since what is left out may be read as false."""
    body: dict[str, Any] = {
        "frequency": info["frequency"],
        "startTime": info["start_time"],
        "timeZone": info["time_zone"],
        "isEnabled": info["is_enabled"],
    }
    if info["frequency"] != ONE_TIME:
        body["interval"] = info["interval"]
    if info["expiry_time"]:
        body["expiryTime"] = info["expiry_time"]
    if info["description"]:
        body["description"] = info["description"]
    days = {
        member: days
        for name, member in (
            ("week_days", "weekDays"),
            ("month_days", "monthDays"),
            ("monthly_occurrences", "monthlyOccurrences"),
        )
        if (days := info["advanced_schedule"][name])
    }
    return {**body, **({"advancedSchedule": days} if days else {})}


def schedule_info_from(times: ScheduleInfo, zone: str) -> dict[str, Any]:
    """The ``schedule_info`` with these times, in a zone that goes by this name."""
    return {
        **EMPTY,
        "frequency": times.frequency,
        "interval": times.interval,
        "start_time": times.begins().astimezone(times.zone).isoformat(),
        "time_zone": zone,
        "expiry_time": times.expires.replace(tzinfo=times.zone).isoformat() if times.expires else "",
        "advanced_schedule": {
            "week_days": [_named(day) for day in times.week_days],
            "month_days": list(times.month_days),
            "monthly_occurrences": [
                {"occurrence": occurrence, "day": _named(day)} for occurrence, day in times.occurrences
            ],
        },
    }


def times_of(info: Mapping[str, Any]) -> ScheduleInfo:
    """The times of a ``schedule_info``. Raises :class:`InputError` for what cannot be read."""
    zone, days = zone_of(str(info["time_zone"]), "schedule_info.time_zone"), info["advanced_schedule"]
    start = _local(str(info["start_time"]), zone.key, "schedule_info.start_time")
    if start is None:
        raise InputError("schedule_info.start_time", info["start_time"], _MOMENT)
    return ScheduleInfo(
        str(info["frequency"]),
        start,
        zone,
        int(info["interval"]),
        _local(str(info["expiry_time"]), zone.key, "schedule_info.expiry_time"),
        tuple(_numbers(days["week_days"])) if info["frequency"] == WEEK else (),
        tuple(days["month_days"]) if info["frequency"] == MONTH else (),
        tuple(
            (int(each["occurrence"]), WEEKDAYS.index(str(each["day"]).lower())) for each in days["monthly_occurrences"]
        )
        if info["frequency"] == MONTH
        else (),
    )


def shown_moment(text: Any, zone: str, option: str) -> str:
    """A moment as it is shown: in the zone, to the minute; empty for none and for one at the end of all time."""
    local = _local(str(text or ""), zone, option)
    return "" if local is None else local.replace(tzinfo=zone_of(zone, "schedule_info.time_zone")).isoformat()


def _told(text: Any, zone: str) -> str:
    """A moment that the service tells; one that cannot be read, or whose zone is not known here, as it is."""
    try:
        return shown_moment(text, zone, "")
    except InputError:
        return str(text)


def _local(text: str, zone: str, option: str) -> datetime | None:
    """A moment in the zone, without its offset and cut to the minute, as the service cuts it; None for no text."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text).replace(second=0, microsecond=0)
    except ValueError:
        raise InputError(option, text, _MOMENT) from None
    if moment.year >= _NEVER:
        return None
    if moment.tzinfo is None:
        return moment
    try:
        return moment.astimezone(zone_of(zone)).replace(tzinfo=None)
    except OverflowError:
        raise InputError(option, text, _MOMENT) from None


def _numbers(days: Iterable[Any]) -> Iterable[int]:
    return sorted(WEEKDAYS.index(str(day).lower()) for day in days)


def _named(day: int) -> str:
    return WEEKDAYS[day].capitalize()


def _weekday(name: str) -> str:
    return name.capitalize()


def _frequency(name: str) -> str:
    return next((known for known in FREQUENCIES if known.lower() == name.lower()), name)
