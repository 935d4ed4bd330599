# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be done to the targets of a window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from .._core.change_set import Step
from .._core.errors import InputError, MissingInput
from .window_match import EQUAL, OTHER, UPDATABLE, Entry, match
from .window_model import TARGET_EMPTY, new_target, target_to_api

REGISTER_TARGET = "register_target_with_maintenance_window"
UPDATE_TARGET = "update_maintenance_window_target"
DEREGISTER_TARGET = "deregister_target_from_maintenance_window"

NEW = "target:"
"""Before a target's name: stands for its id while it is not registered yet. No id has a colon."""


@dataclass(slots=True)
class Targets:
    """Targets as they will be, and the steps to get there; those that go, go last."""

    after: list[Entry] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    removed: list[Entry] = field(default_factory=list)
    removals: list[Step] = field(default_factory=list)
    replaced: dict[str, str] = field(default_factory=dict)
    """Id of a target that goes to what stands for the one that comes for it."""
    wanted: dict[str, str] = field(default_factory=dict)
    """Name of a wanted target to its id, or to what stands for it."""

    def find(self, option: str, name: str) -> str:
        """The id of the target of this name, or what stands for it. Raises InputError."""
        if name in self.wanted:
            return self.wanted[name]
        found = [entry["window_target_id"] for entry in self.after if entry["name"] == name]
        if len(found) > 1:
            raise InputError(option, name, f"the name of one target of the window; {', '.join(found)} have it")
        if not found:
            known = sorted({str(entry["name"]) for entry in self.after if entry["name"]} | self.wanted.keys())
            raise InputError(option, name, f"names of targets of the window: {', '.join(known) or 'it has none'}")
        return str(found[0])

    def remove(self, entry: Entry) -> None:
        """The target goes when everything else is done."""
        self.removed.append(entry)
        params = {"id": entry["window_target_id"]}
        self.removals.append(Step(DEREGISTER_TARGET, params, entry["name"] or entry["window_target_id"]))


def plan_targets(current: Sequence[Entry], wanted: Sequence[Entry] | None, *, purge: bool) -> Targets:
    """Bring the targets to what is wanted; without anything wanted all stay. Raises InputError."""
    plan = Targets()
    if wanted is None:
        plan.after = list(current)
        return plan
    matched = match(wanted, current, _nearness)
    for index, (entry, there) in enumerate(matched.pairs):
        _plan_one(plan, f"targets[{index}]", entry, there)
    for entry in matched.others:
        if purge:
            plan.remove(entry)
        else:
            plan.after.append(entry)
    return plan


def _nearness(wanted: Entry, current: Entry) -> int:
    if wanted.get("resource_type", current["resource_type"]) != current["resource_type"]:
        return OTHER
    return UPDATABLE if _changes(wanted, current).keys() - {"name"} else EQUAL


def _changes(wanted: Entry, current: Entry) -> dict[str, Any]:
    return {name: value for name, value in wanted.items() if value != current[name]}


def _plan_one(plan: Targets, path: str, wanted: Entry, there: Entry | None) -> None:
    if there is None:
        if "targets" not in wanted:
            raise MissingInput(f"{path}.targets", "a new target needs it, a list")
        _register(plan, new_target(wanted))
    elif _nearness(wanted, there) == OTHER:
        replacement = new_target({**there, **wanted, "window_target_id": ""})
        plan.replaced[there["window_target_id"]] = NEW + wanted["name"]
        plan.remove(there)
        _register(plan, replacement)
    else:
        changes = _changes(wanted, there)
        after = {**there, **changes}
        plan.after.append(after)
        plan.wanted[wanted["name"]] = there["window_target_id"]
        if changes:
            params = {"id": there["window_target_id"], "request": _update(changes, after)}
            plan.steps.append(Step(UPDATE_TARGET, params, wanted["name"]))


def _register(plan: Targets, target: Entry) -> None:
    plan.after.append(target)
    plan.wanted[target["name"]] = NEW + target["name"]
    plan.steps.append(Step(REGISTER_TARGET, {"request": target_to_api(target)}, target["name"]))


def _update(changes: Entry, after: Entry) -> dict[str, Any]:
    """Members of the update. Only with ``Replace`` and everything else can something be emptied."""
    if not any(name in TARGET_EMPTY and not value for name, value in changes.items()):
        return target_to_api(changes)
    whole = {name: value for name, value in after.items() if name != "resource_type"}
    return {**target_to_api(whole), "Replace": True}
