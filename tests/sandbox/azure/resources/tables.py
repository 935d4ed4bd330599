# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table ``resourcecontainers``: subscriptions and resource groups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..arm.ids import group_id
from ..graph.tables import Row, table
from ..world import AzureWorld
from .tag_store import tags_at


@table("resourcecontainers")
def containers(world: AzureWorld, subscriptions: Sequence[str]) -> Iterator[Row]:
    """Each subscription and its resource groups."""
    for identifier in subscriptions:
        found = world.subscription(identifier)
        if found is None:
            continue
        common = {"tenantId": found.tenant, "subscriptionId": found.id}
        scope = f"/subscriptions/{found.id}"
        row = {**common, "id": scope, "name": found.name, "type": "microsoft.resources/subscriptions"}
        yield row | {"tags": tags_at(world, scope), "properties": {"state": "Enabled"}}
        for group in world.groups(found.id).values():
            scope = group_id(found.id, group.name)
            row = {**common, "id": scope, "name": group.name, "location": group.location}
            yield row | {
                "type": "microsoft.resources/subscriptions/resourcegroups",
                "resourceGroup": group.name.lower(),
                "tags": tags_at(world, scope),
                "properties": {"provisioningState": "Succeeded"},
            }
