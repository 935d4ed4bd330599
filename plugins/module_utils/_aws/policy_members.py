# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is in which patch group of an environment, in every account and region.

A window finds its nodes by each of the tag keys, whatever stands under the others. So all keys of a node are looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from .._core.errors import InputError
from .._core.facts import NodeFacts, UnlistedNode
from .._core.names import GroupName
from .._core.nodes import Node
from .._core.plan.resolve import Resolver, group_parser
from .._core.policy.exclusions import exclusion_of
from .._core.policy.model import NATIVE, Environment, Policy
from .._core.policy.settings import tag_keys_for
from .._core.policy.words import DIALECTS

NAMES_SHOWN = 5

Place = tuple[str, str]
"""Account and region."""


@dataclass(slots=True)
class Members:
    """One patch group at one place, and what its nodes have in common or not.

    ``systems`` are those that are patched. ``carried`` has each node with the tag keys under which it carries the
    group. ``reboots`` has the names of the nodes by how they are rebooted. ``excluded`` are those that the policy
    leaves out of patching although they carry the tag.
    """

    name: str
    group: GroupName
    systems: set[str] = field(default_factory=set)
    carried: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    reboots: dict[str, list[str]] = field(default_factory=dict)
    excluded: list[str] = field(default_factory=list)

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
    reader = _Reader(policy, environment, {node.node_id: node for node in nodes}, now)
    left: dict[str, list[str]] = {}
    for fact in facts:
        if fact.provider not in ("aws", ""):
            continue
        problem = reader.add(fact)
        if problem:
            left.setdefault(problem, []).append(fact.name or fact.node_id)
    if reader.contradicting:
        left["these nodes have different patch groups under different tag keys; the first key counts"] = (
            reader.contradicting
        )
    estate = {place: [groups[name] for name in sorted(groups)] for place, groups in sorted(reader.places.items())}
    return estate, [f"{problem}: {some(names)}" for problem, names in left.items()]


def facts_of_unlisted(policy: Policy, unlisted: Iterable[UnlistedNode]) -> list[NodeFacts]:
    """What is known of nodes that the inventory lacks. Windows install on them as on any other."""
    keys = tag_keys_for(policy, "aws").get("group", ())
    return [
        NodeFacts(
            node.node_id,
            found=True,
            provider="aws",
            account=node.account,
            region=node.region,
            name=node.name,
            os=node.os,
            patch_group=next((node.tags[key] for key in keys if node.tags.get(key)), node.patch_group),
            tags=node.tags,
        )
        for node in unlisted
    ]


def some(names: Sequence[str]) -> str:
    """Names for a message: the first few, and how many more there are."""
    more = len(names) - NAMES_SHOWN
    return ", ".join(names[:NAMES_SHOWN]) + (f" and {more} more" if more > 0 else "")


class _Reader:
    """Puts nodes into their groups; keeps what is the same for all of them."""

    def __init__(self, policy: Policy, environment: Environment, nodes: Mapping[str, Node], now: datetime) -> None:
        self.places: dict[Place, dict[str, Members]] = {}
        self.contradicting: list[str] = []
        self._policy = policy
        self._environment = environment
        self._nodes = nodes
        self._now = now
        self._parser = group_parser(policy)
        self._resolver = Resolver(policy, environment, now)
        self._keys = tag_keys_for(policy, "aws").get("group", ())

    def add(self, fact: NodeFacts) -> str:
        """Count a node; answers why it cannot be counted, or not in full, empty when it is."""
        self._compare(fact)
        group = self._parser.parse(fact.patch_group) if fact.patch_group else None
        problem = _problem(fact, group, self._environment.name)
        if group is None or problem:
            return problem
        groups = self.places.setdefault((fact.account, fact.region), {})
        members = groups.setdefault(fact.patch_group, Members(fact.patch_group, group))
        keys = tuple(key for key in self._keys if fact.tags.get(key) == fact.patch_group)
        members.carried.append((fact.name or fact.node_id, keys or self._keys[:1]))
        self._settle(fact, members)
        if fact.os not in DIALECTS:
            return "the operating system of these nodes is not known, or is not one that is patched"
        members.systems.add(fact.os)
        return ""

    def _compare(self, fact: NodeFacts) -> None:
        """Note a node that is of two patch groups, by two keys. Raises InputError where that installs on it."""
        groups = {key: fact.tags[key] for key in self._keys if fact.tags.get(key)}
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
        subject = self._resolver.subject(self._nodes.get(fact.node_id, Node(fact.node_id, provider="aws")), fact)
        exclusion = exclusion_of(self._policy, subject.node, subject.labels, self._now)
        if exclusion:
            members.excluded.append(f"{subject.node.shown} ({exclusion.reason})")
        else:
            members.reboots.setdefault(subject.settings.reboot, []).append(subject.node.shown)


def _problem(fact: NodeFacts, group: GroupName | None, environment: str) -> str:
    """Why a node cannot be counted, empty when it can."""
    if not fact.found:
        return "AWS does not know these nodes of the inventory"
    if not fact.patch_group:
        return "these nodes have no patch group, so that the default baseline applies"
    if group is None or group.environment != environment:
        return f"the patch group of these nodes is none of {environment}, and is left alone"
    return ""
