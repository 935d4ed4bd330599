# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lengths of time as ISO 8601 writes them: ``PT3H``, ``PT1H30M``, ``P1DT12H``."""

from __future__ import annotations

import re
from datetime import timedelta

_DURATION = re.compile(
    r"P(?=.)(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?=.)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?\Z"
)
ALLOWED = "a duration such as PT3H, PT1H30M or P1D (ISO 8601, without years and months)"


def parse_duration(text: str) -> timedelta:
    """The length of an ISO 8601 duration. Raises ValueError; years and months have no fixed length and are refused."""
    found = _DURATION.match(text.strip().upper())
    if not found:
        raise ValueError(f"{text!r} is not {ALLOWED}")
    try:
        return timedelta(**{unit: int(count) for unit, count in found.groupdict().items() if count})
    except OverflowError as error:
        raise ValueError(f"{text!r} is longer than any time") from error


def format_duration(length: timedelta) -> str:
    """The shortest ISO 8601 form of a length that is not negative, whole seconds: ``PT3H``, ``P1DT6H``, ``PT0S``."""
    minutes, seconds = divmod(length.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    date = f"{length.days}D" if length.days else ""
    time = "".join(f"{count}{unit}" for count, unit in ((hours, "H"), (minutes, "M"), (seconds, "S")) if count)
    if not date and not time:
        return "PT0S"
    return f"P{date}T{time}" if time else f"P{date}"


def spoken(length: timedelta) -> str:
    """The length in words, for a message: ``3 h``, ``1 h 30 min``, ``2 days``."""
    minutes, seconds = divmod(length.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    parts = [
        f"{length.days} day{'s' if length.days != 1 else ''}" if length.days else "",
        f"{hours} h" if hours else "",
        f"{minutes} min" if minutes else "",
        f"{seconds} s" if seconds else "",
    ]
    return " ".join(part for part in parts if part) or "0 s"
