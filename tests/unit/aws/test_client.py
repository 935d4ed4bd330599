# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one place that repeats requests: what is repeated, for how long, and what never is."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._core.errors import CloudError, OutcomeUnknown
from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError, NoCredentialsError, ReadTimeoutError

from tests.unit.aws.wire import Call, Wire, refusal

COMMANDS: dict[str, Any] = {"Commands": []}


def lost() -> ReadTimeoutError:
    return ReadTimeoutError(endpoint_url="https://ssm.example")


def unreachable() -> EndpointConnectionError:
    return EndpointConnectionError(endpoint_url="https://ssm.example")


class TestSafeRequests:
    @pytest.mark.parametrize(
        "error",
        [
            refusal("ThrottlingException"),
            refusal("RequestLimitExceeded", status=503),
            refusal("RateExceeded"),
            refusal("TooManyUpdates"),
            refusal("Whatever", status=429),
            refusal("InternalServerError", status=500),
            refusal("ServiceUnavailable", status=503),
            lost(),
            unreachable(),
        ],
        ids=["throttled", "ec2", "rate", "updates", "429", "500", "503", "lost", "unreachable"],
    )
    def test_what_passes_is_asked_again(self, error: Exception) -> None:
        wire = Wire([Call("list_commands", {}, error), Call("list_commands", {}, COMMANDS)])
        assert wire.connection().call("ssm", "list_commands", "list")["Commands"] == []
        wire.finish()
        assert len(wire.slept) == 1

    @pytest.mark.parametrize("code", ["ValidationException", "AccessDeniedException", "InvalidInstanceId"])
    def test_what_lasts_is_not_asked_again(self, code: str) -> None:
        wire = Wire([Call("list_commands", {}, refusal(code))])
        with pytest.raises(CloudError) as caught:
            wire.connection().call("ssm", "list_commands", "list the commands")
        assert (caught.value.code, caught.value.lasting, wire.slept) == (code, True, [])

    def test_the_service_s_own_wait_is_kept(self) -> None:
        throttled = refusal("ThrottlingException", retry_after="7")
        wire = Wire([Call("list_commands", {}, throttled), Call("list_commands", {}, COMMANDS)])
        wire.connection().call("ssm", "list_commands", "list")
        assert wire.slept == [7.0]

    def test_the_total_time_is_bounded(self) -> None:
        wire = Wire([Call("list_commands", {}, refusal("ThrottlingException")) for _attempt in range(100)])
        with pytest.raises(CloudError, match="too many requests") as caught:
            wire.connection().call("ssm", "list_commands", "list")
        assert not caught.value.lasting
        assert 30 < wire.now <= 60

    def test_an_endpoint_that_cannot_be_reached_is_given_up_soon(self) -> None:
        wire = Wire([Call("list_commands", {}, unreachable()) for _attempt in range(100)])
        with pytest.raises(CloudError, match="Check that the endpoint can be reached"):
            wire.connection().call("ssm", "list_commands", "list")
        assert wire.now <= 5

    def test_bad_parameters_never_leave(self) -> None:
        wire = Wire([Call("list_commands", None, COMMANDS)])
        with pytest.raises(CloudError, match="Nothing was sent"):
            wire.connection().call("ssm", "list_commands", "list", Nonsense=1)


class TestRequestsThatActTwice:
    @pytest.mark.parametrize(
        "error",
        [refusal("ThrottlingException"), refusal("RequestLimitExceeded", status=503), unreachable(),
         ConnectTimeoutError(endpoint_url="https://ssm.example")],
        ids=["throttled", "throttled with 503", "not connected", "connect timed out"],
    )  # fmt: skip
    def test_what_surely_did_not_act_is_sent_again(self, error: Exception) -> None:
        answer = {"Command": {"CommandId": "c" * 36}}
        wire = Wire([Call("send_command", None, error), Call("send_command", None, answer)])
        wire.connection().send_once("ssm", "send_command", "send", DocumentName="AWS-RunShellScript")
        wire.finish()

    @pytest.mark.parametrize(
        "error", [lost(), refusal("InternalServerError", status=500), refusal("Odd", status=502)], ids=repr
    )
    def test_what_may_have_acted_is_not(self, error: Exception) -> None:
        wire = Wire([Call("send_command", None, error)])
        with pytest.raises(OutcomeUnknown):
            wire.connection().send_once("ssm", "send_command", "send", DocumentName="AWS-RunShellScript")
        assert wire.operations() == ["send_command"]

    @pytest.mark.parametrize("error", [refusal("InvalidDocument"), NoCredentialsError()], ids=["refused", "not sent"])
    def test_a_refusal_is_no_unknown_outcome(self, error: Exception) -> None:
        wire = Wire([Call("send_command", None, error)])
        with pytest.raises(CloudError) as caught:
            wire.connection().send_once("ssm", "send_command", "send", DocumentName="AWS-RunShellScript")
        assert not isinstance(caught.value, OutcomeUnknown)


class TestPages:
    def test_every_page_is_read(self) -> None:
        pages = [
            Call("describe_patch_groups", {"MaxResults": 2}, {"Mappings": [{"PatchGroup": "a"}], "NextToken": "t1"}),
            Call("describe_patch_groups", {"MaxResults": 2, "NextToken": "t1"}, {"Mappings": [], "NextToken": "t2"}),
            Call("describe_patch_groups", {"MaxResults": 2, "NextToken": "t2"}, {"Mappings": [{"PatchGroup": "b"}]}),
        ]
        wire = Wire(pages)
        listed = wire.connection().pages("ssm", "describe_patch_groups", "Mappings", "read", MaxResults=2)
        assert [entry["PatchGroup"] for entry in listed] == ["a", "b"]
        wire.finish()

    def test_a_service_that_gives_the_same_page_for_ever(self) -> None:
        page = {"Mappings": [], "NextToken": "t"}
        wire = Wire([Call("describe_patch_groups", None, page), Call("describe_patch_groups", None, page)])
        with pytest.raises(CloudError, match="same page twice"):
            list(wire.connection().pages("ssm", "describe_patch_groups", "Mappings", "read"))

    def test_a_page_is_asked_for_again_when_throttled(self) -> None:
        wire = Wire(
            [
                Call("describe_patch_groups", {}, {"Mappings": [{"PatchGroup": "a"}], "NextToken": "t"}),
                Call("describe_patch_groups", {"NextToken": "t"}, refusal("ThrottlingException")),
                Call("describe_patch_groups", {"NextToken": "t"}, {"Mappings": [{"PatchGroup": "b"}]}),
            ]
        )
        listed = list(wire.connection().pages("ssm", "describe_patch_groups", "Mappings", "read"))
        assert [entry["PatchGroup"] for entry in listed] == ["a", "b"]
