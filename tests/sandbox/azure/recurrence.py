# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When something that recurs comes next: maintenance windows and deployment schedules."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

LAST = -1
_MONTHS = 1200
"""So many months are looked at: a day that no month has is never found."""


@dataclass(frozen=True, slots=True)
class Rate:
    """How often. ``unit``: Minute, Hour, Day, Week, Month. ``weekdays``: 0 is Monday. ``days``: of the month, -1 is the
    last one. ``week``: which of that weekday in the month, 1 to 5, -1 is the last one. Without any of these it is the
    day of the start."""

    unit: str
    every: int = 1
    weekdays: tuple[int, ...] = ()
    days: tuple[int, ...] = ()
    week: int = 0
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Recurring:
    """``start`` and ``expires`` are the zone's clock; ``rate`` None: once."""

    start: datetime
    expires: datetime
    zone: ZoneInfo
    rate: Rate | None

    def next_after(self, moment: datetime) -> datetime | None:
        """The first instant later than that one, in UTC; None when there is none any more."""
        for local in self._local():
            due = local if local.tzinfo else local.replace(tzinfo=self.zone)
            if due.astimezone(self.zone).replace(tzinfo=None) >= self.expires:
                return None
            if due.astimezone(UTC) > moment:
                return due.astimezone(UTC)
        return None

    def _local(self) -> Iterator[datetime]:
        """All of them in order; hours pass as they pass, everything else is by the zone's clock."""
        if self.rate is None:
            yield self.start
        elif self.rate.unit in ("Minute", "Hour"):
            first = self.start.replace(tzinfo=self.zone).astimezone(UTC)
            step = timedelta(**{f"{self.rate.unit.lower()}s": self.rate.every})
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
            yield from (day for day in _of_month(rate, year, month + 1, first.day) if day >= first)


def _of_month(rate: Rate, year: int, month: int, usual: int) -> list[date]:
    length = calendar.monthrange(year, month)[1]
    wanted = rate.days if rate.days or rate.week else (usual,)
    found = {length if day == LAST else day for day in wanted}
    days = {date(year, month, day) for day in found if day <= length}
    if rate.week:
        fitting = [day for day in range(1, length + 1) if date(year, month, day).weekday() == rate.weekdays[0]]
        chosen = fitting[-1:] if rate.week == LAST else fitting[rate.week - 1 : rate.week]
        days |= {date(year, month, day) + timedelta(days=rate.offset) for day in chosen}
    return sorted(days)
