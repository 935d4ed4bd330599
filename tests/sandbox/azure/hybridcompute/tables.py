# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Resource Graph has of Microsoft.HybridCompute, in the table ``resources``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..arm.ids import ARC_TYPE
from ..graph.tables import Row, table
from ..nodes.graph import lagging
from ..nodes.machines import machines_of
from ..world import AzureWorld
from .view import render


@table("resources")
def resources(world: AzureWorld, subscriptions: Sequence[str]) -> Iterator[Row]:
    """Arc machines."""
    for one in subscriptions:
        yield from lagging(world, one, map(render, machines_of(world, one, ARC_TYPE)))
