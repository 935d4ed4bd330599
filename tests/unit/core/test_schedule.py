# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When slots open: checked against a walk over every day, and against known changes of the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._core.schedule import (
    FOLD,
    GAP,
    WEEKDAYS,
    WEEKS,
    Occurrence,
    When,
    clock_change,
    occurrences,
    ssm_cron,
)
from hypothesis import given
from hypothesis import strategies as st

ZURICH = ZoneInfo("Europe/Zurich")
THREE_HOURS, ONE_HOUR = timedelta(hours=3), timedelta(hours=1)
ZONES = ["Europe/Zurich", "UTC", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Apia"]

WHENS = st.builds(
    lambda at, weekday, week: When(at, weekday, week if weekday else ""),
    st.times(timezones=st.none()).map(lambda at: at.replace(second=0, microsecond=0, fold=0)),
    st.sampled_from([*WEEKDAYS, ""]),
    st.sampled_from([*WEEKS, ""]),
)


def _next(when: When, after: datetime, count: int = 1) -> list[Occurrence]:
    return list(islice(occurrences(when, THREE_HOURS, ONE_HOUR, ZURICH, after), count))


def _opens(when: When, day: date) -> bool:
    """Said in another way than the code: the nth weekday of a month by its distance from the month's ends."""
    if when.weekday and WEEKDAYS[day.weekday()] != when.weekday:
        return False
    if when.week == "last":
        return (day + timedelta(days=7)).month != day.month
    return not when.week or (day.day - 1) // 7 == WEEKS.index(when.week)


@given(
    when=WHENS,
    after=st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
    zone_name=st.sampled_from(ZONES),
    hours=st.integers(1, 24),
)
def test_the_next_openings_are_those_of_a_walk_over_every_day(
    when: When, after: datetime, zone_name: str, hours: int
) -> None:
    zone, length = ZoneInfo(zone_name), timedelta(hours=hours)
    found = list(islice(occurrences(when, length, timedelta(0), zone, after), 3))
    expected = []
    day = after.date() - timedelta(days=4)
    while len(expected) < 3:
        start = datetime.combine(day, when.at, zone).astimezone(UTC)
        if _opens(when, day) and start + length > after:
            expected.append(start)
        day += timedelta(days=1)
    assert [one.start for one in found] == expected
    assert all(one.end - one.start == length for one in found)


def test_third_saturday_in_local_time_over_the_change_of_the_clock() -> None:
    when = When(time(6, 0), "saturday", "third")
    found = _next(when, datetime(2026, 9, 1, tzinfo=UTC), 3)
    assert [one.start.isoformat() for one in found] == [
        "2026-09-19T04:00:00+00:00",
        "2026-10-17T04:00:00+00:00",
        "2026-11-21T05:00:00+00:00",
    ]
    assert found[2].local == datetime(2026, 11, 21, 6, 0)
    assert found[2].end.isoformat() == "2026-11-21T08:00:00+00:00"
    assert found[2].cutoff.isoformat() == "2026-11-21T07:00:00+00:00"


def test_the_opening_under_way_comes_first_until_its_end() -> None:
    when = When(time(6, 0), "saturday", "third")
    start, end = datetime(2026, 11, 21, 5, 0, tzinfo=UTC), datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
    assert _next(when, end - timedelta(seconds=1))[0].start == start
    assert _next(when, end)[0].start == datetime(2026, 12, 19, 5, 0, tzinfo=UTC)
    opening = _next(when, start)[0]
    assert opening.covers(start)
    assert opening.covers(end - timedelta(seconds=1))
    assert not opening.covers(end)
    assert not opening.covers(start - timedelta(seconds=1))


def test_last_saturday_and_a_month_of_five() -> None:
    when = When(time(6, 0), "saturday", "last")
    assert [one.local.day for one in _next(when, datetime(2026, 10, 1, tzinfo=UTC), 2)] == [31, 28]


@pytest.mark.parametrize(
    ("local", "change"),
    [
        (datetime(2027, 3, 28, 2, 30), GAP),
        (datetime(2027, 3, 28, 2, 0), GAP),
        (datetime(2027, 3, 28, 3, 0), ""),
        (datetime(2027, 3, 28, 1, 59), ""),
        (datetime(2026, 10, 25, 2, 30), FOLD),
        (datetime(2026, 10, 25, 3, 0), ""),
        (datetime(2026, 10, 25, 1, 59), ""),
        (datetime(2026, 6, 1, 2, 30), ""),
    ],
)
def test_times_that_do_not_exist_or_exist_twice(local: datetime, change: str) -> None:
    assert clock_change(local, ZURICH) == change


def test_an_opening_in_a_gap_is_later_and_in_a_fold_the_first() -> None:
    daily = When(time(2, 30))
    gap = _next(daily, datetime(2027, 3, 28, 0, 0, tzinfo=UTC))[0]
    assert (gap.clock_change, gap.start.isoformat()) == (GAP, "2027-03-28T01:30:00+00:00")
    assert gap.start.astimezone(ZURICH).time() == time(3, 30)
    fold = _next(daily, datetime(2026, 10, 24, 23, 0, tzinfo=UTC))[0]
    assert (fold.clock_change, fold.start.isoformat()) == (FOLD, "2026-10-25T00:30:00+00:00")


@pytest.mark.parametrize(
    ("when", "cron", "words"),
    [
        (When(time(6, 0), "saturday", "first"), "cron(0 6 ? * SAT#1 *)", "first Saturday of the month at 06:00"),
        (When(time(22, 15), "sunday", "fourth"), "cron(15 22 ? * SUN#4 *)", "fourth Sunday of the month at 22:15"),
        (When(time(6, 0), "friday", "last"), "cron(0 6 ? * FRIL *)", "last Friday of the month at 06:00"),
        (When(time(0, 5), "monday"), "cron(5 0 ? * MON *)", "every Monday at 00:05"),
        (When(time(6, 30)), "cron(30 6 * * ? *)", "every day at 06:30"),
    ],
)
def test_the_cron_of_a_maintenance_window_names_its_weekday(when: When, cron: str, words: str) -> None:
    assert ssm_cron(when) == cron
    assert str(when) == words


@given(WHENS)
def test_a_cron_has_six_fields_and_no_weekday_number(when: When) -> None:
    fields = ssm_cron(when).removeprefix("cron(").removesuffix(")").split(" ")
    assert len(fields) == 6
    assert [fields[2], fields[4]].count("?") == 1
    assert not fields[4].split("#")[0].isdigit()
