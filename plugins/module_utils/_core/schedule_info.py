# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a deployment schedule of Azure Automation runs: its ``scheduleInfo``, and where its start may be moved to.

The service takes a start only some minutes ahead, so whoever writes an old schedule has to move it. A start is more
than a moment: the time of day, and the day, week or month from which an interval counts, are taken from it. So it moves
to an occurrence of the same schedule from which all further occurrences follow as before.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import chain, count, takewhile
from zoneinfo import ZoneInfo

from .schedule import GAP, WEEKDAYS, WEEKS, When, clock_change, nth_weekday

ONE_TIME, MINUTE, HOUR, DAY, WEEK, MONTH = "OneTime", "Minute", "Hour", "Day", "Week", "Month"
FREQUENCIES = (ONE_TIME, MINUTE, HOUR, DAY, WEEK, MONTH)
LAST = -1
"""The last day of a month, or the last such weekday of one; a fifth weekday is one that not every month has."""

MONDAY, SUNDAY = 0, 6

LEAST_AHEAD = timedelta(minutes=6)
"""How far ahead a start is put. The service asks for five minutes; the sixth is for clocks that differ."""


@dataclass(frozen=True, slots=True)
class ScheduleInfo:
    """A schedule: ``start`` and ``expires`` are local times of ``zone``, to the minute.

    ``week_days``: 0 is Monday; ``month_days``: 1 to 31, -1 the last; ``occurrences``: (1 to 5 or -1, weekday). What is
    not given is that of the start. The API does not say on which day the weeks of an interval begin: runs are told for
    Sunday, and a start is moved to where it makes no difference.
    """

    frequency: str
    start: datetime
    zone: ZoneInfo
    interval: int = 1
    expires: datetime | None = None
    week_days: tuple[int, ...] = ()
    month_days: tuple[int, ...] = ()
    occurrences: tuple[tuple[int, int], ...] = ()

    def runs(self, after: datetime) -> Iterator[datetime]:
        """Every run from ``after`` (aware) on, in UTC."""
        for instant, _local in self._runs(after):
            yield instant

    def begins(self) -> datetime:
        """The start, in UTC."""
        return self._instant(self.start)

    def next_start(self, now: datetime, ahead: timedelta = LEAST_AHEAD) -> datetime | None:
        """The first run that is at least ``ahead`` away and may be the start, in UTC; None when there is none any more.

        A run whose time of day the clock skips is passed over: with it as start each later run would be an hour late.
        So is one from which an interval of weeks would count otherwise when weeks begin on Monday, and one at which the
        schedule expires, which the service does not take.
        """
        fitting = (each for each in self._runs(now + ahead) if self._can_be_start(each[1]))
        first = next(fitting, None)
        if first is None:
            return None
        enough = first[1] + 2 * timedelta(weeks=self.interval)
        near = chain((first,), takewhile(lambda each: each[1] < enough, fitting))
        return next((instant for instant, local in near if self._agreed(local)), first[0])

    def moved(self, now: datetime, ahead: timedelta = LEAST_AHEAD) -> ScheduleInfo | None:
        """The same schedule with a start that the service takes; None when it is over."""
        start = self.next_start(now, ahead)
        return None if start is None else replace(self, start=start.astimezone(self.zone).replace(tzinfo=None))

    def explicit(self) -> ScheduleInfo:
        """The schedule with the days named that it takes from its start."""
        if self.frequency == WEEK and not self.week_days:
            return replace(self, week_days=(self.start.weekday(),))
        if self.frequency == MONTH and not self.month_days and not self.occurrences:
            return replace(self, month_days=(self.start.day,))
        return self

    def _can_be_start(self, local: datetime) -> bool:
        by_clock = self.frequency not in (MINUTE, HOUR)
        return local != self.expires and not (by_clock and clock_change(local, self.zone) == GAP)

    def _agreed(self, local: datetime) -> bool:
        """Whether a run's week is one of the schedule's, whichever day weeks begin on."""
        weeks = (_weeks(self.start.date(), local.date(), begins) for begins in (SUNDAY, MONDAY))
        return self.frequency != WEEK or all(number % self.interval == 0 for number in weeks)

    def _runs(self, after: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Instants and the local times that the schedule means by them."""
        first = self.begins()
        for instant, local in self._unbounded(max(after, first)):
            if self.expires is not None and local > self.expires:
                return
            if instant >= max(after, first):
                yield instant, local

    def _unbounded(self, after: datetime) -> Iterator[tuple[datetime, datetime]]:
        if self.frequency == ONE_TIME:
            yield self.begins(), self.start
        elif self.frequency in (MINUTE, HOUR):
            yield from self._elapsed(after)
        else:
            for day in self._days(max(self.start.date(), after.astimezone(self.zone).date() - timedelta(days=1))):
                local = datetime.combine(day, self.start.time().replace(fold=0))
                yield self._instant(local), local

    def _elapsed(self, after: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Minutes and hours pass as they pass, whatever the clock shows."""
        first, step = self.begins(), timedelta(**{f"{self.frequency.lower()}s": self.interval})
        for number in count((after - first) // step):
            instant = first + number * step
            yield instant, instant.astimezone(self.zone).replace(tzinfo=None)

    def _days(self, begin: date) -> Iterator[date]:
        """The local days of the schedule from ``begin`` on, in order."""
        if self.frequency == MONTH:
            yield from (day for day in self._in_months(begin) if day >= begin)
            return
        day, start = begin, self.start.date()
        while day.year < date.max.year:
            if self.frequency == DAY:
                falls = (day - start).days % self.interval == 0
            else:
                falls = day.weekday() in self.explicit().week_days and _weeks(start, day, SUNDAY) % self.interval == 0
            if falls:
                yield day
            day += timedelta(days=1)

    def _in_months(self, begin: date) -> Iterator[date]:
        months = (begin.year - self.start.year) * 12 + begin.month - self.start.month
        for number in count(months - months % self.interval, self.interval):
            year, month = divmod(self.start.year * 12 + self.start.month - 1 + number, 12)
            if year >= date.max.year:
                return
            yield from self._in_month(year, month + 1)

    def _in_month(self, year: int, month: int) -> list[date]:
        """A month that lacks a day (31, or a fifth Monday) has one occurrence less."""
        last, this = calendar.monthrange(year, month)[1], self.explicit()
        days = {last if day == LAST else day for day in this.month_days}
        found = {date(year, month, day) for day in days if day <= last}
        for occurrence, weekday in this.occurrences:
            day = _occurrence(year, month, occurrence, weekday)
            if day is not None:
                found.add(day)
        return sorted(found)

    def _instant(self, local: datetime) -> datetime:
        return local.replace(tzinfo=self.zone).astimezone(UTC)


def same_times(one: ScheduleInfo, other: ScheduleInfo, now: datetime) -> bool:
    """Whether two schedules run at the same times from now on, and always will."""
    if one.frequency != other.frequency or one.expires != other.expires:
        return False
    if one.frequency == ONE_TIME:
        return one.begins() == other.begins()
    named, others = one.explicit(), other.explicit()
    days = ("interval", "week_days", "month_days", "occurrences")
    if any(set(_listed(getattr(named, each))) != set(_listed(getattr(others, each))) for each in days):
        return False
    if one.frequency not in (MINUTE, HOUR) and one.start.time() != other.start.time():
        return False
    first, second = one.next_start(now), other.next_start(now)
    return first == second if first or second else one.begins() == other.begins()


def schedule_info_of(when: When, zone: ZoneInfo, now: datetime, ahead: timedelta = LEAST_AHEAD) -> ScheduleInfo:
    """A slot of a policy as a schedule that starts with the first opening that the service takes."""
    begin = datetime.combine(now.astimezone(zone).date() - timedelta(days=1), when.at)
    weekday = WEEKDAYS.index(when.weekday) if when.weekday else 0
    if when.week:
        occurrence = LAST if when.week == "last" else WEEKS.index(when.week) + 1
        schedule = ScheduleInfo(MONTH, begin, zone, occurrences=((occurrence, weekday),))
    elif when.weekday:
        schedule = ScheduleInfo(WEEK, begin, zone, week_days=(weekday,))
    else:
        schedule = ScheduleInfo(DAY, begin, zone)
    return schedule.moved(now, ahead) or schedule


def _occurrence(year: int, month: int, occurrence: int, weekday: int) -> date | None:
    """The nth weekday of a month, None for a fifth one that there is not."""
    name = WEEKDAYS[weekday]
    if occurrence == LAST:
        return nth_weekday(year, month, name, "last")
    if occurrence < 5:
        return nth_weekday(year, month, name, WEEKS[occurrence - 1])
    fifth = nth_weekday(year, month, name, "fourth") + timedelta(days=7)
    return fifth if fifth.month == month else None


def _weeks(start: date, day: date, begins: int) -> int:
    """Weeks, which begin on that weekday, from that of ``start`` to that of ``day``."""
    begin = start - timedelta(days=(start.weekday() - begins) % 7)
    return (day - begin).days // 7


def _listed(value: object) -> tuple[object, ...]:
    return value if isinstance(value, tuple) else (value,)
