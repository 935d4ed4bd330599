# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nodes as Systems Manager knows them: their agent, and the tags of hybrid nodes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .._core.pool import results
from .._core.targets import chunks
from .client import Connection
from .instances import tag_dict

FILTER_VALUES = 100
"""Values that a filter of DescribeInstanceInformation takes at most (service model)."""

PAGE = 50


def managed_nodes(connection: Connection, node_ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    """What Systems Manager says about those of the nodes that are registered with it."""
    found: dict[str, Mapping[str, Any]] = {}
    for part in chunks(node_ids, FILTER_VALUES):
        found.update(_by_filter(connection, "InstanceIds", part))
    return found


def hybrid_nodes(connection: Connection) -> dict[str, Mapping[str, Any]]:
    """All hybrid nodes of the account and region."""
    return _by_filter(connection, "ResourceType", ["ManagedInstance"])


def hybrid_tags(connection: Connection, node_ids: Sequence[str]) -> dict[str, dict[str, str]]:
    """Tags of hybrid nodes; the service gives them for one node at a time only. Raises CloudError."""

    def tags(node_id: str) -> dict[str, str]:
        answer = connection.call(
            "ssm",
            "list_tags_for_resource",
            f"read the tags of {node_id}",
            ResourceType="ManagedInstance",
            ResourceId=node_id,
        )
        return tag_dict(answer.get("TagList"))

    return dict(results(tags, node_ids))


def _by_filter(connection: Connection, key: str, values: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    listed = connection.pages(
        "ssm",
        "describe_instance_information",
        "InstanceInformationList",
        "read the managed nodes",
        Filters=[{"Key": key, "Values": list(values)}],
        MaxResults=PAGE,
    )
    return {str(entry["InstanceId"]): entry for entry in listed}
