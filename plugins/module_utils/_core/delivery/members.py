# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is in which patch group of an environment, at every place of a cloud."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ..facts import NodeFacts
from ..names import GroupName
from ..nodes import Node
from ..plan.resolve import Resolver, group_parser
from ..policy.exclusions import exclusion_of
from ..policy.model import Environment, Policy
from ..policy.settings import tag_keys_for

NAMES_SHOWN = 5

Place = tuple[str, str]
"""Account (or subscription) and region; the region is empty where the cloud's groups reach over all regions."""


@dataclass(frozen=True, slots=True)
class Cloud:
    """How a cloud's nodes are counted.

    ``tags`` is its name in the policy's ``tag_keys``. ``systems`` are the operating systems, and families where the
    system itself is not known, that can be patched there. ``without_group`` says what becomes of nodes without a group.
    """

    name: str
    providers: Collection[str]
    tags: str
    systems: Collection[str]
    without_group: str
    by_region: bool = True
    any_case: bool = False
    """Whether names of tags are the same in whatever case."""

    def place_of(self, fact: NodeFacts) -> Place:
        """Where a node's group is."""
        return fact.account, fact.region if self.by_region else ""

    def system_of(self, fact: NodeFacts) -> str:
        """The operating system, or the family where it is one of ``systems`` itself."""
        return fact.os if fact.os in self.systems else fact.os_family


@dataclass(slots=True)
class Members:
    """One patch group at one place, and what its nodes have in common or not.

    ``tag_keys`` are the keys under which they carry the group. ``reboots`` has the names of the nodes by how they are
    rebooted. ``excluded`` are those that the policy leaves out of patching although they carry the tag. ``accepted``
    are the risks that the policy takes for every one of them.
    """

    name: str
    group: GroupName
    systems: set[str] = field(default_factory=set)
    tag_keys: set[str] = field(default_factory=set)
    reboots: dict[str, list[str]] = field(default_factory=dict)
    excluded: list[str] = field(default_factory=list)
    node_ids: list[str] = field(default_factory=list)
    accepted: set[str] | None = None


Estate = Mapping[Place, Sequence[Members]]
"""The patch groups at each place, in the order of their names."""


def read_members(
    cloud: Cloud,
    policy: Policy,
    environment: Environment,
    facts: Iterable[NodeFacts],
    nodes: Iterable[Node],
    now: datetime,
) -> tuple[dict[Place, list[Members]], list[str]]:
    """The patch groups of an environment by place, and what is wrong with the nodes that are in none of them.

    ``nodes`` are those of the inventory, which may say more of a node than its cloud.
    """
    reader = _Reader(cloud, policy, environment, {node.node_id: node for node in nodes}, now)
    left: dict[str, list[str]] = {}
    for fact in facts:
        if fact.provider not in cloud.providers:
            continue
        problem = reader.add(fact)
        if problem:
            left.setdefault(problem, []).append(fact.name or fact.node_id)
    estate = {place: [groups[name] for name in sorted(groups)] for place, groups in sorted(reader.places.items())}
    return estate, [f"{problem}: {some(names)}" for problem, names in left.items()]


def some(names: Sequence[str]) -> str:
    """Names for a message: the first few, and how many more there are."""
    more = len(names) - NAMES_SHOWN
    return ", ".join(names[:NAMES_SHOWN]) + (f" and {more} more" if more > 0 else "")


class _Reader:
    """Puts nodes into their groups; keeps what is the same for all of them."""

    def __init__(
        self, cloud: Cloud, policy: Policy, environment: Environment, nodes: Mapping[str, Node], now: datetime
    ) -> None:
        self.places: dict[Place, dict[str, Members]] = {}
        self._cloud = cloud
        self._policy = policy
        self._environment = environment
        self._nodes = nodes
        self._now = now
        self._parser = group_parser(policy)
        self._resolver = Resolver(policy, environment, now)
        self._keys = tag_keys_for(policy, cloud.tags).get("group", ())

    def add(self, fact: NodeFacts) -> str:
        """Count a node; answers why it cannot be counted, empty when it is."""
        group = self._parser.parse(fact.patch_group) if fact.patch_group else None
        problem = self._problem(fact, group)
        if group is None or problem:
            return problem
        groups = self.places.setdefault(self._cloud.place_of(fact), {})
        members = groups.setdefault(fact.patch_group, Members(fact.patch_group, group))
        members.systems.add(self._cloud.system_of(fact))
        members.tag_keys.add(self._tag_key(fact))
        members.node_ids.append(fact.node_id)
        self._settle(fact, members)
        return ""

    def _tag_key(self, fact: NodeFacts) -> str:
        """The first of the keys that the node carries."""
        carried = {name.lower() if self._cloud.any_case else name for name, value in fact.tags.items() if value}
        found = (key for key in self._keys if (key.lower() if self._cloud.any_case else key) in carried)
        return next(found, self._keys[0])

    def _settle(self, fact: NodeFacts, members: Members) -> None:
        """Note what the policy says of the node itself."""
        listed = self._nodes.get(fact.node_id) or Node(fact.node_id, provider=fact.provider or self._cloud.tags)
        subject = self._resolver.subject(listed, fact)
        exclusion = exclusion_of(self._policy, subject.node, subject.labels, self._now)
        if exclusion:
            members.excluded.append(f"{subject.node.shown} ({exclusion.reason})")
            return
        members.reboots.setdefault(subject.settings.reboot, []).append(subject.node.shown)
        taken = set(subject.settings.accept)
        members.accepted = taken if members.accepted is None else members.accepted & taken

    def _problem(self, fact: NodeFacts, group: GroupName | None) -> str:
        """Why a node cannot be counted, empty when it can."""
        environment = self._environment.name
        if not fact.found:
            return f"{self._cloud.name} does not know these nodes of the inventory"
        if not fact.patch_group:
            return f"these nodes have no patch group, so that {self._cloud.without_group}"
        if group is None or group.environment != environment:
            return f"the patch group of these nodes is none of {environment}, and is left alone"
        if self._cloud.system_of(fact) not in self._cloud.systems:
            return "the operating system of these nodes is not known, or is not one that is patched"
        return ""
