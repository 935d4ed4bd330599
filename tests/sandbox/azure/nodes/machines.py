# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding the machine that a path names, listing machines, changing tags."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from ...machines import Machine
from ...machines.machine import NEWEST_AGENT
from ..arm.answer import Answer
from ..arm.call import Call
from ..arm.errors import resource_not_found
from ..arm.ids import ResourceId, parse_id, resource_id, same_id
from ..arm.paging import paged
from ..world import AzureWorld


def machine_of(call: Call, resource_type: str) -> Machine:
    """The machine ``{machine}`` of the path's resource group. Raises ArmError ResourceNotFound."""
    wanted = resource_id(call.subscription, call.group, resource_type, call.params["machine"])
    machine = call.world.machine(wanted)
    if machine is None:
        raise resource_not_found(resource_type, call.params["machine"], call.group)
    return machine


def machines_of(world: AzureWorld, subscription: str, resource_type: str, group: str = "") -> Iterator[Machine]:
    """The machines of that type in a subscription (and resource group)."""
    for one, machine in world.machines(subscription, resource_type).items():
        if not group or same_id(parse_id(one).group, group):
            yield machine


def page_of(call: Call, machines: Iterable[Machine], render: Callable[[Machine], Any]) -> Answer:
    """One page of machines; only those that it shows are rendered."""
    answer = paged(call, [{"id": machine.node_id, "machine": machine} for machine in machines])
    answer.body["value"] = [render(one["machine"]) for one in answer.body["value"]]
    return answer


def id_of(machine: Machine) -> ResourceId:
    """The parts of its id."""
    return parse_id(machine.node_id)


def azure_agent_version(machine: Machine, usual: str) -> str:
    """``agent_version`` of the fleet file; where that says nothing the machine has AWS's usual one, which is none of
    Azure's agents'."""
    return usual if machine.agent_version == NEWEST_AGENT else machine.agent_version


def replace_tags(machine: Machine, tags: Mapping[str, str]) -> None:
    """PATCH sets all tags: those that it does not name go."""
    with machine.lock:
        machine.tags.clear()
        machine.tags.update(tags)
