# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``scheduleInfo`` of a deployment schedule: what is refused, when it runs next, and how it is answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from tzlocal.windows_tz import win_tz

from ..recurrence import Rate, Recurring
from .errors import invalid, invalid_schedule

AHEAD = timedelta(minutes=5)
NEVER = datetime(9999, 12, 31, 23, 59, tzinfo=UTC)
FREQUENCIES = ("OneTime", "Minute", "Hour", "Day", "Week", "Month")
MOST_INTERVAL, LEAST_MINUTES = 100, 15
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
TOO_SOON = "The start time of the schedule must be at least 5 minutes after the time you create the schedule."
_ZONES = frozenset(available_timezones())


@dataclass(frozen=True, slots=True)
class Schedule:
    """A checked ``scheduleInfo``. Instants are in UTC, without seconds."""

    start: datetime
    expires: datetime
    zone_name: str
    frequency: str
    interval: int | None
    enabled: bool
    description: str
    advanced: Mapping[str, Any] | None

    @property
    def zone(self) -> ZoneInfo:
        """The zone."""
        return ZoneInfo(win_tz.get(self.zone_name, self.zone_name))

    def next_run(self, moment: datetime) -> datetime | None:
        """The first run later than an instant; None for none any more, or while it is disabled."""
        if not self.enabled:
            return None
        far = self.expires >= NEVER
        expires = datetime.max if far else self.expires.astimezone(self.zone).replace(tzinfo=None)
        start = self.start.astimezone(self.zone).replace(tzinfo=None)
        return Recurring(start, expires, self.zone, self._rate()).next_after(moment)

    def _rate(self) -> Rate | None:
        if self.frequency == "OneTime":
            return None
        advanced = self.advanced or {}
        weekdays = tuple(WEEKDAYS.index(day) for day in advanced.get("weekDays") or ())
        every = self.interval or 1
        if self.frequency != "Month":
            return Rate(self.frequency, every, weekdays if self.frequency == "Week" else ())
        occurrences = advanced.get("monthlyOccurrences") or ()
        week, named = (int(occurrences[0]["occurrence"]), occurrences[0]["day"]) if occurrences else (0, "")
        days = tuple(int(day) for day in advanced.get("monthDays") or ())
        return Rate("Month", every, (WEEKDAYS.index(named),) if named else (), days, week)


def parse_schedule(info: Mapping[str, Any], now: datetime | None) -> Schedule:
    """A ``scheduleInfo`` that the service takes. ``now`` None: it is there already, whenever it starts."""
    frequency = info.get("frequency")
    if frequency is None:
        raise invalid("scheduleInfo.frequency", "The Frequency field is required.")
    if frequency not in FREQUENCIES:
        raise invalid("scheduleInfo.frequency", f"The frequency '{frequency}' is not valid.")
    if info.get("startTime") is None:
        raise invalid("scheduleInfo.startTime", "The StartTime field is required.")
    zone = str(info.get("timeZone") or "UTC")
    if zone not in _ZONES and zone not in win_tz:
        raise invalid_schedule(f"The time zone '{zone}' is not valid.")
    start = _instant(info["startTime"], zone)
    expires = _instant(info.get("expiryTime") or NEVER.isoformat(), zone)
    if now is not None and start < now + AHEAD:
        raise invalid_schedule(TOO_SOON)
    if expires <= start:
        raise invalid_schedule("The expiry time of the schedule must be after the start time.")
    made = Schedule(
        start=start,
        expires=expires,
        zone_name=zone,
        frequency=frequency,
        interval=_interval(info, frequency),
        enabled=info.get("isEnabled", True),
        description=str(info.get("description") or ""),
        advanced=_advanced(info.get("advancedSchedule")),
    )
    if now is not None and made.enabled and made.next_run(now) is None:
        raise invalid_schedule("The schedule never runs.")
    return made


def _instant(text: str, zone: str) -> datetime:
    """In UTC, the seconds cut off.

    The service takes the time of day for that of the zone, whatever offset stands beside it, as its published example
    and Azure/azure-powershell pull request 14565 show.
    """
    moment = datetime.fromisoformat(text)
    if moment.year == NEVER.year:
        return NEVER
    local = moment.replace(second=0, microsecond=0, tzinfo=ZoneInfo(win_tz.get(zone, zone)))
    return local.astimezone(UTC)


def _interval(info: Mapping[str, Any], frequency: str) -> int | None:
    interval = info.get("interval")
    if frequency == "OneTime":
        if interval is not None:
            raise invalid_schedule("The interval must not be specified for one time schedules.")
        return None
    value = 1 if interval is None else int(interval)
    if not 1 <= value <= MOST_INTERVAL:
        raise invalid_schedule(f"The interval must be between 1 and {MOST_INTERVAL}.")
    if frequency == "Minute" and value < LEAST_MINUTES:
        raise invalid_schedule(f"The minimum interval of Minute schedules is {LEAST_MINUTES}.")
    return value


def _advanced(given: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """Raises AutomationError."""
    place = "scheduleInfo.advancedSchedule"
    kept = {name: list(value) for name, value in (given or {}).items() if value}
    for day in kept.get("weekDays", ()):
        if day not in WEEKDAYS:
            raise invalid(f"{place}.weekDays", f"The week day '{day}' is not valid.")
    for day in kept.get("monthDays", ()):
        if not (day == -1 or 1 <= day <= 31):
            raise invalid(f"{place}.monthDays", f"The month day '{day}' is not valid.")
    occurrences = kept.get("monthlyOccurrences", [])
    if len(occurrences) > 1:
        raise invalid(f"{place}.monthlyOccurrences", "More than one Monthly Occurrence is not supported")
    for one in occurrences:
        if one.get("day") not in WEEKDAYS or not (one.get("occurrence") == -1 or 1 <= one.get("occurrence", 0) <= 5):
            raise invalid(f"{place}.monthlyOccurrences", f"The Monthly Occurrence '{one}' is not valid.")
    return kept or None


def written(moment: datetime) -> str:
    """An instant with its offset, as the service writes it."""
    return moment.isoformat(timespec="seconds")


def shown(schedule: Schedule, now: datetime, created: datetime, modified: datetime, *, hidden: bool) -> dict[str, Any]:
    """As GET answers it: the zone's own time, with its offset. ``hidden``: without the advanced schedule."""
    advanced = schedule.advanced or {}
    # What runs once ends when it begins (Azure/azure-powershell issue 9983).
    expires = schedule.start if schedule.frequency == "OneTime" else schedule.expires
    members = ("weekDays", "monthDays", "monthlyOccurrences")
    return {
        "description": schedule.description,
        **_shown_instant("startTime", schedule.start, schedule.zone),
        **_shown_instant("expiryTime", expires, schedule.zone),
        "isEnabled": schedule.enabled,
        **_shown_instant("nextRun", schedule.next_run(now), schedule.zone),
        "interval": schedule.interval,
        "frequency": schedule.frequency,
        "creationTime": created.isoformat(),
        "lastModifiedTime": modified.isoformat(),
        "timeZone": schedule.zone_name,
        "advancedSchedule": None if hidden else {name: advanced.get(name) for name in members},
    }


def _shown_instant(name: str, moment: datetime | None, zone: ZoneInfo) -> dict[str, Any]:
    if moment is None:
        return {name: None, f"{name}OffsetMinutes": 0.0}
    local = moment if moment >= NEVER else moment.astimezone(zone)
    offset = local.utcoffset() or timedelta(0)
    return {name: written(local), f"{name}OffsetMinutes": offset.total_seconds() / 60}
