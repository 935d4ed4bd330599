# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the tags of resources are: machines have their own, providers register theirs, the rest is kept here."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping

from ..arm.ids import ResourceId, parse_id
from ..world import AzureWorld

Tags = MutableMapping[str, str]
Holder = Callable[[AzureWorld, ResourceId], "Tags | None"]

HOLDERS: dict[str, Holder] = {}
"""By resource type in lower case."""


def tag_holder(resource_type: str) -> Callable[[Holder], Holder]:
    """Register who has the tags of resources of a type: a function that gives them, to be changed in place, or None
    when there is no such resource."""

    def register(function: Holder) -> Holder:
        HOLDERS[resource_type.lower()] = function
        return function

    return register


class TagStore:
    """The tags of a subscription and of its resource groups."""

    def __init__(self, world: AzureWorld, subscription: str) -> None:
        self.tags: dict[str, Tags] = {}

    def at(self, scope: str) -> Tags:
        """Those of a subscription or group."""
        return self.tags.setdefault(scope.lower(), {})


def tags_at(world: AzureWorld, scope: str) -> Tags | None:
    """The tags of a resource, group or subscription, to be changed in place; None when it does not exist.

    Raises ValueError for what is no scope.
    """
    parts = parse_id(scope)
    if not parts.type:
        known = world.subscription(parts.subscription) is not None
        known = known and (not parts.group or parts.group.lower() in world.groups(parts.subscription))
        return world.store(TagStore, parts.subscription).at(scope) if known else None
    machine = world.machine(scope)
    if machine is not None:
        return machine.tags
    holder = HOLDERS.get(parts.type.lower())
    return holder(world, parts) if holder else None
