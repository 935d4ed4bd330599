# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rows of machines in Resource Graph, as late as the fleet's ``graph_lag`` says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ...machines import Machine
from ..graph.lag import Lagging
from ..graph.tables import Row, resource_row
from ..patching.rows import assessment_rows, installation_rows
from ..world import AzureWorld

BLANK = ("kind", "managedBy", "sku", "plan", "identity", "zones", "extendedLocation")
"""Columns that rows of patches leave blank (Update Manager, "Query logs")."""


class GraphRows:
    """What Resource Graph shows of a subscription's resources and of their patches."""

    def __init__(self, world: AzureWorld, subscription: str) -> None:
        self.resources = Lagging(world)
        self.first: dict[str, Row] = {}
        self.assessments = Lagging(world)
        self.installations = Lagging(world)


def lagging(world: AzureWorld, subscription: str, resources: Iterable[Mapping[str, Any]]) -> Iterator[Row]:
    """Rows of resources as their provider answers them. What was there before the table was first looked at is shown
    as it was then, what changed later with the lag."""
    kept = world.store(GraphRows, subscription)
    for resource in resources:
        row = resource_row(world, resource)
        key = str(row["id"]).lower()
        kept.first.setdefault(key, row)
        kept.resources.note(key, row)
        yield kept.resources.seen(key) or kept.first[key]


def note_patches(world: AzureWorld, machine: Machine) -> None:
    """The extension has reported something new: it is in Resource Graph after the lag."""
    resource = {"id": machine.node_id, "location": machine.region}
    base = resource_row(world, resource) | dict.fromkeys(BLANK, "")
    with world.lock:
        kept = world.store(GraphRows, machine.account)
        kept.assessments.note(machine.node_id, list(assessment_rows(machine, base)))
        kept.installations.note(machine.node_id, list(installation_rows(machine, base)))


def patch_rows(world: AzureWorld, subscription: str, table: str) -> Iterator[Row]:
    """The rows of ``assessments`` or ``installations`` of a subscription's machines."""
    shown: Lagging = getattr(world.store(GraphRows, subscription), table)
    for key in shown.noted():
        yield from shown.seen(key) or ()
