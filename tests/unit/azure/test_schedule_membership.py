# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Machines on deployment schedules by their tags: what is read, what is written, and what is told."""

from __future__ import annotations

import copy
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._azure import membership
from ansible_collections.hybridops.patching.plugins.module_utils._azure.answer import Answer
from ansible_collections.hybridops.patching.plugins.module_utils._azure.wire import LOST, Unanswered
from ansible_collections.hybridops.patching.plugins.module_utils._core.errors import CloudError, InputError
from azure.mgmt.automation.models import SoftwareUpdateConfiguration
from azure.mgmt.loganalytics.models import SavedSearch

from tests.unit.azure.membership_estate import NOTHING, WORKSPACE, Estate, Failed, bad, calm
from tests.unit.azure.wire import arc, refused

PLACEHOLDER = {"functionAlias": NOTHING, "workspaceId": WORKSPACE}
GRAPH: dict[str, Any] = {"connected_by": "resource_graph"}


@pytest.fixture
def estate(monkeypatch: pytest.MonkeyPatch) -> Estate:
    """An account with nothing in it."""
    made = Estate()
    monkeypatch.setattr(membership, "session_of", made.session)
    return made


def states(answer: dict[str, Any]) -> dict[str, str]:
    return {one["name"]: one["state"] for one in answer["schedules"]}


def names(estate: Estate, schedule: str) -> list[str]:
    return list(estate.schedules[schedule]["properties"]["updateConfiguration"]["nonAzureComputerNames"])


def of(answer: dict[str, Any], schedule: str) -> dict[str, Any]:
    return next(one for one in answer["schedules"] if one["name"] == schedule)


class TestMembers:
    def test_machines_join_and_leave_by_tag_and_system(self, estate: Estate) -> None:
        for name, tag, os_type in (("a", "w1", "linux"), ("b", "w1", "windows"), ("c", "w11", "linux")):
            estate.machine(name, tag, os_type)
        estate.schedule("prod-w1-linux", ["gone.example"])
        estate.schedule("prod-w1-windows", ["B.EXAMPLE"], "Windows")
        estate.schedule("prod-w11", ["a.example", "c.example"])
        predicted = estate.run(check=True)
        assert estate.writes() == []
        answer = estate.run()
        assert (answer["changed"], states(answer)) == (
            True,
            {"prod-w1-linux": "changed", "prod-w1-windows": "unchanged", "prod-w11": "changed"},
        )
        assert (of(answer, "prod-w1-linux")["joined"], of(answer, "prod-w1-linux")["left"]) == (
            ["a.example"],
            ["gone.example"],
        )
        assert names(estate, "prod-w1-linux") == ["a.example"]
        assert names(estate, "prod-w11") == ["c.example"]
        assert len(estate.writes()) == 2, "only what differs is written"
        assert predicted == answer
        estate.sent.clear()
        assert estate.run()["changed"] is False
        assert estate.writes() == []

    def test_everything_else_in_a_schedule_stays(self, estate: Estate) -> None:
        estate.machine("a")
        queries = [{"scope": ["/subscriptions/s"], "locations": None, "tagSettings": None}]
        searches = [{"functionAlias": "f", "workspaceId": "/w"}]
        targets = {"azureQueries": queries, "nonAzureQueries": searches}
        estate.schedule("w1", None, targets=targets, azureVirtualMachines=["/subscriptions/s/vm"])
        before = copy.deepcopy(estate.schedules["w1"]["properties"])
        estate.run()
        ((_method, _path, body),) = estate.writes()
        sent = body["properties"]
        assert SoftwareUpdateConfiguration(body).schedule_info.is_enabled
        update = sent["updateConfiguration"]
        assert update["nonAzureComputerNames"] == ["a.example"]
        assert update["azureVirtualMachines"] == ["/subscriptions/s/vm"]
        assert update["targets"]["azureQueries"][0]["scope"] == ["/subscriptions/s"]
        assert update["targets"]["nonAzureQueries"] == searches
        assert (update["duration"], update["linux"]) == ("PT2H", before["updateConfiguration"]["linux"])
        assert sent["tasks"] == {"preTask": {"source": "Pre", "parameters": {"A": "b"}}}
        info = sent["scheduleInfo"]
        assert (info["description"], info["isEnabled"], info["advancedSchedule"]) == (
            "kept",
            True,
            {"weekDays": ["Saturday"]},
        )
        start = datetime.fromisoformat(info["startTime"])
        assert start > datetime.now(UTC)
        assert (start.weekday(), start.hour, start.minute) == (5, 3, 0), "the next run of the same schedule"

    @pytest.mark.parametrize("untold", ["nonAzureComputerNames", "operatingSystem"])
    def test_a_schedule_whose_list_tells_too_little_is_read_alone(self, estate: Estate, untold: str) -> None:
        estate.untold = {untold}
        estate.machine("a")
        estate.schedule("w1", ["gone.example"])
        estate.schedule("w1-MANUAL", ["x"])
        assert states(estate.run()) == {"w1": "changed", "w1-MANUAL": "ignored"}
        assert names(estate, "w1") == ["a.example"]
        assert estate.run()["changed"] is False

    def test_what_is_ignored_is_not_touched(self, estate: Estate) -> None:
        estate.machine("a")
        for name in ("w1-MANUAL", "centos-w1", "other-w1"):
            estate.schedule(name, ["x"])
        answer = estate.run(schedules=["*w1", "*manual"], ignore_schedules=["manual", "CentOS"])
        assert states(answer) == {"other-w1": "changed", "w1-MANUAL": "ignored", "centos-w1": "ignored"}
        assert answer["summary"]["schedules"]["ignored"] == 2

    def test_all_pages_of_schedules_are_read(self, estate: Estate) -> None:
        estate.machine("a", "w250")
        for number in range(251):
            estate.schedule(f"w{number}", None if number == 250 else ["a.example"])
        answer = estate.run(placeholder={"create": True})
        assert answer["summary"]["schedules"]["changed"] == 251

    def test_a_mapping_names_the_schedules(self, estate: Estate) -> None:
        estate.machine("a", "gold")
        estate.schedule("nightly", ["x"])
        answer = estate.run(mapping={"gold": "NIGHTLY", "silver": ["weekly"]})
        assert names(estate, "nightly") == ["a.example"]
        assert answer["warnings"] == ["mapping names schedules that do not exist or are left alone: weekly"]

    def test_a_schedule_without_its_machines_in_the_list_is_read(self, estate: Estate) -> None:
        estate.machine("a")
        estate.schedule("w1", ["a.example"])
        full = copy.deepcopy(estate.schedules["w1"])

        def meddle(request: str) -> Any:
            if request.endswith("/softwareUpdateConfigurations"):
                return Answer(200, {"value": [{"name": "w1", "id": full["id"], "properties": {"frequency": "Week"}}]})
            return None

        estate.meddle = meddle
        assert states(estate.run()) == {"w1": "unchanged"}


class TestWhoIsTold:
    def test_every_machine_that_is_on_none_has_its_reason(self, estate: Estate) -> None:
        estate.machine("ok")
        estate.machine("away", heard=False)
        estate.machine("bare", None)
        estate.machine("odd", os_type="")
        estate.machine("lost", "w9")
        estate.schedule("w1", ["away.example", "ok.example", "odd.example"])
        answer = estate.run()
        told = {kind: [one["name"] for one in answer["machines"][kind]] for kind in ("not_connected", "untagged")}
        assert told == {"not_connected": ["away"], "untagged": ["bare"]}
        assert [one["name"] for one in answer["machines"]["unknown_os"]] == ["odd"]
        (lost,) = answer["machines"]["unmatched"]
        assert lost == {"id": arc("lost"), "name": "lost", "tag": "w9", "os_family": "linux", "schedules": []}
        assert names(estate, "w1") == ["ok.example", "odd.example"], "whose system nobody tells stays where it is"
        assert answer["summary"]["machines"] == {
            "total": 5, "connected": 4, "matched": 1, "several": 0,
            "not_connected": 1, "untagged": 1, "unknown_os": 1, "unmatched": 1,
        }  # fmt: skip
        assert (answer["summary"]["joined"], answer["summary"]["left"]) == (0, 1)

    def test_a_machine_whose_tags_cannot_be_read_stays_where_it_is(self, estate: Estate) -> None:
        estate.machine("a")
        hidden = arc("hidden")
        estate.beat("hidden.example", "Linux", hidden)
        estate.beat("old.example", "Linux", "")
        estate.beat("vm.example", "Linux", hidden.replace("hybridcompute/machines", "compute/virtualmachines"))
        estate.schedule("w1", ["hidden.example", "old.example", "vm.example", "a.example"])
        answer = estate.run()
        assert names(estate, "w1") == ["hidden.example", "a.example"]
        unresolved = {one["computer"]: one["reason"] for one in answer["machines"]["unresolved"]}
        assert set(unresolved) == {"hidden.example", "old.example"}
        assert "stays on its schedules" in unresolved["hidden.example"]

    @pytest.mark.parametrize("source", ["resource_graph", "arm"])
    def test_a_subscription_that_only_sends_heartbeats_need_not_be_readable(self, estate: Estate, source: str) -> None:
        estate.machine("a")
        foreign = arc("x").replace("000000000001", "000000000009")
        estate.beat("x.example", "Linux", foreign)
        estate.schedule("w1", ["x.example"])
        listed = "/providers/Microsoft.HybridCompute/machines"

        def meddle(request: str) -> Any:
            if request.endswith(listed):
                entries = [{**one, "properties": one} for one in estate.machines]
                here = "000000000009" not in request
                return Answer(200, {"value": entries}) if here else refused(403, "AuthorizationFailed")
            return None

        estate.meddle = meddle
        answer = estate.run(source=source)
        assert names(estate, "w1") == ["x.example", "a.example"]
        assert [one["computer"] for one in answer["machines"]["unresolved"]] == ["x.example"]

    def test_a_machine_that_was_connected_again_is_known_although_its_former_id_is_not(self, estate: Estate) -> None:
        estate.machine("a", tag="w2")
        estate.beat("a.example", "Linux", arc("former"), hour=1)
        estate.schedule("w1", ["a.example", "b.example"])
        estate.schedule("w2", ["b.example"])
        estate.machine("b")
        estate.run()
        assert (names(estate, "w1"), names(estate, "w2")) == (["b.example"], ["a.example"])

    def test_a_heartbeat_without_an_id_is_found_by_group_and_name(self, estate: Estate) -> None:
        estate.machine("a", heard=False)
        estate.beats.append(["2026-11-26T08:00:00Z", "A.example", "Linux", "RG", "A", ""])
        estate.schedule("w1", ["x"])
        estate.run()
        assert names(estate, "w1") == ["A.example"]

    @pytest.mark.parametrize("hours", [(9, 7), (7, 9)])
    def test_the_last_name_of_a_machine_counts(self, estate: Estate, hours: tuple[int, int]) -> None:
        machine = estate.machine("a", heard=False)
        for hour in hours:
            name = "new.example" if hour == 9 else "old.example"
            estate.beat(name, "Linux", machine.replace("/rg/", "/RG/") if hour == 7 else machine, hour)
        estate.schedule("w1", ["old.example"])
        estate.run()
        assert names(estate, "w1") == ["new.example"]

    @pytest.mark.parametrize(("policy", "warned"), [("warn", True), ("allow", False)])
    def test_a_machine_on_several_is_told(self, estate: Estate, policy: str, warned: bool) -> None:
        estate.machine("a")
        estate.schedule("w1-x", ["a.example"])
        estate.schedule("w1-y", ["a.example"])
        answer = estate.run(several_schedules=policy)
        assert [one["schedules"] for one in answer["machines"]["several"]] == [["w1-x", "w1-y"]]
        assert answer["warnings"] == (["Machines on several schedules (1): a"] if warned else [])

    def test_a_machine_on_several_may_be_refused(self, estate: Estate) -> None:
        estate.machine("a")
        estate.schedule("w1-x", ["b"])
        estate.schedule("w1-y", ["b"])
        with pytest.raises(InputError, match=r"On several: a \(w1\): w1-x, w1-y"):
            estate.run(several_schedules="refuse")
        assert estate.writes() == []

    def test_twins_are_told(self, estate: Estate) -> None:
        one, other = estate.machine("a"), estate.machine("b", heard=False)
        estate.beat("A.EXAMPLE", "Linux", other)
        estate.schedule("w1", ["a.example"])
        assert estate.run()["machines"]["twins"] == [{"computer": "a.example", "ids": [one, other]}]


class TestConnection:
    def test_resource_graph_may_tell_who_is_connected(self, estate: Estate) -> None:
        estate.machine("a", heard=False)
        estate.machine("b", heard=False, status="Disconnected")
        estate.machine("c", heard=False, status="Expired")
        estate.schedule("w1", ["x"])
        answer = estate.run(**GRAPH)
        assert names(estate, "w1") == ["a.example"]
        assert [one["name"] for one in answer["machines"]["not_connected"]] == ["b", "c"]
        assert not any("logs" in path or "query" in path for _method, path, _body in estate.sent)

    @pytest.mark.parametrize(("option", "name"), [("fqdn", "a.example"), ("computer_name", "short"), ("name", "a")])
    def test_what_a_schedule_calls_a_machine_may_be_chosen(self, estate: Estate, option: str, name: str) -> None:
        estate.machine("a")
        estate.machines[0]["computerName"] = "short"
        estate.schedule("w1", ["x"])
        estate.run(**GRAPH, computer_name=option)
        assert names(estate, "w1") == [name]

    def test_a_part_of_the_heartbeats_is_not_used(self, estate: Estate) -> None:
        estate.machine("a")
        estate.schedule("w1", ["b.example"])
        estate.partial = True
        with pytest.raises(
            CloudError, match="a part only, which is not used: PartialError: Some errors: Too many rows"
        ):
            estate.run()
        assert estate.writes() == []

    def test_an_account_without_a_workspace_is_an_error(self, estate: Estate) -> None:
        estate.workspace = None
        with pytest.raises(CloudError, match=r"there is none\. Link one, give workspace_id, or set connected_by"):
            estate.run()

    def test_that_nobody_is_connected_empties_nothing(self, estate: Estate) -> None:
        estate.machine("a", heard=False)
        estate.schedule("w1", ["a.example"])
        with pytest.raises(
            CloudError, match=r"Not one machine is connected, and 1 are on schedules .* allow_no_machines"
        ):
            estate.run()
        assert estate.writes() == []
        estate.searches.append(NOTHING)
        estate.run(allow_no_machines=True)
        assert names(estate, "w1") == []

    def test_a_tag_that_nobody_has_empties_nothing(self, estate: Estate) -> None:
        estate.machine("a")
        estate.machine("b", "w2", heard=False)
        estate.schedule("w1", ["a.example"])
        with pytest.raises(
            CloudError,
            match=r"None of the 1 connected machines has the tag 'Ptch', and 1 are on .* Check tag_key, or set",
        ):
            estate.run(tag_key="Ptch")
        assert estate.writes() == []
        estate.searches.append(NOTHING)
        estate.run(tag_key="Ptch", allow_no_machines=True)
        assert names(estate, "w1") == []

    def test_only_machines_of_the_place_are_meant(self, estate: Estate) -> None:
        estate.machine("a")
        estate.schedule("w1", ["a.example"])
        place = {"resource_group": "rg", "automation_account_name": "automation", "machine_resource_groups": ["Other"]}
        estate.searches.append(NOTHING)
        answer = estate.run(automation_accounts=[place], allow_no_machines=True)
        assert names(estate, "w1") == []
        assert answer["summary"]["machines"]["total"] == 0


class TestPlaceholder:
    def test_it_stands_for_nobody_and_goes_when_machines_come(self, estate: Estate) -> None:
        estate.machine("a", "w2")
        estate.schedule("w1", ["gone"])
        estate.schedule("w2", None, targets={"nonAzureQueries": [PLACEHOLDER]})
        estate.searches.append(NOTHING)
        answer = estate.run()
        assert {one["name"]: one["placeholder"] for one in answer["schedules"]} == {"w1": True, "w2": False}
        sent = {
            path.rpartition("/")[2]: body["properties"]["updateConfiguration"] for _m, path, body in estate.writes()
        }
        assert sent["w1"]["targets"] == {"nonAzureQueries": [PLACEHOLDER]}
        assert sent["w1"]["nonAzureComputerNames"] == []
        assert "nonAzureQueries" not in sent["w2"].get("targets", {})
        estate.sent.clear()
        assert estate.run()["changed"] is False
        assert not any("savedSearches" in path for _method, path, _body in estate.sent), (
            "it is looked for when it is new"
        )

    def test_it_is_made_when_told_to(self, estate: Estate) -> None:
        estate.machine("a", "w2")
        estate.schedule("w1", ["gone"])
        predicted = estate.run(check=True, placeholder={"create": True})
        assert estate.writes() == []
        answer = estate.run(placeholder={"create": True})
        assert predicted == answer
        assert answer["placeholders_made"] == [WORKSPACE]
        (first, path, body), second = estate.writes()
        assert (first, path) == ("PUT", f"{WORKSPACE}/savedSearches/{NOTHING}")
        assert SavedSearch(body).properties.function_alias == NOTHING
        assert second[1].endswith("/w1")

    def test_without_it_the_schedule_is_not_sent(self, estate: Estate) -> None:
        estate.machine("a", "w2")
        estate.schedule("w1", ["gone"])
        estate.schedule("w2", ["gone"])
        with pytest.raises(
            Failed, match=r"no saved search hybridops_no_machines to stand for none\. Make it"
        ) as failed:
            estate.run()
        assert states(failed.value.answer) == {"w1": "failed", "w2": "changed"}
        assert names(estate, "w1") == ["gone"]

    def test_a_schedule_with_queries_of_its_own_needs_none(self, estate: Estate) -> None:
        estate.machine("a", "w2")
        estate.schedule("w1", ["gone"], targets={"azureQueries": [{"scope": ["/subscriptions/s"]}]})
        answer = estate.run()
        assert (states(answer), of(answer, "w1")["placeholder"]) == ({"w1": "changed"}, False)

    def test_its_workspace_is_the_linked_one_unless_it_is_named(self, estate: Estate) -> None:
        estate.machine("a", "w2")
        for name in ("w1", "w3"):
            estate.schedule(name, ["gone"])
        estate.searches.append(NOTHING)
        estate.run(**GRAPH)
        linked = [path for _method, path, _body in estate.sent if path.endswith("/linkedWorkspace")]
        assert len(linked) == 1
        other = WORKSPACE.replace("logs", "other")
        estate.schedule("w4", ["gone"])
        estate.run(**GRAPH, placeholder={"workspace_id": other})
        body = estate.writes()[-1][2]
        targets = body["properties"]["updateConfiguration"]["targets"]
        assert targets["nonAzureQueries"] == [{"functionAlias": NOTHING, "workspaceId": other}]


class TestFaults:
    def crowd(self, estate: Estate, count: int = 20) -> None:
        estate.machine("a", "all")
        for number in range(count):
            estate.schedule(f"all-{number:02}", ["gone"])

    def test_a_refusal_of_one_schedule_stops_no_other(self, estate: Estate) -> None:
        self.crowd(estate, 3)
        estate.meddle = lambda request: (
            refused(403, "AuthorizationFailed") if request.startswith("PUT") and request.endswith("01") else None
        )
        with pytest.raises(Failed) as failed:
            estate.run()
        answer = failed.value.answer
        assert states(answer) == {"all-00": "changed", "all-01": "failed", "all-02": "changed"}
        assert answer["changed"]
        assert "2 of 3 schedules that differ were written" in answer["msg"]
        assert [(one["name"], "AuthorizationFailed" in one["reason"]) for one in answer["failures"]] == [
            ("all-01", True)
        ]

    @pytest.mark.parametrize("headers", [{}, {"retry-after": "7"}])
    def test_throttling_is_waited_for(self, estate: Estate, headers: dict[str, str]) -> None:
        self.crowd(estate, 1)
        refusals = [refused(429, "TooManyRequests", **headers)] * 2
        estate.meddle = lambda request: refusals.pop() if request.startswith("PUT") and refusals else None
        estate.run()
        assert names(estate, "all-00") == ["a.example"]
        assert len(estate.clock.slept) >= 2
        if headers:
            assert min(estate.clock.slept) >= 6.9

    def test_a_storm_ends_in_time_and_the_next_run_does_the_rest(self, estate: Estate) -> None:
        self.crowd(estate, 40)
        let_through = 5

        def storm(request: str) -> Any:
            nonlocal let_through
            if not request.startswith("PUT"):
                return None
            let_through -= 1
            return None if let_through >= 0 else refused(429, "TooManyRequests", **{"retry-after": "30"})

        estate.meddle = storm
        with pytest.raises(Failed) as failed:
            estate.run(time_limit=60)
        answer = failed.value.answer
        found = Counter(states(answer).values())
        assert found["changed"] == 5
        assert found["not_done"] > 0
        assert sum(found.values()) == 40
        assert "5 of 40 schedules that differ were written" in answer["msg"]
        assert "Not begun, since the time was over: all-" in answer["msg"]
        assert "the next run does it" in answer["msg"]
        estate.meddle = calm
        rest = estate.run()
        assert Counter(states(rest).values()) == {"changed": 35, "unchanged": 5}

    def test_a_lost_answer_is_looked_after_by_writing_the_same_again(self, estate: Estate) -> None:
        self.crowd(estate, 1)
        lost = [Unanswered(LOST, "ReadTimeout", "timed out")]

        def meddle(request: str) -> Any:
            if request.startswith("PUT") and lost:
                raise lost.pop()
            return None

        estate.meddle = meddle
        estate.run()
        first, second = estate.writes()
        assert first == second

    def test_a_schedule_that_is_over_is_told_and_not_written(self, estate: Estate) -> None:
        self.crowd(estate, 1)
        estate.schedules["all-00"]["properties"]["scheduleInfo"] |= {"frequency": "OneTime", "advancedSchedule": None}
        answer = estate.run()
        assert (answer["changed"], states(answer)) == (False, {"all-00": "over"})
        assert estate.writes() == []

    def test_a_place_that_cannot_be_read_stops_no_other(self, estate: Estate) -> None:
        self.crowd(estate, 1)
        places = [
            {"resource_group": "rg", "automation_account_name": "automation"},
            {"resource_group": "rg", "automation_account_name": "missing"},
        ]
        estate.meddle = lambda request: refused(404, "ResourceNotFound") if "missing" in request else None
        with pytest.raises(Failed, match="Automation account missing in rg") as failed:
            estate.run(automation_accounts=places)
        assert failed.value.answer["summary"]["places"] == {"total": 2, "read": 1, "failed": 1}
        assert names(estate, "all-00") == ["a.example"]

    def test_when_machines_cannot_be_read_nothing_is_written(self, estate: Estate) -> None:
        self.crowd(estate, 1)
        estate.meddle = lambda request: refused(403, "AuthorizationFailed") if request.endswith("/resources") else None
        with pytest.raises(CloudError, match="Could not read the Arc machines"):
            estate.run()
        assert estate.writes() == []


class TestConfigurations:
    FEED = "maintenance_configurations"

    def run(self, estate: Estate, **options: Any) -> dict[str, Any]:
        return estate.run(feed=self.FEED, maintenance_configurations=[{"resource_group": "rg"}], **options)

    def test_machines_are_assigned_and_taken_out(self, estate: Estate) -> None:
        a, b = estate.machine("a"), estate.machine("b")
        estate.machine("c", "w1", "windows")
        old = estate.machine("old", "w2")
        vm = a.replace("hybridcompute/machines/a", "compute/virtualmachines/v")
        linux = estate.configuration("w1", linuxParameters={"classificationsToInclude": ["Critical"]})
        estate.assign(b, linux)
        estate.assign(vm, linux)
        gone = estate.assign(old, linux)
        predicted = self.run(estate, check=True)
        assert estate.writes() == []
        answer = self.run(estate)
        assert predicted == answer
        assert (of(answer, "w1")["joined"], of(answer, "w1")["left"]) == ([a], [old])
        writes = {
            (method, path.partition("/providers/Microsoft.Maintenance")[0]) for method, path, _b in estate.writes()
        }
        assert writes == {("PUT", a), ("DELETE", old)}
        assert gone.lower() not in estate.assignments
        body = next(body for method, _path, body in estate.writes() if method == "PUT")
        assert body == {"location": "westeurope", "properties": {"maintenanceConfigurationId": linux, "resourceId": a}}
        estate.sent.clear()
        assert self.run(estate)["changed"] is False
        assert estate.writes() == []

    def test_a_configuration_without_settings_is_for_both_systems(self, estate: Estate) -> None:
        for name, os_type in (("a", "linux"), ("b", "windows")):
            estate.machine(name, os_type=os_type)
        estate.configuration("w1")
        estate.configuration("w1-both", linuxParameters={"packageNameMasksToInclude": ["x"]},
                             windowsParameters={"kbNumbersToInclude": ["1"]})  # fmt: skip
        answer = self.run(estate)
        assert [one["joined_count"] for one in answer["schedules"]] == [2, 2]

    def test_heartbeats_need_a_workspace(self, estate: Estate) -> None:
        with pytest.raises(InputError, match=r"maintenance_configurations\[0\]\.workspace_id"):
            self.run(estate, connected_by="heartbeat")
        assert estate.sent == []

    def test_some_that_fail_are_told_and_done_the_next_time(self, estate: Estate) -> None:
        for name in ("a", "b", "c"):
            estate.machine(name)
        estate.configuration("w1")
        estate.meddle = lambda request: (
            refused(409, "Conflict") if request.startswith("PUT") and "/b/" in request else None
        )
        with pytest.raises(Failed, match=r"2 of 3 assignments were changed\. Could not assign b to") as failed:
            self.run(estate)
        assert failed.value.answer["changed"]
        estate.meddle = calm
        assert of(self.run(estate), "w1")["joined"] == [arc("b")]

    def test_an_assignment_of_a_machine_elsewhere_stays(self, estate: Estate) -> None:
        a = estate.machine("a", "w2")
        configuration = estate.configuration("w1")
        other = a.replace("/rg/", "/other/")
        estate.assign(other, configuration)
        place = {"resource_group": "rg", "machine_resource_groups": ["RG"]}
        answer = estate.run(feed=self.FEED, maintenance_configurations=[place])
        assert (answer["changed"], of(answer, "w1")["machines"]) == (False, 0)


class TestScale:
    def test_nothing_to_change_takes_the_least_reads(self, estate: Estate) -> None:
        for number in range(1000):
            estate.machine(f"m{number}", f"w{number % 60}")
        for number in range(60):
            members = [f"m{each}.example" for each in range(number, 1000, 60)]
            estate.schedule(f"prod-w{number}-linux", members)
        answer = estate.run()
        assert answer["changed"] is False
        assert answer["summary"]["machines"]["matched"] == 1000
        # Page of schedules, linked workspace, its other id, heartbeats, page of machines.
        assert len(estate.sent) == 5
        estate.machines[7]["tags"] = {"PATCH": "w8"}
        estate.sent.clear()
        answer = estate.run()
        assert [path.rpartition("/")[2] for _m, path, _b in sorted(estate.writes(), key=lambda one: one[1])] == [
            "prod-w7-linux",
            "prod-w8-linux",
        ]
        assert len(estate.sent) == 5 + 2 * 2

    def test_one_query_for_all_places_of_the_same_credentials(self, estate: Estate) -> None:
        estate.machine("a")
        estate.schedule("w1", ["a.example"])
        accounts = [{"resource_group": f"rg{number}", "automation_account_name": "automation"} for number in range(5)]
        answer = estate.run(automation_accounts=accounts)
        asked = Counter(path.rpartition("/")[2] for _method, path, _body in estate.sent)
        assert (asked["resources"], asked["query"], asked["logs"]) == (1, 1, 1)
        assert answer["summary"]["machines"]["matched"] == 1, "a machine counts once"


ACCOUNT = {"resource_group": "rg", "automation_account_name": "automation"}


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"automation_accounts": []}, "automation_accounts"),
        ({"automation_accounts": [ACCOUNT, {**ACCOUNT, "resource_group": "RG"}]}, "automation_accounts[1]"),
        ({"automation_accounts": [{**ACCOUNT, "automation_account_name": "1abcdef"}]}, "automation_account_name"),
        ({"automation_accounts": [{**ACCOUNT, "automation_account_name": "a/b-cdef"}]}, "automation_account_name"),
        ({"automation_accounts": [{**ACCOUNT, "resource_group": "r/g"}]}, "resource_group"),
        ({"automation_accounts": [{**ACCOUNT, "subscription_id": "a/b"}]}, "subscription_id"),
        ({"automation_accounts": [{**ACCOUNT, "workspace_id": "logs"}]}, "workspace_id"),
        ({"automation_accounts": [{**ACCOUNT, "machine_subscriptions": []}]}, "machine_subscriptions"),
        ({"automation_accounts": [{**ACCOUNT, "machine_resource_groups": ["a/b"]}]}, "machine_resource_groups"),
        ({"heartbeat_hours": 0}, "heartbeat_hours"),
        ({"heartbeat_hours": 721}, "heartbeat_hours"),
        ({"time_limit": 4}, "time_limit"),
        ({"time_limit": 86401}, "time_limit"),
        ({"tag_key": "a/b"}, "tag_key"),
        ({"tag_key": ""}, "tag_key"),
        ({"mapping": {"w1": 5}}, "mapping.w1"),
        ({"mapping": {"w1": [""]}}, "mapping.w1"),
        ({"mapping": {" ": "x"}}, "mapping"),
        ({"schedules": [" "]}, "schedules"),
        ({"ignore_schedules": [""]}, "ignore_schedules"),
        ({"placeholder": {"function_alias": "a b"}}, "placeholder.function_alias"),
        ({"placeholder": {"function_alias": "1a"}}, "placeholder.function_alias"),
        ({"placeholder": {"workspace_id": "/w"}}, "placeholder.workspace_id"),
    ],
)
def test_bad_options_are_refused_before_any_request(
    monkeypatch: pytest.MonkeyPatch, options: dict[str, Any], named: str
) -> None:
    monkeypatch.setattr(membership, "session_of", lambda module, patience: Estate().session(module, patience))
    message = bad(**options)
    assert named in message
    assert "cannot be used; allowed: " in message
