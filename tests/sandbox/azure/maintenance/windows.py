# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Maintenance windows: what the service takes, and when they open.

Sources: MaintenanceConfiguration of the API (its members' descriptions), "Maintenance configurations" and "Schedule
recurring updates" (Azure documentation) for the limits of the scope InGuestPatch.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tzlocal.windows_tz import win_tz

from ..recurrence import LAST, Rate, Recurring
from .errors import invalid_window

SHORTEST, LONGEST = timedelta(hours=1, minutes=30), timedelta(hours=3, minutes=55)
AHEAD = timedelta(minutes=15)
"""A window has to be so far away when it is made or moved."""
EVERY = {"Hour": (6, 35), "Day": (1, 35), "Week": (1, 35), "Month": (1, 35)}
MOST_OFFSET = 6
MONTH_DAYS = (LAST, *range(1, 32))
"""The API's description does not name -1, the last day; Microsoft's own migration runbook writes it."""
NEVER = "9999-12-31 23:59:59"
"""The expiration of a window that names none."""

_WEEKDAYS = tuple(calendar.day_name)
_WEEKS = ("First", "Second", "Third", "Fourth", "Last")
_RATE = re.compile(r"(\d*)(Hour|Day|Week|Month)s?(?: (.+))?")
_MONTH_DAY = re.compile(r"day(-1|\d{1,2})")
_NTH = re.compile(rf"({'|'.join(_WEEKS)}) ({'|'.join(_WEEKDAYS)})(?: Offset(-?\d+))?")
_DURATION = re.compile(r"(\d{2}):([0-5]\d)")
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}(:\d{2})?")


def parse_rate(text: str) -> Rate:
    """``recurEvery``. Raises the service's refusal."""
    found = _RATE.fullmatch(text)
    if found is None:
        raise invalid_window(f"'{text}' is not a valid value of recurEvery.")
    unit, every = found[2], int(found[1] or 1)
    least, most = EVERY[unit]
    if not least <= every <= most:
        raise invalid_window(f"The recurrence '{text}' is not allowed: {unit} has to be from {least} to {most}.")
    return _detailed(Rate(unit, every), (found[3] or "").strip(), text)


def _detailed(rate: Rate, rest: str, text: str) -> Rate:
    nth = _NTH.fullmatch(rest)
    parts = [part.strip() for part in rest.split(",")] if rest else []
    if rate.unit == "Week" and all(part in _WEEKDAYS for part in parts):
        return Rate(rate.unit, rate.every, tuple(_WEEKDAYS.index(part) for part in parts))
    if rate.unit == "Month" and not rest:
        raise invalid_window("Monthly maintenance window is missing day of month or week of month.")
    if rate.unit == "Month" and nth and abs(int(nth[3] or 0)) <= MOST_OFFSET:
        week = LAST if nth[1] == "Last" else _WEEKS.index(nth[1]) + 1
        return Rate(rate.unit, rate.every, (_WEEKDAYS.index(nth[2]),), (), week, int(nth[3] or 0))
    days = [int(day[1]) for part in parts if (day := _MONTH_DAY.fullmatch(part)) and int(day[1]) in MONTH_DAYS]
    if rate.unit == "Month" and len(days) == len(parts):
        return Rate(rate.unit, rate.every, days=tuple(days))
    if rate.unit in ("Hour", "Day") and not rest:
        return rate
    raise invalid_window(f"'{text}' is not a valid value of recurEvery.")


def parse_window(window: Mapping[str, Any]) -> Recurring:
    """``maintenanceWindow`` of the scope InGuestPatch. Raises the service's refusal."""
    start, zone = window.get("startDateTime"), window.get("timeZone")
    if not start or not zone:
        raise invalid_window("startDateTime and timeZone are required.")
    if zone != "UTC" and zone not in win_tz:
        raise invalid_window(f"The time zone '{zone}' is not valid.")
    _check_duration(str(window.get("duration") or "03:55"))
    expires = window.get("expirationDateTime") or NEVER
    begin, end = _instant(str(start), "startDateTime"), _instant(str(expires), "expirationDateTime")
    if end <= begin:
        raise invalid_window("expirationDateTime has to be later than startDateTime.")
    recurs = window.get("recurEvery")
    return Recurring(begin, end, zone_of(str(zone)), parse_rate(str(recurs)) if recurs else None)


def zone_of(name: str) -> ZoneInfo:
    """The zone that Windows calls so."""
    return ZoneInfo("UTC" if name == "UTC" else win_tz[name])


def _check_duration(text: str) -> None:
    found = _DURATION.fullmatch(text)
    if found is None:
        raise invalid_window(f"The duration '{text}' is not valid: HH:mm is expected.")
    duration = timedelta(hours=int(found[1]), minutes=int(found[2]))
    if not SHORTEST <= duration <= LONGEST:
        raise invalid_window(f"The duration '{text}' has to be from 01:30 to 03:55 for the scope InGuestPatch.")


def _instant(text: str, member: str) -> datetime:
    try:
        if _INSTANT.fullmatch(text):
            return datetime.fromisoformat(text)
    except ValueError:
        pass
    raise invalid_window(f"The value '{text}' of {member} is not valid: YYYY-MM-DD hh:mm is expected.")
