# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Puts together what Azure says about a machine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .._core.facts import NodeFacts, SnapshotAbility
from .._core.nodes import Node, canonical_id
from .._core.systems import family_of
from .machine_agent import arc_agent, vm_agent
from .machines import Disk, Machine, power_state_of, tag_of
from .maintenance import Maintenance
from .native_updates import native_updates
from .nodes import ARC
from .systems import family_of_type, os_of, version_in

NOT_RESTORABLE = {"ultrassd_lrs": "an Ultra disk", "premiumv2_lrs": "a Premium SSD v2 disk"}
"""Skus of disks that no restore point of a machine covers (Virtual machine restore points, "Limitations")."""


@dataclass(frozen=True, slots=True)
class MachineFacts:
    """What was read; dictionaries are by canonical id. ``views`` None: the live states were not asked for."""

    machines: Mapping[str, Machine] = field(default_factory=dict)
    disks: Mapping[str, Disk] = field(default_factory=dict)
    views: Mapping[str, Mapping[str, Any]] | None = None
    maintenance: Maintenance = field(default_factory=Maintenance)
    tag_keys: Sequence[str] = ()


def facts_of(node: Node, known: MachineFacts) -> NodeFacts:
    """The node's facts; ``found`` is false when Azure does not know it."""
    machine = known.machines.get(node.node_id)
    if machine is None or _is_gone(machine, known):
        return NodeFacts(node.node_id, account=node.account, region=node.region, provider=node.provider)
    os, version = _operating_system(node, machine, known)
    family = family_of_type(_os_type(machine)) or family_of(os) or node.os_family
    power_state = _power_state(machine, known)
    return NodeFacts(
        node_id=node.node_id,
        found=True,
        provider=machine.provider,
        account=machine.subscription,
        region=machine.location,
        name=machine.name or node.name,
        os_family=family,
        os=os,
        os_version=version,
        power_state=power_state,
        can_power=machine.provider != ARC,
        agent=arc_agent(machine) if machine.provider == ARC else vm_agent(machine, _live(machine, known), power_state),
        snapshot=snapshot_ability(machine, known.disks),
        volumes=len(_disks(machine)),
        scaling_group=_scale_set(machine),
        native_updates=native_updates(machine, family, known.maintenance),
        patch_group=patch_group_of(machine.tags, known.tag_keys),
        tags=dict(machine.tags),
    )


def patch_group_of(tags: Mapping[str, str], tag_keys: Sequence[str]) -> str:
    """The patch group: the value of the first of the keys that the machine carries."""
    return next((value for key in tag_keys if (value := tag_of(tags, key))), "")


def snapshot_ability(machine: Machine, disks: Mapping[str, Disk]) -> SnapshotAbility:
    """Whether one restore point can have all disks of the machine, and be restored."""
    obstacles = tuple(_obstacles(machine, disks))
    return SnapshotAbility(not obstacles, obstacles)


def _is_gone(machine: Machine, known: MachineFacts) -> bool:
    """Resource Graph still shows a machine for some minutes after it was deleted; the live list does not."""
    return machine.provider != ARC and known.views is not None and machine.id not in known.views


def _live(machine: Machine, known: MachineFacts) -> Mapping[str, Any] | None:
    return None if known.views is None else known.views.get(machine.id)


def _view(machine: Machine, known: MachineFacts) -> Mapping[str, Any]:
    """The instance view as it is now, else the part of it that Resource Graph keeps."""
    extended: Mapping[str, Any] = (machine.properties.get("extended") or {}).get("instanceView") or {}
    return _live(machine, known) or extended


def _power_state(machine: Machine, known: MachineFacts) -> str:
    if machine.provider == ARC:
        return "running" if str(machine.properties.get("status", "")).lower() == "connected" else "unknown"
    return power_state_of(_view(machine, known))


def _os_type(machine: Machine) -> str:
    if machine.provider == ARC:
        return str(machine.properties.get("osType") or "")
    return str((_storage(machine).get("osDisk") or {}).get("osType") or "")


def _operating_system(node: Node, machine: Machine, known: MachineFacts) -> tuple[str, str]:
    """The agent's word first, then the image's, then the inventory's; and the version."""
    if machine.provider == ARC:
        sku = str(machine.properties.get("osSku") or "")
        name = str(machine.properties.get("osName") or "")
        version = version_in(sku) or str(machine.properties.get("osVersion") or "")
        return os_of((sku, name)) or node.os, version
    kept = (machine.properties.get("extended") or {}).get("instanceView") or {}
    live = _live(machine, known) or {}
    image = _storage(machine).get("imageReference") or {}
    names = (live.get("osName"), kept.get("osName"), image.get("offer"), image.get("publisher"), _os_type(machine))
    version = live.get("osVersion") or kept.get("osVersion") or ""
    return os_of(str(name or "") for name in names) or node.os, str(version)


def _storage(machine: Machine) -> Mapping[str, Any]:
    found: Mapping[str, Any] = machine.properties.get("storageProfile") or {}
    return found


def _disks(machine: Machine) -> list[Mapping[str, Any]]:
    storage = _storage(machine)
    return [disk for disk in (storage.get("osDisk"), *(storage.get("dataDisks") or ())) if disk]


def _scale_set(machine: Machine) -> str | None:
    return str((machine.properties.get("virtualMachineScaleSet") or {}).get("id") or "") or None


def _obstacles(machine: Machine, disks: Mapping[str, Disk]) -> Iterator[str]:
    if machine.provider == ARC:
        yield "it is an Arc machine, of which Azure can make no snapshot"
        return
    attached = _disks(machine)
    if not attached:
        yield "it has no disk"
    for disk in attached:
        yield from _disk_obstacles(disk, disks)


def _disk_obstacles(disk: Mapping[str, Any], disks: Mapping[str, Disk]) -> Iterator[str]:
    name = str(disk.get("name") or "a disk")
    if (disk.get("diffDiskSettings") or {}).get("option"):
        yield f"{name} is an ephemeral OS disk, which cannot be snapshotted"
        return
    managed = disk.get("managedDisk")
    if not managed:
        yield f"{name} is an unmanaged disk, which no restore point covers"
        return
    known = disks.get(canonical_id(str(managed.get("id") or "")))
    sku = (known.sku if known else str(managed.get("storageAccountType") or "")).lower()
    if sku in NOT_RESTORABLE:
        yield f"{name} is {NOT_RESTORABLE[sku]}, which no restore point covers"
    if known and known.max_shares > 1:
        yield f"{name} is a shared disk, which no restore point covers"
