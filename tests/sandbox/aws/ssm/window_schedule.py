# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which windows concern a target, and when they open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...machines import Machine
from ..errors import ServiceError
from ..paging import page
from ..world import Call, operation
from .nodes import managed_nodes
from .windows import Window, WindowStore, upcoming, written

OPENINGS = 20
"""Openings of each window that DescribeMaintenanceWindowSchedule lists."""


def _asked(call: Call) -> list[Window]:
    """The windows that the call is about: one, those of a target, or all."""
    store, targets = call.store(WindowStore), call.params.get("Targets") or []
    if call.params.get("WindowId"):
        return [store.get(call.params["WindowId"])]
    if not targets:
        return list(store.windows.values())
    return [
        window
        for window in store.windows.values()
        if any(_concerns(call, target["Targets"], targets) for target in window.targets.values())
    ]


def _concerns(call: Call, registered: Sequence[Mapping[str, Any]], asked: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a registered target covers what is asked for: the same tags, or a node that meets it."""
    for target in asked:
        key, values = str(target.get("Key")), list(target.get("Values") or [])
        if key == "InstanceIds":
            nodes = managed_nodes(call)
            if not any(node_id in nodes and _meets(nodes[node_id], registered) for node_id in values):
                return False
        elif not any(entry.get("Key") == key and set(values) & set(entry.get("Values") or []) for entry in registered):
            return False
    return True


def _meets(machine: Machine, registered: Sequence[Mapping[str, Any]]) -> bool:
    for entry in registered:
        key, values = str(entry.get("Key")), entry.get("Values") or []
        if key == "InstanceIds":
            met = machine.node_id in values
        else:
            met = key.startswith("tag:") and machine.tags.get(key[4:]) in values
        if not met:
            return False
    return bool(registered)


@operation("ssm", "DescribeMaintenanceWindowSchedule")
def describe_maintenance_window_schedule(call: Call) -> Mapping[str, Any]:
    """The next openings, in order of time."""
    if call.params.get("Targets") and not call.params.get("ResourceType"):
        raise ServiceError("ValidationException", "ResourceType is required with Targets")
    found = sorted(
        ((moment, window) for window in _asked(call) for moment in upcoming(window, call.world.now(), OPENINGS)),
        key=lambda pair: pair[0],
    )
    shapes = [
        {"WindowId": window.window_id, "Name": window.settings["Name"], "ExecutionTime": written(moment)}
        for moment, window in found
    ]
    shown, token = page(call, shapes, 50)
    return {"ScheduledWindowExecutions": shown, "NextToken": token}


@operation("ssm", "DescribeMaintenanceWindowsForTarget")
def describe_maintenance_windows_for_target(call: Call) -> Mapping[str, Any]:
    """The windows that a target is registered with."""
    shapes = [{"WindowId": window.window_id, "Name": window.settings["Name"]} for window in _asked(call)]
    shown, token = page(call, shapes, 50)
    return {"WindowIdentities": shown, "NextToken": token}
