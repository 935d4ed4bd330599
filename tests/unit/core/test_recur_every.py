# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a window of Update Manager opens next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._core.errors import InputError
from ansible_collections.hybridops.patching.plugins.module_utils._core.recur_every import (
    Window,
    parse_recur_every,
)
from ansible_collections.hybridops.patching.plugins.module_utils._core.zones import zone_of
from hypothesis import given
from hypothesis import strategies as st

BERLIN = "W. Europe Standard Time"
HOURS_4 = timedelta(hours=3, minutes=55)


def opening(recur: str, now: str, start: str = "2026-01-05 02:00", zone: str = "UTC", expires: str = "") -> str:
    """The next opening in UTC as text, empty when there is none. 2026-01-05 is a Monday."""
    window = Window(
        datetime.fromisoformat(start),
        HOURS_4,
        zone_of(zone),
        parse_recur_every(recur) if recur else None,
        datetime.fromisoformat(expires) if expires else None,
    )
    found = window.next_after(datetime.fromisoformat(now).replace(tzinfo=UTC))
    return found.strftime("%Y-%m-%d %H:%M") if found else ""


@pytest.mark.parametrize(
    ("recur", "now", "expected"),
    [
        ("", "2026-01-01 00:00", "2026-01-05 02:00"),
        ("", "2026-01-05 05:54", "2026-01-05 02:00"),
        ("", "2026-01-05 06:00", ""),
        ("Day", "2026-03-01 12:00", "2026-03-02 02:00"),
        ("3Days", "2026-01-06 00:00", "2026-01-08 02:00"),
        ("6Hours", "2026-01-05 06:00", "2026-01-05 08:00"),
        ("35Hours", "2026-01-05 06:00", "2026-01-06 13:00"),
        ("Week", "2026-01-05 06:00", "2026-01-12 02:00"),
        ("Week Saturday,Sunday", "2026-01-05 12:00", "2026-01-10 02:00"),
        ("week saturday, sunday", "2026-01-10 12:00", "2026-01-11 02:00"),
        ("3Weeks", "2026-01-06 00:00", "2026-01-26 02:00"),
        ("Month", "2026-01-06 00:00", "2026-02-05 02:00"),
        ("2Months", "2026-01-06 00:00", "2026-03-05 02:00"),
        ("Month day23,day24", "2026-01-23 12:00", "2026-01-24 02:00"),
        ("Month day31", "2026-02-01 00:00", "2026-03-31 02:00"),
        ("Month Last Sunday", "2026-02-01 12:00", "2026-02-22 02:00"),
        ("Month Fourth Monday", "2026-02-01 12:00", "2026-02-23 02:00"),
        ("Month Second Tuesday Offset4", "2026-11-11 00:00", "2026-11-14 02:00"),
        ("Month Last Sunday Offset-3", "2026-02-01 00:00", "2026-02-19 02:00"),
        ("Month Last Friday Offset6", "2026-02-04 00:00", "2026-02-05 02:00"),
        ("Month First Monday Offset-6", "2026-02-20 00:00", "2026-02-24 02:00"),
    ],
)
def test_it_opens_when_the_api_s_words_say(recur: str, now: str, expected: str) -> None:
    assert opening(recur, now) == expected


def test_nothing_opens_before_the_start() -> None:
    assert opening("Month Last Sunday", "2025-01-01 00:00") == "2026-01-25 02:00"


def test_nothing_opens_after_the_end() -> None:
    assert opening("Day", "2026-01-07 07:00", expires="2026-01-08 02:00") == "2026-01-08 02:00"
    assert opening("Day", "2026-01-08 07:00", expires="2026-01-08 02:00") == ""
    assert opening("6Hours", "2026-01-08 07:00", expires="2026-01-08 02:00") == ""


def test_the_clock_of_the_zone_counts() -> None:
    assert opening("Week Saturday", "2026-03-23 00:00", zone=BERLIN) == "2026-03-28 01:00"
    assert opening("Week Saturday", "2026-03-30 00:00", zone=BERLIN) == "2026-04-04 00:00"


@pytest.mark.parametrize(
    "text",
    [
        "", "Fortnight", "0Days", "Day Monday", "Week Someday", "Month day32", "Month day0", "Month Fifth Monday",
        "Month Last Sunday Offset7", "Month Last Sunday later", "Month Last", "2 Weeks x y",
    ],
)  # fmt: skip
def test_what_is_no_recurrence_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="recurEvery"):
        parse_recur_every(text)


def test_a_zone_that_nobody_knows_is_refused() -> None:
    with pytest.raises(InputError, match="timeZone"):
        zone_of("Middle Earth Standard Time")


RECURRENCES = st.one_of(
    st.integers(1, 35).map(lambda n: f"{n}Days"),
    st.integers(6, 35).map(lambda n: f"{n}Hours"),
    st.integers(1, 5).map(lambda n: f"{n}Weeks Monday,Friday"),
    st.builds(
        lambda n, week, offset: f"{n}Months {week} Tuesday Offset{offset}",
        st.integers(1, 5),
        st.sampled_from(["First", "Second", "Third", "Fourth", "Last"]),
        st.integers(-6, 6),
    ),
    st.lists(st.integers(1, 28), min_size=1, max_size=3).map(lambda days: f"Month {','.join(f'day{d}' for d in days)}"),
)


@given(recur=RECURRENCES, hours=st.integers(0, 24 * 400), zone=st.sampled_from(["UTC", BERLIN, "Korea Standard Time"]))
def test_the_next_opening_is_the_first_that_is_not_over(recur: str, hours: int, zone: str) -> None:
    window = Window(datetime(2026, 1, 6, 2), HOURS_4, zone_of(zone), parse_recur_every(recur))
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
    found = window.next_after(now)
    assert found is not None
    assert found + HOURS_4 > now
    # Seen from any moment between, the same opening is the next one.
    assert window.next_after(now + (found - now) / 2 if found > now else now) == found
    assert window.next_after(found) == found
    # And it was reached from the start by going from one opening to the next.
    walked = window.next_after(datetime(2026, 1, 1, tzinfo=UTC))
    while walked is not None and walked + HOURS_4 <= now:
        walked = window.next_after(walked + HOURS_4)
    assert walked == found
