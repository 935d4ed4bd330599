# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads and writes deployment schedules (``softwareUpdateConfigurations`` of an Automation account)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from .._core.change_set import ChangeSet
from .._core.errors import CloudError
from . import versions
from .client import Connection
from .deployment_schedule_model import from_api, to_api
from .deployment_schedule_plan import plan_members
from .vm_states import NOT_FOUND

_ACCOUNT = re.compile(r"automationAccounts/[^/']+'", re.IGNORECASE)
"""What Resource Manager calls a missing account in its message."""

PAGE = 100
"""Entries of a page. The service tells of no next page, or not always: ``$skip`` leads to it."""


def account_id(subscription: str, group: str, account: str) -> str:
    """The resource id of an Automation account."""
    provider = "providers/Microsoft.Automation/automationAccounts"
    return f"/subscriptions/{subscription}/resourceGroups/{group}/{provider}/{account}"


def schedule_id(connection: Connection, group: str, account: str, name: str) -> str:
    """The resource id of a deployment schedule."""
    return f"{account_id(connection.account, group, account)}/softwareUpdateConfigurations/{name}"


def list_all(connection: Connection, group: str, account: str) -> list[dict[str, Any]]:
    """Every deployment schedule of an account, as the API lists them: with the machines, without ``scheduleInfo``.

    :func:`.deployment_schedule_model.from_api` reads an entry. Raises CloudError.
    """
    path = f"{account_id(connection.account, group, account)}/softwareUpdateConfigurations"
    return list(all_entries(connection, path, f"list the deployment schedules of {account}"))


def all_entries(
    connection: Connection, path: str, doing: str, query: Mapping[str, str] | None = None
) -> Iterator[dict[str, Any]]:
    """Every entry of a list of the Automation account, to a page that is not full. Raises CloudError.

    An entry may come twice when others are made meanwhile, and is given once. A page of entries that were all given
    before says that the service does not skip, so that the rest cannot be had.
    """
    seen: set[str] = set()
    received = 0
    while True:
        skip = {"$skip": str(received)} if received else {}
        page = connection.call("GET", path, versions.AUTOMATION, doing, query={**(query or {}), **skip}).body
        if not isinstance(page, Mapping) or not isinstance(page.get("value"), list):
            raise CloudError(f"Could not {doing}: the service answered no list", code="NoList")
        listed = page["value"]
        new = [entry for entry in listed if _key(entry) not in seen]
        if listed and not new:
            raise CloudError(f"Could not {doing}: the service gave the same page twice", code="SamePageTwice")
        seen.update(map(_key, new))
        yield from new
        received += len(listed)
        if not listed or (len(listed) < PAGE and not page.get("nextLink")):
            return


def get(connection: Connection, group: str, account: str, name: str) -> dict[str, Any] | None:
    """A deployment schedule as the API answers it, None when there is none of this name.

    Raises CloudError, also where there is no such account or group: nothing could be made there either.
    """
    doing = f"read the deployment schedule {name} of {account}"
    try:
        answer = connection.call("GET", schedule_id(connection, group, account, name), versions.AUTOMATION, doing)
    except CloudError as error:
        if error.code == "ResourceGroupNotFound" or not is_missing(error) or _ACCOUNT.search(str(error)):
            raise
        return None
    return answer.body if isinstance(answer.body, dict) else None


def put(connection: Connection, group: str, account: str, schedule: Mapping[str, Any]) -> dict[str, Any]:
    """Make or replace a deployment schedule; answers it as the API does. Raises CloudError."""
    name = str(schedule["name"])
    doing = f"write the deployment schedule {name} of {account}"
    path = schedule_id(connection, group, account, name)
    answer = connection.call("PUT", path, versions.AUTOMATION, doing, to_api(schedule))
    return answer.body if isinstance(answer.body, dict) else {}


def delete(connection: Connection, group: str, account: str, name: str) -> None:
    """Delete a deployment schedule; one that is gone already is no error. Raises CloudError."""
    doing = f"delete the deployment schedule {name} of {account}"
    try:
        connection.call("DELETE", schedule_id(connection, group, account, name), versions.AUTOMATION, doing)
    except CloudError as error:
        # An attempt whose answer was lost may have removed it.
        if not is_missing(error):
            raise


def is_missing(error: CloudError) -> bool:
    """Whether the service says that the schedule is not there, or that there is no such account or group."""
    return error.code in NOT_FOUND or error.code == "HTTP 404"


def service_time(connection: Connection) -> datetime:
    """What time it is for the service, by its last answer: starts are judged by its clock."""
    return datetime.now(UTC) + connection.ahead


def plan_computers(
    connection: Connection,
    resource: Mapping[str, Any],
    computers: Sequence[str],
    non_azure_queries: Sequence[Mapping[str, str]] | None = None,
) -> ChangeSet:
    """Give a schedule (as :func:`get` answered it) these non-Azure computers, and if given these saved searches.

    Everything else in it stays, but for a start that lies in the past and moves to the next run. No steps when it has
    them already. Raises InputError when the schedule is over, so that the service would not take it.
    """
    return plan_members(resource, computers, non_azure_queries, service_time(connection))


def put_planned(connection: Connection, group: str, account: str, changes: ChangeSet) -> None:
    """Write a schedule as it was planned; nothing when there is nothing to do. Raises CloudError."""
    if changes.changed:
        put(connection, group, account, changes.after)


def members_of(resource: Mapping[str, Any]) -> list[str]:
    """The non-Azure computers of a schedule, listed or read alone."""
    return list(from_api(resource)["non_azure_computer_names"])


def _key(entry: Mapping[str, Any]) -> str:
    return str(entry.get("id") or entry.get("name")).lower()
