# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Managed nodes: which machines Systems Manager knows, how their agent stands, and choosing them by targets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...machines import Machine
from ..errors import ServiceError
from ..resource_groups.operations import GroupStore
from ..resource_groups.query import members, resource_type
from ..world import Call

PATCH_GROUP_KEYS = ("Patch Group", "PatchGroup")


def is_managed(machine: Machine) -> bool:
    """Whether the node is registered: it has an agent, which has reported at least once (attribute ``managed``)."""
    return machine.agent_installed and bool(machine.attributes.get("managed", True))


def managed_nodes(call: Call) -> dict[str, Machine]:
    """The caller's managed nodes in the region, by id."""
    return {node_id: machine for node_id, machine in call.machines.items() if is_managed(machine)}


def ping_status(machine: Machine) -> str:
    """Online, or ConnectionLost when the agent does not answer."""
    return "Online" if machine.agent_online else "ConnectionLost"


def patch_group(machine: Machine) -> str:
    """The node's patch group; ``""`` without the tag."""
    return next((machine.tags[key] for key in PATCH_GROUP_KEYS if machine.tags.get(key)), "")


def _in_groups(call: Call, key: str, values: Sequence[str], machine: Machine) -> bool:
    """Whether a node meets a target of resource groups. Groups that are not there have no members."""
    if key == "resource-groups:ResourceTypeFilters":
        return resource_type(machine) in values
    if key != "resource-groups:Name":
        raise ServiceError("InvalidParameters", f"Invalid target key: {key}")
    groups = call.store(GroupStore).groups
    return any(name in groups and members([machine], groups[name].query) for name in values)


def targeted(call: Call, targets: Sequence[Mapping[str, Any]]) -> list[Machine]:
    """The nodes that meet all targets. Raises ServiceError for a key that Run Command does not have."""
    found = list(managed_nodes(call).values())
    for target in targets:
        key, values = str(target.get("Key") or ""), list(target.get("Values") or [])
        if key.lower() == "instanceids" or key == "AWS::EC2::Instance":
            found = [machine for machine in found if "*" in values or machine.node_id in values]
        elif key.startswith("tag:"):
            found = [machine for machine in found if machine.tags.get(key[4:]) in values]
        elif key == "tag-key":
            found = [machine for machine in found if set(values) & set(machine.tags)]
        elif key.startswith("resource-groups:"):
            found = [machine for machine in found if _in_groups(call, key, values, machine)]
        else:
            raise ServiceError("InvalidParameters", f"Invalid target key: {key}")
    return found
