# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan of power: what is started and turned off, and that only what was off before is turned off again."""

from __future__ import annotations

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._core.nodes import Node
from ansible_collections.hybridops.patching.plugins.module_utils._core.power_orders import power_diff
from ansible_collections.hybridops.patching.plugins.module_utils._core.power_plan import (
    Machine,
    PowerPlan,
    PowerRules,
    plan_power,
    transient,
)
from hypothesis import given
from hypothesis import strategies as st

A, B, C = "a", "b", "c"
ONE = PowerRules(("stopped",), "uncontrollable", "unreachable", "unknown", "absent")
"""A cloud with one way of being off."""
TWO = PowerRules(("stopped", "deallocated"), "uncontrollable", "unreachable", "unknown", "absent")
"""A cloud with two."""
NO_POWER = Machine(A, controllable=False)
STATES = ["started", "stopped", "deallocated", "restarted", "restored"]


def plan(
    state: str, *machines: Machine, remembered: dict[str, str] | None = None, rules: PowerRules = TWO
) -> PowerPlan:
    nodes = [Node(machine.node_id) for machine in machines]
    return plan_power(state, nodes, {machine.node_id: machine for machine in machines}, remembered or {}, rules)


def off(rules: PowerRules) -> st.SearchStrategy[str]:
    return st.sampled_from(["running", *rules.off])


class TestOn:
    @pytest.mark.parametrize("state", ["stopped", "deallocated"])
    def test_only_what_is_off_is_started_and_marked_with_how_it_was(self, state: str) -> None:
        made = plan("started", Machine(A, "running"), Machine(B, state))
        assert (made.start, made.tag, made.settled) == ([B], [B], [A])
        assert made.before == {A: "running", B: state}
        assert made.remembered == {A: "running", B: "stopped"}

    def test_a_mark_that_something_else_left_says_nothing_about_a_machine_that_runs(self) -> None:
        made = plan("started", Machine(A, "running", "stopped"), Machine(B, "stopped", "stopped"), rules=ONE)
        assert made.before == {A: "running", B: "stopped"}
        assert (made.start, made.tag) == ([B], [])

    def test_a_mark_that_is_no_longer_true_is_written_anew(self) -> None:
        assert plan("started", Machine(A, "stopped", "deallocated")).tag == [A]

    def test_what_is_starting_runs(self) -> None:
        made = plan("started", Machine(A, "starting"))
        assert (made.before, made.tag, made.start) == ({A: "running"}, [], [A])

    def test_restarted_restarts_what_runs_and_starts_what_is_off(self) -> None:
        made = plan("restarted", Machine(A, "running"), Machine(B, "stopped"), Machine(C, "deallocated"))
        assert (made.restart, made.start, made.tag) == ([A], [B, C], [B, C])


class TestOff:
    def test_what_is_more_off_than_wanted_is_left_so(self) -> None:
        machines = [Machine(A, "running"), Machine(B, "stopped"), Machine(C, "deallocated")]
        made = plan("stopped", *machines)
        assert (made.stop, made.deallocate, made.settled) == ([A], [], [B, C])
        made = plan("deallocated", *machines)
        assert (made.stop, made.deallocate, made.settled) == ([], [A, B], [C])

    def test_what_is_on_its_way_there_is_left_so(self) -> None:
        assert plan("deallocated", Machine(A, "deallocating"), Machine(B, "stopping")).deallocate == [B]

    def test_restored_turns_off_only_what_was_off(self) -> None:
        made = plan(
            "restored", Machine(A, "running"), Machine(B, "running", "stopped"), Machine(C, "stopped", "stopped")
        )
        assert (made.stop, made.untag, made.settled) == ([B], [B, C], [A, C])

    def test_restored_brings_back_how_it_was_off(self) -> None:
        remembered = dict.fromkeys([A, B, C], "stopped")
        machines = [Machine(A, "running", "stopped"), Machine(B, "running", "deallocated"), Machine(C, "running")]
        made = plan("restored", *machines, remembered=remembered)
        assert (made.stop, made.deallocate) == ([A], [B, C])

    def test_a_machine_that_shut_itself_down_is_deallocated_when_it_was(self) -> None:
        made = plan("restored", Machine(A, "stopped", "deallocated"))
        assert made.deallocate == [A]
        assert power_diff([made]) == {"before": {A: "stopped"}, "after": {A: "deallocated"}}

    def test_restored_believes_the_ledger_that_a_machine_ran(self) -> None:
        made = plan("restored", Machine(A, "running", "deallocated"), remembered={A: "running"})
        assert (made.touched, made.untag) == ([], [A])

    def test_restored_knows_from_the_ledger_where_the_mark_is_lost(self) -> None:
        machines = [Machine(A, "running"), Machine(B, "running")]
        remembered = {A: "stopped", B: "running"}
        assert plan("restored", *machines, remembered=remembered, rules=ONE).stop == [A]
        assert plan("restored", *machines, remembered=remembered).deallocate == [A]

    def test_restored_never_starts(self) -> None:
        assert plan("restored", Machine(A, "stopped"), remembered={A: "running"}).touched == []

    @pytest.mark.parametrize("mark", ["yes", "running", "Stopped"])
    def test_a_mark_that_says_nothing_is_only_removed(self, mark: str) -> None:
        made = plan("restored", Machine(A, "running", mark))
        assert (made.touched, made.untag) == ([], [A])

    @pytest.mark.parametrize("rules", [ONE, TWO])
    @given(st.data())
    def test_starting_and_restoring_brings_back_what_was(self, rules: PowerRules, data: st.DataObject) -> None:
        states = data.draw(st.dictionaries(st.sampled_from([A, B, C]), off(rules)))
        started = plan("started", *(Machine(one, state) for one, state in states.items()), rules=rules)
        between = [Machine(one, "running", started.before[one] if one in started.tag else "") for one in states]
        remembered = data.draw(st.sampled_from([{}, started.remembered]))
        restored = plan("restored", *between, remembered=remembered, rules=rules)
        after = dict.fromkeys(states, "running")
        after.update(dict.fromkeys(restored.stop, "stopped"))
        after.update(dict.fromkeys(restored.deallocate, "deallocated"))
        assert after == states


@pytest.mark.parametrize("state", STATES)
def test_a_node_that_is_gone_or_cannot_be_read_fails(state: str) -> None:
    machines = {B: Machine(B, "absent"), C: Machine(C, "running", problem="denied")}
    made = plan_power(state, [Node(A), Node(B), Node(C)], machines, {}, TWO)
    assert made.failures == {A: "unknown", B: "absent", C: "denied"}
    assert made.touched == []


def test_a_node_without_power_whose_agent_answers_is_started_already() -> None:
    made = plan("started", Machine(A, controllable=False, online=True))
    assert (made.settled, made.unsupported) == ([A], {})
    assert plan("started", NO_POWER).unsupported == {A: "unreachable"}


@pytest.mark.parametrize("state", STATES[1:])
def test_the_power_of_a_node_without_power_is_left_alone(state: str) -> None:
    made = plan(state, NO_POWER)
    assert made.unsupported == ({} if state == "restored" else {A: "uncontrollable"})
    assert (made.touched, made.failures) == ([], {})


def test_what_moves_is_waited_for_first() -> None:
    states = {A: "stopping", B: "starting", C: "deallocating", "d": "running"}
    machines = {node_id: Machine(node_id, state) for node_id, state in states.items()}
    assert transient(machines, "started") == [A, C]
    assert transient(machines, "restarted") == [A, B, C]
    assert transient(machines, "stopped") == transient(machines, "restored") == [B]
