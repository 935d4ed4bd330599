# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads and changes maintenance configurations."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from .._core.change_set import ChangeSet, Step
from .._core.errors import CloudError
from .._core.nodes import canonical_id
from .._core.pool import results
from . import versions
from .client import Connection
from .maintenance import assignment_of
from .maintenance_check import check_configuration
from .maintenance_ids import configuration_id, name_of_id, subscription_of
from .maintenance_model import configuration_from_api, wanted_configuration
from .maintenance_plan import PUT, UNASSIGN, plan_absent, plan_present
from .module import session_of
from .session import AzureSession
from .vm_states import NOT_FOUND

NO_GROUP = "ResourceGroupNotFound"


def manage_configuration(module: Any) -> dict[str, Any]:
    """Make the configuration as the options say: look, plan, apply unless in check mode, answer."""
    params = module.params
    wanted = wanted_configuration(params)
    check_configuration(wanted)
    session = session_of(module)
    resource_id = configuration_id(session.account, params["resource_group"], params["name"])
    connection = session.connect()
    absent = params["state"] == "absent"
    current = fetch(connection, resource_id, NOT_FOUND if absent else NOT_FOUND - {NO_GROUP})
    if absent:
        changes = _plan_absent(session, params, current)
    else:
        changes = plan_present(
            current,
            wanted,
            resource_id,
            service_time(connection),
            purge_tags=params["purge_tags"],
            purge_extension_properties=params["purge_extension_properties"],
        )
    if changes.changed and not module.check_mode:
        apply(session, changes)
    return {"changed": changes.changed, "diff": changes.diff(), "maintenance_configuration": dict(changes.after)}


def fetch(connection: Connection, resource_id: str, gone: Collection[str] = NOT_FOUND) -> dict[str, Any] | None:
    """The configuration with this id, None when there is none. Raises CloudError.

    ``gone``: the codes that say so. Who wants to make one leaves out that its resource group is missing.
    """
    try:
        raw = connection.call("GET", resource_id, versions.MAINTENANCE, f"read the {_shown(resource_id)}").body
    except CloudError as error:
        if error.code in gone:
            return None
        raise
    return configuration_from_api(raw)


def service_time(connection: Connection) -> datetime:
    """The instant by the service's clock, which decides whether a start is far enough ahead."""
    return datetime.now(UTC) + connection.ahead


def list_configurations(connection: Connection, subscription: str, group: str = "") -> list[dict[str, Any]]:
    """The configurations of a subscription, or of one of its resource groups."""
    place = f"/subscriptions/{subscription}" + (f"/resourceGroups/{group}" if group else "")
    path = f"{place}/providers/Microsoft.Maintenance/maintenanceConfigurations"
    listed = connection.pages(path, versions.MAINTENANCE, "list the maintenance configurations")
    return [configuration_from_api(raw) for raw in listed]


def list_assignments(connection: Connection, subscription: str) -> list[dict[str, Any]]:
    """The assignments of a subscription, of machines and dynamic scopes, as the service answers them."""
    path = f"/subscriptions/{subscription}/providers/Microsoft.Maintenance/configurationAssignments"
    return list(connection.pages(path, versions.MAINTENANCE, "list the assignments of maintenance configurations"))


def assignments_in(session: AzureSession, subscriptions: Sequence[str]) -> list[dict[str, Any]]:
    """The assignments of several subscriptions, read side by side: one list each. Raises CloudError."""
    read = results(lambda one: list_assignments(session.connect(one), one), list(dict.fromkeys(subscriptions)))
    return [entry for _subscription, entries in read for entry in entries]


def assigned_to(entries: Iterable[dict[str, Any]], resource_id: str) -> list[dict[str, Any]]:
    """Those of the assignments that are for this configuration."""
    wanted = canonical_id(resource_id)
    return [entry for entry in entries if (found := assignment_of(entry)) and found.configuration == wanted]


def apply(session: AzureSession, changes: ChangeSet) -> None:
    """Carry the change set out: what is assigned goes first, side by side, then the configuration. Raises CloudError.

    Every request is safe to repeat.
    """
    unassign = [step for step in changes.steps if step.action == UNASSIGN]
    results(lambda step: _send(session, step), unassign)
    for step in changes.steps:
        if step.action != UNASSIGN:
            _send(session, step)


def _send(session: AzureSession, step: Step) -> None:
    connection = session.connect(subscription_of(step.subject))
    if step.action == PUT:
        doing = f"write the {_shown(step.subject)}"
        connection.call("PUT", step.subject, versions.MAINTENANCE, doing, step.params["request"])
        return
    what = f"assignment {step.subject}" if step.action == UNASSIGN else _shown(step.subject)
    remove(connection, step.subject, f"delete the {what}")


def remove(connection: Connection, resource_id: str, doing: str) -> None:
    """Delete a resource of Microsoft.Maintenance; one that is gone already is fine."""
    try:
        connection.call("DELETE", resource_id, versions.MAINTENANCE, doing)
    except CloudError as error:
        if error.code not in NOT_FOUND:
            raise


def _plan_absent(session: AzureSession, params: Any, current: dict[str, Any] | None) -> ChangeSet:
    if current is None:
        return ChangeSet()
    places = [subscription_of(current["id"]), *(str(one).lower() for one in params["subscriptions"] or ())]
    found = assigned_to(assignments_in(session, places), current["id"])
    return plan_absent(current, [str(entry["id"]) for entry in found], unassign=params["delete_assignments"])


def _shown(resource_id: str) -> str:
    return f"maintenance configuration {name_of_id(resource_id)}"
