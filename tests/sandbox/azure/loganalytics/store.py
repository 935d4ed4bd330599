# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Workspaces and saved searches of a subscription: those that the fleet file declares (fleets/README.md, "Azure")."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from ...machines import Machine
from ..arm.ids import parse_id, same_id
from ..world import AzureWorld

WORKSPACE = "Microsoft.OperationalInsights/workspaces"
SAVED_SEARCH = f"{WORKSPACE}/savedSearches"
_NAMESPACE = uuid.UUID("7c0f8f54-6c1c-5a4b-9d11-0b9f4a8d7e21")
Resource = dict[str, Any]


class WorkspaceStore:
    """What a subscription has, by the ids in lower case."""

    def __init__(self, world: AzureWorld, subscription: str) -> None:
        """Raises ValueError for a declaration that is none."""
        self.workspaces: dict[str, Resource] = {}
        self.searches: dict[str, Resource] = {}
        for declared in world.settings.workspaces:
            resource = _workspace(declared)
            if same_id(parse_id(resource["id"]).subscription, subscription):
                self.workspaces[str(resource["id"]).lower()] = resource
                for search in declared.get("saved_searches", ()):
                    made = saved_search(resource["id"], str(search["name"]), _properties(search))
                    self.searches[str(made["id"]).lower()] = made


def _workspace(declared: Mapping[str, Any]) -> Resource:
    given = str(declared.get("id", ""))
    parts = parse_id(given)
    if not parts.is_type(WORKSPACE):
        raise ValueError(f"{given} is not the id of a {WORKSPACE}")
    customer = str(declared.get("customer_id") or uuid.uuid5(_NAMESPACE, given.lower()))
    return {
        "id": given,
        "name": parts.name,
        "type": WORKSPACE,
        "location": str(declared.get("location") or "westeurope"),
        "tags": dict(declared.get("tags") or {}),
        "properties": {
            "customerId": customer,
            "provisioningState": "Succeeded",
            "sku": {"name": "PerGB2018"},
            "retentionInDays": 30,
        },
    }


def _properties(search: Mapping[str, Any]) -> dict[str, Any]:
    """A saved search of the fleet file has its properties beside its name."""
    return {"category": "Patching", "displayName": search["name"], **search}


def saved_search(workspace: str, name: str, properties: Mapping[str, Any]) -> Resource:
    """The resource of a saved search."""
    kept = {key: value for key, value in properties.items() if key != "name"}
    return {
        "id": f"{workspace}/savedSearches/{name}",
        "name": name,
        "type": SAVED_SEARCH,
        "etag": f"W/\"datetime'{uuid.uuid5(_NAMESPACE, str(sorted(kept.items())))}'\"",
        "properties": {"version": 2, **kept},
    }


def find_workspace(world: AzureWorld, identifier: str) -> Resource | None:
    """The workspace of that resource id or customer id, in whichever subscription; None when there is none."""
    for _subscription, store in world.stores(WorkspaceStore):
        for one in store.workspaces.values():
            if identifier.lower() in (str(one["id"]).lower(), str(one["properties"]["customerId"]).lower()):
                return one
    return None


def functions_of(world: AzureWorld, workspace: Resource) -> dict[str, str]:
    """The queries of the workspace's saved searches by their function aliases."""
    store = world.store(WorkspaceStore, parse_id(workspace["id"]).subscription)
    prefix = f"{workspace['id']}/".lower()
    found = [one["properties"] for key, one in store.searches.items() if key.startswith(prefix)]
    return {str(one["functionAlias"]): str(one["query"]) for one in found if one.get("functionAlias")}


def reports_to(machine: Machine, workspace: Resource) -> bool:
    """Whether a machine's agent reports to a workspace: to that which its attribute ``workspace`` names (id or name),
    else to those of its own subscription."""
    named = machine.attributes.get("workspace")
    if named is not None:
        return str(named).lower() in (str(workspace["id"]).lower(), str(workspace["name"]).lower())
    return machine.account.lower() == parse_id(workspace["id"]).subscription.lower()
