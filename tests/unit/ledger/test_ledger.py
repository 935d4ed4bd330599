# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ledger: what a run may do next, and what it remembers."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._core.errors import (
    GateClosed,
    InputError,
    PatchingError,
    TransitionError,
)
from ansible_collections.hybridops.patching.plugins.module_utils._core.nodes import Node
from ansible_collections.hybridops.patching.plugins.module_utils._core.patches import Patch, patch_state
from ansible_collections.hybridops.patching.plugins.module_utils._core.scope import NodeResult, NullScope
from ansible_collections.hybridops.patching.plugins.module_utils._core.verify import CheckResult, Verdict
from ansible_collections.hybridops.patching.plugins.module_utils._ledger.operations import NODES_A_QUERY
from ansible_collections.hybridops.patching.plugins.module_utils._ledger.record import latest_runs, read_record
from ansible_collections.hybridops.patching.plugins.module_utils._ledger.runs import (
    NewRun,
    RunBatch,
    begin_run,
    finish_run,
    holders,
    summarize,
)
from ansible_collections.hybridops.patching.plugins.module_utils._ledger.scope import LedgerScope
from ansible_collections.hybridops.patching.plugins.module_utils._ledger.scope_args import open_scope
from ansible_collections.hybridops.patching.plugins.module_utils._ledger.seen import (
    hold_nodes,
    keep_observations,
    seen_nodes,
    write_verdicts,
)
from ansible_collections.hybridops.patching.plugins.module_utils._ledger.store import (
    Ledger,
    ledger_exists,
    open_ledger,
)
from ansible_collections.hybridops.patching.plugins.module_utils._ledger.waves import (
    Override,
    approve_reboot,
    close_wave,
    join_wave,
)

GATE = {"scope": "environment", "max_failed": 0, "allow_empty": False}


def node(node_id: str, **values: str) -> Node:
    return Node(node_id=node_id, name=f"host-{node_id}", provider="aws", account="1", region="r", **values)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return open_ledger(f"sqlite:///{tmp_path}/ledger.db", create=True)


def begin(
    ledger: Ledger, run_id: str = "r1", first: Sequence[str] = ("a", "b"), second: Sequence[str] = ("w",)
) -> None:
    batches = [
        RunBatch("batch_1", (), GATE, [(node(n), {}) for n in first]),
        RunBatch("batch_2", ("batch_1",), GATE, [(node(n), {}) for n in second]),
    ]
    assert begin_run(ledger, NewRun(run_id, "test", batches))


def scope(ledger: Ledger, phase: str = "install", batch: str = "batch_1", wave: int = 1) -> LedgerScope:
    return LedgerScope(ledger, "r1", batch, wave, phase)


def verdict(ledger: Ledger, verdicts: dict[str, str], batch: str = "batch_1", wave: int = 1) -> None:
    given = {n: Verdict(v, f"{n} {v}", (CheckResult("patches", v, ""),)) for n, v in verdicts.items()}
    write_verdicts(scope(ledger, "verify", batch, wave), given)


class TestOpening:
    def test_a_missing_ledger_is_not_made_by_reading(self, tmp_path: Path) -> None:
        url = f"sqlite:///{tmp_path}/none.db"
        with pytest.raises(PatchingError, match="there is no ledger"):
            open_ledger(url)
        assert not ledger_exists(url)
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("url", ["nonsense", "mysql://u:geheim@h/d", "sqlite://", "sqlite:///:memory:"])
    def test_a_url_that_cannot_be_used(self, url: str) -> None:
        with pytest.raises(InputError, match="ledger_url") as caught:
            open_ledger(url, create=True)
        assert "geheim" not in str(caught.value)

    def test_a_password_is_not_shown(self) -> None:
        with pytest.raises(PatchingError) as caught:
            open_ledger("postgresql+psycopg://u:geheim@127.0.0.1:1/d")
        assert "geheim" not in str(caught.value)

    def test_a_file_that_is_no_database(self, tmp_path: Path) -> None:
        (tmp_path / "l.db").write_text("this is text and no database, long enough to be looked at as one" * 20)
        with pytest.raises(PatchingError, match="file is not a database"):
            open_ledger(f"sqlite:///{tmp_path}/l.db")

    def test_a_ledger_of_a_newer_version(self, ledger: Ledger) -> None:
        with ledger.write() as connection:
            ledger.put(connection, ledger.tables.meta, [{"name": "schema", "value": "99"}])
        with pytest.raises(PatchingError, match="schema 99"):
            open_ledger(ledger.url)


class TestRun:
    def test_begins_once(self, ledger: Ledger) -> None:
        begin(ledger)
        assert not begin_run(ledger, NewRun("r1", "test", []))
        assert summarize(ledger, "r1").states == {"planned": 3}

    def test_a_node_belongs_to_one_unfinished_run(self, ledger: Ledger) -> None:
        begin(ledger)
        with pytest.raises(PatchingError, match=r"node a .*belongs to run r1"):
            begin(ledger, "r2", first=("a", "c"), second=())
        assert holders(ledger, ["a", "c"]) == {"a": "r1"}
        finish_run(ledger, "r1", close=True)
        assert holders(ledger, ["a", "c"]) == {}
        begin(ledger, "r2", first=("a", "c"), second=())

    def test_of_two_runs_at_once_one_gets_the_node(self, ledger: Ledger) -> None:
        def attempt(number: int) -> bool:
            try:
                begin(ledger, f"run-{number}", first=("a",), second=())
            except PatchingError:
                return False
            return True

        with ThreadPoolExecutor(8) as pool:
            assert sorted(pool.map(attempt, range(8))) == [False] * 7 + [True]

    def test_is_not_over_while_a_node_has_no_verdict(self, ledger: Ledger) -> None:
        begin(ledger)
        assert finish_run(ledger, "r1", close=False).status == "running"
        closed = finish_run(ledger, "r1", close=True)
        assert closed.status == "held"
        assert closed.states == {"held": 3}

    def test_an_ended_run_stays_as_it_is(self, ledger: Ledger) -> None:
        begin(ledger)
        first = finish_run(ledger, "r1", close=True)
        assert finish_run(ledger, "r1", close=True) == first
        joined = join_wave(ledger, "r1", "batch_1", ["a"])
        assert not joined.opened
        assert "ended" in joined.reason

    @pytest.mark.parametrize(
        ("verdicts", "status"),
        [
            ({"a": "passed", "b": "passed"}, "passed"),
            ({"a": "passed", "b": "failed"}, "failed"),
            ({"a": "passed", "b": "not_checked"}, "failed"),
        ],
    )
    def test_status_from_verdicts(self, ledger: Ledger, verdicts: dict[str, str], status: str) -> None:
        begin(ledger, second=())
        join_wave(ledger, "r1", "batch_1", ["a", "b"])
        verdict(ledger, verdicts)
        assert finish_run(ledger, "r1", close=False).status == status

    def test_an_unknown_run(self, ledger: Ledger) -> None:
        with pytest.raises(PatchingError, match="knows no run 'r9'"):
            summarize(ledger, "r9")


class TestWave:
    def test_the_second_batch_waits_for_verdicts(self, ledger: Ledger) -> None:
        begin(ledger)
        assert not join_wave(ledger, "r1", "batch_2", ["w"]).opened
        assert summarize(ledger, "r1").states == {"planned": 2, "held": 1}
        assert join_wave(ledger, "r1", "batch_1", ["a", "b"]).opened
        assert not join_wave(ledger, "r1", "batch_2", ["w"]).opened
        verdict(ledger, {"a": "passed", "b": "passed"})
        joined = join_wave(ledger, "r1", "batch_2", ["w"])
        assert joined.opened
        assert joined.going == ("w",)

    def test_waves_are_numbered_and_kept(self, ledger: Ledger) -> None:
        begin(ledger)
        assert join_wave(ledger, "r1", "batch_1", ["a"]).wave == 1
        assert join_wave(ledger, "r1", "batch_1", ["a"]).wave == 1
        later = join_wave(ledger, "r1", "batch_1", ["b"])
        assert later.wave == 2
        assert not later.opened, "the first wave has no verdict yet"
        verdict(ledger, {"a": "passed"})
        assert join_wave(ledger, "r1", "batch_1", ["b"]).opened

    def test_what_is_not_planned_in_the_batch_is_left_alone(self, ledger: Ledger) -> None:
        begin(ledger)
        joined = join_wave(ledger, "r1", "batch_1", ["a", "w", "x"])
        assert joined.unknown == ["w", "x"]
        assert joined.going == ("a",)
        assert not join_wave(ledger, "r1", "batch_1", ["w"]).opened

    def test_a_node_that_the_plan_leaves_out_never_goes(self, ledger: Ledger) -> None:
        batch = RunBatch("batch_1", (), GATE, [(node("a"), {"held": "agent offline"}), (node("b"), {})])
        begin_run(ledger, NewRun("r1", "test", [batch]))
        joined = join_wave(ledger, "r1", "batch_1", ["a", "b"], Override("all the same"))
        assert joined.going == ("b",)

    def test_the_lock_looks_at_nothing_but_the_ledger(self, ledger: Ledger) -> None:
        begin(ledger)
        with pytest.raises(GateClosed, match="holds no gate"):
            scope(ledger).require_open_gate()
        join_wave(ledger, "r1", "batch_1", ["a", "b"])
        scope(ledger).require_open_gate()
        join_wave(ledger, "r1", "batch_2", ["w"])
        with pytest.raises(GateClosed, match="is closed"):
            scope(ledger, batch="batch_2").require_open_gate()
        finish_run(ledger, "r1", close=True)
        with pytest.raises(GateClosed, match="has ended"):
            scope(ledger).require_open_gate()

    def test_an_override_is_recorded(self, ledger: Ledger) -> None:
        begin(ledger)
        joined = join_wave(ledger, "r1", "batch_2", ["w"], Override("CHG0042", "ops"))
        assert joined.opened
        assert read_record(ledger, ["r1"])["runs"][0]["gates"][0]["override"] == {"reason": "CHG0042", "by": "ops"}

    def test_an_unknown_batch(self, ledger: Ledger) -> None:
        begin(ledger)
        with pytest.raises(PatchingError, match="it has batch_1, batch_2"):
            join_wave(ledger, "r1", "batch_3", ["a"])

    def test_closing_gives_a_verdict_but_not_to_what_is_under_way(self, ledger: Ledger) -> None:
        begin(ledger)
        join_wave(ledger, "r1", "batch_1", ["a", "b"])
        intend(scope(ledger), ["a"])
        assert close_wave(ledger, "r1", "batch_1", 1, "the playbook stopped") == ["b"]
        assert summarize(ledger, "r1").states == {"going": 1, "not_checked": 1, "planned": 1}

    def test_an_approved_reboot_keeps_the_gate_open(self, ledger: Ledger) -> None:
        begin(ledger)
        join_wave(ledger, "r1", "batch_1", ["a", "b"])
        approve_reboot(ledger, "r1", "batch_1", 1, "CHG1")
        scope(ledger).require_open_gate()
        assert "CHG1" in read_record(ledger, ["r1"])["runs"][0]["gates"][-1]["reason"]


def intend(where: LedgerScope, node_ids: Sequence[str], kind: str = "install") -> str:
    nodes = [node(n) for n in node_ids]
    return where.intend(kind, nodes, poller="ssm_command_info", account="1", region="r", request={"x": 1})


@pytest.fixture
def wave(ledger: Ledger) -> LedgerScope:
    begin(ledger)
    join_wave(ledger, "r1", "batch_1", ["a", "b"])
    return scope(ledger)


class TestOperations:
    def test_intent_then_handle_then_results(self, wave: LedgerScope) -> None:
        operation = intend(wave, ["a", "b"])
        assert [(o.state, o.pending) for o in wave.operations()] == [("intended", ("a", "b"))]
        assert wave.covered("install") == {"a", "b"}
        wave.sent(operation, "cmd-1")
        wave.results(operation, [NodeResult("a", "passed")])
        assert [(o.handle, o.pending) for o in wave.operations("ssm_command_info")] == [("cmd-1", ("b",))]
        wave.results(operation, [NodeResult("b", "failed", "exit 1")])
        assert wave.operations() == []
        assert [n.node_id for n in wave.nodes()] == ["a"]
        assert summarize(wave.ledger, "r1").not_passed[1]["reason"] == "install: exit 1"

    def test_what_was_surely_not_sent_covers_nobody(self, wave: LedgerScope) -> None:
        operation = intend(wave, ["a"])
        wave.not_sent(operation, "AccessDenied")
        assert wave.covered("install") == set()
        with pytest.raises(TransitionError, match="not_sent"):
            wave.sent(operation, "cmd-1")

    def test_what_two_jobs_want_at_once_is_sent_by_one(self, wave: LedgerScope) -> None:
        first = intend(wave, ["a"])
        with pytest.raises(PatchingError, match="sent install to a at the same time; nothing was sent twice"):
            intend(scope(wave.ledger), ["a", "b"])
        assert [operation.operation_id for operation in wave.operations()] == [first]
        assert wave.covered("install") == {"a"}

    def test_power_may_be_asked_for_again(self, wave: LedgerScope) -> None:
        for where in (wave, scope(wave.ledger)):
            intend(where, ["a"], "power_start")
        assert len(wave.operations()) == 2

    def test_of_many_nodes_the_last_is_not_sent_to_twice(self, wave: LedgerScope) -> None:
        intend(wave, ["a"])
        with pytest.raises(PatchingError, match="sent install to a at"):
            intend(wave, [*(f"n{number}" for number in range(NODES_A_QUERY)), "a"])

    def test_a_failed_check_is_an_answer(self, wave: LedgerScope) -> None:
        operation = intend(wave, ["a"], kind="check:abc")
        wave.sent(operation, "cmd-1")
        wave.results(operation, [NodeResult("a", "failed", "exit 1")])
        assert [n.node_id for n in wave.nodes()] == ["a", "b"]

    def test_the_phase_ends_with_the_last_operation(self, wave: LedgerScope) -> None:
        first, second = intend(wave, ["a"], "scan"), intend(wave, ["a"], "probe")
        wave.phase_started([node("a")])
        for operation in (first, second):
            wave.sent(operation, "h")
        wave.results(first, [NodeResult("a", "passed")])
        assert phases(wave)["install"]["status"] == "started"
        wave.results(second, [NodeResult("a", "passed")])
        assert phases(wave)["install"]["status"] == "passed"

    def test_a_skipped_phase_takes_no_node(self, wave: LedgerScope) -> None:
        wave.phase_ended([node("a")], "skipped", "nothing to install")
        assert [n.node_id for n in wave.nodes()] == ["b"]
        assert [n.node_id for n in scope(wave.ledger, "verify").nodes()] == ["a", "b"]

    def test_a_snapshot_that_is_only_wanted_where_possible_may_fail(self, ledger: Ledger) -> None:
        batch = RunBatch("batch_1", (), GATE, [(node("a"), {"snapshot": "if_possible"}), (node("b"), {})])
        begin_run(ledger, NewRun("r1", "test", [batch]))
        join_wave(ledger, "r1", "batch_1", ["a", "b"])
        scope(ledger, "snapshot").fail({"a": "no quota", "b": "no quota"})
        assert [n.node_id for n in scope(ledger).nodes()] == ["a"]
        assert "no quota" in phases(scope(ledger))["snapshot"]["detail"]

    def test_many_threads_write_at_once(self, wave: LedgerScope) -> None:
        def one(number: int) -> None:
            operation = intend(wave, ["a"], f"kind-{number}")
            wave.sent(operation, f"h{number}")
            wave.results(operation, [NodeResult("a", "passed")])

        with ThreadPoolExecutor(16) as pool:
            list(pool.map(one, range(32)))
        assert wave.operations() == []


def phases(wave: LedgerScope, node_id: str = "a") -> dict[str, dict[str, str]]:
    record = read_record(wave.ledger, ["r1"])["runs"][0]
    found = next(n for batch in record["batches"] for n in batch["nodes"] if n["node_id"] == node_id)
    return {phase["name"]: phase for phase in found["phases"]}


class TestMemory:
    def test_power_is_remembered_once(self, wave: LedgerScope) -> None:
        wave.remember_power({"a": "stopped", "b": "running"})
        wave.remember_power({"a": "running"})
        assert wave.remembered_power() == {"a": "stopped", "b": "running"}

    def test_power_is_restored_once(self, wave: LedgerScope) -> None:
        wave.remember_power({"a": "stopped"})
        wave.power_restored(["a"])
        assert wave.remembered_power() == {}
        wave.remember_power({"a": "running"})
        assert wave.remembered_power() == {"a": "running"}

    def test_power_of_a_busy_node_is_not_restored(self, wave: LedgerScope) -> None:
        wave.remember_power({"a": "stopped", "b": "running"})
        intend(wave, ["a"])
        assert wave.remembered_power() == {"b": "running"}
        assert wave.busy() == {"a"}

    def test_snapshots_and_patches_reach_the_record(self, wave: LedgerScope) -> None:
        wave.record_snapshots(
            "a", [{"snapshot_id": "snap-1", "volume_id": "vol-1", "device": "/dev/sda", "state": "p"}]
        )
        wave.record_snapshots("a", [{"snapshot_id": "snap-1", "volume_id": "vol-1", "state": "completed"}])
        for moment, state in (("before", "missing"), ("after", "installed")):
            patch = Patch(id="KB1", title="t", classification="c", severity="s", state=state, installed_at="")
            patches = patch_state(
                baseline_id="pb", reported_at="", operation="Scan", counts={state: 1}, patches=[patch]
            )
            wave.record_patches(moment, {"a": patches})
        found = read_record(wave.ledger, ["r1"])["runs"][0]["batches"][0]["nodes"][0]
        assert found["snapshot_ids"] == ["snap-1"]
        assert found["patches"]["installed"] == ["KB1"]
        assert found["patches"]["before"]["counts"]["missing"] == 1
        assert found["baseline"]["reported"] == "pb"

    def test_what_was_recorded_of_patches_can_be_asked_for(self, wave: LedgerScope) -> None:
        state = {"counts": {"missing": 1}, "patches": [{"id": "openssl", "title": "openssl 3", "state": "missing"}]}
        wave.record_patches("before", {"a": state, "elsewhere": state})
        found = wave.recorded_patches("before")
        assert set(found) == {"a"}
        assert found["a"]["counts"] == {"missing": 1}
        assert [(one["id"], one["title"], one["state"]) for one in found["a"]["patches"]] == [
            ("openssl", "openssl 3", "missing")
        ]
        assert wave.recorded_patches("after") == {}

    def test_patches_that_are_not_reported_any_more_are_forgotten(self, wave: LedgerScope) -> None:
        for patch_ids in (["bash", "openssl"], ["openssl"]):
            wave.record_patches("before", {"a": {"patches": [{"id": patch_id} for patch_id in patch_ids]}})
        assert [patch["id"] for patch in wave.recorded_patches("before")["a"]["patches"]] == ["openssl"]

    def test_the_newest_result_of_a_kind_can_be_asked_for_in_any_phase(self, wave: LedgerScope, ledger: Ledger) -> None:
        for phase, output in (("observe", "old"), ("observe_after", "new")):
            where = scope(ledger, phase)
            operation = intend(where, ["a"], "patch_assess")
            where.sent(operation, "h")
            where.results(operation, [NodeResult("a", "passed", output=output)])
        under_way = intend(scope(ledger, "verify"), ["a"], "patch_assess")
        scope(ledger, "verify").sent(under_way, "h")
        assert {key: found.output for key, found in wave.operation_outputs(["patch_assess"]).items()} == {"a": "new"}
        assert wave.operation_outputs(["patch_install"]) == {}

    def test_the_probe_becomes_an_observation(self, wave: LedgerScope) -> None:
        observe = scope(wave.ledger, "observe")
        operation = intend(observe, ["a", "b"], "probe")
        observe.sent(operation, "h")
        observe.results(
            operation, [NodeResult("a", "passed", output="hybridops-probe 1\nports 22\n"), NodeResult("b", "passed")]
        )
        keep_observations(observe, "before")
        seen = {item.node.node_id: item.before for item in seen_nodes(wave)}
        assert seen["a"] is not None
        assert seen["a"].ports == (22,)
        assert seen["b"] is None

    def test_held_is_no_failure_and_final_verdicts_stay(self, wave: LedgerScope) -> None:
        hold_nodes(wave, ["a"], "too late")
        verdict(wave.ledger, {"b": "passed"})
        with pytest.raises(TransitionError):
            verdict(wave.ledger, {"b": "failed"})
        assert finish_run(wave.ledger, "r1", close=True).status == "held"

    def test_latest_runs(self, wave: LedgerScope) -> None:
        finish_run(wave.ledger, "r1", close=True)
        begin(wave.ledger, "r2")
        assert latest_runs(wave.ledger, 2) == ["r1", "r2"]
        assert latest_runs(wave.ledger, 1) == ["r2"]
        assert latest_runs(wave.ledger, 2, "prod") == []


class TestScopeArguments:
    def test_without_a_run_the_given_nodes(self) -> None:
        given = open_scope({"nodes": [{"node_id": "i-1"}, {"node_id": "i-1"}]}, False, "install")
        assert isinstance(given, NullScope)
        assert [n.node_id for n in given.nodes()] == ["i-1"]

    def test_in_check_mode_no_ledger_is_needed(self, tmp_path: Path) -> None:
        url = f"sqlite:///{tmp_path}/l.db"
        params = {"run_id": "r1", "batch": "b", "wave": 1, "ledger_url": url, "nodes": [{"node_id": "i-1"}]}
        assert [n.node_id for n in open_scope(params, True, "install").nodes()] == ["i-1"]
        assert list(tmp_path.iterdir()) == []

    def test_a_run_and_nodes_exclude_each_other(self, ledger: Ledger) -> None:
        params = {"run_id": "r1", "batch": "b", "wave": 1, "ledger_url": ledger.url, "nodes": [{"node_id": "i-1"}]}
        with pytest.raises(InputError, match="nodes"):
            open_scope(params, False, "install")

    def test_a_run_needs_a_ledger(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("PATCH_LEDGER_URL", raising=False)
        with pytest.raises(InputError, match="ledger_url"):
            open_scope({"run_id": "r1", "batch": "b", "wave": 1}, False, "install")
