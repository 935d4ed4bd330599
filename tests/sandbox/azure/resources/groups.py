# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Resource groups: those of the fleet file and of its machines. They are read only."""

from __future__ import annotations

from typing import Any

from azure.mgmt.resource.resources import models

from ..arm.answer import Answer
from ..arm.call import Call
from ..arm.errors import resource_group_not_found
from ..arm.ids import group_id
from ..arm.paging import paged
from ..arm.registry import operation
from ..world import Group
from .tag_store import tags_at

VERSIONS = (
    "2018-05-01",
    "2019-10-01",
    "2020-06-01",
    "2021-04-01",
    "2022-09-01",
    "2023-07-01",
    "2024-03-01",
    "2025-04-01",
)


def _shown(call: Call, group: Group) -> dict[str, Any]:
    identifier = group_id(call.subscription, group.name)
    return {
        "id": identifier,
        "name": group.name,
        "type": "Microsoft.Resources/resourceGroups",
        "location": group.location,
        "tags": dict(tags_at(call.world, identifier) or {}) or None,
        "properties": {"provisioningState": "Succeeded"},
    }


@operation(
    "GET",
    "/subscriptions/{subscription}/resourcegroups",
    versions=VERSIONS,
    name="Microsoft.Resources/subscriptions/resourceGroups/read",
)
def list_groups(call: Call) -> Answer:
    """All groups, in pages."""
    return paged(call, [_shown(call, group) for group in call.world.groups(call.subscription).values()])


@operation(
    "GET",
    "/subscriptions/{subscription}/resourcegroups/{group}",
    versions=VERSIONS,
    name="Microsoft.Resources/subscriptions/resourceGroups/read",
    answer=models.ResourceGroup,
)
def get_group(call: Call) -> Answer:
    """One group."""
    found = call.world.groups(call.subscription).get(call.group.lower())
    if found is None:
        raise resource_group_not_found(call.group)
    return Answer(200, _shown(call, found))


@operation(
    "HEAD",
    "/subscriptions/{subscription}/resourcegroups/{group}",
    versions=VERSIONS,
    name="Microsoft.Resources/subscriptions/resourceGroups/read",
)
def has_group(call: Call) -> Answer:
    """Whether it exists: 204 or 404."""
    return Answer(204 if call.group.lower() in call.world.groups(call.subscription) else 404)
