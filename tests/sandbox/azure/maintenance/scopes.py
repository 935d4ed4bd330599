# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which machines an assignment is for when a window opens ("Dynamic scoping", Update Manager documentation)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ...machines import Machine
from ..arm.ids import ARC_TYPE, parse_id
from ..world import AzureWorld
from .store import Resource, assignments_of, is_dynamic, scope_of

MOST_MACHINES = 1000
"""Of a dynamic scope."""


def is_patched_by_schedule(machine: Machine) -> bool:
    """Whether a machine lets a schedule patch it: Arc machines do, virtual machines when they are set so."""
    if parse_id(machine.node_id).is_type(ARC_TYPE):
        return True
    attributes = machine.attributes
    return attributes.get("patch_mode") == "AutomaticByPlatform" and bool(
        attributes.get("bypass_platform_safety_checks")
    )


def machines_of_configuration(world: AzureWorld, configuration: str) -> list[Machine]:
    """The machines that a configuration is for now, each once."""
    found: dict[str, Machine] = {}
    for assignment in assignments_of(world, configuration):
        for machine in _machines(world, assignment):
            found.setdefault(machine.node_id, machine)
    return list(found.values())


def _machines(world: AzureWorld, assignment: Resource) -> Iterator[Machine]:
    scope = scope_of(assignment)
    if not is_dynamic(assignment):
        machine = world.machine(scope)
        yield from () if machine is None else (machine,)
        return
    fitting = [
        machine
        for node_id, machine in world.machines(parse_id(scope).subscription).items()
        if node_id.lower().startswith(f"{scope}/") and fits(assignment["properties"].get("filter") or {}, machine)
    ]
    yield from fitting[:MOST_MACHINES]


def fits(filters: Mapping[str, Any], machine: Machine) -> bool:
    """Whether a machine fits all parts of a filter; an empty part fits every machine."""
    parts = parse_id(machine.node_id)
    asked = (
        (filters.get("resourceTypes"), parts.type),
        (filters.get("resourceGroups"), parts.group),
        (filters.get("osTypes"), machine.os.platform_type),
        (filters.get("locations"), machine.region),
    )
    return all(_among(values, value) for values, value in asked) and _tags_fit(
        filters.get("tagSettings") or {}, machine.tags
    )


def _among(values: Sequence[str] | None, value: str) -> bool:
    return not values or value.lower() in {one.replace(" ", "").lower() for one in values}


def _tags_fit(settings: Mapping[str, Any], tags: Mapping[str, str]) -> bool:
    """Names of tags are compared without case, their values with it."""
    wanted: Mapping[str, Sequence[str]] = settings.get("tags") or {}
    if not wanted:
        return True
    carried = {name.lower(): value for name, value in tags.items()}
    found = [carried.get(name.lower()) in values for name, values in wanted.items()]
    return all(found) if settings.get("filterOperator") == "All" else any(found)
