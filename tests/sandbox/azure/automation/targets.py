# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which machines a deployment schedule is for when it runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ...machines import Machine
from ..arm.ids import ARC_TYPE, VM_TYPE, parse_id
from ..graph.errors import ParserFailure, SemanticError
from ..loganalytics.evaluate import evaluate
from ..loganalytics.store import find_workspace
from ..maintenance.scopes import fits
from ..world import AzureWorld
from .store import Deployment


def targets_of(world: AzureWorld, deployment: Deployment) -> list[Machine]:
    """The machines, each once, of the schedule's operating system. The caller holds the world's lock."""
    update = deployment.update
    found: dict[str, Machine] = {}
    for machine in (
        *_named(world, update["azureVirtualMachines"] or ()),
        *_computers(world, update["nonAzureComputerNames"] or ()),
        *_queried(world, update["targets"]["azureQueries"] or ()),
        *_searched(world, update["targets"]["nonAzureQueries"] or ()),
    ):
        if machine.os.platform_type == update["operatingSystem"]:
            found.setdefault(machine.node_id, machine)
    return list(found.values())


def _named(world: AzureWorld, ids: Iterable[str]) -> Iterator[Machine]:
    yield from filter(None, map(world.machine, ids))


def _machines(world: AzureWorld, kind: str) -> Iterator[Machine]:
    for machine in world.fleet.machines.values():
        if machine.node_id.startswith("/") and parse_id(machine.node_id).is_type(kind):
            yield machine


def _computers(world: AzureWorld, names: Iterable[str]) -> Iterator[Machine]:
    """Machines outside of Azure by the name that their agent tells, with or without its domain."""
    wanted = {name.lower() for name in names}
    for machine in _machines(world, ARC_TYPE):
        known = {machine.hostname.lower(), machine.hostname.partition(".")[0].lower()}
        if known & wanted:
            yield machine


def _queried(world: AzureWorld, queries: Iterable[Mapping[str, Any]]) -> Iterator[Machine]:
    """Virtual machines below a query's scopes, in its locations and with its tags."""
    for query in queries:
        filters = {"locations": query.get("locations"), "tagSettings": query.get("tagSettings")}
        for machine in _machines(world, VM_TYPE):
            below = any(machine.node_id.lower().startswith(f"{scope.lower()}/") for scope in query["scope"])
            if below and fits(filters, machine):
                yield machine


def _searched(world: AzureWorld, queries: Iterable[Mapping[str, Any]]) -> Iterator[Machine]:
    """Machines outside of Azure that a saved search names in the column Computer; none when it cannot be evaluated."""
    for query in queries:
        workspace = find_workspace(world, str(query["workspaceId"]))
        if workspace is None:
            continue
        try:
            rows = evaluate(world, workspace, str(query["functionAlias"])).rows
        except (ParserFailure, SemanticError):
            continue
        yield from _computers(world, {str(row.get("Computer") or "") for row in rows})
