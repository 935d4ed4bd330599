# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Change Calendar: GetCalendarState over documents of the type ChangeCalendar (iCalendar 2.0)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ..errors import ServiceError
from ..times import moment as time_of
from ..world import Call, operation
from .document_store import DocumentStore


@dataclass(frozen=True, slots=True)
class Calendar:
    """``default_open``: open apart from its events; otherwise closed apart from them."""

    default_open: bool
    events: tuple[tuple[datetime, datetime], ...]

    def open_at(self, moment: datetime) -> bool:
        """Whether changes are allowed then."""
        during = any(start <= moment < end for start, end in self.events)
        return during != self.default_open

    def edges(self) -> list[datetime]:
        """The instants at which the state may change."""
        return sorted({edge for event in self.events for edge in event})


def parse_calendar(text: str) -> Calendar:
    """An iCalendar of Change Calendar: single events, and X-CALENDAR-TYPE. Raises ServiceError for repeated events."""
    unfolded = re.sub(r"\r?\n[ \t]", "", text)
    if "BEGIN:VCALENDAR" not in unfolded:
        raise ServiceError("InvalidDocument", "The document is not an iCalendar")
    kind = re.search(r"^X-CALENDAR-TYPE:(\S+)", unfolded, re.MULTILINE)
    if not kind or kind[1] not in ("DEFAULT_OPEN", "DEFAULT_CLOSED"):
        raise ServiceError("InvalidDocument", "X-CALENDAR-TYPE must be DEFAULT_OPEN or DEFAULT_CLOSED")
    events = []
    for event in re.findall(r"BEGIN:VEVENT(.*?)END:VEVENT", unfolded, re.DOTALL):
        if "\nRRULE" in event:
            raise ServiceError("UnsupportedCalendarException", "The sandbox does not know repeated events")
        start, end = _stamp(event, "DTSTART"), _stamp(event, "DTEND")
        if start:
            events.append((start, end or start + timedelta(days=1)))
    return Calendar(kind[1] == "DEFAULT_OPEN", tuple(events))


def _stamp(event: str, name: str) -> datetime | None:
    found = re.search(rf"^{name}(?:;TZID=([^:;]+))?[^:]*:(\d{{8}})(?:T(\d{{6}})(Z?))?", event, re.MULTILINE)
    if not found:
        return None
    zone, day, clock, utc = found.groups()
    moment = datetime.strptime(f"{day}{clock or '000000'}", "%Y%m%d%H%M%S")
    return moment.replace(tzinfo=ZoneInfo(zone) if zone and not utc else UTC)


def calendar_of(call: Call, name: str) -> Calendar:
    """The calendar of a document, by name or ARN. Raises ServiceError."""
    found = call.store(DocumentStore).get(name)
    if found.kind != "ChangeCalendar":
        raise ServiceError("InvalidDocumentType", f"{name} is not of the type ChangeCalendar")
    return parse_calendar(found.version().content)


@operation("ssm", "GetCalendarState")
def get_calendar_state(call: Call) -> Mapping[str, Any]:
    """OPEN when all named calendars are open, and when that may change next."""
    calendars = [calendar_of(call, name) for name in call.params["CalendarNames"]]
    moment = time_of(call.params["AtTime"]) if call.params.get("AtTime") else call.world.now()

    def is_open(at: datetime) -> bool:
        return all(calendar.open_at(at) for calendar in calendars)

    edges = sorted(edge for calendar in calendars for edge in calendar.edges() if edge > moment)
    change = next((edge for edge in edges if is_open(edge) != is_open(moment)), None)
    return {
        "State": "OPEN" if is_open(moment) else "CLOSED",
        "AtTime": _iso(moment),
        "NextTransitionTime": _iso(change) if change else None,
    }


def _iso(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
