# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading what has to do with time: environments' slots, exclusions and freezes."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from ..errors import InputError, did_you_mean
from ..schedule import WEEKDAYS, WEEKS, When
from ..zones import iana_name
from .defaults import DURATION, TIMEZONE, cutoff_of
from .fields import NAME, NAME_ALLOWED, Fields
from .located import Located
from .model import Exclusion, Freeze, Slot
from .problems import Problems
from .read_settings import read_match

MAX_DURATION = timedelta(days=1)
TIME_ALLOWED = 'a time of day in quotes, from "00:00" to "23:59"'
INSTANT_ALLOWED = 'a date such as 2027-03-31 or a local time such as "2027-03-31T18:00"'

_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)\Z")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z")


def read_timezone(fields: Fields) -> str:
    """The IANA name of the policy's zone."""
    name = fields.text("timezone", TIMEZONE)
    allowed = "an IANA time zone such as Europe/Zurich or UTC"
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        zones = available_timezones()
        if not zones:
            allowed += "; this machine has no time zone data: install the Python package tzdata"
        fields.wrong("timezone", allowed + (_of_windows(name) or did_you_mean(name, zones)))
        return TIMEZONE
    return name


def _of_windows(name: str) -> str:
    """Which zone is meant by a name that Windows has for it, and Azure with it."""
    with suppress(InputError):
        return f"; did you mean {iana_name(name)!r}?"
    return ""


def read_slot(value: Located, path: str, problems: Problems) -> Slot:
    """One slot."""
    fields = Fields(value, path, problems, ("name", "environment", "when", "duration", "cutoff"))
    duration = fields.duration("duration", timedelta(minutes=1), MAX_DURATION) or DURATION
    cutoff = fields.duration("cutoff", timedelta(0), MAX_DURATION)
    return Slot(
        name=fields.name(),
        environment=fields.text("environment", required=NAME_ALLOWED, pattern=NAME),
        when=_read_when(fields),
        duration=duration,
        cutoff=cutoff_of(duration) if cutoff is None else cutoff,
    )


def _read_when(fields: Fields) -> When:
    if not fields.has("when"):
        fields.missing("when", "a mapping of time, weekday (for weekly) and week (for monthly)")
        return When(time(0, 0))
    when = fields.sub("when", ("week", "weekday", "time"))
    text = when.text("time", required=TIME_ALLOWED, pattern=_TIME)
    week = when.choice("week", WEEKS)
    weekday = when.choice("weekday", WEEKDAYS)
    if week and not when.has("weekday"):
        when.missing("weekday", f"one of {', '.join(WEEKDAYS)}, since week is given")
        week = ""
    return When(time.fromisoformat(text or "00:00"), weekday, week if weekday else "")


def read_exclusion(value: Located, path: str, problems: Problems, zone: tzinfo) -> Exclusion:
    """One exclusion. It has to match something named, so that no slip excludes the whole estate."""
    fields = Fields(value, path, problems, ("match", "reason", "until"))
    match = read_match(fields.get("match"), fields.at("match"), problems)
    if not match.conditions:
        fields.missing("match", "a mapping of what the excluded nodes have in common")
    return Exclusion(
        match,
        fields.text("reason", required="a text that says why"),
        read_instant(fields, "until", zone, end_of_day=True),
    )


def read_freeze(value: Located, path: str, problems: Problems, zone: tzinfo) -> Freeze:
    """One freeze; ``to`` as a date includes that day."""
    fields = Fields(value, path, problems, ("from", "to", "environments", "reason"))
    for key in ("from", "to"):
        if not fields.has(key):
            fields.missing(key, INSTANT_ALLOWED)
    start = read_instant(fields, "from", zone)
    end = read_instant(fields, "to", zone, end_of_day=True)
    if start and end and start >= end:
        fields.wrong("to", "an instant after from")
    return Freeze(
        start or datetime.min.replace(tzinfo=UTC),
        end or datetime.min.replace(tzinfo=UTC),
        fields.texts("environments") or (),
        fields.text("reason", required="a text that says why"),
    )


def read_instant(fields: Fields, key: str, zone: tzinfo, *, end_of_day: bool = False) -> datetime | None:
    """An instant in UTC; without an offset it is the policy's local time. None when the key is not there.

    A date means the beginning of that day, with ``end_of_day`` the end of it.
    """
    if not fields.has(key):
        return None
    text = fields.get(key).text
    try:
        if _DATE.match(text):
            day = date.fromisoformat(text) + timedelta(days=1 if end_of_day else 0)
            return datetime.combine(day, time(0, 0), zone).astimezone(UTC)
        instant = datetime.fromisoformat(text)
        return (instant if instant.tzinfo else instant.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        fields.wrong(key, INSTANT_ALLOWED)
        return None
