# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The machines of deployment schedules as Azure knows them: virtual machines by id, others as Arc machines by name.

A deployment schedule calls a computer as its agent did, by its name or with its domain.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .._core.errors import together
from .._core.nodes import canonical_id, provider_of_id
from .arc_machines import ArcMachine, arc_machines
from .machines import Machine
from .migration_found import read_unready, tell_unready
from .migration_losses import COMPUTERS, MACHINES, PREREQUISITES, Loss
from .migration_map import Mapped
from .nodes import VM
from .session import AzureSession
from .vm_prerequisites import missing, read_machines, shown

_ARC = "connect it to Azure Arc and run this again, or leave it out"


@dataclass(slots=True)
class Machines:
    """What was read. ``unread``: why virtual machines could not be, by id."""

    virtual: Mapping[str, Machine] = field(default_factory=dict)
    unread: Mapping[str, str] = field(default_factory=dict)
    arc: Mapping[str, list[ArcMachine]] = field(default_factory=dict)
    """By each name that a machine goes by, in lower case."""
    unready: Mapping[str, Machine] = field(default_factory=dict)
    """Virtual machines of which some dynamic scope may find those that lack something, by id."""
    found: set[str] = field(default_factory=set)
    """Those that one does find."""
    unlisted: Sequence[str] = ()
    """Why subscriptions of dynamic scopes could not be looked at."""

    def location(self, node_id: str) -> str:
        """Where a machine is, empty where it is not known."""
        if node_id in self.virtual:
            return self.virtual[node_id].location
        return next((one.location for found in self.arc.values() for one in found if one.id == node_id), "")

    def lacking(self) -> list[dict[str, Any]]:
        """The virtual machines on which a configuration would not install, with the reasons."""
        known = {**self.virtual, **{node_id: self.unready[node_id] for node_id in self.found}}
        return shown(known, sorted(known))


def read_all(session: AzureSession, mapped: Sequence[Mapped], subscriptions: Sequence[str]) -> Machines:
    """Read the machines that the schedules name. Raises CloudError when Arc machines of a subscription cannot be read:
    a computer that was not found there would seem to be none.
    """
    ids = [one for each in mapped for one in each.machines if provider_of_id(one) == VM]
    virtual, unread = read_machines(session, list(dict.fromkeys(ids))) if ids else ({}, {})
    arc: dict[str, ArcMachine] = {}
    if any(each.computers for each in mapped):
        arc, failed = arc_machines(session, subscriptions, of_now=False)
        if failed:
            raise together(list(failed.values()))
    unready, unlisted = read_unready(session, mapped)
    return Machines(virtual, unread, by_name(arc.values()), unready, unlisted=unlisted)


def by_name(machines: Iterable[ArcMachine]) -> dict[str, list[ArcMachine]]:
    """The machines by each name that they go by, in lower case."""
    found: dict[str, list[ArcMachine]] = {}
    for machine in machines:
        for name in {one.casefold() for one in (machine.name, machine.fqdn, machine.computer_name) if one}:
            found.setdefault(name, []).append(machine)
    return found


def resolve(mapped: Mapped, machines: Machines) -> None:
    """Put ids in the place of names, and list the machines that there are not or that would not be patched. Changes
    both.
    """
    machines.found |= tell_unready(mapped, machines.unready)
    kept = []
    for number, node_id in enumerate(mapped.machines):
        place = f"azure_virtual_machines[{number}]"
        if provider_of_id(node_id) != VM:
            why = "it is no id of a virtual machine"
            mapped.losses.append(Loss(place, node_id, why, "leave it out", MACHINES))
        elif node_id in machines.unread:
            why = f"it could not be read: {machines.unread[node_id]}"
            mapped.losses.append(Loss(place, node_id, why, "run this again when it can be read"))
        elif node_id not in machines.virtual:
            why = "Azure knows no such machine, or the credentials may not read it"
            mapped.losses.append(Loss(place, node_id, why, "leave it out", MACHINES))
        elif (family := machines.virtual[node_id].disk_family) and mapped.system and family != mapped.system.lower():
            why = f"it is a {family} machine, and the schedule is for {mapped.system.lower()}"
            mapped.losses.append(Loss(place, node_id, why, "leave it out", MACHINES))
        elif lacks := missing(machines.virtual[node_id]):
            why = f"Update Manager would refuse it: {'; '.join(lacks)}"
            instead = "make it ready with azure_vm_patch_settings and run this again, or leave it out"
            mapped.losses.append(Loss(place, node_id, why, instead, PREREQUISITES))
        else:
            kept.append(node_id)
    for computer in mapped.computers:
        found = _named(computer, machines.arc)
        loss = _unsuitable(computer, found, mapped.system.lower())
        if loss is not None:
            mapped.losses.append(loss)
        else:
            kept.append(found[0].id)
    mapped.machines = list(dict.fromkeys(kept))


def _named(computer: str, machines: Mapping[str, list[ArcMachine]]) -> list[ArcMachine]:
    """The machines that go by this name; those with another domain or none when no name is exactly this one."""
    exact = machines.get(computer.casefold())
    if exact:
        return exact
    host, dot, _domain = computer.casefold().partition(".")
    if dot:
        return [one for one in machines.get(host, []) if "." not in one.fqdn]
    found = (one for name, those in machines.items() if name.partition(".")[0] == host for one in those)
    return list({canonical_id(one.id): one for one in found}.values())


def _unsuitable(computer: str, found: Sequence[ArcMachine], family: str) -> Loss | None:
    place = "non_azure_computer_names"
    if not found:
        why = "no Arc machine of the subscriptions that were looked at goes by this name"
        return Loss(place, computer, why, _ARC, COMPUTERS)
    if len(found) > 1:
        named = ", ".join(sorted(one.id for one in found)[:20])
        why = f"{len(found)} Arc machines go by this name: {named}"
        instead = "assign the right one with azure_maintenance_assignment, or look in fewer machine_subscriptions"
        return Loss(place, computer, why, instead, COMPUTERS)
    if found[0].os_family and family and found[0].os_family != family:
        why = f"{found[0].id} is a {found[0].os_family} machine, and the schedule is for {family}"
        return Loss(place, computer, why, "leave it out", COMPUTERS)
    return None
