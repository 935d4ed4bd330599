# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the agents of an environment are alive and new, and what keeps them so."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleFilterError

from ..module_utils._aws.agent_updates import agent_associations
from ..module_utils._core.agents import agent_states, lines, summary, to_update
from ..module_utils._core.errors import PatchingError
from ..module_utils._core.facts import NodeFacts, UnlistedNode
from ..module_utils._core.nodes import Node

UPDATABLE = ("aws",)
"""Providers whose agents are updated by a command; Azure updates its own."""


def patch_agents(
    facts: Sequence[Mapping[str, Any]],
    nodes: Sequence[Mapping[str, Any]],
    unlisted: Sequence[Mapping[str, Any]] = (),
    minimum_versions: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The state of each node's agent, and which are to be updated; see its documentation."""
    try:
        listed = [Node.from_dict(node) for node in nodes]
        states = agent_states(
            listed,
            [NodeFacts.from_dict(fact) for fact in facts],
            [UnlistedNode.from_dict(node) for node in unlisted],
            minimum_versions,
        )
    except PatchingError as error:
        raise AnsibleFilterError(str(error)) from None
    return {
        "summary": summary(states),
        "lines": lines(states),
        "nodes": [state.to_dict() for state in states],
        "uncovered": [state.node_id for state in states if not state.covered],
        "to_update": to_update(states, UPDATABLE),
    }


def patch_agent_associations(
    facts: Sequence[Mapping[str, Any]], tag_keys: Sequence[str], environment: str, prefix: str = "hybridops"
) -> list[dict[str, Any]]:
    """The associations that keep the agents of an environment up to date; see its documentation."""
    try:
        return agent_associations([NodeFacts.from_dict(fact) for fact in facts], tag_keys, environment, prefix)
    except PatchingError as error:
        raise AnsibleFilterError(str(error)) from None


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Name and function of each filter."""
        return {"patch_agents": patch_agents, "patch_agent_associations": patch_agent_associations}
