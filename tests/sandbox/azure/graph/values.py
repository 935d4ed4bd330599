# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values of a query: null is None, dynamic values are JSON's, instants have a zone.

Kusto Query Language reference: "Scalar data types", "Null values", "The dynamic data type".
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

TYPES = {str: "string", bool: "bool", int: "long", float: "real", datetime: "datetime", timedelta: "timespan"}
_SPAN = re.compile(r"(-)?(?:(\d+)\.)?(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,7}))?)?")


def text_of(value: Any) -> str:
    """``tostring``: ``""`` for null, JSON for bags and arrays."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return show_instant(value)
    if isinstance(value, timedelta):
        return show_span(value)
    if isinstance(value, (dict, list)):
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return str(value)


def parse_instant(text: str) -> datetime | None:
    """An instant as ISO 8601 writes it, with up to seven digits of a second; UTC unless it says otherwise."""
    cut = re.sub(r"(\.\d{6})\d+", r"\1", text.strip().replace(" ", "T", 1))
    try:
        found = datetime.fromisoformat(cut)
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)


def show_instant(value: datetime) -> str:
    """As Resource Graph shows it."""
    return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}0Z"


def parse_span(text: str) -> timedelta:
    """A span as ``[d.]hh:mm[:ss[.fffffff]]``. Raises ValueError."""
    found = _SPAN.fullmatch(text.strip())
    if not found:
        raise ValueError(text)
    sign, days, hours, minutes, seconds, parts = found.groups()
    micros = int((parts or "0").ljust(7, "0")) // 10
    span = timedelta(
        days=int(days or 0), hours=int(hours), minutes=int(minutes), seconds=int(seconds or 0), microseconds=micros
    )
    return -span if sign else span


def show_span(value: timedelta) -> str:
    """``[d.]hh:mm:ss[.fffffff]``."""
    whole = abs(value)
    hours, rest = divmod(whole.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    sign, days = "-" if value < timedelta(0) else "", f"{whole.days}." if whole.days else ""
    parts = f".{whole.microseconds:06d}0" if whole.microseconds else ""
    return f"{sign}{days}{hours:02d}:{minutes:02d}:{seconds:02d}{parts}"


def equal(left: Any, right: Any) -> bool | None:
    """``==``: null when both are null; a number and a text in a dynamic value are not the same."""
    if left is None or right is None:
        return None if left is right else False
    if isinstance(left, bool) != isinstance(right, bool):
        return False
    return bool(left == right)


def less(left: Any, right: Any) -> bool | None:
    """``<``: null when one is null or when they cannot be compared."""
    if left is None or right is None:
        return None
    try:
        return bool(left < right)
    except TypeError:
        return None


def has_term(hay: str, needle: str) -> bool:
    """``has``: a whole term, without regard to case."""
    hay, needle = hay.lower(), needle.lower()
    place = hay.find(needle)
    while needle and place >= 0:
        end = place + len(needle)
        before = place > 0 and hay[place - 1].isalnum() and needle[0].isalnum()
        after = end < len(hay) and hay[end].isalnum() and needle[-1].isalnum()
        if not before and not after:
            return True
        place = hay.find(needle, place + 1)
    return not needle


def shown(value: Any) -> Any:
    """A value as the answer's JSON has it."""
    if isinstance(value, datetime):
        return show_instant(value)
    return show_span(value) if isinstance(value, timedelta) else value
