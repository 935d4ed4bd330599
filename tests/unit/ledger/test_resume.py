# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that goes on after its controller was lost, when the installation has ended in the meantime."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._core.nodes import Node
from ansible_collections.hybridops.patching.plugins.module_utils._core.patches import PatchState, patch_state
from ansible_collections.hybridops.patching.plugins.module_utils._core.scope import NodeResult
from ansible_collections.hybridops.patching.plugins.module_utils._ledger import waves
from ansible_collections.hybridops.patching.plugins.module_utils._ledger.assess_module import assess_wave
from ansible_collections.hybridops.patching.plugins.module_utils._ledger.gate_module import GATE_ARGS, gate
from ansible_collections.hybridops.patching.plugins.module_utils._ledger.record import read_record
from ansible_collections.hybridops.patching.plugins.module_utils._ledger.runs import NewRun, RunBatch, begin_run
from ansible_collections.hybridops.patching.plugins.module_utils._ledger.scope import LedgerScope
from ansible_collections.hybridops.patching.plugins.module_utils._ledger.store import Ledger, open_ledger

NODE = Node(node_id="a", name="db1", provider="aws", account="1", region="r")
WAVE = {"run_id": "r1", "batch": "batch_1", "wave": 1}


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return open_ledger(f"sqlite:///{tmp_path}/ledger.db", create=True)


def begin(ledger: Ledger, deadline: str | None = None) -> None:
    batch = RunBatch("batch_1", (), {"scope": "environment", "max_failed": 0, "allow_empty": False}, [(NODE, {})])
    assert begin_run(ledger, NewRun("r1", "test", [batch], deadline=deadline))


def join(ledger: Ledger) -> dict[str, Any]:
    defaults = {name: spec.get("default") for name, spec in GATE_ARGS.items()}
    wanted = {"run_id": "r1", "batch": "batch_1", "node_ids": ["a"], "ledger_url": ledger.url}
    return gate(defaults | wanted, check_mode=False)


def scope(ledger: Ledger, phase: str) -> LedgerScope:
    return LedgerScope(ledger, "r1", "batch_1", 1, phase)


def assess(ledger: Ledger) -> dict[str, Any]:
    return assess_wave(WAVE | {"ledger_url": ledger.url}, check_mode=False)


def see(ledger: Ledger, missing: int) -> None:
    """The scan and the probe of before, as the roles do them; a scan says what is missing at the time of asking."""
    observe = scope(ledger, "observe")
    if not observe.covered("probe"):
        operation = observe.intend("probe", [NODE], poller="p", account="1", region="r", request={})
        observe.sent(operation, "h")
        observe.results(operation, [NodeResult("a", "passed", output="hybridops-probe 1\nports 22\n")])
    observe.record_patches("before", {"a": state(missing)})


def state(missing: int) -> PatchState:
    counts = {"missing": missing, "installed": 2 - missing}
    return patch_state(baseline_id="pb", reported_at="", operation="Scan", counts=counts, patches=[])


def install(ledger: Ledger) -> LedgerScope:
    """The installation is sent, and nobody waits for it."""
    installing = scope(ledger, "install")
    operation = installing.intend("patch:Install", [NODE], poller="p", account="1", region="r", request={})
    installing.phase_started([NODE])
    installing.sent(operation, "cmd-1")
    return installing


def node(ledger: Ledger) -> dict[str, Any]:
    found: dict[str, Any] = read_record(ledger, ["r1"])["runs"][0]["batches"][0]["nodes"][0]
    return found


def test_what_was_installed_in_the_meantime_is_not_taken_for_nothing_to_install(ledger: Ledger) -> None:
    begin(ledger)
    join(ledger)
    see(ledger, missing=2)
    assert assess(ledger)["install"] == 1
    install(ledger)

    join(ledger)
    see(ledger, missing=0)
    again = assess(ledger)
    assert (again["install"], again["up_to_date"]) == (1, 0)
    assert [n.node_id for n in scope(ledger, "observe_after").nodes()] == ["a"]
    assert node(ledger)["patches"]["before"]["counts"]["missing"] == 2


def test_what_was_sent_is_not_held_because_the_slot_ends(ledger: Ledger) -> None:
    begin(ledger, deadline="2000-01-01T00:00:00Z")
    join(ledger)
    see(ledger, missing=2)
    install(ledger)
    again = assess(ledger)
    assert (again["install"], again["held"]) == (1, 0)
    assert [n.node_id for n in scope(ledger, "install").nodes()] == ["a"]


def test_a_request_that_was_not_sent_does_not_count(ledger: Ledger) -> None:
    begin(ledger)
    join(ledger)
    see(ledger, missing=2)
    installing = scope(ledger, "install")
    operation = installing.intend("patch:Install", [NODE], poller="p", account="1", region="r", request={})
    installing.not_sent(operation, "throttled")
    see(ledger, missing=0)
    assert assess(ledger)["up_to_date"] == 1
    assert node(ledger)["patches"]["before"]["counts"]["missing"] == 0


def test_patches_count_from_the_first_time_on_that_the_wave_could_go(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(ledger)
    first = join(ledger)["joined_at"]
    monkeypatch.setattr(waves, "now", lambda: "2100-01-01T00:00:00.000Z")
    assert join(ledger)["joined_at"] == first
    assert first < "2100"
