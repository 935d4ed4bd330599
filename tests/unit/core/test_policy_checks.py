# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the parts of a policy mean to each other."""

from __future__ import annotations

from itertools import pairwise

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._core.policy.load import parse_policy
from ansible_collections.hybridops.patching.plugins.module_utils._core.policy.order import batch_order, find_cycle
from ansible_collections.hybridops.patching.plugins.module_utils._core.policy.problems import PolicyError
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.core.builders import SMALL, policy

SLOT = "name: a, when: {time: '06:00'}"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("environments: [a, a]", "environments[1].name: the environment 'a' is there twice"),
        ("environments: [{name: a, approval: b}]", "environments[0].approval: there is no approval 'b'; allowed: none"),
        ("environments: [a], slots: [{%s, environment: b}]", "slots[0].environment: there is no environment 'b'"),
        ("slots: [{%s, environment: a}, {%s, environment: a}]", "slots[1].name: the slot 'a of a' is there twice"),
        ("environments: [a], batches: [{name: b}, {name: b}]", "batches[1].name: the batch 'b' is there twice"),
        ("environments: [a], batches: [{name: b, after: [c]}]", "batches[0].after: there is no batch 'c'; allowed: b"),
        ("environments: [a], batches: [{name: b, after: [b]}]", "batches[0].after: b waits for itself"),
        (
            "environments: [a], batches: [{name: b, after: [d]}, {name: c, after: [b]}, {name: d, after: [c]}]",
            "batches[0].after: b → d → c → b wait for each other",
        ),
        (
            "environments: [a], applications: [{name: x, batches: [{name: b, after: [b]}]}]",
            "applications[0].batches[0].after: b waits for itself",
        ),
        (
            "environments: [a], applications: [{name: x, batches: [{name: batch_2}, {name: batch_1}]}]",
            "applications[0].batches: batch_1 → batch_2 → batch_1 wait for each other when all applications are taken",
        ),
        ("environments: [a], applications: [{name: x}, {name: x}]", "the application 'x' is there twice"),
        (
            "environments: [a], applications: [{name: x, checks: [{port: 80, batch: batch_3}]}]",
            "applications[0].checks[0].batch: there is no batch 'batch_3'; allowed: batch_1, batch_2",
        ),
        (
            "environments: [a], applications: [{name: x, batches: [{name: one}], checks: [{port: 1, batch: batch_1}]}]",
            "there is no batch 'batch_1'; allowed: one",
        ),
        ("environments: [a], approvals: {a: {follows: b}}", "approvals.a.follows: there is no approval 'b'"),
        (
            "environments: [a], approvals: {a: {classifications: [security, Securty]}}",
            "approvals.a.classifications: no system has 'Securty'; allowed: SecurityUpdates, ",
        ),
        (
            "environments: [a], approvals: {a: {by_os: {suse: {severities: [Required, Critcal]}}}}",
            "approvals.a.by_os.suse.severities: no system has 'Critcal'; allowed: Critical, ",
        ),
        (
            "environments: [a, b], approvals: {a: {follows: b}, b: {follows: a}}",
            "approvals.a.follows: a → b → a follow each other",
        ),
        ("environments: [a], approvals: {a: {follows: a}}", "approvals.a.follows: a → a follow each other"),
        (
            "environments: [a, b], approvals: {a: {}, b: {follows: a}}",
            "approvals.b.follows: the environment 'a' has no slot that would give the delay",
        ),
        (
            "environments: [{name: a, approval: x}, {name: b, approval: x}], approvals: {x: {}, c: {follows: x}}",
            "approvals.c.follows: no single environment has the approval 'x'",
        ),
        (
            "environments: [a], freezes: [{from: 2026-01-01, to: 2026-01-02, reason: r, environments: [b]}]",
            "freezes[0].environments: there is no environment 'b'",
        ),
        (
            "environments: [a, a_b], group_format: '{environment}_{batch}', batches: [{name: b_c}, {name: c}]",
            "group_format: 'a_b_c' could mean a /",
        ),
    ],
)
def test_contradictions_are_named(text: str, problem: str) -> None:
    with pytest.raises(PolicyError) as caught:
        parse_policy(f"patch_policy: {{{text.replace('%s', SLOT)}}}")
    assert any(problem in str(one) for one in caught.value.problems), str(caught.value)


def test_the_line_of_a_contradiction_is_that_of_its_value() -> None:
    with pytest.raises(PolicyError) as caught:
        policy("batches:\n  - name: one\n  - name: two\n    after:\n      - three")
    assert [problem.line for problem in caught.value.problems] == [SMALL.count("\n") + 5]


def test_a_delay_that_is_said_needs_no_slots() -> None:
    found = parse_policy("patch_policy: {environments: [a, b], approvals: {a: {}, b: {follows: a, after_days: 14}}}")
    assert found.approvals["b"].rules.after_days == 14


def test_a_batch_waits_for_the_one_before_it_unless_it_says_otherwise() -> None:
    found = policy("batches: [{name: one}, {name: two}, {name: three, after: [one]}, {name: four, after: []}]")
    assert [batch.after for batch in found.batches] == [(), ("one",), ("one",), ()]


def test_all_applications_together_have_one_order() -> None:
    found = policy(
        "batches: [{name: one}, {name: two}]\n"
        "applications:\n"
        "  - {name: x, batches: [{name: two, after: []}, {name: three}]}\n"
        "  - {name: y, batches: [{name: zero}, {name: one}]}"
    )
    assert list(batch_order(found).items()) == [
        ("zero", ()),
        ("one", ("zero",)),
        ("two", ("one",)),
        ("three", ("two",)),
    ]


@given(st.dictionaries(st.sampled_from("abcdef"), st.lists(st.sampled_from("abcdef"), max_size=3)))
def test_a_cycle_is_found_exactly_when_there_is_one(graph: dict[str, list[str]]) -> None:
    left = dict(graph)
    while ready := [name for name in left if not any(before in left for before in left[name])]:
        for name in ready:
            del left[name]
    cycle = find_cycle(graph)
    assert bool(cycle) == bool(left)
    if cycle:
        assert cycle[0] == cycle[-1]
        assert all(after in graph[before] for before, after in pairwise(cycle))
