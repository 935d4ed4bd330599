# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a maintenance window opens: ``cron(…)``, ``rate(…)``, ``at(…)`` (user guide, "Reference: Cron and rate
expressions for Systems Manager"). Cron has six fields; days of the week run from 1 (SUN) to 7 (SAT)."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
HORIZON = 366 * 5
"""Days that are looked through for the next occurrence."""

DayTest = Callable[[date], bool]


class ScheduleError(ValueError):
    """An expression that is not one; the message says what is wrong."""


@dataclass(frozen=True, slots=True)
class Cron:
    """A cron expression, taken apart."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    day_of_month: DayTest
    months: frozenset[int]
    day_of_week: DayTest
    years: frozenset[int]

    def on(self, day: date) -> bool:
        """Whether it fires on that day."""
        return day.month in self.months and day.year in self.years and self.day_of_month(day) and self.day_of_week(day)


def zone(name: str | None) -> tzinfo:
    """An IANA zone; UTC without a name. Raises ScheduleError."""
    if not name:
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ScheduleError(f"{name} is not a time zone of the IANA database") from None


def occurrences(
    expression: str, zone_name: str | None, after: datetime, origin: datetime, offset: int = 0
) -> Iterator[datetime]:
    """The instants after ``after`` at which a schedule fires. ``origin``: where a rate counts from. ``offset``: days
    to wait after each date of a cron expression. Raises ScheduleError."""
    kind, inner = _parts(expression)
    where = zone(zone_name)
    if offset and kind != "cron":
        raise ScheduleError("ScheduleOffset can only be used with a cron expression")
    if kind == "at":
        yield from _at(inner, where, after)
    elif kind == "rate":
        yield from _rate(inner, after, origin)
    else:
        cron = parse_cron(inner)
        first = after.astimezone(where).date() - timedelta(days=offset + 1)
        for number in range(HORIZON):
            day = first + timedelta(days=number)
            if cron.on(day):
                for moment in (time(hour, minute) for hour in cron.hours for minute in cron.minutes):
                    found = datetime.combine(day + timedelta(days=offset), moment, where)
                    if found.astimezone(UTC) > after:
                        yield found


def _parts(expression: str) -> tuple[str, str]:
    found = re.fullmatch(r"(cron|rate|at)\((.+)\)", expression.strip())
    if not found:
        raise ScheduleError(f"{expression} is not cron(...), rate(...) or at(...)")
    return found[1], found[2].strip()


def _at(inner: str, where: tzinfo, after: datetime) -> Iterator[datetime]:
    try:
        moment = datetime.strptime(inner, "%Y-%m-%dT%H:%M:%S").replace(tzinfo=where)
    except ValueError:
        raise ScheduleError(f"at({inner}) is not of the form at(yyyy-mm-ddThh:mm:ss)") from None
    if moment > after:
        yield moment


def _rate(inner: str, after: datetime, origin: datetime) -> Iterator[datetime]:
    found = re.fullmatch(r"([1-9]\d*) (minute|hour|day)(s?)", inner)
    if not found or (found[1] == "1") == bool(found[3]):
        raise ScheduleError(f"rate({inner}) is not of the form rate(value unit)")
    step = timedelta(**{f"{found[2]}s": int(found[1])})
    moment = origin + step * max(1, (after - origin) // step + 1)
    while True:
        yield moment
        moment += step


def parse_cron(inner: str) -> Cron:
    """Six fields: minutes, hours, day of month, month, day of week, year. Raises ScheduleError."""
    fields = inner.upper().split()
    if len(fields) != 6:
        raise ScheduleError(f"cron({inner}) must have 6 fields, not {len(fields)}")
    minute, hour, day, month, weekday, year = fields
    if (day == "?") == (weekday == "?"):
        raise ScheduleError(f"cron({inner}): exactly one of day of month and day of week must be ?")
    return Cron(
        tuple(_numbers(minute, 0, 59)),
        tuple(_numbers(hour, 0, 23)),
        _day_of_month(day),
        frozenset(_numbers(month, 1, 12, MONTHS)),
        _day_of_week(weekday),
        frozenset(_numbers(year, 1970, 2199)),
    )


def _number(text: str, low: int, high: int, names: tuple[str, ...]) -> int:
    if text in names:
        return names.index(text) + 1
    if not text.isdigit() or not low <= int(text) <= high:
        raise ScheduleError(f"{text} is not a value from {low} to {high}")
    return int(text)


def _numbers(field: str, low: int, high: int, names: tuple[str, ...] = ()) -> list[int]:
    """Values, lists, ranges and steps, in order."""
    found: set[int] = set()
    for part in field.split(","):
        span, _slash, step = part.partition("/")
        if span == "*":
            first, last = low, high
        elif "-" in span:
            start, _dash, end = span.partition("-")
            first, last = _number(start, low, high, names), _number(end, low, high, names)
        else:
            first = _number(span, low, high, names)
            last = high if step else first
        found.update(range(first, last + 1, _number(step, 1, high, ()) if step else 1))
    return sorted(found)


def _last_day(day: date) -> int:
    return calendar.monthrange(day.year, day.month)[1]


def _day_of_month(field: str) -> DayTest:
    if field in ("?", "*"):
        return lambda _day: True
    if field == "L":
        return lambda day: day.day == _last_day(day)
    nearest = re.fullmatch(r"(\d+)W", field)
    if nearest:
        wanted = _number(nearest[1], 1, 31, ())
        return lambda day: day == _nearest_weekday(day, wanted)
    days = frozenset(_numbers(field, 1, 31))
    return lambda day: day.day in days


def _nearest_weekday(day: date, wanted: int) -> date | None:
    if wanted > _last_day(day):
        return None
    target = day.replace(day=wanted)
    if target.weekday() == calendar.SATURDAY:
        return target + timedelta(days=2) if wanted == 1 else target - timedelta(days=1)
    if target.weekday() == calendar.SUNDAY:
        return target - timedelta(days=2) if wanted == _last_day(day) else target + timedelta(days=1)
    return target


def _weekday(day: date) -> int:
    """1 is Sunday, 7 is Saturday."""
    return day.isoweekday() % 7 + 1


def _day_of_week(field: str) -> DayTest:
    if field in ("?", "*"):
        return lambda _day: True
    nth = re.fullmatch(r"(\w+)#([1-5])", field)
    if nth:
        wanted, number = _number(nth[1], 1, 7, DAYS), int(nth[2])
        return lambda day: _weekday(day) == wanted and (day.day - 1) // 7 + 1 == number
    last = re.fullmatch(r"(\w+)L", field)
    if last:
        wanted = _number(last[1], 1, 7, DAYS)
        return lambda day: _weekday(day) == wanted and day.day + 7 > _last_day(day)
    days = frozenset(_numbers(field, 1, 7, DAYS))
    return lambda day: _weekday(day) in days
