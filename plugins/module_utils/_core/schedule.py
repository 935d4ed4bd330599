# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a slot opens: its occurrences on the calendar, daylight saving included, and its forms for the clouds."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WEEKS = ("first", "second", "third", "fourth", "last")
MONTHLY, WEEKLY, DAILY = "monthly", "weekly", "daily"

GAP = "gap"
"""The local time does not exist: the clock is put forward over it."""
FOLD = "fold"
"""The local time exists twice: the clock is put back over it."""


@dataclass(frozen=True, slots=True)
class When:
    """A recurring local time: monthly with ``week`` and ``weekday``, weekly with ``weekday``, else daily."""

    at: time
    weekday: str = ""
    week: str = ""

    @property
    def cadence(self) -> str:
        """``monthly``, ``weekly`` or ``daily``."""
        return MONTHLY if self.week else WEEKLY if self.weekday else DAILY

    def __str__(self) -> str:
        at = self.at.strftime("%H:%M")
        if self.week:
            return f"{self.week} {self.weekday.capitalize()} of the month at {at}"
        return f"every {self.weekday.capitalize()} at {at}" if self.weekday else f"every day at {at}"


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One opening of a slot: from ``start`` up to, not including, ``end``; no new install from ``cutoff`` on.

    All instants are UTC; ``local`` is the wall clock that the policy names, and ``clock_change`` says whether that is a
    time that does not exist (``gap``) or exists twice (``fold``), else it is empty.
    """

    start: datetime
    end: datetime
    cutoff: datetime
    local: datetime
    clock_change: str = ""

    def covers(self, instant: datetime) -> bool:
        """Whether the slot is open at this instant."""
        return self.start <= instant < self.end


def occurrences(
    when: When, duration: timedelta, cutoff: timedelta, zone: ZoneInfo, after: datetime
) -> Iterator[Occurrence]:
    """Every opening that ends after ``after`` (aware), the earliest first: one that is under way comes first.

    A time in a gap opens later by the length of the gap, a time that exists twice opens at the first of both, as
    :pep:`495` reads ``fold=0``.
    """
    earliest = (after.astimezone(zone) - duration).date() - timedelta(days=2)
    for day in _days(when, earliest):
        occurrence = occurrence_on(day, when, duration, cutoff, zone)
        if occurrence.end > after:
            yield occurrence


def occurrence_on(day: date, when: When, duration: timedelta, cutoff: timedelta, zone: ZoneInfo) -> Occurrence:
    """The opening on one local day."""
    local = datetime.combine(day, when.at)
    start = local.replace(tzinfo=zone).astimezone(UTC)
    end = start + duration
    return Occurrence(start, end, end - cutoff, local, clock_change(local, zone))


def clock_change(local: datetime, zone: ZoneInfo) -> str:
    """``gap`` when this wall clock time does not exist in the zone, ``fold`` when it exists twice, else empty."""
    first, second = local.replace(tzinfo=zone, fold=0), local.replace(tzinfo=zone, fold=1)
    if first.utcoffset() == second.utcoffset():
        return ""
    return FOLD if first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == local else GAP


def _days(when: When, since: date) -> Iterator[date]:
    """The local days on which the slot opens, from ``since`` on."""
    if when.cadence == MONTHLY:
        year, month = since.year, since.month
        while year <= date.max.year:
            day = nth_weekday(year, month, when.weekday, when.week)
            if day >= since:
                yield day
            year, month = (year, month + 1) if month < 12 else (year + 1, 1)
        return
    step = 7 if when.cadence == WEEKLY else 1
    first = (WEEKDAYS.index(when.weekday) - since.weekday()) % 7 if when.cadence == WEEKLY else 0
    day = since + timedelta(days=first)
    while True:
        yield day
        day += timedelta(days=step)


def nth_weekday(year: int, month: int, weekday: str, week: str) -> date:
    """The first to fourth or the last such weekday of a month."""
    days = [days[WEEKDAYS.index(weekday)] for days in calendar.Calendar().monthdayscalendar(year, month)]
    there = [day for day in days if day]
    return date(year, month, there[WEEKS.index(week)] if week != "last" else there[-1])


def ssm_cron(when: When) -> str:
    """The slot as the cron expression of an SSM maintenance window, which takes the zone as ``ScheduleTimezone``.

    Six fields (minutes, hours, day of month, month, day of week, year), one of the two days ``?``; weekdays are written
    as names, since numbers count from Sunday there (Systems Manager user guide, "Cron and rate expressions").
    """
    at = f"{when.at.minute} {when.at.hour}"
    if when.cadence == DAILY:
        return f"cron({at} * * ? *)"
    weekday = when.weekday[:3].upper()
    nth = "" if not when.week else "L" if when.week == "last" else f"#{WEEKS.index(when.week) + 1}"
    return f"cron({at} ? * {weekday}{nth} *)"
