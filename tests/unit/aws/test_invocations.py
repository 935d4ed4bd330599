# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What commands did: only an end is an end, failures are explained, outputs are whole."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._aws.command_poller import (
    CommandPoller,
    commands_of_scope,
    with_node_ids,
)
from ansible_collections.hybridops.patching.plugins.module_utils._aws.invocations import (
    Command,
    failure_detail,
    is_end,
    read_invocations,
)
from ansible_collections.hybridops.patching.plugins.module_utils._aws.whole_output import MOST_OUTPUT
from ansible_collections.hybridops.patching.plugins.module_utils._core.errors import CloudError
from ansible_collections.hybridops.patching.plugins.module_utils._core.nodes import Node
from ansible_collections.hybridops.patching.plugins.module_utils._core.polling import Progress, look_until
from ansible_collections.hybridops.patching.plugins.module_utils._core.scope import NullScope
from botocore.response import StreamingBody

from tests.unit.aws.scopes import MemoryScope
from tests.unit.aws.wire import ACCOUNT, REGION, Call, FakeSession, Wire, refusal

A, B = "i-0000000000000000a", "i-0000000000000000b"
ID = "11111111-2222-3333-4444-555555555555"
LISTED = {"CommandId": ID, "Details": True, "MaxResults": 50}


def invocation(node_id: str, status: str, output: str = "", code: int | None = None, **plugin: Any) -> dict[str, Any]:
    step = {"Name": "aws:runShellScript", "Output": output, **plugin}
    if code is not None:
        step["ResponseCode"] = code
    short = {"Execution Timed Out": "TimedOut", "Delivery Timed Out": "TimedOut"}.get(status, status)
    return {"CommandId": ID, "InstanceId": node_id, "Status": short, "StatusDetails": status, "CommandPlugins": [step]}


def listed(*invocations: dict[str, Any], token: str = "") -> dict[str, Any]:
    return {"CommandInvocations": list(invocations), **({"NextToken": token} if token else {})}


class TestStatus:
    @pytest.mark.parametrize("status", ["Pending", "InProgress", "In Progress", "Delayed", "Cancelling", ""])
    def test_not_ended(self, status: str) -> None:
        assert not is_end(status)

    @pytest.mark.parametrize(
        ("status", "says"),
        [
            ("Failed", "exit code 3"),
            ("Execution Timed Out", "execution timeout"),
            ("ExecutionTimedOut", "execution timeout"),
            ("Delivery Timed Out", "Is the agent online"),
            ("DeliveryTimedOut", "Is the agent online"),
            ("Undeliverable", "could not be delivered"),
            ("Terminated", "max_errors"),
            ("Cancelled", "cancelled"),
            ("SomethingNew", "ended as SomethingNew"),
        ],
    )
    def test_an_end_that_is_a_failure_is_explained(self, status: str, says: str) -> None:
        assert is_end(status)
        assert says in failure_detail(status, 3, "", "", "")

    def test_success_needs_no_words(self) -> None:
        assert failure_detail("Success", 0, "all is well", "", "") == ""

    def test_the_last_line_of_the_error_is_told_and_bounded(self) -> None:
        detail = failure_detail("Failed", 1, "out", "first\nno space left on device\n", "")
        assert detail == "the command failed on it with exit code 1: no space left on device"
        assert len(failure_detail("Failed", 1, "", "x" * 5000, "")) == 300

    def test_what_the_agent_adds_is_not_taken_for_the_reason(self) -> None:
        errors = "disk full\nfailed to run commands: exit status 3\n"
        assert failure_detail("Failed", 3, "", errors, "").endswith("exit code 3: disk full")


class TestReading:
    def read(self, *calls: Call, node_ids: tuple[str, ...] = ()) -> list[Any]:
        wire = Wire(list(calls))
        found = read_invocations(wire.connection(), Command(ID, ACCOUNT, REGION, node_ids=node_ids))
        wire.finish()
        return found

    def test_output_and_error_are_told_apart(self) -> None:
        text = "seen\n----------ERROR-------\nbad\n"
        found = self.read(Call("list_command_invocations", LISTED, listed(invocation(A, "Failed", text, 2))))
        assert (found[0].output, found[0].error_output, found[0].response_code) == ("seen", "bad\n", 2)

    def test_a_cut_output_is_read_whole(self) -> None:
        cut = "x" * 2480 + "--output truncated--"
        whole = {"StandardOutputContent": "y" * 9000, "StandardErrorContent": "z"}
        asked = {"CommandId": ID, "InstanceId": A, "PluginName": "aws:runShellScript"}
        found = self.read(
            Call("list_command_invocations", LISTED, listed(invocation(A, "Success", cut, 0))),
            Call("get_command_invocation", asked, whole),
        )
        assert (found[0].output, found[0].error_output) == ("y" * 9000, "z")

    def full(self, url: str, *calls: Call) -> Any:
        """An output of which the service keeps a part only, read with all that the bucket has."""
        cut = {"StandardOutputContent": "y" * 23_980 + "--output truncated--", "StandardOutputUrl": url}
        asked = {"CommandId": ID, "InstanceId": A, "PluginName": "aws:runShellScript"}
        wire = Wire(
            [
                Call("list_command_invocations", LISTED, listed(invocation(A, "Success", "x" * 2500, 0))),
                Call("get_command_invocation", asked, cut),
                *calls,
            ]
        )
        (found,) = read_invocations(wire.connection(), Command(ID, ACCOUNT, REGION), full=True)
        wire.finish()
        return found

    @pytest.mark.parametrize(
        "url",
        [
            "https://s3.eu-central-1.amazonaws.com/outputs/runs/r1/stdout",
            "https://s3-eu-central-1.amazonaws.com/outputs/runs/r1/stdout",
            "https://s3.amazonaws.com/outputs/runs/r1/stdout",
            "https://s3.cn-north-1.amazonaws.com.cn/outputs/runs/r1/stdout",
            "https://outputs.s3.eu-central-1.amazonaws.com/runs/r1/stdout",
        ],
    )
    def test_what_the_service_has_cut_is_read_from_the_bucket(self, url: str) -> None:
        body = {"Body": StreamingBody(BytesIO(b"z" * 70_000), 70_000)}
        found = self.full(url, Call("get_object", {"Bucket": "outputs", "Key": "runs/r1/stdout"}, body))
        assert (len(found.output), found.output_detail) == (70_000, "")

    def test_more_than_a_mebibyte_is_not_read(self) -> None:
        body = {"Body": StreamingBody(BytesIO(b"z" * (MOST_OUTPUT + 9)), MOST_OUTPUT + 9)}
        found = self.full("https://s3.amazonaws.com/outputs/k", Call("get_object", None, body))
        assert len(found.output) == MOST_OUTPUT
        assert "longer than 1048576 bytes" in found.output_detail

    def test_an_object_that_is_not_there_is_told_and_fails_nothing(self) -> None:
        missing = refusal("NoSuchKey", "The specified key does not exist.", 404)
        found = self.full("https://s3.amazonaws.com/outputs/k", Call("get_object", None, missing))
        assert (found.status, len(found.output)) == ("Success", 24_000)
        assert "s3://outputs/k" in found.output_detail
        assert "NoSuchKey" in found.output_detail
        assert found.result.output.endswith(f"({found.output_detail})")

    def test_without_a_bucket_nothing_keeps_the_rest(self) -> None:
        assert "output_s3_bucket_name" in self.full("").output_detail

    def test_a_transfer_that_breaks_off_is_begun_again(self) -> None:
        broken = {"Body": StreamingBody(BytesIO(b"z"), 30_000)}
        whole = {"Body": StreamingBody(BytesIO(b"z" * 30_000), 30_000)}
        found = self.full(
            "https://s3.amazonaws.com/outputs/k", Call("get_object", None, broken), Call("get_object", None, whole)
        )
        assert (len(found.output), found.output_detail) == (30_000, "")

    def test_an_output_that_is_not_cut_costs_no_request(self) -> None:
        self.read(Call("list_command_invocations", LISTED, listed(invocation(A, "Success", "short", 0))))

    def test_steps_for_another_platform_are_passed_over(self) -> None:
        entry = invocation(A, "Failed", "patched", 1)
        skipped = "Step execution skipped due to incompatible platform. Step name: PatchWindows"
        entry["CommandPlugins"].insert(0, {"Name": "PatchWindows", "Output": skipped, "ResponseCode": 0})
        found = self.read(Call("list_command_invocations", LISTED, listed(entry)))
        assert (found[0].output, found[0].response_code) == ("patched", 1)

    def test_every_page_and_only_the_wanted_nodes(self) -> None:
        found = self.read(
            Call("list_command_invocations", LISTED, listed(invocation(A, "Success"), token="t")),
            Call("list_command_invocations", {**LISTED, "NextToken": "t"}, listed(invocation(B, "InProgress"))),
            node_ids=(B,),
        )
        assert [(one.node_id, one.ended) for one in found] == [(B, False)]


class TestPolling:
    def poller(self, *looks: dict[str, Any] | Exception) -> tuple[MemoryScope, CommandPoller, Wire]:
        scope = MemoryScope([])
        operation_id = scope.intend(
            "work", [Node(A), Node(B)], poller="ssm_command_info", account=ACCOUNT, region=REGION, request={}
        )
        scope.sent(operation_id, ID)
        wire = Wire([Call("list_command_invocations", LISTED, answer) for answer in looks])
        session: Any = FakeSession({(ACCOUNT, REGION): wire})
        progress = Progress()
        commands = commands_of_scope(scope, "ssm_command_info", progress)
        return scope, CommandPoller(session, scope, commands, progress), wire

    def test_none_at_first_is_not_done(self) -> None:
        scope, poller, _wire = self.poller(listed())
        assert poller.look() is False
        assert scope.outcomes == {}
        assert poller.progress.to_dict({A: "alpha"}) == {
            "done": 0, "total": 2, "finished": False, "waiting": ["alpha", B], "detail": "2 not listed yet",
        }  # fmt: skip

    def test_each_result_is_recorded_once_as_it_comes(self) -> None:
        scope, poller, wire = self.poller(
            listed(invocation(A, "Success", "fine", 0), invocation(B, "InProgress")),
            listed(invocation(A, "Success", "fine", 0), invocation(B, "Delivery Timed Out")),
        )
        assert poller.look() is False
        assert [(r.status, r.output) for r in scope.outcomes.values()] == [("passed", "fine")]
        assert scope.written["op1"].pending == (B,)
        assert poller.look() is True
        wire.finish()
        assert scope.outcomes[B].status == "failed"
        assert scope.written["op1"].state == "finished"
        assert poller.failures == {B: scope.outcomes[B].detail}
        assert len(poller.invocations) == 2

    def test_progress_counts_what_ended_in_an_earlier_call(self) -> None:
        scope, poller, _wire = self.poller(listed(invocation(A, "Success"), invocation(B, "InProgress")))
        poller.look()
        progress = Progress()
        commands = commands_of_scope(scope, "ssm_command_info", progress)
        again = CommandPoller(poller.session, scope, commands, progress)
        assert (again.progress.to_dict({})["done"], again.progress.to_dict({})["total"]) == (1, 2)

    def test_a_service_that_answers_nothing_at_all_fails_the_call(self) -> None:
        _scope, poller, _wire = self.poller(refusal("AccessDeniedException"))
        with pytest.raises(CloudError, match="AccessDeniedException"):
            poller.look()

    @pytest.mark.parametrize(("lasting", "failed"), [(True, True), (False, False)])
    def test_one_target_that_does_not_answer(self, lasting: bool, failed: bool) -> None:
        wire = Wire([Call("list_command_invocations", None, listed(invocation(A, "InProgress")))])
        broken = CloudError("Could not ask", code="X", lasting=lasting)
        session: Any = FakeSession({(ACCOUNT, REGION): wire, ("222222222222", REGION): broken})
        commands = [Command(ID, ACCOUNT, REGION, node_ids=(A,)), Command("2", "222222222222", REGION, node_ids=(B,))]
        poller = CommandPoller(session, NullScope([]), commands)
        assert poller.look() is False
        assert (B in poller.failures) is failed
        assert (B in poller.progress.waiting) is not failed
        assert bool(poller.progress.notes) is not failed

    def test_a_command_without_nodes_is_looked_up(self) -> None:
        wire = Wire([Call("list_commands", {"CommandId": ID}, {"Commands": [{"CommandId": ID, "InstanceIds": [A]}]})])
        session: Any = FakeSession({("", REGION): wire})
        assert with_node_ids(session, [Command(ID, "", REGION)])[0].node_ids == (A,)

    def test_a_command_that_does_not_exist(self) -> None:
        session: Any = FakeSession({("", REGION): Wire([Call("list_commands", None, {"Commands": []})])})
        with pytest.raises(CloudError, match="no such command"):
            with_node_ids(session, [Command(ID, "", REGION)])


class TestLookUntil:
    def test_it_looks_at_least_once_and_never_longer_than_asked(self) -> None:
        slept: list[float] = []
        looks: list[int] = []

        def look() -> bool:
            looks.append(1)
            return False

        look_until(look, 6, slept.append, lambda: sum(slept))
        assert sum(slept) == 6
        looks.clear()
        look_until(look, 0, slept.append, lambda: sum(slept))
        assert len(looks) == 1

    def test_it_ends_when_all_is_done(self) -> None:
        answers = [False, True]
        slept: list[float] = []
        look_until(lambda: answers.pop(0), 60, slept.append, lambda: sum(slept))
        assert answers == []
        assert len(slept) == 1
