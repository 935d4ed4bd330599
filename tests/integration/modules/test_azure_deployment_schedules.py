# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deployment schedules of an Automation account: made, changed, read, run, and refused."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml

from tests.integration.examples.play import Stage
from tests.integration.examples.test_guides import tasks_of
from tests.integration.modules.in_process import Modules
from tests.integration.modules.tasks import ROOT
from tests.sandbox.client import SandboxProcess

MODULE, INFO = "azure_deployment_schedule", "azure_deployment_schedule_info"
SUBSCRIPTION = "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001"
VM = f"{SUBSCRIPTION}/resourceGroups/rg-vms/providers/Microsoft.Compute/virtualMachines"
PROVIDERS = f"{SUBSCRIPTION}/resourceGroups/rg-automation/providers"
ACCOUNT = f"{PROVIDERS}/Microsoft.Automation/automationAccounts/aa-patching"
MANY = ACCOUNT.replace("aa-patching", "aa-many")
WORKSPACE = f"{PROVIDERS}/Microsoft.OperationalInsights/workspaces/logs"
SCHEDULES = "Microsoft.Automation/automationAccounts/softwareUpdateConfigurations"
PLACE = {"resource_group": "rg-automation", "automation_account_name": "aa-patching"}
NOTHING = {"name": "nothing", "query": "Heartbeat | where 1 == 0", "functionAlias": "patching_nothing"}

WHOLE: dict[str, Any] = {
    **PLACE,
    "name": "prod-w1",
    "operating_system": "Windows",
    "windows": {
        "included_update_classifications": ["Security", "Critical"],
        "excluded_kb_numbers": ["KB5031364", "168934"],
        "included_kb_numbers": ["5031365"],
        "reboot_setting": "Never",
    },
    "duration": "PT02H30M00S",
    "azure_virtual_machines": [f"{VM}/vm-win-01"],
    "non_azure_computer_names": ["arc-win-01"],
    "targets": {
        "azure_queries": [
            {
                "scope": [SUBSCRIPTION, f"{SUBSCRIPTION}/resourceGroups/rg-vms"],
                "locations": ["West Europe"],
                "tag_settings": {"tags": {"patch": ["w2", "w1"], "env": "prod"}, "filter_operator": "Any"},
            }
        ],
        "non_azure_queries": [{"function_alias": "patching_nothing", "workspace_id": WORKSPACE}],
    },
    "schedule_info": {
        "frequency": "Month",
        "interval": 2,
        "start_time": "2026-01-17T06:00:59",
        "time_zone": "Europe/Zurich",
        "expiry_time": "2036-12-31T00:00",
        "description": "third Saturday",
        "advanced_schedule": {"monthly_occurrences": [{"occurrence": 3, "day": "Saturday"}]},
    },
    "tasks": {
        "pre_task": {"source": "Stop-Monitoring", "parameters": {"Minutes": 180}},
        "post_task": {"source": "Start-Monitoring"},
    },
}
SMALL: dict[str, Any] = {
    **PLACE,
    "name": "small",
    "operating_system": "Linux",
    "non_azure_computer_names": ["arc-linux-01"],
    "schedule_info": {"frequency": "Day", "start_time": "2026-01-01T03:00", "time_zone": "Europe/Zurich"},
}
DECLARED = {
    "updateConfiguration": {
        "operatingSystem": "Linux",
        "linux": {"rebootSetting": "Never"},
        "nonAzureComputerNames": ["x"],
    },
    "scheduleInfo": {"frequency": "Day", "interval": 1, "startTime": "2020-01-01T03:00:00+00:00", "timeZone": "UTC"},
}


@pytest.fixture(scope="module")
def one_sandbox() -> Iterator[SandboxProcess]:
    """The small fleet with an Automation account and its workspace."""
    fleet = yaml.safe_load((ROOT / "tests/sandbox/fleets/azure_small.yml").read_text(encoding="utf-8"))
    fleet["azure"]["subscriptions"][0]["groups"] = {"rg-automation": {}}
    fleet["azure"] |= {
        "workspaces": [{"id": WORKSPACE, "saved_searches": [NOTHING]}],
        "automation_accounts": [{"id": ACCOUNT, "workspace": WORKSPACE}, {"id": MANY}],
        "deployment_schedules": [
            {"id": f"{MANY}/softwareUpdateConfigurations/s-{number:03d}", "properties": DECLARED}
            for number in range(120)
        ],
    }
    with SandboxProcess(fleet, speed=60) as sandbox:
        yield sandbox


@pytest.fixture
def modules(one_sandbox: SandboxProcess) -> Iterator[Modules]:
    """Modules against the sandbox as its fleet says."""
    one_sandbox.clear_requests()
    yield Modules(one_sandbox)
    one_sandbox.clear_faults()
    one_sandbox.reset()


def read(modules: Modules, name: str = "prod-w1", **options: Any) -> dict[str, Any]:
    """A schedule as the info module reads it."""
    (found,) = modules.ok(INFO, **PLACE, name=name, **options)["deployment_schedules"]
    return dict(found)


def asked(modules: Modules, kind: str) -> int:
    """How many requests there were of this kind: read, write, delete."""
    return len(modules.sandbox.requests(operation=f"{SCHEDULES}/{kind}"))


def other_words(wanted: dict[str, Any]) -> dict[str, Any]:
    """The same options as somebody else would write them."""
    said = deepcopy(wanted)
    said["windows"]["included_update_classifications"].reverse()
    said["windows"]["excluded_kb_numbers"] = ["168934", "5031364"]
    said["duration"] = "PT2H30M"
    said["azure_virtual_machines"] = [id_.lower() for id_ in said["azure_virtual_machines"]]
    said["non_azure_computer_names"] = ["ARC-WIN-01"]
    query = said["targets"]["azure_queries"][0]
    query["scope"] = [scope.upper().replace("/SUBSCRIPTIONS", "/subscriptions") for scope in reversed(query["scope"])]
    query["locations"] = ["westeurope"]
    query["tag_settings"]["tags"] = {"Env": ["prod"], "Patch": ["w1", "W2"]}
    said["schedule_info"]["start_time"] = "2025-09-20T04:00:00+00:00"
    said["schedule_info"]["expiry_time"] = "2036-12-30T23:00:00Z"
    return said


class TestPresent:
    def test_a_whole_schedule_is_made_once(self, modules: Modules) -> None:
        made = modules.quartet(MODULE, **WHOLE)["deployment_schedule"]
        assert made["id"] == f"{ACCOUNT}/softwareUpdateConfigurations/prod-w1"
        found = read(modules)
        assert {name: found[name] for name in made if name != "windows"} == {
            name: value for name, value in made.items() if name != "windows"
        }
        start = datetime.fromisoformat(found["schedule_info"]["start_time"])
        assert start > datetime.now(UTC)
        assert (start.weekday(), start.hour, start.minute, start.second) == (5, 6, 0, 0)
        assert start.month % 2 == 1, "every second month, counted from January"
        assert found["next_run"] == found["schedule_info"]["start_time"]

    def test_the_same_in_other_words_changes_nothing(self, modules: Modules) -> None:
        modules.ok(MODULE, **WHOLE)
        modules.unchanged(MODULE, **other_words(WHOLE))
        modules.unchanged(MODULE, **PLACE, name="prod-w1")

    def test_what_a_schedule_takes_when_nothing_is_said_is_predicted(self, modules: Modules) -> None:
        made = modules.quartet(MODULE, **SMALL)["deployment_schedule"]
        assert (made["duration"], made["linux"]["reboot_setting"]) == ("PT2H", "IfRequired")
        found = read(modules, "small")
        assert found["linux"]["included_package_classifications"] == ["Unclassified"]
        assert {name: found[name] for name in ("duration", "schedule_info", "tasks", "targets", "windows")} == {
            name: made[name] for name in ("duration", "schedule_info", "tasks", "targets", "windows")
        }

    CHANGES: tuple[dict[str, Any], ...] = (
        {"windows": {"included_update_classifications": ["Critical", "Updates", "UpdateRollup"]}},
        {"windows": {"included_update_classifications": []}},
        {"windows": {"excluded_kb_numbers": []}},
        {"windows": {"included_kb_numbers": ["1", "2"]}},
        {"windows": {"reboot_setting": "RebootOnly"}},
        {"duration": "PT30M"},
        {"azure_virtual_machines": [f"{VM}/vm-win-01", f"{VM}/vm-linux-01"]},
        {"azure_virtual_machines": []},
        {"non_azure_computer_names": ["a", "b"]},
        {"non_azure_computer_names": []},
        {"targets": {"azure_queries": [{"scope": [SUBSCRIPTION]}]}},
        {"targets": {"azure_queries": []}},
        {"targets": {"non_azure_queries": []}},
        {"schedule_info": {"interval": 3}},
        {"schedule_info": {"start_time": "2026-01-17T06:30"}},
        {"schedule_info": {"start_time": "2035-01-20T06:00"}},
        {"schedule_info": {"time_zone": "America/New_York", "start_time": "2026-01-17T06:00"}},
        {"schedule_info": {"expiry_time": "2036-11-30T00:00"}},
        {"schedule_info": {"expiry_time": ""}},
        {"schedule_info": {"is_enabled": False}},
        {"schedule_info": {"is_enabled": True}},
        {"schedule_info": {"description": ""}},
        {"schedule_info": {"advanced_schedule": {"month_days": [1, -1]}}},
        {"schedule_info": {"advanced_schedule": {}, "interval": 1}},
        {"schedule_info": {"frequency": "Week", "advanced_schedule": {"week_days": ["Friday", "Monday"]}}},
        {"schedule_info": {"frequency": "Hour", "interval": 7}},
        {"schedule_info": {"frequency": "Minute", "interval": 45}},
        {"schedule_info": {"frequency": "OneTime", "interval": 1, "start_time": "2035-01-20T06:00"}},
        {"tasks": {"pre_task": {"parameters": {}}, "post_task": {"parameters": {"A": "b"}}}},
        {"tasks": {"post_task": {"source": "Other"}}},
        {"tasks": {"pre_task": {"source": ""}}},
        {"operating_system": "Linux", "linux": {
            "included_package_classifications": ["Security", "Other"], "excluded_package_name_masks": ["kernel*"],
            "included_package_name_masks": ["openssl"], "reboot_setting": "Always",
        }},
        {"linux": {"included_package_name_masks": [], "excluded_package_name_masks": ["Kernel*"]}},
    )  # fmt: skip

    def test_each_field_is_changed_added_and_removed(self, modules: Modules) -> None:
        basis = deepcopy(WHOLE)
        basis["targets"]["azure_queries"].append({"scope": [f"{SUBSCRIPTION}/resourceGroups/rg-arc"]})
        modules.ok(MODULE, **basis)
        for change in self.CHANGES:
            if change.get("targets") == {"non_azure_queries": []}:
                modules.ok(MODULE, **PLACE, name="prod-w1", non_azure_computer_names=["arc-win-01"])
            answer, again = (modules.ok(MODULE, **PLACE, name="prod-w1", **change) for _time in range(2))
            assert answer["changed"], change
            assert not again["changed"], again["diff"]

    def test_days_that_the_service_does_not_tell_are_not_lost(self, modules: Modules) -> None:
        weekly = deepcopy(SMALL)
        weekly["schedule_info"] |= {"frequency": "Week", "advanced_schedule": {"week_days": ["Tuesday", "Friday"]}}
        # The start is on another day than any of the runs.
        weekly["schedule_info"]["start_time"] = "2035-01-01T03:00"
        modules.ok(MODULE, **weekly)
        modules.sandbox.switch_azure(automation_hides_advanced_schedule=True)
        modules.unchanged(MODULE, **weekly)
        message = modules.refused(MODULE, **PLACE, name="small", duration="PT3H")
        assert "schedule_info.advanced_schedule is not set; needed" in message
        modules.ok(MODULE, **{**weekly, "duration": "PT3H"})
        modules.sandbox.switch_azure(automation_hides_advanced_schedule=False)
        days = read(modules, "small")["schedule_info"]["advanced_schedule"]["week_days"]
        assert sorted(days) == ["Friday", "Tuesday"]

    def test_a_service_that_tells_no_days_changes_nothing_twice_either(self, modules: Modules) -> None:
        modules.sandbox.switch_azure(automation_hides_advanced_schedule=True)
        modules.quartet(MODULE, **WHOLE)
        modules.unchanged(MODULE, **other_words(WHOLE))
        assert "advanced_schedule" in modules.refused(MODULE, **PLACE, name="prod-w1", duration="PT3H")

    def test_days_that_say_nothing_are_sent_with_a_warning(self, modules: Modules, told: list[str]) -> None:
        hourly = deepcopy(SMALL)
        hourly["schedule_info"] |= {"frequency": "Hour", "advanced_schedule": {"week_days": ["Monday"]}}
        modules.quartet(MODULE, **hourly)
        assert "week_days is not for the frequency Hour" in told[0]

    def test_the_time_of_day_is_sent_as_the_zone_has_it(self, modules: Modules) -> None:
        """The service passes over the offset."""
        given = deepcopy(SMALL)
        given["schedule_info"]["start_time"] = "2035-06-01T01:00:00Z"
        modules.quartet(MODULE, **given)
        assert read(modules, "small")["schedule_info"]["start_time"] == "2035-06-01T03:00:00+02:00"


class TestAbsent:
    def test_it_is_deleted_once(self, modules: Modules) -> None:
        modules.ok(MODULE, **SMALL)
        answer = modules.quartet(MODULE, **PLACE, name="small", state="absent")
        assert answer["deployment_schedule"] == answer["diff"]["after"] == {}
        assert modules.ok(INFO, **PLACE, name="small")["deployment_schedules"] == []

    def test_where_there_is_no_account_nothing_is_there(self, modules: Modules) -> None:
        gone = {**PLACE, "automation_account_name": "gone"}
        modules.unchanged(MODULE, **gone, name="small", state="absent")
        for check in (True, False):
            assert "automationAccounts/gone" in modules.call(MODULE, check=check, **{**SMALL, **gone})["msg"]


class TestRefusals:
    @pytest.mark.parametrize(
        ("options", "said"),
        [
            ({"resource_group": "a/b"}, "resource_group: 'a/b' cannot be used"),
            ({"name": "a/b"}, "name: 'a/b' cannot be used"),
            ({"operating_system": "Linux", "windows": {"reboot_setting": "Never"}}, "windows: "),
            ({"windows": {"included_update_classifications": ["Important"]}}, "included_update_classifications"),
            ({"windows": {"excluded_kb_numbers": ["KB"]}}, "windows.excluded_kb_numbers"),
            ({"linux": {"reboot_setting": "Sometimes"}}, "reboot_setting"),
            ({"duration": "PT7H"}, "duration: 'PT7H' cannot be used; allowed: 30 minutes to 6 hours"),
            ({"azure_virtual_machines": ["vm-01"]}, "azure_virtual_machines: 'vm-01'"),
            ({"targets": {"azure_queries": [{"scope": ["rg"]}]}}, "targets.azure_queries[0].scope: 'rg'"),
            ({"targets": {"non_azure_queries": [{"function_alias": "x"}]}}, "workspace_id"),
            ({"schedule_info": {"frequency": "Year"}}, "frequency"),
            ({"schedule_info": {"interval": 101}}, "schedule_info.interval: 101"),
            ({"schedule_info": {"start_time": "noon"}}, "schedule_info.start_time: 'noon'"),
            ({"schedule_info": {"time_zone": "Mars"}}, "schedule_info.time_zone: 'Mars'"),
            ({"schedule_info": {"frequency": "Day", "advanced_schedule": {"month_days": [1]}}}, "month_days"),
            (
                {
                    "schedule_info": {
                        "advanced_schedule": {
                            "monthly_occurrences": [
                                {"occurrence": 1, "day": "Monday"},
                                {"occurrence": 2, "day": "Monday"},
                            ]
                        }
                    }
                },
                "monthly_occurrences",
            ),
        ],
    )
    def test_what_cannot_be_is_refused_before_any_request(
        self, modules: Modules, options: dict[str, Any], said: str
    ) -> None:
        assert said in modules.refused(MODULE, **{**PLACE, "name": "x", **options})
        assert modules.sandbox.requests() == []

    def test_what_does_not_fit_the_schedule_is_refused_before_a_write(self, modules: Modules) -> None:
        assert "operating_system is not set" in modules.refused(MODULE, **PLACE, name="new", duration="PT1H")
        modules.ok(MODULE, **SMALL)
        small = {**PLACE, "name": "small"}
        assert "no schedule without any" in modules.refused(MODULE, **small, non_azure_computer_names=[])
        once = {"frequency": "OneTime", "start_time": "2026-01-01T03:00"}
        assert "at least 5 minutes from now" in modules.refused(MODULE, **small, schedule_info=once)
        days = {"advanced_schedule": {"week_days": ["Monday"]}}
        assert "week_days" in modules.refused(MODULE, **small, schedule_info=days)

    def test_the_shutdown_is_explained(self, modules: Modules) -> None:
        modules.sandbox.switch_azure(automation_shut_down=True)
        message = str(modules.call(MODULE, **SMALL)["msg"])
        assert message.startswith("Could not write the deployment schedule small of aa-patching")
        assert "use azure_maintenance_configuration for new schedules, and azure_schedule_migration" in message


class TestWire:
    @pytest.mark.parametrize("kind", ["throttle", "error", "drop_before", "drop_after"])
    def test_a_write_that_meets_trouble_is_made_once(self, modules: Modules, kind: str) -> None:
        modules.sandbox.fault(kind, operation=f"{SCHEDULES}/write", times=1)
        modules.sandbox.fault(kind, operation=f"{SCHEDULES}/read", times=1)
        assert modules.ok(MODULE, **SMALL)["changed"]
        modules.unchanged(MODULE, **SMALL)
        modules.sandbox.fault(kind, operation=f"{SCHEDULES}/delete", times=1)
        assert modules.ok(MODULE, **PLACE, name="small", state="absent")["changed"]
        modules.unchanged(MODULE, **PLACE, name="small", state="absent")

    def test_a_run_with_nothing_to_do_is_one_request(self, modules: Modules) -> None:
        modules.ok(MODULE, **SMALL)
        modules.sandbox.clear_requests()
        modules.ok(MODULE, **SMALL)
        assert (asked(modules, "read"), asked(modules, "write")) == (1, 0)


class TestInfo:
    def test_machines_are_found_in_their_schedules(self, modules: Modules) -> None:
        modules.ok(MODULE, **WHOLE)
        modules.ok(MODULE, **SMALL)

        def names(**options: Any) -> list[str]:
            found = modules.ok(INFO, **PLACE, **options)["deployment_schedules"]
            return [schedule["name"] for schedule in found]

        assert names() == ["prod-w1", "small"]
        assert names(machine=f"{VM}/vm-win-01") == ["prod-w1"]
        assert names(machine=f"{VM.upper()}/vm-win-01/") == ["prod-w1"]
        assert names(machine="ARC-linux-01") == ["small"]
        assert names(machine="arc-linux-01", name="prod-w1") == []
        assert names(machine="nowhere") == []

    def test_a_list_alone_is_one_request(self, modules: Modules) -> None:
        modules.ok(MODULE, **SMALL)
        modules.sandbox.clear_requests()
        (schedule,) = modules.ok(INFO, **PLACE, details=False)["deployment_schedules"]
        assert asked(modules, "read") == 1
        assert set(schedule["schedule_info"]) == {"frequency", "start_time"}
        assert schedule["non_azure_computer_names"] == ["arc-linux-01"]

    def test_a_list_goes_on_after_a_hundred(self, modules: Modules) -> None:
        there = {**PLACE, "automation_account_name": "aa-many"}
        found = modules.ok(INFO, **there, details=False)["deployment_schedules"]
        assert [schedule["name"] for schedule in found] == [f"s-{number:03d}" for number in range(120)]
        assert asked(modules, "read") == 2

    def test_runs_tell_what_became_of_each_machine(self, modules: Modules) -> None:
        modules.ok(MODULE, **SMALL)
        modules.sandbox.run_deployment(f"{ACCOUNT}/softwareUpdateConfigurations/small")
        (run,) = read(modules, "small", machine_runs=True)["runs"]
        assert run["computer_count"] == len(run["machine_runs"]) == 1
        assert run["machine_runs"][0]["target_computer"] == "arc-linux-01"
        assert run["machine_runs"][0]["correlation_id"] == run["name"]
        assert read(modules, "small", runs=True, run_status="NoSuchStatus")["runs"] == []
        assert read(modules, "small", runs=True, runs_since="2099-01-01")["runs"] == []
        assert "runs" not in read(modules, "small")

    def test_a_time_that_cannot_be_read_is_refused(self, modules: Modules) -> None:
        assert "runs_since: 'x'" in modules.refused(INFO, **PLACE, runs=True, runs_since="x")


class TestDocumentation:
    @pytest.mark.parametrize("module", [MODULE, INFO])
    def test_the_examples_work(self, module: str, one_sandbox: SandboxProcess, modules: Modules) -> None:
        assert Stage(one_sandbox, {}, {}).play_examples(module)

    def test_the_tasks_of_the_guide_work(self, one_sandbox: SandboxProcess, modules: Modules) -> None:
        stage = Stage(one_sandbox, {}, {})
        answers = [answer for task in tasks_of("azure-deployment-schedules.md") for answer in stage.play(task)]
        assert answers[0]["changed"]
        assert [schedule["name"] for schedule in answers[1]["deployment_schedules"]] == ["prod-w1"]
