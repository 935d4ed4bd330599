# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is in which patch group of an environment, at every place of a cloud.

A window finds its nodes by each of the tag keys, whatever stands under the others. So all keys of a node are looked at.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from ..errors import InputError
from ..facts import NodeFacts, UnlistedNode
from ..names import GroupName
from ..nodes import Node, provider_of_id
from ..plan.context import Subject
from ..plan.resolve import Resolver, group_parser
from ..policy.exclusions import exclusion_of
from ..policy.model import NATIVE, Environment, Policy
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

    def place_of(self, account: str, region: str) -> Place:
        """Where the group of a node there is."""
        return account, region if self.by_region else ""

    def tag_of(self, fact: NodeFacts, key: str) -> str:
        """The value of a node's tag, empty where it has none."""
        if not self.any_case:
            return fact.tags.get(key, "")
        return next((value for name, value in fact.tags.items() if name.lower() == key.lower()), "")

    def system_of(self, fact: NodeFacts) -> str:
        """The operating system, or the family where it is one of ``systems`` itself."""
        return fact.os if fact.os in self.systems else fact.os_family


@dataclass(slots=True)
class Members:
    """One patch group at one place, and what its nodes have in common or not.

    ``systems`` are those that are patched. ``carried`` has each node with the tag keys under which it carries the
    group. ``reboots`` has the names of the nodes by how they are rebooted. ``excluded`` are those that the policy
    leaves out of patching although they carry the tag. ``accepted`` are the risks that it takes for every one of them.
    """

    name: str
    group: GroupName
    systems: set[str] = field(default_factory=set)
    node_ids: list[str] = field(default_factory=list)
    carried: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    reboots: dict[str, list[str]] = field(default_factory=dict)
    excluded: list[str] = field(default_factory=list)
    accepted: set[str] | None = None

    @property
    def tag_keys(self) -> list[str]:
        """As few keys as find every node, so that as few nodes as possible are found by two of them."""
        left = [keys for _name, keys in self.carried]
        found: list[str] = []
        while left:
            candidates = sorted({key for keys in left for key in keys})
            best = max(candidates, key=lambda key: sum(key in keys for keys in left))
            found.append(best)
            left = [keys for keys in left if best not in keys]
        return found

    @property
    def found_twice(self) -> list[str]:
        """The nodes that more than one of :attr:`tag_keys` finds."""
        keys = set(self.tag_keys)
        return [name for name, carried in self.carried if len(keys.intersection(carried)) > 1]


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
    """The patch groups of an environment by place, and what is wrong with nodes.

    ``nodes`` are those of the inventory, which may say more of a node than its cloud. Raises InputError for a node with
    another patch group under another tag key, where windows would install on it all the same.
    """
    reader = _Reader(cloud, policy, environment, {node.node_id: node for node in nodes}, now)
    left: dict[str, list[str]] = {}
    for fact in facts:
        if fact.provider not in cloud.providers:
            continue
        problem = reader.add(fact)
        if problem:
            left.setdefault(problem, []).append(fact.name or fact.node_id)
    if reader.contradicting:
        left["these nodes have different patch groups under different tag keys; the first key counts"] = (
            reader.contradicting
        )
    if reader.misplaced:
        left[
            "the batch of these nodes is for another operating system, and its window installs on them all the same"
        ] = reader.misplaced
    estate = {place: [groups[name] for name in sorted(groups)] for place, groups in sorted(reader.places.items())}
    return estate, [f"{problem}: {some(names)}" for problem, names in left.items()]


def unlisted_of(cloud: Cloud, unlisted: Iterable[Mapping[str, Any]]) -> list[UnlistedNode]:
    """The nodes of a cloud that the inventory lacks."""
    return [
        UnlistedNode.from_dict(node) for node in unlisted if provider_of_id(str(node["node_id"])) in cloud.providers
    ]


def facts_of_unlisted(cloud: Cloud, policy: Policy, unlisted: Iterable[UnlistedNode]) -> list[NodeFacts]:
    """What is known of nodes that the inventory lacks. Windows install on them as on any other."""
    keys = tag_keys_for(policy, cloud.tags).get("group", ())
    found = []
    for node in unlisted:
        fact = NodeFacts(
            node.node_id,
            found=True,
            provider=provider_of_id(node.node_id) or cloud.tags,
            account=node.account,
            region=node.region,
            name=node.name,
            os=node.os,
            tags=node.tags,
        )
        group = next((value for key in keys if (value := cloud.tag_of(fact, key))), node.patch_group)
        found.append(replace(fact, patch_group=group))
    return found


def places_of(
    cloud: Cloud, estate: Estate, unlisted: Iterable[UnlistedNode], targets: Iterable[Mapping[str, str]]
) -> list[Place]:
    """Where the environment has nodes, and at ``targets``, each with an account and a region, may have had some."""
    strays = [cloud.place_of(one.account, one.region) for one in unlisted]
    named = [cloud.place_of(str(one.get("account") or ""), str(one.get("region") or "")) for one in targets]
    return list(dict.fromkeys([*estate, *strays, *named]))


def some(names: Sequence[str]) -> str:
    """Names for a message: the first few, and how many more there are."""
    more = len(names) - NAMES_SHOWN
    return ", ".join(names[:NAMES_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _is_misplaced(subject: Subject) -> bool:
    """Whether a node of a known operating system is in a batch that is for another."""
    if subject.batch is None or not subject.node.os_family:
        return False
    return not {"os", "os_family"}.isdisjoint(subject.batch.match.unfitting(subject.node, subject.labels))


class _Reader:
    """Puts nodes into their groups; keeps what is the same for all of them."""

    def __init__(
        self, cloud: Cloud, policy: Policy, environment: Environment, nodes: Mapping[str, Node], now: datetime
    ) -> None:
        self.places: dict[Place, dict[str, Members]] = {}
        self.contradicting: list[str] = []
        self.misplaced: list[str] = []
        self._cloud = cloud
        self._policy = policy
        self._environment = environment
        self._nodes = nodes
        self._now = now
        self._parser = group_parser(policy)
        self._resolver = Resolver(policy, environment, now)
        self._keys = tag_keys_for(policy, cloud.tags).get("group", ())

    def add(self, fact: NodeFacts) -> str:
        """Count a node; answers why it cannot be counted, or not in full, empty when it is."""
        self._compare(fact)
        group = self._parser.parse(fact.patch_group) if fact.patch_group else None
        problem = self._problem(fact, group)
        if group is None or problem:
            return problem
        groups = self.places.setdefault(self._cloud.place_of(fact.account, fact.region), {})
        members = groups.setdefault(fact.patch_group, Members(fact.patch_group, group))
        keys = tuple(key for key in self._keys if self._cloud.tag_of(fact, key) == fact.patch_group)
        members.carried.append((fact.name or fact.node_id, keys or self._keys[:1]))
        members.node_ids.append(fact.node_id)
        self._settle(fact, members)
        system = self._cloud.system_of(fact)
        if system not in self._cloud.systems:
            return "the operating system of these nodes is not known, or is not one that is patched"
        members.systems.add(system)
        return ""

    def _compare(self, fact: NodeFacts) -> None:
        """Note a node that is of two patch groups, by two keys. Raises InputError where that installs on it."""
        groups = {key: value for key in self._keys if (value := self._cloud.tag_of(fact, key))}
        others = [group for group in groups.values() if group != fact.patch_group]
        if not fact.found or not others:
            return
        name = fact.name or fact.node_id
        parsed = [self._parser.parse(group) for group in others]
        ours = any(group and group.environment == self._environment.name for group in parsed)
        if ours and self._environment.delivery == NATIVE:
            allowed = (
                "one patch group under all of the keys, since with delivery native windows install on the nodes of "
                "each key: correct one of the tags, or remove it"
            )
            option = f"tags {' and '.join(groups)} of {name}"
            raise InputError(option, " and ".join(groups.values()), allowed)
        self.contradicting.append(name)

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
        if self._environment.delivery == NATIVE and _is_misplaced(subject):
            self.misplaced.append(fact.name or fact.node_id)

    def _problem(self, fact: NodeFacts, group: GroupName | None) -> str:
        """Why a node cannot be counted, empty when it can."""
        environment = self._environment.name
        if not fact.found:
            return f"{self._cloud.name} does not know these nodes of the inventory"
        if not fact.patch_group:
            return f"these nodes have no patch group, so that {self._cloud.without_group}"
        if group is None or group.environment != environment:
            return f"the patch group of these nodes is none of {environment}, and is left alone"
        return ""
