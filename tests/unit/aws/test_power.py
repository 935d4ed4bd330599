# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Power: what is started and stopped, what is remembered, and that only what was stopped before is stopped again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from ansible_collections.hybridops.patching.plugins.module_utils._aws.instances import Instance
from ansible_collections.hybridops.patching.plugins.module_utils._aws.power import POLLER, power_work
from ansible_collections.hybridops.patching.plugins.module_utils._aws.power_wait import look_at, sight_of
from ansible_collections.hybridops.patching.plugins.module_utils._core.nodes import Node
from ansible_collections.hybridops.patching.plugins.module_utils._core.polling import Progress
from ansible_collections.hybridops.patching.plugins.module_utils._core.power import PowerOutcome, settle_intended
from ansible_collections.hybridops.patching.plugins.module_utils._core.power_plan import BEFORE_TAG
from ansible_collections.hybridops.patching.plugins.module_utils._core.power_wait import (
    PowerWaiter,
    Wanted,
    judge,
    wanted_of_scope,
)
from ansible_collections.hybridops.patching.plugins.module_utils._core.targets import Target
from botocore.exceptions import ReadTimeoutError

from tests.unit.aws.scopes import MemoryScope
from tests.unit.aws.wire import ACCOUNT, REGION, Call, FakeSession, Wire, instance, managed, refusal, reservations

A, B, C = "i-0000000000000000a", "i-0000000000000000b", "i-0000000000000000c"
HYBRID = "mi-0000000000000000d"
MARK = {BEFORE_TAG: "stopped"}


def node(node_id: str) -> Node:
    return Node(node_id=node_id, provider="aws", account=ACCOUNT, region=REGION)


def seen(node_id: str, state: str = "running", tags: dict[str, str] | None = None, **values: Any) -> Instance:
    return Instance.from_api(instance(node_id, state, tags, **values))


def look_once(look: Callable[[], bool], _seconds: float) -> None:
    look()


def work(scope: MemoryScope, state: str, wire: Wire, *, check_mode: bool = False) -> PowerOutcome:
    nodes = scope.wave_nodes() if state == "restored" else scope.nodes()
    worker = power_work(scope, state, scope.remembered_power(), check_mode, wait=look_once)
    outcome = worker(wire.connection(), Target(ACCOUNT, REGION, tuple(nodes)))
    wire.finish()
    return outcome


def describe(*instances: dict[str, Any]) -> Call:
    return Call("describe_instances", None, reservations(instances))


class TestApply:
    def test_memory_and_mark_come_before_the_start(self) -> None:
        scope = MemoryScope([node(A), node(B)])
        tags = {"Resources": [B], "Tags": [{"Key": BEFORE_TAG, "Value": "stopped"}]}
        wire = Wire(
            [
                describe(instance(A), instance(B, "stopped")),
                Call("create_tags", tags),
                Call("start_instances", {"InstanceIds": [B]}),
            ]
        )
        outcome = work(scope, "started", wire)
        assert outcome.changed == [B]
        assert scope.power == {A: "running", B: "stopped"}
        assert scope.phases == {A: "passed", B: "started"}
        assert scope.written["op1"].handle == "started"

    def test_check_mode_writes_nothing(self) -> None:
        scope = MemoryScope([node(A)])
        outcome = work(scope, "started", Wire([describe(instance(A, "stopped"))]), check_mode=True)
        assert outcome.changed == [A]
        assert (scope.power, scope.written) == ({}, {})

    def test_the_mark_goes_after_the_stop(self) -> None:
        scope = MemoryScope([node(A), node(B)])
        wire = Wire(
            [
                describe(instance(A, tags=MARK), instance(B)),
                Call("stop_instances", {"InstanceIds": [A]}),
                Call("delete_tags", {"Resources": [A], "Tags": [{"Key": BEFORE_TAG}]}),
            ]
        )
        assert work(scope, "restored", wire).changed == [A]
        assert scope.restored == {A, B}

    def test_a_stop_that_is_refused_keeps_the_mark(self) -> None:
        scope = MemoryScope([node(A)])
        wire = Wire([describe(instance(A, tags=MARK)), Call("stop_instances", None, refusal("UnsupportedOperation"))])
        outcome = work(scope, "restored", wire)
        assert A in outcome.failures
        assert scope.restored == set()

    def test_restoring_twice_changes_nothing(self) -> None:
        scope = MemoryScope([node(A)])
        scope.remember_power({A: "stopped"})
        assert work(scope, "restored", Wire([describe(instance(A, "stopped"))])).changed == []

    def test_one_instance_that_cannot_start_does_not_hold_the_others(self) -> None:
        scope = MemoryScope([node(A), node(B)])
        full = refusal("InsufficientInstanceCapacity", status=400)
        wire = Wire(
            [
                describe(instance(A, "stopped", MARK), instance(B, "stopped", MARK)),
                Call("start_instances", {"InstanceIds": [A, B]}, full),
                Call("start_instances", {"InstanceIds": [A]}, full),
                Call("start_instances", {"InstanceIds": [B]}),
            ]
        )
        outcome = work(scope, "started", wire)
        assert (outcome.changed, list(outcome.failures)) == ([B], [A])
        assert "InsufficientInstanceCapacity" in scope.failed[A]

    def test_a_denied_caller_is_not_asked_node_by_node(self) -> None:
        scope = MemoryScope([node(A), node(B)])
        denied = refusal("UnauthorizedOperation", status=403)
        wire = Wire(
            [
                describe(instance(A, "stopped", MARK), instance(B, "stopped", MARK)),
                Call("start_instances", {"InstanceIds": [A, B]}, denied),
            ]
        )
        assert work(scope, "started", wire).failures.keys() == {A, B}

    def test_a_restart_whose_answer_is_lost_is_not_repeated(self) -> None:
        scope = MemoryScope([node(A)])
        lost = ReadTimeoutError(endpoint_url="https://ec2.example")
        outcome = work(scope, "restarted", Wire([describe(instance(A)), Call("reboot_instances", None, lost)]))
        assert "It was not repeated" in outcome.failures[A]

    def test_a_start_whose_answer_is_lost_is_repeated(self) -> None:
        scope = MemoryScope([node(A)])
        lost = ReadTimeoutError(endpoint_url="https://ec2.example")
        wire = Wire(
            [describe(instance(A, "stopped", MARK)), Call("start_instances", None, lost), Call("start_instances", None)]
        )
        assert work(scope, "started", wire).changed == [A]

    def test_hybrid_nodes_are_asked_about_only_where_it_decides(self) -> None:
        scope = MemoryScope([node(HYBRID)])
        wire = Wire([Call("describe_instance_information", None, managed(HYBRID, PingStatus="Online"))])
        assert work(scope, "started", wire).plan.settled == [HYBRID]
        assert work(scope, "restored", Wire([])).changed == []

    def test_what_was_intended_before_a_crash_is_settled(self) -> None:
        scope = MemoryScope([node(A), node(B)])
        place: dict[str, Any] = {"poller": POLLER, "account": ACCOUNT, "region": REGION, "request": {}}
        start = scope.intend("power_start", [node(A)], **place)
        restart = scope.intend("power_restart", [node(B)], **place)
        assert settle_intended(scope, POLLER).keys() == {B}
        assert (scope.written[start].state, scope.written[restart].state) == ("not_sent", "finished")


LAUNCHED = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
EARLIER = datetime(2026, 11, 21, 9, 59, tzinfo=UTC)
LATER = datetime(2026, 11, 21, 10, 1, tzinfo=UTC)


class TestJudge:
    def judge(
        self, wanted: str, state: str, ping: datetime | None = None, status: str = "Online", **values: Any
    ) -> str:
        agent = {"PingStatus": status, "LastPingDateTime": ping} if ping else None
        what = Wanted(ACCOUNT, REGION, wanted, (A,), since=LAUNCHED)
        sight = sight_of(what, seen(A, state, LaunchTime=LAUNCHED, **values), agent)
        return judge(what, sight, ask_agent=True)[0]

    def test_an_old_ping_is_no_answer(self) -> None:
        assert self.judge("started", "running", EARLIER) == ""
        assert self.judge("started", "running", LATER) == "passed"
        assert self.judge("restarted", "running", EARLIER) == ""
        assert self.judge("restarted", "running", LATER) == "passed"

    def test_an_agent_that_is_not_online_or_not_there(self) -> None:
        assert self.judge("started", "running", LATER, "ConnectionLost") == ""
        assert self.judge("started", "running") == ""

    def test_states(self) -> None:
        assert self.judge("started", "pending") == ""
        assert self.judge("stopped", "stopping") == ""
        assert self.judge("stopped", "stopped") == "passed"
        assert self.judge("started", "terminated") == "failed"

    def test_an_instance_that_falls_back_says_why(self) -> None:
        reason = {"Code": "Client.InvalidKMSKey.InvalidState", "Message": "the key is disabled"}
        assert self.judge("started", "stopped", StateReason=reason) == "failed"
        by_user = {"Code": "Client.UserInitiatedShutdown", "Message": "user"}
        assert self.judge("started", "stopped", StateReason=by_user) == ""


def test_the_waiter_records_each_node_as_it_comes() -> None:
    scope = MemoryScope([node(A), node(B)])
    operation = scope.intend(
        "power_start", [node(A), node(B)], poller=POLLER, account=ACCOUNT, region=REGION,
        request={"state": "started", "requested_at": LAUNCHED.isoformat()},
    )  # fmt: skip
    scope.sent(operation, "started")
    wire = Wire(
        [
            describe(instance(A, LaunchTime=LAUNCHED), instance(B, "pending")),
            Call("describe_instance_information", None, managed(A, PingStatus="Online", LastPingDateTime=LATER)),
            describe(instance(B, LaunchTime=LAUNCHED)),
            Call("describe_instance_information", None, managed(B, PingStatus="Online", LastPingDateTime=LATER)),
        ]
    )
    progress = Progress()
    session: Any = FakeSession({(ACCOUNT, REGION): wire})
    waiter = PowerWaiter(scope, wanted_of_scope(scope, POLLER, progress), look_at(session), progress)
    assert waiter.look() is False
    assert progress.to_dict({})["detail"] == "1 starting"
    assert scope.written[operation].pending == (B,)
    assert waiter.look() is True
    wire.finish()
    assert scope.written[operation].state == "finished"
