# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Schedule expressions of Systems Manager, as far as its user guide states their form ("Cron and rate expressions")."""

from __future__ import annotations

import re
from datetime import datetime

from .._core.errors import InputError

FORMS = (
    "cron(minutes hours day-of-month month day-of-week year), rate(1 hour), rate(30 minutes) and the like, or "
    "at(yyyy-mm-ddThh:mm:ss)"
)
_RATE = re.compile(r"1 +(minute|hour|day)|(?!1 )[1-9]\d* +(minutes|hours|days)")


def check_schedule(option: str, schedule: str | None) -> None:
    """Raise InputError for what is no schedule. Nothing and an empty text are none at all."""
    if schedule and not _is_schedule(schedule.strip()):
        raise InputError(option, schedule, FORMS)


def is_rate(schedule: str) -> bool:
    """Whether a schedule counts time instead of reading the clock."""
    return schedule.strip().startswith("rate(")


def _is_schedule(schedule: str) -> bool:
    found = re.fullmatch(r"(cron|rate|at)\((.*)\)", schedule)
    if not found:
        return False
    kind, inner = found[1], found[2].strip()
    if kind == "cron":
        # A seventh field, the seconds, may stand before the others.
        return len(inner.split()) in (6, 7)
    if kind == "rate":
        return _RATE.fullmatch(inner) is not None
    return re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", inner) is not None and is_moment(inner)


def is_moment(text: str) -> bool:
    """Whether a text is a date and time in ISO 8601."""
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
