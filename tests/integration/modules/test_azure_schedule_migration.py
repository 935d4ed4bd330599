# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deployment schedules are moved to Update Manager: what they become, what is listed, what is written, once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.integration.examples.play import Stage
from tests.integration.examples.test_guides import tasks_of
from tests.integration.modules.in_process import Modules
from tests.integration.modules.tasks import ROOT
from tests.sandbox.client import SandboxProcess

MODULE = "azure_schedule_migration"
ONE = "aaaaaaaa-0000-4000-8000-000000000001"
SUBSCRIPTION = f"/subscriptions/{ONE}"
VM = f"{SUBSCRIPTION}/resourceGroups/rg-vms/providers/Microsoft.Compute/virtualMachines"
ARC = f"{SUBSCRIPTION}/resourceGroups/rg-arc/providers/Microsoft.HybridCompute/machines"
PROVIDERS = f"{SUBSCRIPTION}/resourceGroups/rg-automation/providers"
ACCOUNT = f"{PROVIDERS}/Microsoft.Automation/automationAccounts/aa-patching"
WORKSPACE = f"{PROVIDERS}/Microsoft.OperationalInsights/workspaces/logs"
SCHEDULES = "Microsoft.Automation/automationAccounts/softwareUpdateConfigurations"
CONFIGURATION = "Microsoft.Maintenance/maintenanceConfigurations"
ASSIGNMENT = "Microsoft.Maintenance/configurationAssignments"
LIVE = {"automation_accounts": [{"resource_group": "rg-automation", "automation_account_name": "aa-patching"}]}
TARGET = {"resource_group": "rg-vms", "location": "westeurope"}
SAVED = {"name": "legacy", "query": "Heartbeat | distinct Computer", "functionAlias": "legacy_servers"}
SEARCH = {"functionAlias": "legacy_servers", "workspaceId": WORKSPACE}


def schedule(name: str, update: dict[str, Any] | None = None, times: dict[str, Any] | None = None) -> dict[str, Any]:
    """A schedule as the API answers it: by default one that can be moved wholly."""
    base: dict[str, Any] = {
        "operatingSystem": "Linux",
        "linux": {
            "includedPackageClassifications": "Critical, Security",
            "excludedPackageNameMasks": ["kernel*"],
            "includedPackageNameMasks": ["openssl"],
            "rebootSetting": "Never",
        },
        "windows": None,
        "duration": "PT2H30M",
        "azureVirtualMachines": [f"{VM}/vm-linux-01"],
        "nonAzureComputerNames": ["arc-linux-01"],
        "targets": {
            "azureQueries": [
                {
                    "scope": [SUBSCRIPTION, f"{SUBSCRIPTION}/resourceGroups/rg-vms"],
                    "locations": ["westeurope"],
                    "tagSettings": {"tags": {"patch": ["w1", "w2"]}, "filterOperator": "Any"},
                },
                {"scope": [SUBSCRIPTION], "locations": [], "tagSettings": None},
            ],
            "nonAzureQueries": None,
        },
    }
    info = {
        "frequency": "Month",
        "interval": 2,
        "startTime": "2025-01-18T06:00:00+01:00",
        "timeZone": "Europe/Zurich",
        "isEnabled": True,
        "description": "third Saturday",
        "advancedSchedule": {"monthlyOccurrences": [{"occurrence": 3, "day": "Saturday"}]},
    }
    properties = {
        "updateConfiguration": base | (update or {}),
        "scheduleInfo": info | (times or {}),
        "provisioningState": "Succeeded",
        "error": None,
        "tasks": None,
    }
    return {"id": f"{ACCOUNT}/softwareUpdateConfigurations/{name}", "name": name, "properties": properties}


ESTATE = [
    schedule("prod-w1 linux"),
    schedule("long", {"duration": "PT6H", "targets": None}),
    schedule("searched", {"targets": {"nonAzureQueries": [SEARCH]}}),
    schedule(
        "often",
        {"targets": None},
        {"frequency": "Hour", "interval": 3, "advancedSchedule": None},
    ),
    schedule("off", {"targets": None}, {"isEnabled": False}),
]


@pytest.fixture(scope="module")
def one_sandbox() -> Iterator[SandboxProcess]:
    """The small fleet with an Automation account and schedules."""
    fleet = yaml.safe_load((ROOT / "tests/sandbox/fleets/azure_small.yml").read_text(encoding="utf-8"))
    fleet["azure"]["subscriptions"][0]["groups"] = {"rg-automation": {}}
    ready = {"patch_mode": "AutomaticByPlatform", "bypass_platform_safety_checks": True}
    fleet["machines"][0]["attributes"] = ready
    declared = [
        {"id": one["id"], "properties": {k: v for k, v in one["properties"].items() if k != "error"}} for one in ESTATE
    ]
    fleet["azure"] |= {
        "workspaces": [{"id": WORKSPACE, "saved_searches": [SAVED]}],
        "automation_accounts": [{"id": ACCOUNT, "workspace": WORKSPACE}],
        "deployment_schedules": declared,
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


def export(path: Path, *schedules: Any) -> dict[str, Any]:
    """Options for schedules of a file."""
    path.write_text(json.dumps({"value": list(schedules)}), encoding="utf-8")
    return {"export_files": [str(path)], **TARGET}


def by_name(answer: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The schedules of an answer by their names."""
    return {one["name"]: one for one in answer["schedules"]}


class TestLive:
    def test_what_can_be_moved_wholly_is_and_the_rest_is_listed(self, modules: Modules) -> None:
        answer = modules.quartet(MODULE, **LIVE, **TARGET)
        assert answer["summary"] == {"migrated": 1, "not_migrated": 4}
        found = by_name(answer)
        assert {name: [one["accept"] for one in each["not_carried_over"]] for name, each in found.items()} == {
            "long": ["duration"],
            "off": ["disabled"],
            "prod-w1 linux": [],
            "searched": ["saved_searches"],
            "often": ["interval"],
        }
        (made,) = found["prod-w1 linux"]["configurations"]
        assert made["name"] == "prod-w1-linux"
        assert made["machines"] == [f"{ARC}/arc-linux-01".lower(), f"{VM}/vm-linux-01".lower()]
        assert len(made["dynamic_scopes"]) == 3

    def test_a_second_call_reads_and_writes_nothing(self, modules: Modules) -> None:
        modules.ok(MODULE, **LIVE, **TARGET)
        modules.sandbox.clear_requests()
        modules.unchanged(MODULE, **LIVE, **TARGET)
        operations = [str(one["operation"]) for one in modules.sandbox.requests()]
        assert operations.count(f"{SCHEDULES}/read") == 2 * (1 + len(ESTATE))
        assert operations.count(f"{CONFIGURATION}/read") == operations.count(f"{ASSIGNMENT}/read") == 2

    def test_what_is_accepted_is_moved_and_listed(self, modules: Modules) -> None:
        accepted = {"accept": ["duration", "saved_searches", "interval", "disabled"]}
        answer = modules.quartet(MODULE, **LIVE, **TARGET, **accepted)
        assert answer["summary"] == {"migrated": 1, "partly_migrated": 4}
        found = by_name(answer)
        assert all(one["accepted"] for each in found.values() for one in each["not_carried_over"])
        assert found["long"]["configurations"][0]["maintenance_window"]["duration"] == "03:55"
        assert found["often"]["configurations"][0]["maintenance_window"]["recur_every"] == "6Hours"
        assert (found["off"]["configurations"][0]["machines"], found["off"]["configurations"][0]["dynamic_scopes"]) == (
            [],
            [],
        )

    def test_only_those_that_are_asked_for(self, modules: Modules) -> None:
        answer = modules.quartet(MODULE, **LIVE, **TARGET, schedules=["PROD*", "off", "none"], enabled="only")
        assert {name: one["state"] for name, one in by_name(answer).items()} == {
            "off": "disabled",
            "prod-w1 linux": "migrated",
        }

    def test_a_schedule_that_changes_is_followed_and_what_others_assign_stays(self, modules: Modules) -> None:
        modules.ok(MODULE, **LIVE, **TARGET)
        change = {"resource_group": "rg-automation", "automation_account_name": "aa-patching", "name": "prod-w1 linux"}
        queries = [{"scope": [SUBSCRIPTION]}]
        modules.ok(
            "azure_deployment_schedule",
            **change,
            duration="PT3H",
            azure_virtual_machines=[],
            targets={"azure_queries": queries},
        )
        kept = modules.quartet(MODULE, **LIVE, **TARGET)
        (made,) = by_name(kept)["prod-w1 linux"]["configurations"]
        assert made["maintenance_window"]["duration"] == "03:00"
        assert len(made["machines"]) == 2
        purged = modules.quartet(MODULE, **LIVE, **TARGET, purge_assignments=True)
        (made,) = by_name(purged)["prod-w1 linux"]["configurations"]
        assert made["machines"] == [f"{ARC}/arc-linux-01".lower()]
        found = modules.ok("azure_maintenance_assignment_info", maintenance_configuration_id=made["id"])
        assert len(found["dynamic_scopes"]) == len(made["dynamic_scopes"]) == 1

    def test_one_configuration_that_others_made_is_left_alone(self, modules: Modules) -> None:
        answer = modules.ok(MODULE, **LIVE, **TARGET, names={"prod-w1 linux": "saturdays"})
        assert not answer["changed"]
        (loss,) = by_name(answer)["prod-w1 linux"]["not_carried_over"]
        assert (loss["field"], loss["accept"], loss["accepted"]) == ("name", "", False)
        assert "made by others" in loss["why"]
        modules.quartet(MODULE, **LIVE, **TARGET, name_prefix="aum-")


class TestExport:
    def test_what_was_exported_is_moved_like_what_is_live(self, modules: Modules, tmp_path: Path) -> None:
        live = modules.ok(MODULE, **LIVE, **TARGET)
        files = export(tmp_path / "all.json", *ESTATE)
        answer = modules.unchanged(MODULE, **files)
        made, found = (
            by_name(live)["prod-w1 linux"]["configurations"][0],
            by_name(answer)["prod-w1 linux"]["configurations"][0],
        )
        told = ("name", "maintenance_window", "install_patches", "machines")
        assert {name: found[name] for name in told} == {name: made[name] for name in told}
        modules.unchanged(MODULE, **LIVE, **files)

    def test_the_service_need_not_be_there(self, modules: Modules, tmp_path: Path) -> None:
        days = [{"occurrence": 1, "day": "Saturday"}, {"occurrence": 3, "day": "Saturday"}]
        twice = schedule("twice", {"targets": None}, {"interval": 1, "advancedSchedule": {"monthlyOccurrences": days}})
        files = export(tmp_path / "one.json", twice)
        assert modules.ok(MODULE, **files)["summary"] == {"not_migrated": 1}
        (moved,) = modules.quartet(MODULE, **files, accept=["split"])["schedules"]
        assert [one["name"] for one in moved["configurations"]] == ["twice-first-saturday", "twice-third-saturday"]
        assert not [
            one for one in modules.sandbox.requests() if str(one["operation"]).startswith("Microsoft.Automation")
        ]

    @pytest.mark.parametrize("form", ["one", "list", "pages"])
    def test_forms_of_exports(self, modules: Modules, tmp_path: Path, form: str) -> None:
        one = schedule("prod-w1 linux")
        content = {"one": one, "list": [one], "pages": [{"value": [one]}, {"value": []}]}[form]
        (tmp_path / "export.json").write_text(json.dumps(content), encoding="utf-8-sig")
        answer = modules.ok(MODULE, check=True, export_files=[str(tmp_path / "export.json")], **TARGET)
        assert answer["summary"] == {"migrated": 1}

    def test_what_a_list_tells_is_too_little(self, modules: Modules, tmp_path: Path) -> None:
        listed = schedule("listed")
        del listed["properties"]["scheduleInfo"]
        answer = modules.ok(MODULE, **export(tmp_path / "list.json", listed))
        (loss,) = by_name(answer)["listed"]["not_carried_over"]
        assert (answer["changed"], loss["field"], loss["accept"]) == (False, "schedule_info", "")
        assert "GET" in loss["instead"]

    def test_machines_that_are_not_there_or_not_ready_are_listed(self, modules: Modules, tmp_path: Path) -> None:
        names = ["arc-linux-01", "gone.example.com", "arc-win-01"]
        machines = [f"{VM}/vm-linux-01", f"{VM}/gone"]
        lost = schedule("lost", {"targets": None, "nonAzureComputerNames": names, "azureVirtualMachines": machines})
        files = export(tmp_path / "lost.json", lost)
        (before,) = modules.ok(MODULE, **files)["schedules"]
        assert [(one["accept"], one["value"]) for one in before["not_carried_over"]] == [
            ("machines", f"{VM}/gone".lower()),
            ("computers", "gone.example.com"),
            ("computers", "arc-win-01"),
        ]
        (moved,) = modules.quartet(MODULE, **files, accept=["machines", "computers"])["schedules"]
        (made,) = moved["configurations"]
        assert made["machines"] == [f"{ARC}/arc-linux-01".lower(), f"{VM}/vm-linux-01".lower()]

    def test_machines_of_a_dynamic_scope_that_would_not_be_patched_are_told(
        self, modules: Modules, tmp_path: Path
    ) -> None:
        modules.ok("azure_vm_patch_settings", nodes=[{"node_id": f"{VM}/vm-linux-01"}], patch_mode="ImageDefault")
        update = {"azureVirtualMachines": [], "nonAzureComputerNames": []}
        files = export(tmp_path / "query.json", schedule("query", update))
        answer = modules.quartet(MODULE, **files)
        (moved,) = answer["schedules"]
        (loss,) = moved["not_carried_over"]
        assert (moved["state"], loss["accepted"], loss["value"]) == ("migrated", True, [f"{VM}/vm-linux-01".lower()])
        assert "azure_vm_patch_settings" in loss["instead"]
        assert [one["name"] for one in answer["prerequisites"]] == ["vm-linux-01"]

    def test_a_virtual_machine_of_the_other_system_is_listed(self, modules: Modules, tmp_path: Path) -> None:
        other = schedule("other", {"targets": None, "azureVirtualMachines": [f"{VM}/vm-win-01"]})
        (answer,) = modules.ok(MODULE, check=True, **export(tmp_path / "other.json", other))["schedules"]
        (loss,) = answer["not_carried_over"]
        assert (loss["accept"], loss["why"]) == ("machines", "it is a windows machine, and the schedule is for linux")

    def test_a_query_without_a_place_is_not_lost(self, modules: Modules, tmp_path: Path) -> None:
        everywhere = schedule("everywhere", {"targets": {"azureQueries": [{"scope": [], "locations": ["westeurope"]}]}})
        files = export(tmp_path / "everywhere.json", everywhere)
        assert modules.ok(MODULE, **files)["summary"] == {"not_migrated": 1}
        assert modules.quartet(MODULE, **files, accept=["queries"])["summary"] == {"partly_migrated": 1}

    def test_a_virtual_machine_that_would_be_refused_is_named_before(self, modules: Modules, tmp_path: Path) -> None:
        node = {"node_id": f"{VM}/vm-win-01"}
        modules.ok("azure_vm_patch_settings", nodes=[node], patch_mode="AutomaticByOS")
        update = {
            "operatingSystem": "Windows",
            "windows": {"includedUpdateClassifications": "Security", "rebootSetting": "IfRequired"},
            "linux": None,
            "azureVirtualMachines": [f"{VM}/vm-win-01"],
            "nonAzureComputerNames": [],
            "targets": None,
        }
        files = export(tmp_path / "vm.json", schedule("vm", update))
        answer = modules.ok(MODULE, **files)
        assert [one["accept"] for one in answer["schedules"][0]["not_carried_over"]] == ["prerequisites"]
        assert [one["name"] for one in answer["prerequisites"]] == ["vm-win-01"]
        ready = {"patch_mode": "AutomaticByPlatform", "bypass_platform_safety_checks_on_user_schedule": True}
        modules.ok("azure_vm_patch_settings", nodes=answer["prerequisites"] and [node], **ready)
        assert modules.quartet(MODULE, **files)["summary"] == {"migrated": 1}


class TestRefusals:
    @pytest.mark.parametrize(
        ("options", "words"),
        [
            ({"resource_group": "a/b"}, "resource_group: 'a/b' cannot be used"),
            ({"location": " "}, "location: ' ' cannot be used"),
            ({"name_prefix": "a/"}, "name_prefix: 'a/' cannot be used"),
            ({"names": {"prod-w1 linux": "a/b"}}, "names.prod-w1 linux: 'a/b' cannot be used"),
            ({"time_zones": {"Europe/Zurich": "Europe/Berlin"}}, "time_zones.Europe/Zurich: 'Europe/Berlin'"),
            ({"schedules": [""]}, "schedules: '' cannot be used"),
            ({"schedules": []}, "schedules: [] cannot be used"),
            ({"machine_subscriptions": [" "]}, "machine_subscriptions: ' ' cannot be used"),
            ({"accept": ["everything"]}, "value of accept must be one or more of"),
            ({"automation_accounts": []}, "automation_accounts: [] cannot be used"),
            ({"automation_accounts": LIVE["automation_accounts"] * 2}, "each place once"),
            ({"export_files": ["/nowhere.json"]}, "a file that can be read"),
        ],
    )
    def test_bad_input_is_refused_before_any_request(
        self, modules: Modules, options: dict[str, Any], words: str
    ) -> None:
        modules.sandbox.clear_requests()
        assert words in modules.refused(MODULE, **{**LIVE, **TARGET, **options})
        assert not [one for one in modules.sandbox.requests() if str(one["operation"]).startswith("Microsoft.")]

    @pytest.mark.parametrize(
        "content",
        [
            "no json",
            "[" * 100000,
            '"text"',
            "[1]",
            '{"name": "x"}',
            '{"name": "", "properties": {}}',
            '{"name": "x", "properties": {}}',
            '{"name": "x", "properties": {"updateConfiguration": []}}',
            '{"name": "x", "properties": {"updateConfiguration": {"targets": "x"}}}',
            '{"name": "x", "properties": {"updateConfiguration": {}, "scheduleInfo": {"interval": "x"}}}',
            '{"name": "x", "properties": {"updateConfiguration": {}, "error": "x"}}',
        ],
    )
    def test_a_file_that_is_no_export_is_refused(self, modules: Modules, tmp_path: Path, content: str) -> None:
        (tmp_path / "export.json").write_text(content, encoding="utf-8")
        message = modules.refused(MODULE, export_files=[str(tmp_path / "export.json")], **TARGET)
        assert "export_files: " in message
        assert "JSON as the API answers it" in message

    def test_neither_accounts_nor_files(self, modules: Modules) -> None:
        assert "one of the following is required: automation_accounts, export_files" in modules.refused(
            MODULE, **TARGET
        )

    def test_a_group_that_is_not_there(self, modules: Modules) -> None:
        answer = modules.call(MODULE, check=True, **LIVE, **{**TARGET, "resource_group": "rg-none"})
        assert "ResourceGroupNotFound" in answer["msg"]


class TestFaults:
    @pytest.mark.parametrize("kind", ["throttle", "drop_after"])
    def test_what_goes_wrong_on_the_way_does_nothing_twice(self, modules: Modules, kind: str) -> None:
        for operation in (f"{CONFIGURATION}/write", f"{ASSIGNMENT}/write", f"{SCHEDULES}/read"):
            modules.sandbox.fault(kind, operation=operation, times=1)
        assert modules.ok(MODULE, **LIVE, **TARGET)["changed"]
        modules.unchanged(MODULE, **LIVE, **TARGET)

    def test_what_could_not_be_written_is_told_and_the_rest_is_done(self, modules: Modules, tmp_path: Path) -> None:
        queries = [{"scope": [f"{SUBSCRIPTION}/resourceGroups/rg-gone"]}]
        files = export(tmp_path / "two.json", schedule("one"), schedule("two", {"targets": {"azureQueries": queries}}))
        answer = modules.call(MODULE, **files)
        assert answer["failed"]
        assert "1 of 2 schedules could not be migrated wholly. A further call does the rest.\ntwo: " in answer["msg"]
        assert {name: one["state"] for name, one in by_name(answer).items()} == {"one": "migrated", "two": "failed"}
        assert by_name(answer)["two"]["changed"]
        assert len(by_name(answer)["two"]["errors"]) == 1
        again = modules.call(MODULE, **files)
        assert (again["failed"], again["changed"]) == (True, False)


class TestDocumentation:
    def test_the_examples_work(self, one_sandbox: SandboxProcess, modules: Modules) -> None:
        answers = Stage(one_sandbox, {}, {}).play_examples(MODULE)
        assert [answer["summary"] for answer in answers] == [{"migrated": 1, "not_migrated": 4}, {"migrated": 1}]

    def test_the_tasks_of_the_guide_work(self, one_sandbox: SandboxProcess, modules: Modules) -> None:
        modules.ok("azure_vm_patch_settings", nodes=[{"node_id": f"{VM}/vm-linux-01"}], patch_mode="ImageDefault")
        stage = Stage(one_sandbox, {}, {})
        seen, _shown, ready, moved = ([*stage.play(task)] for task in tasks_of("azure-migration.md"))
        assert seen[0]["summary"] == {"not_migrated": 5}
        assert [answer["changed"] for answer in ready] == [True]
        assert moved[0]["summary"] == {"migrated": 1, "not_migrated": 3, "partly_migrated": 1}
