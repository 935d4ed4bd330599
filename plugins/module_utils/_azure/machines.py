# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Virtual machines and Arc machines as resources, and the ways to read many of them.

Resource Graph answers all machines of many subscriptions in pages of a thousand, minutes old and without the state of
agents. Azure Resource Manager answers lists, one subscription each. No way asks for one machine at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._core.nodes import canonical_id, provider_of_id
from . import versions
from .client import Connection
from .graph import literals, query
from .maintenance import ASSIGNMENT_TYPE, CONFIGURATION_TYPE
from .nodes import ARC, VM
from .systems import family_of_type

VM_TYPE = "microsoft.compute/virtualmachines"
ARC_TYPE = "microsoft.hybridcompute/machines"
DISK_TYPE = "microsoft.compute/disks"

_COLUMNS = "id, name, type, location, tags, properties"

_POWER_STATES = {
    "creating": "starting",
    "deallocated": "stopped",
    "deallocating": "stopping",
    "running": "running",
    "starting": "starting",
    "stopped": "stopped",
    "stopping": "stopping",
}
"""Power states of the instance view by what they mean here."""


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine as its provider describes it; ``id`` is the canonical one. ``tags`` keep Azure's spelling."""

    id: str
    provider: str
    name: str
    location: str
    tags: Mapping[str, str]
    properties: Mapping[str, Any]

    @property
    def subscription(self) -> str:
        """The subscription, in lower case."""
        return self.id.split("/")[2]

    @property
    def disk_family(self) -> str:
        """Whether a virtual machine starts Linux or Windows, empty where its disk does not tell."""
        disk = (self.properties.get("storageProfile") or {}).get("osDisk") or {}
        return family_of_type(str(disk.get("osType") or ""))


@dataclass(frozen=True, slots=True)
class Disk:
    """A managed disk: its sku (``Premium_LRS``) and how many machines may use it at once."""

    id: str
    sku: str
    max_shares: int


@dataclass(frozen=True, slots=True)
class Estate:
    """What was read of some subscriptions. ``configurations`` and ``assignments`` are of Microsoft.Maintenance."""

    machines: Mapping[str, Machine]
    disks: Mapping[str, Disk]
    configurations: Sequence[Mapping[str, Any]]
    assignments: Sequence[Mapping[str, Any]]


def estate_of_graph(connection: Connection, subscriptions: Sequence[str]) -> Estate:
    """The machines, disks and maintenance configurations of many subscriptions: three queries, paged."""
    types = literals((VM_TYPE, ARC_TYPE, CONFIGURATION_TYPE))
    resources = query(
        connection, f"resources | where type in~ {types} | project {_COLUMNS}", subscriptions, "read the machines"
    )
    disks = query(
        connection,
        f"resources | where type =~ '{DISK_TYPE}' | project id, sku, properties",
        subscriptions,
        "read the disks",
    )
    assignments = query(
        connection,
        f"maintenanceresources | where type =~ '{ASSIGNMENT_TYPE}' | project id, properties",
        subscriptions,
        "read the assignments of maintenance configurations",
    )
    is_configuration = [str(row.get("type", "")).lower() == CONFIGURATION_TYPE for row in resources]
    return Estate(
        machines_of(row for row, other in zip(resources, is_configuration, strict=True) if not other),
        _disks_of(disks),
        [row for row, own in zip(resources, is_configuration, strict=True) if own],
        assignments,
    )


def estate_of_arm(connection: Connection, subscription: str) -> Estate:
    """The same of one subscription as Azure Resource Manager lists it: five lists, paged."""
    root = f"/subscriptions/{subscription}/providers"
    maintenance = f"{root}/Microsoft.Maintenance"
    machines = [*_list_vms(connection, subscription), *list_arc(connection, subscription)]
    disks = connection.pages(f"{root}/Microsoft.Compute/disks", versions.DISKS, "list the disks")
    configurations = connection.pages(
        f"{maintenance}/maintenanceConfigurations", versions.MAINTENANCE, "list the maintenance configurations"
    )
    assignments = connection.pages(
        f"{maintenance}/configurationAssignments",
        versions.MAINTENANCE,
        "list the assignments of maintenance configurations",
    )
    return Estate(machines_of(machines), _disks_of(disks), list(configurations), list(assignments))


def machines_of_graph(connection: Connection, subscriptions: Sequence[str]) -> dict[str, Machine]:
    """The machines of many subscriptions with their tags and nothing else, some minutes old: one query."""
    types = literals((VM_TYPE, ARC_TYPE))
    rows = query(
        connection,
        f"resources | where type in~ {types} | project id, name, type, location, tags",
        subscriptions,
        "read the tags of the machines",
    )
    return machines_of(rows)


def machines_of_arm(connection: Connection, subscription: str, node_ids: Iterable[str]) -> dict[str, Machine]:
    """The machines of a subscription as they are now: a list for each provider that has one of the nodes."""
    providers = {provider_of_id(node_id) for node_id in node_ids if node_id.split("/")[2] == subscription}
    rows: list[dict[str, Any]] = []
    if VM in providers:
        rows += _list_vms(connection, subscription)
    if ARC in providers:
        rows += list_arc(connection, subscription)
    return machines_of(rows)


def vms_of_arm(connection: Connection, subscription: str) -> dict[str, Machine]:
    """The virtual machines of a subscription as they are now: one list."""
    return machines_of(_list_vms(connection, subscription))


def instance_views(connection: Connection, subscription: str) -> dict[str, Mapping[str, Any]]:
    """The instance view of each virtual machine of a subscription by its canonical id, as it is now: one list.

    (Virtual Machines - List All, ``statusOnly=true``: run time status of all virtual machines of the subscription.)
    """
    listed = connection.pages(
        f"/subscriptions/{subscription}/providers/Microsoft.Compute/virtualMachines",
        versions.COMPUTE,
        "list the states of the virtual machines",
        {"statusOnly": "true"},
    )
    return {
        canonical_id(str(entry.get("id", ""))): (entry.get("properties") or {}).get("instanceView") or {}
        for entry in listed
    }


def machines_of(rows: Iterable[Mapping[str, Any]]) -> dict[str, Machine]:
    """Machines by id, of rows of Resource Graph or entries of a list, which have the same form."""
    return {machine.id: machine for machine in _read(rows)}


def power_state_of(view: Mapping[str, Any]) -> str:
    """The power state that an instance view tells, in the words of facts; ``unknown`` when it tells none."""
    codes = [str(status.get("code", "")) for status in view.get("statuses") or ()]
    codes.append(str((view.get("powerState") or {}).get("code", "")))
    return _POWER_STATES.get(raw_power_state(codes), "unknown")


def raw_power_state(codes: Iterable[str]) -> str:
    """Azure's own word in ``PowerState/deallocated``, empty when no code is of that kind."""
    return next((code.partition("/")[2].lower() for code in codes if code.lower().startswith("powerstate/")), "")


def tag_of(tags: Mapping[str, str], key: str) -> str | None:
    """The value of a tag, None where there is none. Names of Azure's tags are the same in whatever case."""
    return next((value for name, value in tags.items() if name.lower() == key.lower()), None)


def _list_vms(connection: Connection, subscription: str) -> Iterator[dict[str, Any]]:
    path = f"/subscriptions/{subscription}/providers/Microsoft.Compute/virtualMachines"
    return connection.pages(path, versions.COMPUTE, "list the virtual machines")


def list_arc(connection: Connection, subscription: str) -> Iterator[dict[str, Any]]:
    """The Arc machines of a subscription as Azure Resource Manager lists them, page by page."""
    path = f"/subscriptions/{subscription}/providers/Microsoft.HybridCompute/machines"
    return connection.pages(path, versions.HYBRID_COMPUTE, "list the Arc machines")


def _read(rows: Iterable[Mapping[str, Any]]) -> Iterator[Machine]:
    for row in rows:
        node_id = canonical_id(str(row.get("id", "")))
        provider = provider_of_id(node_id)
        if provider:
            yield Machine(
                node_id,
                provider,
                str(row.get("name") or ""),
                str(row.get("location") or ""),
                {str(name): str(value) for name, value in (row.get("tags") or {}).items()},
                row.get("properties") or {},
            )


def _disks_of(rows: Iterable[Mapping[str, Any]]) -> dict[str, Disk]:
    disks = {}
    for row in rows:
        disk_id = canonical_id(str(row.get("id", "")))
        shares = (row.get("properties") or {}).get("maxShares")
        disks[disk_id] = Disk(disk_id, str((row.get("sku") or {}).get("name") or ""), int(shares or 1))
    return disks
