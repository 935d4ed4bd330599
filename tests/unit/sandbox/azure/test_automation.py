# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Automation accounts and their deployment schedules, judged by the SDK's client and its models."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from azure.core.exceptions import HttpResponseError
from azure.mgmt.automation import AutomationClient
from azure.mgmt.automation.models import SoftwareUpdateConfiguration
from azure.mgmt.resourcegraph.models import QueryRequest

from tests.sandbox.azure.automation.schedule_rules import parse_schedule
from tests.unit.sandbox.azure.core_kit import SECOND, CoreSandbox, fleet_data, vm_id

GROUP = f"/subscriptions/{SECOND}/resourceGroups/rg-two/providers"
ACCOUNT = f"{GROUP}/Microsoft.Automation/automationAccounts/patching"
WORKSPACE = f"{GROUP}/Microsoft.OperationalInsights/workspaces/logs"
PLACE = ("rg-two", "patching")
VERSION = "2024-10-23"
NOTHING = {"name": "nothing", "query": "Heartbeat | where 1 == 0", "functionAlias": "patching_nothing"}


def soon(minutes: float = 60, zone: str = "Europe/Berlin") -> str:
    """An instant so far ahead, by the clock of a zone."""
    return (datetime.now(UTC) + timedelta(minutes=minutes)).astimezone(ZoneInfo(zone)).isoformat()


def properties(**changes: Any) -> dict[str, Any]:
    """A deployment schedule; ``update`` and ``info`` change their parts."""
    update: dict[str, Any] = {
        "operatingSystem": "Windows",
        "windows": {"includedUpdateClassifications": "Security,Critical,Unclassified", "rebootSetting": "IfRequired"},
        "nonAzureComputerNames": ["arc-01"],
    }
    info = {"frequency": "Day", "interval": 1, "startTime": soon(), "timeZone": "Europe/Berlin"}
    given = {"updateConfiguration": update | changes.pop("update", {}), "scheduleInfo": info | changes.pop("info", {})}
    return copy.deepcopy(given | changes)


def data(**azure: Any) -> dict[str, Any]:
    part = {
        "workspaces": [{"id": WORKSPACE, "saved_searches": [NOTHING]}],
        "automation_accounts": [{"id": ACCOUNT, "workspace": WORKSPACE}, {"id": f"{ACCOUNT}-unlinked"}],
        **azure,
    }
    return fleet_data(**part)


@pytest.fixture(scope="module")
def running() -> Iterator[CoreSandbox]:
    sandbox = CoreSandbox(data())
    yield sandbox
    sandbox.close()


@pytest.fixture
def azure(running: CoreSandbox) -> CoreSandbox:
    running.reset()
    return running


def client(azure: CoreSandbox) -> AutomationClient:
    return AutomationClient(azure.credential(), SECOND, **azure.options)


def put(azure: CoreSandbox, name: str = "made", version: str = VERSION, **changes: Any) -> Any:
    """A plain PUT; the answer."""
    path = f"{ACCOUNT}/softwareUpdateConfigurations/{name}"
    return azure.ask("PUT", path, version, json={"properties": properties(**changes)})


def get(azure: CoreSandbox, name: str = "made") -> dict[str, Any]:
    """What GET answers, as it is on the wire."""
    answer = azure.ask("GET", f"{ACCOUNT}/softwareUpdateConfigurations/{name}", VERSION)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()["properties"]
    return found


def test_accounts_and_their_workspaces(azure: CoreSandbox) -> None:
    automation = client(azure)
    assert automation.automation_account.get(*PLACE).location == "westeurope"
    names = [one.name for one in automation.automation_account.list()]
    assert names == ["patching", "patching-unlinked"]
    assert [one.name for one in automation.automation_account.list_by_resource_group("rg-two")] == names
    assert automation.linked_workspace.get(*PLACE).id == WORKSPACE
    assert automation.linked_workspace.get("rg-two", "patching-unlinked").id is None
    with pytest.raises(HttpResponseError) as caught:
        automation.linked_workspace.get("rg-two", "nowhere")
    assert caught.value.status_code == 404
    query = "resources | where type =~ 'Microsoft.Automation/automationAccounts' | project name"
    rows: Any = azure.graph().resources(QueryRequest(query=query)).data
    assert sorted(row["name"] for row in rows) == names


def test_a_schedule_is_made_and_answered_in_the_services_own_way(azure: CoreSandbox) -> None:
    made = put(azure, info={"startTime": "2031-01-15T03:00:59.5Z"}, tasks={"preTask": {"source": "before"}})
    assert (made.status_code, made.json()["properties"]["provisioningState"]) == (201, "Provisioning")
    found = get(azure)
    update = found["updateConfiguration"]
    assert update["windows"]["includedUpdateClassifications"] == "Critical, Security"
    assert (update["linux"], update["duration"], update["azureVirtualMachines"]) == ({}, "PT2H", None)
    assert update["targets"] == {"azureQueries": None, "nonAzureQueries": None}
    info = found["scheduleInfo"]
    assert (info["startTime"], info["startTimeOffsetMinutes"]) == ("2031-01-15T03:00:00+01:00", 60.0)
    assert (info["expiryTime"], info["isEnabled"], info["nextRun"]) == (
        "9999-12-31T23:59:00+00:00",
        True,
        "2031-01-15T03:00:00+01:00",
    )
    assert info["advancedSchedule"] == {"weekDays": None, "monthDays": None, "monthlyOccurrences": None}
    assert found["tasks"] == {"preTask": {"source": "before", "parameters": None}, "postTask": None}
    assert (found["provisioningState"], found["error"]) == ("Succeeded", {})


def test_the_time_of_day_is_taken_whatever_offset_stands_beside_it(azure: CoreSandbox) -> None:
    """As the published example of a creation has it, in other years."""
    put(
        azure,
        info={
            "frequency": "Hour",
            "startTime": "2031-10-19T12:22:57+00:00",
            "expiryTime": "2032-11-09T11:22:57+00:00",
            "timeZone": "America/Los_Angeles",
            "advancedSchedule": {"weekDays": ["Monday", "Thursday"]},
        },
    )
    info = get(azure)["scheduleInfo"]
    assert (info["startTime"], info["startTimeOffsetMinutes"]) == ("2031-10-19T12:22:00-07:00", -420.0)
    assert (info["expiryTime"], info["expiryTimeOffsetMinutes"]) == ("2032-11-09T11:22:00-08:00", -480.0)


def test_what_runs_once_ends_when_it_begins(azure: CoreSandbox) -> None:
    put(azure, info={"frequency": "OneTime", "interval": None, "startTime": "2031-01-15T03:00:00"})
    info = get(azure)["scheduleInfo"]
    assert (info["expiryTime"], info["interval"]) == (info["startTime"], None)


def test_the_sdk_reads_what_it_has_written(azure: CoreSandbox) -> None:
    operations = client(azure).software_update_configurations
    operations.create(*PLACE, "made", SoftwareUpdateConfiguration({"properties": properties()}))
    found = operations.get_by_name("RG-TWO", "PATCHING", "MADE")
    assert found.properties.update_configuration.non_azure_computer_names == ["arc-01"]
    assert found.properties.update_configuration.duration == timedelta(hours=2)
    assert found.properties.schedule_info.next_run == found.properties.schedule_info.start_time
    # What GET has answered can be put back: the server passes over what it added.
    operations.create(*PLACE, "made", found)
    operations.delete(*PLACE, "made")
    operations.delete(*PLACE, "made")
    with pytest.raises(HttpResponseError) as caught:
        operations.get_by_name(*PLACE, "made")
    assert (caught.value.status_code, caught.value.error and caught.value.error.code) == (404, "NotFound")


def test_the_same_again_is_told_by_the_status(azure: CoreSandbox) -> None:
    wanted: dict[str, Any] = {"info": {"startTime": "2031-01-15T02:00:00Z"}}
    assert [put(azure, **wanted).status_code, put(azure, **wanted).status_code] == [201, 200]
    assert put(azure, **wanted, update={"duration": "PT3H"}).status_code == 201
    assert put(azure, **wanted, update={"duration": "PT180M"}).status_code == 200


def refused(answer: Any) -> str:
    """The message of a refusal, in the provider's own form."""
    assert answer.status_code == 400, answer.text
    body = answer.json()
    assert body.keys() == {"code", "message"}
    assert body["code"] == "BadRequest"
    return str(body["message"])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"info": {"startTime": soon(4)}}, "at least 5 minutes after"),
        ({"info": {"startTime": None}}, "StartTime"),
        ({"info": {"frequency": None}}, "Frequency"),
        ({"info": {"interval": 0}}, "between 1 and 100"),
        ({"info": {"interval": 101}}, "between 1 and 100"),
        ({"info": {"frequency": "OneTime"}}, "one time"),
        ({"info": {"frequency": "Minute", "interval": 14}}, "15"),
        ({"info": {"timeZone": "Mars/Olympus"}}, "Mars/Olympus"),
        ({"info": {"expiryTime": soon(59)}}, "expiry time"),
        ({"info": {"advancedSchedule": {"weekDays": ["Sonntag"]}}}, "weekDays"),
        ({"info": {"advancedSchedule": {"monthDays": [0]}}}, "monthDays"),
        ({"info": {"advancedSchedule": {"monthDays": [32]}}}, "monthDays"),
        (
            {"info": {"advancedSchedule": {"monthlyOccurrences": [{"occurrence": 6, "day": "Monday"}]}}},
            "monthlyOccurrences",
        ),
        (
            {
                "info": {
                    "advancedSchedule": {
                        "monthlyOccurrences": [{"occurrence": 1, "day": "Monday"}, {"occurrence": 2, "day": "Monday"}]
                    }
                }
            },
            "More than one Monthly Occurrence is not supported",
        ),
        (
            {
                "info": {
                    "frequency": "Month",
                    "interval": 12,
                    "advancedSchedule": {"monthDays": [31]},
                    "startTime": "2031-02-01T00:00:00Z",
                }
            },
            "never runs",
        ),
        ({"update": {"nonAzureComputerNames": []}}, "At least one of"),
        ({"update": {"nonAzureComputerNames": None}}, "At least one of"),
        ({"update": {"nonAzureComputerNames": [str(number) for number in range(1001)]}}, "at most 1000"),
        ({"update": {"nonAzureComputerNames": ["/subscriptions/x"]}}, "not the name of a computer"),
        ({"update": {"azureVirtualMachines": ["vm-01"]}}, "not the id of a virtual machine"),
        ({"update": {"windows": None}}, "windows property is required"),
        ({"update": {"linux": {"includedPackageClassifications": "Security"}}}, "linux property is not allowed"),
        ({"update": {"windows": {"includedUpdateClassifications": "Other"}}}, "'Other'"),
        ({"update": {"windows": {"includedUpdateClassifications": "Critical;Security"}}}, "Critical;Security"),
        ({"update": {"windows": {"rebootSetting": "Sometimes"}}}, "Sometimes"),
        ({"update": {"duration": "PT29M"}}, "30 minutes"),
        ({"update": {"duration": "PT6H1M"}}, "6 hours"),
        ({"update": {"targets": {"azureQueries": [{"scope": []}]}}}, "scope"),
        ({"update": {"targets": {"azureQueries": [{"scope": [vm_id("vm-01")]}]}}}, "no subscription or resource group"),
        ({"update": {"targets": {"nonAzureQueries": [{"functionAlias": "x", "workspaceId": WORKSPACE}]}}}, "alias 'x'"),
        (
            {"update": {"targets": {"nonAzureQueries": [{"functionAlias": "patching_nothing", "workspaceId": "w"}]}}},
            "workspace 'w'",
        ),
    ],
)
def test_what_the_model_allows_and_the_service_does_not(azure: CoreSandbox, changes: dict[str, Any], said: str) -> None:
    message = refused(put(azure, **changes))
    assert said in message
    if message.startswith("{"):
        assert json.loads(message)["ModelState"]


def test_a_start_is_checked_each_time(azure: CoreSandbox) -> None:
    wanted = properties(info={"startTime": soon(6)})
    assert azure.ask("PUT", f"{ACCOUNT}/softwareUpdateConfigurations/made", VERSION, json={"properties": wanted}).ok
    azure.fleet.clock._wall_start += timedelta(minutes=10)
    try:
        answer = azure.ask("PUT", f"{ACCOUNT}/softwareUpdateConfigurations/made", VERSION, json={"properties": wanted})
        assert "5 minutes" in refused(answer)
    finally:
        azure.fleet.clock._wall_start -= timedelta(minutes=10)


def test_an_empty_schedule_has_a_saved_search_that_finds_nothing(azure: CoreSandbox) -> None:
    query = {"functionAlias": "patching_nothing", "workspaceId": WORKSPACE.upper()}
    assert put(azure, update={"nonAzureComputerNames": [], "targets": {"nonAzureQueries": [query]}}).status_code == 201
    found = get(azure)["updateConfiguration"]
    assert (found["nonAzureComputerNames"], found["targets"]["nonAzureQueries"]) == ([], [query])


def test_the_list_has_pages_without_a_link(azure: CoreSandbox) -> None:
    for number in range(105):
        put(azure, f"s-{number:03d}", info={"startTime": "2031-01-15T02:00:00Z"})
    path = f"{ACCOUNT}/softwareUpdateConfigurations"
    first = azure.ask("GET", path, VERSION).json()
    assert first.keys() == {"value"}
    assert [one["name"] for one in first["value"]] == [f"s-{number:03d}" for number in range(100)]
    rest = azure.ask("GET", path, VERSION, params={"$skip": 100}).json()["value"]
    assert [one["name"] for one in rest] == [f"s-{number:03d}" for number in range(100, 105)]
    assert azure.ask("GET", path, VERSION, params={"$skip": 105}).json() == {"value": []}
    assert len(client(azure).software_update_configurations.list(*PLACE).value or []) == 100
    shown = first["value"][0]["properties"]
    assert (shown["startTime"], shown["frequency"]) == ("2031-01-15T01:00:00+00:00", "Day")
    assert "scheduleInfo" not in shown
    assert shown["updateConfiguration"]["linux"] is None


def test_schedules_of_a_machine(azure: CoreSandbox) -> None:
    put(azure, "one", update={"azureVirtualMachines": [vm_id("vm-01")]})
    put(azure, "two", update={"azureVirtualMachines": [vm_id("vm-02")]})
    wanted = vm_id("vm-01").upper()
    test = f"properties/updateConfiguration/azureVirtualMachines/any(m: m eq '{wanted}')"
    found = client(azure).software_update_configurations.list(*PLACE, filter=test)
    assert [one.name for one in found.value or []] == ["one"]
    with pytest.raises(HttpResponseError, match="filter"):
        client(azure).software_update_configurations.list(*PLACE, filter="name eq 'one'")


@pytest.mark.parametrize("version", ["2017-05-15-preview", "2019-06-01", "2024-10-23"])
def test_versions(azure: CoreSandbox, version: str) -> None:
    assert put(azure, version=version).status_code == 201


def test_since_update_management_is_gone(azure: CoreSandbox) -> None:
    put(azure)
    azure.azure.world.switch(automation_shut_down=True)
    message = refused(put(azure))
    assert "has been shut down on 28th February 2025" in message
    assert "Azure Update Manager" in message
    assert get(azure)["updateConfiguration"]["nonAzureComputerNames"] == ["arc-01"]
    assert azure.ask("DELETE", f"{ACCOUNT}/softwareUpdateConfigurations/made", VERSION).status_code == 200


def test_an_advanced_schedule_can_be_hidden(azure: CoreSandbox) -> None:
    put(azure, info={"frequency": "Week", "advancedSchedule": {"weekDays": ["Saturday"]}})
    assert get(azure)["scheduleInfo"]["advancedSchedule"]["weekDays"] == ["Saturday"]
    azure.azure.world.switch(automation_hides_advanced_schedule=True)
    assert get(azure)["scheduleInfo"]["advancedSchedule"] is None


@pytest.mark.parametrize(
    ("info", "after", "runs"),
    [
        ({"frequency": "OneTime"}, "2026-11-30T00:00Z", "2026-12-01T01:00Z"),
        ({"frequency": "OneTime"}, "2026-12-02T00:00Z", None),
        ({"frequency": "Hour", "interval": 5}, "2026-12-01T01:01Z", "2026-12-01T06:00Z"),
        ({"frequency": "Day"}, "2027-07-01T00:00Z", "2027-07-01T00:00Z"),
        (
            {"frequency": "Week", "advancedSchedule": {"weekDays": ["Saturday"]}},
            "2026-12-01T00:00Z",
            "2026-12-05T01:00Z",
        ),
        ({"frequency": "Month", "advancedSchedule": {"monthDays": [-1]}}, "2026-12-02T00:00Z", "2026-12-31T01:00Z"),
        ({"frequency": "Month"}, "2026-12-02T00:00Z", "2027-01-01T01:00Z"),
        (
            {"frequency": "Month", "advancedSchedule": {"monthlyOccurrences": [{"occurrence": 2, "day": "Tuesday"}]}},
            "2026-12-02T00:00Z",
            "2026-12-08T01:00Z",
        ),
        (
            {"frequency": "Month", "advancedSchedule": {"monthlyOccurrences": [{"occurrence": 5, "day": "Monday"}]}},
            "2026-12-02T00:00Z",
            "2027-03-29T00:00Z",
        ),
        ({"frequency": "Day", "isEnabled": False}, "2026-11-30T00:00Z", None),
        ({"frequency": "Day", "expiryTime": "2026-12-03T00:00Z"}, "2026-12-02T12:00Z", None),
    ],
)
def test_when_a_schedule_runs(info: Mapping[str, Any], after: str, runs: str | None) -> None:
    """By the clock of Berlin, which is one hour ahead of UTC and two in summer."""
    given = {"startTime": "2026-12-01T02:00:00+01:00", "timeZone": "Europe/Berlin", **info}
    moment = datetime.fromisoformat(after) - timedelta(seconds=1)
    found = parse_schedule(given, None).next_run(moment)
    assert found == (datetime.fromisoformat(runs) if runs else None)


def test_schedules_of_the_fleet_file_may_have_begun_long_ago() -> None:
    declared = {
        "id": f"{ACCOUNT}/softwareUpdateConfigurations/old",
        "properties": properties(info={"startTime": "2020-01-01T02:00:00Z"}),
    }
    azure = CoreSandbox(data(deployment_schedules=[declared]))
    try:
        assert get(azure, "old")["scheduleInfo"]["startTime"] == "2020-01-01T02:00:00+01:00"
    finally:
        azure.close()


def test_requests_are_recorded_by_their_names_in_roles(azure: CoreSandbox) -> None:
    put(azure)
    get(azure)
    client(azure).linked_workspace.get(*PLACE)
    names = {entry["operation"] for entry in azure.azure.journal.entries() if entry["service"] == "arm"}
    prefix = "Microsoft.Automation/automationAccounts"
    assert names == {
        f"{prefix}/softwareUpdateConfigurations/write",
        f"{prefix}/softwareUpdateConfigurations/read",
        f"{prefix}/linkedWorkspace/read",
    }
    assert {entry["account"] for entry in azure.azure.journal.entries() if entry["service"] == "arm"} == {SECOND}
