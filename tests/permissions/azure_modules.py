# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls modules with all that they can ask of Azure: those of schedules and maintenance, and what is seldom asked."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.integration.modules.in_process import Modules
from tests.integration.run_under_way import RUN_ID, begun_run

from .azure_fleet import ACCOUNT as ACCOUNT_ID
from .azure_fleet import ARC_APP, ARC_DB, HERE, MAINTENANCE, SCHEDULE, SUBSCRIPTION, VM_APP, VM_DB, WORKSPACE

Options = dict[str, Any]
GROUP: Options = {"subscription_id": SUBSCRIPTION, "resource_group": "rg-test"}
ACCOUNT: Options = GROUP | {"automation_account_name": "aa-patching"}
TIMES = {"frequency": "Day", "interval": 1, "startTime": "2026-01-01T03:00:00+01:00", "timeZone": "Europe/Zurich"}
MADE = f"{HERE}/resourceGroups/rg-test/{MAINTENANCE}/maintenanceConfigurations/made"


def _schedules(modules: Modules, _directory: Path) -> None:
    """Those of schedules and maintenance, so that each reads, writes and deletes."""
    _deployment_schedules(modules)
    _maintenance(modules)


def _deployment_schedules(modules: Modules) -> None:
    schedule: Options = ACCOUNT | {"name": "made"}
    start = {"frequency": "Day", "start_time": "2026-01-01T03:00", "time_zone": "Europe/Zurich"}
    made: Options = {
        "operating_system": "Linux",
        "non_azure_computer_names": ["arc-db.example"],
        "schedule_info": start,
    }
    modules.ok("azure_deployment_schedule", **schedule, **made)
    modules.sandbox.run_deployment(SCHEDULE)
    modules.ok("azure_deployment_schedule_info", **ACCOUNT, runs=True, machine_runs=True)
    modules.ok("azure_deployment_schedule", **schedule, state="absent")


def _membership(modules: Modules, _directory: Path) -> None:
    """First nobody is on the schedule, then one machine; seen by heartbeat, by Resource Graph and by lists."""
    place: Options = {"automation_accounts": [ACCOUNT], "tag_key": "schedule"}
    nobody: Options = {"mapping": {"none": ["prod-w1-windows"]}, "placeholder": {"create": True}}
    modules.ok("azure_schedule_membership", **place, **nobody)
    named: Options = place | {"automation_accounts": [ACCOUNT | {"workspace_id": WORKSPACE}]}
    modules.ok("azure_schedule_membership", **named)
    modules.ok("azure_schedule_membership", **place, connected_by="resource_graph")
    modules.ok("azure_schedule_membership", **place, connected_by="resource_graph", source="arm")
    fed: Options = {"feed": "maintenance_configurations", "maintenance_configurations": [GROUP], "tag_key": "schedule"}
    modules.ok("azure_schedule_membership", **fed, subscription_id=SUBSCRIPTION, mapping={"w1": ["others"]})
    modules.ok("azure_schedule_membership", **fed, subscription_id=SUBSCRIPTION, mapping={"w2": ["others"]})


def _migration(modules: Modules, directory: Path) -> None:
    """Schedules of an account, and one that was exported with machines and a query, which then has fewer."""
    place: Options = {"resource_group": "rg-test", "location": "westeurope", "subscription_id": SUBSCRIPTION}
    modules.ok("azure_schedule_migration", automation_accounts=[ACCOUNT], **place, accept=["computers"])
    update: Options = {
        "operatingSystem": "Windows",
        "windows": {"includedUpdateClassifications": "Security", "rebootSetting": "IfRequired"},
        "azureVirtualMachines": [VM_APP],
        "nonAzureComputerNames": ["arc-app.example"],
    }
    exported = directory / "export.json"
    for targets in ({"azureQueries": [{"scope": [HERE]}]}, None):
        properties = {"updateConfiguration": update | {"targets": targets}, "scheduleInfo": TIMES}
        schedule = {"id": f"{ACCOUNT_ID}/softwareUpdateConfigurations/old", "name": "old", "properties": properties}
        exported.write_text(json.dumps(schedule), encoding="utf-8")
        purged: Options = {"export_files": [str(exported)], "purge_assignments": True}
        assert modules.ok("azure_schedule_migration", **place, **purged)["summary"] == {"migrated": 1}


def _maintenance(modules: Modules) -> None:
    window: Options = {
        "start_date_time": "2026-01-03 06:00",
        "duration": "03:00",
        "time_zone": "UTC",
        "recur_every": "Week Saturday",
    }
    patches = {"linux_parameters": {"classifications_to_include": ["Security"]}}
    made = GROUP | {"name": "made"}
    settings: Options = {"location": "westeurope", "maintenance_window": window, "install_patches": patches}
    modules.ok("azure_maintenance_configuration", **made, **settings)
    given: Options = {"subscription_id": SUBSCRIPTION, "maintenance_configuration_id": MADE}
    ready: Options = {"patch_mode": "AutomaticByPlatform", "bypass_platform_safety_checks_on_user_schedule": True}
    modules.ok("azure_vm_patch_settings", subscription_id=SUBSCRIPTION, **ready, nodes=_nodes(VM_DB, VM_APP))
    machines = _nodes(VM_DB, ARC_DB, ARC_APP)
    modules.ok("azure_maintenance_assignment", **given, nodes=machines)
    modules.ok("azure_maintenance_assignment", **given, nodes=machines[:1], purge_nodes=True)
    scope: Options = {"scope": HERE, "name": "made-linux", "filter": {"os_types": ["Linux"]}}
    modules.ok("azure_maintenance_assignment", **given, **scope)
    modules.ok("azure_maintenance_assignment_info", **given, prerequisites=True)
    modules.ok("azure_maintenance_assignment_info", subscription_id=SUBSCRIPTION, nodes=machines)
    modules.sandbox.open_maintenance(MADE)
    info: Options = {"assignments": True, "next_openings": 1}
    modules.ok("azure_maintenance_configuration_info", subscription_id=SUBSCRIPTION, **info)
    modules.ok("azure_maintenance_configuration_info", **made, runs=True)
    modules.ok("azure_maintenance_configuration", **made, state="absent", delete_assignments=True)


def call_undelivered(modules: Modules, directory: Path) -> None:
    """A script of a run for a machine that is off: why it did not get there is asked of the operation that sent it."""
    modules.sandbox.patch_machine(ARC_DB, power="stopped")
    node = {"node_id": ARC_DB, "account": SUBSCRIPTION, "os_family": "linux", "region": "westeurope"}
    url = begun_run(directory, [node])
    run: Options = {"ledger_url": url, "run_id": RUN_ID, "batch": "batch_1", "wave": 1, "phase": "observe"}
    modules.ok("azure_run_command", **run, script="true", timeout_seconds=60)
    told = modules.ok("azure_run_command_info", **run, wait_timeout=60)
    assert "was not delivered" in told["nodes"]["failures"][0]["reason"], told


def _nodes(*ids: str) -> list[dict[str, str]]:
    return [{"node_id": one} for one in ids]


CALLED: Mapping[str, Callable[[Modules, Path], None]] = {
    "schedules": _schedules,
    "membership": _membership,
    "migration": _migration,
}
"""What no playbook does, by the name of its role."""
