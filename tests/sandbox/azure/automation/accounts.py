# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Automation accounts, read only, and the workspace that each is linked to."""

from __future__ import annotations

from azure.mgmt.automation.models import AutomationAccount, LinkedWorkspace

from ..arm.answer import Answer
from ..arm.call import Call
from ..arm.errors import resource_not_found
from ..arm.ids import ResourceId, parse_id, same_id
from ..arm.paging import paged
from ..arm.registry import operation
from ..resources.tag_store import Tags, tag_holder
from ..world import AzureWorld
from .store import AutomationStore, Resource
from .versions import ACCOUNT, ACCOUNT_TYPE, ACCOUNT_VERSIONS, ALL, GROUP


def account_of(call: Call) -> Resource:
    """The account of the path. Raises ArmError."""
    wanted = f"{call.group_id}/providers/{ACCOUNT_TYPE}/{call.params['account']}".lower()
    found = call.store(AutomationStore).accounts.get(wanted)
    if found is None:
        raise resource_not_found(ACCOUNT_TYPE, call.params["account"], call.group)
    return found


@operation("GET", ACCOUNT, versions=ACCOUNT_VERSIONS, name=f"{ACCOUNT_TYPE}/read", answer=AutomationAccount)
def get_account(call: Call) -> Answer:
    """One account."""
    return Answer(200, account_of(call))


@operation("GET", GROUP, versions=ACCOUNT_VERSIONS, name=f"{ACCOUNT_TYPE}/read")
def list_by_group(call: Call) -> Answer:
    """The accounts of a resource group."""
    found = call.store(AutomationStore).accounts.values()
    return paged(call, [one for one in found if same_id(parse_id(one["id"]).group, call.group)])


@operation("GET", ALL, versions=ACCOUNT_VERSIONS, name=f"{ACCOUNT_TYPE}/read")
def list_all(call: Call) -> Answer:
    """The accounts of a subscription."""
    return paged(call, call.store(AutomationStore).accounts.values())


@operation(
    "GET",
    f"{ACCOUNT}/linkedWorkspace",
    versions=ACCOUNT_VERSIONS,
    name=f"{ACCOUNT_TYPE}/linkedWorkspace/read",
    answer=LinkedWorkspace,
)
def get_linked_workspace(call: Call) -> Answer:
    """The workspace's id, if there is one."""
    workspace = call.store(AutomationStore).workspaces[str(account_of(call)["id"]).lower()]
    return Answer(200, {"id": workspace or None})


@tag_holder(ACCOUNT_TYPE)
def _tags(world: AzureWorld, parts: ResourceId) -> Tags | None:
    found = world.store(AutomationStore, parts.subscription).accounts.get(parts.key)
    return None if found is None else found["tags"]
