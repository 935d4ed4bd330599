# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be done to the tasks of a window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from .._core.change_set import Step
from .._core.errors import InputError, MissingInput
from .window_check import check_kind
from .window_match import EQUAL, OTHER, UPDATABLE, Entry, match
from .window_target_plan import Targets
from .window_task_model import EMPTIABLE, RATES, has_targets, new_task, same_value, task_to_api

REGISTER_TASK = "register_task_with_maintenance_window"
UPDATE_TASK = "update_maintenance_window_task"
DEREGISTER_TASK = "deregister_task_from_maintenance_window"

_TARGETS = ("targets", "window_target_ids")
_OF_TYPE = ("task_invocation_parameters", "task_parameters", "logging_info")
"""What belongs to the type of a task."""


@dataclass(slots=True)
class Tasks:
    """Tasks as they will be, and the steps to get there; those that go, go after the others have come."""

    after: list[Entry] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    removals: list[Step] = field(default_factory=list)

    def remove(self, entry: Entry) -> None:
        """The task goes when the others are registered."""
        params = {"id": entry["window_task_id"]}
        self.removals.append(Step(DEREGISTER_TASK, params, entry["name"] or entry["window_task_id"]))


def plan_tasks(current: Sequence[Entry], wanted: Sequence[Entry] | None, targets: Targets, *, purge: bool) -> Tasks:
    """Bring the tasks to what is wanted. Tasks that refer to a target that is replaced follow it. Raises InputError."""
    plan = Tasks()
    before = {entry["window_task_id"]: entry for entry in current}
    moved = [_follow(entry, targets) for entry in current]
    resolved = [_resolve(f"tasks[{index}]", entry, targets) for index, entry in enumerate(wanted or ())]
    matched = match(resolved, moved, _nearness)
    for index, (entry, there) in enumerate(matched.pairs):
        _plan_one(plan, f"tasks[{index}]", entry, there, before)
    for entry in matched.others:
        if wanted is not None and purge:
            plan.remove(entry)
        else:
            _change(plan, before[entry["window_task_id"]], entry)
    return plan


def _follow(task: Entry, targets: Targets) -> Entry:
    ids = sorted(targets.replaced.get(target_id, target_id) for target_id in task["window_target_ids"])
    return {**task, "window_target_ids": ids}


def _resolve(path: str, wanted: Entry, targets: Targets) -> dict[str, Any]:
    """The wanted task with ids in the place of the names of its window's targets."""
    resolved = {name: value for name, value in wanted.items() if name != "window_targets"}
    if "window_targets" in wanted:
        named = {targets.find(f"{path}.window_targets", name) for name in wanted["window_targets"]}
        resolved["window_target_ids"] = sorted({*named, *wanted["window_target_ids"]})
    return resolved


def _nearness(wanted: Entry, current: Entry) -> int:
    if wanted.get("task_type", current["task_type"]) != current["task_type"]:
        return OTHER
    return UPDATABLE if _changes(wanted, current).keys() - {"name"} else EQUAL


def _changes(wanted: Entry, current: Entry) -> dict[str, Any]:
    return {name: value for name, value in wanted.items() if not same_value(name, value, current[name])}


def _plan_one(plan: Tasks, path: str, wanted: Entry, there: Entry | None, before: dict[str, Entry]) -> None:
    if there is None:
        for name in ("task_type", "task_arn"):
            if name not in wanted:
                raise MissingInput(f"{path}.{name}", "a new task needs it")
        _register(plan, path, wanted, new_task(wanted))
    elif _nearness(wanted, there) == OTHER:
        # What it was invoked with belongs to its old type.
        kept = {name: value for name, value in there.items() if name not in _OF_TYPE}
        _register(plan, path, wanted, new_task({**kept, **wanted, "window_task_id": ""}))
        plan.remove(there)
    else:
        task = {**there, **_changes(wanted, there)}
        _change(plan, before[there["window_task_id"]], _complete(path, wanted, task))


def _complete(path: str, wanted: Entry, task: Entry) -> Entry:
    """The task, if the service would take it; rates go with the last target. Raises InputError."""
    check_kind(path, task["task_type"], wanted.get("task_invocation_parameters") or {})
    if has_targets(task):
        for name in RATES:
            if not task[name]:
                raise MissingInput(f"{path}.{name}", "a task with targets needs it, a number or a percentage")
        return task
    if task["task_type"] == "RUN_COMMAND":
        raise InputError(f"{path}.targets", [], "targets or window_targets, which a task of RUN_COMMAND has to have")
    for name in RATES:
        if wanted.get(name):
            raise InputError(f"{path}.{name}", wanted[name], "nothing, since the task has no targets")
    return {**task, **dict.fromkeys(RATES, "")}


def _register(plan: Tasks, path: str, wanted: Entry, task: Entry) -> None:
    task = _complete(path, wanted, task)
    plan.after.append(task)
    params = {"request": task_to_api(task), "task": task}
    plan.steps.append(Step(REGISTER_TASK, params, task["name"]))


def _change(plan: Tasks, before: Entry, after: Entry) -> None:
    """Change a task in place, if there is anything to change."""
    plan.after.append(after)
    changes = {name: value for name, value in after.items() if value != before.get(name)}
    if not changes:
        return
    targets = {"task": after} if any(name in changes for name in _TARGETS) else {}
    request = task_to_api(changes)
    emptied = any(name in EMPTIABLE and not value for name, value in changes.items())
    if emptied or (targets and not has_targets(after)):
        # Only with everything else can something be emptied.
        request = {
            **task_to_api({name: value for name, value in after.items() if name != "task_type"}),
            "Replace": True,
        }
        targets = {"task": after}
    params = {"id": before["window_task_id"], "request": request, **targets}
    plan.steps.append(Step(UPDATE_TASK, params, after["name"] or before["window_task_id"]))
