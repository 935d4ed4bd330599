# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Puts nodes into patch groups: the tag, in bulk."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeAlias

from ansible.module_utils.common.warnings import warn

from .._core.errors import CloudError, InputError
from .._core.node_summary import MOST_FAILURES, failure_warning, summarize
from .._core.nodes import Node
from .._core.pool import outcomes
from .._core.targets import Target, TargetAnswers, chunks, on_targets, targets_of
from .._ledger.scope_args import read_nodes
from .client import Connection
from .group_tag_checks import Gap, gaps, named, read_baselines
from .instances import (
    ABSENT,
    TAGGED_AT_ONCE,
    UNKNOWN,
    Instance,
    create_tags,
    delete_tags,
    instances_by_id,
    is_hybrid,
)
from .managed import hybrid_tags, managed_nodes
from .model_check import check_request
from .module import session_of
from .nodes import aws_nodes

UNKNOWN_HYBRID = "Systems Manager knows no such node in this account and region"
NO_SPACE = "its metadata service gives out its tags, and then a key with a space is not allowed: use the key PatchGroup"
OTHER_KEY: Mapping[str, str] = {"Patch Group": "PatchGroup", "PatchGroup": "Patch Group"}
"""The two keys that Patch Manager knows, each with the other. Equal values are one group (user guide, patch groups)."""

Tags: TypeAlias = dict[str, str]
Job: TypeAlias = tuple[Sequence[str], Callable[[], None]]
"""Nodes, and the request that changes all of them."""


@dataclass(slots=True)
class TagPlan:
    """Node ids by the value that they get; None removes the tag. ``before`` and ``after`` have the tags that change.

    ``cleared`` are those from which the other key is removed, ``conflicts`` those on which it names another group.
    """

    values: dict[str | None, list[str]] = field(default_factory=dict)
    cleared: list[str] = field(default_factory=list)
    before: dict[str, Tags] = field(default_factory=dict)
    after: dict[str, Tags] = field(default_factory=dict)
    conflicts: dict[str, str] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)

    @property
    def changed(self) -> list[str]:
        """Ids of all nodes of which a tag is changed."""
        return list(self.before)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the options ask for: the key, the value of each node (None: none), what becomes of the other key."""

    key: str
    values: Mapping[str, str | None]
    clear_other: bool
    check: bool


def set_group_tags(module: Any) -> dict[str, Any]:
    """Put the nodes into their patch groups, or take them out."""
    params = module.params
    nodes = aws_nodes(read_nodes(params["nodes"]))
    wanted = Wanted(
        params["tag_key"],
        {node.node_id: _wanted(node, params["patch_group"], params["state"]) for node in nodes},
        clear_other=params["other_key"] == "remove",
        check=params["check_baselines"] and params["state"] == "present" and params["tag_key"] in OTHER_KEY,
    )
    for value in {value or "" for value in wanted.values.values()}:
        check_request("ssm", "AddTagsToResource", {"Tags": [{"Key": wanted.key, "Value": value}]})
    session = session_of(module)

    def work(connection: Connection, target: Target[Node]) -> TagPlan:
        plan = _plan(connection, target, wanted)
        if not module.check_mode:
            apply(connection, wanted.key, plan)
        return plan

    outcome = on_targets(session, targets_of(nodes, session.region), work)
    return _answer(nodes, wanted, outcome)


def _plan(connection: Connection, target: Target[Node], wanted: Wanted) -> TagPlan:
    """Look at the nodes of an account and region, and at what is registered for their groups."""
    node_ids = [node.node_id for node in target.items]
    instances = instances_by_id(connection, node_ids)
    hybrid_ids = [node_id for node_id in node_ids if is_hybrid(node_id)]
    managed = managed_nodes(connection, hybrid_ids) if hybrid_ids else {}
    tags = hybrid_tags(connection, list(managed)) if managed else {}
    values = {node_id: wanted.values[node_id] for node_id in node_ids}
    plan = plan_tags(wanted.key, values, instances, tags, clear_other=wanted.clear_other)
    grouped = {
        node: value
        for node in target.items
        if (value := values[node.node_id]) is not None and node.node_id not in plan.failures
    }
    if wanted.check and grouped:
        found = read_baselines(connection, sorted(set(grouped.values())), [one.node_id for one in grouped], managed)
        plan.gaps = gaps(connection, grouped, instances, found)
    return plan


def _answer(nodes: Sequence[Node], wanted: Wanted, outcome: TargetAnswers[Node, TagPlan]) -> dict[str, Any]:
    plans = [plan for _target, plan in outcome.answers]
    failures = {node_id: reason for plan in plans for node_id, reason in plan.failures.items()}
    for target, error in outcome.errors:
        failures.update(dict.fromkeys((node.node_id for node in target.items), str(error)))
    changed = [node_id for plan in plans for node_id in plan.changed if node_id not in failures]
    others = {node_id: value for plan in plans for node_id, value in plan.conflicts.items() if node_id not in failures}
    in_two = [node for node in nodes if node.node_id in others]
    found = [gap for plan in plans for gap in plan.gaps]
    for gap in found:
        warn(str(gap))
    left_out = failure_warning("tagged", nodes, failures)
    if left_out:
        warn(left_out)
    if in_two:
        warn(_in_two_groups(wanted, in_two))
    return {
        "changed": bool(changed),
        "nodes": summarize(nodes, changed, failures),
        "changed_node_ids": changed,
        "without_baseline": [gap.to_dict() for gap in found if not gap.reason],
        "baseline_unknown": [gap.to_dict() for gap in found if gap.reason],
        "in_other_group": [
            {"node_id": node.node_id, "tag_key": OTHER_KEY[wanted.key], "patch_group": others[node.node_id]}
            for node in in_two[:MOST_FAILURES]
        ],
        "diff": {
            name: {node_id: getattr(plan, name)[node_id] for plan in plans for node_id in plan.changed}
            for name in ("before", "after")
        },
    }


def _in_two_groups(wanted: Wanted, nodes: Sequence[Node]) -> str:
    other = OTHER_KEY[wanted.key]
    return (
        f"These nodes carry the key {other!r} with a patch group that {wanted.key!r} does not name: {named(nodes)}. A "
        "node can be in one group, and AWS does not say which of two holds. other_key: remove removes the other key"
    )


def plan_tags(
    key: str,
    wanted: Mapping[str, str | None],
    instances: Mapping[str, Instance],
    hybrid: Mapping[str, Mapping[str, str]],
    *,
    clear_other: bool = False,
) -> TagPlan:
    """Which nodes get which value, so that only those that differ are written."""
    plan = TagPlan()
    other = OTHER_KEY.get(key, "")
    for node_id, value in wanted.items():
        instance = instances.get(node_id)
        tags = hybrid.get(node_id) if is_hybrid(node_id) else (instance.tags if instance else None)
        reason = _obstacle(key, node_id, value, instance, tags)
        if reason or tags is None:
            plan.failures[node_id] = reason
            continue
        after = {name: text for name, text in tags.items() if name != key} | ({} if value is None else {key: value})
        if tags.get(key) != value:
            plan.values.setdefault(value, []).append(node_id)
        if tags.get(other, value) != value:
            if clear_other:
                plan.cleared.append(node_id)
                del after[other]
            elif tags[other]:
                plan.conflicts[node_id] = tags[other]
        if after != tags:
            plan.before[node_id], plan.after[node_id] = _of_keys(tags, (key, other)), _of_keys(after, (key, other))
    return plan


def _of_keys(tags: Mapping[str, str], keys: Sequence[str]) -> Tags:
    return {name: tags[name] for name in keys if name in tags}


def apply(connection: Connection, key: str, plan: TagPlan) -> None:
    """Write the tags. Nodes of a request that fails are failures; the others go on.

    The other key is removed last, and only from nodes that have their group by then.
    """
    jobs = [job for value, node_ids in plan.values.items() for job in _jobs(connection, key, value, node_ids)]
    _carry_out(jobs, plan)
    left = [node_id for node_id in plan.cleared if node_id not in plan.failures]
    _carry_out(_jobs(connection, OTHER_KEY.get(key, ""), None, left), plan)


def _carry_out(jobs: Sequence[Job], plan: TagPlan) -> None:
    for (node_ids, _send), answer in outcomes(lambda job: job[1](), jobs):
        if isinstance(answer, CloudError):
            plan.failures.update(dict.fromkeys(node_ids, str(answer)))


def _jobs(connection: Connection, key: str, value: str | None, node_ids: Sequence[str]) -> list[Job]:
    """The requests that give nodes a value: instances in bulk, hybrid nodes one by one, as their API takes them."""

    def tag_instances(part: Sequence[str]) -> None:
        if value is None:
            delete_tags(connection, part, [key])
        else:
            create_tags(connection, part, {key: value})

    def tag_hybrid(node_id: str) -> None:
        resource = {"ResourceType": "ManagedInstance", "ResourceId": node_id}
        if value is None:
            doing = f"remove the tag {key} from {node_id}"
            connection.call("ssm", "remove_tags_from_resource", doing, TagKeys=[key], **resource)
        else:
            tags = [{"Key": key, "Value": value}]
            connection.call("ssm", "add_tags_to_resource", f"set the tag {key} on {node_id}", Tags=tags, **resource)

    instances = [node_id for node_id in node_ids if not is_hybrid(node_id)]
    jobs: list[Job] = [(part, partial(tag_instances, part)) for part in chunks(instances, TAGGED_AT_ONCE)]
    return jobs + [([node_id], partial(tag_hybrid, node_id)) for node_id in node_ids if is_hybrid(node_id)]


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
