# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Resource Graph through the SDK's client: scopes, pages, formats, quota, faults."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError
from azure.mgmt.resourcegraph.models import FacetRequest, QueryRequest, QueryRequestOptions

from tests.sandbox.azure.graph.lag import Lagging
from tests.unit.sandbox.azure.core_kit import FIRST, FOREIGN, LIMITED, MANY, SECOND, CoreSandbox, fleet_data

PATH = "/providers/Microsoft.ResourceGraph/resources"
VERSION = "2024-04-01"
VMS = "resources | where type =~ 'Microsoft.Compute/virtualMachines'"


@pytest.fixture(scope="module")
def started() -> Iterator[CoreSandbox]:
    sandbox = CoreSandbox()
    yield sandbox
    sandbox.close()


@pytest.fixture
def core(started: CoreSandbox) -> CoreSandbox:
    started.reset()
    return started


def query(core: CoreSandbox, text: str, subscriptions: list[str] | None = None, **options: Any) -> Any:
    """A query by the SDK's client."""
    request = QueryRequest(query=text, subscriptions=subscriptions, options=QueryRequestOptions(**options))
    return core.graph().resources(request)


def refusal(core: CoreSandbox, body: dict[str, Any]) -> list[str]:
    """The codes of the details of a request that is refused."""
    answer = core.ask("POST", PATH, VERSION, json=body)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "BadRequest"
    return [detail["code"] for detail in answer.json()["error"]["details"]]


def test_rows_are_those_of_the_subscriptions_that_are_asked_for(core: CoreSandbox) -> None:
    everything = query(core, "resources | project id, subscriptionId, type")
    assert {row["subscriptionId"] for row in everything.data} == {FIRST, SECOND}
    assert {row["type"] for row in everything.data} >= {"microsoft.hybridcompute/machines"}
    assert {row["subscriptionId"] for row in query(core, "resources", [SECOND]).data} == {SECOND}
    assert {row["subscriptionId"] for row in query(core, "resources", [SECOND, FOREIGN]).data} == {SECOND}
    body = {"query": "resources | project subscriptionId"}
    limited = core.ask("POST", PATH, VERSION, core.token(LIMITED), json=body).json()["data"]
    assert {row["subscriptionId"] for row in limited} == {SECOND}
    assert refusal(core, {**body, "subscriptions": [FOREIGN]}) == ["NoValidSubscriptionsInQueryRequest"]
    kinds = {row["type"] for row in query(core, "ResourceContainers | project type").data}
    assert kinds == {"microsoft.resources/subscriptions", "microsoft.resources/subscriptions/resourcegroups"}


def test_a_row_has_the_columns_that_queries_rely_on(core: CoreSandbox) -> None:
    row = query(core, f"{VMS} | where name == 'vm-00'").data[0]
    assert row.keys() >= {
        "id",
        "name",
        "type",
        "tenantId",
        "location",
        "resourceGroup",
        "subscriptionId",
        "tags",
        "zones",
    }
    assert (row["resourceGroup"], row["tags"]["Patch Group"], row["plan"]) == ("rg-one", "x", None)


def test_pages_follow_each_other_by_the_token(core: CoreSandbox) -> None:
    text, seen, token = f"{VMS} | project id, name | order by name asc", list[str](), None
    sizes = []
    while True:
        page = query(core, text, [FIRST], top=5, skip_token=token)
        seen += [row["name"] for row in page.data]
        sizes.append((page.count, page.total_records, page.result_truncated))
        token = page.skip_token
        if not token:
            break
    assert seen == [f"vm-{number:02d}" for number in range(MANY)]
    assert sizes == [(5, MANY, "true"), (5, MANY, "true"), (2, MANY, "false")]
    assert query(core, text, [FIRST], top=2, skip=10).data[0]["name"] == "vm-10"


def test_there_is_no_token_without_id_or_with_a_limit(core: CoreSandbox) -> None:
    for text in (f"{VMS} | project name", f"{VMS} | limit 11 | project id", f"{VMS} | project id | top 11 by id asc"):
        page = query(core, text, [FIRST], top=5)
        assert (page.result_truncated, page.skip_token) == ("true", None)


def test_a_token_belongs_to_its_query(core: CoreSandbox) -> None:
    token = query(core, f"{VMS} | project id", top=5).skip_token
    body = {"query": f"{VMS} | project id, name", "options": {"$skipToken": token}}
    assert refusal(core, body) == ["InvalidSkipToken"]
    assert refusal(core, {"query": VMS, "options": {"$top": 1001}}) == ["InvalidTop"]
    assert refusal(core, {"query": VMS, "options": {"$top": 0}}) == ["InvalidTop"]


def test_more_than_a_thousand_rows_come_in_pages_of_a_thousand() -> None:
    data = fleet_data()
    template = data["machines"][0]
    data["machines"] += [
        {**template, "node_id": template["node_id"].replace("vm-00", f"more-{number}"), "name": f"more-{number}"}
        for number in range(1100)
    ]
    sandbox = CoreSandbox(data)
    try:
        page = query(sandbox, f"{VMS} | project id | order by id asc", [FIRST])
        assert (page.count, page.total_records, page.result_truncated) == (1000, 1100 + MANY, "true")
        rest = query(sandbox, f"{VMS} | project id | order by id asc", [FIRST], skip_token=page.skip_token)
        assert (rest.count, rest.skip_token) == (100 + MANY, None)
        assert len({row["id"] for row in [*page.data, *rest.data]}) == 1100 + MANY
    finally:
        sandbox.close()


def test_tables_are_asked_for_by_the_format(core: CoreSandbox) -> None:
    text = f"{VMS} | where name == 'vm-00' | project name, tags, n = 1, on = true, at = datetime(2026-11-26)"
    table = query(core, text, result_format="table").data
    assert [column["type"] for column in table["columns"]] == ["string", "object", "integer", "boolean", "datetime"]
    assert table["rows"][0][0] == "vm-00"
    old = core.ask("POST", PATH, "2019-04-01", json={"query": text, "subscriptions": [FIRST]}).json()
    assert old["data"]["columns"] == table["columns"]


def test_a_wrong_query_is_told_in_the_services_form(core: CoreSandbox) -> None:
    assert refusal(core, {"query": "resources | frob"}) == ["InvalidQuery", "ParserFailure"]
    assert refusal(core, {"query": "toys"}) == ["InvalidQuery", "ParserFailure"]
    assert refusal(core, {"query": "resources | where nope == 1"}) == ["InvalidQuery", "Default"]
    with pytest.raises(HttpResponseError, match="ParserFailure"):
        query(core, "resources | frob")


def test_what_is_not_served_is_refused(core: CoreSandbox) -> None:
    request = QueryRequest(query="resources", management_groups=["all"])
    with pytest.raises(HttpResponseError, match="no management groups"):
        core.graph().resources(request)
    request = QueryRequest(query="resources", facets=[FacetRequest(expression="location")])
    with pytest.raises(HttpResponseError, match="no facets"):
        core.graph().resources(request)
    wrong = core.ask("POST", PATH, VERSION, json={"query": "resources", "scope": "x"})
    assert wrong.json()["error"]["code"] == "InvalidRequestContent"


def test_queries_have_a_quota_of_their_own() -> None:
    sandbox = CoreSandbox(fleet_data(quotas={"graph": {"size": 2, "refill": 0.4}}))
    try:
        body = {"query": "resources | count"}
        answers = [sandbox.ask("POST", PATH, VERSION, json=body) for _time in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert [answer.headers["x-ms-user-quota-remaining"] for answer in answers] == ["1", "0", "0"]
        assert answers[2].headers["x-ms-user-quota-resets-after"] == "00:00:05"
        assert answers[2].headers["Retry-After"] == "5"
        assert answers[2].json()["error"]["code"] == "RateLimiting"
        assert sandbox.ask("POST", PATH, VERSION, sandbox.token(LIMITED), json=body).status_code == 200
    finally:
        sandbox.close()


def test_queries_are_reads_of_the_service_graph(core: CoreSandbox) -> None:
    core.azure.faults.add({"kind": "throttle", "service": "graph"})
    body = {"query": "resources | count"}
    answer = core.ask("POST", PATH, VERSION, json=body)
    assert (answer.status_code, answer.headers.get("Retry-After")) == (429, None)
    assert core.ask("POST", PATH, VERSION, json=body).json()["data"] == [
        {"Count": core.ask("POST", PATH, VERSION, json={"query": "resources"}).json()["totalRecords"]}
    ]
    entry = core.azure.journal.entries()[0]
    assert (entry["service"], entry["operation"], entry["writing"]) == (
        "graph",
        "Microsoft.ResourceGraph/resources/read",
        False,
    )
    assert entry["params"]["body"]["query"] == "resources | count"


def test_what_changes_is_seen_later() -> None:
    sandbox = CoreSandbox(fleet_data(graph_lag=600))
    try:
        lagging = Lagging(sandbox.azure.world)
        lagging.note("/A", "old")
        assert lagging.seen("/a") is None
        sandbox.azure.world.clock.sleep(700)
        lagging.note("/a", "new")
        assert lagging.seen("/A") == "old"
        sandbox.azure.world.clock.sleep(700)
        assert lagging.seen("/a") == "new"
    finally:
        sandbox.close()
