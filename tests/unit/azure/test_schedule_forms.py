# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A slot of a policy opens at the same times in all its forms: calendar, SSM cron, recurEvery, scheduleInfo."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from ansible_collections.hybridops.patching.plugins.module_utils._azure.deployment_schedule_times import (
    schedule_info_from,
    schedule_info_from_api,
    schedule_info_to_api,
    times_of,
)
from ansible_collections.hybridops.patching.plugins.module_utils._core.recur_every import (
    LAST_DAY,
    Recurrence,
    Window,
    format_recur_every,
    parse_recur_every,
    recurrence_of,
)
from ansible_collections.hybridops.patching.plugins.module_utils._core.schedule import GAP, When, ssm_cron
from ansible_collections.hybridops.patching.plugins.module_utils._core.schedule_info import (
    LEAST_AHEAD,
    schedule_info_of,
)
from ansible_collections.hybridops.patching.plugins.module_utils._core.zones import windows_name, zone_of
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tzlocal.windows_tz import tz_win

from tests.unit.aws_policy.test_schedule_forms import COUNT, INSTANTS, WHENS, ZONES, by_calendar, by_sandbox
from tests.unit.core.test_zones import NOT_ALIKE

HOUR = timedelta(hours=1)
WITH_WINDOWS_NAME = sorted(set(ZONES) & set(tz_win) - NOT_ALIKE)


def by_recur_every(text: str, start: str, zone: str, after: datetime) -> list[datetime]:
    """When Update Manager opens a window of this text, local start and Windows zone."""
    window = Window(datetime.fromisoformat(start), HOUR, zone_of(zone), parse_recur_every(text))
    found: list[datetime] = []
    while len(found) < COUNT:
        opens = window.next_after(found[-1] + HOUR if found else after + HOUR)
        assert opens is not None
        found.append(opens)
    return found


@given(when=WHENS, zone_name=st.sampled_from(WITH_WINDOWS_NAME), after=INSTANTS)
@settings(max_examples=150, deadline=None)
@example(When(time(2, 30), "sunday", "last"), "Europe/Zurich", datetime(2026, 9, 1, tzinfo=UTC))
@example(When(time(2, 30)), "Europe/Zurich", datetime(2027, 3, 20, tzinfo=UTC))
@example(When(time(2, 30)), "Europe/Zurich", datetime(2027, 3, 27, 12, tzinfo=UTC))
@example(When(time(2, 30)), "Europe/Zurich", datetime(2026, 10, 20, tzinfo=UTC))
@example(When(time(0, 0)), "Africa/Cairo", datetime(2027, 4, 20, tzinfo=UTC))
def test_all_forms_of_a_slot_open_at_the_same_times(when: When, zone_name: str, after: datetime) -> None:
    zone = ZoneInfo(zone_name)
    info = schedule_info_of(when, zone, after)
    sent = schedule_info_to_api(schedule_info_from(info, zone_name))
    assert sent["timeZone"] == zone_name
    begins = datetime.fromisoformat(sent["startTime"])
    slots = by_calendar(when, zone, begins - timedelta(seconds=1))
    starts = [slot.start for slot in slots]
    assert starts[0] == begins.astimezone(UTC), "the start is an opening"
    skipped = [slot for slot in by_calendar(when, zone, after + LEAST_AHEAD) if slot.start < begins]
    assert all(slot.clock_change == GAP for slot in skipped), "and the first that can be one"

    assert list(islice(times_of(schedule_info_from_api(sent)).runs(begins), COUNT)) == starts
    local = begins.astimezone(zone).strftime("%Y-%m-%d %H:%M")
    text = format_recur_every(recurrence_of(when))
    assert by_recur_every(text, local, windows_name(zone_name), begins - HOUR) == starts
    assert by_sandbox(ssm_cron(when), zone, begins - timedelta(seconds=1)) == starts


RECURRENCES = st.one_of(
    st.builds(lambda every: Recurrence("hour", every), st.integers(6, 35)),
    st.builds(lambda every: Recurrence("day", every), st.integers(1, 35)),
    st.builds(
        lambda every, days: Recurrence("week", every, weekdays=tuple(sorted(days))),
        st.integers(1, 35),
        st.sets(st.integers(0, 6)),
    ),
    st.builds(
        lambda every, days: Recurrence("month", every, days=tuple(sorted(days))),
        st.integers(1, 35),
        st.sets(st.one_of(st.integers(1, 31), st.just(LAST_DAY))),
    ),
    st.builds(
        lambda every, week, day, offset: Recurrence("month", every, weekdays=(day,), week=week, offset=offset),
        st.integers(1, 35),
        st.sampled_from(["first", "second", "third", "fourth", "last"]),
        st.integers(0, 6),
        st.integers(-6, 6),
    ),
)


@given(RECURRENCES)
def test_a_recurrence_that_was_written_is_read_as_it_was(recurrence: Recurrence) -> None:
    assert parse_recur_every(format_recur_every(recurrence)) == recurrence


def test_recurrences_are_written_as_the_api_s_documentation_does() -> None:
    written = [
        Recurrence("hour", 6), Recurrence("day"), Recurrence("day", 3), Recurrence("week"),
        Recurrence("week", 3), Recurrence("week", weekdays=(5, 6)), Recurrence("month", days=(23, 24)),
        Recurrence("month", days=(-1,)), Recurrence("month", weekdays=(6,), week="last"),
        Recurrence("month", weekdays=(1,), week="second", offset=4),
    ]  # fmt: skip
    assert [format_recur_every(each) for each in written] == [
        "6Hours", "Day", "3Days", "Week", "3Weeks", "Week Saturday,Sunday", "Month day23,day24", "Month day-1",
        "Month Last Sunday", "Month Second Tuesday Offset4",
    ]  # fmt: skip
