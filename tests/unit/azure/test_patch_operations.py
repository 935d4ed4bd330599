# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starting and waiting: one installation whatever becomes of an answer, and what counts is the status."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._azure.answer import Answer
from ansible_collections.hybridops.patching.plugins.module_utils._azure.patch_info import operations_of_scope
from ansible_collections.hybridops.patching.plugins.module_utils._azure.patch_request import (
    ASSESS,
    INSTALL,
    Choice,
    PatchRequest,
)
from ansible_collections.hybridops.patching.plugins.module_utils._azure.patch_result import read_compact
from ansible_collections.hybridops.patching.plugins.module_utils._azure.patch_start import (
    NOT_RECORDED,
    approved_choice,
    start_operations,
)
from ansible_collections.hybridops.patching.plugins.module_utils._azure.patch_wait import PatchOperation, PatchPoller
from ansible_collections.hybridops.patching.plugins.module_utils._azure.send_patch import (
    KINDS,
    POLLER,
    PatchSender,
    Wanted,
)
from ansible_collections.hybridops.patching.plugins.module_utils._azure.sending import Refusal, Sent
from ansible_collections.hybridops.patching.plugins.module_utils._azure.wire import LOST, Unanswered
from ansible_collections.hybridops.patching.plugins.module_utils._core.errors import CloudError, GateClosed
from ansible_collections.hybridops.patching.plugins.module_utils._core.nodes import Node
from ansible_collections.hybridops.patching.plugins.module_utils._core.polling import Progress
from ansible_collections.hybridops.patching.plugins.module_utils._core.scope import NullScope, Operation

from tests.unit.aws.scopes import MemoryScope
from tests.unit.azure.wire import ENDPOINT, SUBSCRIPTION, Request, arc, refused, scripted, vm

DB = Node(vm("db"), "db", "azure_vm", SUBSCRIPTION, "westeurope", "linux")
AD = Node(arc("ad"), "ad", "azure_arc", SUBSCRIPTION, "westeurope", "windows")
URL = f"{ENDPOINT}/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Compute/locations/westeurope/operations/1"
ACCEPTED = Answer(202, None, {"location": URL, "retry-after": "10"})
NO_ANSWER = Unanswered(LOST, "ReadTimeout", "timed out")
EVERYTHING = Choice("Never", "PT2H", {"linux": {}, "windows": {}})
LATER = "2099-01-01T00:00:00Z"
GRAPH = "/providers/Microsoft.ResourceGraph/resources"


def shows(activity: str = "", started: str = LATER, status: str = "InProgress") -> Request:
    """The instance view of a VM, with its last installation."""
    summary = {"installationActivityId": activity, "startTime": started, "status": status}
    view = {"patchStatus": {"lastPatchInstallationSummary": summary}} if activity else {}
    return Request("GET", f"{DB.node_id}/instanceView", Answer(200, view))


def rows(*activities: tuple[str, str]) -> Request:
    """What the Resource Graph has of an Arc machine's installations: activity and status."""
    data = [
        {
            "id": f"{AD.node_id}/patchInstallationResults/{activity}",
            "machine": AD.node_id,
            "properties": {"installationActivityId": activity, "startDateTime": LATER, "status": status},
        }
        for activity, status in activities
    ]
    return Request("POST", GRAPH, Answer(200, {"data": data, "resultTruncated": "false"}))


def post(node: Node, verb: str, answer: Any = ACCEPTED) -> Request:
    return Request("POST", f"{node.node_id}/{verb}", answer)


def install(*script: Request, node: Node = DB, scope: MemoryScope | None = None, choice: Choice = EVERYTHING) -> Any:
    session, wire = scripted(script)
    scope = scope or MemoryScope([node])
    sender = PatchSender(session, scope, INSTALL, sleep=lambda _seconds: None)
    started = start_operations(sender, [node], choice, check_mode=False)
    wire.finish()
    return started, scope, wire


def intended(node: Node, age: timedelta, known: str = "") -> MemoryScope:
    """A scope in which a controller stopped after it had intended an installation."""
    scope = MemoryScope([node])
    at = (datetime.now(UTC) - age).isoformat()
    ids = (node.node_id,)
    request = {"operation": INSTALL, "known": known}
    scope.add(
        Operation("op0", KINDS[INSTALL], "install", POLLER, SUBSCRIPTION, "", "intended", "", at, request, ids, ids)
    )
    return scope


class TestStarting:
    def test_intent_then_request_then_the_address_as_handle(self) -> None:
        started, scope, wire = install(shows(), post(DB, "installPatches"))
        assert scope.events == ["intend op1", "sent op1"]
        assert scope.written["op1"].handle == URL
        assert wire.sent[-1][3] == {"maximumDuration": "PT2H", "rebootSetting": "Never", "linuxParameters": {}}
        assert started.result(details=True)["changed"] is True

    @pytest.mark.parametrize(("operation", "verb"), [(INSTALL, "installPatches"), (ASSESS, "assessPatches")])
    def test_the_intent_stands_before_the_request_leaves(self, operation: str, verb: str) -> None:
        session, wire = scripted([*([shows()] if operation == INSTALL else []), post(DB, verb)])
        scope = MemoryScope([DB])
        wire.events = scope.events
        choice = EVERYTHING if operation == INSTALL else None
        start_operations(PatchSender(session, scope, operation), [DB], choice, check_mode=False)
        assert scope.events[-3:] == ["intend op1", f"POST {verb}", "sent op1"]

    def test_an_assessment_is_repeated_when_its_answer_is_lost(self) -> None:
        session, wire = scripted([post(DB, "assessPatches", NO_ANSWER), post(DB, "assessPatches")])
        scope = MemoryScope([DB])
        start_operations(PatchSender(session, scope, ASSESS), [DB], None, check_mode=False)
        wire.finish()
        assert scope.events == ["intend op1", "sent op1"]

    def test_nothing_is_sent_behind_a_closed_gate(self) -> None:
        with pytest.raises(GateClosed):
            install(scope=MemoryScope([DB], gate_open=False))

    def test_check_mode_sends_nothing_and_predicts(self) -> None:
        session, _wire = scripted([])
        sender = PatchSender(session, MemoryScope([DB], gate_open=False), INSTALL)
        started = start_operations(sender, [DB], EVERYTHING, check_mode=True)
        assert started.result(details=True)["operations"][0]["handle"] == ""

    def test_a_busy_machine_is_asked_again(self) -> None:
        busy = refused(409, "Conflict", "another operation is in progress")
        _started, scope, _wire = install(shows(), post(DB, "installPatches", busy), post(DB, "installPatches"))
        assert scope.events == ["intend op1", "not_sent op1", "intend op2", "sent op2"]

    def test_a_refused_machine_fails_by_itself(self) -> None:
        off = refused(409, "OperationNotAllowed", "the VM has to be running")
        started, scope, _wire = install(shows(), post(DB, "installPatches", off))
        assert "has to be running" in scope.failed[DB.node_id]
        assert list(started.failures) == [DB.node_id]

    def test_a_caller_without_rights_is_the_whole_call_s_failure(self) -> None:
        scope = MemoryScope([DB])
        with pytest.raises(CloudError, match="AuthorizationFailed"):
            install(shows(), post(DB, "installPatches", refused(403, "AuthorizationFailed")), scope=scope)
        assert scope.written["op1"].state == "not_sent"


class TestLostAnswers:
    def test_an_installation_that_shows_is_adopted_and_not_sent_again(self) -> None:
        _started, scope, _wire = install(
            shows("old"), post(DB, "installPatches", NO_ANSWER), shows("old"), shows("new")
        )
        assert scope.written["op1"].handle == "activity:new"

    def test_one_that_a_vm_does_not_show_after_ten_minutes_was_not_taken(self) -> None:
        looks = [shows("old")] * 24
        _started, scope, wire = install(
            shows("old"), post(DB, "installPatches", NO_ANSWER), *looks, post(DB, "installPatches")
        )
        assert scope.events == ["intend op1", "not_sent op1", "intend op2", "sent op2"]
        assert scope.written["op2"].handle == URL
        assert [method for method, *_rest in wire.sent].count("POST") == 2

    def test_one_that_is_lost_again_is_not_sent_a_third_time(self) -> None:
        lost = [post(DB, "installPatches", NO_ANSWER), *[shows("old")] * 24]
        scope = MemoryScope([DB])
        with pytest.raises(CloudError, match="start an installation"):
            install(shows("old"), *lost, *lost, scope=scope)
        assert scope.events == ["intend op1", "not_sent op1", "intend op2", "not_sent op2"]

    def test_a_lost_one_fails_its_node_although_all_others_are_refused_for_who_asks(self) -> None:
        session, _wire = scripted([])
        scope = MemoryScope([AD, DB])
        sender = PatchSender(session, scope, INSTALL)
        asked = [sender.intended(Wanted(PatchRequest(node, INSTALL))) for node in (AD, DB)]
        denied = Refusal(asked[1], CloudError("no", code="AuthorizationFailed"), datetime.now(UTC))
        failures = sender.failures_of(Sent(refusals=[denied], unknown={AD.node_id: "lost"}))
        assert failures == scope.failed == {AD.node_id: "lost", DB.node_id: "no"}
        assert [one.state for one in scope.written.values()] == ["intended", "finished"]

    def test_lost_ones_are_looked_for_together(self) -> None:
        second = replace(DB, node_id=DB.node_id.replace("/db", "/db2"), name="db2")
        look = replace(shows("old"), path="/instanceView")
        sent = [Request("POST", "/installPatches", answer) for answer in (NO_ANSWER, ACCEPTED)]
        session, wire = scripted([look, look, sent[0], sent[0], *[look] * 48, sent[1], sent[1]])
        scope, slept = MemoryScope([DB, second]), list[float]()
        sender = PatchSender(session, scope, INSTALL, sleep=slept.append)
        start_operations(sender, [DB, second], EVERYTHING, check_mode=False)
        wire.finish()
        assert 600 <= sum(slept) < 660
        assert [one.state for one in scope.written.values()] == ["not_sent", "not_sent", "sent", "sent"]

    def test_a_module_on_its_own_finds_it_too(self) -> None:
        session, wire = scripted([shows("old"), post(DB, "installPatches", NO_ANSWER), shows("old"), shows("new")])
        sender = PatchSender(session, NullScope([DB]), INSTALL, sleep=lambda _seconds: None)
        started = start_operations(sender, [DB], EVERYTHING, check_mode=False)
        wire.finish()
        assert started.operations[0]["handle"] == "activity:new"

    def test_what_the_service_accepted_without_a_handle_is_not_sent_again(self) -> None:
        mute = Answer(202, None)
        started, scope, _wire = install(shows(), post(DB, "installPatches", mute))
        assert "does not tell where to ask" in started.failures[DB.node_id]
        assert scope.events == ["intend op1"]

    def test_an_arc_machine_that_shows_nothing_fails_since_the_graph_is_behind(self) -> None:
        started, scope, wire = install(
            rows(("old", "Succeeded")),
            post(AD, "installPatches", NO_ANSWER),
            *[rows(("old", "Succeeded"))] * 8,
            node=AD,
        )
        assert "half an hour behind" in started.failures[AD.node_id]
        assert scope.written["op1"].state == "intended"
        assert sum(path.endswith("installPatches") for _method, path, *_rest in wire.sent) == 1

    def test_an_arc_machine_s_installation_is_found_in_the_graph(self) -> None:
        _started, scope, _wire = install(
            rows(), post(AD, "installPatches", NO_ANSWER), rows(("new", "InProgress")), node=AD
        )
        assert scope.written["op1"].handle == "activity:new"


class TestGoingOn:
    def test_what_a_controller_that_stopped_had_sent_is_waited_for(self) -> None:
        _started, scope, _wire = install(shows("new"), scope=intended(DB, timedelta(minutes=1), known="old"))
        assert scope.written["op0"].handle == "activity:new"
        assert list(scope.written) == ["op0"]

    def test_what_it_had_not_sent_is_sent_now(self) -> None:
        script = (shows("old"), shows("old"), post(DB, "installPatches"))
        _started, scope, _wire = install(*script, scope=intended(DB, timedelta(hours=1), known="old"))
        assert scope.written["op0"].state == "not_sent"
        assert scope.written["op2"].handle == URL

    def test_a_request_that_may_have_been_throttled_is_looked_for_longer(self) -> None:
        looks = [shows("old")] * 2
        _started, scope, _wire = install(*looks, shows("new"), scope=intended(DB, timedelta(minutes=11), known="old"))
        assert scope.written["op0"].handle == "activity:new"

    def test_the_graph_knows_whatever_is_older_than_it_may_be_behind(self) -> None:
        script = (rows(("old", "Succeeded")), rows(("old", "Succeeded")), post(AD, "installPatches"))
        _started, scope, _wire = install(*script, node=AD, scope=intended(AD, timedelta(hours=1), known="old"))
        assert scope.written["op0"].state == "not_sent"
        assert scope.written["op2"].handle == URL

    def test_half_an_hour_of_silence_of_the_graph_says_nothing(self) -> None:
        scope = intended(AD, timedelta(minutes=30), known="old")
        started, _scope, wire = install(*[rows(("old", "Succeeded"))] * 8, node=AD, scope=scope)
        assert scope.written["op0"].state == "intended"
        assert "half an hour behind" in started.failures[AD.node_id]
        assert not any(path.endswith("installPatches") for _method, path, *_rest in wire.sent)

    @pytest.mark.parametrize(("minutes", "adopted"), [(2, True), (20, False)])
    def test_clocks_may_be_some_minutes_apart(self, minutes: int, adopted: bool) -> None:
        began = (datetime.now(UTC) - timedelta(hours=1, minutes=minutes)).isoformat()
        rest = [] if adopted else [shows("other", began), post(DB, "installPatches")]
        _started, scope, _wire = install(shows("other", began), *rest, scope=intended(DB, timedelta(hours=1)))
        assert (scope.written["op0"].handle == "activity:other") is adopted

    def test_an_older_installation_is_not_taken_for_it(self) -> None:
        script = (shows("other", "2020-01-01T00:00:00Z"), shows("other"), post(DB, "installPatches"))
        _started, scope, _wire = install(*script, scope=intended(DB, timedelta(hours=1)))
        assert scope.written["op0"].state == "not_sent"

    def test_a_node_gets_no_second_installation(self) -> None:
        scope = MemoryScope([DB])
        install(shows(), post(DB, "installPatches"), scope=scope)
        install(scope=scope)


class TestApproved:
    class Recorded(MemoryScope):
        """A scope whose run has recorded what is missing."""

        def recorded_patches(self, when: str) -> dict[str, dict[str, Any]]:
            assert when == "before"
            return {DB.node_id: {"patches": [{"id": "bash", "title": "bash 5.1", "state": "missing"}]}}

    def test_exactly_what_was_recorded_and_a_node_without_a_record_fails(self) -> None:
        scope = self.Recorded([DB, AD])
        choice = approved_choice(Choice("Never", "PT2H"), scope, [DB, AD])
        session, wire = scripted([shows(), post(DB, "installPatches")])
        start_operations(PatchSender(session, scope, INSTALL), [DB, AD], choice, check_mode=False)
        wire.finish()
        assert wire.sent[-1][3]["linuxParameters"] == {"packageNameMasksToInclude": ["bash=5.1"]}
        assert scope.failed == {AD.node_id: NOT_RECORDED}

    def test_nothing_to_install_ends_the_phase_without_a_request(self) -> None:
        _started, scope, _wire = install(choice=Choice("Never", "PT2H", lists={DB.node_id: []}))
        assert (scope.phases, scope.written) == ({DB.node_id: "skipped"}, {})


def result(status: str = "Succeeded", **values: Any) -> Answer:
    return Answer(200, {"status": status, "installationActivityId": "a", **values})


def waiting(*script: Request, handle: str = URL, node: Node = DB, age: timedelta = timedelta(0)) -> Any:
    session, wire = scripted(script)
    scope = MemoryScope([node])
    scope.sent(scope.intend(KINDS[INSTALL], [node], poller=POLLER, account=SUBSCRIPTION, region="", request={}), handle)
    scope.written["op1"] = Operation(
        **{
            **{name: getattr(scope.written["op1"], name) for name in Operation.__dataclass_fields__},
            "intended_at": (datetime.now(UTC) - age).isoformat(),
        }
    )
    now = [0.0]
    progress = Progress()
    return PatchPoller(session, scope, operations_of_scope(scope, progress), progress, lambda: now[0]), scope, wire, now


POLL = Request("GET", "/operations/1", Answer(202, None, {"retry-after": "20"}))


class TestWaiting:
    def test_the_service_is_asked_no_sooner_than_it_wants(self) -> None:
        poller, scope, wire, now = waiting(POLL, Request("GET", "/operations/1", result()))
        assert poller.look() is False
        now[0] = 19.0
        assert poller.look() is False
        assert len(wire.sent) == 1
        now[0] = 20.0
        assert poller.look() is True
        assert scope.outcomes[DB.node_id].status == "passed"
        assert read_compact(scope.outcomes[DB.node_id].output)["installationActivityId"] == "a"

    def test_http_200_with_a_failure_is_a_failure(self) -> None:
        poller, scope, _wire, _now = waiting(Request("GET", "/operations/1", result("Failed", failedPatchCount=1)))
        assert poller.look() is True
        assert "1 patches failed" in scope.failed[DB.node_id]
        assert read_compact(scope.outcomes[DB.node_id].output)["failedPatchCount"] == 1

    def test_the_result_inside_the_status_of_an_async_operation(self) -> None:
        inner = {
            "status": "Succeeded",
            "properties": {"output": result("CompletedWithWarnings", failedPatchCount=1).body},
        }
        poller, scope, _wire, _now = waiting(Request("GET", "/operations/1", Answer(200, inner)))
        assert poller.look() is True
        assert scope.outcomes[DB.node_id].status == "failed"

    def test_an_operation_that_ended_with_an_error_fails_its_node(self) -> None:
        body = {"status": "Failed", "error": {"code": "VMAgentStatusCommunicationError", "message": "no status"}}
        poller, scope, _wire, _now = waiting(Request("GET", "/operations/1", Answer(200, body)))
        assert poller.look() is True
        assert "VMAgentStatusCommunicationError" in scope.failed[DB.node_id]

    def test_a_forgotten_address_is_replaced_by_what_the_machine_shows(self) -> None:
        gone = Request("GET", "/operations/1", refused(404, "NotFound"))
        poller, scope, wire, now = waiting(gone, shows("new"), shows("new", status="Succeeded"))
        assert poller.look() is False
        now[0] = 60.0
        assert poller.look() is True
        wire.finish()
        assert scope.outcomes[DB.node_id].status == "passed"

    def test_one_that_nobody_shows_is_given_up_after_a_while(self) -> None:
        gone = Request("GET", "/operations/1", refused(404, "NotFound"))
        poller, scope, _wire, _now = waiting(gone, shows(), age=timedelta(hours=2))
        assert poller.look() is True
        assert "what became of it is not known" in scope.failed[DB.node_id]

    def test_an_adopted_installation_is_followed_by_its_activity(self) -> None:
        poller, scope, _wire, _now = waiting(
            rows(("x", "Failed"), ("new", "Succeeded")), handle="activity:new", node=AD
        )
        assert poller.look() is True
        assert scope.outcomes[AD.node_id].status == "passed"

    def test_without_a_run_nothing_is_remembered(self) -> None:
        session, _wire = scripted([Request("GET", "/operations/1", result())])
        poller = PatchPoller(session, MemoryScope([]), [PatchOperation(DB.node_id, INSTALL, URL, SUBSCRIPTION)])
        assert poller.look() is True
        assert [(one.status, one.result["status"]) for one in poller.ended] == [("passed", "Succeeded")]
