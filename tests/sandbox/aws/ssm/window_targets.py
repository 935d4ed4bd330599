# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which nodes a task of a maintenance window is for, target by target."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..world import Call
from .nodes import targeted
from .windows import Window

MOST_NODES = 50
"""Nodes that one command can name; a target with more of them has several invocations."""


@dataclass(frozen=True, slots=True)
class TaskTarget:
    """Nodes of one target. ``window_target_id`` is empty for targets that the task names itself."""

    node_ids: tuple[str, ...]
    window_target_id: str = ""
    owner_information: str = ""


def task_targets(call: Call, window: Window, task: Mapping[str, Any]) -> Iterator[TaskTarget]:
    """The targets in their order, as they are now."""
    for entry in task.get("Targets") or []:
        if entry.get("Key") == "WindowTargetIds":
            for target_id in entry.get("Values") or []:
                yield from _registered(call, window, target_id)
        else:
            nodes = [machine.node_id for machine in targeted(call, [entry])]
            if not window.settings["AllowUnassociatedTargets"]:
                allowed = associated(call, window)
                nodes = [node_id for node_id in nodes if node_id in allowed]
            yield from _pieces(nodes, "", "")


def _registered(call: Call, window: Window, target_id: str) -> Iterator[TaskTarget]:
    target = window.targets.get(target_id)
    if target is not None:
        nodes = [machine.node_id for machine in targeted(call, target["Targets"])]
        yield from _pieces(nodes, target_id, str(target.get("OwnerInformation") or ""))


def _pieces(nodes: list[str], target_id: str, owner: str) -> Iterator[TaskTarget]:
    for start in range(0, len(nodes), MOST_NODES):
        yield TaskTarget(tuple(nodes[start : start + MOST_NODES]), target_id, owner)


def associated(call: Call, window: Window) -> set[str]:
    """The nodes that are registered with a window, by whatever target; ids also of nodes that are not managed."""
    found: set[str] = set()
    for target in window.targets.values():
        for entry in target["Targets"]:
            if str(entry.get("Key")).lower() == "instanceids":
                found.update(entry.get("Values") or [])
        found.update(machine.node_id for machine in targeted(call, target["Targets"]))
    return found
