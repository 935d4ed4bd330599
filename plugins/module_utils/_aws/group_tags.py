# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Puts nodes into patch groups: the tag, in bulk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .._core.errors import CloudError, InputError
from .._core.node_summary import summarize
from .._core.nodes import Node
from .._core.pool import outcomes
from .._core.targets import Target, on_targets, targets_of
from .._ledger.scope_args import read_nodes
from .client import Connection
from .instances import ABSENT, UNKNOWN, Instance, create_tags, delete_tags, instances_by_id, is_hybrid
from .managed import hybrid_tags, managed_nodes
from .model_check import check_request
from .module import session_of
from .nodes import aws_nodes

UNKNOWN_HYBRID = "Systems Manager knows no such node in this account and region"
NO_SPACE = "its metadata service gives out its tags, and then a key with a space is not allowed: use the key PatchGroup"


@dataclass(slots=True)
class TagPlan:
    """Node ids by the value that they get; None removes the tag. ``before`` is what they have."""

    values: dict[str | None, list[str]] = field(default_factory=dict)
    before: dict[str, str | None] = field(default_factory=dict)
    after: dict[str, str | None] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)

    @property
    def changed(self) -> list[str]:
        """Ids of all nodes whose tag is changed."""
        return [node_id for node_ids in self.values.values() for node_id in node_ids]


def set_group_tags(module: Any) -> dict[str, Any]:
    """Put the nodes into their patch groups, or take them out."""
    params = module.params
    key, state = params["tag_key"], params["state"]
    nodes = aws_nodes(read_nodes(params["nodes"]))
    wanted = {node.node_id: _wanted(node, params["patch_group"], state) for node in nodes}
    for value in {value for value in wanted.values() if value is not None}:
        check_request("ssm", "AddTagsToResource", {"Tags": [{"Key": key, "Value": value}]})
    session = session_of(module)

    def work(connection: Connection, target: Target[Node]) -> TagPlan:
        node_ids = [node.node_id for node in target.items]
        instances = instances_by_id(connection, node_ids)
        hybrid = _hybrid(connection, node_ids)
        plan = plan_tags(key, {node_id: wanted[node_id] for node_id in node_ids}, instances, hybrid)
        if not module.check_mode:
            apply(connection, key, plan)
        return plan

    answers = on_targets(session, targets_of(nodes, session.region), work)
    plans = [plan for _target, plan in answers.answers]
    failures = {node_id: reason for plan in plans for node_id, reason in plan.failures.items()}
    for target, error in answers.errors:
        failures.update(dict.fromkeys((node.node_id for node in target.items), str(error)))
    changed = [node_id for plan in plans for node_id in plan.changed if node_id not in failures]
    return {
        "changed": bool(changed),
        "nodes": summarize(nodes, changed, failures),
        "changed_node_ids": changed,
        "diff": {
            "before": {node_id: plan.before[node_id] for plan in plans for node_id in plan.changed},
            "after": {node_id: plan.after[node_id] for plan in plans for node_id in plan.changed},
        },
    }


def plan_tags(
    key: str,
    wanted: Mapping[str, str | None],
    instances: Mapping[str, Instance],
    hybrid: Mapping[str, Mapping[str, str]],
) -> TagPlan:
    """Which nodes get which value, so that only those that differ are written."""
    plan = TagPlan()
    for node_id, value in wanted.items():
        instance = instances.get(node_id)
        tags = hybrid.get(node_id) if is_hybrid(node_id) else (instance.tags if instance else None)
        reason = _obstacle(key, node_id, value, instance, tags)
        if reason or tags is None:
            plan.failures[node_id] = reason
        elif tags.get(key) != value:
            plan.values.setdefault(value, []).append(node_id)
            plan.before[node_id], plan.after[node_id] = tags.get(key), value
    return plan


def apply(connection: Connection, key: str, plan: TagPlan) -> None:
    """Write the tags: instances in bulk, hybrid nodes one by one, since their API takes one resource."""
    for value, node_ids in plan.values.items():
        instances = [node_id for node_id in node_ids if not is_hybrid(node_id)]
        if instances and value is None:
            delete_tags(connection, instances, [key])
        elif instances and value is not None:
            create_tags(connection, instances, {key: value})
        _tag_hybrid(connection, key, value, [node_id for node_id in node_ids if is_hybrid(node_id)], plan)


def _tag_hybrid(connection: Connection, key: str, value: str | None, node_ids: Sequence[str], plan: TagPlan) -> None:
    def write(node_id: str) -> None:
        resource = {"ResourceType": "ManagedInstance", "ResourceId": node_id}
        if value is None:
            doing = f"remove the tag {key} from {node_id}"
            connection.call("ssm", "remove_tags_from_resource", doing, TagKeys=[key], **resource)
        else:
            tags = [{"Key": key, "Value": value}]
            connection.call("ssm", "add_tags_to_resource", f"set the tag {key} on {node_id}", Tags=tags, **resource)

    for node_id, answer in outcomes(write, node_ids):
        if isinstance(answer, CloudError):
            plan.failures[node_id] = str(answer)


def _hybrid(connection: Connection, node_ids: Sequence[str]) -> dict[str, dict[str, str]]:
    """Tags of those hybrid nodes that exist."""
    ids = [node_id for node_id in node_ids if is_hybrid(node_id)]
    return hybrid_tags(connection, list(managed_nodes(connection, ids))) if ids else {}


def _wanted(node: Node, patch_group: str | None, state: str) -> str | None:
    if state == "absent":
        return None
    value = patch_group or node.patch_group
    if not value:
        raise InputError("patch_group", patch_group, f"a patch group, here or with the node {node.shown}")
    return value


def _obstacle(
    key: str, node_id: str, value: str | None, instance: Instance | None, tags: Mapping[str, str] | None
) -> str:
    if tags is None:
        return UNKNOWN_HYBRID if is_hybrid(node_id) else UNKNOWN
    if instance is None:
        return ""
    if instance.power_state == "absent":
        return ABSENT
    readable = (instance.raw.get("MetadataOptions") or {}).get("InstanceMetadataTags") == "enabled"
    return NO_SPACE if value is not None and readable and " " in key else ""
