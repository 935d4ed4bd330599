# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be done so that Update Manager does what deployment schedules did: the plan of a migration."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .._core.change_set import ChangeSet, Step
from .._core.errors import InputError
from .._core.nodes import canonical_id
from .maintenance_assignment_plan import machine_assignments, plan_machines, plan_scope, scope_from_api
from .maintenance_filter import filter_after
from .maintenance_ids import assignment_id, configuration_id
from .maintenance_plan import plan_present
from .migration_losses import Loss
from .migration_machines import Machines
from .migration_map import ORIGIN_TAG, Mapped, Part
from .migration_scopes import Scope

MOST_SCOPES = 200
"""Dynamic scopes of a configuration ("Dynamic scoping", service limits)."""

MIGRATED, PARTLY, NOT_MIGRATED, OVER, DISABLED, FAILED = (
    "migrated",
    "partly_migrated",
    "not_migrated",
    "over",
    "disabled",
    "failed",
)
_OTHER_NAME = "name the configuration otherwise: names, or name_prefix"


@dataclass(frozen=True, slots=True)
class Present:
    """What there is: configurations by their canonical id, and the assignments of all subscriptions concerned."""

    configurations: Mapping[str, dict[str, Any]]
    assignments: Sequence[dict[str, Any]] = ()

    def scopes_of(self, configuration: str) -> list[dict[str, Any]]:
        """The dynamic scopes of a configuration."""
        found = [scope_from_api(one) for one in self.assignments if "filter" in (one.get("properties") or {})]
        return [one for one in found if one["maintenance_configuration_id"] == canonical_id(configuration)]


@dataclass(slots=True)
class PartPlan:
    """A configuration of a schedule with what is assigned to it."""

    id: str
    configuration: ChangeSet
    machines: ChangeSet
    scopes: list[ChangeSet] = field(default_factory=list)
    done: int = 0
    errors: list[str] = field(default_factory=list)

    @property
    def changes(self) -> list[ChangeSet]:
        """Everything that is to be done, in this order."""
        return [self.configuration, self.machines, *self.scopes]

    @property
    def members(self) -> list[Step]:
        """The requests about what is assigned."""
        return [step for change in (self.machines, *self.scopes) for step in change.steps]


@dataclass(slots=True)
class Migration:
    """A schedule, what it becomes, and what has to be done for that; no parts where it is not moved."""

    mapped: Mapped
    where: str
    state: str
    parts: list[PartPlan] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Target:
    """Where the configurations are to be, and how they are filled."""

    subscription: str
    group: str
    accept: frozenset[str]
    enabled_only: bool
    purge: bool

    def id(self, part: Part) -> str:
        """The id of a configuration. Raises InputError for a name that cannot be one's."""
        return configuration_id(self.subscription, self.group, part.name)


def refuse_collisions(mapped: Iterable[Mapped]) -> None:
    """List it where two schedules would become configurations of one name. Changes ``mapped``."""
    listed = list(mapped)
    count = Counter(part.name.casefold() for one in listed for part in one.parts)
    for one in listed:
        for name in {part.name for part in one.parts if count[part.name.casefold()] > 1}:
            why = f"another schedule would become the configuration {name} too"
            one.losses.append(Loss("name", one.name, why, _OTHER_NAME))


def plan(mapped: Mapped, where: str, target: Target, present: Present, machines: Machines, now: datetime) -> Migration:
    """What has to be done for a schedule whose machines are resolved. What keeps it from that joins its losses."""
    if mapped.over:
        return Migration(mapped, where, OVER)
    if target.enabled_only and not mapped.enabled:
        return Migration(mapped, where, DISABLED)
    _refuse_foreign(mapped, target, present)
    if mapped.blocked(target.accept):
        return Migration(mapped, where, NOT_MIGRATED)
    try:
        parts = [_plan_part(mapped, part, target, present, machines, now) for part in mapped.parts]
    except InputError as error:
        mapped.losses.append(Loss(error.option, error.value, f"Azure takes only {error.allowed}", _OTHER_NAME))
        return Migration(mapped, where, NOT_MIGRATED)
    return Migration(mapped, where, PARTLY if any(loss.blocks for loss in mapped.losses) else MIGRATED, parts)


def _refuse_foreign(mapped: Mapped, target: Target, present: Present) -> None:
    """A configuration that is there and was not made of this schedule is left alone."""
    for part in mapped.parts:
        found = present.configurations.get(canonical_id(target.id(part)))
        tags = {name.lower(): value for name, value in (found or {}).get("tags", {}).items()}
        if found is not None and tags.get(ORIGIN_TAG) != part.values["tags"][ORIGIN_TAG]:
            origin = tags.get(ORIGIN_TAG)
            why = f"there is a configuration {part.name} already, made {f'of {origin}' if origin else 'by others'}"
            mapped.losses.append(Loss("name", mapped.name, why, _OTHER_NAME))


def _plan_part(
    mapped: Mapped, part: Part, target: Target, present: Present, machines: Machines, now: datetime
) -> PartPlan:
    resource_id = target.id(part)
    current = present.configurations.get(canonical_id(resource_id))
    configuration = plan_present(current, part.values, resource_id, now, purge_tags=False)
    assigned = plan_machines(
        machine_assignments(present.assignments),
        mapped.machines,
        resource_id,
        locations={one: machines.location(one) for one in mapped.machines},
        purge=target.purge,
    )
    scopes = _plan_scopes(mapped.scopes, resource_id, present.scopes_of(resource_id), purge=target.purge)
    return PartPlan(resource_id, configuration, assigned, scopes)


def _plan_scopes(
    wanted: Sequence[Scope], configuration: str, present: Sequence[dict[str, Any]], *, purge: bool
) -> list[ChangeSet]:
    """Scopes to make or to change; one with the same filter at the same place is meant, whatever its name is."""
    changes, kept = [], set()
    for scope in wanted:
        found = _same(scope, present) or _named(scope, configuration, present)
        name = str(found["name"]) if found else scope.name(configuration)
        if found:
            kept.add(canonical_id(found["id"]))
        changes.append(plan_scope(found, scope.scope, configuration, scope.filter, name=name))
    surplus = [one for one in present if canonical_id(one["id"]) not in kept] if purge else []
    changes += [
        plan_scope(one, one["scope"], configuration, None, name=one["name"], absent=True) for one in surplus
    ]  # fmt: skip
    number = len(wanted) + (0 if purge else len(present) - len(kept))
    if number > MOST_SCOPES:
        raise InputError("targets.azure_queries", f"{number} places", f"{MOST_SCOPES} dynamic scopes a configuration")
    return changes


def _same(scope: Scope, present: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    here = [one for one in present if one["scope"] == scope.scope.lower()]
    return next((one for one in here if filter_after(one["filter"], scope.filter) == one["filter"]), None)


def _named(scope: Scope, configuration: str, present: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    own = canonical_id(assignment_id(scope.scope, scope.name(configuration)))
    return next((one for one in present if canonical_id(one["id"]) == own), None)
