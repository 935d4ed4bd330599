# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be done so that a maintenance configuration is as wanted: the plan of its module."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from .._core.change_set import ChangeSet, Step
from .._core.errors import InputError
from .maintenance_check import check_required, check_together
from .maintenance_ids import name_of_id
from .maintenance_model import (
    FLAG,
    GUEST,
    PARAMETERS,
    PATCH_MODE,
    TEXTS,
    configuration_to_api,
    new_configuration,
    same_list,
)
from .maintenance_window import can_start, moved_start, same_member, same_openings
from .resource_tags import tags_after

PUT, DELETE, UNASSIGN = "put_configuration", "delete_configuration", "delete_assignment"

Values = Mapping[str, Any]


def plan_present(
    current: Values | None,
    wanted: Values,
    resource_id: str,
    now: datetime,
    *,
    purge_tags: bool = True,
    purge_extension_properties: bool = True,
) -> ChangeSet:
    """Make or change a configuration; what is not wanted stays. Raises InputError.

    ``current``: as :func:`.maintenance_model.configuration_from_api` gives it, None when there is none.
    """
    resource = f"maintenance configuration {name_of_id(resource_id)}"
    if current is None:
        after = new_configuration(resource_id, wanted)
        check_required(after)
        after["maintenance_window"] = _window_to_write(after, now)
        return ChangeSet({}, after, (Step(PUT, {"request": configuration_to_api(after, {})}, resource_id),), resource)
    before = as_shown(current)
    after = _changed(before, wanted, now, purge_tags=purge_tags, purge_properties=purge_extension_properties)
    if after == before:
        return ChangeSet(before, before, (), resource)
    request = configuration_to_api(after, current["raw"])
    return ChangeSet(before, after, (Step(PUT, {"request": request}, before["id"]),), resource)


def plan_absent(current: Values | None, assignments: Sequence[str] = (), *, unassign: bool = False) -> ChangeSet:
    """Delete a configuration, with ``unassign`` its assignments (their ids) before it. Raises InputError."""
    if current is None:
        return ChangeSet()
    if assignments and not unassign:
        named = ", ".join(sorted(assignments)[:20]) + (" and more" if len(assignments) > 20 else "")
        allowed = f"absent once nothing is assigned to {current['name']}, or with delete_assignments: {named}"
        raise InputError("state", "absent", allowed)
    steps = [Step(UNASSIGN, {}, assignment) for assignment in sorted(assignments)]
    resource = f"maintenance configuration {current['name']}"
    return ChangeSet(as_shown(current), {}, (*steps, Step(DELETE, {}, current["id"])), resource)


def as_shown(configuration: Values) -> dict[str, Any]:
    """A configuration that was read, as a module returns it."""
    return {name: value for name, value in configuration.items() if name != "raw"}


def _changed(
    before: Values, wanted: Values, now: datetime, *, purge_tags: bool, purge_properties: bool
) -> dict[str, Any]:
    _refuse_moves(before, wanted)
    after = {**before, **{name: wanted[name] for name in TEXTS if name in wanted and _differs(name, wanted, before)}}
    if "extension_properties" in wanted:
        after["extension_properties"] = _properties(before, wanted["extension_properties"], purge_properties)
    after["install_patches"] = _patches(before["install_patches"], wanted.get("install_patches") or {})
    if "tags" in wanted:
        after["tags"] = tags_after(before["tags"], wanted["tags"], purge_tags)
    window = _window(before["maintenance_window"], wanted.get("maintenance_window") or {}, now)
    if window != before["maintenance_window"]:
        after["maintenance_window"] = window
        after["maintenance_window"] = _window_to_write(after, now)
    return after


def _refuse_moves(before: Values, wanted: Values) -> None:
    """A resource's location never changes, and what a configuration is for decides what may be assigned to it."""
    place = str(wanted.get("location", before["location"]))
    if place.replace(" ", "").lower() != str(before["location"]).replace(" ", "").lower():
        allowed = f"{before['location']}, where the configuration is; delete it to make it elsewhere"
        raise InputError("location", place, allowed)
    if _differs("maintenance_scope", wanted, before):
        allowed = f"{before['maintenance_scope']}, as the configuration has it; delete it to make it for another"
        raise InputError("maintenance_scope", wanted["maintenance_scope"], allowed)


def _differs(name: str, wanted: Values, before: Values) -> bool:
    return name in wanted and str(wanted[name]).lower() != str(before[name]).lower()


def _properties(before: Values, wanted: Mapping[str, str], purge: bool) -> dict[str, str]:
    """Extension properties by their name in any case; the patch mode is never taken away from what needs it."""
    current = before["extension_properties"]
    named = {name.lower(): value for name, value in wanted.items()}
    after = {}
    for name, value in current.items():
        chosen = named.pop(name.lower(), None)
        if chosen is not None:
            is_mode = name.lower() == PATCH_MODE.lower()
            after[name] = value if is_mode and chosen.casefold() == value.casefold() else chosen
        elif not purge or (name.lower() == PATCH_MODE.lower() and before["maintenance_scope"] == GUEST):
            after[name] = value
    return after | {name: value for name, value in wanted.items() if name.lower() in named}


def _patches(before: Values, wanted: Values) -> dict[str, Any]:
    after = {**before, "reboot_setting": wanted.get("reboot_setting", before["reboot_setting"])}
    for name in PARAMETERS:
        after[name] = dict(before[name])
        for key, value in (wanted.get(name) or {}).items():
            if key == FLAG or not same_list(key, value, before[name][key]):
                after[name][key] = value
    return after


def _window(before: Mapping[str, str], wanted: Mapping[str, str], now: datetime) -> dict[str, str]:
    """The window with what differs of the wanted one.

    A start that has passed is no difference when the window opens as that start says: the service would not take the
    old one, and the one that it has may have been moved.
    """
    chosen = {name: value for name, value in wanted.items() if not same_member(name, value, before[name])}
    after = {**before, **chosen}
    if set(chosen) == {"start_date_time"} and after["recur_every"] and not can_start(after, now):
        return dict(before) if same_openings(after, before, now) else after
    return after


def _window_to_write(configuration: Values, now: datetime) -> dict[str, str]:
    """A window that was changed, with a start that the service takes. Raises InputError."""
    window: dict[str, str] = dict(configuration["maintenance_window"])
    if configuration["maintenance_scope"] != GUEST or not window["start_date_time"]:
        return window
    moved = bool(window["recur_every"]) and not can_start(window, now)
    if not moved:
        check_together(window, now, moved=False)
        return window
    window["start_date_time"] = moved_start(window, now)
    check_together(window, now, moved=True)
    return window
