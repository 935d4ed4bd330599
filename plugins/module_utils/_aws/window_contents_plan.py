# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be done to the targets and tasks of a window: the part of its plan that is about what is in it.

New entries are registered before old ones go, and a target goes after the last task that refers to it, so that at no
moment less is patched than before or after.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._core.change_set import Step
from .._core.errors import PatchingError
from .window_match import Entry
from .window_model import TARGET_MEMBERS
from .window_target_plan import NEW, Targets, plan_targets
from .window_task_plan import Tasks, plan_tasks


@dataclass(frozen=True, slots=True)
class Contents:
    """Targets and tasks as they will be, and the steps to get there."""

    targets: tuple[Entry, ...]
    tasks: tuple[Entry, ...]
    steps: tuple[Step, ...]


def plan_contents(
    current: Mapping[str, Sequence[Entry]], wanted: Mapping[str, Any], *, purge_targets: bool, purge_tasks: bool
) -> Contents:
    """Bring targets and tasks to what is wanted. Raises :class:`PatchingError`."""
    targets = plan_targets(current["targets"], wanted.get("targets"), purge=purge_targets)
    tasks = plan_tasks(current["tasks"], wanted.get("tasks"), targets, purge=purge_tasks)
    _refuse_used(targets, tasks)
    return Contents(
        tuple(sorted(targets.after, key=lambda entry: (entry["name"], entry["window_target_id"]))),
        tuple(sorted(tasks.after, key=lambda entry: (entry["name"], entry["window_task_id"]))),
        (*targets.steps, *tasks.steps, *tasks.removals, *targets.removals),
    )


def _refuse_used(targets: Targets, tasks: Tasks) -> None:
    """A target that a task still refers to cannot go."""
    for task in tasks.after:
        for target in targets.removed:
            if target["window_target_id"] in task["window_target_ids"]:
                raise PatchingError(
                    f"The target {target['name'] or target['window_target_id']} cannot be removed: the task "
                    f"{task['name'] or task['window_task_id']} refers to it. Name the target in targets, change or "
                    f"remove the task, or set purge_targets: false"
                )


def shown(targets: Sequence[Entry], tasks: Sequence[Entry]) -> dict[str, list[dict[str, Any]]]:
    """Targets and tasks as the modules answer them: a task's window targets by name, by id where there is none."""
    names = {entry["window_target_id"]: entry["name"] for entry in targets if entry["name"]}
    return {
        "targets": [{name: entry[name] for name in ("window_target_id", *TARGET_MEMBERS)} for entry in targets],
        "tasks": [_shown_task(entry, names) for entry in tasks],
    }


def _shown_task(task: Entry, names: Mapping[str, str]) -> dict[str, Any]:
    used = [names.get(target_id) or target_id.removeprefix(NEW) for target_id in task["window_target_ids"]]
    apart = {"window_targets": sorted(used), "targets": task["targets"]}
    first = {name: task[name] for name in ("window_task_id", "name", "task_type", "task_arn")}
    return first | apart | {name: value for name, value in task.items() if name != "window_target_ids"}
