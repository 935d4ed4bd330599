# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Queries of logs and saved searches, judged by azure-monitor-query and the SDK of Log Analytics."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from azure.core.exceptions import HttpResponseError
from azure.mgmt.loganalytics import LogAnalyticsManagementClient
from azure.mgmt.resourcegraph.models import QueryRequest
from azure.monitor.query import LogsQueryClient, LogsQueryPartialResult, LogsQueryResult, LogsQueryStatus

from tests.sandbox.azure.identity.tokens import object_id
from tests.sandbox.azure.settings import CLIENT_ID
from tests.unit.sandbox.azure.core_kit import LIMITED, OTHER_TENANT, SECOND, STRANGER, CoreSandbox, fleet_data
from tests.unit.sandbox.azure.core_kit import arc_id as arc

GROUP = f"/subscriptions/{SECOND}/resourceGroups/rg-two/providers/Microsoft.OperationalInsights/workspaces"
CUSTOMER = "cccccccc-0000-4000-8000-000000000001"
CONNECTED = "Heartbeat | where TimeGenerated > ago(24h) | distinct Computer, ResourceGroup, OSType, Resource"
PLACEHOLDER = {"name": "nothing", "query": "Heartbeat | where 1 == 0", "functionAlias": "patching_nothing"}
MACHINES = [("arc-02", {}), ("arc-03", {"disconnected_days": 0.5}), ("arc-04", {"disconnected_days": 3})]


def data() -> dict[str, Any]:
    """The fleet with a workspace and more Arc machines, one of which reports elsewhere."""
    workspaces = [{"id": f"{GROUP}/logs", "customer_id": CUSTOMER, "saved_searches": [PLACEHOLDER]}]
    made = fleet_data(workspaces=[*workspaces, {"id": f"{GROUP}/other"}])
    for name, attributes in (*MACHINES, ("arc-05", {"workspace": "other"})):
        machine = {"node_id": arc(name), "name": name, "region": "westeurope", "os": "redhat", "attributes": attributes}
        made["machines"].append(machine)
    return made


@pytest.fixture(scope="module")
def running() -> Iterator[CoreSandbox]:
    sandbox = CoreSandbox(data())
    for name in ("arc-03", "arc-04"):
        sandbox.fleet.by_name(name).alter({"agent_online": False})
    yield sandbox
    sandbox.close()


@pytest.fixture
def azure(running: CoreSandbox) -> CoreSandbox:
    running.azure.reset()
    running.azure.journal.clear()
    running.azure.faults.clear()
    return running


def endpoint(azure: CoreSandbox) -> str:
    """Where the cloud says that Log Analytics is."""
    clouds = azure.session.get(f"{azure.url}/metadata/endpoints", params={"api-version": "2022-09-01"}).json()
    return str(clouds["logAnalyticsResourceId"])


def client(azure: CoreSandbox, **credential: Any) -> LogsQueryClient:
    return LogsQueryClient(
        azure.credential(**credential), endpoint=endpoint(azure), connection_verify=azure.ca_file, retry_total=0
    )


def computers(azure: CoreSandbox, query: str = CONNECTED, timespan: Any = None) -> list[str]:
    answer = client(azure).query_workspace(CUSTOMER, query, timespan=timespan)
    assert answer.status == LogsQueryStatus.SUCCESS
    assert isinstance(answer, LogsQueryResult)
    return sorted(str(row["Computer"]) for row in answer.tables[0].rows)


def test_connected_machines_are_each_there_once(azure: CoreSandbox) -> None:
    assert computers(azure) == ["arc-01", "arc-02", "arc-03"]
    (entry,) = [one for one in azure.azure.journal.entries() if one["service"] == "logs"]
    assert (entry["operation"], entry["account"]) == ("Microsoft.OperationalInsights/workspaces/query/read", SECOND)
    assert entry["writing"] is False


def test_a_role_needs_the_query_and_the_table(azure: CoreSandbox) -> None:
    access, workspace = azure.azure.world.access, "Microsoft.OperationalInsights/workspaces"
    query, table = f"{workspace}/query/read", f"{workspace}/query/Heartbeat/read"
    scope = f"/subscriptions/{SECOND}"
    whole = {"Name": "logs", "IsCustom": True, "Description": "Logs", "AssignableScopes": [scope]}
    for actions in ([query], [table], [f"{workspace}/read"]):
        access.assign(object_id(CLIENT_ID), [{"role": whole | {"Actions": actions}, "scope": scope}])
        with pytest.raises(HttpResponseError, match="insufficient access"):
            computers(azure)
    access.assign(object_id(CLIENT_ID), [{"role": whole | {"Actions": [query, table]}, "scope": scope}])
    assert computers(azure)
    needed = azure.azure.journal.entries()[-1]["access"]
    assert needed == [{"action": one, "scope": f"{GROUP}/logs"} for one in (query, table)]


def test_the_columns_that_membership_asks_for(azure: CoreSandbox) -> None:
    answer = asked(azure, f"{CONNECTED} | where Computer == 'arc-01'").json()
    (table,) = answer["tables"]
    assert [column["name"] for column in table["columns"]] == ["Computer", "ResourceGroup", "OSType", "Resource"]
    assert table["rows"] == [["arc-01", "rg-two", "Windows", "arc-01"]]


def asked(azure: CoreSandbox, query: str, token: str = "", **body: Any) -> requests.Response:
    """A plain request."""
    token = token or azure.token(scope=f"{endpoint(azure)}/.default")
    headers = {"Authorization": f"Bearer {token}"}
    address = f"{endpoint(azure)}/v1/workspaces/{CUSTOMER}/query"
    return azure.session.post(address, json={"query": query, **body}, headers=headers)


def code(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


@pytest.mark.parametrize(
    ("timespan", "found"),
    [
        (timedelta(hours=1), ["arc-01", "arc-02"]),
        (timedelta(days=2), ["arc-01", "arc-02", "arc-03"]),
        (timedelta(days=9), ["arc-01", "arc-02", "arc-03", "arc-04"]),
        ((datetime.now(UTC) - timedelta(days=4), datetime.now(UTC) - timedelta(days=2)), ["arc-04"]),
        ((datetime.now(UTC) - timedelta(days=4), timedelta(days=2)), ["arc-04"]),
    ],
)
def test_the_time_span_of_a_request(azure: CoreSandbox, timespan: Any, found: list[str]) -> None:
    assert computers(azure, "Heartbeat | distinct Computer", timespan) == found


def test_a_function_is_the_query_of_a_saved_search(azure: CoreSandbox) -> None:
    assert computers(azure, "patching_nothing") == []
    assert code(asked(azure, "patching_something")) == (400, "BadArgumentError")


def test_a_partial_answer_says_so_in_an_http_200(azure: CoreSandbox) -> None:
    azure.azure.world.switch(partial_logs=True)
    answer = client(azure).query_workspace(CUSTOMER, CONNECTED, timespan=None)
    assert answer.status == LogsQueryStatus.PARTIAL
    assert isinstance(answer, LogsQueryPartialResult)
    assert [row["Computer"] for row in answer.partial_data[0].rows] == ["arc-01"]
    assert answer.partial_error is not None
    assert answer.partial_error.code == "PartialError"


@pytest.mark.parametrize(
    ("query", "inner"),
    [("Heartbeat | distinct Nothing", "SemanticError"), ("heartbeat", "SemanticError"), ("Heartbeat |", "SyntaxError")],
)
def test_wrong_queries(azure: CoreSandbox, query: str, inner: str) -> None:
    answer = asked(azure, query)
    assert code(answer) == (400, "BadArgumentError")
    assert answer.json()["error"]["innererror"]["code"] == inner


def test_wrong_bodies(azure: CoreSandbox) -> None:
    for body in ({"strange": 1}, {"timespan": 5}, {"timespan": "yesterday"}, {"workspaces": ["x"]}):
        assert code(asked(azure, CONNECTED, **body)) == (400, "BadArgumentError")
    assert code(asked(azure, "")) == (400, "BadArgumentError")


def test_tokens_are_its_own(azure: CoreSandbox) -> None:
    assert code(asked(azure, CONNECTED, azure.token())) == (403, "InvalidTokenError")
    assert code(asked(azure, CONNECTED, "x.y.z")) == (403, "InvalidTokenError")
    logs = azure.token(scope=f"{endpoint(azure)}/.default")
    assert azure.code("GET", "/subscriptions", "2022-12-01", token=logs) == (401, "InvalidAuthenticationTokenAudience")
    assert asked(azure, CONNECTED, azure.token(scope="https://api.loganalytics.io/.default")).status_code == 200


def test_who_cannot_reach_the_workspace(azure: CoreSandbox) -> None:
    token = azure.token(LIMITED, scope=f"{endpoint(azure)}/.default")
    assert asked(azure, CONNECTED, token).status_code == 200
    token = azure.token(STRANGER, OTHER_TENANT, f"{endpoint(azure)}/.default")
    assert code(asked(azure, CONNECTED, token)) == (403, "InsufficientAccessError")
    with pytest.raises(HttpResponseError) as caught:
        client(azure).query_workspace("00000000-0000-0000-0000-000000000000", CONNECTED, timespan=None)
    assert caught.value.status_code == 404


def test_faults(azure: CoreSandbox) -> None:
    azure.azure.faults.add({"kind": "throttle", "service": "logs", "retry_after": 3})
    answer = asked(azure, CONNECTED)
    assert (*code(answer), answer.headers["Retry-After"]) == (429, "ThrottledError", "3")
    azure.azure.faults.add({"kind": "error", "service": "logs"})
    assert code(asked(azure, CONNECTED)) == (503, "ServiceUnavailableError")
    assert asked(azure, CONNECTED).status_code == 200


def searches(azure: CoreSandbox) -> Any:
    """The SDK's operations."""
    return LogAnalyticsManagementClient(azure.credential(), SECOND, **azure.options).saved_searches


def test_saved_searches(azure: CoreSandbox) -> None:
    operations = searches(azure)
    assert [one.name for one in operations.list_by_workspace("rg-two", "logs").value] == ["nothing"]
    assert operations.list_by_workspace("rg-two", "other").value == []
    wanted = {"category": "Patching", "displayName": "all", "query": "Heartbeat", "functionAlias": "patching_all"}
    made = operations.create_or_update("rg-two", "LOGS", "all", {"properties": wanted})
    assert operations.get("RG-TWO", "logs", "ALL").properties.function_alias == "patching_all"
    assert computers(azure, "patching_all | distinct Computer") == ["arc-01", "arc-02", "arc-03", "arc-04"]
    with pytest.raises(HttpResponseError) as caught:
        operations.create_or_update("rg-two", "logs", "all", {"properties": wanted | {"query": "Heartbeat | take 1"}})
    assert caught.value.status_code == 409
    operations.create_or_update("rg-two", "logs", "all", {"properties": wanted, "etag": made.etag})
    operations.create_or_update("rg-two", "logs", "all", {"properties": wanted, "etag": "*"})
    with pytest.raises(HttpResponseError) as caught:
        operations.create_or_update("rg-two", "logs", "b", {"properties": wanted | {"functionAlias": "a b"}})
    assert caught.value.status_code == 400
    operations.delete("rg-two", "logs", "all")
    with pytest.raises(HttpResponseError) as caught:
        operations.get("rg-two", "logs", "all")
    assert caught.value.status_code == 404


def test_workspaces(azure: CoreSandbox) -> None:
    client = LogAnalyticsManagementClient(azure.credential(), SECOND, **azure.options)
    assert client.workspaces.get("rg-two", "logs").customer_id == CUSTOMER
    for found in (client.workspaces.list(), client.workspaces.list_by_resource_group("rg-two")):
        assert [one.name for one in found] == ["logs", "other"]
    query = "resources | where type == 'microsoft.operationalinsights/workspaces' | project name"
    rows: Any = azure.graph().resources(QueryRequest(query=query)).data
    assert sorted(row["name"] for row in rows) == ["logs", "other"]
