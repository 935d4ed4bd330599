# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""EC2 tags. An instance's tags are the machine's own; volumes' and snapshots' are kept here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..errors import ServiceError
from ..world import Call, World, operation
from .filters import dry_run, missing, paged, select

MAX_TAGS = 50
MAX_RESOURCES = 1000
_KINDS = {
    "i": ("instance", "InvalidInstanceID"),
    "vol": ("volume", "InvalidVolume"),
    "snap": ("snapshot", "InvalidSnapshot"),
    "ami": ("image", "InvalidAMIID"),
    "eni": ("network interface", "InvalidNetworkInterfaceID"),
    "sg": ("security group", "InvalidSecurityGroupID"),
    "subnet": ("subnet", "InvalidSubnetID"),
    "vpc": ("vpc", "InvalidVpcID"),
}
"""What an id begins with, and how EC2 calls one that is not there. Only the first three exist in the sandbox."""


class TagStore:
    """Tags of volumes and snapshots, by resource id. Volumes bring those of the fleet file."""

    def __init__(self, world: World, account: str, region: str) -> None:
        self.tags: dict[str, dict[str, str]] = {}
        for machine in world.machines(account, region).values():
            for volume in machine.volumes:
                self.tags[volume.volume_id] = dict(volume.attributes.get("tags") or {})


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags in the API's form, by key."""
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


def check_tags(tags: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Tags of a request as a dict. Raises ServiceError for what EC2 refuses."""
    checked: dict[str, str] = {}
    for tag in tags:
        key, value = tag.get("Key") or "", tag.get("Value") or ""
        if not key:
            raise ServiceError("InvalidParameterValue", "Tag key cannot be null or empty")
        if key.lower().startswith("aws:"):
            raise ServiceError(
                "InvalidParameterValue",
                "Value ( aws: ) for parameter key is invalid. Tag keys starting "
                "with 'aws:' are reserved for internal use",
            )
        if len(key) > 128 or len(value) > 256:
            raise ServiceError("InvalidParameterValue", "A tag key has at most 128 characters, a value at most 256")
        if key in checked:
            raise ServiceError("InvalidParameterValue", f"Duplicate tag key '{key}' specified.")
        checked[key] = value
    if len(checked) > MAX_TAGS:
        raise ServiceError("TagLimitExceeded", f"More than {MAX_TAGS} tags specified for a single resource")
    return checked


def specified_tags(call: Call, resource_type: str) -> dict[str, str]:
    """The tags that a creating request gives to ``resource_type``."""
    found: dict[str, str] = {}
    for specification in call.params.get("TagSpecifications") or []:
        if specification.get("ResourceType") != resource_type:
            raise ServiceError(
                "InvalidParameterValue",
                f"'{specification.get('ResourceType')}' is not a valid taggable resource type for this operation.",
            )
        found |= check_tags(specification.get("Tags") or [])
    return found


def _tags_of(call: Call, resource_id: str) -> dict[str, str]:
    """The live dict of a resource's tags. Raises ServiceError when there is no such resource."""
    machine = call.machines.get(resource_id)
    if machine is not None and not machine.hybrid:
        return machine.tags
    kept = call.store(TagStore).tags
    if resource_id in kept:
        return kept[resource_id]
    known = _KINDS.get(resource_id.partition("-")[0])
    if known is None:
        raise ServiceError("InvalidID", f"The ID '{resource_id}' is not valid")
    raise missing(*known, [resource_id])


def _resources(call: Call) -> list[dict[str, str]]:
    ids = call.params["Resources"]
    if len(ids) > MAX_RESOURCES:
        raise ServiceError("InvalidParameterValue", f"At most {MAX_RESOURCES} resources may be tagged in one request")
    return [_tags_of(call, resource_id) for resource_id in ids]


@operation("ec2", "CreateTags")
def create_tags(call: Call) -> Mapping[str, Any]:
    """Add or overwrite tags of up to 1,000 resources; all or nothing."""
    wanted, resources = check_tags(call.params["Tags"]), _resources(call)
    dry_run(call)
    for tags in resources:
        own = {key for key in tags | wanted if not key.startswith("aws:")}
        if len(own) > MAX_TAGS:
            raise ServiceError("TagLimitExceeded", "The maximum number of Tags for a resource has been reached.")
    for tags in resources:
        tags.update(wanted)
    return {}


@operation("ec2", "DeleteTags")
def delete_tags(call: Call) -> Mapping[str, Any]:
    """Remove tags; with a value only when it is that one; without tags all but the reserved ones."""
    resources = _resources(call)
    dry_run(call)
    for tags in resources:
        if call.params.get("Tags") is None:
            for key in [key for key in tags if not key.startswith("aws:")]:
                del tags[key]
        for tag in call.params.get("Tags") or []:
            key = tag.get("Key") or ""
            if key.startswith("aws:"):
                raise ServiceError(
                    "InvalidParameterValue", "Tag keys starting with 'aws:' are reserved for internal use"
                )
            if key in tags and (tag.get("Value") is None or tag["Value"] == tags[key]):
                del tags[key]
    return {}


@operation("ec2", "DescribeTags")
def describe_tags(call: Call) -> Mapping[str, Any]:
    """Tags of all resources, one line for each."""
    dry_run(call)
    found = select(
        _lines(call),
        call.params.get("Filters"),
        {
            "key": lambda line: [line["Key"]],
            "value": lambda line: [line["Value"]],
            "resource-id": lambda line: [line["ResourceId"]],
            "resource-type": lambda line: [line["ResourceType"]],
        },
        lambda line: [line],
    )
    lines, token = paged(call, found)
    return {"Tags": lines, "NextToken": token}


def _lines(call: Call) -> Iterator[dict[str, str]]:
    owners = {node_id: machine.tags for node_id, machine in call.machines.items() if not machine.hybrid}
    for resource_id, tags in (owners | call.store(TagStore).tags).items():
        kind = {"i": "instance", "vol": "volume"}.get(resource_id.partition("-")[0], "snapshot")
        for tag in tag_list(tags):
            yield {"ResourceId": resource_id, "ResourceType": kind, **tag}
