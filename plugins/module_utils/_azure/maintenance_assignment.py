# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Assigns maintenance configurations to machines in bulk, and to dynamic scopes.

What is assigned is read from the lists of Resource Manager, one for each subscription, which are never old.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .._core.change_set import ChangeSet, Step
from .._core.errors import CloudError, InputError
from .._core.node_summary import MOST_FAILURES, failure_warning, summarize
from .._core.nodes import Node, canonical_id
from .._core.pool import outcomes
from .._ledger.scope_args import read_nodes
from . import versions
from .client import Connection
from .maintenance_assignment_plan import PUT, machine_assignments, plan_machines, plan_scope, scope_from_api
from .maintenance_configuration import assignments_in, fetch, remove
from .maintenance_filter import check_filter, wanted_filter
from .maintenance_ids import (
    assignment_id,
    check_configuration_id,
    check_name,
    check_scope,
    derived_name,
    group_of_id,
    name_of_id,
    subscription_of,
)
from .module import session_of
from .nodes import azure_nodes
from .session import AzureSession
from .vm_prerequisites import UNKNOWN, read_machines, shown
from .vm_states import NOT_FOUND

IGNORE, REQUIRE = "ignore", "require"


def manage_assignments(module: Any) -> dict[str, Any]:
    """Assign the configuration as the options say, or take it away."""
    params = module.params
    configuration = check_configuration_id("maintenance_configuration_id", params["maintenance_configuration_id"])
    if params["name"] is not None:
        check_name("name", params["name"])
    if params["nodes"] is not None:
        if params["filter"] is not None:
            raise InputError("filter", "…", "a filter together with scope; nodes are assigned one by one")
        return _manage_machines(module, configuration)
    return _manage_scope(module, configuration)


def _manage_machines(module: Any, configuration: str) -> dict[str, Any]:
    params = module.params
    nodes = azure_nodes(read_nodes(params["nodes"]))
    wanted, absent = [node.node_id for node in nodes], params["state"] == "absent"
    session = session_of(module)
    if not absent:
        _require_configuration(session, configuration)
    read = not absent and params["prerequisites"] != IGNORE
    machines, unread = read_machines(session, wanted) if read else ({}, {})
    failures = {one: unread.get(one, UNKNOWN) for one in wanted if read and one not in machines}
    lacking = shown(machines, wanted)
    if params["prerequisites"] == REQUIRE:
        failures |= {one["node_id"]: _unready(one["missing"]) for one in lacking}
    changes = plan_machines(
        machine_assignments(assignments_in(session, _places(params, wanted, configuration))),
        [one for one in wanted if absent or one not in failures],
        configuration,
        name=params["name"] or "",
        locations={node_id: machine.location for node_id, machine in machines.items()},
        absent=absent,
        purge=not absent and params["purge_nodes"],
        keep=failures,
    )
    return _answer(module, session, nodes, changes, failures, lacking)


def _answer(
    module: Any,
    session: AzureSession,
    nodes: Sequence[Node],
    changes: ChangeSet,
    failures: dict[str, str],
    lacking: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    failed = dict(failures)
    if not module.check_mode:
        failed |= apply_machines(session, changes)
    changed = [str(step.params["machine"]) for step in changes.steps if step.params["machine"] not in failed]
    left_out = failure_warning("unassigned" if module.params["state"] == "absent" else "assigned", nodes, failed)
    if left_out:
        module.warn(left_out)
    return {
        "changed": bool(changed),
        "nodes": summarize(nodes, changed, failed),
        "changed_node_ids": changed,
        "prerequisites": list(lacking[:MOST_FAILURES]),
        "prerequisites_omitted": max(0, len(lacking) - MOST_FAILURES),
        "diff": changes.diff(),
    }


def _places(params: Mapping[str, Any], wanted: Sequence[str], configuration: str) -> list[str]:
    """The subscriptions in which assignments are looked for."""
    named = [str(one).lower() for one in params["subscriptions"] or ()]
    own = [subscription_of(configuration)] if params["purge_nodes"] else []
    return list(dict.fromkeys([*(subscription_of(one) for one in wanted), *own, *named]))


def _unready(missing: Sequence[str]) -> str:
    return f"the configuration would not install on it: {'; '.join(missing)}"


def apply_machines(session: AzureSession, changes: ChangeSet) -> dict[str, str]:
    """Carry the change set out, machines side by side; answers what failed by node id."""
    failed = {}
    for step, answer in outcomes(lambda step: send(session, step), changes.steps):
        if isinstance(answer, CloudError):
            failed[str(step.params["machine"])] = str(answer)
    return failed


def send(session: AzureSession, step: Step) -> None:
    """Send one step about an assignment; each is safe to repeat. Raises CloudError."""
    connection = session.connect(subscription_of(step.subject))
    shown_scope = step.subject.lower().partition("/providers/microsoft.maintenance/")[0].removeprefix("/subscriptions/")
    what = f"assignment {name_of_id(step.subject)} of {shown_scope}"
    if step.action == PUT:
        connection.call("PUT", step.subject, versions.MAINTENANCE, f"write the {what}", step.params["request"])
    else:
        remove(connection, step.subject, f"delete the {what}")


def _manage_scope(module: Any, configuration: str) -> dict[str, Any]:
    params = module.params
    scope = check_scope("scope", params["scope"])
    wanted = wanted_filter(params["filter"])
    check_filter(wanted)
    name, absent = params["name"] or derived_name(configuration), params["state"] == "absent"
    session = session_of(module)
    current = fetch_scope(session.connect(subscription_of(scope)), assignment_id(scope, name))
    if not absent and (current is None or current["maintenance_configuration_id"] != canonical_id(configuration)):
        _require_configuration(session, configuration)
    changes = plan_scope(current, scope, configuration, wanted, name=name, absent=absent)
    if not module.check_mode:
        for step in changes.steps:
            send(session, step)
    return {"changed": changes.changed, "diff": changes.diff(), "dynamic_scope": dict(changes.after)}


def fetch_scope(connection: Connection, resource_id: str) -> dict[str, Any] | None:
    """The dynamic scope with this id, None when there is none. Raises CloudError."""
    try:
        doing = f"read the dynamic scope {name_of_id(resource_id)}"
        return scope_from_api(connection.call("GET", resource_id, versions.MAINTENANCE, doing).body)
    except CloudError as error:
        if error.code in NOT_FOUND:
            return None
        raise


def _require_configuration(session: AzureSession, configuration: str) -> None:
    """Raises InputError for a configuration that does not exist, before it is assigned to a thousand machines."""
    if fetch(session.connect(subscription_of(configuration)), configuration) is None:
        where = f"the id of a configuration that exists; {group_of_id(configuration)} has none of this name"
        raise InputError("maintenance_configuration_id", configuration, where)
