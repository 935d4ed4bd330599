# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Resource Graph has of Microsoft.Compute, in the table ``resources``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ...machines import Machine
from ..arm.ids import VM_TYPE
from ..graph.tables import Row, table
from ..nodes.graph import lagging
from ..nodes.machines import machines_of
from ..world import AzureWorld
from .disk_operations import render as render_disk
from .disks import managed_disks
from .power_state import DISPLAY, power_state
from .restore_points import collections_of
from .view import computer_name, render


def _virtual_machine(machine: Machine) -> dict[str, Any]:
    """Resource Graph adds what the instance view says, as ``properties.extended.instanceView``."""
    resource = render(machine)
    state = power_state(machine)
    status = {"code": f"PowerState/{state}", "level": "Info", "displayStatus": DISPLAY[state]}
    view: dict[str, Any] = {"powerState": status, "hyperVGeneration": "V2"}
    if machine.agent_online:
        name = machine.os.platform_name.removeprefix("Microsoft ") if machine.os.is_windows else machine.os.release_id
        view |= {"computerName": computer_name(machine), "osName": name, "osVersion": machine.os.platform_version}
    resource["properties"]["extended"] = {"instanceView": view}
    return resource


@table("resources")
def resources(world: AzureWorld, subscriptions: Sequence[str]) -> Iterator[Row]:
    """Virtual machines, disks, restore point collections."""
    for one in subscriptions:
        yield from lagging(world, one, map(_virtual_machine, machines_of(world, one, VM_TYPE)))
        yield from lagging(world, one, map(render_disk, managed_disks(world, one)))
        yield from lagging(world, one, collections_of(world, one))
