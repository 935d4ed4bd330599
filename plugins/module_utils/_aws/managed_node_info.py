# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of ``ssm_managed_node_info``: the facts of nodes, and the nodes that nobody listed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from .._core.errors import InputError, together
from .._core.facts import NodeFacts, UnlistedNode
from .._core.nodes import Node
from .._core.patch_groups import matches
from .._core.targets import Target, chunks, on_targets, targets_of
from .._ledger.scope_args import read_nodes
from .client import Connection
from .instances import FILTER_VALUES, Instance, instances_by_filter, instances_by_id, is_hybrid
from .managed import hybrid_nodes, hybrid_tags, managed_nodes
from .module import session_of
from .native_updates import native_rules
from .node_facts import TargetFacts, facts_of, name_of, operating_system_of
from .nodes import aws_nodes
from .registered_baselines import RegisteredBaselines, registered_baselines

_LIVE = ["pending", "running", "stopping", "stopped"]

GATHERED = {"baselines": "baseline", "native_updates": "native_updates", "snapshots": "snapshot"}
"""What takes requests of its own, as the option ``gather`` names it, and the fact that it gives."""


def describe_nodes(module: Any) -> dict[str, Any]:
    """Read the facts of all nodes, all accounts and regions side by side."""
    params = module.params
    nodes = aws_nodes(read_nodes(params["nodes"]))
    session = session_of(module)
    targets = _targets(nodes, params["targets"] or (), session.region)
    until = datetime.now(UTC) + timedelta(hours=params["horizon_hours"])
    listed = {node.node_id for node in nodes}
    tag_keys, patterns, gather = params["tag_keys"], params["patch_groups"] or (), params["gather"]

    def read(connection: Connection, target: Target[Node]) -> tuple[list[NodeFacts], list[UnlistedNode]]:
        facts, tags = _read(connection, target, until, tag_keys, patterns, gather)
        found = [facts_of(node, facts) for node in target.items]
        return found, _unlisted(facts, tags, listed, patterns)

    answers = on_targets(session, targets, read)
    if answers.errors:
        raise together([error for _target, error in answers.errors])
    left_out = {fact for name, fact in GATHERED.items() if name not in gather}
    facts = {
        fact.node_id: {key: value for key, value in fact.to_dict().items() if key not in left_out}
        for _target, (found, _unlisted) in answers.answers
        for fact in found
    }
    unlisted = [node.to_dict() for _target, (_found, nodes_there) in answers.answers for node in nodes_there]
    return {
        "changed": False,
        "facts": [facts[node.node_id] for node in nodes],
        "unlisted": sorted(unlisted, key=lambda node: (node["account"], node["region"], node["node_id"])),
    }


def _targets(nodes: Sequence[Node], further: Sequence[Mapping[str, Any]], region: str) -> list[Target[Node]]:
    """The accounts and regions of the nodes, and those that are only searched for nodes that nobody listed."""
    targets = targets_of(nodes, region)
    known = {(target.account, target.region) for target in targets}
    for place in further:
        key = (str(place.get("account") or ""), str(place.get("region") or region))
        if not key[1]:
            raise InputError("targets.region", place.get("region"), "a region, here or in the option region")
        if key not in known:
            known.add(key)
            targets.append(Target(*key, items=()))
    return targets


def _read(
    connection: Connection,
    target: Target[Node],
    until: datetime,
    tag_keys: Sequence[str],
    patterns: Sequence[str],
    gather: Collection[str],
) -> tuple[TargetFacts, dict[str, dict[str, str]]]:
    """What the account and region says; also the tags of every hybrid node that was looked at."""
    node_ids = [node.node_id for node in target.items]
    grouped = _grouped(connection, tag_keys, patterns)
    instances = {**grouped, **instances_by_id(connection, node_ids)}
    managed = managed_nodes(connection, list(dict.fromkeys((*node_ids, *grouped))))
    if patterns:
        managed = {**hybrid_nodes(connection), **managed}
    tags = hybrid_tags(connection, [node_id for node_id in managed if is_hybrid(node_id)])
    ec2 = [node_id for node_id in node_ids if node_id in instances]
    facts = TargetFacts(
        account=target.account,
        region=target.region,
        instances=instances,
        managed=managed,
        hybrid_tags=tags,
        shared_volumes=_shared_volumes(connection, ec2) if "snapshots" in gather else (),
        baselines=registered_baselines(connection) if "baselines" in gather else RegisteredBaselines(),
        native=native_rules(connection, until) if node_ids and "native_updates" in gather else (),
        tag_keys=tag_keys,
    )
    return facts, tags


def _grouped(connection: Connection, tag_keys: Sequence[str], patterns: Sequence[str]) -> dict[str, Instance]:
    """The instances whose patch group matches one of the patterns; EC2 knows the same wildcards."""
    found: dict[str, Instance] = {}
    for key in tag_keys if patterns else ():
        filters = [
            {"Name": f"tag:{key}", "Values": list(patterns)},
            {"Name": "instance-state-name", "Values": _LIVE},
        ]
        found.update(instances_by_filter(connection, filters))
    return found


def _unlisted(
    facts: TargetFacts,
    tags: Mapping[str, Mapping[str, str]],
    listed: Collection[str],
    patterns: Sequence[str],
) -> list[UnlistedNode]:
    every = {**{node_id: instance.tags for node_id, instance in facts.instances.items()}, **tags}
    unlisted = []
    for node_id, node_tags in every.items():
        group = _matching_group(node_tags, facts.tag_keys, patterns)
        if node_id not in listed and group:
            instance, managed = facts.instances.get(node_id), facts.managed.get(node_id)
            os, _version = operating_system_of(Node(node_id), instance, managed)
            name = name_of(node_tags, managed)
            found = UnlistedNode(node_id, name, facts.account, facts.region, group, os, dict(node_tags))
            unlisted.append(found)
    return unlisted


def _matching_group(tags: Mapping[str, str], tag_keys: Sequence[str], patterns: Sequence[str]) -> str:
    """The first patch group of a node that is meant, under whichever key: windows find it by each of them."""
    groups = (tags[key] for key in tag_keys if tags.get(key))
    return next((group for group in groups if any(matches(pattern, group) for pattern in patterns)), "")


def _shared_volumes(connection: Connection, node_ids: Sequence[str]) -> set[str]:
    """Ids of the nodes' volumes that may be attached to several instances."""
    shared: set[str] = set()
    for part in chunks(node_ids, FILTER_VALUES):
        volumes = connection.pages(
            "ec2",
            "describe_volumes",
            "Volumes",
            "read the volumes",
            Filters=[{"Name": "attachment.instance-id", "Values": part}],
            MaxResults=500,
        )
        shared.update(str(volume["VolumeId"]) for volume in volumes if volume.get("MultiAttachEnabled"))
    return shared
