# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Automation accounts and deployment schedules of a subscription: at first those that the fleet file declares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..arm.ids import parse_id, same_id
from ..world import AzureWorld
from .schedule_rules import Schedule, parse_schedule
from .update_rules import checked_update
from .versions import ACCOUNT_TYPE

SCHEDULE_TYPE = f"{ACCOUNT_TYPE}/softwareUpdateConfigurations"
Resource = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Deployment:
    """A deployment schedule: softwareUpdateConfiguration in the API."""

    account: str
    name: str
    update: Mapping[str, Any]
    schedule: Schedule
    tasks: Mapping[str, Any] | None
    created: datetime
    created_by: str
    modified: datetime
    modified_by: str

    @property
    def id(self) -> str:
        """The resource id."""
        return f"{self.account}/softwareUpdateConfigurations/{self.name}"


class AutomationStore:
    """What a subscription has, by the ids in lower case."""

    def __init__(self, world: AzureWorld, subscription: str) -> None:
        """Raises ValueError for a declaration that is none, ArmError for a schedule that the service would refuse."""
        self.accounts: dict[str, Resource] = {}
        self.workspaces: dict[str, str] = {}
        self.deployments: dict[str, Deployment] = {}
        for declared in world.settings.automation_accounts:
            resource = _account(declared)
            if same_id(parse_id(resource["id"]).subscription, subscription):
                self.accounts[str(resource["id"]).lower()] = resource
                self.workspaces[str(resource["id"]).lower()] = str(declared.get("workspace") or "")
        for declared in world.settings.deployment_schedules:
            parts = parse_id(str(declared.get("id", "")))
            if not parts.is_type(SCHEDULE_TYPE):
                raise ValueError(f"{declared.get('id')} is not the id of a {SCHEDULE_TYPE}")
            if same_id(parts.subscription, subscription):
                made = _deployment(world, parts.text.rpartition("/softwareUpdateConfigurations/")[0], declared)
                self.deployments[made.id.lower()] = made

    def of_account(self, account: str) -> list[Deployment]:
        """The deployment schedules of an account, by name."""
        found = [one for one in self.deployments.values() if same_id(one.account, account)]
        return sorted(found, key=lambda one: one.name.lower())


def _account(declared: Mapping[str, Any]) -> Resource:
    given = str(declared.get("id", ""))
    parts = parse_id(given)
    if not parts.is_type(ACCOUNT_TYPE):
        raise ValueError(f"{given} is not the id of a {ACCOUNT_TYPE}")
    return {
        "id": given,
        "name": parts.name,
        "type": ACCOUNT_TYPE,
        "location": str(declared.get("location") or "westeurope"),
        "tags": dict(declared.get("tags") or {}),
        "etag": None,
        "properties": {
            "sku": {"name": "Basic", "family": None, "capacity": None},
            "state": "Ok",
            "creationTime": "2021-03-18T07:45:00.1234567+00:00",
            "lastModifiedTime": "2024-03-18T07:45:00.1234567+00:00",
            "lastModifiedBy": None,
            "description": None,
        },
    }


def _deployment(world: AzureWorld, account: str, declared: Mapping[str, Any]) -> Deployment:
    properties: Mapping[str, Any] = declared["properties"]
    return Deployment(
        account=account,
        name=str(declared["id"]).rpartition("/")[2],
        update=checked_update(world, properties["updateConfiguration"]),
        schedule=parse_schedule(properties["scheduleInfo"], None),
        tasks=properties.get("tasks"),
        created=world.now(),
        created_by="fleet",
        modified=world.now(),
        modified_by="fleet",
    )
