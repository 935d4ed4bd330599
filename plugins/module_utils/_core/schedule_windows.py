# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows of Update Manager that open when a deployment schedule runs, and what of its times no window can say.

A window names a unit and how many of it pass, as a schedule does, with other limits; of several weekdays of a month it
names one; and it knows no fifth one. Where its weeks begin is not documented, so that with an interval Sundays need a
window of their own. (recurEvery of Microsoft.Maintenance; "Key points to note for automated migration".)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from heapq import merge
from itertools import islice
from zoneinfo import ZoneInfo

from .recur_every import DAY, HOUR, MONTH, WEEK, Recurrence, Window
from .schedule import WEEKDAYS, WEEKS, clock_change
from .schedule_info import HOUR as HOURS
from .schedule_info import LAST, MINUTE, ONE_TIME, ScheduleInfo
from .schedule_info import MONTH as MONTHS
from .schedule_info import WEEK as WEEKS_OF

SPLIT, INTERVAL, FIFTH = "split", "interval", "fifth_weekday"
"""What a window cannot say and something else can stand in for; empty where nothing can."""

LEAST_HOURS, MOST = 6, 35
"""Of Update Manager: hours between two openings at least, and units of each kind at most."""

COMPARED = 24
"""Runs and openings that have to be the same."""

_TRIED = 100
_SUNDAY = 6


@dataclass(frozen=True, slots=True)
class Opening:
    """A window without its length: its first opening, by the clock of the schedule, and how often it opens again.

    ``suffix`` tells it from the others of a schedule that needs several.
    """

    start: datetime
    recurrence: Recurrence
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class TimeLoss:
    """A part of a schedule's times (``member`` of its ``schedule_info``) that no window can say, and what could."""

    kind: str
    member: str
    why: str
    instead: str


@dataclass(frozen=True, slots=True)
class Openings:
    """The windows that stand for a schedule, and what they do not say of it."""

    openings: tuple[Opening, ...] = ()
    losses: tuple[TimeLoss, ...] = ()


def openings_of(times: ScheduleInfo, since: datetime) -> Openings:
    """The windows for what of a schedule still runs after ``since``; none where none could stand for it.

    One that runs once becomes a window that would open again after the least time that there is, and expires before
    (:func:`once_expires`): so does Microsoft's own runbook for this migration, and Update Manager's documentation knows
    no window that does not recur.
    """
    if times.frequency == ONE_TIME:
        return Openings((Opening(times.start.replace(fold=0), Recurrence(HOUR, LEAST_HOURS)),))
    unit, every, losses = _rate(times)
    parts, of_days = _parts(times, unit, every)
    found = []
    for schedule, recurrence, suffix in parts:
        start = _first_run(schedule)
        if start is not None and runs_again(schedule, since):
            weekly = recurrence.unit == WEEK and not recurrence.weekdays
            found.append(
                Opening(start, replace(recurrence, weekdays=(start.weekday(),)) if weekly else recurrence, suffix)
            )
    return Openings(tuple(found), (*losses, *of_days))


def once_expires(times: ScheduleInfo) -> datetime:
    """When the window of a schedule that runs once expires: after the longest window, before it would open again."""
    return times.start.replace(fold=0) + timedelta(hours=LEAST_HOURS - 1)


def agree(times: ScheduleInfo, windows: list[Window], since: datetime) -> bool:
    """Whether the windows together open exactly when the schedule runs, as far as its next runs tell."""
    opens = merge(*(window.openings_from(since) for window in windows))
    return list(islice(opens, COMPARED)) == list(islice(times.runs(since), COMPARED))


def window_of_opening(opening: Opening, duration: timedelta, zone: ZoneInfo, expires: datetime | None) -> Window:
    """The whole window."""
    return Window(opening.start, duration, zone, opening.recurrence, expires)


def _rate(times: ScheduleInfo) -> tuple[str, int, tuple[TimeLoss, ...]]:
    """Unit and number of units, exact where that can be, else the nearest that there is with the loss."""
    every, frequency = times.interval, times.frequency
    if frequency == MINUTE:
        hours, rest = divmod(every, 60)
        exact = not rest and LEAST_HOURS <= hours <= MOST
        return HOUR, hours if exact else LEAST_HOURS, () if exact else (_seldom(times, HOUR, LEAST_HOURS),)
    if frequency == HOURS:
        return _hourly(times)
    unit = {WEEKS_OF: WEEK, MONTHS: MONTH}.get(frequency, DAY)
    if every <= MOST:
        return unit, every, ()
    if unit == DAY:
        weeks, exact = round(every / 7), every % 7 == 0
        return WEEK, weeks, () if exact else (_seldom(times, WEEK, weeks),)
    return unit, MOST, (_seldom(times, unit, MOST),)


def _hourly(times: ScheduleInfo) -> tuple[str, int, tuple[TimeLoss, ...]]:
    every = times.interval
    if LEAST_HOURS <= every <= MOST:
        return HOUR, every, ()
    if every < LEAST_HOURS:
        return HOUR, LEAST_HOURS, (_seldom(times, HOUR, LEAST_HOURS),)
    days = round(every / 24)
    # Days keep the time on the clock and hours do not, but for a clock that is never changed.
    exact = every % 24 == 0 and times.zone.key == "UTC"
    return DAY, days, () if exact else (_seldom(times, DAY, days),)


def _seldom(times: ScheduleInfo, unit: str, every: int) -> TimeLoss:
    limits = f"{LEAST_HOURS} to {MOST} hours, or 1 to {MOST} days, weeks or months"
    why = f"Update Manager knows no window every {times.interval} {times.frequency.lower()}s: {limits}"
    return TimeLoss(INTERVAL, "interval", why, f"the nearest that there is: every {every} {unit}{'s' * (every > 1)}")


_Part = tuple[ScheduleInfo, Recurrence, str]


def _parts(times: ScheduleInfo, unit: str, every: int) -> tuple[list[_Part], tuple[TimeLoss, ...]]:
    """The schedule in parts that a window each can say."""
    named = times.explicit()
    if times.frequency == WEEKS_OF:
        return _of_weeks(named, every)
    if times.frequency == MONTHS:
        return _of_months(named, every)
    return [(times, Recurrence(unit, every), "")], ()


def _of_weeks(times: ScheduleInfo, every: int) -> tuple[list[_Part], tuple[TimeLoss, ...]]:
    days = tuple(sorted(set(times.week_days)))
    others = tuple(day for day in days if day != _SUNDAY)
    if every == 1 or others in (days, ()):
        return [(times, Recurrence(WEEK, every, weekdays=days), "")], ()
    parts = [
        (replace(times, week_days=some), Recurrence(WEEK, every, weekdays=some), suffix)
        for some, suffix in ((others, "weekdays"), ((_SUNDAY,), "sunday"))
    ]
    why = "where weeks of an interval begin in Update Manager is not said, so Sunday could be in another week"
    return parts, (_split("advanced_schedule.week_days", why, [suffix for _times, _rate, suffix in parts]),)


def _of_months(times: ScheduleInfo, every: int) -> tuple[list[_Part], tuple[TimeLoss, ...]]:
    member = "advanced_schedule.monthly_occurrences"
    parts: list[_Part] = []
    losses = []
    if times.month_days:
        days = tuple(sorted(set(times.month_days)))
        parts.append((replace(times, occurrences=()), Recurrence(MONTH, every, days=days), "days"))
    for occurrence, weekday in dict.fromkeys(times.occurrences):
        name = WEEKDAYS[weekday]
        week = "last" if occurrence in (LAST, 5) else WEEKS[occurrence - 1]
        if occurrence == 5:
            why = f"Update Manager knows no fifth {name.capitalize()}, which not every month has"
            losses.append(TimeLoss(FIFTH, member, why, f"the last {name.capitalize()}, which every month has"))
        recurrence = Recurrence(MONTH, every, weekdays=(weekday,), week=week)
        if recurrence not in [rate for _times, rate, _suffix in parts]:
            part = replace(times, month_days=(), occurrences=((occurrence, weekday),))
            parts.append((part, recurrence, f"{week}-{name}"))
    if len(parts) == 1:
        return [(*parts[0][:2], "")], tuple(losses)
    if _may_meet([rate for _times, rate, _suffix in parts]):
        why = "some of these days are the same in some months, and two windows would open then"
        instead = "choose other days, or make the configurations with azure_maintenance_configuration"
        return [], (*losses, TimeLoss("", member, why, instead))
    why = "Update Manager knows one weekday of a month for a window"
    return parts, (*losses, _split(member, why, [suffix for _times, _rate, suffix in parts]))


def _may_meet(rates: list[Recurrence]) -> bool:
    """Whether two of them fall on one day in some month: the fourth and the last such weekday, a day and a weekday."""
    if any(rate.days for rate in rates):
        return True
    by_day: dict[int, set[str]] = {}
    for rate in rates:
        by_day.setdefault(rate.weekdays[0], set()).add(rate.week)
    return any({"fourth", "last"} <= weeks for weeks in by_day.values())


def _split(member: str, why: str, suffixes: list[str]) -> TimeLoss:
    return TimeLoss(SPLIT, member, why, f"{len(suffixes)} configurations, whose names end in {', '.join(suffixes)}")


def _first_run(times: ScheduleInfo) -> datetime | None:
    """The first run, as its clock shows it, that may be a window's start: no clock is changed over it."""
    elapsing = times.frequency in (MINUTE, HOURS)
    for instant in islice(times.runs(times.begins()), _TRIED):
        local = instant.astimezone(times.zone).replace(tzinfo=None, fold=0)
        if not clock_change(local, times.zone) and (elapsing or local.time() == times.start.time().replace(fold=0)):
            return local
    return None


def runs_again(times: ScheduleInfo, since: datetime) -> bool:
    """Whether the schedule still runs."""
    runs: Iterator[datetime] = times.runs(since)
    return next(runs, None) is not None
