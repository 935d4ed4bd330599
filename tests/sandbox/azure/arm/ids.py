# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ARM resource ids: ``/subscriptions/{s}/resourceGroups/{g}/providers/{namespace}/{type}/{name}[/{type}/{name}…]``.

They are compared without regard to case (Azure documentation: "Naming rules and restrictions for Azure resources").
"""

from __future__ import annotations

from dataclasses import dataclass

VM_TYPE = "Microsoft.Compute/virtualMachines"
ARC_TYPE = "Microsoft.HybridCompute/machines"


@dataclass(frozen=True, slots=True)
class ResourceId:
    """The parts of an id. ``type`` with its namespace, such as ``Microsoft.Compute/virtualMachines``; ``name`` is the
    last one, ``names`` all of them, outermost first. ``group`` and ``type`` are ``""`` where the id has none."""

    text: str
    subscription: str
    group: str = ""
    type: str = ""
    names: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The resource's own name; ``""`` for a subscription or a resource group."""
        return self.names[-1] if self.names else ""

    @property
    def namespace(self) -> str:
        """The resource provider, ``Microsoft.Compute``."""
        return self.type.partition("/")[0]

    @property
    def key(self) -> str:
        """What ids of the same resource have in common."""
        return self.text.lower()

    def is_type(self, resource_type: str) -> bool:
        """Whether it is of that type."""
        return self.type.lower() == resource_type.lower()


def parse_id(text: str) -> ResourceId:
    """The parts of an id of a subscription, a resource group or a resource. Raises ValueError."""
    parts = text.split("/")
    if len(parts) < 3 or parts[0] or parts[1].lower() != "subscriptions" or not all(parts[2:]):
        raise ValueError(f"{text!r} is no resource id")
    subscription, rest, group = parts[2], parts[3:], ""
    if len(rest) >= 2 and rest[0].lower() == "resourcegroups":
        group, rest = rest[1], rest[2:]
    if not rest:
        return ResourceId(text, subscription, group)
    if rest[0].lower() != "providers" or len(rest) < 4 or len(rest) % 2:
        raise ValueError(f"{text!r} is no resource id")
    while "providers" in [part.lower() for part in rest[2::2]]:
        # An extension resource: its type is what follows the last "providers".
        rest = rest[2 + 2 * [part.lower() for part in rest[2::2]].index("providers") :]
    return ResourceId(text, subscription, group, "/".join([rest[1], *rest[2::2]]), tuple(rest[3::2]))


def same_id(one: str, other: str) -> bool:
    """Whether both name the same resource."""
    return one.lower() == other.lower()


def group_id(subscription: str, group: str) -> str:
    """The id of a resource group."""
    return f"/subscriptions/{subscription}/resourceGroups/{group}"


def resource_id(subscription: str, group: str, resource_type: str, *names: str) -> str:
    """The id of a resource; as many names as the type has parts behind its namespace."""
    namespace, *types = resource_type.split("/")
    path = "/".join(f"{part}/{name}" for part, name in zip(types, names, strict=True))
    return f"{group_id(subscription, group)}/providers/{namespace}/{path}"
