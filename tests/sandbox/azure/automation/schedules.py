# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deployment schedules (softwareUpdateConfigurations): reading, making, replacing and deleting them.

The list has pages of 100 without a link to the next: ``$skip`` gets the rest. Its entries are shorter than the
schedules themselves, and its instants are in UTC.
"""

from __future__ import annotations

from typing import Any

from azure.mgmt.automation.models import SoftwareUpdateConfiguration

from ..arm.answer import Answer
from ..arm.call import Call
from ..arm.registry import operation
from ..clockwork import follow
from .accounts import account_of
from .errors import not_found, shut_down
from .odata import page
from .schedule_rules import parse_schedule, shown, written
from .store import SCHEDULE_TYPE, AutomationStore, Deployment
from .update_rules import checked_update
from .versions import ACCOUNT, SCHEDULE_VERSIONS

ONE = f"{ACCOUNT}/softwareUpdateConfigurations/{{name}}"
FILTERS = ("properties/updateConfiguration/azureVirtualMachines",)


def _key(call: Call) -> str:
    return f"{account_of(call)['id']}/softwareUpdateConfigurations/{call.params['name']}".lower()


def _find(call: Call) -> Deployment | None:
    return call.store(AutomationStore).deployments.get(_key(call))


@operation("GET", ONE, versions=SCHEDULE_VERSIONS, name=f"{SCHEDULE_TYPE}/read", answer=SoftwareUpdateConfiguration)
def get_schedule(call: Call) -> Answer:
    """One of them."""
    found = _find(call)
    if found is None:
        raise not_found(f"The software update configuration '{call.params['name']}' was")
    return Answer(200, _whole(call, found, "Succeeded"), raw=True)


@operation("GET", f"{ACCOUNT}/softwareUpdateConfigurations", versions=SCHEDULE_VERSIONS, name=f"{SCHEDULE_TYPE}/read")
def list_schedules(call: Call) -> Answer:
    """One page of an account's."""
    found = call.store(AutomationStore).of_account(account_of(call)["id"])
    entries, _next = page(call, [_listed(call, one) for one in found], FILTERS)
    return Answer(200, {"value": entries}, raw=True)


@operation(
    "PUT",
    ONE,
    versions=SCHEDULE_VERSIONS,
    name=f"{SCHEDULE_TYPE}/write",
    body=SoftwareUpdateConfiguration,
    answer=SoftwareUpdateConfiguration,
)
def put_schedule(call: Call) -> Answer:
    """Make it or replace it: its start is checked each time. 200: it was like this before."""
    if call.world.switches.automation_shut_down:
        raise shut_down()
    account, present, now = account_of(call), _find(call), call.world.now()
    properties: dict[str, Any] = call.body["properties"]
    made = Deployment(
        account=account["id"],
        name=present.name if present else call.params["name"],
        update=checked_update(call.world, properties["updateConfiguration"]),
        schedule=parse_schedule(properties["scheduleInfo"], now),
        tasks=properties.get("tasks"),
        created=present.created if present else now,
        created_by=present.created_by if present else call.caller.name,
        modified=now,
        modified_by=call.caller.name,
    )
    same = present is not None and _content(present) == _content(made)
    call.store(AutomationStore).deployments[_key(call)] = made
    follow(call.world)
    return Answer(200 if same else 201, _whole(call, made, "Provisioning"), raw=True)


def _content(deployment: Deployment) -> tuple[Any, ...]:
    return deployment.update, deployment.schedule, deployment.tasks


@operation("DELETE", ONE, versions=SCHEDULE_VERSIONS, name=f"{SCHEDULE_TYPE}/delete")
def delete_schedule(call: Call) -> Answer:
    """Delete it. Its runs stay."""
    return Answer(204 if call.store(AutomationStore).deployments.pop(_key(call), None) is None else 200)


def _whole(call: Call, one: Deployment, state: str) -> dict[str, Any]:
    hidden = call.world.switches.automation_hides_advanced_schedule
    return {
        "name": one.name,
        "id": one.id,
        "properties": {
            "updateConfiguration": dict(one.update),
            "scheduleInfo": shown(one.schedule, call.world.now(), one.created, one.modified, hidden=hidden),
            "provisioningState": state,
            "createdBy": one.created_by,
            "error": {},
            "creationTime": one.created.isoformat(),
            "lastModifiedBy": one.modified_by,
            "lastModifiedTime": one.modified.isoformat(),
            "tasks": _tasks(one),
        },
    }


def _tasks(one: Deployment) -> dict[str, Any] | None:
    if one.tasks is None:
        return None
    tasks = {name: one.tasks.get(name) for name in ("preTask", "postTask")}
    return {name: task and {"source": None, "parameters": None, **task} for name, task in tasks.items()}


def _listed(call: Call, one: Deployment) -> dict[str, Any]:
    own, other = ("windows", "linux") if one.update["operatingSystem"] == "Windows" else ("linux", "windows")
    settings = dict(one.update[own])
    if own == "linux":
        # Answered to users, and in no specification (Azure/azure-powershell issue 11206).
        settings["IsInvalidPackageNameMasks"] = False
    upcoming = one.schedule.next_run(call.world.now())
    return {
        "name": one.name,
        "id": one.id,
        "properties": {
            "updateConfiguration": {**one.update, own: settings, other: None},
            "tasks": _tasks(one),
            "frequency": one.schedule.frequency,
            "startTime": written(one.schedule.start),
            "creationTime": one.created.isoformat(),
            "lastModifiedTime": one.modified.isoformat(),
            "provisioningState": "Succeeded",
            "nextRun": written(upcoming) if upcoming else None,
        },
    }
