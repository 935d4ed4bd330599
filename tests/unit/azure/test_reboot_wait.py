# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A reboot is over when another boot answers, whoever asks and however often."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._azure.answer import Answer
from ansible_collections.hybridops.patching.plugins.module_utils._azure.run_command_result import Command
from ansible_collections.hybridops.patching.plugins.module_utils._azure.run_command_wait import RunCommandPoller
from ansible_collections.hybridops.patching.plugins.module_utils._azure.run_commands import command_id
from ansible_collections.hybridops.patching.plugins.module_utils._core.errors import CloudError
from ansible_collections.hybridops.patching.plugins.module_utils._core.nodes import Node
from ansible_collections.hybridops.patching.plugins.module_utils._core.reboot import boot_script
from ansible_collections.hybridops.patching.plugins.module_utils._core.scope import NullScope

from tests.unit.azure.run_command_answers import APP, BUSY, DB, LOST_ANSWER, NOT_THERE, delete, ended, get, shown
from tests.unit.azure.wire import SUBSCRIPTION, Request, Wire, refused, scripted

FIRST = command_id(DB.node_id, "op1")
REBOOT = Command(FIRST, DB.node_id, SUBSCRIPTION, kind="reboot", os_family="linux", delete_after=True)
BEFORE, AFTER = "boot a1\n", "boot b2\n"
PUT = Answer(201, {})


def back(number: int) -> str:
    return f"{FIRST}-back-{number}"


def ask(number: int, answer: Any = PUT) -> Request:
    return Request("PUT", back(number), answer)


def listed(*names: str, node: Node = DB) -> Request:
    return Request("GET", f"{node.node_id}/runCommands", Answer(200, {"value": [{"name": name} for name in names]}))


STARTED = [get(FIRST, ended(BEFORE)), listed("hybridops-op1", "backup"), ask(1)]
GONE = [delete(back(1)), delete(FIRST)]
"""What is removed at the end: the question, then the command itself."""


def look(*script: Request, looks: int, command: Command = REBOOT, writes: bool = True) -> tuple[RunCommandPoller, Wire]:
    session, wire = scripted(script)
    poller = RunCommandPoller(session, NullScope([]), [command], writes=writes)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("random.random", lambda: 1.0)
        one_by_one(patch)
        for _again in range(looks):
            poller.look()
    wire.finish()
    return poller, wire


def one_by_one(patch: pytest.MonkeyPatch) -> None:
    """Deletes one after the other, so that the script's order is theirs."""
    place = "ansible_collections.hybridops.patching.plugins.module_utils._azure.run_command_wait.outcomes"

    def mapped(fn: Any, items: Any) -> list[Any]:
        answers: list[Any] = []
        for item in items:
            try:
                answers.append((item, fn(item)))
            except CloudError as error:
                answers.append((item, error))
        return answers

    patch.setattr(place, mapped)


def test_it_passes_when_another_boot_answers_and_both_commands_are_removed() -> None:
    poller, wire = look(*STARTED, get(back(1), ended(AFTER)), *GONE, looks=2)
    assert (poller.progress.finished, poller.failures) == (True, {})
    _method, _path, _query, body = wire.sent[2]
    assert body == {
        "location": "westeurope",
        "properties": {"source": {"script": boot_script("linux")}, "asyncExecution": True, "timeoutInSeconds": 120},
    }


def test_the_output_that_is_recorded_has_both_boots() -> None:
    recorded: list[Any] = []

    class Scope(NullScope):
        def results(self, operation_id: str, results: Any) -> None:
            recorded.extend(results)

    session, wire = scripted([*STARTED, get(back(1), ended(AFTER)), delete(back(1))])
    command = replace(REBOOT, operation_id="op1", delete_after=False)
    poller = RunCommandPoller(session, Scope([]), [command], writes=True)
    poller.look()
    poller.look()
    wire.finish()
    assert [(one.status, one.output) for one in recorded] == [("passed", BEFORE + AFTER)]


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (ended(BEFORE), "going down"),
        (ended("", "Failed", 1), "coming back"),
        (ended("", "TimedOut"), "coming back"),
        (shown("Pending", "Failed"), "coming back"),
        (NOT_THERE, "coming back"),
    ],
)
def test_the_same_boot_a_failure_and_a_timeout_are_followed_by_the_next_question(answer: Answer, text: str) -> None:
    poller, _wire = look(*STARTED, get(back(1), answer), ask(2), delete(back(1)), looks=2)
    assert poller.progress.waiting == {DB.node_id: text}


def test_the_question_that_answers_at_last_counts() -> None:
    script = [*STARTED, get(back(1), ended(BEFORE)), ask(2), delete(back(1)), get(back(2), ended(AFTER))]
    poller, _wire = look(*script, delete(back(2)), delete(FIRST), looks=3)
    assert (poller.progress.finished, poller.failures) == (True, {})


def test_while_a_question_is_under_way_no_other_is_asked() -> None:
    poller, _wire = look(*STARTED, get(back(1), shown("Running")), get(back(1), shown("Pending")), looks=3)
    assert poller.progress.waiting == {DB.node_id: "coming back"}


@pytest.mark.parametrize(("minute", "given_up"), [("02", False), ("04", True)])
def test_a_question_that_the_reboot_interrupted_is_given_up_after_three_minutes(minute: str, given_up: bool) -> None:
    view = shown("Running", startTime="2026-03-01T10:00:00Z", date=f"Sun, 01 Mar 2026 10:{minute}:00 GMT")
    more = [ask(2), delete(back(1))] if given_up else []
    look(*STARTED, get(back(1), view), *more, looks=2)


def test_another_process_goes_on_where_the_first_stopped() -> None:
    names = ("hybridops-op1", "hybridops-op1-back-9", "hybridops-op1-back-10", "hybridops-op2-back-11", "x-back-y")
    script = [get(FIRST, ended(BEFORE)), listed(*names), get(back(10), ended(AFTER))]
    poller, _wire = look(*script, delete(back(10)), delete(FIRST), looks=1)
    assert poller.progress.finished


@pytest.mark.parametrize("error", [BUSY, refused(503, "ServerBusy")])
def test_a_question_that_cannot_be_sent_now_is_sent_later(error: Answer) -> None:
    tries = 1 if error is BUSY else 8
    script = [*STARTED[:2], *(ask(1, error) for _again in range(tries)), ask(1)]
    poller, _wire = look(*script, looks=2)
    assert poller.progress.waiting == {DB.node_id: "going down"}


def test_a_question_whose_answer_is_lost_keeps_its_name() -> None:
    script = [*STARTED[:2], *(ask(1, LOST_ANSWER) for _again in range(8)), ask(1), get(back(1), ended(AFTER)), *GONE]
    poller, _wire = look(*script, looks=3)
    assert poller.progress.finished


def test_a_question_that_is_refused_for_good_ends_the_wait() -> None:
    with pytest.raises(CloudError, match="AuthorizationFailed"):
        look(*STARTED[:2], ask(1, refused(403, "AuthorizationFailed")), looks=1)


@pytest.mark.parametrize(
    ("answer", "detail"),
    [
        (ended(BEFORE, "Failed", 1, error="no shutdown\n"), "exit code 1: no shutdown"),
        (ended("nothing\n"), "did not say by which boot"),
        (ended("", "Failed", 0, executionMessage="bad user"), "bad user"),
        (NOT_THERE, "deleted before"),
    ],
)
def test_a_reboot_that_could_not_be_asked_for_fails(answer: Answer, detail: str) -> None:
    removed = [delete(FIRST)]
    poller, _wire = look(get(FIRST, answer), *removed, looks=1)
    assert detail in poller.failures[DB.node_id]


def test_a_script_whose_end_was_told_only_after_the_reboot_is_no_failure() -> None:
    interrupted = ended(BEFORE, "Failed", 0, executionMessage="interrupted")
    poller, _wire = look(get(FIRST, interrupted), listed(), ask(1), get(back(1), ended(AFTER)), *GONE, looks=2)
    assert poller.failures == {}


def test_the_reboot_itself_is_waited_for_first() -> None:
    poller, _wire = look(get(FIRST, shown("Running")), *STARTED, looks=2)
    assert poller.progress.waiting == {DB.node_id: "going down"}


def test_check_mode_asks_nothing() -> None:
    poller, wire = look(*STARTED[:2], looks=2, writes=False)
    assert {method for method, *_rest in wire.sent} == {"GET"}
    assert not poller.progress.finished


def test_a_machine_whose_family_is_not_known_cannot_be_asked() -> None:
    poller, _wire = look(delete(FIRST), looks=1, command=replace(REBOOT, os_family=""))
    assert "family is not known" in poller.failures[DB.node_id]


def test_an_arc_machine_is_asked_in_its_own_language() -> None:
    first = command_id(APP.node_id, "op1")
    script = [get(first, ended(BEFORE)), listed(node=APP), Request("PUT", f"{first}-back-1", PUT)]
    command = Command(first, APP.node_id, SUBSCRIPTION, kind="reboot", os_family="windows")
    _poller, wire = look(*script, looks=1, command=command)
    assert wire.sent[2][3]["properties"]["source"]["script"] == boot_script("windows")
    assert {query["api-version"] for _method, _path, query, _body in wire.sent} == {"2025-01-13"}
