# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sending run commands: what is sent, and that no node gets one twice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._azure.answer import Answer
from ansible_collections.hybridops.patching.plugins.module_utils._azure.run_command_start import (
    Started,
    scripts_of,
    start_commands,
)
from ansible_collections.hybridops.patching.plugins.module_utils._azure.run_commands import (
    CommandView,
    Script,
    command_id,
    delete_command,
    is_ours,
    node_of,
)
from ansible_collections.hybridops.patching.plugins.module_utils._azure.send_run_command import POLLER, Sender
from ansible_collections.hybridops.patching.plugins.module_utils._core.errors import CloudError, GateClosed, InputError
from ansible_collections.hybridops.patching.plugins.module_utils._core.nodes import Node
from ansible_collections.hybridops.patching.plugins.module_utils._core.scope import NodeResult, Operation
from azure.mgmt.compute.models import VirtualMachineRunCommand
from azure.mgmt.hybridcompute.models import MachineRunCommand

from tests.unit.aws.scopes import MemoryScope
from tests.unit.azure.run_command_answers import APP, BUSY, DB, LOST_ANSWER, NOT_THERE, SCRIPTS, URL, ended, get, put
from tests.unit.azure.wire import SUBSCRIPTION, Clock, Request, Wire, refused, scripted, vm

PARAMS: dict[str, Any] = {
    "script": None,
    "scripts": {"linux": "echo hi", "windows": None},
    "parameters": None,
    "protected_parameters": None,
    "timeout_seconds": None,
}
WHOLE = PARAMS | {
    "parameters": {"first": 1, "flag": True},
    "protected_parameters": {"key": "s3cret"},
    "timeout_seconds": 60,
    "run_as_user": "patch",
    "run_as_password": "pa55word",
    "output_blob_uri": "https://blob/out?sig=x",
    "error_blob_uri": "https://blob/err?sig=x",
}


def start(
    *script: Request,
    scope: MemoryScope | None = None,
    nodes: tuple[Node, ...] = (DB,),
    scripts: Mapping[str, Script] = SCRIPTS,
    kind: str = "probe",
    check_mode: bool = False,
) -> tuple[Started, MemoryScope, Wire]:
    session, wire = scripted(script)
    scope = scope or MemoryScope(nodes)
    clock = Clock()
    sender = Sender(session, scope, kind, sleep=clock.sleep, clock=clock)
    started = start_commands(sender, nodes, scripts, check_mode=check_mode)
    wire.finish()
    return started, scope, wire


def intended(node: Node = DB, kind: str = "probe") -> MemoryScope:
    """A run whose controller stopped right before or right after it sent a command."""
    scope = MemoryScope([node])
    ids = (node.node_id,)
    scope.add(Operation("old", kind, "phase", POLLER, node.account, node.region, "intended", node_ids=ids, pending=ids))
    return scope


@pytest.mark.parametrize("model", [VirtualMachineRunCommand, MachineRunCommand])
def test_the_sdk_reads_every_member_of_the_body(model: Any) -> None:
    body = scripts_of(WHOLE)["linux"].body("westeurope")
    read = model(body)
    properties = read.properties
    assert (read.location, properties.source.script, properties.async_execution) == ("westeurope", "echo hi", True)
    assert [(one.name, one.value) for one in properties.parameters] == [("first", "1"), ("flag", "true")]
    assert [(one.name, one.value) for one in properties.protected_parameters] == [("key", "s3cret")]
    assert (properties.timeout_in_seconds, properties.run_as_user, properties.run_as_password) == (
        60,
        "patch",
        "pa55word",
    )
    assert properties.output_blob_uri.endswith("/out?sig=x")
    assert properties.error_blob_uri.endswith("/err?sig=x")
    known = {field._rest_name for field in properties._attr_to_rest_field.values()}
    assert set(body["properties"]) <= known


def test_secrets_of_a_script_are_in_no_representation() -> None:
    text = repr(scripts_of(WHOLE))
    assert not any(secret in text for secret in ("s3cret", "pa55word", "sig=x"))


@pytest.mark.parametrize("texts", [{"linux": None, "windows": None}, {"linux": "  "}, {}])
def test_an_empty_script_is_refused(texts: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="not empty"):
        scripts_of(PARAMS | {"scripts": texts})


def test_a_timeout_of_nothing_is_refused() -> None:
    with pytest.raises(InputError, match="timeout_seconds"):
        scripts_of(PARAMS | {"timeout_seconds": -1})


class TestSending:
    def test_intent_then_request_then_handle(self) -> None:
        started, scope, wire = start(put(DB))
        target = command_id(DB.node_id, "op1")
        assert scope.events == ["intend op1", "sent op1"]
        assert scope.written["op1"].handle == f"{target} {URL}"
        assert dict(scope.written["op1"].request) == {"delete_after": True}
        assert target.endswith("/runCommands/hybridops-op1")
        assert wire.sent[0][2] == {"api-version": "2024-11-01"}
        assert wire.sent[0][3] == {
            "location": "westeurope",
            "properties": {"source": {"script": "echo hi"}, "asyncExecution": True},
        }
        assert started.result(details=False)["nodes"]["changed"] == 1
        assert scope.phases == {DB.node_id: "started"}

    def test_each_node_gets_the_script_of_its_family_at_its_own_service(self) -> None:
        started, _scope, wire = start(put(APP), nodes=(APP,))
        assert "microsoft.hybridcompute" in wire.sent[0][1]
        assert wire.sent[0][2] == {"api-version": "2025-01-13"}
        assert wire.sent[0][3]["properties"]["source"] == {"script": "'hi'"}
        assert [command["os_family"] for command in started.commands] == ["windows"]

    def test_the_location_of_a_node_that_tells_none_is_that_of_the_machine(self) -> None:
        node = Node(vm("db"), "db", "azure_vm", SUBSCRIPTION, "", "linux")
        _started, _scope, wire = start(
            Request("GET", node.node_id, Answer(200, {"location": "northeurope"})), put(node), nodes=(node,)
        )
        assert wire.sent[1][3]["location"] == "northeurope"

    @pytest.mark.parametrize(("family", "text"), [("", "family is not known"), ("windows", "no script for its")])
    def test_a_node_without_a_script_fails(self, family: str, text: str) -> None:
        node = Node(vm("db"), "db", "azure_vm", SUBSCRIPTION, "westeurope", family)
        started, scope, _wire = start(nodes=(node,), scripts={"linux": Script("x")})
        assert text in started.failures[node.node_id]
        assert text in scope.failed[node.node_id]
        assert scope.written["op1"].state == "finished"

    def test_a_reboot_needs_the_family_for_the_question_whether_it_is_back(self) -> None:
        node = Node(vm("db"), "db", "azure_vm", SUBSCRIPTION, "westeurope")
        started, _scope, _wire = start(nodes=(node,), scripts={"": Script("x")}, kind="reboot")
        assert "family is not known" in started.failures[node.node_id]

    def test_check_mode_sends_nothing_and_predicts_what_is_sent(self) -> None:
        predicted, scope, _wire = start(nodes=(DB, APP), check_mode=True)
        assert scope.written == {}
        real, _scope, _wire = start(put(DB), nodes=(DB,))
        only = [predicted.result(details=True), real.result(details=True)]
        assert only[0]["diff"]["after"]["commands"][0] == only[1]["diff"]["after"]["commands"][0]
        assert [command["command_id"] for command in only[0]["commands"]] == ["", ""]

    def test_nothing_is_sent_behind_a_closed_gate(self) -> None:
        with pytest.raises(GateClosed):
            start(scope=MemoryScope([DB], gate_open=False))

    def test_a_node_that_has_its_command_gets_no_second_one(self) -> None:
        scope = intended()
        scope.sent("old", "handle")
        scope.results("old", [NodeResult(DB.node_id, "passed")])
        started, _scope, _wire = start(scope=scope)
        assert started.result(details=False)["changed"] is False


class TestLostAnswers:
    def test_a_request_whose_answer_is_lost_is_repeated_as_it_was(self) -> None:
        started, _scope, wire = start(put(DB, answer=LOST_ANSWER), put(DB))
        assert wire.sent[0] == wire.sent[1]
        assert started.failures == {}

    def test_the_command_is_looked_for_when_no_answer_comes_at_all(self) -> None:
        asked = [put(DB, answer=LOST_ANSWER) for _again in range(8)]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("random.random", lambda: 1.0)
            started, scope, _wire = start(*asked, get(command_id(DB.node_id, "op1"), ended()))
        assert (started.failures, scope.written["op1"].state) == ({}, "sent")

    def test_what_is_not_there_was_not_sent_and_the_call_fails(self) -> None:
        asked = [put(DB, answer=LOST_ANSWER) for _again in range(8)]
        scope = MemoryScope([DB])
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("random.random", lambda: 1.0)
            with pytest.raises(CloudError, match="timed out"):
                start(*asked, get(command_id(DB.node_id, "op1"), NOT_THERE), scope=scope)
        assert (scope.written["op1"].state, scope.failed) == ("not_sent", {})

    def test_what_cannot_be_found_out_stays_intended_and_fails_the_node(self) -> None:
        asked = [put(DB, answer=LOST_ANSWER) for _again in range(8)]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("random.random", lambda: 1.0)
            look = get(command_id(DB.node_id, "op1"), refused(403, "AuthorizationFailed"))
            started, scope, _wire = start(*asked, look)
        assert scope.written["op1"].state == "intended"
        assert "Whether it was accepted is not known" in started.failures[DB.node_id]
        assert DB.node_id in scope.failed

    def test_a_resume_finds_what_was_sent_by_its_name(self) -> None:
        started, scope, _wire = start(get(command_id(DB.node_id, "old"), ended()), scope=intended())
        assert scope.written["old"].handle == command_id(DB.node_id, "old")
        assert started.commands == []

    def test_a_resume_sends_what_was_not_sent(self) -> None:
        started, scope, _wire = start(get(command_id(DB.node_id, "old"), NOT_THERE), put(DB, "op2"), scope=intended())
        assert [scope.written[name].state for name in ("old", "op2")] == ["not_sent", "sent"]
        assert len(started.commands) == 1

    def test_a_resume_that_cannot_look_fails_the_node_and_sends_nothing(self) -> None:
        look = get(command_id(DB.node_id, "old"), refused(403, "AuthorizationFailed"))
        started, scope, _wire = start(look, scope=intended())
        assert "AuthorizationFailed" in started.failures[DB.node_id]
        assert scope.written["old"].state == "intended"

    def test_another_kind_is_left_alone(self) -> None:
        _started, scope, _wire = start(put(DB, "op2"), scope=intended(kind="drain"))
        assert scope.written["old"].state == "intended"


class TestRefusals:
    def test_a_busy_machine_is_asked_again_with_the_same_name(self) -> None:
        started, scope, wire = start(put(DB, answer=BUSY), put(DB, answer=BUSY), put(DB))
        assert len({path for _method, path, _query, _body in wire.sent}) == 1
        assert started.failures == {}
        assert list(scope.written) == ["op1"]

    def test_a_machine_that_stays_busy_fails_after_ten_minutes(self) -> None:
        session, wire = scripted([put(DB, "op1", BUSY) for _again in range(121)])
        scope, clock = MemoryScope([DB]), Clock()
        started = start_commands(
            Sender(session, scope, "probe", sleep=clock.sleep, clock=clock), [DB], SCRIPTS, check_mode=False
        )
        wire.finish()
        assert "Conflict" in started.failures[DB.node_id]
        assert scope.written["op1"].state == "finished"
        assert 590 <= clock.now <= 600

    def test_a_vm_that_is_stopped_fails_at_once(self) -> None:
        stopped = refused(409, "OperationNotAllowed", "Cannot modify extensions in the VM when the VM is not running.")
        started, scope, _wire = start(put(DB, answer=stopped))
        assert "not running" in started.failures[DB.node_id]
        assert "not running" in scope.failed[DB.node_id]

    def test_credentials_without_the_right_fail_the_call_and_no_node(self) -> None:
        scope = MemoryScope([DB])
        with pytest.raises(CloudError, match="AuthorizationFailed"):
            start(put(DB, answer=refused(403, "AuthorizationFailed")), scope=scope)
        assert (scope.written["op1"].state, scope.failed) == ("not_sent", {})


class TestNames:
    def test_the_node_of_a_command_is_the_known_form_of_its_id(self) -> None:
        shown = "/subscriptions/S/resourceGroups/RG/providers/Microsoft.Compute/virtualMachines/DB/runCommands/One"
        assert node_of(shown) == shown.rpartition("/runCommands")[0].lower()

    @pytest.mark.parametrize("wrong", ["x", vm("db"), f"{vm('db')}/extensions/x", "/subscriptions/s/runCommands/x"])
    def test_what_is_no_command_is_refused(self, wrong: str) -> None:
        with pytest.raises(InputError, match="run command"):
            node_of(wrong)

    def test_a_command_of_somebody_else_is_never_deleted(self) -> None:
        other = f"{vm('db')}/runCommands/backup"
        session, wire = scripted([])
        assert not is_ours(other)
        with pytest.raises(ValueError, match="not made here"):
            delete_command(session.connect(), other)
        assert wire.sent == []


@pytest.mark.parametrize(("text", "cut"), [("a" * 4092, False), ("a" * 4096, True), ("ä" * 2047, True), ("", False)])
def test_an_output_as_long_as_what_is_kept_counts_as_cut(text: str, cut: bool) -> None:
    assert CommandView("Succeeded", "Succeeded", 0, text).cut is cut
