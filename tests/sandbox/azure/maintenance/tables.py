# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Resource Graph has of Microsoft.Maintenance, as late as the fleet's ``graph_lag`` says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..arm.ids import parse_id
from ..graph.tables import Row, resource_row, table
from ..world import AzureWorld
from .assignments import shown as shown_assignment
from .rules import shown as shown_configuration
from .runs import RunStore
from .store import CONFIGURATION, MaintenanceStore


@table("resources")
def resources(world: AzureWorld, subscriptions: Sequence[str]) -> Iterator[Row]:
    """Maintenance configurations."""
    for one in subscriptions:
        store = world.store(MaintenanceStore, one).shown
        for resource in filter(None, map(store.seen, store.noted())):
            if parse_id(resource["id"]).is_type(CONFIGURATION):
                yield resource_row(world, shown_configuration(resource))


@table("maintenanceresources")
def maintenance_resources(world: AzureWorld, subscriptions: Sequence[str]) -> Iterator[Row]:
    """Configuration assignments, and the runs of configurations."""
    for one in subscriptions:
        store = world.store(MaintenanceStore, one).shown
        for resource in filter(None, map(store.seen, store.noted())):
            if not parse_id(resource["id"]).is_type(CONFIGURATION):
                yield resource_row(world, shown_assignment(resource))
    asked = {one.lower() for one in subscriptions}
    for _subscription, runs in world.stores(RunStore):
        for row in filter(None, map(runs.shown.seen, runs.shown.noted())):
            if parse_id(row["id"]).subscription.lower() in asked:
                yield resource_row(world, row) | {"type": row["type"]}
