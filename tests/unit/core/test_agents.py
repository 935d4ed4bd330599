# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether nodes are covered: found, listed, tagged, agent alive and new."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._core.agents import (
    PROBLEMS,
    AgentState,
    agent_states,
    lines,
    summary,
    summary_line,
    to_update,
)
from ansible_collections.hybridops.patching.plugins.module_utils._core.errors import InputError
from ansible_collections.hybridops.patching.plugins.module_utils._core.facts import Agent, NodeFacts, UnlistedNode
from ansible_collections.hybridops.patching.plugins.module_utils._core.nodes import Node

A = "i-0000000000000000a"
ALIVE = Agent(online=True, version="3.3.2.0", up_to_date=True)


def fact(node_id: str = A, agent: Agent = ALIVE, **values: Any) -> NodeFacts:
    known = {"found": True, "provider": "aws", "power_state": "running", "patch_group": "patch_test_0600_batch_1"}
    return NodeFacts(node_id=node_id, agent=agent, **{**known, **values})


def node(node_id: str = A) -> Node:
    return Node.from_dict({"node_id": node_id, "name": f"name-{node_id[-1]}"})


def problems(*facts: NodeFacts, minimum: dict[str, str] | None = None) -> tuple[str, ...]:
    """What is said about the first of the nodes."""
    states = agent_states([node(found.node_id) for found in facts], facts, minimum_versions=minimum)
    return states[0].problems


class TestStates:
    @pytest.mark.parametrize(
        ("agent", "values", "expected", "covered"),
        [
            (ALIVE, {}, (), True),
            (Agent(online=True, version="3.3.1.0", up_to_date=False), {}, ("outdated",), False),
            (Agent(online=False, version="3.3.1.0"), {}, ("offline",), False),
            (Agent(online=False), {}, ("not_managed",), False),
            (Agent(online=False), {"power_state": "stopped"}, ("stopped",), True),
            (Agent(online=None), {}, ("answer_unknown",), True),
            (Agent(online=True), {}, ("age_unknown",), True),
            (ALIVE, {"patch_group": ""}, ("no_patch_group",), False),
            (Agent(online=False), {"patch_group": ""}, ("not_managed", "no_patch_group"), False),
            (ALIVE, {"found": False}, ("not_found",), False),
        ],
    )
    def test_a_node(self, agent: Agent, values: dict[str, Any], expected: tuple[str, ...], covered: bool) -> None:
        (state,) = agent_states([node()], [fact(agent=agent, **values)])
        assert (state.problems, state.covered) == (expected, covered)

    def test_a_node_of_which_the_cloud_said_nothing_is_not_there(self) -> None:
        assert agent_states([node()], [])[0].problems == ("not_found",)

    @pytest.mark.parametrize(
        ("version", "expected"), [("3.3.2.0", ()), ("3.3.10.0", ()), ("3.3.1.9", ("outdated",)), ("", ("age_unknown",))]
    )
    def test_an_agent_of_unknown_age_is_measured_by_the_newest(self, version: str, expected: tuple[str, ...]) -> None:
        newest = fact("i-0000000000000000b")
        assert problems(fact(agent=Agent(online=True, version=version)), newest) == expected

    def test_agents_of_another_cloud_are_no_measure(self) -> None:
        other = fact("b", provider="another", agent=ALIVE)
        assert problems(fact(agent=Agent(online=True, version="1.0")), other) == ("age_unknown",)

    @pytest.mark.parametrize(("minimum", "expected"), [("3.3.1.0", ()), ("3.3.2", ()), ("3.3.10.0", ("outdated",))])
    def test_a_version_that_is_asked_for_is_the_measure(self, minimum: str, expected: tuple[str, ...]) -> None:
        for latest in (True, False, None):
            agent = Agent(online=True, version="3.3.2.0", up_to_date=latest)
            assert problems(fact(agent=agent), minimum={"aws": minimum}) == expected

    def test_a_version_that_is_none_is_refused(self) -> None:
        with pytest.raises(InputError, match=r"minimum_versions\.aws"):
            problems(fact(), minimum={"aws": "newest"})


class TestReport:
    STATES = (
        AgentState("a", "one", "aws", version="3.1", problems=("outdated",)),
        AgentState("b", "two", "aws", problems=("age_unknown", "no_patch_group")),
        AgentState("c", "three", "azure_vm", problems=("outdated",)),
        AgentState("d", "", "aws", "111111111111", "eu-central-1", detail="last heard of never", problems=("offline",)),
        AgentState("e", "five", "aws"),
    )

    def test_the_summary_counts_each_problem(self) -> None:
        counts = summary(self.STATES)
        assert (counts["nodes"], counts["covered"], counts["outdated"], counts["unlisted"]) == (5, 1, 2, 0)
        assert set(counts) == {"nodes", "covered", *PROBLEMS}
        expected = "1 of 5 nodes are covered; 1 offline, 2 outdated, 1 age unknown, 1 no patch group"
        assert summary_line(self.STATES) == expected
        assert summary_line(self.STATES[-1:]) == "1 of 1 nodes are covered"

    def test_lines_name_node_place_and_reason(self) -> None:
        assert (
            self.STATES[3].line() == "d [d, 111111111111 eu-central-1]: its agent does not answer (last heard of never)"
        )
        assert self.STATES[0].line() == "one [a, agent 3.1]: its agent is not the newest"

    def test_azure_machines_are_named_by_group_and_name_and_their_age_is_no_concern(self) -> None:
        ids = [f"/subscriptions/s1/resourcegroups/rg/providers/microsoft.compute/virtualmachines/{n}" for n in "abc"]
        nodes = [Node.from_dict({"node_id": one, "name": f"vm-{one[-1]}"}) for one in ids]
        place = {"provider": "azure_vm", "account": "s1", "region": "westeurope"}
        agents = (Agent(online=True, version="2.1"), Agent(online=True), Agent(online=False, version="2.1"))
        facts = [fact(one, agent, **place) for one, agent in zip(ids, agents, strict=True)]
        states = agent_states(nodes, facts)
        assert summary_line(states) == "2 of 3 nodes are covered; 1 offline, 2 on Azure, which updates them itself"
        assert lines(states)[1:] == ["vm-c [rg/c, westeurope, agent 2.1]: its agent does not answer"]
        asked = agent_states(nodes, facts, minimum_versions={"azure_vm": "2.2"})
        assert [state.problems for state in asked] == [("outdated",), ("age_unknown",), ("offline",)]

    def test_only_agents_that_answer_and_may_be_old_are_updated(self) -> None:
        assert to_update(self.STATES, ["aws"]) == ["a", "b"]

    def test_nodes_that_the_inventory_lacks_are_named(self) -> None:
        states = agent_states([], [], [UnlistedNode("i-1", "new", "1", "r", "patch_test_0600_batch_1")])
        assert (states[0].problems, states[0].covered) == (("unlisted",), False)
        assert "patch_test_0600_batch_1" in states[0].line()
