# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Create, read, change and delete resource groups, list their members, tag them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..errors import ServiceError
from ..paging import page
from ..world import Call, World, operation
from .query import members, parse_query, resource_arn, resource_type


@dataclass(slots=True)
class Group:
    """A group with its query, both in the API's form."""

    settings: dict[str, Any]
    query: Mapping[str, str]
    tags: dict[str, str] = field(default_factory=dict)


class GroupStore:
    """The groups of an account in a region, by name."""

    def __init__(self, world: World, account: str, region: str) -> None:
        self.groups: dict[str, Group] = {}
        self.prefix = f"arn:aws:resource-groups:{region}:{account}:group/"

    def get(self, name: str | None) -> Group:
        """By name or ARN. Raises ServiceError."""
        if not name:
            raise ServiceError("BadRequestException", "Group must be given")
        found = self.groups.get(name.removeprefix(self.prefix))
        if found is None:
            raise ServiceError("NotFoundException", f"Cannot find group: {name}", 404)
        return found


def _asked(call: Call) -> Group:
    return call.store(GroupStore).get(call.params.get("Group") or call.params.get("GroupName"))


SETTABLE = ("Description", "Criticality", "Owner", "DisplayName")


@operation("resource-groups", "CreateGroup")
def create_group(call: Call) -> Mapping[str, Any]:
    """Create one by a query over tags."""
    store, name, query = call.store(GroupStore), call.params["Name"], call.params.get("ResourceQuery")
    if name.lower().startswith("aws"):
        raise ServiceError("BadRequestException", "A group's name cannot start with AWS")
    if query is None or call.params.get("Configuration"):
        raise ServiceError("BadRequestException", "The sandbox has groups with a ResourceQuery only")
    if name in store.groups:
        raise ServiceError("BadRequestException", f"Cannot create group: group already exists: {name}")
    parse_query(query)
    given = {key: call.params[key] for key in SETTABLE if call.params.get(key) is not None}
    made = Group(
        {"GroupArn": store.prefix + name, "Name": name, **given}, dict(query), dict(call.params.get("Tags") or {})
    )
    store.groups[name] = made
    return {"Group": made.settings, "ResourceQuery": made.query, "Tags": made.tags}


@operation("resource-groups", "GetGroup")
def get_group(call: Call) -> Mapping[str, Any]:
    """One, without its query."""
    return {"Group": _asked(call).settings}


@operation("resource-groups", "GetGroupQuery")
def get_group_query(call: Call) -> Mapping[str, Any]:
    """The query of one."""
    group = _asked(call)
    return {"GroupQuery": {"GroupName": group.settings["Name"], "ResourceQuery": group.query}}


@operation("resource-groups", "UpdateGroup")
def update_group(call: Call) -> Mapping[str, Any]:
    """Change what is named; the name cannot be changed."""
    group = _asked(call)
    group.settings.update({key: call.params[key] for key in SETTABLE if call.params.get(key) is not None})
    return {"Group": group.settings}


@operation("resource-groups", "UpdateGroupQuery")
def update_group_query(call: Call) -> Mapping[str, Any]:
    """Give one another query."""
    group, query = _asked(call), call.params["ResourceQuery"]
    parse_query(query)
    group.query = dict(query)
    return {"GroupQuery": {"GroupName": group.settings["Name"], "ResourceQuery": group.query}}


@operation("resource-groups", "DeleteGroup")
def delete_group(call: Call) -> Mapping[str, Any]:
    """Delete one; its members stay."""
    group = _asked(call)
    del call.store(GroupStore).groups[group.settings["Name"]]
    return {"Group": group.settings}


@operation("resource-groups", "ListGroups")
def list_groups(call: Call) -> Mapping[str, Any]:
    """All groups; the sandbox has no filters for them."""
    if call.params.get("Filters"):
        raise ServiceError("BadRequestException", "The sandbox does not filter groups")
    groups = [group.settings for group in call.store(GroupStore).groups.values()]
    shown, token = page(call, groups, 50, error="BadRequestException")
    names = [{"GroupName": group["Name"], **{k: v for k, v in group.items() if k != "Name"}} for group in shown]
    return {"GroupIdentifiers": names, "Groups": shown, "NextToken": token}


@operation("resource-groups", "ListGroupResources")
def list_group_resources(call: Call) -> Mapping[str, Any]:
    """The members, as they are now; filters by resource type."""
    found = members(list(call.machines.values()), _asked(call).query)
    for entry in call.params.get("Filters") or []:
        found = [machine for machine in found if resource_type(machine) in entry["Values"]]
    named = [{"ResourceArn": resource_arn(machine), "ResourceType": resource_type(machine)} for machine in found]
    shown, token = page(call, named, 50, error="BadRequestException")
    return {
        "Resources": [{"Identifier": item} for item in shown],
        "ResourceIdentifiers": shown,
        "NextToken": token,
        "QueryErrors": [],
    }


@operation("resource-groups", "GetTags")
def get_tags(call: Call) -> Mapping[str, Any]:
    """The tags of a group."""
    return {"Arn": call.params["Arn"], "Tags": call.store(GroupStore).get(call.params["Arn"]).tags}


@operation("resource-groups", "Tag")
def tag(call: Call) -> Mapping[str, Any]:
    """Add or overwrite tags of a group."""
    call.store(GroupStore).get(call.params["Arn"]).tags.update(call.params["Tags"])
    return {"Arn": call.params["Arn"], "Tags": call.params["Tags"]}


@operation("resource-groups", "Untag")
def untag(call: Call) -> Mapping[str, Any]:
    """Remove tags of a group by key."""
    tags = call.store(GroupStore).get(call.params["Arn"]).tags
    for key in call.params["Keys"]:
        tags.pop(key, None)
    return {"Arn": call.params["Arn"], "Keys": call.params["Keys"]}
