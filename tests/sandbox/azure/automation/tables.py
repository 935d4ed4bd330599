# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Automation accounts in Resource Graph. Deployment schedules are not there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..graph.tables import Row, resource_row, table
from ..world import AzureWorld
from .store import AutomationStore


@table("resources")
def resources(world: AzureWorld, subscriptions: Sequence[str]) -> Iterator[Row]:
    """Automation accounts. They do not change here, so there is no lag."""
    for one in subscriptions:
        yield from (resource_row(world, resource) for resource in world.store(AutomationStore, one).accounts.values())
