# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a plan refuses or warns of about the run as a whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._core.facts import NativeUpdate, UnlistedNode
from ansible_collections.hybridops.patching.plugins.module_utils._core.plan.context import PlanOptions
from ansible_collections.hybridops.patching.plugins.module_utils._core.policy.freezes import freezes_between

from tests.unit.core.builders import IN_SLOT, codes, facts, node, plan, plan_of_one, policy, warned

STRAY = UnlistedNode("i-0000000000000abcd", "stray", "222222222222", "eu-west-1", "patch_prod_0600_batch_1")


def test_an_unknown_environment_is_refused_with_a_hint() -> None:
    found = plan(environment="prd")
    assert codes(found) == ["unknown_environment"]
    assert "did you mean 'prod'?" in found.refusals[0].reason
    assert list(found.nodes()) == []


def test_an_unlisted_node_refuses_until_it_is_allowed() -> None:
    found = plan(unlisted=[STRAY])
    assert codes(found) == ["unlisted"]
    assert "stray (i-0000000000000abcd) in 222222222222 eu-west-1" in found.refusals[0].reason
    allowed = plan(unlisted=[STRAY], options=PlanOptions(allow_unlisted=True))
    accepted = plan(unlisted=[STRAY], options=PlanOptions(accept=("unlisted",)))
    for found in (allowed, accepted):
        assert (codes(found), warned(found)) == ([], ["unlisted"])


def test_an_unlisted_node_that_is_not_missed_does_not_refuse() -> None:
    assert codes(plan(unlisted=[replace(STRAY, patch_group="patch_test_0600_batch_1")])) == []
    assert codes(plan(unlisted=[replace(STRAY, node_id=node(1).node_id)])) == []
    assert codes(plan(extra="exclusions: [{match: {name: stray}, reason: r}]", unlisted=[STRAY])) == []
    ended = "exclusions: [{match: {name: stray}, reason: r, until: 2026-11-20}]"
    assert codes(plan(extra=ended, unlisted=[STRAY])) == ["unlisted"]


def test_nothing_to_patch_is_refused() -> None:
    assert codes(plan([], [])) == ["empty"]
    found = plan(extra='exclusions: [{match: {name: "prod*"}, reason: moving}]')
    assert codes(found) == ["empty"]
    assert "2 nodes excluded" in found.refusals[0].reason
    assert codes(plan(environment="test")) == ["empty"]


def test_an_excluded_node_is_listed_with_its_reason_and_has_no_findings() -> None:
    extra = "exclusions: [{match: {name: prod03}, reason: vendor freeze, until: 2027-03-31}]"
    found = plan(
        [node(1), node(2, windows=True), node(3)],
        [facts(node(1)), facts(node(2, windows=True), windows=True), facts(node(3), baseline=None)],
        extra,
    )
    assert codes(found) == []
    assert [(one.name, one.reason, one.until) for one in found.excluded] == [
        ("prod03", "vendor freeze", "2027-03-31T22:00:00Z")
    ]
    assert node(3).node_id not in [one.node_id for one in found.nodes()]


def test_an_exclusion_that_has_ended_warns_and_no_longer_excludes() -> None:
    found = plan_of_one("exclusions: [{match: {name: prod01}, reason: r, until: 2026-11-20}]")
    assert (codes(found), warned(found), found.excluded) == ([], ["exclusion_ended"], ())
    on_its_last_day = plan_of_one("exclusions: [{match: {name: prod01}, reason: r, until: 2026-11-21}]")
    assert [one.name for one in on_its_last_day.excluded] == ["prod01"]


def test_nodes_of_other_environments_and_of_none() -> None:
    other = node(3, patch_group="patch_test_0600_batch_1", name="test03")
    homeless = node(4, patch_group="", name="router")
    foreign = node(5, patch_group="manual", name="manual05")
    nodes = [node(1), other, homeless, foreign]
    found = plan(nodes, [facts(one) for one in nodes])
    assert [one.node.name for one in found.nodes()] == ["prod01"]
    assert (codes(found), warned(found)) == ([], ["no_environment"])
    assert "2 nodes of the inventory belong to no environment: router" in found.warnings[0].reason


def test_the_same_node_twice_is_refused() -> None:
    found = plan([node(1), node(2, windows=True), node(1, name="alias")])
    assert codes(found) == ["listed_twice"]
    assert "(prod01, alias)" in found.refusals[0].reason
    assert len(list(found.nodes())) == 2


@pytest.mark.parametrize(
    ("freeze", "refused"),
    [
        ("{from: 2026-11-20, to: 2026-11-22, reason: sales}", ["freeze"]),
        ("{from: 2026-11-21, to: 2026-11-21, reason: sales, environments: [prod]}", ["freeze"]),
        ('{from: "2026-11-21T08:30", to: 2026-11-22, reason: begins during the run}', ["freeze"]),
        ('{from: "2026-11-21T09:00", to: 2026-11-22, reason: begins at its end}', []),
        ('{from: 2026-11-20, to: "2026-11-21T06:30", reason: ended}', []),
        ("{from: 2026-11-20, to: 2026-11-22, reason: sales, environments: [test]}", []),
    ],
)
def test_a_freeze_refuses(freeze: str, refused: list[str]) -> None:
    assert codes(plan(extra=f"freezes: [{freeze}]")) == refused


@pytest.mark.parametrize(
    ("instant", "frozen"),
    [
        (datetime(2026, 11, 19, 22, 59, 59, tzinfo=UTC), 0),
        (datetime(2026, 11, 19, 23, 0, tzinfo=UTC), 1),
        (datetime(2026, 11, 22, 22, 59, 59, tzinfo=UTC), 1),
        (datetime(2026, 11, 22, 23, 0, tzinfo=UTC), 0),
    ],
)
def test_a_freeze_is_on_from_its_first_to_before_its_last_instant(instant: datetime, frozen: int) -> None:
    found = policy("freezes: [{from: 2026-11-20, to: 2026-11-22, reason: sales, environments: [prod]}]")
    assert len(freezes_between(found, "prod", instant, instant)) == frozen
    assert freezes_between(found, "test", instant, instant) == []


def test_a_freeze_is_overridden_with_a_reason_only() -> None:
    extra = "freezes: [{from: 2026-11-20, to: 2026-11-22, reason: sales}]"
    assert codes(plan(extra=extra, options=PlanOptions(freeze_override="  "))) == ["freeze"]
    found = plan(extra=extra, options=PlanOptions(freeze_override="CVE-2026-1 is exploited"))
    assert (codes(found), warned(found)) == ([], ["freeze"])
    assert "CVE-2026-1" in found.warnings[0].remedy


def test_in_the_slot_the_plan_knows_its_window() -> None:
    found = plan()
    assert found.window is not None
    assert (found.window.slot, found.window.end, found.window.cutoff) == (
        "0600",
        "2026-11-21T08:00:00Z",
        "2026-11-21T07:00:00Z",
    )


def test_outside_the_slot_it_warns_and_after_the_cutoff_it_refuses() -> None:
    outside = plan(now=datetime(2026, 11, 1, tzinfo=UTC))
    assert (codes(outside), warned(outside), outside.window) == ([], ["outside_slot"], None)
    assert "0600 opens at 2026-11-21T05:00:00Z" in outside.warnings[0].reason
    late = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)
    assert codes(plan(now=late - timedelta(seconds=1))) == []
    assert codes(plan(now=late)) == ["after_cutoff"]
    assert warned(plan(now=late, options=PlanOptions(accept=("after_cutoff",)))) == ["after_cutoff"]


def test_a_policy_accepts_what_concerns_the_run_for_its_environment() -> None:
    late = datetime(2026, 11, 21, 7, 30, tzinfo=UTC)
    extra = "environments: [test, {name: prod, delivery: native, accept: [native_delivery, after_cutoff]}]"
    found = plan(extra=extra, now=late)
    assert (codes(found), warned(found)) == ([], ["native_delivery", "after_cutoff"])


def test_a_native_environment_is_not_patched_by_a_run() -> None:
    extra = "environments: [test, {name: prod, delivery: native}]"
    assert codes(plan(extra=extra)) == ["native_delivery"]


def test_what_does_not_exist_yet_is_refused_by_name() -> None:
    found = plan(extra="defaults: {on_failure: rollback}")
    assert codes(found) == ["not_available"]
    assert str(found.refusals[0]) == (
        "rollback is not available yet; 2 nodes would need it; use hold: on_failure: hold"
    )
    one_node = plan(
        extra="batches: [{name: batch_1, match: {os_family: linux}, on_failure: rollback}, {name: batch_2}]"
    )
    assert "1 node would need it" in next(one.reason for one in one_node.refusals if one.code == "not_available")


def test_a_manifest_cannot_be_promoted_yet() -> None:
    found = plan(text="patch_policy: {environments: [prod], approvals: {prod: {promote: manifest}}}")
    assert codes(found) == ["not_available"]
    assert "approvals.prod: promote: manifest is not available yet" in found.refusals[0].reason


def test_a_slot_that_falls_into_the_change_of_the_clock_is_told() -> None:
    of = node(1, patch_group="prod_batch_1")
    text = """
patch_policy:
  timezone: Europe/Zurich
  group_format: "{environment}_{batch}"
  slots: [{name: "0230", environment: prod, when: {weekday: sunday, time: "02:30"}}]
"""

    def at(now: datetime) -> list[str]:
        found = plan([of], [facts(of)], text=text, now=now)
        return [one.reason for one in found.warnings if one.code == "clock_change"]

    assert at(IN_SLOT) == [
        "slot 0230: 2027-03-28 02:30 does not exist in Europe/Zurich; it opens at 2027-03-28T01:30:00Z"
    ]
    assert "2027-10-31 02:30 exists twice" in at(datetime(2027, 4, 1, tzinfo=UTC))[0]


@pytest.mark.parametrize(
    ("extra", "windows_only", "refused"),
    [
        ("", True, ["empty_batch"]),
        ("", False, []),
        ("defaults: {gate: {allow_empty: true}}", True, []),
        ("defaults: {gate: {scope: application}}", False, ["empty_batch"]),
    ],
)
def test_a_batch_that_waits_for_one_without_nodes(extra: str, windows_only: bool, refused: list[str]) -> None:
    linux, windows = node(1, application="a"), node(2, windows=True, application="b")
    nodes = [windows] if windows_only else [linux, windows]
    found = plan(nodes, [facts(one, windows=one is windows) for one in nodes], extra)
    assert codes(found) == refused
    if refused:
        assert "batch_1, which has no node" in found.refusals[0].reason


def test_a_run_may_take_one_slot_only() -> None:
    slots = """
patch_policy:
  timezone: Europe/Zurich
  slots:
    - {name: "0600", environment: prod, when: {week: third, weekday: saturday, time: "06:00"}}
    - {name: "2200", environment: prod, when: {week: third, weekday: saturday, time: "22:00"}}
"""
    early, late = node(1), node(2, patch_group="patch_prod_2200_batch_1")

    def of_slot(slot: str) -> tuple[list[str], list[str], list[str]]:
        found = plan([early, late], [facts(early), facts(late)], text=slots, options=PlanOptions(slot=slot))
        return [one.slot for one in found.nodes()], codes(found), warned(found)

    assert of_slot("0600") == (["0600"], [], [])
    assert of_slot("2200") == (["2200"], [], ["outside_slot"])
    assert of_slot("") == (["0600", "2200"], [], [])
    assert of_slot("0900")[1] == ["unknown_slot", "empty"]


def test_the_horizon_decides_what_would_happen_during_the_run() -> None:
    update = (NativeUpdate("association", "weekly", "2026-11-21T09:00:00+00:00"),)
    assert codes(plan_of_one(native_updates=update)) == []
    assert codes(plan_of_one(native_updates=update, options=PlanOptions(horizon=timedelta(hours=6)))) == [
        "native_update"
    ]


def test_everything_is_told_at_once() -> None:
    found = plan(
        [node(1), node(2, windows=True)],
        [facts(node(1), baseline=None, scaling_group="a"), facts(node(2), windows=True, found=False)],
        "freezes: [{from: 2026-11-20, to: 2026-11-22, reason: sales}]",
        unlisted=[STRAY],
    )
    assert set(codes(found)) == {"freeze", "unlisted", "no_baseline", "scaling_group", "not_found"}
