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
    schedule("prod w1"),
    schedule("long", {"duration": "PT6H", "targets": None}),
    schedule("searched", {"targets": {"nonAzureQueries": [SEARCH]}}),
    schedule(
        "weekends",
        {"targets": None},
        {"frequency": "Week", "advancedSchedule": {"weekDays": ["Saturday", "Sunday"]}},
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
            "prod w1": [],
            "searched": ["saved_searches"],
            "weekends": ["split"],
        }
        (made,) = found["prod w1"]["configurations"]
        assert made["name"] == "prod-w1"
        assert made["machines"] == [f"{ARC}/arc-linux-01".lower(), f"{VM}/vm-linux-01".lower()]
        assert len(made["dynamic_scopes"]) == 3
        assert "Not migrated, since something would be lost (see not_carried_over): long, off" in modules.output
