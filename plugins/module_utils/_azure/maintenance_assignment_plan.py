# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be done so that machines and dynamic scopes are assigned as wanted: the plan of the module."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._core.change_set import ChangeSet, Step
from .._core.errors import InputError
from .._core.nodes import canonical_id, provider_of_id
from .maintenance import assignment_of
from .maintenance_filter import filter_after, filter_from_api, filter_to_api
from .maintenance_ids import assignment_id, derived_name, name_of_id

PUT, DELETE = "put_assignment", "delete_assignment"
MOST_ASSIGNMENTS = 3000
"""Of a configuration ("Maintenance configurations", service limits)."""

_NO_FILTER = filter_from_api({})


@dataclass(frozen=True, slots=True)
class Assigned:
    """A machine's assignment: its own id, the machine's and the configuration's, the latter two canonical."""

    id: str
    machine: str
    configuration: str


def machine_assignments(entries: Iterable[Mapping[str, Any]]) -> list[Assigned]:
    """The assignments of machines among those that a list or Resource Graph gave; dynamic scopes are left out."""
    found = []
    for entry in entries:
        read = assignment_of(entry)
        if read is not None and provider_of_id(read.scope):
            found.append(Assigned(str(entry["id"]), read.scope, read.configuration))
    return found


def scope_from_api(entry: Mapping[str, Any]) -> dict[str, Any]:
    """A dynamic scope in the form that modules return."""
    properties = entry.get("properties") or {}
    read = assignment_of(entry)
    return {
        "id": str(entry["id"]),
        "name": str(entry.get("name") or name_of_id(str(entry["id"]))),
        "scope": str(entry["id"]).lower().partition("/providers/microsoft.maintenance/")[0],
        "maintenance_configuration_id": canonical_id(str(properties.get("maintenanceConfigurationId") or "")),
        "filter": filter_from_api(properties.get("filter") or {}) if read else dict(_NO_FILTER),
    }


def plan_machines(
    present: Sequence[Assigned],
    machines: Sequence[str],
    configuration: str,
    *,
    name: str = "",
    locations: Mapping[str, str] | None = None,
    absent: bool = False,
    purge: bool = False,
    keep: Collection[str] = (),
) -> ChangeSet:
    """Assign machines (canonical ids) to a configuration, or take them out; with ``purge`` all others leave.

    A machine that has the configuration already keeps its assignment, whatever that is called. ``locations``: of the
    machines, as far as known. ``keep``: machines that do not join and do not leave either. Raises InputError for more
    machines than a configuration may have.
    """
    wanted, own = canonical_id(configuration), name or derived_name(configuration)
    mine = [one for one in present if one.configuration == wanted]
    assigned = {one.machine for one in mine}
    before = sorted(assigned)
    if absent:
        leaving, joining = [one for one in mine if one.machine in machines], []
    else:
        stay = {*machines, *keep}
        leaving = [one for one in mine if purge and one.machine not in stay]
        joining = [machine for machine in dict.fromkeys(machines) if machine not in assigned]
    gone = {one.machine for one in leaving}
    after = sorted((assigned - gone) | set(joining))
    if len(after) > MOST_ASSIGNMENTS:
        raise InputError("nodes", len(after), f"not more than {MOST_ASSIGNMENTS} machines for a configuration")
    steps = [Step(DELETE, {"machine": one.machine}, one.id) for one in leaving]
    for machine in joining:
        _refuse_taken(present, machine, own, wanted)
        body = _body(configuration, (locations or {}).get(machine, ""), {"resourceId": machine})
        steps.append(Step(PUT, {"machine": machine, "request": body}, assignment_id(machine, own)))
    resource = f"assignments of maintenance configuration {name_of_id(configuration)}"
    return ChangeSet({"machines": before}, {"machines": after}, tuple(steps), resource)


def plan_scope(
    current: Mapping[str, Any] | None,
    scope: str,
    configuration: str,
    wanted: Mapping[str, Any] | None,
    *,
    name: str = "",
    absent: bool = False,
) -> ChangeSet:
    """Make, change or delete a dynamic scope; what is not wanted of its filter stays. Raises InputError.

    ``current``: as :func:`scope_from_api` gives it, None when there is none.
    """
    own = name or derived_name(configuration)
    resource = f"dynamic scope {own}"
    if absent:
        if current is None:
            return ChangeSet()
        return ChangeSet(dict(current), {}, (Step(DELETE, {}, current["id"]),), resource)
    if current is None and wanted is None:
        raise InputError("filter", None, "which machines the scope has, since it does not exist yet; {} is all of them")
    before = dict(current) if current else {}
    after = {
        "id": assignment_id(scope, own),
        "name": own,
        "scope": scope.lower(),
        **before,
        "maintenance_configuration_id": canonical_id(configuration),
        "filter": filter_after(before.get("filter", _NO_FILTER), wanted or {}),
    }
    if after == before:
        return ChangeSet(before, before, (), resource)
    body = _body(configuration, "", {"filter": filter_to_api(after["filter"])})
    return ChangeSet(before, after, (Step(PUT, {"request": body}, after["id"]),), resource)


def _body(configuration: str, location: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = {"properties": {"maintenanceConfigurationId": configuration, **properties}}
    return {"location": location, **body} if location else body


def _refuse_taken(present: Sequence[Assigned], machine: str, name: str, configuration: str) -> None:
    """Another configuration's assignment of the same name would be replaced. Raises InputError."""
    taken = [one for one in present if one.machine == machine and name_of_id(one.id).lower() == name.lower()]
    if taken and taken[0].configuration != configuration:
        allowed = (
            f"a name that is free on {name_of_id(machine)}, where it belongs to {name_of_id(taken[0].configuration)}"
        )
        raise InputError("name", name, allowed)
