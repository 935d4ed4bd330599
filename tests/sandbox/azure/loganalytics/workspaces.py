# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Workspaces, read only."""

from __future__ import annotations

from azure.mgmt.loganalytics.models import Workspace

from ..arm.answer import Answer
from ..arm.call import Call
from ..arm.errors import resource_not_found
from ..arm.ids import ResourceId, parse_id, same_id
from ..arm.registry import operation
from ..resources.tag_store import Tags, tag_holder
from ..world import AzureWorld
from .store import WORKSPACE, Resource, WorkspaceStore

VERSIONS = (
    "2015-11-01-preview",
    "2020-03-01-preview",
    "2020-08-01",
    "2021-06-01",
    "2021-12-01-preview",
    "2022-10-01",
    "2023-09-01",
    "2025-02-01",
    "2025-07-01",
)
SUBSCRIPTION = "/subscriptions/{subscription}/providers/Microsoft.OperationalInsights/workspaces"
GROUP = "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.OperationalInsights/workspaces"
ONE = f"{GROUP}/{{workspace}}"


def workspace_of(call: Call) -> Resource:
    """The workspace of the path. Raises ArmError."""
    wanted = f"{call.group_id}/providers/{WORKSPACE}/{call.params['workspace']}".lower()
    found = call.store(WorkspaceStore).workspaces.get(wanted)
    if found is None:
        raise resource_not_found(WORKSPACE, call.params["workspace"], call.group)
    return found


@operation("GET", ONE, versions=VERSIONS, name=f"{WORKSPACE}/read", answer=Workspace)
def get_workspace(call: Call) -> Answer:
    """One workspace."""
    return Answer(200, workspace_of(call))


@operation("GET", GROUP, versions=VERSIONS, name=f"{WORKSPACE}/read")
def list_by_group(call: Call) -> Answer:
    """The workspaces of a resource group; all at once."""
    found = call.store(WorkspaceStore).workspaces.values()
    return Answer(200, {"value": [one for one in found if same_id(parse_id(one["id"]).group, call.group)]})


@operation("GET", SUBSCRIPTION, versions=VERSIONS, name=f"{WORKSPACE}/read")
def list_all(call: Call) -> Answer:
    """The workspaces of a subscription; all at once."""
    return Answer(200, {"value": list(call.store(WorkspaceStore).workspaces.values())})


@tag_holder(WORKSPACE)
def _tags(world: AzureWorld, parts: ResourceId) -> Tags | None:
    found = world.store(WorkspaceStore, parts.subscription).workspaces.get(parts.key)
    return None if found is None else found["tags"]
