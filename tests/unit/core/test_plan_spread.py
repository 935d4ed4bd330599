# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waves are cut as Ansible cuts them, and nodes of one cluster are spread over them where that is possible."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from types import SimpleNamespace

import pytest
from ansible.executor.playbook_executor import PlaybookExecutor
from ansible_collections.hybridops.patching.plugins.module_utils._core.nodes import Node
from ansible_collections.hybridops.patching.plugins.module_utils._core.plan.context import PlanOptions
from ansible_collections.hybridops.patching.plugins.module_utils._core.plan.spread import (
    conflicts,
    cut,
    safe_size,
    spread_keys,
    spread_order,
    wave_sizes,
)
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.core.builders import codes, facts, node, plan, warned

WAVES = st.lists(st.integers(1, 9) | st.integers(1, 100).map(lambda percent: f"{percent}%"), min_size=1, max_size=4)


@given(total=st.integers(0, 300), waves=WAVES)
def test_waves_are_those_that_ansible_cuts(total: int, waves: list[int | str]) -> None:
    inventory = SimpleNamespace(get_hosts=lambda _pattern, **_order: list(range(total)))
    play = SimpleNamespace(hosts="all", order=None, serial=waves)
    expected = PlaybookExecutor._get_serialized_batches(SimpleNamespace(_inventory=inventory), play)
    assert wave_sizes(total, waves) == [len(batch) for batch in expected]


@given(
    sizes=st.lists(st.integers(1, 5), min_size=1, max_size=6),
    sets=st.lists(st.integers(0, 6), min_size=30, max_size=30),
)
def test_an_order_loses_nobody_and_has_no_conflict_where_there_need_be_none(sizes: list[int], sets: list[int]) -> None:
    keys = [(f"cluster {one}",) if one else () for one in sets[: sum(sizes)]]
    order = spread_order(keys, sizes)
    assert sorted(order) == list(range(len(keys)))
    left = [key for wave in cut(order, sizes) for key in conflicts([keys[index] for index in wave])]
    if _possible(Counter(key for one in keys for key in one).values(), sizes):
        assert left == []
    if not any(conflicts([keys[index] for index in wave]) for wave in cut(range(len(keys)), sizes)):
        assert order == list(range(len(keys)))


def _possible(sets: Iterable[int], sizes: list[int]) -> bool:
    """The theorem of Gale and Ryser: sets of these sizes fit into waves of these sizes, at most one of a set a wave."""
    ordered = sorted(sets, reverse=True)
    return all(sum(ordered[:count]) <= sum(min(size, count) for size in sizes) for count in range(1, len(ordered) + 1))


def test_what_spreads() -> None:
    assert spread_keys({"cluster": "c1", "rack": "r"}, ["cluster", "rack", "zone"]) == ("cluster c1", "rack r")
    assert spread_keys({"cluster": ""}, ["cluster"]) == ()
    assert spread_keys({"role": "Domain Controller", "domain": "corp"}, []) == ("domain controllers of corp",)
    assert spread_keys({"role": "dc"}, []) == ("domain controllers of the domain",)
    assert spread_keys({"role": "db"}, []) == ()


HALVES = 'defaults: {waves: ["50%"]}'


def _four() -> list[Node]:
    """Two members of a cluster, then two nodes of none."""
    return [node(number, labels={"cluster": "c1" if number < 3 else ""}) for number in range(1, 5)]


def test_members_of_a_cluster_go_into_different_waves_where_the_plan_cuts_them() -> None:
    found = plan(_four(), extra=HALVES, options=PlanOptions(reorder=True))
    assert codes(found) == []
    assert [(one.node.name, one.wave) for one in found.nodes()] == [
        ("prod01", 1),
        ("prod03", 1),
        ("prod02", 2),
        ("prod04", 2),
    ]


def test_where_ansible_cuts_them_the_inventorys_order_counts() -> None:
    found = plan(_four(), extra=HALVES)
    assert codes(found) == ["same_wave"]
    assert [one.node.name for one in found.nodes()] == ["prod01", "prod02", "prod03", "prod04"]
    assert "use waves: [1]" in found.refusals[0].remedy
    first, second, third, fourth = _four()
    assert codes(plan([first, third, second, fourth], extra=HALVES)) == []


def test_ansible_counts_nodes_that_the_plan_leaves_out() -> None:
    first, second, third, fourth = _four()
    excluded = HALVES + "\nexclusions: [{match: {name: prod03}, reason: r}]"
    found = plan([first, third, second, fourth], extra=excluded)
    assert codes(found) == []
    assert [(one.node.name, one.wave) for one in found.nodes()] == [("prod01", 1), ("prod02", 2), ("prod04", 2)]


@given(st.lists(st.integers(0, 5), max_size=40))
def test_waves_of_the_safe_size_have_no_conflict(sets: list[int]) -> None:
    keys = [(f"cluster {one}",) if one else () for one in sets]
    size = safe_size(keys)
    assert size >= 1
    for wave in cut(keys, wave_sizes(len(keys), [size])):
        assert conflicts(wave) == []


@pytest.mark.parametrize(
    ("extra", "refused", "told"),
    [
        ("", ["same_wave"], []),
        ("defaults: {waves: [1]}", [], []),
        ("defaults: {spread_by: []}", [], []),
        ("defaults: {accept: [same_wave]}", [], ["same_wave"]),
    ],
)
def test_a_cluster_in_one_wave_is_refused(extra: str, refused: list[str], told: list[str]) -> None:
    nodes = [node(1, labels={"cluster": "c1"}), node(2, labels={"cluster": "c1"})]
    found = plan(nodes, extra=extra)
    assert (codes(found), warned(found)) == (refused, told)
    if refused:
        assert "batch_1, wave 1: prod01, prod02 would be down together (cluster c1)" in found.refusals[0].reason


def test_waves_of_the_run_count_instead_of_the_policys() -> None:
    nodes = [node(1, labels={"cluster": "c1"}), node(2, labels={"cluster": "c1"})]
    found = plan(nodes, options=PlanOptions(waves=(1,)))
    assert codes(found) == []
    assert [batch.waves for batch in found.batches] == [(1,)]


def test_domain_controllers_are_never_down_together() -> None:
    nodes = [node(number, labels={"role": "domain_controller", "domain": "corp"}) for number in (1, 2)]
    assert codes(plan(nodes, [facts(one) for one in nodes])) == ["same_wave"]
