# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a window of Update Manager opens: its start, time zone and ``recurEvery``, read and written.

Forms of ``recurEvery`` are those of the API (Microsoft.Maintenance, MaintenanceConfiguration.recurEvery, and hours as
Update Manager has them): ``6Hours``, ``Day``, ``3Days``, ``Week``, ``2Weeks Saturday,Sunday``, ``Month``,
``2Months day23,day24``, ``Month Last Sunday``, ``Month Second Tuesday Offset4``. ``Month day-1``, the last day, is not
among the API's examples; Microsoft's runbook "Migrate from Azure Automation Update Management" writes it.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from .errors import InputError
from .schedule import WEEKDAYS, WEEKS, When, nth_weekday

HOUR, DAY, WEEK, MONTH = "hour", "day", "week", "month"
MOST_OFFSET = 6

_HEAD = re.compile(r"(\d*)\s*(hour|day|week|month)s?\Z")
LAST_DAY = -1

_MONTH_DAY = re.compile(r"(?:day)?(-1|\d{1,2})\Z")
_OFFSET = re.compile(r"offset\s*([+-]?\d)\Z")
_ALLOWED = (
    "a form such as 6Hours, Day, 3Days, Week Saturday,Sunday, Month day23,day24, Month Last Sunday, "
    "Month Second Tuesday Offset4"
)


@dataclass(frozen=True, slots=True)
class Recurrence:
    """How often a window opens. ``weekdays``: 0 is Monday; ``days``: of the month, -1 the last; ``week``: of the month.

    With ``week`` the window opens ``offset`` days after (or before) that weekday of the month. What is not given is
    that of the window's start.
    """

    unit: str
    every: int = 1
    weekdays: tuple[int, ...] = ()
    days: tuple[int, ...] = ()
    week: str = ""
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Window:
    """A maintenance window. ``start`` and ``expires`` are local times of ``zone``; ``recurrence`` None opens once."""

    start: datetime
    duration: timedelta
    zone: ZoneInfo
    recurrence: Recurrence | None = None
    expires: datetime | None = None

    def next_after(self, now: datetime) -> datetime | None:
        """The first opening, in UTC, that has not ended at ``now``; None when there is none any more."""
        return next((opens for opens in self._openings(now) if opens + self.duration > now), None)

    def openings_from(self, instant: datetime) -> Iterator[datetime]:
        """Every opening, in UTC, that does not begin before the instant."""
        return (opens for opens in self._openings(instant) if opens >= instant)

    def _openings(self, now: datetime) -> Iterator[datetime]:
        if self.recurrence is None:
            yield self._instant(self.start)
        elif self.recurrence.unit == HOUR:
            yield from self._hourly(now, self.recurrence.every)
        else:
            yield from self._daily(now, self.recurrence)

    def _hourly(self, now: datetime, every: int) -> Iterator[datetime]:
        """Hours pass as they pass, whatever the clock shows."""
        first, step = self._instant(self.start), timedelta(hours=every)
        passed = max(0, (now - self.duration - first) // step)
        for number in count(passed):
            opens = first + number * step
            if self.expires is not None and opens > self._instant(self.expires):
                return
            yield opens

    def _daily(self, now: datetime, recurrence: Recurrence) -> Iterator[datetime]:
        """Other units keep the time on the clock."""
        begin = max(self.start.date(), (now - self.duration).astimezone(self.zone).date() - timedelta(days=1))
        for day in _days(begin, self.start.date(), recurrence):
            local = datetime.combine(day, self.start.time())
            if self.expires is not None and local > self.expires:
                return
            yield self._instant(local)

    def _instant(self, local: datetime) -> datetime:
        return local.replace(tzinfo=self.zone).astimezone(UTC)


def parse_recur_every(text: str) -> Recurrence:
    """What ``recurEvery`` says, in any case. Raises :class:`InputError` for a form that is not known."""
    words = text.strip().lower().replace(", ", ",").split()
    head = _HEAD.match(words[0]) if words else None
    if head is None:
        raise InputError("recurEvery", text, _ALLOWED)
    every, unit, rest = int(head.group(1) or 1), head.group(2), words[1:]
    recurrence = _with_rest(unit, every, rest)
    if every < 1 or recurrence is None:
        raise InputError("recurEvery", text, _ALLOWED)
    return recurrence


def format_recur_every(recurrence: Recurrence) -> str:
    """The recurrence as the API takes it. :func:`parse_recur_every` reads the same recurrence from it."""
    unit = recurrence.unit.capitalize()
    head = unit if recurrence.every == 1 and recurrence.unit != HOUR else f"{recurrence.every}{unit}"
    head += "s" if recurrence.every > 1 else ""
    if recurrence.week:
        day = WEEKDAYS[recurrence.weekdays[0]].capitalize()
        offset = f" Offset{recurrence.offset}" if recurrence.offset else ""
        return f"{head} {recurrence.week.capitalize()} {day}{offset}"
    if recurrence.weekdays:
        return f"{head} {','.join(WEEKDAYS[day].capitalize() for day in recurrence.weekdays)}"
    return f"{head} {','.join(f'day{day}' for day in recurrence.days)}" if recurrence.days else head


def recurrence_of(when: When) -> Recurrence:
    """How often a slot of a policy opens."""
    if not when.weekday:
        return Recurrence(DAY)
    weekdays = (WEEKDAYS.index(when.weekday),)
    return Recurrence(MONTH, weekdays=weekdays, week=when.week) if when.week else Recurrence(WEEK, weekdays=weekdays)


def days_later(recurrence: Recurrence, days: int) -> Recurrence:
    """The recurrence whose days are so many days after those of this one, which is a slot's (:func:`recurrence_of`)."""
    if recurrence.week:
        return replace(recurrence, offset=recurrence.offset + days)
    return replace(recurrence, weekdays=tuple((weekday + days) % len(WEEKDAYS) for weekday in recurrence.weekdays))


def _with_rest(unit: str, every: int, rest: list[str]) -> Recurrence | None:
    if not rest:
        return Recurrence(unit, every)
    if unit == WEEK and len(rest) == 1:
        weekdays = [WEEKDAYS.index(name) if name in WEEKDAYS else -1 for name in rest[0].split(",")]
        return None if -1 in weekdays else Recurrence(unit, every, weekdays=tuple(sorted(set(weekdays))))
    if unit != MONTH:
        return None
    return _days_of_month(every, rest[0]) if len(rest) == 1 else _weekday_of_month(every, rest)


def _days_of_month(every: int, text: str) -> Recurrence | None:
    found = [_MONTH_DAY.match(part) for part in text.split(",")]
    days = sorted({int(match.group(1)) for match in found if match})
    if None in found or not all(1 <= day <= 31 or day == LAST_DAY for day in days):
        return None
    return Recurrence(MONTH, every, days=tuple(days))


def _weekday_of_month(every: int, words: list[str]) -> Recurrence | None:
    week, weekday, tail = words[0], words[1], "".join(words[2:])
    offset = _OFFSET.match(tail) if tail else None
    days = int(offset.group(1)) if offset else 0
    if week not in WEEKS or weekday not in WEEKDAYS or bool(tail) != bool(offset) or abs(days) > MOST_OFFSET:
        return None
    return Recurrence(MONTH, every, weekdays=(WEEKDAYS.index(weekday),), week=week, offset=days)


def _days(begin: date, start: date, recurrence: Recurrence) -> Iterator[date]:
    """The days of the recurrence from ``begin`` on, in their order, up to the end of the calendar."""
    if recurrence.unit == MONTH:
        months = _months(begin, start, recurrence)
        yield from (day for day in months if day >= begin)
        return
    for number in count():
        day = begin + timedelta(days=number)
        if _falls_on(day, start, recurrence):
            yield day
        if day.year == date.max.year:
            return


def _falls_on(day: date, start: date, recurrence: Recurrence) -> bool:
    if recurrence.unit == DAY:
        return (day - start).days % recurrence.every == 0
    if day.weekday() not in (recurrence.weekdays or (start.weekday(),)):
        return False
    # The API does not say whether its weeks begin on Sunday or Monday; a day that either means may be one.
    begins = (start - timedelta(days=start.weekday()), start - timedelta(days=(start.weekday() + 1) % 7))
    return any((day - begin).days // 7 % recurrence.every == 0 for begin in begins)


def _months(begin: date, start: date, recurrence: Recurrence) -> Iterator[date]:
    """The days of each month of the recurrence; an offset may carry them into the month beside it."""
    first = max(0, (begin.year - start.year) * 12 + begin.month - start.month - 1)
    first -= first % recurrence.every
    for number in count(first, recurrence.every):
        year, month = divmod(start.year * 12 + start.month - 1 + number, 12)
        if year >= date.max.year:
            return
        yield from _in_month(year, month + 1, start, recurrence)


def _in_month(year: int, month: int, start: date, recurrence: Recurrence) -> Iterator[date]:
    """A month that lacks the day (31, or 29 to 31 in February) is passed over."""
    if recurrence.week:
        weekday = WEEKDAYS[recurrence.weekdays[0]]
        yield nth_weekday(year, month, weekday, recurrence.week) + timedelta(days=recurrence.offset)
        return
    last = calendar.monthrange(year, month)[1]
    days = {last if day == LAST_DAY else day for day in recurrence.days or (start.day,)}
    yield from (date(year, month, day) for day in sorted(days) if day <= last)
