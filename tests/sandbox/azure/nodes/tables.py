# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of Update Manager's results."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..graph.tables import Row, table
from ..world import AzureWorld
from .graph import patch_rows


@table("patchassessmentresources")
def assessments(world: AzureWorld, subscriptions: Sequence[str]) -> Iterator[Row]:
    """The newest assessment of each machine, and its patches."""
    for subscription in subscriptions:
        yield from patch_rows(world, subscription, "assessments")


@table("patchinstallationresources")
def installations(world: AzureWorld, subscriptions: Sequence[str]) -> Iterator[Row]:
    """The installations of each machine, and their patches."""
    for subscription in subscriptions:
        yield from patch_rows(world, subscription, "installations")
