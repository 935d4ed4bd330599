# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Patch states: few requests, every state in the same words, and what is not known is not checked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._aws import compliance, compliance_info
from ansible_collections.hybridops.patching.plugins.module_utils._aws.compliance import patch_states, state_name
from ansible_collections.hybridops.patching.plugins.module_utils._aws.compliance_info import read_compliance
from ansible_collections.hybridops.patching.plugins.module_utils._aws.report_times import new_enough_from
from ansible_collections.hybridops.patching.plugins.module_utils._aws.times import iso
from ansible_collections.hybridops.patching.plugins.module_utils._core.errors import CloudError
from ansible_collections.hybridops.patching.plugins.module_utils._core.scope import Operation, report_id

from tests.unit.aws.scopes import MemoryScope
from tests.unit.aws.wire import ACCOUNT, REGION, Call, FakeSession, Wire, refusal

A, B = "i-0000000000000000a", "i-0000000000000000b"
ENDED = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def state(node_id: str, **counts: int) -> dict[str, Any]:
    return {
        "InstanceId": node_id, "PatchGroup": "g", "BaselineId": "pb-0123456789abcdef0", "Operation": "Scan",
        "OperationStartTime": ENDED, "OperationEndTime": ENDED, **counts,
    }  # fmt: skip


def states(*entries: dict[str, Any]) -> Call:
    return Call("describe_instance_patch_states", None, {"InstancePatchStates": list(entries)})


def patch(patch_id: str, state_: str, installed: datetime = NEVER) -> dict[str, Any]:
    return {
        "Title": f"title of {patch_id}", "KBId": patch_id, "Classification": "Security", "Severity": "Critical",
        "State": state_, "InstalledTime": installed,
    }  # fmt: skip


def patches(node_id: str, wanted: list[str], *entries: dict[str, Any]) -> Call:
    asked = {"InstanceId": node_id, "Filters": [{"Key": "State", "Values": wanted}], "MaxResults": 100}
    return Call("describe_instance_patches", asked, {"Patches": list(entries)})


def read(node_ids: list[str], *script: Call, since: datetime | None = None) -> dict[str, Any]:
    wire = Wire(list(script))
    found = patch_states(wire.connection(), node_ids, since)
    wire.finish()
    return dict(found)


def test_a_compliant_node_costs_no_request_of_its_own() -> None:
    found = read([A], states(state(A, InstalledCount=70, InstalledOtherCount=3, NotApplicableCount=900)))
    assert found[A]["counts"]["installed"] == 70
    assert (found[A]["patches"], found[A]["not_checked"], found[A]["reported_at"]) == ([], "", "2026-11-21T10:00:00Z")


def test_only_what_the_counts_announce_is_listed() -> None:
    wanted = ["Missing", "InstalledPendingReboot"]
    entries = [patch("KB2", "InstalledPendingReboot", ENDED), patch("KB1", "Missing")]
    found = read([A], states(state(A, MissingCount=1, InstalledPendingRebootCount=1)), patches(A, wanted, *entries))
    assert found[A]["patches"] == [
        {"id": "KB1", "title": "title of KB1", "classification": "Security", "severity": "Critical",
         "state": "missing", "installed_at": ""},
        {"id": "KB2", "title": "title of KB2", "classification": "Security", "severity": "Critical",
         "state": "installed_pending_reboot", "installed_at": "2026-11-21T10:00:00Z"},
    ]  # fmt: skip


def test_what_the_run_installed_is_told_by_its_day() -> None:
    entries = [
        patch("old", "Installed", datetime(2026, 11, 20, 23, 59, tzinfo=UTC)),
        patch("new", "Installed", datetime(2026, 11, 21, 0, 0, tzinfo=UTC)),
    ]
    found = read([A], states(state(A, InstalledCount=2)), patches(A, ["Installed"], *entries), since=ENDED)
    assert [one["id"] for one in found[A]["patches"]] == ["new"]


def test_a_node_that_never_reported_is_not_checked() -> None:
    found = read([A, B], states(state(A)))
    assert "has not reported" in found[B]["not_checked"]
    assert found[B]["counts"]["missing"] == 0


def test_fifty_nodes_a_request() -> None:
    ids = [f"i-{number:017x}" for number in range(101)]
    wire = Wire([states() for _part in range(3)])
    patch_states(wire.connection(), ids)
    wire.finish()
    assert [len(params["InstanceIds"]) for _operation, params in wire.sent] == [50, 50, 1]


def test_one_node_that_cannot_be_read_is_not_checked() -> None:
    listed = states(state(A, MissingCount=1), state(B))
    found = read([A, B], listed, Call("describe_instance_patches", None, refusal("InvalidInstanceId")))
    assert "InvalidInstanceId" in found[A]["not_checked"]
    assert found[B]["not_checked"] == ""


def test_when_none_can_be_read_the_call_fails() -> None:
    with pytest.raises(CloudError, match="AccessDeniedException"):
        read(
            [A],
            states(state(A, MissingCount=1)),
            Call("describe_instance_patches", None, refusal("AccessDeniedException")),
        )


@pytest.mark.parametrize(
    ("word", "name"),
    [("INSTALLED_OTHER", "installed_other"), ("InstalledOther", "installed_other"), ("MISSING", "missing"),
     ("Missing", "missing"), ("InstalledPendingReboot", "installed_pending_reboot"),
     ("NotApplicable", "not_applicable"),
     ("AvailableSecurityUpdate", "available_security_update")],
)  # fmt: skip
def test_both_spellings_of_a_state(word: str, name: str) -> None:
    assert state_name(word) == name


def test_never_is_no_time() -> None:
    assert (iso(NEVER), iso(None), iso(ENDED)) == ("", "", "2026-11-21T10:00:00Z")


class FakeModule:
    """As much of a module as the work needs."""

    check_mode = False

    def __init__(self, **params: Any) -> None:
        self.params = {"when": None, "installed_since": None, "node_ids": None, **params}


def test_in_check_mode_no_report_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    from ansible_collections.hybridops.patching.plugins.module_utils._core.nodes import Node

    stale = states({**state(A, InstalledCount=5), "SnapshotId": THEIRS})
    monkeypatch.setattr(compliance_info, "session_of", lambda _module: FakeSession({(ACCOUNT, REGION): Wire([stale])}))
    nodes = [Node(A, provider="aws", account=ACCOUNT, region=REGION).to_dict()]
    asked = FakeModule(when="before", run_id="r", batch="b", wave=1, phase="observe", nodes=nodes)
    asked.check_mode = True
    assert read_compliance(asked)["counts"]["installed"] == 5


def test_a_run_gets_the_states_into_its_ledger_and_a_summary_out(monkeypatch: pytest.MonkeyPatch) -> None:
    from ansible_collections.hybridops.patching.plugins.module_utils._core.nodes import Node

    nodes = [
        Node(A, provider="aws", account=ACCOUNT, region=REGION),
        Node(B, provider="aws", account="2", region=REGION),
    ]
    scope = MemoryScope(nodes)
    down = CloudError("Could not ask account 2")
    session = FakeSession({(ACCOUNT, REGION): Wire([states(state(A, InstalledCount=5))]), ("2", REGION): down})
    monkeypatch.setattr(compliance_info, "session_of", lambda _module: session)
    monkeypatch.setattr(compliance_info, "open_scope", lambda *_arguments: scope)
    answer = read_compliance(FakeModule(when="before"))
    assert scope.patches["before"][A]["counts"]["installed"] == 5
    assert scope.patches["before"][B]["not_checked"] == "Could not ask account 2"
    assert (answer["total"], answer["counts"]["installed"], len(answer["not_checked"])) == (2, 5, 1)
    assert "patch_states" not in answer


OURS, THEIRS = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"


def expecting(*script: Call, patience: float) -> dict[str, Any]:
    wire = Wire(list(script))
    found = patch_states(wire.connection(), [A], None, OURS, patience)
    wire.finish()
    return dict(found)


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compliance, "REPORT_LOOK", 0.0)


class TestOlderReports:
    def test_a_report_of_this_operation_is_taken(self) -> None:
        found = expecting(states({**state(A, InstalledCount=7), "SnapshotId": OURS}), patience=0)
        assert (found[A]["not_checked"], found[A]["counts"]["installed"]) == ("", 7)

    def test_an_older_one_says_nothing_although_it_looks_good(self) -> None:
        found = expecting(states({**state(A, InstalledCount=7), "SnapshotId": THEIRS}), patience=0)
        assert "older than this operation: Scan that ended 2026-11-21T10:00:00Z" in found[A]["not_checked"]
        assert found[A]["counts"]["installed"] == 0

    def test_it_is_waited_for(self) -> None:
        late = states({**state(A, MissingCount=0, InstalledCount=8), "SnapshotId": OURS})
        found = expecting(states({**state(A), "SnapshotId": THEIRS}), states(), late, patience=30)
        assert (found[A]["not_checked"], found[A]["counts"]["installed"]) == ("", 8)

    @pytest.mark.parametrize(("began_after", "reason"), [(0, ""), (-1, "older than this operation")])
    def test_a_scan_of_others_that_began_later_tells_as_much(self, began_after: int, reason: str) -> None:
        theirs = states({**state(A, InstalledCount=7), "SnapshotId": THEIRS})
        wire = Wire([theirs])
        asked: list[Any] = []

        def new_enough(node_ids: Any) -> dict[str, datetime]:
            asked.append(node_ids)
            return {A: ENDED - timedelta(seconds=began_after)}

        found = patch_states(wire.connection(), [A], None, OURS, 0, new_enough)
        assert asked == [[A]]
        assert reason in found[A]["not_checked"]
        assert bool(found[A]["not_checked"]) is bool(reason)

    def test_a_service_that_names_no_snapshot_is_believed(self) -> None:
        assert expecting(states(state(A, InstalledCount=7)), patience=0)[A]["not_checked"] == ""

    def test_each_phase_of_each_wave_has_an_id_of_its_own_and_keeps_it(self) -> None:
        run = {"run_id": "r", "batch": "b", "wave": 1}
        ids = {
            report_id(run | change, "observe") for change in ({}, {"phase": "install"}, {"wave": 2}, {"run_id": "q"})
        }
        assert len(ids) == 4
        assert report_id(run, "observe") == report_id(run | {"phase": "observe"}, "install")
        assert report_id({"run_id": None}, "observe") == ""


def long_id(short: str) -> str:
    return short.ljust(36, "0")


def invoked(command_id: str, *entries: dict[str, Any]) -> Call:
    request = {"CommandId": long_id(command_id), "Details": True, "MaxResults": 50}
    return Call("list_command_invocations", request, {"CommandInvocations": list(entries)})


def operation(operation_id: str, kind: str, handle: str, *node_ids: str, account: str = ACCOUNT) -> Operation:
    return Operation(
        operation_id,
        kind,
        "observe",
        "ssm_command_info",
        account,
        REGION,
        "finished",
        long_id(handle),
        node_ids=node_ids,
    )


class TestFromWhenOnAReportIsNewEnough:
    def test_a_scan_from_when_it_was_asked_for_an_install_from_its_end(self) -> None:
        scope = MemoryScope([])
        for one in (
            operation("op1", "patch_scan", "c1", A),
            operation("op2", "patch_install", "c2", B),
            operation("op3", "probe", "c3", A),
            operation("op4", "patch_scan", "c4", "i-other"),
            operation("op5", "patch_scan", "c5", A, account="2"),
        ):
            scope.add(one)
        asked, steps = (
            ENDED - timedelta(minutes=9),
            [{"ResponseFinishDateTime": ENDED - timedelta(minutes=1)}, {"ResponseFinishDateTime": ENDED}, {}],
        )
        wire = Wire(
            [
                invoked("c1", {"InstanceId": A, "RequestedDateTime": asked}),
                invoked(
                    "c2",
                    {
                        "InstanceId": B,
                        "RequestedDateTime": asked,
                        "CommandPlugins": steps,
                    },
                    {"InstanceId": "i-other", "RequestedDateTime": asked},
                ),
            ]
        )
        assert new_enough_from(wire.connection(), scope, [A, B]) == {A: asked, B: ENDED}
        wire.finish()

    def test_an_install_that_tells_no_end_is_left_out(self) -> None:
        scope = MemoryScope([])
        scope.add(operation("op1", "patch_install", "c1", A))
        wire = Wire([invoked("c1", {"InstanceId": A, "RequestedDateTime": ENDED, "CommandPlugins": []})])
        assert new_enough_from(wire.connection(), scope, [A]) == {}

    def test_before_a_reboot_it_is_the_installation_whose_report_counts(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from ansible_collections.hybridops.patching.plugins.module_utils._core.nodes import Node

        scopes = {phase: MemoryScope([Node(A, provider="aws", account=ACCOUNT, region=REGION)]) for phase in PHASES}
        scopes["install"].add(operation("op1", "patch_install", "c1", A))
        theirs = states({**state(A, InstalledCount=7), "SnapshotId": THEIRS})
        ran = invoked("c1", {"InstanceId": A, "CommandPlugins": [{"ResponseFinishDateTime": ENDED}]})
        session = FakeSession({(ACCOUNT, REGION): Wire([theirs, ran])})
        monkeypatch.setattr(compliance_info, "session_of", lambda _module: session)
        monkeypatch.setattr(
            compliance_info, "open_scope", lambda params, _check, default: scopes[params.get("phase") or default]
        )
        answer = read_compliance(FakeModule(when="after", run_id="r", batch="b", wave=1, phase="reboot"))
        assert (answer["not_checked"], answer["counts"]["installed"]) == ([], 7)


PHASES = ("install", "reboot")
