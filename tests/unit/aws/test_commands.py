# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How commands are sent exactly once, and what becomes of nodes that cannot take one."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._aws.command_search import looks_for, since_of
from ansible_collections.hybridops.patching.plugins.module_utils._aws.commands import (
    CommandPlan,
    CommandSpec,
    plan_same,
)
from ansible_collections.hybridops.patching.plugins.module_utils._aws.send_command import POLLER, Sender
from ansible_collections.hybridops.patching.plugins.module_utils._aws.start_commands import Started, start_commands
from ansible_collections.hybridops.patching.plugins.module_utils._core.errors import CloudError, GateClosed
from ansible_collections.hybridops.patching.plugins.module_utils._core.nodes import Node
from ansible_collections.hybridops.patching.plugins.module_utils._core.scope import NullScope, Operation, Scope
from botocore.exceptions import ReadTimeoutError

from tests.unit.aws.scopes import MemoryScope
from tests.unit.aws.wire import ACCOUNT, REGION, Call, FakeSession, Wire, managed, refusal

SPEC = CommandSpec("AWS-RunPatchBaseline", {"Operation": ["Scan"]})
A, B = "i-0000000000000000a", "i-0000000000000000b"
COMMAND_ID = "11111111-2222-3333-4444-555555555555"


def node(node_id: str, account: str = ACCOUNT, region: str = REGION, os_family: str = "linux") -> Node:
    return Node(node_id=node_id, provider="aws", account=account, region=region, os_family=os_family)


def accepted(command_id: str = COMMAND_ID) -> dict[str, Any]:
    return {"Command": {"CommandId": command_id}}


def lost() -> ReadTimeoutError:
    return ReadTimeoutError(endpoint_url="https://ssm.example")


def start(
    scope: Scope,
    wires: dict[tuple[str, str], Wire | CloudError] | Wire,
    *,
    check_mode: bool = False,
    kind: str = "work",
) -> Started:
    session: Any = FakeSession(wires if isinstance(wires, dict) else {(ACCOUNT, REGION): wires})
    nodes = scope.nodes()

    def plan(todo: Any) -> CommandPlan:
        return plan_same(todo, SPEC, REGION)

    return start_commands(session, Sender(scope, kind), nodes, plan, check_mode=check_mode)


class TestSending:
    def test_intent_comes_before_the_request_and_the_handle_after(self) -> None:
        scope = MemoryScope([node(A), node(B)])
        request = SPEC.request([A, B], "run=run-1 op=op1")
        wire = Wire([Call("send_command", request, accepted())])
        started = start(scope, wire)
        wire.finish()
        assert scope.events == ["intend op1", "sent op1"]
        assert scope.written["op1"].handle == COMMAND_ID
        assert scope.phases == {A: "started", B: "started"}
        assert started.result(details=True)["commands"][0]["node_ids"] == [A, B]

    def test_a_closed_gate_lets_nothing_out(self) -> None:
        wire = Wire([])
        with pytest.raises(GateClosed):
            start(MemoryScope([node(A)], gate_open=False), wire)
        assert wire.sent == []

    def test_check_mode_tells_what_would_be_sent_and_sends_nothing(self) -> None:
        wire = Wire([])
        predicted = start(NullScope([node(A)]), wire, check_mode=True).result(details=True)
        real = start(NullScope([node(A)]), Wire([Call("send_command", None, accepted())])).result(details=True)
        assert wire.sent == []
        assert predicted["changed"] is real["changed"] is True
        assert predicted["diff"] == real["diff"]
        assert predicted["nodes"] == real["nodes"]

    def test_a_node_that_has_its_command_gets_no_second_one(self) -> None:
        scope = MemoryScope([node(A), node(B)])
        scope.add(Operation("old", "work", "install", POLLER, ACCOUNT, REGION, "sent", node_ids=(A,), pending=(A,)))
        wire = Wire([Call("send_command", SPEC.request([B], "run=run-1 op=op2"), accepted())])
        started = start(scope, wire)
        wire.finish()
        assert started.result(details=False)["nodes"] == {
            "total": 2, "changed": 1, "ok": 2, "failed": 0, "failures": [], "failures_omitted": 0,
        }  # fmt: skip

    def test_another_kind_is_another_command(self) -> None:
        scope = MemoryScope([node(A)])
        scope.add(Operation("old", "other", "install", POLLER, ACCOUNT, REGION, "finished", node_ids=(A,)))
        wire = Wire([Call("send_command", None, accepted())])
        start(scope, wire)
        wire.finish()

    def test_a_refusal_for_all_is_the_call_s_failure_and_leaves_nothing_under_way(self) -> None:
        scope = MemoryScope([node(A)])
        with pytest.raises(CloudError, match="InvalidDocument"):
            start(scope, Wire([Call("send_command", None, refusal("InvalidDocument"))]))
        assert [operation.state for operation in scope.written.values()] == ["not_sent"]
        assert scope.failed == {}

    def test_a_target_that_is_refused_does_not_stop_the_other(self) -> None:
        scope = MemoryScope([node(A), node(B, account="222222222222")])
        denied = CloudError("Could not assume the role", code="AccessDenied")
        wire = Wire([Call("send_command", None, accepted())])
        wires: dict[tuple[str, str], Wire | CloudError] = {(ACCOUNT, REGION): wire, ("222222222222", REGION): denied}
        started = start(scope, wires)
        assert started.failures == scope.failed == {B: "Could not assume the role"}
        assert [command["node_ids"] for command in started.commands] == [[A]]


class TestOneNodeSpoilsTheRequest:
    def test_a_node_that_is_not_managed_is_left_out(self) -> None:
        scope = MemoryScope([node(A), node(B)])
        asked = {"Filters": [{"Key": "InstanceIds", "Values": [A, B]}], "MaxResults": 50}
        wire = Wire(
            [
                Call("send_command", None, refusal("InvalidInstanceId")),
                Call("describe_instance_information", asked, managed(A)),
                Call("send_command", SPEC.request([A], "run=run-1 op=op3"), accepted()),
            ]
        )
        started = start(scope, wire)
        wire.finish()
        assert [command["node_ids"] for command in started.commands] == [[A]]
        assert "not registered with Systems Manager" in started.failures[B]
        assert scope.failed == started.failures
        assert [operation.state for operation in scope.written.values()] == ["not_sent", "finished", "sent"]

    def test_when_all_are_managed_each_half_is_tried(self) -> None:
        scope = MemoryScope([node(A), node(B)])
        wire = Wire(
            [
                Call("send_command", None, refusal("UnsupportedPlatformType")),
                Call("describe_instance_information", None, managed(A, B)),
                Call("send_command", SPEC.request([A], "run=run-1 op=op2"), accepted()),
                Call("send_command", SPEC.request([B], "run=run-1 op=op3"), refusal("UnsupportedPlatformType")),
            ]
        )
        started = start(scope, wire)
        wire.finish()
        assert list(started.failures) == [B]

    def test_a_single_unmanaged_node_fails_as_a_node(self) -> None:
        scope = MemoryScope([node(A)])
        started = start(scope, Wire([Call("send_command", None, refusal("InvalidInstanceId"))]))
        assert list(started.failures) == [A]
        assert not started.result(details=False)["changed"]


class TestLostAnswers:
    def test_the_accepted_command_is_found_and_not_sent_again(self) -> None:
        scope = MemoryScope([node(A)])
        other = {"CommandId": "0" * 36, "Comment": "run=run-1 op=op11"}
        mine = {"CommandId": COMMAND_ID, "Comment": "run=run-1 op=op1"}
        wire = Wire(
            [
                Call("send_command", None, lost()),
                Call("list_commands", None, {"Commands": []}),
                Call("list_commands", None, {"Commands": [other], "NextToken": "t"}),
                Call("list_commands", None, {"Commands": [mine]}),
            ]
        )
        start(scope, wire)
        wire.finish()
        assert scope.written["op1"].handle == COMMAND_ID

    def test_one_that_was_not_accepted_is_sent_again_once(self) -> None:
        scope = MemoryScope([node(A)])
        looks = [Call("list_commands", None, {"Commands": []}) for _look in range(4)]
        wire = Wire([Call("send_command", None, lost()), *looks, Call("send_command", None, accepted())])
        start(scope, wire)
        wire.finish()
        assert scope.written["op1"].state == "sent"

    def test_when_even_looking_fails_the_node_fails_and_the_intent_stays(self) -> None:
        scope = MemoryScope([node(A)])
        wire = Wire([Call("send_command", None, lost()), Call("list_commands", None, refusal("AccessDeniedException"))])
        started = start(scope, wire)
        wire.finish()
        assert "Whether it was accepted is not known" in started.failures[A]
        assert scope.written["op1"].state == "intended"

    def test_the_search_is_bounded_by_document_and_time(self) -> None:
        scope = MemoryScope([node(A)])
        mine = {"CommandId": COMMAND_ID, "Comment": "run=run-1 op=op1"}
        wire = Wire([Call("send_command", None, lost()), Call("list_commands", None, {"Commands": [mine]})])
        start(scope, wire)
        _operation, asked = wire.sent[-1]
        assert {entry["key"] for entry in asked["Filters"]} == {"InvokedAfter", "DocumentName"}


class TestResume:
    def intended(self) -> MemoryScope:
        scope = MemoryScope([node(A)])
        scope.add(
            Operation(
                "op9", "work", "install", POLLER, ACCOUNT, REGION, "intended",
                intended_at="2026-11-21T10:00:00Z", request=SPEC.remembered(), node_ids=(A,), pending=(A,),
            )
        )  # fmt: skip
        return scope

    def test_a_command_that_was_accepted_is_taken_up(self) -> None:
        scope = self.intended()
        found = {"CommandId": COMMAND_ID, "Comment": "run=run-1 op=op9"}
        since = {"key": "InvokedAfter", "value": "2026-11-21T09:50:00Z"}
        asked = {"Filters": [since, {"key": "DocumentName", "value": SPEC.document}], "MaxResults": 50}
        wire = Wire([Call("list_commands", asked, {"Commands": [found]})])
        started = start(scope, wire)
        wire.finish()
        assert (scope.written["op9"].state, scope.written["op9"].handle) == ("sent", COMMAND_ID)
        assert not started.result(details=False)["changed"]

    def test_one_that_never_left_is_sent(self) -> None:
        scope = self.intended()
        wire = Wire([Call("list_commands", None, {"Commands": []}), Call("send_command", None, accepted())])
        start(scope, wire)
        wire.finish()
        assert [operation.state for operation in scope.written.values()] == ["not_sent", "sent"]

    def test_one_of_just_now_is_looked_for_longer(self) -> None:
        now = since_of("2026-11-21T10:00:00Z")
        assert len(looks_for(now, now)) > len(looks_for(now, now.replace(hour=11))) == 1

    def test_when_it_cannot_be_found_out_nothing_is_sent(self) -> None:
        scope = self.intended()
        started = start(scope, Wire([Call("list_commands", None, refusal("AccessDeniedException"))]))
        assert A in started.failures
        assert scope.written["op9"].state == "intended"
