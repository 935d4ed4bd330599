# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a report says about a run: sentence, order, advice, timeline."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._report.advice import advise
from ansible_collections.hybridops.patching.plugins.module_utils._report.outcome import (
    count,
    gate_of,
    headline,
    held_by_gate,
    node_state,
    nodes_of,
    orders,
    run_state,
)
from ansible_collections.hybridops.patching.plugins.module_utils._report.schema import complete
from ansible_collections.hybridops.patching.plugins.module_utils._report.timeline import MAX_LANES, timeline
from ansible_collections.hybridops.patching.plugins.module_utils._report.times import (
    parse_time,
    say_duration,
    seconds_between,
)

from tests import report_samples as samples
from tests.report_story import Story, iso, make_run


def whole(run: dict[str, Any]) -> dict[str, Any]:
    """A run of a completed record."""
    done: dict[str, Any] = complete({"runs": [run]})["runs"][0]
    return done


def texts(run: dict[str, Any]) -> list[str]:
    """The advice on a run."""
    return [advice.text for advice in advise(whole(run))]


@pytest.mark.parametrize(
    ("make", "state", "sentence"),
    [
        (samples.passed_run, "passed", "All 9 nodes passed: 36 patch installations."),
        (samples.nothing_run, "passed", "All 9 nodes passed: nothing to install."),
        (samples.failed_run, "failed", "0 of 2 nodes passed, 1 failed, 1 held; batch_2 did not start."),
        (
            samples.mixed_run,
            "failed",
            "11 of 20 nodes passed, 2 failed, 1 not checked, 6 held; batch_2 did not start.",
        ),
        (samples.running_run, "going", "7 of 12 nodes are done."),
        (samples.override_run, "failed", "8 of 9 nodes passed, 1 failed."),
    ],
)
def test_a_run_in_one_sentence(make: Any, state: str, sentence: str) -> None:
    run = whole(make())
    assert (run_state(run), headline(run)) == (state, sentence)


def test_a_run_without_nodes_or_work() -> None:
    assert headline(whole({"run_id": "r"})) == "No node is in this run."
    planned = {"run_id": "r", "batches": [{"name": "b", "nodes": [{"node_id": "n"}]}]}
    assert headline(whole(planned)) == "1 node planned; nothing has been started."


def test_passed_is_never_said_of_a_run_with_a_node_that_did_not_pass() -> None:
    run = samples.passed_run()
    run["batches"][1]["nodes"][0]["verdict"] = "not_checked"
    assert headline(whole(run)) == "8 of 9 nodes passed, 1 not checked."
    run["status"] = ""
    assert run_state(whole(run)) == "not_checked"


def test_a_node_without_verdict_is_going_once_work_began() -> None:
    run = whole(samples.running_run())
    states = [node_state(node) for node in run["batches"][1]["nodes"]]
    assert states == ["going", "planned", "planned", "planned", "planned"]
    assert count(nodes_of(run)).done == 7


def test_the_order_of_batches_is_measured() -> None:
    (order,) = orders(whole(samples.passed_run()))
    assert (order.batch, order.after, order.kept, order.gap) == ("batch_2", ("batch_1",), True, 3.0)


def test_a_broken_order_is_told_first() -> None:
    run = samples.passed_run()
    for phase in run["batches"][1]["nodes"][0]["phases"]:
        phase["started"] = run["started"]
    (order,) = orders(whole(run))
    assert not order.kept
    assert advise(whole(run))[0].urgent
    assert texts(run)[0].startswith("batch_2 began before batch_1 had ended.")


def test_the_plan_is_not_work() -> None:
    run = samples.passed_run()
    for node in run["batches"][1]["nodes"]:
        assert next(p for p in node["phases"] if p["name"] == "plan")["started"] == run["started"]
    assert orders(whole(run))[0].kept


def test_a_batch_that_never_began_has_no_order() -> None:
    assert orders(whole(samples.failed_run())) == []


def test_the_closed_gate_is_the_one_that_is_told() -> None:
    gate = gate_of(whole(samples.mixed_run()), "batch_2")
    assert gate is not None
    assert not gate["opened"]
    assert gate["reason"].startswith("3 of 14 earlier nodes did not pass")


def test_a_gate_that_is_open_for_some_holds_others() -> None:
    run = samples.passed_run()
    gate = next(gate for gate in run["gates"] if gate["batch"] == "batch_2")
    gate["reason"] = "payroll: 1 of 2 earlier nodes did not pass"
    first, second, _third = run["batches"][1]["nodes"]
    first |= {"verdict": "held", "reason": gate["reason"]}
    second |= {"verdict": "held", "reason": "excluded: vendor freeze"}
    full = whole(run)
    nodes = full["batches"][1]["nodes"]
    assert [held_by_gate(full, "batch_2", node) for node in nodes] == [True, False, False]
    assert any("1 node still to be patched" in text for text in texts(run))


def test_what_the_plan_left_out_does_not_ask_for_another_run() -> None:
    run = samples.passed_run()
    run["batches"][1]["nodes"][0] |= {"verdict": "held", "reason": "excluded: vendor freeze"}
    run["status"] = "held"
    assert texts(run) == ["Read the reasons below."]


def test_advice_after_a_failure() -> None:
    assert texts(samples.failed_run()) == [
        "Repair the node that failed. A snapshot set from before the run can restore it.",
        "Then start a new run of lab: 1 node still to be patched.",
    ]
    first = advise(whole(samples.failed_run()))[0]
    assert [node["name"] for node in first.nodes] == ["lab-lin-01"]


def test_no_snapshot_no_promise() -> None:
    run = samples.failed_run()
    run["batches"][0]["nodes"][0]["snapshot_ids"] = []
    assert texts(run)[0] == "Repair the node that failed."


def test_only_some_failed_nodes_have_snapshots() -> None:
    run = samples.mixed_run()
    failed = [n for b in run["batches"] for n in b["nodes"] if n["verdict"] == "failed"]
    failed[0]["snapshot_ids"] = []
    assert texts(run)[0] == "Repair the nodes that failed. A snapshot set from before the run can restore one of them."


def test_power_left_on_is_told_with_the_playbook() -> None:
    run = samples.passed_run()
    started = next(n for b in run["batches"] for n in b["nodes"] if n["power"]["started_by_run"])
    assert not any("restore_power.yml" in text for text in texts(run))
    started["power"]["restored"] = False
    assert any("Stop 1 node" in text and "playbooks/restore_power.yml" in text for text in texts(run))


def test_a_run_that_passed_needs_nothing_unless_something_is_left() -> None:
    run = samples.passed_run()
    assert texts(run) == ["Nothing."]
    node = run["batches"][0]["nodes"][0]
    node["patches"]["after"]["counts"]["installed_pending_reboot"] = 1
    node["baseline"]["reported"] = "pb-default"
    assert [text.split(":")[0] for text in texts(run)] == ["Reboot 1 node", "Check the patch group"]


def test_a_run_that_is_going_says_how_to_go_on() -> None:
    assert any("same run id" in text for text in texts(samples.running_run()))


def test_timeline_shows_batch_2_to_the_right_of_batch_1() -> None:
    line = timeline(whole(samples.passed_run()))
    assert line is not None
    lanes = {(lane.batch, lane.wave): lane for lane in line.lanes}
    end = max(phase.x + phase.width for lane in line.lanes if lane.batch == "batch_1" for phase in lane.bars)
    begin = min(phase.x for lane in line.lanes if lane.batch == "batch_2" for phase in lane.bars)
    assert begin >= end - 0.3
    assert line.rules
    assert line.rules[0] == pytest.approx(end, abs=0.3)
    assert lanes["batch_1", "1"].bars[0].phase == "power"
    assert "plan" not in line.phases
    assert all(0 <= phase.x <= 100 for lane in line.lanes for phase in lane.bars)


def test_timeline_of_a_closed_gate_has_a_mark_and_no_bar() -> None:
    line = timeline(whole(samples.failed_run()))
    assert line is not None
    lane = line.lanes[-1]
    assert (lane.batch, lane.bars) == ("batch_2", ())
    assert [(mark.opened, mark.label.split()[1]) for mark in lane.marks] == [(False, "closed")]


def test_an_unfinished_phase_is_open_to_the_right() -> None:
    line = timeline(whole(samples.running_run()))
    assert line is not None
    assert [(drawn.phase, drawn.open) for lane in line.lanes for drawn in lane.bars if drawn.open] == [
        ("install", True)
    ]


def test_many_waves_become_one_lane_a_batch() -> None:
    story = Story("prod", "1", "many", batches=(("batch_1", "linux", MAX_LANES + 1),), waves=(1,))
    line = timeline(whole(make_run(story)))
    assert line is not None
    assert (line.merged, len(line.lanes), line.lanes[0].nodes) == (True, 1, MAX_LANES + 1)


@pytest.mark.parametrize("seconds", [0, 1, 59, 600, 86400, 86400 * 45, 86400 * 4000])
def test_ticks_fit_any_length(seconds: int) -> None:
    start = datetime(2026, 1, 31, 23, 59, tzinfo=UTC)
    run = {"run_id": "r", "started": iso(start), "finished": iso(start + timedelta(seconds=seconds))}
    line = timeline(whole(run))
    assert line is not None
    assert 1 <= len(line.ticks) <= 9
    assert len({tick.label for tick in line.ticks}) == len(line.ticks)


def test_nothing_has_a_time_yet() -> None:
    assert timeline(whole({"run_id": "r"})) is None


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, ""),
        (0, "0 s"),
        (59.4, "59 s"),
        (59.6, "1 min 00 s"),
        (3599, "59 min 59 s"),
        (3660, "1 h 01 min"),
        (172800, "2 d 0 h"),
    ],
)
def test_durations(seconds: float | None, text: str) -> None:
    assert say_duration(seconds) == text


@pytest.mark.parametrize("text", ["", None, 7, "soon", "2026-13-01", "0001-01-01T00:00:00+14:00"])
def test_what_is_not_a_time(text: object) -> None:
    assert parse_time(text) is None


def test_offsets_are_turned_into_utc() -> None:
    assert seconds_between("2026-11-21T06:00:00+01:00", "2026-11-21T05:00:10Z") == 10
    assert seconds_between("2026-11-21T05:00:10", "2026-11-21T05:00:00Z") == 0
