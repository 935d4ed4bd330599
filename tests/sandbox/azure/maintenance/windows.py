# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Maintenance windows: what the service takes, and when they open.

Sources: MaintenanceConfiguration of the API (its members' descriptions), "Maintenance configurations" and "Schedule
recurring updates" (Azure documentation) for the limits of the scope InGuestPatch.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from tzlocal.windows_tz import win_tz

from .errors import invalid_window

SHORTEST, LONGEST = timedelta(hours=1, minutes=30), timedelta(hours=3, minutes=55)
AHEAD = timedelta(minutes=15)
"""A window has to be so far away when it is made or moved."""
EVERY = {"Hour": (6, 35), "Day": (1, 35), "Week": (1, 35), "Month": (1, 35)}
MOST_OFFSET = 6
NEVER = "9999-12-31 23:59:59"
"""The expiration of a window that names none."""

_MONTHS = 1200
"""So many months are looked at: a day that no month has is never found."""
_WEEKDAYS = tuple(calendar.day_name)
_WEEKS = ("First", "Second", "Third", "Fourth", "Last")
_RATE = re.compile(r"(\d*)(Hour|Day|Week|Month)s?(?: (.+))?")
_MONTH_DAY = re.compile(r"day(\d{1,2})")
_NTH = re.compile(rf"({'|'.join(_WEEKS)}) ({'|'.join(_WEEKDAYS)})(?: Offset(-?\d+))?")
_DURATION = re.compile(r"(\d{2}):([0-5]\d)")
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}(:\d{2})?")


@dataclass(frozen=True, slots=True)
class Rate:
    """How often a window opens. ``weekdays``: 0 is Monday. ``days``: of the month. ``week``: 1 to 4, -1 is the last."""

    unit: str
    every: int = 1
    weekdays: tuple[int, ...] = ()
    days: tuple[int, ...] = ()
    week: int = 0
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Opening:
    """When a window opens: ``start`` and ``expires`` are the zone's clock; ``rate`` None: once."""

    start: datetime
    expires: datetime
    duration: timedelta
    zone: ZoneInfo
    rate: Rate | None

    def next_after(self, moment: datetime) -> datetime | None:
        """The first opening later than an instant, in UTC; None when there is none any more."""
        for local in self._local():
            opens = local if local.tzinfo else local.replace(tzinfo=self.zone)
            if opens.astimezone(self.zone).replace(tzinfo=None) >= self.expires:
                return None
            if opens.astimezone(UTC) > moment:
                return opens.astimezone(UTC)
        return None

    def _local(self) -> Iterator[datetime]:
        """The openings in order; hours pass as they pass, everything else is by the zone's clock."""
        if self.rate is None:
            yield self.start
        elif self.rate.unit == "Hour":
            first, step = self.start.replace(tzinfo=self.zone).astimezone(UTC), timedelta(hours=self.rate.every)
            yield from (first + number * step for number in count())
        else:
            for day in _days(self.rate, self.start.date()):
                yield datetime.combine(day, self.start.time())


def _days(rate: Rate, first: date) -> Iterator[date]:
    if rate.unit == "Day":
        yield from (first + timedelta(days=number * rate.every) for number in count())
    elif rate.unit == "Week":
        monday = first - timedelta(days=first.weekday())
        for number in count():
            week = monday + timedelta(weeks=number * rate.every)
            found = (week + timedelta(days=day) for day in sorted(rate.weekdays or (first.weekday(),)))
            yield from (day for day in found if day >= first)
    else:
        for number in range(_MONTHS):
            year, month = divmod(first.year * 12 + first.month - 1 + number * rate.every, 12)
            yield from (day for day in _of_month(rate, year, month + 1) if day >= first)


def _of_month(rate: Rate, year: int, month: int) -> list[date]:
    length = calendar.monthrange(year, month)[1]
    if rate.days:
        return [date(year, month, day) for day in sorted(rate.days) if day <= length]
    fitting = [day for day in range(1, length + 1) if date(year, month, day).weekday() == rate.weekdays[0]]
    chosen = fitting[rate.week - 1 if rate.week > 0 else -1]
    return [date(year, month, chosen) + timedelta(days=rate.offset)]


def parse_rate(text: str) -> Rate:
    """``recurEvery``. Raises the service's refusal."""
    found = _RATE.fullmatch(text)
    if found is None:
        raise invalid_window(f"'{text}' is not a valid value of recurEvery.")
    unit, every = found[2], int(found[1] or 1)
    least, most = EVERY[unit]
    if not least <= every <= most:
        raise invalid_window(f"The recurrence '{text}' is not allowed: {unit} has to be from {least} to {most}.")
    return _detailed(Rate(unit, every), (found[3] or "").strip(), text)


def _detailed(rate: Rate, rest: str, text: str) -> Rate:
    nth = _NTH.fullmatch(rest)
    parts = [part.strip() for part in rest.split(",")] if rest else []
    if rate.unit == "Week" and all(part in _WEEKDAYS for part in parts):
        return Rate(rate.unit, rate.every, tuple(_WEEKDAYS.index(part) for part in parts))
    if rate.unit == "Month" and not rest:
        raise invalid_window("Monthly maintenance window is missing day of month or week of month.")
    if rate.unit == "Month" and nth and abs(int(nth[3] or 0)) <= MOST_OFFSET:
        week = -1 if nth[1] == "Last" else _WEEKS.index(nth[1]) + 1
        return Rate(rate.unit, rate.every, (_WEEKDAYS.index(nth[2]),), (), week, int(nth[3] or 0))
    days = [int(day[1]) for part in parts if (day := _MONTH_DAY.fullmatch(part)) and 1 <= int(day[1]) <= 31]
    if rate.unit == "Month" and len(days) == len(parts):
        return Rate(rate.unit, rate.every, days=tuple(days))
    if rate.unit in ("Hour", "Day") and not rest:
        return rate
    raise invalid_window(f"'{text}' is not a valid value of recurEvery.")


def parse_window(window: Mapping[str, Any]) -> Opening:
    """``maintenanceWindow`` of the scope InGuestPatch. Raises the service's refusal."""
    start, zone = window.get("startDateTime"), window.get("timeZone")
    if not start or not zone:
        raise invalid_window("startDateTime and timeZone are required.")
    if zone != "UTC" and zone not in win_tz:
        raise invalid_window(f"The time zone '{zone}' is not valid.")
    duration = _duration(str(window.get("duration") or "03:55"))
    expires = window.get("expirationDateTime") or NEVER
    begin, end = _instant(str(start), "startDateTime"), _instant(str(expires), "expirationDateTime")
    if end <= begin:
        raise invalid_window("expirationDateTime has to be later than startDateTime.")
    recurs = window.get("recurEvery")
    return Opening(begin, end, duration, zone_of(str(zone)), parse_rate(str(recurs)) if recurs else None)


def zone_of(name: str) -> ZoneInfo:
    """The zone that Windows calls so."""
    return ZoneInfo("UTC" if name == "UTC" else win_tz[name])


def _duration(text: str) -> timedelta:
    found = _DURATION.fullmatch(text)
    if found is None:
        raise invalid_window(f"The duration '{text}' is not valid: HH:mm is expected.")
    duration = timedelta(hours=int(found[1]), minutes=int(found[2]))
    if not SHORTEST <= duration <= LONGEST:
        raise invalid_window(f"The duration '{text}' has to be from 01:30 to 03:55 for the scope InGuestPatch.")
    return duration


def _instant(text: str, member: str) -> datetime:
    try:
        if _INSTANT.fullmatch(text):
            return datetime.fromisoformat(text)
    except ValueError:
        pass
    raise invalid_window(f"The value '{text}' of {member} is not valid: YYYY-MM-DD hh:mm is expected.")
