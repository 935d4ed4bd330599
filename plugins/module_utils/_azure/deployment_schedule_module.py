# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of ``azure_deployment_schedule``: look, plan, apply unless in check mode, answer."""

from __future__ import annotations

from typing import Any

from .._core.errors import CloudError, InputError
from .client import Connection
from .deployment_schedule import delete, get, is_missing, put_planned, schedule_id, service_time
from .deployment_schedule_args import wanted_schedule
from .deployment_schedule_check import check_names, check_schedule
from .deployment_schedule_plan import doubts, plan_absent, plan_present
from .module import session_of
from .session import AzureSession


def manage_deployment_schedule(module: Any) -> dict[str, Any]:
    """Make the deployment schedule as the options say."""
    params = module.params
    wanted = wanted_schedule(params)
    check_names(params)
    check_schedule(wanted)
    connection = connected(session_of(module))
    group, account, name = params["resource_group"], params["automation_account_name"], params["name"]
    if params["state"] == "absent":
        changes = plan_absent(_there(connection, group, account, name))
    else:
        resource = get(connection, group, account, name)
        changes = plan_present(resource, wanted, service_time(connection))
        for doubt in doubts(resource, wanted, changes):
            module.warn(doubt)
    if changes.changed and not module.check_mode:
        if changes.after:
            put_planned(connection, group, account, changes)
        else:
            delete(connection, group, account, name)
    schedule = {"id": schedule_id(connection, group, account, name), **changes.after} if changes.after else {}
    return {"changed": changes.changed, "diff": changes.diff(), "deployment_schedule": schedule}


def _there(connection: Connection, group: str, account: str, name: str) -> dict[str, Any] | None:
    """The schedule, None also where the account is gone with all that was in it."""
    try:
        return get(connection, group, account, name)
    except CloudError as error:
        if is_missing(error):
            return None
        raise


def connected(session: AzureSession) -> Connection:
    """A connection to the subscription of the options. Raises InputError where none is given."""
    if not session.account:
        raise InputError("subscription_id", None, "the subscription of the Automation account")
    return session.connect()
