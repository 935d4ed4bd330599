# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When deployment schedules run, held against dateutil's recurrences, and where their starts may be moved to."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import dropwhile, islice, takewhile
from zoneinfo import ZoneInfo

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._core.schedule_info import (
    DAY,
    HOUR,
    LEAST_AHEAD,
    MINUTE,
    MONTH,
    ONE_TIME,
    WEEK,
    ScheduleInfo,
    same_times,
)
from dateutil import rrule
from hypothesis import assume, given, settings
from hypothesis import strategies as st

ZURICH = ZoneInfo("Europe/Zurich")
ZONES = ["UTC", "Europe/Zurich", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "Pacific/Apia"]
WEEKDAYS = (rrule.MO, rrule.TU, rrule.WE, rrule.TH, rrule.FR, rrule.SA, rrule.SU)

STARTS = st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31)).map(lambda at: at.replace(second=0, microsecond=0))
NOWS = st.datetimes(datetime(2024, 12, 1), datetime(2030, 1, 1), timezones=st.just(UTC))
DAYS = {
    DAY: st.just({}),
    WEEK: st.builds(lambda days: {"week_days": tuple(days)}, st.lists(st.integers(0, 6), unique=True, max_size=3)),
    MONTH: st.one_of(
        st.just({}),
        st.builds(
            lambda days: {"month_days": tuple(days)},
            st.lists(st.one_of(st.integers(1, 31), st.just(-1)), unique=True, max_size=3),
        ),
        st.builds(
            lambda occurrences: {"occurrences": tuple(occurrences)},
            st.lists(
                st.tuples(st.sampled_from([1, 2, 3, 4, 5, -1]), st.integers(0, 6)), unique=True, min_size=1, max_size=3
            ),
        ),
    ),
    HOUR: st.just({}),
    MINUTE: st.just({}),
}


@st.composite
def schedules(draw: st.DrawFn, frequencies: tuple[str, ...] = (DAY, WEEK, MONTH, HOUR, MINUTE)) -> ScheduleInfo:
    frequency = draw(st.sampled_from(frequencies))
    least, most = (15, 90) if frequency == MINUTE else (1, 5)
    zone = ZoneInfo(draw(st.sampled_from(ZONES)))
    interval = draw(st.integers(least, most))
    return ScheduleInfo(frequency, draw(STARTS), zone, interval, **draw(DAYS[frequency]))


def by_dateutil(schedule: ScheduleInfo, after: datetime, weeks_begin: rrule.weekday = rrule.SU) -> list[datetime]:
    """The next runs as dateutil has them, on a clock that knows no zone."""
    named = schedule.explicit()
    days = {
        DAY: {},
        WEEK: {"byweekday": [WEEKDAYS[day] for day in named.week_days], "wkst": weeks_begin},
        MONTH: {"bymonthday": named.month_days}
        if named.month_days
        else {"byweekday": [WEEKDAYS[day](nth) for nth, day in named.occurrences]},
    }[schedule.frequency]
    unit = {DAY: rrule.DAILY, WEEK: rrule.WEEKLY, MONTH: rrule.MONTHLY}[schedule.frequency]
    rule = rrule.rrule(unit, dtstart=schedule.start, interval=schedule.interval, until=datetime(2040, 1, 1), **days)
    instants = (local.replace(tzinfo=schedule.zone).astimezone(UTC) for local in rule)
    return list(islice(dropwhile(lambda one: one < after, instants), 8))


@given(schedule=schedules((DAY, WEEK, MONTH)), after=NOWS)
@settings(max_examples=150, deadline=None)
def test_it_runs_when_dateutil_says(schedule: ScheduleInfo, after: datetime) -> None:
    expected = by_dateutil(schedule, after)
    until = expected[-1] if expected else after
    assert list(takewhile(lambda one: one <= until, islice(schedule.runs(after), 8))) == expected


@given(schedule=schedules(), now=NOWS)
@settings(max_examples=200, deadline=None)
def test_a_start_moves_to_a_run_of_the_same_schedule(schedule: ScheduleInfo, now: datetime) -> None:
    moved = schedule.moved(now)
    if moved is None:
        # A rare weekday or day of a rare month may not come again within the calendar; nothing here is that rare.
        pytest.fail(f"{schedule} has no further run")
    assert moved.begins() >= max(now + LEAST_AHEAD, schedule.begins())
    later = list(islice(schedule.runs(moved.begins()), 12))
    assert later[0] == moved.begins()
    assert list(islice(moved.runs(moved.begins()), 12)) == later
    assert moved.moved(now) == moved
    assert same_times(schedule, moved, now)


@given(schedule=schedules((DAY, WEEK, MONTH)), now=NOWS)
@settings(max_examples=100, deadline=None)
def test_no_run_is_left_out_but_one_that_the_clock_skips(schedule: ScheduleInfo, now: datetime) -> None:
    assume(schedule.frequency != WEEK or schedule.interval == 1)
    start = schedule.next_start(now)
    assert start is not None
    passed_over = takewhile(lambda one: one < start, schedule.runs(now + LEAST_AHEAD))
    assert all(one.astimezone(schedule.zone).time() != schedule.start.time() for one in passed_over)


@given(schedule=schedules((WEEK,)), now=NOWS)
@settings(max_examples=100, deadline=None)
def test_an_interval_of_weeks_stays_in_phase_whichever_day_weeks_begin_on(
    schedule: ScheduleInfo, now: datetime
) -> None:
    assume(schedule.start.weekday() in schedule.explicit().week_days)
    moved = schedule.moved(now)
    assert moved is not None
    for weeks_begin in (rrule.SU, rrule.MO):
        as_before = by_dateutil(schedule, moved.begins(), weeks_begin)
        assert by_dateutil(moved, moved.begins(), weeks_begin) == as_before


class TestNextStart:
    def start(self, now: str, **schedule: object) -> str:
        given = {"frequency": MONTH, "start": datetime(2026, 1, 31, 3, 0), "zone": ZURICH, **schedule}
        found = ScheduleInfo(**given).next_start(datetime.fromisoformat(now).replace(tzinfo=UTC))
        return found.astimezone(given["zone"]).isoformat() if found else ""

    def test_a_month_s_end_is_no_other_day(self) -> None:
        assert self.start("2026-02-01T00:00") == "2026-03-31T03:00:00+02:00"
        assert self.start("2026-02-01T00:00", month_days=(-1,)) == "2026-02-28T03:00:00+01:00"

    def test_the_time_of_day_stays_over_a_change_of_the_clock(self) -> None:
        assert self.start("2026-03-20T00:00", frequency=WEEK) == "2026-03-21T03:00:00+01:00"
        assert self.start("2026-03-28T12:00", frequency=WEEK) == "2026-04-04T03:00:00+02:00"

    def test_a_time_that_the_clock_skips_is_no_start(self) -> None:
        daily = {"frequency": DAY, "start": datetime(2026, 1, 1, 2, 30)}
        assert self.start("2026-03-28T12:00", **daily) == "2026-03-30T02:30:00+02:00"

    def test_an_interval_stays_in_phase(self) -> None:
        assert self.start("2026-02-01T00:00", frequency=DAY, interval=10) == "2026-02-10T03:00:00+01:00"
        assert self.start("2026-02-01T00:00", frequency=MONTH, interval=6) == "2026-07-31T03:00:00+02:00"
        assert self.start("2026-02-01T00:00", frequency=HOUR, interval=36) == "2026-02-01T15:00:00+01:00"

    def test_a_run_whose_week_depends_on_when_weeks_begin_is_no_start(self) -> None:
        weekend = {"frequency": WEEK, "interval": 2, "week_days": (5, 6)}
        assert self.start("2026-01-31T12:00", **weekend) == "2026-02-14T03:00:00+01:00", "and not a Sunday"
        sunday = {**weekend, "week_days": (6,)}
        assert self.start("2026-01-31T12:00", **sunday) == "2026-02-08T03:00:00+01:00", "where there is no other"

    def test_it_is_five_minutes_ahead_at_least(self) -> None:
        assert self.start("2026-01-31T01:54") == "2026-01-31T03:00:00+01:00"
        assert self.start("2026-01-31T01:55") == "2026-03-31T03:00:00+02:00"

    def test_what_is_over_has_none(self) -> None:
        assert self.start("2026-02-01T00:00", frequency=ONE_TIME) == ""
        assert self.start("2026-02-01T00:00", expires=datetime(2026, 3, 1)) == ""
        assert self.start("2026-02-01T00:00", expires=datetime(2026, 3, 31, 3, 0)) == "", "no start when it expires"


class TestSameTimes:
    NOW = datetime(2026, 6, 1, tzinfo=UTC)
    WEEKLY = ScheduleInfo(WEEK, datetime(2026, 1, 3, 3, 0), ZURICH)

    @pytest.mark.parametrize(
        "change",
        [
            {"start": datetime(2026, 1, 10, 3, 0)},
            {"start": datetime(2026, 5, 30, 3, 0)},
            {"week_days": (5,)},
            {"week_days": (5,), "start": datetime(2026, 1, 1, 3, 0)},
        ],
    )
    def test_another_start_of_the_same_schedule_is_no_difference(self, change: dict[str, object]) -> None:
        assert same_times(self.WEEKLY, replace(self.WEEKLY, **change), self.NOW)

    @pytest.mark.parametrize(
        "change",
        [
            {"start": datetime(2026, 1, 3, 3, 1)},
            {"start": datetime(2026, 1, 4, 3, 0)},
            {"start": datetime(2026, 8, 1, 3, 0)},
            {"week_days": (5, 6)},
            {"interval": 2},
            {"frequency": DAY},
            {"zone": ZoneInfo("America/New_York")},
            {"expires": datetime(2027, 1, 1)},
        ],
    )
    def test_other_times_are_one(self, change: dict[str, object]) -> None:
        assert not same_times(self.WEEKLY, replace(self.WEEKLY, **change), self.NOW)

    def test_every_second_week_has_two_phases(self) -> None:
        one = replace(self.WEEKLY, interval=2)
        assert same_times(one, replace(one, start=one.start + timedelta(weeks=2)), self.NOW)
        assert not same_times(one, replace(one, start=one.start + timedelta(weeks=1)), self.NOW)
