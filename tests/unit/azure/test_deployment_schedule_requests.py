# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests about deployment schedules: pages, runs, refusals, lost answers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._azure import versions
from ansible_collections.hybridops.patching.plugins.module_utils._azure.answer import Answer
from ansible_collections.hybridops.patching.plugins.module_utils._azure.client import Connection
from ansible_collections.hybridops.patching.plugins.module_utils._azure.deployment_runs import AskedRuns, read_runs
from ansible_collections.hybridops.patching.plugins.module_utils._azure.deployment_schedule import (
    delete,
    get,
    is_missing,
    list_all,
    members_of,
    plan_computers,
    put_planned,
)
from ansible_collections.hybridops.patching.plugins.module_utils._azure.wire import LOST, Unanswered
from ansible_collections.hybridops.patching.plugins.module_utils._core.errors import CloudError, InputError

from tests.unit.azure.wire import SUBSCRIPTION, Request, Wire, refused, scripted

ACCOUNT = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Automation/automationAccounts/aa"
SCHEDULES = f"{ACCOUNT}/softwareUpdateConfigurations"
WHERE = ("rg", "aa")
MISSING = refused(404, "NotFound", "The software update configuration was not found.")
SHUT_DOWN = refused(
    400,
    "BadRequest",
    "Azure Automation Update Management was deprecated on 31st August 2024 and has been shut down on 28th February "
    "2025. Please move to Azure Update Manager. Learn more- https://aka.ms/mmaagentbasedservicesshutdown",
)


def connected(*script: Request) -> tuple[Connection, Wire]:
    session, wire = scripted(script)
    return session.connect(), wire


def page(first: int, count: int, **more: Any) -> Answer:
    names = [f"s-{number:03d}" for number in range(first, first + count)]
    entries = [{"id": f"{SCHEDULES}/{name}", "name": name, "properties": {}} for name in names]
    return Answer(200, {"value": entries, **more})


def listed(*answers: Answer) -> tuple[list[str], list[str]]:
    """The names that were listed, and what each request skipped."""
    there, wire = connected(*(Request("GET", SCHEDULES, answer) for answer in answers))
    names = [entry["name"] for entry in list_all(there, *WHERE)]
    wire.finish()
    return names, [query.get("$skip", "") for _method, _path, query, _body in wire.sent]


def schedule(**update: Any) -> dict[str, Any]:
    """A schedule as the API answers it, which runs daily since long ago."""
    return {
        "id": f"{SCHEDULES}/daily",
        "name": "daily",
        "properties": {
            "updateConfiguration": {
                "operatingSystem": "Linux",
                "linux": {"includedPackageClassifications": "Critical, Security", "rebootSetting": "Never"},
                "duration": "PT2H",
                "nonAzureComputerNames": ["a"],
                **update,
            },
            "scheduleInfo": {
                "frequency": "Day",
                "interval": 1,
                "startTime": "2020-01-01T03:00:00+00:00",
                "timeZone": "UTC",
                "isEnabled": True,
                "nextRun": "2099-01-01T03:00:00+00:00",
                "creationTime": "2020-01-01T00:00:00+00:00",
            },
        },
    }


class TestPages:
    def test_a_short_page_is_the_last(self) -> None:
        names, skipped = listed(page(0, 60))
        assert (len(names), skipped) == (60, [""])

    def test_hundreds_are_skipped_through(self) -> None:
        names, skipped = listed(page(0, 100), page(100, 100), page(200, 50))
        assert names == [f"s-{number:03d}" for number in range(250)]
        assert skipped == ["", "100", "200"]

    def test_a_full_last_page_costs_one_more(self) -> None:
        names, skipped = listed(page(0, 100), page(100, 0))
        assert (len(names), skipped) == (100, ["", "100"])

    def test_a_next_page_that_is_told_of_is_read_also_after_a_short_one(self) -> None:
        names, skipped = listed(page(0, 50, nextLink="https://management.azure.com:443/x?$skip=50"), page(50, 1))
        assert (len(names), skipped) == (51, ["", "50"])

    def test_one_that_moved_to_the_next_page_is_given_once(self) -> None:
        names, _skipped = listed(page(0, 100), page(99, 21))
        assert names == [f"s-{number:03d}" for number in range(120)]

    def test_a_service_that_does_not_skip_is_found_out(self) -> None:
        there, _wire = connected(*(Request("GET", SCHEDULES, page(0, 100)) for _number in range(2)))
        with pytest.raises(CloudError, match="the same page twice"):
            list_all(there, *WHERE)

    def test_what_is_no_list_is_an_error(self) -> None:
        there, _wire = connected(Request("GET", SCHEDULES, Answer(200, {"name": "x"})))
        with pytest.raises(CloudError, match="no list"):
            list_all(there, *WHERE)


class TestOne:
    def test_it_is_read_with_the_version_of_the_model(self) -> None:
        there, wire = connected(Request("GET", f"{SCHEDULES}/daily", Answer(200, schedule())))
        found = get(there, *WHERE, "daily")
        assert found is not None
        assert members_of(found) == ["a"]
        assert wire.sent[0][2] == {"api-version": versions.AUTOMATION}

    def test_a_missing_one_is_none(self) -> None:
        there, _wire = connected(Request("GET", f"{SCHEDULES}/daily", MISSING))
        assert get(there, *WHERE, "daily") is None

    @pytest.mark.parametrize(
        "answer",
        [
            refused(404, "ResourceGroupNotFound", "Resource group 'rg' could not be found."),
            refused(
                404,
                "ResourceNotFound",
                "The Resource 'Microsoft.Automation/automationAccounts/aa' under resource group 'rg' was not found.",
            ),
        ],
    )
    def test_a_missing_account_is_an_error(self, answer: Answer) -> None:
        there, _wire = connected(Request("GET", f"{SCHEDULES}/daily", answer))
        with pytest.raises(CloudError) as caught:
            get(there, *WHERE, "daily")
        assert is_missing(caught.value)

    def test_one_that_a_lost_attempt_deleted_is_gone(self) -> None:
        lost = Unanswered(LOST, "ReadTimeout", "timed out")
        path = f"{SCHEDULES}/daily"
        there, wire = connected(Request("DELETE", path, lost), Request("DELETE", path, MISSING))
        delete(there, *WHERE, "daily")
        wire.finish()


class TestMembers:
    def test_members_alone_are_written_and_the_start_moves(self) -> None:
        resource = schedule()
        there, wire = connected(Request("PUT", f"{SCHEDULES}/daily", Answer(200, resource)))
        changes = plan_computers(there, resource, ["b", "a"])
        put_planned(there, *WHERE, changes)
        body = wire.sent[0][3]["properties"]
        assert body["updateConfiguration"] == {
            **resource["properties"]["updateConfiguration"],
            "nonAzureComputerNames": ["b", "a"],
            "azureVirtualMachines": [],
        }
        start = datetime.fromisoformat(body["scheduleInfo"].pop("startTime"))
        assert start > datetime.now(UTC)
        assert (start.hour, start.minute) == (3, 0)
        assert body["scheduleInfo"] == {"frequency": "Day", "interval": 1, "timeZone": "UTC", "isEnabled": True}

    def test_nothing_is_written_where_nothing_changes(self) -> None:
        there, wire = connected()
        put_planned(there, *WHERE, plan_computers(there, schedule(), ["A"]))
        assert wire.sent == []

    @pytest.mark.parametrize(
        "trouble",
        [refused(429, "TooManyRequests"), refused(429, "TooManyRequests", **{"retry-after": "2"}),
         refused(503, "ServerBusy"), Unanswered(LOST, "ReadTimeout", "timed out")],
        ids=["429", "429 with a time", "503", "lost"],
    )  # fmt: skip
    def test_a_write_that_was_not_answered_is_sent_again_as_it_was(self, trouble: Answer | Unanswered) -> None:
        path, resource = f"{SCHEDULES}/daily", schedule()
        there, wire = connected(Request("PUT", path, trouble), Request("PUT", path, Answer(200, resource)))
        put_planned(there, *WHERE, plan_computers(there, resource, ["b"]))
        wire.finish()
        assert wire.sent[0][3] == wire.sent[1][3]

    def test_the_shutdown_is_explained_with_what_to_use_instead(self) -> None:
        resource = schedule()
        there, _wire = connected(Request("PUT", f"{SCHEDULES}/daily", SHUT_DOWN))
        with pytest.raises(CloudError) as caught:
            put_planned(there, *WHERE, plan_computers(there, resource, ["b"]))
        text = str(caught.value)
        assert text.startswith("Could not write the deployment schedule daily of aa in subscription")
        assert "Azure Update Manager: use azure_maintenance_configuration" in text
        assert "azure_schedule_migration" in text

    def test_a_listed_schedule_is_not_enough(self) -> None:
        listed_alone = {"name": "daily", "properties": {"updateConfiguration": {"operatingSystem": "Linux"}}}
        there, _wire = connected()
        with pytest.raises(InputError, match="start_time"):
            plan_computers(there, listed_alone, ["b"])


def run(name: str, of: str, start: str, **more: Any) -> dict[str, Any]:
    properties = {"softwareUpdateConfiguration": {"name": of}, "status": "Succeeded", "startTime": start, **more}
    return {"name": name, "properties": properties}


class TestRuns:
    RUNS = f"{ACCOUNT}/softwareUpdateConfigurationRuns"
    MACHINES = f"{ACCOUNT}/softwareUpdateConfigurationMachineRuns"

    def test_runs_and_machines_are_two_lists_for_all(self) -> None:
        runs = [run("r1", "One", "2026-01-01"), run("r2", "one", "2026-02-01"), run("r3", "two", "2026-01-01")]
        machines = [
            run("m1", "one", "2026-02-01", targetComputer="b", correlationId="R2", job={"id": "j"}, error={}),
            run("m2", "one", "2026-02-01", targetComputer="a", correlationId="r2", error={"code": "C", "message": "M"}),
        ]
        there, wire = connected(
            Request("GET", self.RUNS, Answer(200, {"value": runs})),
            Request("GET", self.MACHINES, Answer(200, {"value": machines})),
        )
        found = read_runs(there, *WHERE, AskedRuns(), machines=True)
        assert [each["name"] for each in found["one"]] == ["r2", "r1"]
        assert [each["target_computer"] for each in found["one"][0]["machine_runs"]] == ["a", "b"]
        assert found["one"][0]["machine_runs"][0]["error"] == {"code": "C", "message": "M"}
        assert found["two"][0]["machine_runs"] == []
        assert all("$filter" not in query for _method, _path, query, _body in wire.sent)

    def test_conditions_are_asked_of_the_service(self) -> None:
        asked = AskedRuns("it's", "Failed", datetime(2026, 1, 1, 2, tzinfo=UTC))
        there, wire = connected(
            Request("GET", self.RUNS, Answer(200, {"value": [run("r", "it's", "2026-01-02")]})),
            Request("GET", self.MACHINES, Answer(200, {"value": []})),
        )
        read_runs(there, *WHERE, asked, machines=True)
        first, second = (query["$filter"] for _method, _path, query, _body in wire.sent)
        assert first == (
            "properties/softwareUpdateConfiguration/name eq 'it''s' and properties/status eq 'Failed' and "
            "properties/startTime ge 2026-01-01T02:00:00Z"
        )
        assert second == first.replace(" and properties/status eq 'Failed'", "")

    def test_without_runs_no_machine_is_asked_for(self) -> None:
        there, wire = connected(Request("GET", self.RUNS, Answer(200, {"value": []})))
        assert read_runs(there, *WHERE, AskedRuns(), machines=True) == {}
        wire.finish()
