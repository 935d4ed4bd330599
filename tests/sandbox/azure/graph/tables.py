# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of Resource Graph, and who fills them.

A row is what a query sees: ``id``, ``name``, ``type`` (lower case), ``tenantId``, ``kind``, ``location``,
``resourceGroup`` (lower case), ``subscriptionId``, ``tags``, ``properties``, … as plain JSON data. What it has
not, a query sees as null.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ..arm.ids import parse_id
from ..world import AzureWorld

Row = dict[str, Any]
Rows = Callable[[AzureWorld, Sequence[str]], Iterable[Row]]

TABLES: dict[str, list[Rows]] = {}
"""By table, in lower case; several functions may feed one."""


def table(name: str) -> Callable[[Rows], Rows]:
    """Register a function that gives rows of a table for subscriptions (their ids as the fleet file writes them).

    It is called with the world's lock held.
    """

    def register(function: Rows) -> Rows:
        TABLES.setdefault(name.lower(), []).append(function)
        return function

    return register


def rows_of(world: AzureWorld, name: str, subscriptions: Sequence[str]) -> list[Row]:
    """The rows of a table. Raises KeyError for a table that is not served."""
    return [row for function in TABLES[name.lower()] for row in function(world, subscriptions)]


def resource_row(world: AzureWorld, resource: Mapping[str, Any]) -> Row:
    """A row made of a resource as its provider answers it (``id``, ``name``, ``type``, ``location``, ``tags`` …)."""
    parts = parse_id(resource["id"])
    subscription = world.subscription(parts.subscription)
    return {
        "kind": "",
        "tags": None,
        "properties": {},
        **resource,
        "type": parts.type.lower(),
        "tenantId": subscription.tenant if subscription else world.settings.tenant,
        "resourceGroup": parts.group.lower(),
        "subscriptionId": parts.subscription,
    }
