# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small fleet that leads the playbooks and the modules of schedules down every path on which they ask Azure."""

from __future__ import annotations

from typing import Any

from tests.integration.conftest import FLEET as SMALL

from .fleet import POLICY as OF_AWS

SUBSCRIPTION = "aaaaaaaa-0000-4000-8000-000000000001"
HERE = f"/subscriptions/{SUBSCRIPTION}"
GROUP = f"{HERE}/resourceGroups/rg-test"
PROVIDERS = f"{GROUP}/providers"
ACCOUNT = f"{PROVIDERS}/Microsoft.Automation/automationAccounts/aa-patching"
SCHEDULE = f"{ACCOUNT}/softwareUpdateConfigurations/prod-w1-linux"
WORKSPACE = f"{PROVIDERS}/Microsoft.OperationalInsights/workspaces/logs"
VM_DB, VM_APP = (f"{PROVIDERS}/Microsoft.Compute/virtualMachines/{name}" for name in ("vm-db", "vm-app"))
ARC_DB, ARC_APP = (f"{PROVIDERS}/Microsoft.HybridCompute/machines/{name}" for name in ("arc-db", "arc-app"))
MAINTENANCE = "providers/Microsoft.Maintenance"
OTHERS = f"{GROUP}/{MAINTENANCE}/maintenanceConfigurations/others"


def _tags(schedule: str) -> dict[str, str]:
    return {"patch": "patch_test_0600_batch_1", "application": "payroll", "schedule": schedule}


LINUX: dict[str, Any] = {
    "os": "redhat",
    "region": "westeurope",
    "services": [{"name": "postgresql", "ports": [5432]}],
    "tags": _tags("w1"),
}
WINDOWS: dict[str, Any] = {
    "os": "windows",
    "region": "westeurope",
    "services": [{"name": "W3SVC", "ports": [80]}],
    "tags": _tags("none"),
}
READY = {"patch_mode": "AutomaticByPlatform", "bypass_platform_safety_checks": True}
"""What a virtual machine has to have for a maintenance configuration to patch it."""

FLEET: dict[str, Any] = {
    "version": 1,
    "durations": SMALL["durations"],
    "patches": SMALL["patches"],
    "azure": {
        "subscriptions": [{"id": SUBSCRIPTION, "name": "test", "groups": {"rg-test": "westeurope"}}],
        "retry_after": 0,
        "workspaces": [{"id": WORKSPACE}],
        "automation_accounts": [{"id": ACCOUNT, "workspace": WORKSPACE}],
        "deployment_schedules": [
            {
                "id": SCHEDULE,
                "properties": {
                    "updateConfiguration": {
                        "operatingSystem": "Linux",
                        "duration": "PT2H",
                        "linux": {"includedPackageClassifications": "Security", "rebootSetting": "IfRequired"},
                        "nonAzureComputerNames": ["gone.example"],
                    },
                    "scheduleInfo": {
                        "frequency": "Week",
                        "interval": 1,
                        "startTime": "2024-01-06T03:00:00+01:00",
                        "isEnabled": True,
                        "timeZone": "Europe/Zurich",
                        "advancedSchedule": {"weekDays": ["Saturday"]},
                    },
                },
            }
        ],
        "maintenance_configurations": [
            {
                "id": OTHERS,
                "location": "westeurope",
                "properties": {
                    "maintenanceScope": "InGuestPatch",
                    "extensionProperties": {"InGuestPatchMode": "User"},
                    "installPatches": {"linuxParameters": {"classificationsToInclude": ["Security"]}},
                    "maintenanceWindow": {
                        "startDateTime": "2046-01-06 02:00",
                        "duration": "02:00",
                        "timeZone": "UTC",
                        "recurEvery": "Week Saturday",
                    },
                },
            }
        ],
        "assignments": [
            {
                "id": f"{VM_APP}/{MAINTENANCE}/configurationAssignments/others",
                "properties": {"maintenanceConfigurationId": OTHERS, "resourceId": VM_APP},
            },
            {
                "id": f"{HERE}/{MAINTENANCE}/configurationAssignments/others-linux",
                "properties": {"maintenanceConfigurationId": OTHERS, "filter": {"osTypes": ["Linux"]}},
            },
        ],
    },
    "machines": [
        {"node_id": VM_DB, "name": "vm-db", "power": "stopped", "attributes": {"allocated": True}} | LINUX,
        {"node_id": VM_APP, "name": "vm-app", "power": "stopped", "attributes": READY} | WINDOWS,
        {"node_id": ARC_DB, "name": "arc-db", "hostname": "arc-db.example"} | LINUX,
        {"node_id": ARC_APP, "name": "arc-app", "hostname": "arc-app.example"} | WINDOWS,
    ],
}
"""A database and an application on virtual machines, one stopped and one deallocated, and on Arc machines; a schedule,
and a configuration of others."""

POLICY: dict[str, Any] = OF_AWS | {
    "applications": [],
    "approvals": {"test": {"classifications": ["Security"]}},
    "batches": [{"name": "batch_1", "match": {"os_family": ["linux", "windows"]}, "reboot": "separate"}],
    "defaults": {
        "start_stopped": True,
        "snapshot": "if_possible",
        "allow_unprotected": True,
        "waves": ["100%"],
        "maintenance_configurations": {"resource_group": "rg-test", "location": "westeurope"},
    },
}
