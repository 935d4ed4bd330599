# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one place that repeats requests to Azure: what is repeated, for how long, and what never is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._azure.answer import Answer
from ansible_collections.hybridops.patching.plugins.module_utils._azure.client import Connection
from ansible_collections.hybridops.patching.plugins.module_utils._azure.quota import Quota, kind_of
from ansible_collections.hybridops.patching.plugins.module_utils._azure.wire import (
    LOST,
    NO_CREDENTIALS,
    NO_TOKEN_NOW,
    NOT_CONNECTED,
    Unanswered,
)
from ansible_collections.hybridops.patching.plugins.module_utils._core.errors import (
    CloudError,
    OutcomeUnknown,
    OutOfTime,
)
from ansible_collections.hybridops.patching.plugins.module_utils._core.patience import Patience

from tests.unit.azure.wire import ENDPOINT, SUBSCRIPTION, Clock, Request, Wire, refused

PATH = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Compute/virtualMachines"
OK = Answer(200, {"value": []})
GRAPH = "/providers/Microsoft.ResourceGraph/resources"


def patience(clock: Clock) -> Patience:
    return Patience(answer=60.0, connect=5.0, sleep=clock.sleep, clock=clock)


def connection(*answers: Answer | Unanswered, method: str = "GET", path: str = PATH) -> tuple[Connection, Wire, Clock]:
    wire, clock = Wire([Request(method, path, answer) for answer in answers]), Clock()
    return Connection(SUBSCRIPTION, "", wire, patience=patience(clock)), wire, clock


def lost() -> Unanswered:
    return Unanswered(LOST, "ReadTimeout", "timed out")


def unreachable() -> Unanswered:
    return Unanswered(NOT_CONNECTED, "ConnectionError", "refused")


class TestSafeRequests:
    @pytest.mark.parametrize(
        "outcome",
        [refused(429, "TooManyRequests"), refused(500, "InternalServerError"), refused(503, "ServerBusy"),
         refused(408, "RequestTimeout"), lost(), unreachable()],
        ids=["429", "500", "503", "408", "lost", "unreachable"],
    )  # fmt: skip
    def test_what_passes_is_asked_again(self, outcome: Answer | Unanswered) -> None:
        there, wire, clock = connection(outcome, OK)
        assert there.call("GET", PATH, "1", "list").body == {"value": []}
        wire.finish()
        assert len(clock.slept) == 1

    def test_a_query_of_resource_graph_refused_without_a_time_is_asked_again(self) -> None:
        there, wire, _clock = connection(refused(429, "RateLimiting"), OK, method="POST", path=GRAPH)
        there.call("POST", GRAPH, "1", "ask", {"query": "resources"})
        wire.finish()

    @pytest.mark.parametrize("status", [400, 401, 403, 404, 409])
    def test_what_lasts_is_not_asked_again(self, status: int) -> None:
        there, _wire, clock = connection(refused(status, "Whatever"))
        with pytest.raises(CloudError) as caught:
            there.call("GET", PATH, "1", "list the machines")
        assert (caught.value.code, caught.value.lasting, clock.slept) == ("Whatever", True, [])

    def test_no_credentials_are_not_asked_for_again(self) -> None:
        there, _wire, clock = connection(Unanswered(NO_CREDENTIALS, "ClientAuthenticationError", "AADSTS7000215: x"))
        with pytest.raises(CloudError, match="Check secret"):
            there.call("GET", PATH, "1", "list")
        assert clock.slept == []

    def test_an_authority_in_trouble_is_asked_again_and_is_no_lasting_fault(self) -> None:
        busy = Unanswered(NO_TOKEN_NOW, "ClientAuthenticationError", "HTTP Error: 503")
        there, wire, clock = connection(busy, OK)
        there.call("GET", PATH, "1", "list")
        wire.finish()
        there, _wire, clock = connection(*[busy] * 100)
        with pytest.raises(CloudError, match="has trouble or too much to do: repeat later") as caught:
            there.call("GET", PATH, "1", "list")
        assert (caught.value.lasting, clock.now <= 5) == (False, True)

    def test_a_service_that_asks_for_no_wait_is_not_asked_as_fast_as_it_answers(self) -> None:
        throttled = refused(429, "TooManyRequests", **{"retry-after": "0"})
        there, _wire, clock = connection(*[throttled] * 100)
        with pytest.raises(CloudError, match="too many requests"):
            there.call("GET", PATH, "1", "list")
        assert len(clock.slept) < 20

    @pytest.mark.parametrize(
        ("headers", "seconds"),
        [
            ({"retry-after": "7"}, 7.0),
            ({"retry-after-ms": "1500"}, 1.5),
            ({"x-ms-retry-after-ms": "2500"}, 2.5),
            ({"x-ms-user-quota-resets-after": "00:00:05"}, 5.0),
            ({"retry-after": "2", "x-ms-user-quota-resets-after": "00:00:05"}, 2.0),
        ],
    )
    def test_the_service_s_own_wait_is_kept(self, headers: dict[str, str], seconds: float) -> None:
        throttled = Answer(429, {"error": {"code": "TooManyRequests", "message": "no"}}, headers)
        there, _wire, clock = connection(throttled, OK)
        there.call("GET", PATH, "1", "list")
        assert clock.slept == [seconds]

    def test_a_wait_may_be_a_date(self) -> None:
        until = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
        assert 25 < (Answer(429, None, {"retry-after": until}).retry_after or 0) <= 30

    def test_the_total_time_is_bounded(self) -> None:
        there, _wire, clock = connection(*[refused(429, "TooManyRequests") for _attempt in range(100)])
        with pytest.raises(CloudError, match="too many requests") as caught:
            there.call("GET", PATH, "1", "list")
        assert not caught.value.lasting
        assert 30 < clock.now <= 60

    def test_a_wait_that_is_too_long_is_not_begun(self) -> None:
        throttled = Answer(429, {"error": {"code": "TooManyRequests", "message": "no"}}, {"retry-after": "3600"})
        there, _wire, clock = connection(throttled)
        with pytest.raises(CloudError, match="too many requests"):
            there.call("GET", PATH, "1", "list")
        assert clock.slept == []

    def test_an_endpoint_that_cannot_be_reached_is_given_up_soon(self) -> None:
        there, _wire, clock = connection(*[unreachable() for _attempt in range(100)])
        with pytest.raises(CloudError, match="Check that the endpoint can be reached"):
            there.call("GET", PATH, "1", "list")
        assert clock.now <= 5


class TestRequestsThatActTwice:
    @pytest.mark.parametrize(
        "outcome",
        [refused(429, "TooManyRequests"), unreachable(), Unanswered(NO_TOKEN_NOW, "ClientAuthenticationError", "busy")],
        ids=["429", "unreachable", "no token now"],
    )
    def test_what_surely_did_not_act_is_sent_again(self, outcome: Answer | Unanswered) -> None:
        there, wire, _clock = connection(outcome, Answer(202), method="POST")
        assert there.send_once("POST", PATH, "1", "start it").status == 202
        wire.finish()

    @pytest.mark.parametrize(
        "outcome",
        [lost(), refused(500, "InternalServerError"), refused(503, "ServerBusy"), refused(408, "RequestTimeout")],
        ids=["lost", "500", "503", "408"],
    )
    def test_what_may_have_acted_is_not(self, outcome: Answer | Unanswered) -> None:
        there, wire, _clock = connection(outcome, method="POST")
        with pytest.raises(OutcomeUnknown):
            there.send_once("POST", PATH, "1", "start it")
        assert len(wire.sent) == 1

    @pytest.mark.parametrize(
        "outcome",
        [refused(409, "OperationNotAllowed"), Unanswered(NO_CREDENTIALS, "ClientAuthenticationError", "no")],
        ids=["refused", "no token"],
    )
    def test_what_did_not_act_is_a_plain_error(self, outcome: Answer | Unanswered) -> None:
        there, _wire, _clock = connection(outcome, method="POST")
        with pytest.raises(CloudError) as caught:
            there.send_once("POST", PATH, "1", "start it")
        assert not isinstance(caught.value, OutcomeUnknown)


class TestPages:
    def test_links_are_followed_to_the_end(self) -> None:
        pages = [
            Answer(200, {"value": [1], "nextLink": f"{ENDPOINT}{PATH}?page=2"}),
            Answer(200, {"value": [], "nextLink": f"{ENDPOINT}{PATH}?page=3"}),
            Answer(200, {"value": [2]}),
        ]
        there, wire, _clock = connection(*pages)
        assert list(there.pages(PATH, "2024-01-01", "list", {"$filter": "a eq 'b'"})) == [1, 2]
        assert wire.sent[0][2] == {"api-version": "2024-01-01", "$filter": "a eq 'b'"}
        assert [query.get("page") for _method, _path, query, _body in wire.sent] == [None, "2", "3"]

    def test_a_link_to_a_page_that_was_there_is_refused(self) -> None:
        link = f"{ENDPOINT}{PATH}?page=2"
        there, _wire, _clock = connection(
            Answer(200, {"value": [], "nextLink": link}), Answer(200, {"value": [], "nextLink": link})
        )
        with pytest.raises(CloudError, match="the same page twice"):
            list(there.pages(PATH, "1", "list"))

    def test_the_port_of_https_may_be_written(self) -> None:
        link = f"{ENDPOINT}:443{PATH}?page=2"
        there, wire, _clock = connection(Answer(200, {"value": [1], "nextLink": link}), Answer(200, {"value": []}))
        assert list(there.pages(PATH, "1", "list")) == [1]
        assert len(wire.sent) == 2

    @pytest.mark.parametrize(
        "link",
        ["https://evil.example/x", "http://management.azure.com/x", "https://management.azure.com.evil.example/x",
         "https://management.azure.com@evil.example/x", "//evil.example", "x", "https://management.azure.com:444/x",
         "https://management.azure.com:x/x"],
    )  # fmt: skip
    def test_no_token_goes_to_another_host(self, link: str) -> None:
        there, wire, _clock = connection(Answer(200, {"value": [], "nextLink": link}))
        with pytest.raises(CloudError, match="not followed"):
            list(there.pages(PATH, "1", "list"))
        assert len(wire.sent) == 1

    def test_what_is_no_list_is_an_error(self) -> None:
        there, _wire, _clock = connection(Answer(200, "<html>proxy</html>"))
        with pytest.raises(CloudError, match="answered no list"):
            list(there.pages(PATH, "1", "list"))

    def test_a_redirect_is_not_followed(self) -> None:
        there, _wire, _clock = connection(Answer(302, None, {"location": "https://evil.example"}))
        with pytest.raises(CloudError, match="sent the request elsewhere"):
            there.call("GET", PATH, "1", "list")


class TestQuota:
    @pytest.mark.parametrize(
        ("method", "path", "kind"),
        [("GET", PATH, "reads"), ("POST", PATH, "writes"), ("PATCH", PATH, "writes"), ("PUT", PATH, "writes"),
         ("DELETE", PATH, "deletes"), ("POST", GRAPH, "graph")],
    )  # fmt: skip
    def test_each_kind_has_its_bucket(self, method: str, path: str, kind: str) -> None:
        assert kind_of(method, path) == kind

    @pytest.mark.parametrize(("kind", "size", "refill"), [("reads", 250, 25), ("writes", 200, 10), ("graph", 15, 3)])
    def test_no_more_is_sent_than_is_granted(self, kind: str, size: int, refill: int) -> None:
        clock = Clock()
        quota = Quota(clock)
        waits = [quota.reserve("sub", kind) for _request in range(size + refill)]
        assert waits[:size] == [0.0] * size
        assert waits[-1] == pytest.approx(1.0)
        assert waits == sorted(waits)

    def test_subscriptions_do_not_share_but_graph_does(self) -> None:
        quota = Quota(lambda: 0.0)
        for _request in range(200):
            quota.reserve("one", "writes")
        assert quota.reserve("one", "writes") > 0
        assert quota.reserve("two", "writes") == 0
        for _request in range(15):
            quota.reserve("one", "graph")
        assert quota.reserve("two", "graph") > 0

    def test_one_subscription_has_one_bucket_however_it_is_written(self) -> None:
        quota = Quota(lambda: 0.0)
        for _request in range(200):
            quota.reserve("Sub-A", "writes")
        assert quota.reserve("sub-a", "writes") > 0

    def test_what_the_service_says_is_left_counts_when_it_is_less(self) -> None:
        quota = Quota(lambda: 0.0)
        quota.learn("sub", "writes", Answer(200, None, {"x-ms-ratelimit-remaining-subscription-writes": "1"}))
        assert (quota.reserve("sub", "writes"), quota.reserve("sub", "writes") > 0) == (0.0, True)
        quota.learn("sub", "reads", Answer(200, None, {"x-ms-ratelimit-remaining-subscription-reads": "11999"}))
        assert [quota.reserve("sub", "reads") for _request in range(251)][-1] > 0

    def test_it_does_not_count_when_more_was_sent_from_here_than_it_knows_of(self) -> None:
        quota = Quota(lambda: 0.0)
        for _request in range(200):
            quota.reserve("sub", "writes")
        quota.learn("sub", "writes", Answer(200, None, {"x-ms-ratelimit-remaining-subscription-writes": "150"}))
        assert quota.reserve("sub", "writes") > 0

    def test_one_refusal_holds_everyone_back(self) -> None:
        quota = Quota(lambda: 0.0)
        quota.learn("sub", "writes", Answer(429, None, {"retry-after": "9"}))
        assert quota.reserve("sub", "writes") == 9.0

    def test_a_refusal_on_one_connection_holds_another_of_the_same_principal_back(self) -> None:
        clock = Clock()
        quota, throttled = Quota(clock), refused(429, "TooManyRequests", **{"retry-after": "100"})
        wire = Wire([Request("GET", PATH, throttled), Request("GET", PATH, OK)])
        first, second = (Connection(SUBSCRIPTION, "", wire, quota, patience(clock)) for _connection in range(2))
        with pytest.raises(CloudError, match="too many requests"):
            first.call("GET", PATH, "1", "list")
        assert clock.slept == []
        second.call("GET", PATH, "1", "list")
        wire.finish()
        assert clock.slept == [100.0]

    def test_an_empty_graph_quota_is_waited_for(self) -> None:
        quota = Quota(lambda: 0.0)
        headers = {"x-ms-user-quota-remaining": "0", "x-ms-user-quota-resets-after": "00:00:04"}
        quota.learn("sub", "graph", Answer(200, None, headers))
        assert quota.reserve("sub", "graph") == 4.0

    def test_waiting_in_the_own_queue_is_no_fault_of_the_service(self) -> None:
        clock = Clock()
        quota = Quota(clock)
        for _request in range(1200):
            quota.reserve(SUBSCRIPTION, "writes")
        wire = Wire([Request("PUT", PATH, refused(429, "TooManyRequests")), Request("PUT", PATH, OK)])
        there = Connection(SUBSCRIPTION, "", wire, quota, patience(clock))
        there.call("PUT", PATH, "1", "write")
        wire.finish()
        assert clock.now > 100


def test_paths_are_quoted_and_queries_too() -> None:
    there, wire, _clock = connection(OK, path="/a b/ü")
    there.call("GET", "/a b/ü", "1", "look", query={"$filter": "x&y"})
    assert wire.sent[0][2] == {"api-version": "1", "$filter": "x&y"}


class TestTimeThatIsOver:
    """Work that is to end in time sends nothing later, however long a single request may be repeated."""

    def there(self, until: float, *answers: Answer | Unanswered) -> tuple[Connection, Wire, Clock]:
        wire, clock = Wire([Request("GET", PATH, answer) for answer in answers]), Clock()
        limited = Patience(answer=600.0, connect=60.0, sleep=clock.sleep, clock=clock, until=clock() + until)
        return Connection(SUBSCRIPTION, "", wire, patience=limited), wire, clock

    def test_a_request_is_repeated_until_then_and_tells_what_the_service_said(self) -> None:
        there, wire, clock = self.there(100.0, *[refused(429, "TooManyRequests", **{"retry-after": "40"})] * 3)
        with pytest.raises(CloudError, match="TooManyRequests") as error:
            there.call("GET", PATH, "1", "list")
        wire.finish()
        assert sum(clock.slept) == 80.0
        assert not error.value.lasting
        assert not isinstance(error.value, OutOfTime)

    def test_afterwards_nothing_is_sent(self) -> None:
        there, wire, clock = self.there(1.0)
        clock.sleep(2.0)
        with pytest.raises(OutOfTime, match=f"Did not list in subscription {SUBSCRIPTION}: the time"):
            there.call("GET", PATH, "1", "list")
        wire.finish()

    def test_what_would_have_to_wait_for_its_turn_longer_is_not_sent(self) -> None:
        there, wire, clock = self.there(100.0, refused(429, "TooManyRequests", **{"retry-after": "300"}))
        for expected in (CloudError, OutOfTime):
            with pytest.raises(expected):
                there.call("GET", PATH, "1", "list")
        wire.finish()
        assert clock.slept == []


def test_other_services_have_no_api_version() -> None:
    there, wire, _clock = connection(OK, method="POST", path="/v1/workspaces/w/query")
    there.call("POST", "/v1/workspaces/w/query", "", "ask")
    assert wire.sent[0][2] == {}
