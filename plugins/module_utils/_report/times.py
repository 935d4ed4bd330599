# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times of a record: reading ISO 8601, and writing instants and durations for people."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime


def parse_time(text: object) -> datetime | None:
    """Read an ISO 8601 instant as an aware datetime in UTC; None for anything else.

    A time without an offset is taken as UTC, which is what the ledger writes.
    """
    if not isinstance(text, str) or not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            return moment.replace(tzinfo=UTC)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def seconds_between(started: object, finished: object) -> float | None:
    """Seconds from one ISO 8601 instant to another, never negative; None when either is not known."""
    start, end = parse_time(started), parse_time(finished)
    if start is None or end is None:
        return None
    return max(0.0, (end - start).total_seconds())


def first_time(texts: Iterable[object]) -> datetime | None:
    """The earliest instant among ISO 8601 texts, ignoring what is not a time."""
    return min((moment for text in texts if (moment := parse_time(text))), default=None)


def last_time(texts: Iterable[object]) -> datetime | None:
    """The latest instant among ISO 8601 texts, ignoring what is not a time."""
    return max((moment for text in texts if (moment := parse_time(text))), default=None)


def say_duration(seconds: float | None) -> str:
    """A length of time with at most two units, such as ``3 min 05 s``; empty when it is not known."""
    if seconds is None:
        return ""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes:02d} min"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h"


def say_instant(moment: datetime | None) -> str:
    """An instant in UTC to the second, without the zone's name; empty when it is not known."""
    return moment.strftime("%Y-%m-%d %H:%M:%S") if moment else ""


def say_clock(moment: datetime | None) -> str:
    """The time of day in UTC to the second; empty when it is not known."""
    return moment.strftime("%H:%M:%S") if moment else ""
