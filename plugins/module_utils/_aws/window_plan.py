# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be done so that a maintenance window is as wanted: the plan of ``ssm_maintenance_window``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .._core.change_set import ChangeSet, Step
from .._core.errors import MissingInput
from .resource_tags import tag_steps, tags_after
from .window_check import check_times
from .window_contents_plan import Contents, plan_contents, shown
from .window_model import EMPTY, MEMBERS, REQUIRED, new_settings, same_setting, settings_to_api

CREATE, UPDATE, DELETE = "create_maintenance_window", "update_maintenance_window", "delete_maintenance_window"


def plan_present(
    current: Mapping[str, Any] | None,
    wanted: Mapping[str, Any],
    *,
    tags: Mapping[str, str] | None,
    purge_tags: bool,
    purge_targets: bool,
    purge_tasks: bool,
) -> ChangeSet:
    """Make or change the window with what is in it; what is not wanted stays. Raises PatchingError."""
    contents = plan_contents(
        current or {"targets": [], "tasks": []}, wanted, purge_targets=purge_targets, purge_tasks=purge_tasks
    )
    if current is None:
        return _plan_new(wanted, contents, tags or {})
    changes = {name: wanted[name] for name in MEMBERS if name in wanted}
    changes = {name: value for name, value in changes.items() if not same_setting(name, value, current[name])}
    settings = {**{name: current[name] for name in MEMBERS}, **changes}
    if changes:
        check_times(settings)
    labels = [] if tags is None else tag_steps(current["tags"], tags, purge_tags)
    after = {
        "window_id": current["window_id"],
        **settings,
        **shown(contents.targets, contents.tasks),
        "tags": current["tags"] if tags is None else tags_after(current["tags"], tags, purge_tags),
    }
    steps = _around(changes, settings, [*contents.steps, *labels])
    return ChangeSet(as_shown(current), after, tuple(steps), f"maintenance window {current['name']}")


def plan_absent(current: Mapping[str, Any] | None) -> ChangeSet:
    """Delete the window with what is in it."""
    if current is None:
        return ChangeSet()
    return ChangeSet(as_shown(current), {}, (Step(DELETE),), f"maintenance window {current['name']}")


def as_shown(window: Mapping[str, Any]) -> dict[str, Any]:
    """A window that was read, in the form of a change set: what is planned, without what time alone changes."""
    return {
        "window_id": window["window_id"],
        **{name: window[name] for name in MEMBERS},
        **shown(window["targets"], window["tasks"]),
        "tags": dict(window["tags"]),
    }


def _plan_new(wanted: Mapping[str, Any], contents: Contents, tags: Mapping[str, str]) -> ChangeSet:
    """A new window is enabled, so one that is not to be is disabled while there is nothing in it that could run."""
    for name in ("name", *REQUIRED):
        if name not in wanted:
            raise MissingInput(name, "a new window needs it")
    settings = new_settings(wanted)
    request = settings_to_api(settings)
    enabled = request.pop("Enabled")
    disable = () if enabled else (Step(UPDATE, {"request": {"Enabled": False}}),)
    after = {"window_id": "", **settings, **shown(contents.targets, contents.tasks), "tags": dict(tags)}
    steps = (Step(CREATE, {"request": request}), *disable, *contents.steps)
    return ChangeSet({}, after, steps, f"maintenance window {wanted['name']}")


def _around(changes: Mapping[str, Any], settings: Mapping[str, Any], inside: Sequence[Step]) -> list[Step]:
    """The steps with the settings in their place: disabled before anything else changes, enabled when all is done."""
    if not changes:
        return list(inside)
    if not changes.get("enabled") or not inside:
        return [_update(changes, settings), *inside]
    first = {name: value for name, value in changes.items() if name != "enabled"}
    before = [_update(first, {**settings, "enabled": False})] if first else []
    return [*before, *inside, Step(UPDATE, {"request": {"Enabled": True}})]


def _update(changes: Mapping[str, Any], settings: Mapping[str, Any]) -> Step:
    """Only with ``Replace`` and everything else can something be emptied."""
    if any(name in EMPTY and value == EMPTY[name] for name, value in changes.items()):
        return Step(UPDATE, {"request": {**settings_to_api(settings), "Replace": True}})
    return Step(UPDATE, {"request": settings_to_api(changes)})
