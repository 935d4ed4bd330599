# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the service refuses in targets and tasks of maintenance windows beyond its model, in its own words where they
are known (user guide, "Register targets", "Registering maintenance window tasks without targets")."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import ServiceError
from .windows import Window

MOST_INSTANCES, MOST_TAG_VALUES, MOST_WINDOW_TARGETS, MOST_TYPES = 50, 5, 10, 5
_FORMATS = (
    'Targets must be specified in one of the following formats: 1) 1 target with "Key=InstanceIds" and "Values=" a '
    'list of up to 50 instance IDs, or 2) Up to 5 targets, each of which can be either "Key=tag:<key>,'
    'Values=<tag_values>" or "Key=tag-key,Values=<tag_keys>", and each with up to 5 unique tag keys/values.'
)
_KINDS = {
    "RUN_COMMAND": "RunCommand",
    "AUTOMATION": "Automation",
    "STEP_FUNCTIONS": "StepFunctions",
    "LAMBDA": "Lambda",
}


def _invalid(message: str) -> ServiceError:
    return ServiceError("ValidationException", message)


def check_targets(resource_type: str, targets: Sequence[Mapping[str, Any]]) -> None:
    """What a window's target may be. Raises ServiceError."""
    if not targets:
        raise _invalid("Please specify at least one target.")
    for target in targets:
        if not target.get("Values"):
            raise _invalid(
                f"Please specify at least one target. Filter values can't be null and {target.get('Key')} is."
            )
    if resource_type == "RESOURCE_GROUP":
        _check_groups(targets)
        return
    keys = [str(target.get("Key") or "") for target in targets]
    if keys == ["InstanceIds"]:
        good = len(targets[0]["Values"]) <= MOST_INSTANCES
    else:
        good = all(key.startswith("tag:") or key == "tag-key" for key in keys)
        good = good and all(len(set(target["Values"])) <= MOST_TAG_VALUES for target in targets)
    if not good:
        raise _invalid(_FORMATS)


def _check_groups(targets: Sequence[Mapping[str, Any]]) -> None:
    values = {str(target.get("Key") or ""): list(target["Values"]) for target in targets}
    allowed = {"resource-groups:Name": 1, "resource-groups:ResourceTypeFilters": MOST_TYPES}
    good = len(values) == len(targets) and all(key in allowed for key in values) and "resource-groups:Name" in values
    if not good or any(len(listed) > allowed[key] for key, listed in values.items()):
        raise _invalid(
            "Targets of the type RESOURCE_GROUP have one resource-groups:Name with one name, and may have "
            f"resource-groups:ResourceTypeFilters with up to {MOST_TYPES} types."
        )


def check_task(window: Window, task: Mapping[str, Any]) -> None:
    """What a task may be. Raises ServiceError."""
    targets = task.get("Targets") or []
    if task["TaskType"] == "RUN_COMMAND" and not targets:
        raise _invalid(
            "For Run Command tasks, you must specify at least one resource as the target of the task. You can specify "
            "between 1 and 50 instance IDs, or between 1 and 10 maintenance window target IDs"
        )
    _check_rates(task, bool(targets))
    for target in targets:
        _check_task_target(window, target)
    for kind in task.get("TaskInvocationParameters") or {}:
        if kind != _KINDS[task["TaskType"]]:
            raise _invalid(f"{kind} parameters do not belong to a task of {task['TaskType']}")


def _check_rates(task: Mapping[str, Any], targeted: bool) -> None:
    for name in ("MaxConcurrency", "MaxErrors"):
        if not targeted and task.get(name):
            raise _invalid(f"Maintenance window tasks without targets do not support {name} values.")
        if targeted and not task.get(name):
            raise _invalid(f"{name} is required for a task with targets")


def _check_task_target(window: Window, target: Mapping[str, Any]) -> None:
    key, values = str(target.get("Key") or ""), target.get("Values") or []
    if key not in ("WindowTargetIds", "InstanceIds"):
        raise _invalid(f"{key} is an invalid window task target type, use WindowTargetIds or InstanceIds.")
    most = MOST_INSTANCES if key == "InstanceIds" else MOST_WINDOW_TARGETS
    if not 1 <= len(values) <= most:
        raise _invalid(f"{key} has between 1 and {most} values")
    if key == "WindowTargetIds":
        for target_id in values:
            if target_id not in window.targets:
                raise ServiceError("DoesNotExistException", f"Maintenance window target {target_id} does not exist")


def with_placeholders(task: Mapping[str, Any]) -> dict[str, Any]:
    """A task as the service keeps it: one without targets has placeholders for its rates."""
    return dict(task) if task.get("Targets") else {**task, "MaxConcurrency": "1", "MaxErrors": "1"}


def without_placeholders(task: Mapping[str, Any]) -> dict[str, Any]:
    """The same without them, to be changed."""
    placeholders = () if task.get("Targets") else ("MaxConcurrency", "MaxErrors")
    return {name: value for name, value in task.items() if name not in placeholders}
