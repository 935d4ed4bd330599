# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Snapshot sets: one a node and run, found again by their tags, never made twice, waited for until complete."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._aws.instances import Instance
from ansible_collections.hybridops.patching.plugins.module_utils._aws.snapshot_plan import common_tags, plan_snapshots
from ansible_collections.hybridops.patching.plugins.module_utils._aws.snapshot_set import (
    KIND,
    POLLER,
    SnapshotOutcome,
    SnapshotWork,
)
from ansible_collections.hybridops.patching.plugins.module_utils._aws.snapshot_wait import (
    SnapshotWaiter,
    judge,
    wanted_of_scope,
)
from ansible_collections.hybridops.patching.plugins.module_utils._aws.snapshots import Snapshot, sets_of_nodes
from ansible_collections.hybridops.patching.plugins.module_utils._core.nodes import Node
from ansible_collections.hybridops.patching.plugins.module_utils._core.polling import Progress
from ansible_collections.hybridops.patching.plugins.module_utils._core.scope import NullScope, Operation, Scope
from ansible_collections.hybridops.patching.plugins.module_utils._core.targets import Target
from botocore.exceptions import ReadTimeoutError

from tests.unit.aws.scopes import MemoryScope
from tests.unit.aws.wire import ACCOUNT, REGION, Call, FakeSession, Wire, instance, refusal, reservations

A, B = "i-0000000000000000a", "i-0000000000000000b"
VOLUME = f"vol-{A[-4:]}"


def node(node_id: str) -> Node:
    return Node(node_id=node_id, provider="aws", account=ACCOUNT, region=REGION)


def raw(snapshot_id: str, state: str = "pending", volume: str = VOLUME, minute: int = 0, **tags: str) -> dict[str, Any]:
    return {
        "SnapshotId": snapshot_id,
        "VolumeId": volume,
        "State": state,
        "StartTime": datetime(2026, 11, 21, 10, minute, tzinfo=UTC),
        "Tags": [{"Key": f"hybridops:{key}", "Value": value} for key, value in tags.items()],
    }


def listed(*snapshots: dict[str, Any]) -> Call:
    return Call("describe_snapshots", None, {"Snapshots": list(snapshots)})


def made(*snapshot_ids: str) -> dict[str, Any]:
    return {"Snapshots": [{"SnapshotId": one, "VolumeId": VOLUME, "State": "pending"} for one in snapshot_ids]}


INSTANCES = Call("describe_instances", None, reservations([instance(A), instance(B)]))
DEVICES = Call("create_tags", {"Resources": ["snap-1"], "Tags": [{"Key": "hybridops:device", "Value": "/dev/sda1"}]})


def work(scope: Scope, script: list[Call | list[Call]], *, check_mode: bool = False) -> SnapshotOutcome:
    wire = Wire(script)
    worker = SnapshotWork(scope, {"purpose": "test"}, "described", check_mode)
    outcome = worker(wire.connection(), Target(ACCOUNT, REGION, tuple(scope.nodes())))
    wire.finish()
    return outcome


class TestPlan:
    def test_who_gets_a_set_and_who_cannot(self) -> None:
        bare = Instance.from_api({**instance(B), "BlockDeviceMappings": []})
        gone = "i-0000000000000000e"
        nodes = [node(A), node(B), node("mi-0000000000000000c"), node("i-0000000000000000d"), node(gone)]
        instances = {A: Instance.from_api(instance(A)), B: bare, gone: Instance.from_api(instance(gone, "terminated"))}
        plan = plan_snapshots(nodes, instances, {})
        assert [one.node_id for one in plan.create] == [A]
        assert plan.unsupported.keys() == {B, "mi-0000000000000000c"}
        assert plan.failures.keys() == {"i-0000000000000000d", gone}

    def test_a_set_that_is_there_or_under_way_is_enough(self) -> None:
        instances = {one: Instance.from_api(instance(one)) for one in (A, B)}
        existing = {A: [Snapshot.from_api(raw("snap-1"))]}
        plan = plan_snapshots([node(A), node(B)], instances, existing, covered={B})
        assert plan.create == []
        assert plan.reuse.keys() == {A}

    def test_what_all_have_in_common(self) -> None:
        assert common_tags([{"run": "r", "node": "a"}, {"run": "r", "node": "b"}]) == {"run": "r"}
        assert common_tags([]) == {}


class TestMaking:
    def test_the_request_carries_the_marks_by_which_the_set_is_found(self) -> None:
        scope = MemoryScope([node(A)])
        tags = {
            "hybridops:node": A, "hybridops:operation": "op1", "hybridops:run": "run-1", "purpose": "test",
        }  # fmt: skip
        request = {
            "InstanceSpecification": {"InstanceId": A},
            "Description": "described",
            "TagSpecifications": [
                {"ResourceType": "snapshot", "Tags": [{"Key": k, "Value": v} for k, v in sorted(tags.items())]}
            ],
        }
        outcome = work(scope, [listed(), INSTANCES, Call("create_snapshots", request, made("snap-1")), DEVICES])
        assert outcome.created == [A]
        assert scope.written["op1"].handle == "snap-1"
        assert scope.snapshots[A][0] == {
            "snapshot_id": "snap-1", "volume_id": VOLUME, "device": "/dev/sda1", "state": "pending", "progress": "",
        }  # fmt: skip
        assert scope.phases == {A: "started"}

    def test_a_set_of_the_same_run_is_taken_up_even_with_an_empty_ledger(self) -> None:
        scope = MemoryScope([node(A)])
        outcome = work(scope, [listed(raw("snap-1", node=A, run="run-1")), INSTANCES, DEVICES])
        assert outcome.created == []
        assert scope.written["op1"].handle == "snap-1"

    def test_without_a_run_there_is_nothing_to_take_up(self) -> None:
        outcome = work(NullScope([node(A)]), [INSTANCES, Call("create_snapshots", None, made("snap-1")), DEVICES])
        assert outcome.created == [A]

    def test_check_mode_makes_none(self) -> None:
        scope = NullScope([node(A)])
        assert work(scope, [INSTANCES], check_mode=True).created == [A]

    def test_a_lost_answer_is_looked_for_before_it_is_asked_again(self) -> None:
        lost = Call("create_snapshots", None, ReadTimeoutError(endpoint_url="https://ec2.example"))
        found = listed(raw("snap-1", node=A, operation="op1"))
        scope = MemoryScope([node(A)])
        work(scope, [listed(), INSTANCES, lost, listed(), found, DEVICES])
        assert scope.written["op1"].handle == "snap-1"

        scope = MemoryScope([node(A)])
        again = Call("create_snapshots", None, made("snap-1"))
        work(scope, [listed(), INSTANCES, lost, listed(), listed(), listed(), again, DEVICES])
        assert scope.written["op1"].state == "sent"

    def test_when_even_looking_fails_the_intent_stays(self) -> None:
        lost = Call("create_snapshots", None, ReadTimeoutError(endpoint_url="https://ec2.example"))
        denied = Call("describe_snapshots", None, refusal("UnauthorizedOperation"))
        scope = MemoryScope([node(A)])
        outcome = work(scope, [listed(), INSTANCES, lost, denied])
        assert scope.written["op1"].state == "intended"
        assert "Whether they were made is not known" in outcome.failures[A]

    def test_what_a_crashed_controller_had_intended_is_found(self) -> None:
        scope = MemoryScope([node(A)])
        scope.add(Operation("op9", KIND, "snapshot", POLLER, ACCOUNT, REGION, "intended", node_ids=(A,), pending=(A,)))
        work(scope, [listed(raw("snap-1", node=A, operation="op9")), listed(), INSTANCES])
        assert (scope.written["op9"].state, scope.written["op9"].handle) == ("sent", "snap-1")
        assert len(scope.written) == 1

    def test_a_refused_node_fails_and_the_others_go_on(self) -> None:
        scope = MemoryScope([node(A), node(B)])
        pool: list[Call | list[Call]] = [
            Call("create_snapshots", None, made("snap-1")),
            Call("create_snapshots", None, refusal("SnapshotLimitExceeded")),
        ]
        outcome = work(scope, [listed(), INSTANCES, *pool, DEVICES])
        assert len(outcome.created) == len(scope.failed) == 1
        assert {*outcome.created, *scope.failed} == {A, B}

    def test_a_device_that_cannot_be_tagged_is_a_warning(self) -> None:
        scope = MemoryScope([node(A)])
        denied = Call("create_tags", None, refusal("UnauthorizedOperation"))
        outcome = work(scope, [listed(), INSTANCES, Call("create_snapshots", None, made("snap-1")), denied])
        assert outcome.failures == {}
        assert len(outcome.warnings) == 1


class TestWaiting:
    @pytest.mark.parametrize(
        ("states", "status"),
        [
            (["completed", "completed"], "passed"),
            (["completed", "pending"], ""),
            (["completed"], ""),
            (["completed", "error"], "failed"),
            (["pending", "error"], "failed"),
            ([], ""),
        ],
    )
    def test_a_set_is_complete_when_all_of_it_is(self, states: list[str], status: str) -> None:
        ids = ["snap-0", "snap-1"]
        snapshots = [Snapshot.from_api(raw(f"snap-{number}", state)) for number, state in enumerate(states)]
        assert judge(ids, snapshots)[0] == status

    def test_each_set_is_recorded_as_it_completes(self) -> None:
        scope = MemoryScope([])
        for number, node_id in enumerate((A, B)):
            operation_id = scope.intend(
                KIND, [node(node_id)], poller=POLLER, account=ACCOUNT, region=REGION, request={}
            )
            scope.sent(operation_id, f"snap-{number}")
        wire = Wire(
            [
                listed(raw("snap-0", "completed"), raw("snap-1")),
                Call(
                    "describe_snapshots", None, {"Snapshots": [{**raw("snap-1", "error"), "StateMessage": "the key"}]}
                ),
            ]
        )
        progress = Progress()
        session: Any = FakeSession({(ACCOUNT, REGION): wire})
        waiter = SnapshotWaiter(session, scope, wanted_of_scope(scope, POLLER, progress), progress)
        assert waiter.look() is False
        assert scope.snapshots[A][0]["state"] == "completed"
        assert waiter.look() is True
        wire.finish()
        assert "snap-1: the key" in scope.failed[B]
        assert progress.to_dict({}) == {"done": 2, "total": 2, "finished": True, "waiting": [], "detail": ""}

    def test_the_newest_set_of_a_node(self) -> None:
        old = [raw("snap-1", node=A, operation="x", minute=1), raw("snap-2", node=A, operation="x", minute=1)]
        new = [raw("snap-3", node=A, operation="y", minute=2), raw("snap-4", node=A, operation="y", minute=2)]
        wire = Wire([listed(*old, *new)])
        found = sets_of_nodes(wire.connection(), [A])
        assert {snapshot.snapshot_id for snapshot in found[A]} == {"snap-3", "snap-4"}
