# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for run commands: what they did, in words; ours are removed, others never."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._azure import run_command_info
from ansible_collections.hybridops.patching.plugins.module_utils._azure.answer import Answer
from ansible_collections.hybridops.patching.plugins.module_utils._azure.run_command_result import Command
from ansible_collections.hybridops.patching.plugins.module_utils._azure.run_command_wait import RunCommandPoller
from ansible_collections.hybridops.patching.plugins.module_utils._azure.run_commands import command_id
from ansible_collections.hybridops.patching.plugins.module_utils._azure.send_run_command import POLLER
from ansible_collections.hybridops.patching.plugins.module_utils._core.errors import CloudError, InputError
from ansible_collections.hybridops.patching.plugins.module_utils._core.nodes import Node
from ansible_collections.hybridops.patching.plugins.module_utils._core.polling import Progress
from ansible_collections.hybridops.patching.plugins.module_utils._core.scope import Operation

from tests.unit.aws.scopes import MemoryScope
from tests.unit.azure.run_command_answers import (
    APP,
    BUSY,
    DB,
    LOST_ANSWER,
    NOT_THERE,
    URL,
    delete,
    ended,
    get,
    shown,
)
from tests.unit.azure.wire import SUBSCRIPTION, Request, Wire, refused, scripted, vm

TARGET = command_id(DB.node_id, "op1")
COMMAND = Command(TARGET, DB.node_id, SUBSCRIPTION, "op1", kind="probe", os_family="linux")


def running(node: Node = DB, **values: Any) -> MemoryScope:
    """A run that has sent a command."""
    scope = MemoryScope([node])
    ids = (node.node_id,)
    operation = Operation(
        "op1", "probe", "phase", POLLER, node.account, node.region, "sent", TARGET, node_ids=ids, pending=ids
    )
    scope.add(replace(operation, **values))
    return scope


def look(
    *script: Request, command: Command = COMMAND, looks: int = 1, writes: bool = True
) -> tuple[RunCommandPoller, MemoryScope, Wire]:
    session, wire = scripted(script)
    scope = running()
    poller = RunCommandPoller(session, scope, [command], writes=writes)
    for _again in range(looks):
        poller.look()
    wire.finish()
    return poller, scope, wire


def result(*script: Request, command: Command = COMMAND) -> tuple[str, str]:
    poller, scope, _wire = look(*script, command=command)
    assert poller.progress.finished
    outcome = scope.outcomes[DB.node_id]
    return outcome.status, outcome.detail


class TestResults:
    def test_a_script_that_ended_well_passes_with_its_output_as_it_was(self) -> None:
        poller, scope, wire = look(get(TARGET, ended("  one\ntwo\n\n", error="warning\n")))
        outcome = scope.outcomes[DB.node_id]
        assert (outcome.status, outcome.detail, outcome.output) == ("passed", "", "  one\ntwo\n\n")
        assert wire.sent[0][2]["$expand"] == "instanceView"
        assert poller.invocations[0].view.error == "warning\n"

    def test_arc_shows_what_became_of_it_without_being_asked(self) -> None:
        target = command_id(APP.node_id, "op1")
        session, wire = scripted([get(target, ended())])
        RunCommandPoller(session, running(APP), [Command(target, APP.node_id, SUBSCRIPTION, "op1")]).look()
        wire.finish()
        assert wire.sent[0][2] == {"api-version": "2025-01-13"}

    @pytest.mark.parametrize(
        ("answer", "detail"),
        [
            (ended("out\n", "Failed", 3, error="a\nlast words\n"), "failed on it with exit code 3: last words"),
            (ended("out\n", "Failed", 3), "failed on it with exit code 3: out"),
            (ended("", "Failed", 0, executionMessage="no such user"), "the command failed on it: no such user"),
            (ended("", "Succeeded", 4), "failed on it with exit code 4"),
            (ended("half\n", "TimedOut"), "did not end within its timeout and was stopped: half"),
            (ended("", "Canceled"), "was cancelled before it had ended"),
            (shown("Pending", "Failed"), "not delivered: its provisioning state is Failed"),
            (shown("TimedOut", "Failed", executionMessage="not taken"), "not delivered: not taken"),
            (shown("", "Canceled"), "not delivered: its provisioning state is Canceled"),
            (shown("Unknown", "Failed", executionMessage="agent away"), "not delivered: agent away"),
            (NOT_THERE, "deleted before its result was read"),
        ],
    )
    def test_a_failure_is_explained(self, answer: Answer, detail: str) -> None:
        status, said = result(get(TARGET, answer))
        assert status == "failed"
        assert detail in said

    def test_the_error_of_a_command_that_was_not_delivered_is_that_of_its_request(self) -> None:
        told = Answer(
            200, {"status": "Failed", "error": {"code": "VMAgentStatusCommunicationError", "message": "away"}}
        )
        asked = [get(TARGET, shown("Pending", "Failed")), Request("GET", "/operations/1", told)]
        assert result(*asked, command=replace(COMMAND, url=URL))[1].endswith("VMAgentStatusCommunicationError: away")

    def test_an_operation_that_the_service_has_forgotten_leaves_its_own_words(self) -> None:
        gone = Request("GET", "/operations/1", refused(404, "NotFound", "gone"))
        detail = result(get(TARGET, shown("Pending", "Failed")), gone, command=replace(COMMAND, url=URL))[1]
        assert "not delivered" in detail

    def test_an_output_that_was_cut_says_so(self) -> None:
        assert result(get(TARGET, ended("x" * 4096)))[1] == "the service kept only the last 4096 bytes of its output"

    @pytest.mark.parametrize(
        ("answer", "doing"),
        [
            (shown("Running"), "running"),
            (shown("Pending", "Creating"), "pending"),
            (shown("Unknown"), "pending"),
            (shown("", "Creating"), "pending"),
        ],
    )
    def test_what_goes_on_is_waited_for(self, answer: Answer, doing: str) -> None:
        poller, scope, _wire = look(get(TARGET, answer))
        assert (poller.progress.waiting, scope.outcomes) == ({DB.node_id: doing}, {})

    def test_what_cannot_be_read_lastingly_fails_beside_others(self) -> None:
        other = replace(COMMAND, command_id=command_id(vm("b"), "op2"), node_id=vm("b"), operation_id="")
        session, wire = scripted([get(TARGET, refused(403, "AuthorizationFailed")), get(other.command_id, ended())])
        scope = running()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(RunCommandPoller, "_read", _in_order(RunCommandPoller._read, TARGET))
            poller = RunCommandPoller(session, scope, [COMMAND, other])
            poller.look()
        wire.finish()
        assert "AuthorizationFailed" in poller.failures[DB.node_id]

    def test_when_nothing_can_be_read_the_call_fails_and_no_node(self) -> None:
        session, _wire = scripted([get(TARGET, refused(403, "AuthorizationFailed"))])
        scope = running()
        with pytest.raises(CloudError, match="AuthorizationFailed"):
            RunCommandPoller(session, scope, [COMMAND]).look()
        assert scope.outcomes == {}


def _in_order(read: Any, first: str) -> Any:
    """Has the command named asked about first, as threads do not promise."""
    done = threading.Event()

    def ordered(self: Any, asked: Any) -> Any:
        if asked[0].item.command_id != first:
            done.wait(5)
        try:
            return read(self, asked)
        finally:
            done.set()

    return ordered


class TestRemoving:
    ours = replace(COMMAND, delete_after=True)

    def test_it_is_removed_after_its_result_was_recorded(self) -> None:
        _poller, scope, wire = look(get(TARGET, ended()), delete(TARGET), command=self.ours)
        assert scope.written["op1"].state == "finished"
        assert wire.sent[-1][0] == "DELETE"

    def test_nothing_is_removed_that_goes_on(self) -> None:
        look(get(TARGET, shown("Running")), command=self.ours)

    def test_nothing_is_removed_in_check_mode(self) -> None:
        look(get(TARGET, ended()), command=self.ours, writes=False)

    def test_a_command_that_others_made_is_never_removed(self) -> None:
        theirs = f"{DB.node_id}/runCommands/backup"
        look(get(theirs, ended()), command=replace(self.ours, command_id=theirs))

    def test_a_busy_machine_is_asked_again(self) -> None:
        poller, _scope, _wire = look(get(TARGET, ended()), delete(TARGET, BUSY), delete(TARGET), command=self.ours)
        assert poller.progress.notes == []

    def test_what_could_not_be_removed_is_removed_by_the_next_look(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(RunCommandPoller, "_read", _in_order(RunCommandPoller._read, TARGET))
        other = replace(COMMAND, command_id=command_id(vm("b"), "op2"), node_id=vm("b"), operation_id="")
        goes_on = get(other.command_id, shown("Running"))
        session, wire = scripted([get(TARGET, ended()), goes_on, delete(TARGET, BUSY), goes_on, delete(TARGET)])
        poller = RunCommandPoller(session, running(), [self.ours, other])
        poller.look()
        assert "delete the run command hybridops-op1 of db" in poller.progress.notes[0]
        poller.look()
        wire.finish()
        assert poller.progress.notes == []

    def test_what_cannot_be_removed_is_said_and_fails_nothing(self) -> None:
        forbidden = delete(TARGET, refused(403, "AuthorizationFailed"))
        poller, scope, _wire = look(get(TARGET, ended()), forbidden, command=self.ours)
        assert scope.outcomes[DB.node_id].status == "passed"
        assert poller.progress.finished
        assert "delete the run command hybridops-op1 of db" in poller.progress.notes[0]


class FakeModule:
    """As much of a module as the work needs."""

    def __init__(self, *, check_mode: bool = False, **params: Any) -> None:
        self.check_mode = check_mode
        none: dict[str, Any] = {"run_id": None, "commands": None, "command_ids": None, "wait_timeout": 0}
        self.params = none | params


class TestModule:
    def test_a_run_s_commands_are_found_in_its_ledger(self, monkeypatch: pytest.MonkeyPatch) -> None:
        session, wire = scripted([get(TARGET, ended()), delete(TARGET)])
        scope = running(handle=f"{TARGET} {URL}", request={"delete_after": True})
        monkeypatch.setattr(run_command_info, "open_scope", lambda *_arguments: scope)
        monkeypatch.setattr(run_command_info, "session_of", lambda _module: session)
        answer = run_command_info.wait_for_run_commands(FakeModule(run_id="run-1"))
        wire.finish()
        assert answer["progress"] == {"done": 1, "total": 1, "finished": True, "waiting": [], "detail": ""}
        assert (answer["nodes"]["ok"], "invocations" in answer) == (1, False)

    def test_the_kind_and_the_url_of_a_run_s_command_are_those_of_its_operation(self) -> None:
        scope = running(handle=f"{TARGET} {URL}", kind="reboot", request={"delete_after": True})
        found = run_command_info.commands_of_scope(scope, Progress(), {DB.node_id: "linux"})
        assert found == [Command(TARGET, DB.node_id, SUBSCRIPTION, "op1", URL, "reboot", "linux", True)]

    def test_without_a_run_the_results_are_answered_and_only_read(self, monkeypatch: pytest.MonkeyPatch) -> None:
        target = f"{DB.node_id}/runCommands/backup"
        session, wire = scripted([get(target, ended("x", "Failed", 2, error="bad"))])
        monkeypatch.setattr(run_command_info, "session_of", lambda _module: session)
        answer = run_command_info.wait_for_run_commands(FakeModule(command_ids=[target]))
        wire.finish()
        assert answer["invocations"] == [
            {
                "command_id": target,
                "node_id": DB.node_id,
                "status": "Failed",
                "response_code": 2,
                "output": "x",
                "error_output": "bad",
                "cut": False,
                "detail": "the command failed on it with exit code 2: bad",
            }
        ]
        assert answer["nodes"]["failures"][0]["node_id"] == DB.node_id

    def test_what_is_no_command_is_refused(self) -> None:
        with pytest.raises(InputError, match="command_id"):
            run_command_info.commands_named({"command_ids": ["c-1"], "commands": None})

    def test_a_command_named_twice_is_waited_for_once(self) -> None:
        named = {"command_ids": [TARGET.upper().replace("RUNCOMMANDS", "runCommands")], "commands": None}
        twice = named | {"commands": [{"command_id": TARGET}]}
        assert len(run_command_info.commands_named(twice)) == 1


def test_a_passing_error_becomes_a_note() -> None:
    other = command_id(vm("b"), "op2")
    answers = [get(TARGET, ended()), *(get(other, LOST_ANSWER) for _again in range(8))]
    session, wire = scripted(answers)
    commands = [COMMAND, replace(COMMAND, command_id=other, node_id=vm("b"), operation_id="")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("random.random", lambda: 1.0)
        patch.setattr(RunCommandPoller, "_read", _in_order(RunCommandPoller._read, TARGET))
        poller = RunCommandPoller(session, running(), commands)
        assert poller.look() is False
    wire.finish()
    assert "timed out" in poller.progress.notes[0]
    assert list(poller.progress.waiting) == [vm("b")]
