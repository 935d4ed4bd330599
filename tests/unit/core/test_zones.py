# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of zones, to Windows and back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._core.errors import InputError
from ansible_collections.hybridops.patching.plugins.module_utils._core.zones import (
    iana_name,
    same_zone,
    windows_name,
    zone_of,
)
from tzlocal.windows_tz import tz_win, win_tz

NOT_ALIKE = {"America/Scoresbysund", "Antarctica/Casey", "Antarctica/Vostok"}
"""Zones whose rules have changed since the table says which Windows name they go by."""


@pytest.mark.parametrize(
    ("iana", "windows"),
    [
        ("Europe/Zurich", "W. Europe Standard Time"),
        ("Europe/Kyiv", "FLE Standard Time"),
        ("Asia/Kolkata", "India Standard Time"),
        ("America/New_York", "Eastern Standard Time"),
        ("UTC", "UTC"),
        ("Etc/UTC", "UTC"),
    ],
)
def test_a_zone_has_its_windows_name(iana: str, windows: str) -> None:
    assert windows_name(iana) == windows
    assert windows_name(windows) == windows


def test_windows_knows_its_names_in_whatever_case() -> None:
    assert windows_name("w. EUROPE standard time") == "W. Europe Standard Time"
    assert zone_of("pacific standard time") == ZoneInfo("America/Los_Angeles")


@pytest.mark.parametrize(
    ("given", "meant"), [("Europe/Zurch", "Europe/Zurich"), ("W Europe Standard Time", "W. Europe Standard Time")]
)
def test_a_name_that_nobody_knows_is_told_the_one_that_is_meant(given: str, meant: str) -> None:
    with pytest.raises(InputError, match=f"Europe/Zurich, or as W. Europe .*; did you mean '{meant}'"):
        zone_of(given)


def test_who_wants_a_windows_name_is_told_one() -> None:
    with pytest.raises(InputError, match=r"the Windows name of .*; did you mean 'W. Europe Standard Time'"):
        windows_name("W Europe Standard Time")


def test_each_windows_name_comes_back_from_its_own_zone() -> None:
    assert {name: windows_name(iana_name(name)) for name in win_tz} == {name: name for name in win_tz}


def test_each_zone_keeps_its_clock_or_is_refused() -> None:
    refused, instants = set(), [datetime.now(UTC) + timedelta(days=10 * number) for number in range(150)]
    for name in filter(None, tz_win):
        try:
            back = ZoneInfo(iana_name(windows_name(name)))
        except InputError:
            refused.add(name)
            continue
        own = zone_of(name)
        for at in instants:
            assert at.astimezone(own).utcoffset() == at.astimezone(back).utcoffset()
    assert refused <= NOT_ALIKE


@pytest.mark.parametrize("name", ["Antarctica/Troll", "Antarctica/Casey", "CST6CDT", "Middle Earth", ""])
def test_a_zone_without_a_windows_name_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="timezone"):
        windows_name(name)


def test_one_zone_may_have_two_names() -> None:
    assert same_zone("Etc/UTC", "utc")
    assert same_zone("W. Europe Standard Time", "Europe/Berlin")
    assert same_zone("europe/zurich", "Europe/Zurich")
    assert not same_zone("Europe/Zurich", "Europe/London")
    assert not same_zone("Nowhere", "Elsewhere")
