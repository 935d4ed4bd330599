# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A slot's cron form opens when the slot does: by two evaluators that know nothing of the slot.

The cron form is read by cronsim, after a translation of its dialect, and by the sandbox's scheduler, which is itself
held against the examples of the Systems Manager user guide. That guide does not say what becomes of a local time that
the clock skips or shows twice. There cronsim, like Debian's cron, runs a skipped job at the end of the gap, and one
that comes twice the first time; a slot opens later by the length of the gap, and the first time.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from itertools import dropwhile, islice
from zoneinfo import ZoneInfo, available_timezones

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._aws.policy_windows import SCAN_HOURS, SCAN_SCHEDULE
from ansible_collections.hybridops.patching.plugins.module_utils._core.schedule import (
    FOLD,
    GAP,
    WEEKDAYS,
    WEEKS,
    Occurrence,
    When,
    occurrences,
    ssm_cron,
)
from cronsim import CronSim
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from tests.sandbox.aws.ssm import schedules as sandbox

COUNT = 24
HOUR = timedelta(hours=1)
SUNDAY_FIRST = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")


def _changes_clock(name: str) -> bool:
    zone = ZoneInfo(name)
    return len({datetime(2027, month, 1, tzinfo=zone).utcoffset() for month in range(1, 13)}) > 1


ZONES = sorted(name for name in available_timezones() if _changes_clock(name))
WHENS = st.builds(
    lambda at, weekday, week: When(at, weekday, week if weekday else ""),
    st.builds(time, st.integers(0, 23), st.integers(0, 59)),
    st.sampled_from([*WEEKDAYS, ""]),
    st.sampled_from([*WEEKS, ""]),
)
INSTANTS = st.datetimes(datetime(2024, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))


def by_calendar(when: When, zone: ZoneInfo, after: datetime) -> list[Occurrence]:
    """The next openings of the slot."""
    found = dropwhile(lambda one: one.start <= after, occurrences(when, HOUR, timedelta(0), zone, after))
    return list(islice(found, COUNT))


def by_cronsim(cron: str, zone: ZoneInfo, after: datetime) -> list[datetime]:
    """When cronsim would open a window: five fields, no year, and the last weekday by its number from Sunday."""
    minute, hour, day, month, weekday, year = cron.removeprefix("cron(").removesuffix(")").split()
    assert year == "*"
    if weekday.endswith("L"):
        weekday = f"{SUNDAY_FIRST.index(weekday[:-1])}L"
    fields = [field.replace("?", "*") for field in (minute, hour, day, month, weekday)]
    found = CronSim(" ".join(fields), after.astimezone(zone))
    later: Iterable[datetime] = dropwhile(lambda one: one <= after, (moment.astimezone(UTC) for moment in found))
    return list(islice(later, COUNT))


def by_sandbox(cron: str, zone: ZoneInfo, after: datetime) -> list[datetime]:
    """When the sandbox would open a window."""
    return [found.astimezone(UTC) for found in islice(sandbox.occurrences(cron, zone.key, after, after), COUNT)]


@given(when=WHENS, zone_name=st.sampled_from(ZONES), after=INSTANTS)
@settings(max_examples=150, deadline=None)
@example(When(time(2, 30), "sunday", "last"), "Europe/Zurich", datetime(2026, 9, 1, tzinfo=UTC))
@example(When(time(2, 30)), "Europe/Zurich", datetime(2027, 3, 20, tzinfo=UTC))
@example(When(time(2, 30)), "Europe/Zurich", datetime(2026, 10, 20, tzinfo=UTC))
@example(When(time(2, 15), "sunday"), "Australia/Lord_Howe", datetime(2027, 3, 20, tzinfo=UTC))
@example(When(time(0, 0)), "Africa/Cairo", datetime(2027, 4, 20, tzinfo=UTC))
def test_a_window_opens_when_its_slot_does(when: When, zone_name: str, after: datetime) -> None:
    zone, cron = ZoneInfo(zone_name), ssm_cron(when)
    slots = by_calendar(when, zone, after)
    assert len(slots) == COUNT
    assert by_sandbox(cron, zone, after) == [slot.start for slot in slots]
    # Between the end of a gap and the time that is as long after it the two have another next opening.
    assume(slots[0].clock_change != GAP)
    for slot, moment in zip(slots, by_cronsim(cron, zone, after), strict=True):
        late = slot.start - moment
        assert late == timedelta(0) if slot.clock_change != GAP else timedelta(0) <= late < 2 * HOUR


def test_the_examples_meet_times_that_do_not_exist_and_times_that_exist_twice() -> None:
    zurich = ZoneInfo("Europe/Zurich")
    changes = {
        slot.clock_change
        for start in (datetime(2027, 3, 20, tzinfo=UTC), datetime(2026, 10, 20, tzinfo=UTC))
        for slot in by_calendar(When(time(2, 30)), zurich, start)
    }
    assert changes == {"", GAP, FOLD}


@given(zone_name=st.sampled_from(ZONES), after=INSTANTS)
@settings(max_examples=50, deadline=None)
def test_the_scan_opens_at_its_hours(zone_name: str, after: datetime) -> None:
    zone = ZoneInfo(zone_name)
    slots = [slot for hour in SCAN_HOURS for slot in by_calendar(When(time(hour)), zone, after)]
    starts = sorted(slot.start for slot in slots)[:COUNT]
    assert by_sandbox(SCAN_SCHEDULE, zone, after) == starts


@pytest.mark.parametrize(
    ("expression", "offset", "expected"),
    [
        ("cron(0 2 ? * THU#3 *)", 0, ["2027-01-21T02:00", "2027-02-18T02:00"]),
        ("cron(15 10 ? * * *)", 0, ["2027-01-01T10:15", "2027-01-02T10:15"]),
        ("cron(15 10 ? * MON-FRI *)", 0, ["2027-01-01T10:15", "2027-01-04T10:15"]),
        ("cron(0 2 L * ? *)", 0, ["2027-01-31T02:00", "2027-02-28T02:00"]),
        ("cron(15 10 ? * 6L *)", 0, ["2027-01-29T10:15", "2027-02-26T10:15"]),
        ("cron(0 18 ? * MON-FRI *)", 0, ["2027-01-01T18:00", "2027-01-04T18:00"]),
        ("cron(0 8 1 * ? *)", 0, ["2027-01-01T08:00", "2027-02-01T08:00"]),
        ("cron(0/15 * * * ? *)", 0, ["2027-01-01T00:15", "2027-01-01T00:30"]),
        ("cron(0 0/4 * * ? *)", 0, ["2027-01-01T04:00", "2027-01-01T08:00"]),
        ("cron(0 16 ? * TUE *)", 0, ["2027-01-05T16:00", "2027-01-12T16:00"]),
        ("cron(30 23 ? * TUE#3 *)", 2, ["2027-01-21T23:30", "2027-02-18T23:30"]),
        ("rate(5 hours)", 0, ["2027-01-01T05:00", "2027-01-01T10:00"]),
        ("at(2027-07-07T15:55:00)", 0, ["2027-07-07T15:55"]),
    ],
)
def test_the_sandbox_reads_the_examples_of_the_user_guide_as_that_does(
    expression: str, offset: int, expected: list[str]
) -> None:
    """2027 begins on a Friday. The guide says "the last Friday" of 6L, "the third Thursday" of THU#3, and so on."""
    begin = datetime(2027, 1, 1, tzinfo=UTC)
    found = islice(sandbox.occurrences(expression, "UTC", begin, begin, offset), 2)
    assert [moment.strftime("%Y-%m-%dT%H:%M") for moment in found] == expected
