# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ISO 8601 durations, read and written."""

from __future__ import annotations

from datetime import timedelta

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._core.durations import (
    format_duration,
    parse_duration,
    spoken,
)
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("PT3H", timedelta(hours=3)),
        ("pt1h30m", timedelta(minutes=90)),
        ("P1DT12H", timedelta(hours=36)),
        ("P2W", timedelta(days=14)),
        ("PT02H00M00S", timedelta(hours=2)),
        ("PT90M", timedelta(minutes=90)),
        ("PT0S", timedelta(0)),
    ],
)
def test_reads(text: str, length: timedelta) -> None:
    assert parse_duration(text) == length


@pytest.mark.parametrize("text", ["", "P", "PT", "3H", "PT3", "P1M", "P1Y", "PT-3H", "3:00", "P1DT", "P9999999999999D"])
def test_refuses(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_duration(text)


@given(st.integers(min_value=0, max_value=10**8))
def test_what_is_written_is_read_back(seconds: int) -> None:
    length = timedelta(seconds=seconds)
    assert parse_duration(format_duration(length)) == length


def test_words() -> None:
    assert spoken(timedelta(hours=1, minutes=30)) == "1 h 30 min"
    assert spoken(timedelta(days=1)) == "1 day"
    assert spoken(timedelta(days=2, seconds=5)) == "2 days 5 s"
    assert spoken(timedelta(0)) == "0 s"
