# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Restore points: one a VM and run, whatever becomes of an answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._azure import restore_point_modules
from ansible_collections.hybridops.patching.plugins.module_utils._azure.answer import Answer
from ansible_collections.hybridops.patching.plugins.module_utils._azure.restore_point_api import (
    RestorePoint,
    collection_id,
    point_id,
    point_name,
)
from ansible_collections.hybridops.patching.plugins.module_utils._azure.restore_point_modules import (
    RestorePointWaiter,
    WantedPoint,
    _of_scope,
)
from ansible_collections.hybridops.patching.plugins.module_utils._azure.restore_points import (
    KIND,
    POLLER,
    RestorePointOutcome,
    RestorePointWork,
)
from ansible_collections.hybridops.patching.plugins.module_utils._azure.wire import LOST, Unanswered
from ansible_collections.hybridops.patching.plugins.module_utils._core.errors import GateClosed
from ansible_collections.hybridops.patching.plugins.module_utils._core.nodes import Node
from ansible_collections.hybridops.patching.plugins.module_utils._core.polling import Progress
from ansible_collections.hybridops.patching.plugins.module_utils._core.scope import Operation
from azure.mgmt.compute.models import RestorePoint as SdkPoint
from azure.mgmt.compute.models import RestorePointCollection as SdkCollection
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.aws.scopes import MemoryScope
from tests.unit.azure.wire import SUBSCRIPTION, Request, arc, refused, scripted, vm

NAME = point_name("run-1")
DB = Node(vm("db"), "db", "azure_vm", SUBSCRIPTION, "westeurope")
COLLECTION, POINT = collection_id(DB.node_id), point_id(DB.node_id, NAME)
NONE_YET = Request("GET", COLLECTION, refused(404, "ResourceNotFound"))
LOST_ANSWER = Unanswered(LOST, "ReadTimeout", "timed out")
PASSING = {status: refused(status, "Busy", **{"retry-after": "3600"}) for status in (429, 503)}
"""Refusals that pass, but later than a request is repeated."""
URL = "https://management.azure.com/subscriptions/x/operations/1"


def body(state: str = "Creating") -> dict[str, Any]:
    """A restore point as the service describes it (the published example, less what is not read)."""
    disk = {"managedDisk": {"id": "/disks/os"}, "diskRestorePoint": {"id": f"{POINT}/diskRestorePoints/os_1"}}
    data = {"lun": 3, "managedDisk": {"id": "/disks/d"}, "diskRestorePoint": {"id": f"{POINT}/diskRestorePoints/d_1"}}
    profile = {"osDisk": disk, "dataDisks": [data]}
    return {"id": POINT, "properties": {"provisioningState": state, "sourceMetadata": {"storageProfile": profile}}}


def collection(*points: dict[str, Any]) -> Answer:
    return Answer(200, {"id": COLLECTION, "properties": {"restorePoints": list(points)}})


def made(**headers: str) -> Answer:
    return Answer(201, body(), {"azure-asyncoperation": URL, **headers})


PUT_COLLECTION = Request("PUT", COLLECTION, Answer(201, {}))


def work(*script: Request, scope: MemoryScope | None = None, nodes: tuple[Node, ...] = (DB,), **settings: Any) -> Any:
    session, wire = scripted(script)
    scope = scope or MemoryScope(nodes)
    outcome = RestorePointWork(session, scope, NAME, **settings)(nodes)
    wire.finish()
    return outcome, scope, wire


class TestMaking:
    def test_intent_then_request_then_handle_and_snapshots(self) -> None:
        outcome, scope, wire = work(NONE_YET, PUT_COLLECTION, Request("PUT", POINT, made()))
        assert outcome.created == [DB.node_id]
        assert scope.events == ["intend op1", "sent op1"]
        assert scope.written["op1"].handle == f"{POINT} {URL}"
        assert [(one["device"], one["volume_id"], one["state"]) for one in scope.snapshots[DB.node_id]] == [
            ("os", "/disks/os", "pending"),
            ("lun 3", "/disks/d", "pending"),
        ]
        _get, (_m, _p, _q, sent), (_m2, _p2, _q2, point) = wire.sent
        assert sent["location"] == "westeurope"
        assert sent["properties"] == {"source": {"id": DB.node_id}}
        assert point == {"properties": {}}

    def test_the_intent_is_written_before_the_request_is_sent(self) -> None:
        scope = MemoryScope([DB])
        session, wire = scripted([Request("GET", COLLECTION, collection()), Request("PUT", POINT, made())])
        wire.events = scope.events
        RestorePointWork(session, scope, NAME)([DB])
        assert scope.events[-3:] == ["intend op1", f"PUT {NAME}", "sent op1"]

    def test_the_sdk_reads_what_is_sent(self) -> None:
        _outcome, _scope, wire = work(
            NONE_YET, PUT_COLLECTION, Request("PUT", POINT, made()), consistency_mode="CrashConsistent"
        )
        made_of, point = SdkCollection(wire.sent[1][3]), SdkPoint(wire.sent[2][3])
        assert made_of.properties is not None and made_of.properties.source is not None
        assert made_of.properties.source.id == DB.node_id
        assert point.properties is not None and point.properties.consistency_mode == "CrashConsistent"

    def test_the_location_is_asked_for_where_it_is_not_known(self) -> None:
        nameless = Node(DB.node_id, "db", "azure_vm", SUBSCRIPTION)
        where = Request("GET", DB.node_id, Answer(200, {"location": "northeurope"}))
        _outcome, _scope, wire = work(NONE_YET, where, PUT_COLLECTION, Request("PUT", POINT, made()), nodes=(nameless,))
        assert wire.sent[2][3]["location"] == "northeurope"

    def test_what_the_run_made_before_is_used_again(self) -> None:
        outcome, scope, _wire = work(Request("GET", COLLECTION, collection(body("Succeeded"))))
        assert outcome.created == []
        assert scope.snapshots[DB.node_id][0]["state"] == "completed"
        assert scope.written["op1"].state == "sent"

    def test_what_the_run_made_before_is_known_in_any_case(self) -> None:
        shouted = body("Succeeded") | {"id": POINT.upper()}
        outcome, scope, _wire = work(Request("GET", COLLECTION, collection(shouted)))
        assert (outcome.created, scope.written["op1"].handle) == ([], POINT.upper())

    def test_another_run_s_point_is_none_of_this_one(self) -> None:
        other = body() | {"id": point_id(DB.node_id, point_name("run-2"))}
        outcome, _scope, _wire = work(Request("GET", COLLECTION, collection(other)), Request("PUT", POINT, made()))
        assert outcome.created == [DB.node_id]

    def test_check_mode_sends_nothing_and_predicts(self) -> None:
        outcome, scope, wire = work(NONE_YET, check_mode=True)
        assert (outcome.created, scope.events) == ([DB.node_id], [])
        assert [method for method, *_rest in wire.sent] == ["GET"]

    def test_arc_machines_are_told_apart(self) -> None:
        outcome, _scope, _wire = work(nodes=(Node(arc("m"), "m", "azure_arc", SUBSCRIPTION),))
        assert list(outcome.unsupported) == [arc("m")]

    def test_a_node_that_is_covered_is_left_alone(self) -> None:
        scope = MemoryScope([DB])
        scope.add(Operation("op0", KIND, "snapshot", POLLER, SUBSCRIPTION, "", "sent", POINT, node_ids=(DB.node_id,)))
        outcome, _scope, _wire = work(scope=scope)
        assert outcome == RestorePointOutcome()


class TestWhatGoesWrong:
    def test_a_lost_answer_is_looked_for_and_not_repeated(self) -> None:
        outcome, scope, _wire = work(
            Request("GET", COLLECTION, collection()),
            Request("PUT", POINT, LOST_ANSWER),
            Request("GET", POINT, Answer(200, body())),
        )
        assert outcome.created == [DB.node_id]
        assert scope.written["op1"].handle == POINT

    def test_what_was_lost_on_the_way_there_is_sent_again(self) -> None:
        outcome, _scope, _wire = work(
            Request("GET", COLLECTION, collection()),
            Request("PUT", POINT, LOST_ANSWER),
            Request("GET", POINT, refused(404, "NotFound")),
            Request("PUT", POINT, made()),
        )
        assert outcome.created == [DB.node_id]

    def test_when_even_looking_does_not_tell_the_intent_stays(self) -> None:
        outcome, scope, _wire = work(
            Request("GET", COLLECTION, collection()),
            Request("PUT", POINT, LOST_ANSWER),
            Request("GET", POINT, refused(403, "AuthorizationFailed")),
        )
        assert "is not known" in outcome.failures[DB.node_id]
        assert scope.written["op1"].state == "intended"
        assert DB.node_id in scope.failed

    def test_a_refusal_fails_the_node_with_the_service_s_words(self) -> None:
        refusal = refused(400, "OperationNotAllowed", "Restore points are not supported for Ultra disks.")
        outcome, scope, _wire = work(Request("GET", COLLECTION, collection()), Request("PUT", POINT, refusal))
        assert "Ultra disks" in outcome.failures[DB.node_id]
        assert scope.outcomes[DB.node_id].status == "failed"

    @pytest.mark.parametrize(
        "script",
        [
            (Request("GET", COLLECTION, collection()), Request("PUT", POINT, PASSING[429])),
            (NONE_YET, Request("PUT", COLLECTION, PASSING[503])),
        ],
    )
    def test_what_was_refused_for_now_may_be_asked_for_again(self, script: tuple[Request, ...]) -> None:
        outcome, scope, _wire = work(*script)
        assert [error.lasting for error in outcome.errors] == [False]
        assert scope.written["op1"].state == "not_sent"
        assert (scope.outcomes, scope.failed) == ({}, {})

    def test_a_machine_that_is_busy_is_asked_again(self) -> None:
        busy = refused(409, "ConflictingConcurrentWriteNotAllowed", "another operation is in progress")
        outcome, _scope, _wire = work(
            Request("GET", COLLECTION, collection()), Request("PUT", POINT, busy), Request("PUT", POINT, made())
        )
        assert outcome.created == [DB.node_id]

    @pytest.mark.parametrize(
        ("answer", "state"), [(Answer(200, body("Succeeded")), "sent"), (refused(404, "NotFound"), "not_sent")]
    )
    def test_an_intent_of_a_lost_controller_is_looked_for(self, answer: Answer, state: str) -> None:
        scope = MemoryScope([DB])
        intent = Operation("op0", KIND, "snapshot", POLLER, SUBSCRIPTION, "", "intended", request={"point": POINT})
        scope.add(Operation(**{**_fields(intent), "node_ids": (DB.node_id,), "pending": (DB.node_id,)}))
        rest = [Request("GET", COLLECTION, collection()), Request("PUT", POINT, made())] if state == "not_sent" else []
        work(Request("GET", POINT, answer), *rest, scope=scope)
        assert scope.written["op0"].state == state


def _fields(operation: Operation) -> dict[str, Any]:
    return {name: getattr(operation, name) for name in operation.__dataclass_fields__}


class TestWaiting:
    def waiter(self, *script: Request) -> tuple[RestorePointWaiter, MemoryScope]:
        scope = MemoryScope([DB])
        operation = scope.intend(KIND, [DB], poller=POLLER, account=SUBSCRIPTION, region="", request={})
        scope.sent(operation, f"{POINT} {URL}")
        progress = Progress()
        wanted = _of_scope(scope, progress)
        assert wanted == [WantedPoint(SUBSCRIPTION, DB.node_id, POINT, URL, operation)]
        session, _wire = scripted(script)
        return RestorePointWaiter(session, scope, wanted, progress), scope

    def test_until_it_is_complete(self) -> None:
        waiter, scope = self.waiter(
            Request("GET", POINT, Answer(200, body())), Request("GET", POINT, Answer(200, body("Succeeded")))
        )
        assert not waiter.look()
        assert waiter.look()
        assert scope.outcomes[DB.node_id].status == "passed"
        assert {one["state"] for one in scope.snapshots[DB.node_id]} == {"completed"}

    def test_why_it_failed_is_told(self) -> None:
        error = {"status": "Failed", "error": {"code": "DiskBusy", "message": "The disk is busy."}}
        waiter, scope = self.waiter(
            Request("GET", POINT, Answer(200, body("Failed"))), Request("GET", "/operations/1", Answer(200, error))
        )
        assert waiter.look()
        assert "DiskBusy: The disk is busy" in scope.failed[DB.node_id]

    def test_one_that_is_gone_fails(self) -> None:
        waiter, scope = self.waiter(Request("GET", POINT, refused(404, "ResourceNotFound")))
        assert waiter.look()
        assert "does not exist any more" in scope.failed[DB.node_id]


class TestNames:
    @given(st.text(max_size=200))
    def test_every_run_id_gives_a_name_that_azure_takes(self, run_id: str) -> None:
        name = point_name(run_id)
        assert 1 <= len(name) <= 80
        assert set(name) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-")
        assert name[0] not in "-." and name[-1] not in "-."

    def test_run_ids_that_look_alike_have_names_of_their_own(self) -> None:
        assert point_name("prod/1") != point_name("prod-1")
        assert point_name("x" * 100) != point_name("x" * 101)

    def test_a_point_is_no_copy_of_a_disk(self) -> None:
        point = RestorePoint.from_api({"id": POINT, "properties": {"provisioningState": "Creating"}})
        assert point.to_snapshots() == []


class FakeModule:
    def __init__(self, **params: Any) -> None:
        self.check_mode = False
        self.params = {
            "run_id": "run-1",
            "name": None,
            "node_ids": None,
            "tags": None,
            "consistency_mode": None,
            "on_unsupported": "fail",
            **params,
        }


class TestModules:
    @pytest.fixture
    def stand(self, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
        def prepared(scope: MemoryScope, *script: Request) -> Any:
            session, wire = scripted(script)
            monkeypatch.setattr(restore_point_modules, "open_scope", lambda *_given: scope)
            monkeypatch.setattr(restore_point_modules, "session_of", lambda _module: session)
            return wire

        return prepared

    def test_a_closed_gate_stops_everything(self, stand: Callable[..., Any]) -> None:
        scope = MemoryScope([DB], gate_open=False)
        wire = stand(scope)
        with pytest.raises(GateClosed):
            restore_point_modules.make_restore_points(FakeModule())
        assert (wire.sent, scope.events) == ([], [])

    @pytest.mark.parametrize("run_id", ["run-1", "run-2"])
    def test_the_points_are_named_after_the_run(self, stand: Callable[..., Any], run_id: str) -> None:
        point = Request("PUT", point_id(DB.node_id, point_name(run_id)), made())
        wire = stand(MemoryScope([DB], run_id=run_id), Request("GET", COLLECTION, collection()), point)
        assert restore_point_modules.make_restore_points(FakeModule(run_id=run_id))["changed"] is True
        wire.finish()
