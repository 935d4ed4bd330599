# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Puts together what EC2 and Systems Manager say about a node."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .._core.facts import Agent, NodeFacts, SnapshotAbility
from .._core.nodes import Node
from .instances import Instance, is_hybrid
from .native_updates import NativeRule, updates_of
from .platforms import PATCH_MANAGER_NAME, family_of_os, os_of_instance, os_of_platform
from .registered_baselines import RegisteredBaselines
from .times import iso

SCALING_TAG = "aws:autoscaling:groupName"
NOT_REGISTERED = "it is not registered with Systems Manager"


@dataclass(frozen=True, slots=True)
class TargetFacts:
    """What one account and region says; dictionaries are by node id."""

    account: str
    region: str
    instances: Mapping[str, Instance] = field(default_factory=dict)
    managed: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    hybrid_tags: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    shared_volumes: Collection[str] = ()
    baselines: RegisteredBaselines = field(default_factory=RegisteredBaselines)
    native: Sequence[NativeRule] = ()
    tag_keys: Sequence[str] = ()


def facts_of(node: Node, target: TargetFacts) -> NodeFacts:
    """The node's facts; ``found`` is false when neither service knows it."""
    instance = target.instances.get(node.node_id)
    managed = target.managed.get(node.node_id)
    gone = instance is not None and instance.power_state == "absent"
    if gone or (managed is None if is_hybrid(node.node_id) else instance is None):
        return NodeFacts(node_id=node.node_id, account=node.account, region=target.region, provider="aws")
    tags = instance.tags if instance else target.hybrid_tags.get(node.node_id, {})
    os, version = operating_system_of(node, instance, managed)
    group = patch_group_of(tags, target.tag_keys)
    return NodeFacts(
        node_id=node.node_id,
        found=True,
        provider="aws",
        account=node.account or target.account,
        region=target.region,
        name=name_of(tags, managed) or node.name,
        os_family=family_of_os(os, str((managed or {}).get("PlatformType", ""))) or node.os_family,
        os=os,
        os_version=version,
        power_state=_power_state(instance, managed),
        can_power=instance is not None,
        agent=_agent(managed),
        snapshot=_snapshot(instance, target.shared_volumes),
        volumes=len(instance.devices) if instance else 0,
        scaling_group=tags.get(SCALING_TAG) or None,
        baseline=target.baselines.baseline_of(group, PATCH_MANAGER_NAME.get(os, "")),
        native_updates=updates_of(target.native, node.node_id, tags),
        patch_group=group,
        tags=dict(tags),
    )


def patch_group_of(tags: Mapping[str, str], tag_keys: Sequence[str]) -> str:
    """The patch group: the value of the first of the keys that the node carries."""
    return next((tags[key] for key in tag_keys if tags.get(key)), "")


def name_of(tags: Mapping[str, str], managed: Mapping[str, Any] | None) -> str:
    """The node's name: its Name tag, or what Systems Manager calls it."""
    known = managed or {}
    return str(tags.get("Name") or known.get("Name") or known.get("ComputerName") or "")


def operating_system_of(node: Node, instance: Instance | None, managed: Mapping[str, Any] | None) -> tuple[str, str]:
    """The agent's word first; it is kept while a node is stopped. Then EC2's, then the inventory's."""
    if managed and managed.get("PlatformName"):
        version = str(managed.get("PlatformVersion") or "")
        found = os_of_platform(str(managed["PlatformName"]), version)
        if found:
            return found, version
    return (os_of_instance(instance.raw) if instance else "") or node.os, ""


def _power_state(instance: Instance | None, managed: Mapping[str, Any] | None) -> str:
    if instance:
        return instance.power_state
    return "running" if managed and managed.get("PingStatus") == "Online" else "unknown"


def _agent(managed: Mapping[str, Any] | None) -> Agent:
    if managed is None:
        return Agent(online=False, detail=NOT_REGISTERED)
    status = str(managed.get("PingStatus", ""))
    ping = managed.get("LastPingDateTime")
    # The API's documentation says that this field tells nothing about Windows nodes.
    latest = None if managed.get("PlatformType") == "Windows" else managed.get("IsLatestVersion")
    return Agent(
        online=status == "Online",
        version=str(managed.get("AgentVersion", "")),
        up_to_date=None if latest is None else bool(latest),
        detail="" if status == "Online" else f"{status}, last heard of {iso(ping) or 'never'}",
    )


def _snapshot(instance: Instance | None, shared_volumes: Collection[str]) -> SnapshotAbility:
    obstacles = tuple(_obstacles(instance, shared_volumes))
    return SnapshotAbility(possible=not obstacles, obstacles=obstacles)


def _obstacles(instance: Instance | None, shared_volumes: Collection[str]) -> list[str]:
    """What speaks against making and restoring a snapshot of all volumes of the node."""
    if instance is None:
        return ["it is a hybrid node, of which EC2 can make no snapshot"]
    obstacles = []
    if instance.raw.get("RootDeviceType") == "instance-store":
        obstacles.append("its root volume is an instance store, which cannot be snapshotted")
    elif not instance.devices:
        obstacles.append("it has no EBS volume")
    shared = sorted(set(instance.devices) & set(shared_volumes))
    if shared:
        obstacles.append(f"{', '.join(shared)} may be attached to several instances, which a restore would break")
    codes = sorted(
        str(code.get("ProductCodeId"))
        for code in instance.raw.get("ProductCodes") or []
        if code.get("ProductCodeType") == "marketplace"
    )
    if codes:
        obstacles.append(f"it carries the Marketplace product code {', '.join(codes)}, which bars a restore")
    return obstacles
