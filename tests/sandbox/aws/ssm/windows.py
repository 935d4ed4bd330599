# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Maintenance windows: create, read, update, delete, and when they open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from ..errors import ServiceError
from ..paging import page
from ..times import moment
from ..world import Call, World, operation
from .resource_tags import checked_tags
from .schedules import ScheduleError, occurrences, zone
from .timetable import watch

SETTABLE = (
    "Name",
    "Description",
    "StartDate",
    "EndDate",
    "Schedule",
    "ScheduleTimezone",
    "ScheduleOffset",
    "Duration",
    "Cutoff",
    "AllowUnassociatedTargets",
    "Enabled",
)
REQUIRED = ("Name", "Schedule", "Duration", "Cutoff", "AllowUnassociatedTargets")
LIMIT = 50
"""Windows in a region (service quota)."""


@dataclass(slots=True)
class Window:
    """A window with its registered targets and tasks, by id, in the API's form."""

    window_id: str
    settings: dict[str, Any]
    created: datetime
    modified: datetime
    tags: dict[str, str]
    targets: dict[str, dict[str, Any]] = field(default_factory=dict)
    tasks: dict[str, dict[str, Any]] = field(default_factory=dict)

    def openings(self, after: datetime) -> Iterator[datetime]:
        """When it opens after an instant; never while it is disabled."""
        if not self.settings["Enabled"]:
            return
        start, end = _moment(self.settings.get("StartDate")), _moment(self.settings.get("EndDate"))
        moments = occurrences(
            self.settings["Schedule"],
            self.settings.get("ScheduleTimezone"),
            max(after, start) if start else after,
            # A rate does not count from a start date in the past.
            max(start, self.created) if start else self.created,
            int(self.settings.get("ScheduleOffset") or 0),
        )
        for opening in moments:
            if end and opening > end:
                return
            yield opening


class WindowStore:
    """The windows of an account in a region; what client tokens were used for."""

    def __init__(self, world: World, account: str, region: str) -> None:
        self.windows: dict[str, Window] = {}
        self.tokens: dict[str, tuple[str, Mapping[str, Any]]] = {}

    def get(self, window_id: str) -> Window:
        """By id. Raises ServiceError."""
        if window_id not in self.windows:
            raise ServiceError("DoesNotExistException", f"Maintenance window {window_id} does not exist")
        return self.windows[window_id]

    def repeated(self, call: Call) -> str | None:
        """What an earlier request with the same client token made. Raises ServiceError when that one was different."""
        asked = {name: value for name, value in call.params.items() if name != "ClientToken"}
        made, before = self.tokens.get(str(call.params.get("ClientToken") or ""), ("", asked))
        if before != asked:
            raise ServiceError("IdempotentParameterMismatch", "The client token was used with other parameters")
        return made or None

    def remember(self, call: Call, made: str) -> None:
        """Keep what the call's client token made."""
        if call.params.get("ClientToken"):
            asked = {name: value for name, value in call.params.items() if name != "ClientToken"}
            self.tokens[call.params["ClientToken"]] = (made, asked)


def _moment(text: str | None) -> datetime | None:
    return moment(text) if text else None


def _check(settings: Mapping[str, Any], now: datetime) -> None:
    if settings["Cutoff"] >= settings["Duration"]:
        raise ServiceError("ValidationException", "Cutoff must be less than Duration")
    _moment(settings.get("StartDate"))
    _moment(settings.get("EndDate"))
    try:
        zone(settings.get("ScheduleTimezone"))
        next(
            occurrences(
                settings["Schedule"],
                settings.get("ScheduleTimezone"),
                now,
                now,
                int(settings.get("ScheduleOffset") or 0),
            ),
            None,
        )
    except ScheduleError as error:
        raise ServiceError("ValidationException", f"Invalid schedule: {error}") from None


def written(moment: datetime) -> str:
    """An instant as windows show it: minutes, with the offset of its zone."""
    offset = moment.strftime("%z")
    return f"{moment:%Y-%m-%dT%H:%M}" + ("Z" if offset in ("+0000", "") else f"{offset[:3]}:{offset[3:]}")


def _shape(call: Call, window: Window) -> dict[str, Any]:
    upcoming = next(window.openings(call.world.now()), None)
    return {
        "WindowId": window.window_id,
        **window.settings,
        "NextExecutionTime": written(upcoming) if upcoming else None,
    }


@operation("ssm", "CreateMaintenanceWindow")
def create_maintenance_window(call: Call) -> Mapping[str, Any]:
    """Create one; it is enabled."""
    store, now = call.store(WindowStore), call.world.now()
    before = store.repeated(call)
    if before:
        return {"WindowId": before}
    if len(store.windows) >= LIMIT:
        raise ServiceError(
            "ResourceLimitExceededException", f"At most {LIMIT} maintenance windows are allowed in a region"
        )
    settings = {name: call.params[name] for name in SETTABLE if call.params.get(name) is not None} | {"Enabled": True}
    _check(settings, now)
    tags = checked_tags(call.params.get("Tags") or [], {})
    window_id = call.world.new_id("mw-")
    store.windows[window_id] = Window(window_id, settings, now, now, tags)
    store.remember(call, window_id)
    watch(call.world)
    return {"WindowId": window_id}


@operation("ssm", "GetMaintenanceWindow")
def get_maintenance_window(call: Call) -> Mapping[str, Any]:
    """One window, with when it opens next."""
    window = call.store(WindowStore).get(call.params["WindowId"])
    return _shape(call, window) | {"CreatedDate": window.created, "ModifiedDate": window.modified}


@operation("ssm", "UpdateMaintenanceWindow")
def update_maintenance_window(call: Call) -> Mapping[str, Any]:
    """Change one: what is left out stays, or with ``Replace`` goes."""
    window, now = call.store(WindowStore).get(call.params["WindowId"]), call.world.now()
    settings = updated(call, window.settings, SETTABLE, REQUIRED)
    settings.setdefault("Enabled", True)
    _check(settings, now)
    window.settings, window.modified = settings, now
    return {"WindowId": window.window_id, **settings}


def updated(call: Call, before: Mapping[str, Any], settable: Sequence[str], required: Sequence[str]) -> dict[str, Any]:
    """Settings after an update. Raises ServiceError when ``Replace`` is asked for without what is required."""
    changes = {name: call.params[name] for name in settable if call.params.get(name) is not None}
    if not call.params.get("Replace"):
        return {**before, **changes}
    absent = [name for name in required if name not in changes]
    if absent:
        raise ServiceError("ValidationException", f"{absent[0]} is required with Replace")
    return {name: value for name, value in before.items() if name not in settable} | changes


@operation("ssm", "DeleteMaintenanceWindow")
def delete_maintenance_window(call: Call) -> Mapping[str, Any]:
    """Delete one with its targets and tasks; one that is not there is deleted."""
    call.store(WindowStore).windows.pop(call.params["WindowId"], None)
    return {"WindowId": call.params["WindowId"]}


def filtered(call: Call, items: Sequence[dict[str, Any]], allowed: Sequence[str]) -> list[dict[str, Any]]:
    """The items that meet the call's filters. Raises ServiceError for a key that is not ``allowed``."""
    found = list(items)
    for entry in call.params.get("Filters") or []:
        key, values = str(entry.get("Key")), entry.get("Values") or []
        if key not in allowed:
            raise ServiceError("ValidationException", f"Invalid filter key {key}; valid are {', '.join(allowed)}")
        wanted = {str(value).lower() for value in values} if key == "Enabled" else set(values)
        found = [
            item for item in found if (str(item.get(key)).lower() if key == "Enabled" else str(item.get(key))) in wanted
        ]
    return found


@operation("ssm", "DescribeMaintenanceWindows")
def describe_maintenance_windows(call: Call) -> Mapping[str, Any]:
    """All windows, by name or whether enabled."""
    shapes = [_shape(call, window) for window in call.store(WindowStore).windows.values()]
    kept = (
        "WindowId",
        "Name",
        "Description",
        "Enabled",
        "Duration",
        "Cutoff",
        "Schedule",
        "ScheduleTimezone",
        "ScheduleOffset",
        "StartDate",
        "EndDate",
        "NextExecutionTime",
    )
    found = filtered(call, [{name: shape.get(name) for name in kept} for shape in shapes], ("Name", "Enabled"))
    shown, token = page(call, found, 50)
    return {"WindowIdentities": shown, "NextToken": token}


def upcoming(window: Window, after: datetime, number: int) -> list[datetime]:
    """The next ``number`` openings."""
    return list(islice(window.openings(after), number))
