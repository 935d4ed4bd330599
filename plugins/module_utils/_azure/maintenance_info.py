# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of the ``_info`` modules of maintenance configurations and assignments: from options to answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .._core.errors import InputError
from .._core.node_summary import MOST_FAILURES
from .._core.nodes import canonical_id
from .._core.pool import results
from .._ledger.scope_args import read_nodes
from .maintenance import is_dynamic
from .maintenance_assignment_plan import Assigned, machine_assignments, scope_from_api
from .maintenance_configuration import assigned_to, assignments_in, fetch, list_configurations, service_time
from .maintenance_ids import check_configuration_id, configuration_id, name_of_id, subscription_of
from .maintenance_plan import as_shown
from .maintenance_runs import last_runs
from .maintenance_window import opens_when
from .module import session_of
from .nodes import azure_nodes
from .session import AzureSession
from .vm_prerequisites import read_machines, shown


def describe_configurations(module: Any) -> dict[str, Any]:
    """The configurations that the options ask for, with what was asked for of each, by id."""
    params = module.params
    if params["next_openings"] < 0:
        raise InputError("next_openings", params["next_openings"], "0 or more")
    session = session_of(module)
    places = _subscriptions(params, session)
    found = sorted(_configurations(session, params, places), key=lambda one: str(one["id"]).lower())
    shown_ones = [as_shown(one) for one in found]
    if params["next_openings"]:
        now = service_time(session.connect(places[0]))
        for one in shown_ones:
            one["next_openings"] = opens_when(one["maintenance_window"], now, params["next_openings"])
    if params["assignments"] and shown_ones:
        entries = assignments_in(session, places)
        for one in shown_ones:
            one |= _assigned(assigned_to(entries, one["id"]))
    if params["runs"]:
        runs = last_runs(session, places, [str(one["id"]) for one in shown_ones])
        for one in shown_ones:
            one["runs"] = runs[canonical_id(one["id"])]
    return {"changed": False, "maintenance_configurations": shown_ones}


def describe_assignments(module: Any) -> dict[str, Any]:
    """The assignments of machines, and the dynamic scopes, that the options ask for."""
    params = module.params
    configuration = params["maintenance_configuration_id"]
    if configuration is not None:
        check_configuration_id("maintenance_configuration_id", configuration)
    nodes = None if params["nodes"] is None else {node.node_id for node in azure_nodes(read_nodes(params["nodes"]))}
    session = session_of(module)
    named = [subscription_of(one) for one in (*(nodes or ()), *([configuration] if configuration else ()))]
    entries = assignments_in(session, _subscriptions(params, session, named))
    if configuration is not None:
        entries = assigned_to(entries, configuration)
    machines = [one for one in machine_assignments(entries) if nodes is None or one.machine in nodes]
    scopes = _scopes(entries) if nodes is None else []
    answer = {
        "changed": False,
        "assignments": sorted((_shown_assignment(one) for one in machines), key=lambda one: str(one["id"]).lower()),
        "dynamic_scopes": scopes,
    }
    return answer | (_prerequisites(session, machines) if params["prerequisites"] else {})


def _subscriptions(params: Mapping[str, Any], session: AzureSession, named: Sequence[str] = ()) -> list[str]:
    """The subscriptions to read. Raises InputError where none is named."""
    asked = [*(str(one).lower() for one in params["subscriptions"] or ()), *named] or [session.account.lower()]
    if "" in asked:
        raise InputError("subscriptions", "", "subscription ids, here, or the one of the credentials")
    return list(dict.fromkeys(asked))


def _configurations(session: AzureSession, params: Mapping[str, Any], places: Sequence[str]) -> list[dict[str, Any]]:
    """Those of the place and name; one that is named with its group is read alone."""
    name, group = params["name"], params["resource_group"]
    if name is not None and group is not None:
        ids = [configuration_id(place, group, name) for place in places]
        read = results(lambda one: fetch(session.connect(subscription_of(one)), one), ids)
        return [found for _id, found in read if found is not None]
    listed = results(lambda place: list_configurations(session.connect(place), place, group or ""), list(places))
    every = [one for _place, found in listed for one in found]
    return [one for one in every if name is None or str(one["name"]).lower() == name.lower()]


def _assigned(entries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Who has the configuration: machines by their id, and the dynamic scopes."""
    machines = sorted({one.machine for one in machine_assignments(entries)})
    return {"machines": machines, "dynamic_scopes": _scopes(entries)}


def _scopes(entries: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return sorted(
        (scope_from_api(entry) for entry in entries if is_dynamic(entry)), key=lambda one: str(one["id"]).lower()
    )


def _shown_assignment(assigned: Assigned) -> dict[str, Any]:
    return {
        "id": assigned.id,
        "name": name_of_id(assigned.id),
        "node_id": assigned.machine,
        "maintenance_configuration_id": assigned.configuration,
    }


def _prerequisites(session: AzureSession, assigned: Sequence[Assigned]) -> dict[str, Any]:
    """What keeps configurations from installing on machines that have one."""
    node_ids = sorted({one.machine for one in assigned})
    machines, errors = read_machines(session, node_ids)
    unknown = {one: errors.get(one, "there is no such machine any more") for one in node_ids if one not in machines}
    lacking = shown(machines, node_ids)
    lacking += [{"node_id": one, "name": name_of_id(one), "missing": [reason]} for one, reason in unknown.items()]
    lacking.sort(key=lambda one: str(one["node_id"]))
    return {
        "prerequisites": lacking[:MOST_FAILURES],
        "prerequisites_omitted": max(0, len(lacking) - MOST_FAILURES),
    }
