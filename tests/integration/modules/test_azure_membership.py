# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Machines on deployment schedules and maintenance configurations by their tags, against the sandbox."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.examples.play import Stage
from tests.integration.examples.test_guides import tasks_of
from tests.integration.modules.in_process import Modules
from tests.sandbox.client import SandboxProcess

MODULE = "azure_schedule_membership"
SMALL, LARGE = "aaaaaaaa-0000-4000-8000-000000000001", "bbbbbbbb-0000-4000-8000-000000000001"
AUTOMATION = "providers/Microsoft.Automation/automationAccounts/aa-patching"
LOGS = "providers/Microsoft.OperationalInsights/workspaces/logs"
MAINTENANCE = "providers/Microsoft.Maintenance"
SCHEDULE = "Microsoft.Automation/automationAccounts/softwareUpdateConfigurations"
ASSIGNMENT = "Microsoft.Maintenance/configurationAssignments"
ALIAS = "hybridops_no_machines"
MACHINES, SCHEDULES = 1000, 60


def group(name: str, subscription: str = SMALL) -> str:
    return f"/subscriptions/{subscription}/resourceGroups/{name}"


def machine(name: str, tag: str | None, os: str = "redhat", subscription: str = SMALL, **more: Any) -> dict[str, Any]:
    return {
        "node_id": f"{group('rg-arc', subscription)}/providers/Microsoft.HybridCompute/machines/{name}",
        "name": name,
        "hostname": f"{name}.example",
        "region": "westeurope",
        "os": os,
        "tags": {"Patch": tag} if tag else {},
        **more,
    }


def schedule(
    name: str, names: list[str], os: str = "Linux", subscription: str = SMALL, **update: Any
) -> dict[str, Any]:
    """A deployment schedule that was made long ago."""
    settings = {"includedPackageClassifications": "Critical, Security", "rebootSetting": "IfRequired"}
    windows = {"includedUpdateClassifications": "Critical, Security", "rebootSetting": "IfRequired"}
    own = {"windows": windows} if os == "Windows" else {"linux": settings}
    return {
        "id": f"{group('rg-patching', subscription)}/{AUTOMATION}/softwareUpdateConfigurations/{name}",
        "properties": {
            "updateConfiguration": {
                "operatingSystem": os, "duration": "PT2H", "nonAzureComputerNames": names, **own, **update
            },
            "scheduleInfo": {
                "frequency": "Week", "interval": 1, "startTime": "2024-01-06T03:00:00+01:00", "isEnabled": True,
                "expiryTime": "9999-12-31T23:59:00+00:00", "timeZone": "Europe/Zurich",
                "advancedSchedule": {"weekDays": ["Saturday"]},
            },
            "tasks": {"preTask": {"source": "Before", "parameters": {"A": "b"}}},
        },
    }  # fmt: skip


def configuration(name: str, **patches: Any) -> dict[str, Any]:
    window = {
        "startDateTime": "2026-12-05 02:00",
        "duration": "03:55",
        "timeZone": "UTC",
        "recurEvery": "Week Saturday",
    }
    return {
        "id": f"{group('rg-arc')}/{MAINTENANCE}/maintenanceConfigurations/{name}",
        "location": "westeurope",
        "properties": {
            "maintenanceScope": "InGuestPatch",
            "extensionProperties": {"InGuestPatchMode": "User"},
            "installPatches": {"rebootSetting": "IfRequired", **patches},
            "maintenanceWindow": window,
        },
    }


WIN01 = f"{group('rg-arc')}/providers/Microsoft.HybridCompute/machines/win01"
LINUX = {"linuxParameters": {"classificationsToInclude": ["Critical", "Security"]}}
VM_QUERY = {"azureQueries": [{"scope": [f"/subscriptions/{SMALL}"], "locations": ["westeurope"]}]}
STORM = "aa-storm"


def automation(subscription: str, *accounts: str) -> dict[str, Any]:
    """A subscription with Automation accounts and the workspace that is linked to them."""
    workspace = f"{group('rg-patching', subscription)}/{LOGS}"
    providers = f"{group('rg-patching', subscription)}/providers/Microsoft.Automation/automationAccounts"
    return {
        "subscriptions": [{"id": subscription, "groups": {"rg-patching": "westeurope"}}],
        "retry_after": 0,
        "graph_lag": 0,
        "workspaces": [{"id": workspace}],
        "automation_accounts": [{"id": f"{providers}/{one}", "workspace": workspace} for one in accounts],
    }


def in_storm(number: int) -> dict[str, Any]:
    made = schedule(f"w1-{number:02}", ["gone.example"])
    return made | {"id": made["id"].replace("aa-patching", STORM)}


SMALL_FLEET: dict[str, Any] = {
    "version": 1,
    "azure": {
        **automation(SMALL, "aa-patching", STORM),
        "deployment_schedules": [
            schedule("prod-w1-linux", ["lin01.example", "gone.example"]),
            schedule("prod-w1-windows", ["WIN01.EXAMPLE"], "Windows"),
            schedule("prod-w11-linux", ["lin01.example"], targets=VM_QUERY),
            schedule("w1-MANUAL", ["kept.example"]),
            *(in_storm(number) for number in range(30)),
        ],
        "maintenance_configurations": [configuration("saturdays", **LINUX), configuration("w1-linux", **LINUX)],
        "assignments": [
            {
                "id": f"{WIN01}/{MAINTENANCE}/configurationAssignments/By-Hand",
                "properties": {
                    "maintenanceConfigurationId": f"{group('rg-arc')}/{MAINTENANCE}/maintenanceConfigurations/w1-linux",
                    "resourceId": WIN01,
                },
            }
        ],
    },
    "machines": [
        machine("lin01", "W1"),
        machine("lin02", "w1"),
        machine("lin03", None),
        machine("lin04", "w9"),
        machine("lin05", "w1", attributes={"disconnected_days": 3}, power="stopped"),
        machine("win01", "w1", "windows"),
    ],
}
LARGE_FLEET: dict[str, Any] = {
    "version": 1,
    "azure": {
        **automation(LARGE, "aa-patching"),
        "deployment_schedules": [
            schedule(
                f"wave-{number}",
                [f"m{each:04}.example" for each in range(number, MACHINES, SCHEDULES)],
                subscription=LARGE,
            )
            for number in range(SCHEDULES)
        ],
    },
    "machines": [
        machine(f"m{number:04}", f"wave:{number % SCHEDULES}", subscription=LARGE) for number in range(MACHINES)
    ],
}
PLACES = [{"resource_group": "rg-patching", "automation_account_name": "aa-patching", "subscription_id": SMALL}]
LARGE_PLACE = [PLACES[0] | {"subscription_id": LARGE}]


@pytest.fixture(scope="module")
def shared_sandbox() -> Iterator[SandboxProcess]:
    """One sandbox with a small estate."""
    with SandboxProcess(SMALL_FLEET, speed=120) as sandbox:
        yield sandbox


def states(answer: dict[str, Any]) -> dict[str, str]:
    return {one["name"]: one["state"] for one in answer["schedules"]}


def of(answer: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in answer["schedules"] if one["name"] == name)


def asked(modules: Modules) -> Counter[str]:
    """Requests for more than tokens, by operation."""
    return Counter(str(one["operation"]) for one in modules.sandbox.requests() if "/" in str(one["operation"]))


def details(modules: Modules) -> dict[str, dict[str, Any]]:
    """The schedules of the small estate, whole."""
    account: dict[str, Any] = {"resource_group": "rg-patching", "automation_account_name": "aa-patching"}
    answer = modules.ok("azure_deployment_schedule_info", **account, subscription_id=SMALL)
    return {str(one["name"]): one for one in answer["deployment_schedules"]}


def names(modules: Modules) -> dict[str, list[str]]:
    return {name: one["non_azure_computer_names"] for name, one in details(modules).items()}


def node(name: str) -> str:
    return f"{group('rg-arc')}/providers/Microsoft.HybridCompute/machines/{name}"


class TestSmall:
    """Each test begins with the estate as its fleet says."""

    @pytest.fixture(autouse=True)
    def _reset(self, sandbox: SandboxProcess) -> None:
        sandbox.reset()

    def test_the_quartet(self, modules: Modules) -> None:
        before = details(modules)
        answer = modules.quartet(MODULE, automation_accounts=PLACES)
        assert states(answer) == {
            "prod-w1-linux": "changed",
            "prod-w1-windows": "unchanged",
            "prod-w11-linux": "changed",
            "w1-MANUAL": "ignored",
        }
        assert (of(answer, "prod-w1-linux")["joined"], of(answer, "prod-w1-linux")["left"]) == (
            ["lin02.example"],
            ["gone.example"],
        )
        told = {kind: [one["name"] for one in listed] for kind, listed in answer["machines"].items()}
        assert (told["not_connected"], told["untagged"], told["unmatched"]) == (["lin05"], ["lin03"], ["lin04"])
        after = details(modules)
        for name, one in after.items():
            kept = {key: one[key] for key in ("windows", "linux", "duration", "targets", "tasks", "operating_system")}
            assert kept == {key: before[name][key] for key in kept}, "everything else stays"
            info, was = one["schedule_info"], before[name]["schedule_info"]
            assert (info["advanced_schedule"], info["time_zone"]) == (was["advanced_schedule"], was["time_zone"])
        assert after["prod-w1-linux"]["next_run"] == before["prod-w1-linux"]["next_run"]

    def test_both_ways_to_see_who_is_connected_say_the_same(self, modules: Modules) -> None:
        heard = modules.ok(MODULE, check=True, automation_accounts=PLACES)
        for source in ("resource_graph", "arm"):
            answer = modules.ok(
                MODULE, check=True, automation_accounts=PLACES, connected_by="resource_graph", source=source
            )
            assert (answer["schedules"], answer["machines"]) == (heard["schedules"], heard["machines"])

    def test_the_placeholder_comes_with_the_last_machine_and_goes_with_the_first(self, modules: Modules) -> None:
        modules.ok(MODULE, automation_accounts=PLACES)
        modules.sandbox.patch_machine(node("win01"), tags={"Patch": "later"})
        message = modules.refused(MODULE, automation_accounts=PLACES)
        assert f"has no saved search {ALIAS} to stand for none" in message
        answer = modules.quartet(MODULE, automation_accounts=PLACES, placeholder={"create": True})
        assert answer["placeholders_made"] == [f"{group('rg-patching')}/{LOGS}"]
        found = details(modules)["prod-w1-windows"]
        assert found["non_azure_computer_names"] == []
        assert [one["function_alias"] for one in found["targets"]["non_azure_queries"]] == [ALIAS]
        modules.sandbox.patch_machine(node("win01"), tags={"Patch": "W1"})
        modules.ok(MODULE, automation_accounts=PLACES)
        found = details(modules)["prod-w1-windows"]
        assert (found["non_azure_computer_names"], found["targets"]["non_azure_queries"]) == (["win01.example"], [])

    def test_several_places_at_once_and_one_that_is_not_there(self, modules: Modules) -> None:
        missing = PLACES[0] | {"automation_account_name": "aa-missing"}
        answer = modules.call(MODULE, automation_accounts=[*PLACES, missing])
        assert answer["failed"]
        assert "Automation account aa-missing in rg-patching" in answer["msg"]
        assert answer["summary"]["places"] == {"total": 2, "read": 1, "failed": 1}
        assert names(modules)["prod-w1-linux"] == ["lin01.example", "lin02.example"]
        again = modules.call(MODULE, automation_accounts=[*PLACES, missing])
        assert (again["failed"], again["changed"]) == (True, False)

    @pytest.mark.parametrize("options", [{}, {"retry_after": 0.2}], ids=["without", "with"])
    def test_throttling_is_waited_for(self, modules: Modules, options: dict[str, Any]) -> None:
        for operation in (f"{SCHEDULE}/write", f"{SCHEDULE}/read", "Microsoft.ResourceGraph/resources/read"):
            modules.sandbox.fault("throttle", operation=operation, times=1, **options)
        modules.sandbox.fault("throttle", service="logs", times=1, **options)
        answer = modules.ok(MODULE, automation_accounts=PLACES)
        assert Counter(states(answer).values())["changed"] == 2

    def test_a_lost_answer_changes_nothing_twice(self, modules: Modules) -> None:
        modules.sandbox.fault("drop_after", operation=f"{SCHEDULE}/write", times=1)
        answer = modules.ok(MODULE, automation_accounts=PLACES)
        assert Counter(states(answer).values())["changed"] == 2
        modules.unchanged(MODULE, automation_accounts=PLACES)

    def test_machines_are_assigned_to_configurations(self, modules: Modules) -> None:
        options: dict[str, Any] = {
            "feed": "maintenance_configurations",
            "maintenance_configurations": [{"resource_group": "rg-arc"}],
        }
        answer = modules.quartet(MODULE, subscription_id=SMALL, **options)
        assert states(answer) == {"saturdays": "unchanged", "w1-linux": "changed"}
        assert of(answer, "w1-linux")["joined"] == [node("lin01").lower(), node("lin02").lower()]
        assert of(answer, "w1-linux")["left"] == [node("win01").lower()]
        modules.sandbox.clear_requests()
        modules.sandbox.patch_machine(node("lin02"), tags={"Patch": "w2"})
        modules.sandbox.fault("drop_after", operation=f"{ASSIGNMENT}/delete", times=1)
        assert of(modules.ok(MODULE, subscription_id=SMALL, **options), "w1-linux")["left_count"] == 1
        modules.unchanged(MODULE, subscription_id=SMALL, **options)

    @pytest.mark.parametrize("wait", [{}, {"retry_after": 2}, {"retry_after": 3600}], ids=["unsaid", "short", "long"])
    def test_a_storm_ends_in_time_and_the_next_run_does_the_rest(self, modules: Modules, wait: dict[str, Any]) -> None:
        options: dict[str, Any] = {"automation_accounts": [PLACES[0] | {"automation_account_name": STORM}]}
        modules.sandbox.fault("throttle", operation=f"{SCHEDULE}/write", after=10, times=None, **wait)
        began = time.monotonic()
        answer = modules.call(MODULE, time_limit=5, several_schedules="allow", **options)
        assert time.monotonic() - began < 5 + 3
        assert answer["failed"]
        found = Counter(states(answer).values())
        assert found["changed"] == 10
        assert found["failed"] + found["not_done"] == 20
        assert "Not everything was done: 10 of 30 schedules that differ were written." in answer["msg"]
        assert "What was not done is as it was; the next run does it." in answer["msg"]
        modules.sandbox.clear_faults()
        modules.sandbox.clear_requests()
        rest = modules.ok(MODULE, several_schedules="allow", **options)
        assert Counter(states(rest).values()) == {"changed": 20, "unchanged": 10}
        assert len(modules.sandbox.writes()) == 20

    def test_no_schedule_loses_days_that_the_service_does_not_tell(self, modules: Modules, told: list[str]) -> None:
        modules.sandbox.switch_azure(automation_hides_advanced_schedule=True)
        third = {"monthly_occurrences": [{"occurrence": 3, "day": "Saturday"}]}
        times = {"frequency": "Month", "start_time": "2026-01-17T06:00", "advanced_schedule": third}
        modules.ok(
            "azure_deployment_schedule",
            **PLACES[0],
            name="w1-monthly",
            operating_system="Linux",
            non_azure_computer_names=["gone.example"],
            schedule_info=times,
        )
        answer = modules.call(MODULE, automation_accounts=PLACES)
        assert states(answer) == {
            "prod-w1-linux": "changed",
            "prod-w1-windows": "unchanged",
            "prod-w11-linux": "changed",
            "w1-MANUAL": "ignored",
            "w1-monthly": "failed",
        }
        assert "It was not written, since it might lose the days on which it runs" in answer["msg"]
        assert "the deployment schedule prod-w1-linux runs (frequency Week)" in str(told)
        modules.sandbox.switch_azure(automation_hides_advanced_schedule=False)
        assert details(modules)["w1-monthly"]["schedule_info"]["advanced_schedule"] == {
            "week_days": [],
            "month_days": [],
            **third,
        }

    def test_a_part_of_the_heartbeats_is_not_used(self, modules: Modules) -> None:
        modules.sandbox.switch_azure(partial_logs=True)
        message = modules.refused(MODULE, automation_accounts=PLACES)
        assert "Could not read the heartbeats of the workspace logs" in message
        assert "PartialError" in message

    def test_that_the_service_is_gone_is_told_with_what_takes_its_place(self, modules: Modules) -> None:
        modules.sandbox.switch_azure(automation_shut_down=True)
        answer = modules.call(MODULE, automation_accounts=PLACES)
        assert answer["failed"]
        assert "Azure Update Manager" in answer["msg"]
        assert states(answer)["prod-w1-linux"] == "failed"

    def test_the_examples_work(self, sandbox: SandboxProcess) -> None:
        answers = Stage(sandbox, {}, {}).play_examples(MODULE)
        assert [answer["changed"] for answer in answers] == [True, False, True]

    def test_the_tasks_of_the_guide_work(self, sandbox: SandboxProcess) -> None:
        stage = Stage(sandbox, {}, {})
        answers = [answer for task in tasks_of("azure-membership.md") for answer in stage.play(task)]
        assert [answer["changed"] for answer in answers] == [True, True, True]


def test_a_thousand_machines_take_the_least_reads_and_two_changes_two_writes() -> None:
    with SandboxProcess(LARGE_FLEET, speed=120, check_answers=False) as sandbox:
        modules = Modules(sandbox)
        assert modules.ok(MODULE, automation_accounts=LARGE_PLACE)["changed"] is False
        assert sandbox.writes() == []
        least = {
            f"{SCHEDULE}/read": 1,
            "Microsoft.Automation/automationAccounts/linkedWorkspace/read": 1,
            "Microsoft.OperationalInsights/workspaces/read": 1,
            "Microsoft.OperationalInsights/workspaces/query/read": 1,
            "Microsoft.ResourceGraph/resources/read": MACHINES // 1000,
        }
        assert asked(modules) == Counter(least)
        moved = f"{group('rg-arc', LARGE)}/providers/Microsoft.HybridCompute/machines/m0007"
        sandbox.patch_machine(moved, tags={"Patch": "wave:8"})
        sandbox.clear_requests()
        answer = modules.ok(MODULE, automation_accounts=LARGE_PLACE)
        assert [one["name"] for one in answer["schedules"] if one["state"] == "changed"] == ["wave-7", "wave-8"]
        assert len(sandbox.writes()) == 2
        assert asked(modules)[f"{SCHEDULE}/read"] == 1 + 2


ACCOUNT = {"resource_group": "rg-patching", "automation_account_name": "aa-patching"}


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"automation_accounts": []}, "automation_accounts"),
        ({"automation_accounts": [ACCOUNT, ACCOUNT | {"resource_group": "RG-Patching"}]}, "automation_accounts[1]"),
        ({"automation_accounts": [ACCOUNT | {"workspace_id": "logs"}]}, "automation_accounts[0].workspace_id"),
        ({"automation_accounts": PLACES, "heartbeat_hours": 0}, "heartbeat_hours"),
        ({"automation_accounts": PLACES, "time_limit": 4}, "time_limit"),
        ({"automation_accounts": PLACES, "mapping": {"w1": {}}}, "mapping.w1"),
        ({"automation_accounts": PLACES, "placeholder": {"function_alias": "a b"}}, "placeholder.function_alias"),
        ({"automation_accounts": PLACES, "tag_key": "a/b"}, "tag_key"),
        ({}, "automation_accounts"),
        ({"feed": "maintenance_configurations"}, "maintenance_configurations"),
    ],
)
def test_bad_options_are_refused_before_any_request(modules: Modules, options: dict[str, Any], named: str) -> None:
    modules.sandbox.clear_requests()
    assert named in modules.refused(MODULE, **options)
    assert asked(modules) == Counter()
