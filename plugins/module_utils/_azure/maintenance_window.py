# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The window of a maintenance configuration: its members, when it opens, and which start the service would take.

The service takes a start that is at least 15 minutes ahead. A window that recurs and began long ago is the same window
with any later opening as its start, so a start that has passed is replaced by the next opening that keeps the rhythm.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import count, islice
from typing import Any
from zoneinfo import ZoneInfo

from .._core.errors import InputError
from .._core.recur_every import MONTH, Window, format_recur_every, parse_recur_every
from .._core.schedule import GAP, clock_change
from .._core.zones import same_zone, zone_of

MEMBERS: Mapping[str, str] = {
    "start_date_time": "startDateTime",
    "expiration_date_time": "expirationDateTime",
    "duration": "duration",
    "time_zone": "timeZone",
    "recur_every": "recurEvery",
}
"""What a window has, and what the API calls it."""

LONGEST = timedelta(hours=3, minutes=55)
"""The longest window for patches inside the guest; one that names no duration has this."""

LEAD = timedelta(minutes=15)
"""How far ahead a start has to be ("Scheduled patching": maintenance window)."""

_NEVER = 9999
"""The year of the expiration of a window that does not expire."""

_COMPARED = 24
"""Openings that two windows have to have in common to be the same."""

_TRIED = 60
"""Openings that are tried as a start."""


def window_from_api(raw: Mapping[str, Any]) -> dict[str, str]:
    """Every member of a window in a stable form, empty where the service names none."""
    return {name: stable_member(name, str(raw.get(member) or "")) for name, member in MEMBERS.items()}


def stable_member(name: str, text: str) -> str:
    """A member in the form in which members are compared; a text that cannot be read stays as it is."""
    text = text.strip()
    if name == "time_zone" and text.upper() == "UTC":
        return "UTC"
    try:
        if name == "duration" and text:
            return written_duration(read_duration(text))
        if name in ("start_date_time", "expiration_date_time") and text:
            moment = read_moment(text)
            if name == "expiration_date_time" and moment.year == _NEVER:
                return ""
            return written_moment(moment)
        if name == "recur_every" and text:
            return format_recur_every(parse_recur_every(text))
    except (InputError, ValueError):
        pass
    return text


def same_member(name: str, wanted: str, current: str) -> bool:
    """Whether two stable forms of a member mean the same."""
    return wanted == current or (name == "time_zone" and same_zone(wanted, current))


def read_moment(text: str) -> datetime:
    """A local date and time, ``YYYY-MM-DD hh:mm``. Raises ValueError for anything else, and for one with an offset."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is not None or len(text) <= len("YYYY-MM-DD"):
        raise ValueError(f"{text!r} is no local date and time")
    return moment


def written_moment(moment: datetime) -> str:
    """A local date and time as the API writes it."""
    return moment.strftime("%Y-%m-%d %H:%M")


def read_duration(text: str) -> timedelta:
    """``hh:mm``, with or without seconds. Raises ValueError for anything else."""
    parts = text.split(":")
    if len(parts) not in (2, 3) or not all(part.isdecimal() for part in parts) or any(int(p) > 59 for p in parts[1:]):
        raise ValueError(f"{text!r} is no duration")
    return timedelta(hours=int(parts[0]), minutes=int(parts[1]))


def written_duration(length: timedelta) -> str:
    """A duration as the API writes it."""
    hours, minutes = divmod(int(length.total_seconds()) // 60, 60)
    return f"{hours:02d}:{minutes:02d}"


def window_of(values: Mapping[str, Any]) -> Window:
    """The window that its members describe. Raises InputError for what cannot be read."""
    texts = {name: str(values.get(name) or "") for name in MEMBERS}
    recurs, expires = texts["recur_every"], texts["expiration_date_time"]
    try:
        return Window(
            read_moment(texts["start_date_time"]),
            read_duration(texts["duration"]) if texts["duration"] else LONGEST,
            zone_of(texts["time_zone"] or "UTC"),
            parse_recur_every(recurs) if recurs else None,
            read_moment(expires) if expires else None,
        )
    except ValueError as error:
        raise InputError("maintenance_window", texts, "a window whose members can be read") from error


def opens_when(values: Mapping[str, Any], since: datetime, number: int) -> list[str]:
    """The next openings in UTC, not more than ``number``; none for a window that cannot be read."""
    try:
        window = window_of(values)
    except InputError:
        return []
    return [opens.isoformat() for opens in islice(window.openings_from(since), number)]


def can_start(values: Mapping[str, Any], now: datetime) -> bool:
    """Whether the service would take the start now."""
    window = window_of(values)
    return window.start.replace(tzinfo=window.zone) >= now + LEAD


def same_openings(one: Mapping[str, Any], other: Mapping[str, Any], now: datetime) -> bool:
    """Whether two windows that can be read open at the same times from now on, as far as can still be changed."""
    return _openings(window_of(one), now + LEAD) == _openings(window_of(other), now + LEAD)


def moved_start(values: Mapping[str, Any], now: datetime) -> str:
    """The start for a window that recurs and whose own has passed or is too near: the next opening, as it is written.

    Raises InputError when the window never opens again.
    """
    window = window_of(values)
    for start in _starts(window, now + LEAD):
        if clock_change(start, window.zone) != GAP and _keeps_rhythm(window, start):
            return written_moment(start)
    raise InputError(
        "maintenance_window.start_date_time", values["start_date_time"], "a start after which the window still opens"
    )


def _starts(window: Window, since: datetime) -> Iterator[datetime]:
    """Starts to try: the next openings, then the old start moved by whole periods."""
    for opens in islice(window.openings_from(since), _TRIED):
        yield opens.astimezone(window.zone).replace(tzinfo=None)
    if window.recurrence is not None and window.recurrence.unit == MONTH:
        later = (_months_later(window.start, number * window.recurrence.every) for number in count(1))
        yield from islice((start for start in later if start.replace(tzinfo=window.zone) >= since), _TRIED)


def _keeps_rhythm(window: Window, start: datetime) -> bool:
    """Whether the window opens from the new start on as it would with its old one."""
    moved = Window(start, window.duration, window.zone, window.recurrence, window.expires)
    since = _instant(start, window.zone)
    return _openings(moved, since) == _openings(window, since) != []


def _openings(window: Window, since: datetime) -> list[datetime]:
    return list(islice(window.openings_from(since), _COMPARED))


def _months_later(start: datetime, months: int) -> datetime:
    """The first of a later month at the same time: the recurrence names its days itself."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return start.replace(year=year, month=month + 1, day=1)


def _instant(local: datetime, zone: ZoneInfo) -> datetime:
    return local.replace(tzinfo=zone)
