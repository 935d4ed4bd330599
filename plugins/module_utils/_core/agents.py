# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether all nodes that should be are covered: listed, tagged, known to their cloud, with an agent alive and new.

The clouds say of most agents whether they are the newest. Where they do not, as AWS of Windows, the newest version that
another node of the same cloud has is the measure, or the one that the user asks for.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .errors import InputError
from .facts import NodeFacts, UnlistedNode
from .nodes import Node, shown_id

PROBLEMS: Mapping[str, str] = {
    "not_found": "in the inventory, but its cloud has no such node",
    "not_managed": "its agent never reported to the cloud",
    "offline": "its agent does not answer",
    "outdated": "its agent is not the newest",
    "age_unknown": "it is not known whether its agent is the newest",
    "stopped": "it is stopped, so that nothing can be told of its agent",
    "answer_unknown": "it is not known whether its agent answers",
    "no_patch_group": "it carries no patch group",
    "unlisted": "it carries a patch group of the environment and is not in the inventory",
}
"""What may be said against a node, and what that means."""

HARMLESS = frozenset({"age_unknown", "stopped", "answer_unknown"})
"""What leaves a node covered as far as can be told."""

SELF_UPDATING = frozenset({"azure_vm", "azure_arc"})
"""Providers that update the agents of running machines themselves."""

MOST_LINES = 200
"""Nodes named in one text."""

UPDATED = frozenset({"outdated", "age_unknown"})
"""What an update of the agent may mend."""


@dataclass(frozen=True, slots=True)
class AgentState:
    """A node with all that is to be said about its agent; no problem at all is a node that is covered."""

    node_id: str
    name: str
    provider: str
    account: str = ""
    region: str = ""
    version: str = ""
    detail: str = ""
    problems: tuple[str, ...] = ()
    self_updating: bool = False
    """Whether the cloud updates the agent by itself, so that its age is nobody's concern."""

    @property
    def covered(self) -> bool:
        """Whether nothing speaks against it."""
        return HARMLESS.issuperset(self.problems)

    def to_dict(self) -> dict[str, Any]:
        """The state as plain data."""
        plain = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return plain | {"problems": list(self.problems), "covered": self.covered, "line": self.line()}

    def line(self) -> str:
        """The state as a person reads it."""
        known = shown_id(self.node_id)
        account = self.account if known == self.node_id else ""  # the id of an Azure machine says it already
        place = " ".join(part for part in (account, self.region) if part)
        said = "; ".join(PROBLEMS[problem] for problem in self.problems) or "covered"
        version = f", agent {self.version}" if self.version else ""
        detail = f" ({self.detail})" if self.detail else ""
        return f"{self.name or known} [{known}{', ' + place if place else ''}{version}]: {said}{detail}"


def agent_states(
    nodes: Sequence[Node],
    facts: Sequence[NodeFacts],
    unlisted: Sequence[UnlistedNode] = (),
    minimum_versions: Mapping[str, str] | None = None,
) -> list[AgentState]:
    """The state of each node of the inventory, in its order, then of those that the inventory lacks.

    ``minimum_versions``: by provider, the version that an agent has to have. Raises InputError.
    """
    least = {provider: _required(provider, text) for provider, text in (minimum_versions or {}).items() if text}
    newest = {**_newest(facts), **least}
    known = {fact.node_id: fact for fact in facts}
    states = [_state(node, known.get(node.node_id), newest, least) for node in nodes]
    return states + [_unlisted(node) for node in unlisted]


def summary(states: Sequence[AgentState]) -> dict[str, int]:
    """How many nodes there are, how many are covered, and how many have each problem."""
    counts = Counter(problem for state in states for problem in state.problems)
    covered = sum(state.covered for state in states)
    return {"nodes": len(states), "covered": covered, **{name: counts[name] for name in PROBLEMS}}


def summary_line(states: Sequence[AgentState]) -> str:
    """The summary as a person reads it."""
    counts = summary(states)
    named = [f"{counts[name]} {name.replace('_', ' ')}" for name in PROBLEMS if counts[name]]
    cared_for = sum(state.self_updating for state in states)
    named += [f"{cared_for} on Azure, which updates them itself"] if cared_for else []
    return f"{counts['covered']} of {counts['nodes']} nodes are covered" + (f"; {', '.join(named)}" if named else "")


def lines(states: Sequence[AgentState]) -> list[str]:
    """The summary, then a line for each node of which something is to be said, the uncovered ones first."""
    told = sorted((state for state in states if state.problems), key=lambda state: state.covered)
    more = [f"… and {len(told) - MOST_LINES} more"] if len(told) > MOST_LINES else []
    return [summary_line(states), *(state.line() for state in told[:MOST_LINES]), *more]


def to_update(states: Iterable[AgentState], providers: Iterable[str]) -> list[str]:
    """Ids of the nodes of these providers whose agents answer and may be older than the newest."""
    wanted = set(providers)
    return [state.node_id for state in states if state.provider in wanted and UPDATED & set(state.problems)]


def _state(
    node: Node, fact: NodeFacts | None, newest: Mapping[str, tuple[int, ...]], least: Mapping[str, tuple[int, ...]]
) -> AgentState:
    if fact is None or not fact.found:
        return AgentState(node.node_id, node.name, node.provider, node.account, node.region, problems=("not_found",))
    problems = [*_agent_problems(fact, newest, least), *([] if fact.patch_group else ["no_patch_group"])]
    return AgentState(
        node_id=node.node_id,
        name=node.name or fact.name,
        provider=fact.provider or node.provider,
        account=fact.account,
        region=fact.region,
        version=fact.agent.version,
        self_updating=_self_updating(fact, least),
        detail=fact.agent.detail if {"offline", "not_managed", "answer_unknown"} & set(problems) else "",
        problems=tuple(problems),
    )


def _agent_problems(
    fact: NodeFacts, newest: Mapping[str, tuple[int, ...]], least: Mapping[str, tuple[int, ...]]
) -> list[str]:
    agent = fact.agent
    if not agent.online:
        if fact.power_state in ("stopped", "stopping"):
            return ["stopped"]
        if agent.online is None:
            return ["answer_unknown"]
        return ["offline" if agent.version else "not_managed"]
    measure = least.get(fact.provider) or (newest.get(fact.provider) if agent.up_to_date is None else None)
    if measure is not None and agent.version:
        return ["outdated"] if _version(agent.version) < measure else []
    if agent.up_to_date is None:
        return [] if _self_updating(fact, least) else ["age_unknown"]
    return [] if agent.up_to_date else ["outdated"]


def _self_updating(fact: NodeFacts, least: Mapping[str, tuple[int, ...]]) -> bool:
    """Whether a running agent is new without anybody's doing; not when the user asks for a version."""
    return bool(fact.agent.online) and fact.provider in SELF_UPDATING and fact.provider not in least


def _unlisted(node: UnlistedNode) -> AgentState:
    return AgentState(
        node.node_id, node.name, "", node.account, node.region, detail=node.patch_group, problems=("unlisted",)
    )


def _newest(facts: Iterable[NodeFacts]) -> dict[str, tuple[int, ...]]:
    """By provider, the newest version of an agent that its cloud calls the newest."""
    found: dict[str, tuple[int, ...]] = {}
    for fact in facts:
        if fact.agent.up_to_date and fact.agent.version:
            found[fact.provider] = max(found.get(fact.provider, ()), _version(fact.agent.version))
    return found


def _required(provider: str, text: str) -> tuple[int, ...]:
    if not re.fullmatch(r"\d+(\.\d+)*", str(text)):
        raise InputError(f"minimum_versions.{provider}", text, "a version of numbers and dots, such as 3.3.1611.0")
    return _version(str(text))


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", text))
