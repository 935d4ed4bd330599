# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Systems Manager would install on nodes by itself: maintenance windows, associations, patch policies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .._core.facts import NativeUpdate
from .client import Connection
from .ssm_targets import is_target
from .window_list import list_windows

PATCH_DOCUMENTS = frozenset(
    {
        "AWS-ApplyPatchBaseline",
        "AWS-InstallWindowsUpdates",
        "AWS-PatchAsgInstance",
        "AWS-PatchInstanceWithRollback",
        "AWS-RunPatchBaseline",
        "AWS-RunPatchBaselineAssociation",
        "AWS-RunPatchBaselineWithHooks",
    }
)
"""Documents that install patches, most of them only when their operation is Install."""

PATCH_POLICY = "AWS-QuickSetup-PatchPolicy"
"""Associations of a Quick Setup patch policy have names that begin so, then ``-ScanForPatches-…`` or
``-InstallPatches-…``."""

POLICY_BUCKET = "aws-quicksetup-patchpolicy-"
"""The bucket that a patch policy keeps its baselines in, which its associations name as BaselineOverride."""

Targets = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class NativeRule:
    """Something that installs on its targets: a node is concerned when one of ``targets`` matches it."""

    update: NativeUpdate
    targets: tuple[Targets, ...]

    def concerns(self, node_id: str, tags: Mapping[str, str]) -> bool:
        """Whether it may install on the node; what cannot be told counts as yes."""
        return any(is_target(targets, node_id, tags) is not False for targets in self.targets)


def native_rules(connection: Connection, until: datetime) -> list[NativeRule]:
    """All windows that begin before ``until`` and install, and all scheduled associations that install.

    The number of requests grows with the windows and associations, never with the nodes.
    """
    return [*_windows(connection, until), *_associations(connection)]


def _windows(connection: Connection, until: datetime) -> Iterator[NativeRule]:
    for window in list_windows(connection, enabled=True):
        following = str(window.get("NextExecutionTime") or "")
        if window.get("Enabled") is False or not following or not _before(following, until):
            continue
        targets = tuple(_window_targets(connection, str(window["WindowId"])))
        if targets:
            name = str(window.get("Name") or window["WindowId"])
            yield NativeRule(NativeUpdate("maintenance_window", name, following), targets)


def _window_targets(connection: Connection, window_id: str) -> Iterator[Targets]:
    """Targets of the window's tasks that install."""
    tasks = list(
        connection.pages(
            "ssm",
            "describe_maintenance_window_tasks",
            "Tasks",
            f"read the tasks of {window_id}",
            WindowId=window_id,
            MaxResults=100,
        )
    )
    installing = [task for task in tasks if _task_installs(connection, window_id, task)]
    if not installing:
        return
    registered = {
        str(entry["WindowTargetId"]): entry.get("Targets") or []
        for entry in connection.pages(
            "ssm",
            "describe_maintenance_window_targets",
            "Targets",
            f"read the targets of {window_id}",
            WindowId=window_id,
            MaxResults=100,
        )
    }
    for task in installing:
        yield from _task_targets(task.get("Targets") or [], registered)


def _task_targets(targets: Targets, registered: Mapping[str, Targets]) -> Iterator[Targets]:
    for target in targets:
        if target.get("Key") == "WindowTargetIds":
            yield from (registered[target_id] for target_id in target.get("Values") or [] if target_id in registered)
        else:
            yield [target]


def _task_installs(connection: Connection, window_id: str, task: Mapping[str, Any]) -> bool:
    """Whether a task installs; its parameters are in GetMaintenanceWindowTask only, not in the list."""
    if document_name(str(task.get("TaskArn", ""))) not in PATCH_DOCUMENTS:
        return False
    task_id = str(task["WindowTaskId"])
    whole = connection.call(
        "ssm",
        "get_maintenance_window_task",
        f"read task {task_id} of {window_id}",
        WindowId=window_id,
        WindowTaskId=task_id,
    )
    invocation = whole.get("TaskInvocationParameters") or {}
    parameters = {
        **{name: value.get("Values") or [] for name, value in (whole.get("TaskParameters") or {}).items()},
        **((invocation.get("Automation") or {}).get("Parameters") or {}),
        **((invocation.get("RunCommand") or {}).get("Parameters") or {}),
    }
    return installs(parameters)


def _associations(connection: Connection) -> Iterator[NativeRule]:
    listed = connection.pages("ssm", "list_associations", "Associations", "read the associations", MaxResults=50)
    for association in list(listed):
        policy = str(association.get("AssociationName") or "").startswith(PATCH_POLICY)
        patches = policy or document_name(str(association.get("Name", ""))) in PATCH_DOCUMENTS
        if not patches or not association.get("ScheduleExpression"):
            continue
        yield from _association(connection, association, policy=policy)


def _association(connection: Connection, association: Mapping[str, Any], *, policy: bool) -> Iterator[NativeRule]:
    """The rule of an association that installs. When it runs next the service does not say."""
    association_id = str(association["AssociationId"])
    whole = connection.call(
        "ssm",
        "describe_association",
        f"read association {association_id}",
        AssociationId=association_id,
    )["AssociationDescription"]
    name = str(association.get("AssociationName") or association.get("Name") or association_id)
    parameters = whole.get("Parameters") or {}
    if not installs(parameters) or (policy and not _operations(parameters) and "scanforpatches" in name.lower()):
        return
    policy = policy or any(POLICY_BUCKET in str(value) for value in parameters.get("BaselineOverride") or [])
    kind = "patch_policy" if policy else "association"
    yield NativeRule(NativeUpdate(kind, name, None), tuple(_association_targets({**association, **whole})))


def _association_targets(association: Mapping[str, Any]) -> Iterator[Targets]:
    """Targets, of which each alone is enough."""
    if association.get("InstanceId"):
        yield [{"Key": "InstanceIds", "Values": [association["InstanceId"]]}]
    elif association.get("TargetMaps"):
        for entry in association["TargetMaps"]:
            yield [{"Key": "InstanceIds", "Values": [value for values in entry.values() for value in values]}]
    else:
        yield list(association.get("Targets") or [])


def installs(parameters: Mapping[str, Sequence[str]]) -> bool:
    """Whether a patch document with these parameters installs: unless its operation is to scan."""
    return "scan" not in _operations(parameters)


def _operations(parameters: Mapping[str, Sequence[str]]) -> list[str]:
    return [str(value).lower() for name in ("Operation", "Action") for value in parameters.get(name) or []]


def document_name(arn: str) -> str:
    """The document's name of a task's or association's ARN, which may be the bare name."""
    return arn.rpartition("/")[2]


def updates_of(rules: Iterable[NativeRule], node_id: str, tags: Mapping[str, str]) -> tuple[NativeUpdate, ...]:
    """What would be installed on a node by itself."""
    return tuple(rule.update for rule in rules if rule.concerns(node_id, tags))


def _before(text: str, until: datetime) -> bool:
    """Whether a time lies before another; one that cannot be read may."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return True
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=until.tzinfo)
    return moment <= until
