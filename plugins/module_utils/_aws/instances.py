# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""EC2 instances as the service describes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .._core.targets import chunks
from .client import Connection

FILTER_VALUES = 200
"""Values that a filter of EC2 takes at most."""

UNKNOWN = "this account and region has no such instance"
ABSENT = "it is terminated"

PAGE = 1000
TAGGED_AT_ONCE = 1000
"""Resources that CreateTags and DeleteTags take at most."""

_POWER = {
    "pending": "starting",
    "running": "running",
    "stopping": "stopping",
    "stopped": "stopped",
    "shutting-down": "absent",
    "terminated": "absent",
}


def is_hybrid(node_id: str) -> bool:
    """Whether the node is a hybrid node of Systems Manager, which EC2 knows nothing of."""
    return node_id.startswith("mi-")


@dataclass(frozen=True, slots=True)
class Instance:
    """What DescribeInstances says about an instance; ``raw`` is all of it."""

    node_id: str
    power_state: str
    tags: Mapping[str, str] = field(default_factory=dict)
    raw: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_api(cls, raw: Mapping[str, Any]) -> Instance:
        """The instance of an entry of Reservations."""
        state = str(raw.get("State", {}).get("Name", ""))
        return cls(str(raw["InstanceId"]), _POWER.get(state, "unknown"), tag_dict(raw.get("Tags")), raw)

    @property
    def devices(self) -> dict[str, str]:
        """Volume id to device name, for every EBS volume that is attached."""
        return {
            str(mapping["Ebs"]["VolumeId"]): str(mapping.get("DeviceName", ""))
            for mapping in self.raw.get("BlockDeviceMappings") or []
            if mapping.get("Ebs", {}).get("VolumeId")
        }


def tag_dict(tags: Iterable[Mapping[str, Any]] | None) -> dict[str, str]:
    """Tags as a dictionary."""
    return {str(tag["Key"]): str(tag.get("Value", "")) for tag in tags or ()}


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags as the API wants them, in a stable order."""
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


def instances_by_id(connection: Connection, node_ids: Sequence[str]) -> dict[str, Instance]:
    """The instances that exist among these ids. A filter, since InstanceIds fails as a whole for one unknown id."""
    found: dict[str, Instance] = {}
    for part in chunks([node_id for node_id in node_ids if not is_hybrid(node_id)], FILTER_VALUES):
        found.update(instances_by_filter(connection, [{"Name": "instance-id", "Values": part}]))
    return found


def instances_by_filter(connection: Connection, filters: Sequence[Mapping[str, Any]]) -> dict[str, Instance]:
    """The instances that match all filters, by id."""
    reservations = connection.pages(
        "ec2",
        "describe_instances",
        "Reservations",
        "read the instances",
        Filters=list(filters),
        MaxResults=PAGE,
    )
    listed = [Instance.from_api(raw) for reservation in reservations for raw in reservation.get("Instances") or []]
    return {instance.node_id: instance for instance in listed}


def create_tags(connection: Connection, resource_ids: Sequence[str], tags: Mapping[str, str]) -> None:
    """Set tags on EC2 resources, as many in a request as the API takes."""
    for part in chunks(resource_ids, TAGGED_AT_ONCE):
        doing = f"set the tags {', '.join(sorted(tags))} on {len(part)} resources"
        connection.call("ec2", "create_tags", doing, Resources=part, Tags=tag_list(tags))


def delete_tags(connection: Connection, resource_ids: Sequence[str], keys: Iterable[str]) -> None:
    """Remove tags from EC2 resources, whatever their value."""
    wanted = sorted(keys)
    for part in chunks(resource_ids, TAGGED_AT_ONCE):
        doing = f"remove the tags {', '.join(wanted)} from {len(part)} resources"
        connection.call("ec2", "delete_tags", doing, Resources=part, Tags=[{"Key": key} for key in wanted])
