# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan as a whole: its order, its text, its way to the ledger and back, and its size."""

from __future__ import annotations

import json
import time
from typing import Any

from ansible_collections.hybridops.patching.plugins.module_utils._core.facts import Agent, Baseline, SnapshotAbility
from ansible_collections.hybridops.patching.plugins.module_utils._core.plan.context import PlanOptions
from ansible_collections.hybridops.patching.plugins.module_utils._core.plan.lines import plan_lines
from ansible_collections.hybridops.patching.plugins.module_utils._core.plan.model import Plan
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.core.builders import codes, facts, node, plan, plan_of_one

RICH = """
defaults: {waves: [1, "100%"]}
applications:
  - {name: shop, hooks: {before: drain.yml}, checks: [{port: 443}, {http: "https://shop/"}, {command: "true"}]}
exclusions: [{match: {name: prod04}, reason: vendor freeze, until: 2027-03-31}]
freezes: [{from: 2026-11-20, to: 2026-11-22, reason: sales}]
"""


def _rich(**options: Any) -> Plan:
    nodes = [node(1), node(2, windows=True), node(3), node(4)]
    known = [
        facts(nodes[0]),
        facts(nodes[1], windows=True),
        facts(nodes[2], agent=Agent(online=False), baseline=Baseline("pb-1", default=False)),
        facts(nodes[3]),
    ]
    return plan(nodes, known, RICH, options=PlanOptions(hold=("agent_offline",), **options))


def test_batches_come_in_order_whatever_the_inventorys() -> None:
    nodes = [node(number, windows=number % 2 == 1) for number in range(1, 7)]
    found = plan(nodes)
    assert [(batch.name, batch.after) for batch in found.batches] == [("batch_1", ()), ("batch_2", ("batch_1",))]
    assert [[one.node.name for one in batch.nodes] for batch in found.batches] == [
        ["prod02", "prod04", "prod06"],
        ["prod01", "prod03", "prod05"],
    ]
    assert found.gate == {"scope": "environment", "max_failed": 0, "allow_empty": False}


def test_a_plan_survives_the_ledger() -> None:
    found = _rich()
    again = Plan.from_dict(json.loads(json.dumps(found.to_dict())))
    assert again == found
    assert again.digest() == found.digest()


def test_a_planned_node_is_plain_data_for_the_phases() -> None:
    data = next(_rich().nodes()).to_dict()
    assert data["baseline"]["id"] == "pb-0123456789abcdef0"
    assert data["checks"] == [
        {"kind": "port", "target": "443", "batch": "", "status": None},
        {"kind": "http", "target": "https://shop/", "batch": "", "status": 200},
        {"kind": "command", "target": "true", "batch": "", "status": None},
    ]
    assert data["hooks"] == {"before": "drain.yml", "after": ""}
    assert (data["batch"], data["environment"], data["min_free_disk_mib"]) == ("batch_1", "prod", 1024)


def test_the_digest_is_of_what_is_done_not_of_when_it_was_planned() -> None:
    assert plan(run_id="a").digest() == plan(run_id="b").digest()
    assert plan().digest() != plan(extra="defaults: {reboot: never}").digest()


def test_the_text_tells_everything_a_person_has_to_know() -> None:
    lines = plan_lines(_rich())
    text = "\n".join(lines)
    assert lines[0] == "Plan of run run-1 for prod: 2 to patch, 1 held, 1 excluded"
    for expected in (
        "REFUSED, nothing will be started (1 reason):",
        "[freeze] nothing may be changed from 2026-11-19T23:00:00Z to 2026-11-22T23:00:00Z: sales",
        "Slot 0600 is open until 2026-11-21T08:00:00Z",
        "batch_2, after batch_1: 1 node",
        "wave 2: 1 node",
        "prod01 (i-00000000000000001): redhat, shop, aws 222222222222 eu-central-1, patch_prod_0600_batch_1",
        "- power: drain.yml first, then check that it runs",
        "- snapshot: all 2 volumes as one set",
        "- install: what the baseline prod-baseline approves",
        "- verify: services and ports as before, no patch failed or pending, port 443, http https://shop/ answers 200",
        "- held: prod03 (i-00000000000000003): its agent does not answer",
        "prod04 (i-00000000000000004): vendor freeze, until 2027-03-31T22:00:00Z",
    ):
        assert expected in text, text
    assert all("\n" not in line and line == line.rstrip() for line in lines)


def test_the_steps_say_how_the_reboot_is_done_and_what_protects() -> None:
    def steps(extra: str, **known: Any) -> str:
        return "\n".join(next(plan_of_one(extra, **known).nodes()).steps)

    assert "reboot: as a phase of its own" in steps("defaults: {reboot: separate}")
    assert "reboot: never" in steps("defaults: {reboot: never}")
    assert "snapshot: none, as the policy says" in steps("defaults: {snapshot: none}")
    assert "its volume; go on without it if it fails" in steps("defaults: {snapshot: if_possible}", volumes=1)
    without = SnapshotAbility(False, ("no disks",))
    assert "snapshot: none (no disks)" in steps("defaults: {snapshot: required}", snapshot=without)
    allowing = steps("defaults: {allow_unprotected: true}", snapshot=without)
    assert "snapshot: none, which the policy allows (no disks)" in allowing
    default = Baseline("pb-9", "AWS-Default", default=True)
    assert "the default baseline AWS-Default" in steps("defaults: {accept: [default_baseline]}", baseline=default)


@given(st.permutations(range(1, 9)))
def test_the_same_nodes_in_another_order_are_the_same_plan_but_for_the_order(order: list[int]) -> None:
    nodes = [node(number, windows=number % 3 == 0) for number in order]
    found = plan(nodes)
    assert codes(found) == []
    for batch in found.batches:
        planned = [one.node_id for one in batch.nodes]
        assert planned == [one.node_id for one in nodes if one.node_id in planned]
    assert sum(len(batch.nodes) for batch in found.batches) == 8


def test_five_thousand_nodes_are_planned_in_under_a_second() -> None:
    nodes = [node(number, windows=number % 3 == 0, labels={"cluster": f"c{number % 700}"}) for number in range(5000)]
    known = [facts(one, windows=one.patch_group.endswith("2")) for one in nodes]
    started = time.process_time()
    found = plan(nodes, known, 'defaults: {waves: [1, "10%"]}')
    spent = time.process_time() - started
    assert codes(found) == []
    assert len(list(found.nodes())) == 5000
    assert spent < 1.0
