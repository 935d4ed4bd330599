# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of the bulk modules from options to answer: the gate, summaries, nodes that cannot take part."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._aws import (
    command_info,
    command_start,
    power_modules,
    snapshot_modules,
)
from ansible_collections.hybridops.patching.plugins.module_utils._core.errors import CloudError, GateClosed, InputError
from ansible_collections.hybridops.patching.plugins.module_utils._core.nodes import Node
from ansible_collections.hybridops.patching.plugins.module_utils._core.scope import NullScope, Scope

from tests.unit.aws.scopes import MemoryScope
from tests.unit.aws.wire import ACCOUNT, REGION, Call, FakeSession, Wire, instance, managed, refusal, reservations

A, B, HYBRID = "i-0000000000000000a", "i-0000000000000000b", "mi-0000000000000000c"
COMMAND = "11111111-2222-3333-4444-555555555555"
SEND = dict.fromkeys(
    ["document_version", "timeout_seconds", "max_concurrency", "max_errors", "output_s3_bucket_name", "node_ids"]
)
COMMON = {"node_ids": None, "comment": "", "kind": "command", "run_id": None}
STARTERS: list[tuple[Any, Callable[[Any], dict[str, Any]], dict[str, Any]]] = [
    (command_start, command_start.start_command,
     SEND | {"document": "AWS-RunShellScript", "parameters": {"commands": "x"}, "scripts": None}),
    (command_start, command_start.start_patch_operation, SEND | {"operation": "Install"}),
    (snapshot_modules, snapshot_modules.make_snapshot_sets,
     {"tags": None, "description": "d", "on_unsupported": "fail"}),
    (power_modules, power_modules.set_power, {"state": "started", "on_unsupported": "fail"}),
    (power_modules, power_modules.set_power, {"state": "stopped", "on_unsupported": "fail"}),
    (power_modules, power_modules.set_power, {"state": "restarted", "on_unsupported": "fail"}),
]  # fmt: skip


def node(node_id: str, provider: str = "aws", os_family: str = "linux") -> Node:
    return Node(
        node_id, name=f"host-{node_id[-1]}", provider=provider, account=ACCOUNT, region=REGION, os_family=os_family
    )


class FakeModule:
    """As much of a module as the work needs."""

    region = REGION
    check_mode = False

    def __init__(self, **params: Any) -> None:
        self.params = {**COMMON, **params}
        self.warnings: list[str] = []

    def warn(self, text: str) -> None:
        self.warnings.append(text)


@pytest.fixture
def stand(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Wire]:
    """Puts a scope and a scripted wire under a file of module work."""

    def put(place: Any, scope: Scope, *script: Call | list[Call]) -> Wire:
        wire = Wire(list(script))
        monkeypatch.setattr(place, "open_scope", lambda *_arguments: scope)
        monkeypatch.setattr(place, "session_of", lambda _module: FakeSession({(ACCOUNT, REGION): wire}))
        return wire

    return put


class TestGate:
    @pytest.mark.parametrize(("place", "work", "params"), STARTERS)
    def test_nothing_is_started_behind_a_closed_gate(
        self, stand: Any, place: Any, work: Callable[[Any], dict[str, Any]], params: dict[str, Any]
    ) -> None:
        scope = MemoryScope([node(A)], gate_open=False)
        wire = stand(place, scope)
        with pytest.raises(GateClosed):
            work(FakeModule(**params))
        assert (wire.sent, scope.written, scope.phases) == ([], {}, {})

    def test_what_was_opened_can_always_be_closed(self, stand: Any) -> None:
        scope = MemoryScope([node(A)], gate_open=False)
        scope.remember_power({A: "stopped"})
        stopping = Call("stop_instances", {"InstanceIds": [A]})
        wire = stand(power_modules, scope, Call("describe_instances", None, reservations([instance(A)])), stopping)
        answer = power_modules.set_power(FakeModule(state="restored", on_unsupported="fail"))
        wire.finish()
        assert answer["nodes"]["changed"] == 1
        assert scope.failed == {}


class TestPower:
    def test_hybrid_nodes_fail_or_are_passed_over(self, stand: Any) -> None:
        for on_unsupported, failed, phase in (("fail", {HYBRID}, None), ("skip", set(), "skipped")):
            scope = MemoryScope([node(HYBRID)])
            stand(power_modules, scope)
            answer = power_modules.set_power(FakeModule(state="stopped", on_unsupported=on_unsupported))
            assert (set(scope.failed), scope.phases.get(HYBRID)) == (failed, phase)
            assert answer["nodes"]["failed"] == len(failed)

    def test_a_hybrid_node_whose_agent_is_lost_cannot_be_started(self, stand: Any) -> None:
        scope = MemoryScope([node(HYBRID)])
        stand(power_modules, scope, Call("describe_instance_information", None, managed(HYBRID, PingStatus="Inactive")))
        answer = power_modules.set_power(FakeModule(state="started", on_unsupported="fail"))
        assert "cannot be started from here" in answer["nodes"]["failures"][0]["reason"]

    def test_a_node_is_restarted_once_in_a_phase(self, stand: Any) -> None:
        scope = MemoryScope([node(A)])
        script = [Call("describe_instances", None, reservations([instance(A)])), Call("reboot_instances", None)]
        stand(power_modules, scope, *script)
        first = power_modules.set_power(FakeModule(state="restarted", on_unsupported="fail"))
        wire = stand(power_modules, scope)
        again = power_modules.set_power(FakeModule(state="restarted", on_unsupported="fail"))
        wire.finish()
        assert (first["changed"], again["changed"]) == (True, False)

    def test_waiting_without_a_run_needs_a_state(self, stand: Any) -> None:
        stand(power_modules, NullScope([node(A)]))
        with pytest.raises(InputError, match="started, stopped or restarted"):
            power_modules.wait_for_power(FakeModule(state=None, since=None, agent=True, wait_timeout=0))


class TestSnapshots:
    def test_a_caller_that_may_not_is_the_call_s_failure(self, stand: Any) -> None:
        scope = MemoryScope([node(A)])
        denied = Call("create_snapshots", None, refusal("UnauthorizedOperation", status=403))
        found = Call("describe_instances", None, reservations([instance(A)]))
        stand(snapshot_modules, scope, Call("describe_snapshots", None, {"Snapshots": []}), found, denied)
        with pytest.raises(CloudError, match="UnauthorizedOperation"):
            snapshot_modules.make_snapshot_sets(FakeModule(tags=None, description="d", on_unsupported="fail"))
        assert scope.failed == {}
        assert [operation.state for operation in scope.written.values()] == ["not_sent"]

    @pytest.mark.parametrize(("on_unsupported", "phase"), [("fail", None), ("skip", "skipped")])
    def test_a_node_that_cannot_have_one(self, stand: Any, on_unsupported: str, phase: str | None) -> None:
        scope = MemoryScope([node(HYBRID)])
        stand(snapshot_modules, scope, Call("describe_snapshots", None, {"Snapshots": []}))
        params = {"tags": None, "description": "d", "on_unsupported": on_unsupported}
        answer = snapshot_modules.make_snapshot_sets(FakeModule(**params))
        assert bool(scope.failed) is (on_unsupported == "fail")
        assert scope.phases.get(HYBRID) == phase
        assert answer["changed"] is False

    def test_waiting_for_a_node_without_a_set(self, stand: Any) -> None:
        stand(snapshot_modules, NullScope([node(A)]), Call("describe_snapshots", None, {"Snapshots": []}))
        answer = snapshot_modules.wait_for_snapshot_sets(FakeModule(wait_timeout=0))
        assert (answer["progress"]["finished"], answer["nodes"]["failed"]) == (True, 1)


class TestCommands:
    def test_nodes_of_other_clouds_are_passed_over(self, stand: Any) -> None:
        sent = Call("send_command", None, {"Command": {"CommandId": COMMAND}})
        stand(command_start, MemoryScope([node(A), node("vm-1", provider="azure_vm")]), sent)
        answer = command_start.start_patch_operation(FakeModule(**SEND, operation="Scan"))
        assert answer["nodes"]["total"] == 1
        assert "commands" not in answer

    @pytest.mark.parametrize(
        ("changes", "option"),
        [({"timeout_seconds": 5}, "timeout_seconds"), ({"max_errors": "many"}, "max_errors"),
         ({"document": "?"}, "document_name")],
    )  # fmt: skip
    def test_bad_options_are_refused_before_anything_is_asked(
        self, stand: Any, changes: dict[str, Any], option: str
    ) -> None:
        wire = stand(command_start, NullScope([node(A)]))
        params = SEND | {"document": "AWS-RunShellScript", "parameters": None, "scripts": None} | changes
        with pytest.raises(InputError, match=option):
            command_start.start_command(FakeModule(**params))
        assert wire.sent == []

    def test_scripts_that_are_all_empty(self, stand: Any) -> None:
        stand(command_start, NullScope([node(A)]))
        scripts = {"linux": "", "windows": None}
        with pytest.raises(InputError, match="scripts"):
            command_start.start_command(FakeModule(**SEND, document=None, scripts=scripts, execution_timeout=None))

    def test_a_node_without_a_family_fails_and_the_others_run(self, stand: Any) -> None:
        scope = MemoryScope([node(A), node(B, os_family="")])
        stand(command_start, scope, Call("send_command", None, {"Command": {"CommandId": COMMAND}}))
        params = SEND | {"document": None, "scripts": {"linux": "x", "windows": "y"}, "execution_timeout": 60}
        answer = command_start.start_command(FakeModule(**params, kind="probe"))
        assert answer["nodes"]["failures"][0]["name"] == "host-b"
        assert scope.failed.keys() == {B}
        assert scope.covered("probe") == {A, B}

    def test_results_are_named_and_shown_without_a_run_only(self, stand: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        entry = {
            "CommandId": COMMAND,
            "InstanceId": A,
            "Status": "Failed",
            "StatusDetails": "Failed",
            "CommandPlugins": [],
        }
        answer = {"CommandInvocations": [entry]}
        scope = MemoryScope([node(A)])
        scope.sent(
            scope.intend("c", scope.nodes(), poller="ssm_command_info", account=ACCOUNT, region=REGION, request={}),
            COMMAND,
        )
        stand(command_info, scope, Call("list_command_invocations", None, answer))
        in_run = command_info.wait_for_commands(FakeModule(run_id="run-1", wait_timeout=0))
        assert in_run["nodes"]["failures"][0]["name"] == "host-a"
        assert "invocations" not in in_run

        stand(command_info, scope, Call("list_command_invocations", None, answer))
        command = {"command_id": COMMAND, "account": ACCOUNT, "region": REGION, "node_ids": [A]}
        alone = command_info.wait_for_commands(FakeModule(commands=[command], command_ids=None, wait_timeout=0))
        assert alone["invocations"][0]["node_id"] == A
