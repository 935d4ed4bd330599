# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gate fails closed, whatever became of the nodes that are waited for."""

from __future__ import annotations

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._core.gate import (
    GateRule,
    NodeState,
    evaluate_gate,
)
from hypothesis import given
from hypothesis import strategies as st

STATES = ["planned", "going", "passed", "failed", "held", "not_checked"]
AFTER = GateRule("batch_2", after=("batch_1",))


def node(
    name: str,
    batch: str,
    state: str = "planned",
    *,
    wave: int | None = None,
    application: str = "",
    spread: tuple[str, ...] = (),
) -> NodeState:
    return NodeState(name, name, batch, wave, application, state, spread=spread)


def test_a_batch_that_waits_for_nothing_is_open() -> None:
    db = node("db", "batch_1")
    answer = evaluate_gate(GateRule("batch_1"), 1, [db], [db])
    assert answer.opened
    assert answer.open_nodes == ("db",)


@pytest.mark.parametrize("state", STATES)
def test_only_passed_opens(state: str) -> None:
    app = node("app", "batch_2")
    answer = evaluate_gate(AFTER, 1, [app], [node("db", "batch_1", state), app])
    assert answer.opened is (state == "passed")
    if not answer.opened:
        assert "db" in answer.held["app"]


def test_an_empty_earlier_batch_closes() -> None:
    app = node("app", "batch_2")
    answer = evaluate_gate(AFTER, 1, [app], [app])
    assert not answer.opened
    assert "no node in batch_1" in answer.reason
    allowed = GateRule("batch_2", after=("batch_1",), allow_empty=True)
    assert evaluate_gate(allowed, 1, [app], [app]).opened


@pytest.mark.parametrize(("failed", "allowed", "opened"), [(1, 0, False), (1, 1, True), (2, 1, False), (2, 2, True)])
def test_allowed_failures_are_counted(failed: int, allowed: int, opened: bool) -> None:
    app = node("app", "batch_2")
    databases = [node(f"db{i}", "batch_1", "failed" if i < failed else "passed") for i in range(4)]
    answer = evaluate_gate(GateRule("batch_2", ("batch_1",), max_failed=allowed), 1, [app], [*databases, app])
    assert answer.opened is opened


def test_a_later_wave_waits_for_the_canary() -> None:
    canary = node("db1", "batch_1", "failed", wave=1)
    rest = node("db2", "batch_1")
    answer = evaluate_gate(GateRule("batch_1"), 2, [rest], [canary, rest])
    assert not answer.opened
    assert "db1 of batch_1 failed" in answer.held["db2"]


def test_scope_application_holds_only_what_depends() -> None:
    rule = GateRule("batch_2", after=("batch_1",), scope="application")
    everyone = [
        node("db-a", "batch_1", "failed", application="a"),
        node("db-b", "batch_1", "passed", application="b"),
        node("app-a", "batch_2", application="a"),
        node("app-b", "batch_2", application="b"),
        node("app-c", "batch_2", application="c"),
        node("app", "batch_2"),
    ]
    answer = evaluate_gate(rule, 1, everyone[2:], everyone)
    assert answer.open_nodes == ("app-b",)
    assert set(answer.held) == {"app-a", "app-c", "app"}


def test_override_opens_and_is_kept() -> None:
    app = node("app", "batch_2")
    answer = evaluate_gate(AFTER, 1, [app], [node("db", "batch_1", "failed"), app], override="CHG0042")
    assert answer.opened
    assert answer.overridden
    assert "CHG0042" in answer.reason


def test_an_override_that_is_not_needed_is_not_recorded() -> None:
    app = node("app", "batch_2")
    answer = evaluate_gate(AFTER, 1, [app], [node("db", "batch_1", "passed"), app], override="CHG0042")
    assert answer.opened
    assert not answer.overridden


def test_two_members_of_a_cluster_in_one_wave_close_even_with_an_override() -> None:
    wave = [node("db1", "batch_1", spread=("cluster=pg",)), node("db2", "batch_1", spread=("cluster=pg",))]
    answer = evaluate_gate(GateRule("batch_1"), 1, wave, wave, override="I know")
    assert not answer.opened
    assert "cluster=pg" in answer.held["db1"]


@given(
    earlier=st.lists(st.sampled_from(STATES), max_size=8),
    allowed=st.integers(0, 8),
    wave=st.integers(1, 3),
    same=st.lists(st.tuples(st.sampled_from(STATES), st.integers(1, 3)), max_size=5),
)
def test_never_open_with_more_than_the_allowed_failures(
    earlier: list[str], allowed: int, wave: int, same: list[tuple[str, int]]
) -> None:
    app = node("app", "batch_2")
    databases = [node(f"db{i}", "batch_1", state) for i, state in enumerate(earlier)]
    before = [node(f"app{i}", "batch_2", state, wave=number) for i, (state, number) in enumerate(same)]
    rule = GateRule("batch_2", after=("batch_1",), max_failed=allowed)
    answer = evaluate_gate(rule, wave, [app], [*databases, *before, app])
    missing = sum(state != "passed" for state in earlier)
    missing += sum(state != "passed" for state, number in same if number < wave)
    assert answer.opened is (bool(earlier) and missing <= allowed)
    assert set(answer.open_nodes) | set(answer.held) == {"app"}
