# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Power of VMs: which requests are sent, which are repeated, and when a VM counts as being where it should be."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._azure import power_modules
from ansible_collections.hybridops.patching.plugins.module_utils._azure.answer import Answer
from ansible_collections.hybridops.patching.plugins.module_utils._azure.busy import PAUSE
from ansible_collections.hybridops.patching.plugins.module_utils._azure.power import POLLER, power_work
from ansible_collections.hybridops.patching.plugins.module_utils._azure.power_wait import look_at, sight_of
from ansible_collections.hybridops.patching.plugins.module_utils._azure.vm_states import ONE_BY_ONE, VmState
from ansible_collections.hybridops.patching.plugins.module_utils._azure.wire import LOST, Unanswered
from ansible_collections.hybridops.patching.plugins.module_utils._core.errors import CloudError, GateClosed
from ansible_collections.hybridops.patching.plugins.module_utils._core.nodes import Node
from ansible_collections.hybridops.patching.plugins.module_utils._core.polling import Progress
from ansible_collections.hybridops.patching.plugins.module_utils._core.power import PowerOutcome
from ansible_collections.hybridops.patching.plugins.module_utils._core.power_plan import BEFORE_TAG
from ansible_collections.hybridops.patching.plugins.module_utils._core.power_wait import (
    PowerWaiter,
    Wanted,
    judge,
    wanted_of_scope,
)
from ansible_collections.hybridops.patching.plugins.module_utils._core.targets import Target
from azure.mgmt.compute.models import VirtualMachine, VirtualMachineInstanceView
from azure.mgmt.resource.resources.models import TagsPatchResource

from tests.unit.aws.scopes import MemoryScope
from tests.unit.azure.wire import ENDPOINT, SUBSCRIPTION, Request, arc, refused, scripted, vm

ASKED = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
EARLIER, LATER = ASKED - timedelta(minutes=1), ASKED + timedelta(minutes=1)
URL = f"{ENDPOINT}/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Compute/locations/we/operations/1"
ACCEPTED = Answer(202, None, {"azure-asyncoperation": URL, "location": f"{URL}?monitor=true"})
LOST_ANSWER = Unanswered(LOST, "ReadTimeout", "timed out")
BUSY = refused(
    409,
    "OperationNotAllowed",
    "An ongoing operation is changing power state of Virtual Machine db to Stopped. Please perform operation start "
    "after some time.",
)
DB, APP = vm("db"), vm("app")
LISTS = "/providers/Microsoft.Compute/virtualMachines"


def node(node_id: str) -> Node:
    provider = "azure_arc" if "hybridcompute" in node_id else "azure_vm"
    return Node(node_id, node_id.split("/")[-1], provider, SUBSCRIPTION)


def view(
    power: str,
    provisioning: str = "succeeded",
    ready: datetime | None = None,
    at: datetime = EARLIER,
    message: str = "",
) -> dict[str, Any]:
    """An instance view as Compute describes it; times have seven digits there."""
    status = {"code": f"ProvisioningState/{provisioning}", "level": "Info", "time": stamp(at), "message": message}
    statuses = [status, {"code": f"PowerState/{power}", "level": "Info", "displayStatus": f"VM {power}"}]
    shown: dict[str, Any] = {"statuses": statuses}
    if ready:
        agent = {"code": "ProvisioningState/succeeded", "displayStatus": "Ready", "time": stamp(ready)}
        shown["vmAgent"] = {"vmAgentVersion": "2.11", "statuses": [agent]}
    assert VirtualMachineInstanceView(shown).statuses[1].code == f"PowerState/{power}"
    return shown


def stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.1234567+00:00")


def machine(node_id: str, power: str, tags: dict[str, str] | None = None) -> dict[str, Any]:
    found = {"id": node_id.upper(), "tags": tags or {}, "properties": {"instanceView": view(power)}}
    assert VirtualMachine(found).properties.instance_view is not None
    return found


def read(node_id: str, power: str, mark: str = "") -> Request:
    tags = {BEFORE_TAG.upper(): mark} if mark else {"owner": "me"}
    return Request("GET", node_id, Answer(200, machine(node_id, power, tags)))


def post(node_id: str, action: str, answer: Answer | Unanswered = ACCEPTED) -> Request:
    return Request("POST", f"{node_id}/{action}", answer)


def tagged(node_id: str, operation: str, value: str, answer: Answer | None = None) -> Request:
    body = {"operation": operation, "properties": {"tags": {BEFORE_TAG: value}}}
    patch = TagsPatchResource(body)
    assert (patch.operation, patch.properties.tags) == (operation, {BEFORE_TAG: value})
    path = f"{node_id}/providers/Microsoft.Resources/tags/default"
    return Request("PATCH", path, answer or Answer(200, {}), body)


def look_once(look: Callable[[], bool], _seconds: float) -> None:
    look()


def work(
    scope: MemoryScope, state: str, *script: Request, check_mode: bool = False
) -> tuple[PowerOutcome, list[tuple[str, str]]]:
    session, wire = scripted(script)
    worker = power_work(scope, state, scope.remembered_power(), check_mode, wait=look_once)
    nodes = scope.wave_nodes() if state == "restored" else scope.nodes()
    outcome = worker(session.connect(SUBSCRIPTION), Target(SUBSCRIPTION, "", tuple(nodes)))
    wire.finish()
    return outcome, [(method, path) for method, path, _query, _body in wire.sent]


class TestApply:
    def test_memory_and_mark_come_before_the_start(self) -> None:
        scope = MemoryScope([node(DB)])
        outcome, _sent = work(
            scope, "started", read(DB, "deallocated"), tagged(DB, "Merge", "deallocated"), post(DB, "start")
        )
        assert outcome.changed == [DB]
        assert (scope.power, scope.phases) == ({DB: "stopped"}, {DB: "started"})
        assert (scope.written["op1"].kind, scope.written["op1"].handle) == ("power_start", URL)
        assert scope.written["op1"].request["state"] == "started"

    def test_the_intent_stands_before_the_request_leaves(self) -> None:
        scope = MemoryScope([node(DB)])
        session, wire = scripted([read(DB, "stopped"), tagged(DB, "Merge", "stopped"), post(DB, "start")])
        wire.events = scope.events
        worker = power_work(scope, "started", {}, False, wait=look_once)
        worker(session.connect(SUBSCRIPTION), Target(SUBSCRIPTION, "", tuple(scope.nodes())))
        assert scope.events[-3:] == ["intend op1", "POST start", "sent op1"]

    def test_a_vm_that_cannot_be_marked_is_not_started(self) -> None:
        scope = MemoryScope([node(DB)])
        denied = refused(403, "AuthorizationFailed", "… to perform action 'Microsoft.Resources/tags/write' …")
        outcome, _sent = work(scope, "started", read(DB, "stopped"), tagged(DB, "Merge", "stopped", denied))
        assert "Microsoft.Resources/tags/write" in outcome.failures[DB]
        assert (outcome.changed, scope.written) == ([], {})

    def test_check_mode_only_reads(self) -> None:
        scope = MemoryScope([node(DB)])
        outcome, _sent = work(scope, "started", read(DB, "stopped"), check_mode=True)
        assert outcome.changed == [DB]
        assert (scope.power, scope.written) == ({}, {})

    @pytest.mark.parametrize(("mark", "action"), [("deallocated", "deallocate"), ("stopped", "powerOff")])
    def test_restored_brings_back_how_it_was_off_and_then_removes_the_mark(self, mark: str, action: str) -> None:
        scope = MemoryScope([node(DB)])
        scope.remember_power({DB: "stopped"})
        outcome, _sent = work(
            scope, "restored", read(DB, "running", mark), post(DB, action), tagged(DB, "Delete", mark)
        )
        assert (outcome.changed, scope.restored) == ([DB], {DB})
        assert scope.written["op1"].kind == "power_restore"

    def test_what_was_off_without_a_mark_is_deallocated(self) -> None:
        scope = MemoryScope([node(DB)])
        scope.remember_power({DB: "stopped"})
        assert work(scope, "restored", read(DB, "running"), post(DB, "deallocate"))[0].changed == [DB]

    def test_a_mark_that_cannot_be_removed_leaves_the_node_to_be_restored_again(self) -> None:
        scope = MemoryScope([node(DB)])
        gone = tagged(DB, "Delete", "stopped", refused(403, "AuthorizationFailed"))
        outcome, _sent = work(scope, "restored", read(DB, "stopped", "stopped"), gone)
        assert (outcome.failures.keys(), scope.restored) == ({DB}, set())

    def test_a_start_whose_answer_is_lost_is_repeated(self) -> None:
        scope = MemoryScope([node(DB)])
        script = [read(DB, "stopped", "stopped"), post(DB, "start", LOST_ANSWER), post(DB, "start")]
        assert work(scope, "started", *script)[0].changed == [DB]

    def test_a_restart_whose_answer_is_lost_is_not_repeated(self) -> None:
        scope = MemoryScope([node(DB)])
        outcome, _sent = work(scope, "restarted", read(DB, "running"), post(DB, "restart", LOST_ANSWER))
        assert "It was not repeated" in outcome.failures[DB]
        assert "It was not repeated" in scope.failed[DB]

    @pytest.mark.parametrize("answer", [BUSY, refused(409, "Conflict")])
    def test_another_operation_on_the_vm_is_waited_for(self, answer: Answer, monkeypatch: pytest.MonkeyPatch) -> None:
        scope = MemoryScope([node(DB)])
        session, wire = scripted([read(DB, "running"), post(DB, "restart", answer), post(DB, "restart")])
        slept: list[float] = []
        connection = session.connect(SUBSCRIPTION)
        monkeypatch.setattr(connection, "sleep", slept.append)
        worker = power_work(scope, "restarted", {}, wait=look_once)
        outcome = worker(connection, Target(SUBSCRIPTION, "", (node(DB),)))
        wire.finish()
        assert (outcome.changed, PAUSE in slept) == ([DB], True)

    def test_a_refusal_that_lasts_fails_the_node_at_once(self) -> None:
        scope = MemoryScope([node(DB)])
        full = refused(409, "OperationNotAllowed", "exceeding approved Total Regional Cores quota")
        outcome, _sent = work(scope, "started", read(DB, "stopped", "stopped"), post(DB, "start", full))
        assert "Cores quota" in outcome.failures[DB]

    def test_a_vm_that_is_gone_and_one_that_may_not_be_read_fail_alone(self) -> None:
        scope = MemoryScope([node(DB)])
        outcome, _sent = work(scope, "started", Request("GET", DB, refused(404, "ResourceNotFound")))
        assert outcome.failures == {DB: "this subscription has no such machine"}
        with pytest.raises(CloudError, match="AuthorizationFailed"):
            work(scope, "started", Request("GET", DB, refused(403, "AuthorizationFailed")))


class TestArc:
    @pytest.mark.parametrize(("status", "settled"), [("Connected", True), ("Disconnected", False), ("Error", False)])
    def test_a_connected_machine_is_started_already(self, status: str, settled: bool) -> None:
        machine_id = arc("box")
        scope = MemoryScope([node(machine_id)])
        outcome, _sent = work(
            scope, "started", Request("GET", machine_id, Answer(200, {"properties": {"status": status}}))
        )
        assert (machine_id in outcome.plan.settled, machine_id in outcome.plan.unsupported) == (settled, not settled)

    @pytest.mark.parametrize("state", ["deallocated", "stopped", "restarted", "restored"])
    def test_nothing_is_asked_where_it_does_not_decide(self, state: str) -> None:
        outcome, sent = work(MemoryScope([node(arc("box"))]), state)
        assert (outcome.changed, sent) == ([], [])
        assert bool(outcome.plan.unsupported) is (state != "restored")


def test_many_vms_are_found_in_two_lists() -> None:
    ids = [vm(f"n{number}") for number in range(ONE_BY_ONE + 1)]
    scope = MemoryScope([node(node_id) for node_id in ids])
    everything = [machine(node_id, "stopped", {BEFORE_TAG: "stopped"}) for node_id in ids]
    script = [Request("GET", LISTS, Answer(200, {"value": everything})) for _list in range(2)]
    outcome, sent = work(scope, "started", *script, check_mode=True)
    assert (len(outcome.changed), outcome.plan.tag, len(sent)) == (len(ids), [], 2)


def test_a_vm_that_a_list_leaves_out_is_asked_alone() -> None:
    ids = [vm(f"n{number}") for number in range(ONE_BY_ONE + 1)]
    scope = MemoryScope([node(node_id) for node_id in ids])
    listed = [machine(node_id, "running") for node_id in ids[1:]]
    script = [Request("GET", LISTS, Answer(200, {"value": listed})) for _list in range(2)]
    outcome, _sent = work(scope, "started", *script, read(ids[0], "running"))
    assert outcome.plan.settled == ids


class TestSight:
    def judge(self, wanted: str, told: dict[str, Any] | None = None, /, **shown: Any) -> tuple[str, str]:
        what = Wanted(SUBSCRIPTION, "", wanted, (DB,), ASKED, handle=URL)
        return judge(what, sight_of(what, VmState.from_view(view(**shown)), told or {}), ask_agent=True)

    def test_an_agent_counts_only_when_it_reported_since(self) -> None:
        assert self.judge("started", power="running", ready=EARLIER) == ("", "waiting for the agent")
        assert self.judge("started", power="running") == ("", "waiting for the agent")
        assert self.judge("started", power="running", ready=LATER) == ("passed", "")

    def test_an_agent_that_is_not_ready_does_not_count(self) -> None:
        shown = view("running", ready=LATER)
        shown["vmAgent"]["statuses"][0] |= {"code": "ProvisioningState/Unavailable", "displayStatus": "Not Ready"}
        assert VmState.from_view(shown).ready_at is None

    @pytest.mark.parametrize(
        ("wanted", "power", "status"),
        [
            ("started", "starting", ""),
            ("stopped", "stopping", ""),
            ("stopped", "stopped", "passed"),
            ("stopped", "deallocated", "passed"),
            ("deallocated", "stopped", ""),
            ("deallocated", "deallocating", ""),
            ("deallocated", "deallocated", "passed"),
        ],
    )
    def test_states(self, wanted: str, power: str, status: str) -> None:
        assert self.judge(wanted, power=power)[0] == status

    def test_the_operations_own_failure_is_believed_and_told(self) -> None:
        told = {"status": "Failed", "error": {"code": "AllocationFailed", "message": "no capacity"}}
        assert self.judge("started", told, power="deallocated") == (
            "failed",
            "it did not start: AllocationFailed: no capacity",
        )
        assert self.judge("started", {"status": "Canceled"}, power="stopped")[0] == "failed"
        assert self.judge("started", {"status": "InProgress"}, power="stopped") == ("", "stopped")

    def test_a_failure_of_the_vm_counts_when_it_is_not_older(self) -> None:
        failed = {"power": "deallocated", "provisioning": "failed/AllocationFailed", "message": "no capacity"}
        assert self.judge("started", at=EARLIER, **failed) == ("", "deallocated")
        assert self.judge("started", at=LATER, **failed) == (
            "failed",
            "it did not start: AllocationFailed: no capacity",
        )

    def test_a_restart_is_over_when_its_operation_is(self) -> None:
        assert self.judge("restarted", {"status": "InProgress"}, power="running", ready=LATER) == ("", "restarting")
        assert self.judge("restarted", {"status": "Succeeded"}, power="running", ready=LATER) == ("passed", "")
        assert self.judge("restarted", power="running", provisioning="updating", ready=LATER) == ("", "restarting")
        failed = {"status": "Failed", "error": {"code": "VMStartTimedOut", "message": "no"}}
        assert self.judge("restarted", failed, power="running", ready=LATER)[0] == "failed"


def instance(node_id: str, shown: dict[str, Any], **headers: str) -> Request:
    return Request("GET", f"{node_id}/instanceView", Answer(200, shown, headers))


class TestWaiting:
    def waiter(self, *script: Request, state: str = "started") -> tuple[PowerWaiter, MemoryScope, Any]:
        scope = MemoryScope([node(DB)])
        operation = scope.intend(
            "power_start", [node(DB)], poller=POLLER, account=SUBSCRIPTION, region="",
            request={"state": state, "requested_at": ASKED.isoformat()},
        )  # fmt: skip
        scope.sent(operation, URL)
        session, wire = scripted(script)
        progress = Progress()
        return PowerWaiter(scope, wanted_of_scope(scope, POLLER, progress), look_at(session), progress), scope, wire

    def test_the_operation_is_asked_only_when_the_vm_stands_still_where_it_should_not_be(self) -> None:
        failed = Answer(200, {"status": "Failed", "error": {"code": "AllocationFailed", "message": "no capacity"}})
        waiter, scope, wire = self.waiter(
            instance(DB, view("deallocated", "updating")),
            instance(DB, view("starting")),
            instance(DB, view("deallocated")),
            Request("GET", "/operations/1", failed),
        )
        assert [waiter.look(), waiter.look(), waiter.look()] == [False, False, True]
        wire.finish()
        assert scope.failed == {DB: "it did not start: AllocationFailed: no capacity"}
        assert scope.written["op1"].state == "finished"

    def test_an_operation_that_is_forgotten_is_no_answer(self) -> None:
        waiter, _scope, wire = self.waiter(
            instance(DB, view("deallocated")), Request("GET", "/operations/1", refused(404, "NotFound"))
        )
        assert waiter.look() is False
        wire.finish()

    def test_times_are_compared_by_the_services_clock(self) -> None:
        ahead = datetime.now(UTC) + timedelta(minutes=5)
        shown = view("running", ready=LATER)
        waiter, _scope, wire = self.waiter(instance(DB, shown, date=ahead.strftime("%a, %d %b %Y %H:%M:%S GMT")))
        assert waiter.look() is False
        wire.finish()
        assert waiter.progress.waiting == {DB: "waiting for the agent"}

    def test_a_vm_that_is_gone_fails(self) -> None:
        waiter, scope, _wire = self.waiter(
            Request("GET", f"{DB}/instanceView", refused(404, "ResourceNotFound")), state="deallocated"
        )
        assert waiter.look() is True
        assert "does not exist" in scope.failed[DB]


class FakeModule:
    def __init__(self, check_mode: bool = False, **params: Any) -> None:
        self.check_mode = check_mode
        self.params = {"node_ids": None, "on_unsupported": "fail", "state": None, "since": None, **params}


class TestModules:
    @pytest.fixture
    def stand(self, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
        def prepared(scope: MemoryScope, *script: Request) -> Any:
            session, wire = scripted(script)
            monkeypatch.setattr(power_modules, "open_scope", lambda *_given: scope)
            monkeypatch.setattr(power_modules, "session_of", lambda _module: session)
            return wire

        return prepared

    @pytest.mark.parametrize("state", ["started", "deallocated", "stopped", "restarted"])
    def test_a_closed_gate_stops_everything(self, stand: Callable[..., Any], state: str) -> None:
        stand(MemoryScope([node(DB)], gate_open=False))
        with pytest.raises(GateClosed):
            power_modules.set_power(FakeModule(state=state))

    def test_restored_needs_no_gate_and_goes_to_every_node_of_the_wave(self, stand: Callable[..., Any]) -> None:
        scope = MemoryScope([node(DB)], gate_open=False)
        wire = stand(scope, read(DB, "running", "stopped"), post(DB, "powerOff"), tagged(DB, "Delete", "stopped"))
        assert power_modules.set_power(FakeModule(state="restored"))["changed"] is True
        wire.finish()

    def test_a_node_on_which_something_is_under_way_is_not_turned_off(self, stand: Callable[..., Any]) -> None:
        scope = MemoryScope([node(DB)])
        scope.intend("patch_install", [node(DB)], poller="other", account=SUBSCRIPTION, region="", request={})
        wire = stand(scope)
        answer = power_modules.set_power(FakeModule(state="restored"))
        assert (answer["changed"], answer["nodes"]["total"], wire.sent) == (False, 0, [])

    def test_arc_machines_are_skipped_or_fail(self, stand: Callable[..., Any]) -> None:
        scope = MemoryScope([node(arc("box"))])
        stand(scope)
        skipped = power_modules.set_power(FakeModule(state="stopped", on_unsupported="skip"))
        assert (skipped["nodes"]["failed"], scope.phases) == (0, {arc("box"): "skipped"})
        scope = MemoryScope([node(arc("box"))])
        stand(scope)
        assert power_modules.set_power(FakeModule(state="stopped"))["nodes"]["failed"] == 1
        assert arc("box") in scope.failed

    def test_a_restart_that_was_intended_is_not_asked_for_again(self, stand: Callable[..., Any]) -> None:
        scope = MemoryScope([node(DB)])
        scope.intend("power_restart", [node(DB)], poller=POLLER, account=SUBSCRIPTION, region="", request={})
        stand(scope)
        answer = power_modules.set_power(FakeModule(state="restarted"))
        assert (answer["changed"], answer["nodes"]["failed"]) == (False, 1)
        assert "not known" in scope.failed[DB]
