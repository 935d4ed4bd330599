# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox in a process of its own, with and without Azure: what a client is told, one control for both clouds."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
import requests

from tests.sandbox.azure.generator import ACCOUNT as AUTOMATION
from tests.sandbox.azure.generator import PATCHING, large_azure_fleet
from tests.sandbox.client import SandboxError, SandboxProcess
from tests.unit.sandbox.azure.core_kit import FIRST, fleet_data, vm_id
from tests.unit.sandbox.machines.machine_kit import ACCOUNT, NODE_ID
from tests.unit.sandbox.machines.machine_kit import fleet_data as aws_data

LOOK = """
import os, requests
from azure.identity import ClientSecretCredential
from azure.mgmt.resource.resources import ResourceManagementClient
base = os.environ["AZURE_CLOUD_ENVIRONMENT"]
cloud = requests.get(f"{base}/metadata/endpoints", params={"api-version": "2022-09-01"}).json()
credential = ClientSecretCredential(
    os.environ["AZURE_TENANT"], os.environ["AZURE_CLIENT_ID"], os.environ["AZURE_SECRET"],
    authority=cloud["authentication"]["loginEndpoint"], disable_instance_discovery=True)
client = ResourceManagementClient(
    credential, os.environ["AZURE_SUBSCRIPTION_ID"], base_url=cloud["resourceManager"],
    credential_scopes=[cloud["authentication"]["audiences"][0] + "/.default"])
print(",".join(group.name for group in client.resource_groups.list()))
"""


def test_a_client_needs_the_variables_and_nothing_else() -> None:
    data = {**aws_data(), "azure": fleet_data()["azure"]}
    data["machines"] += fleet_data()["machines"]
    with SandboxProcess(data, speed=100) as sandbox:
        environment = {**os.environ, **sandbox.env}
        done = subprocess.run(
            [sys.executable, "-c", LOOK], env=environment, capture_output=True, text=True, check=False
        )
        assert done.stdout.strip() == "rg-empty,rg-one", done.stderr
        assert sandbox.env["AZURE_SUBSCRIPTION_ID"] == FIRST
        assert {entry["service"] for entry in sandbox.requests()} == {"token", "arm"}
        assert sandbox.writes() == []
        machine = vm_id("vm-00")
        assert sandbox.machine(machine.upper())["name"] == "vm-00"
        assert sandbox.machine(NODE_ID)["account"] == ACCOUNT
        sandbox.patch_machine(machine, power="stopped")
        assert not sandbox.healthy(machine)
        sandbox.reset()
        assert sandbox.healthy(machine)
        with pytest.raises(requests.exceptions.SSLError):
            requests.get(f"{sandbox.azure_url}/metadata/endpoints", timeout=5)


def test_a_fleet_without_azure_is_served_as_before() -> None:
    with SandboxProcess(aws_data(), speed=100) as sandbox:
        assert not [name for name in sandbox.env if name.startswith("AZURE") or name == "REQUESTS_CA_BUNDLE"]
        with pytest.raises(KeyError):
            assert sandbox.azure_url


def test_what_runs_by_itself_can_be_begun_and_services_switched() -> None:
    data = large_azure_fleet(4, 2)
    configuration = f"{PATCHING}/Microsoft.Maintenance/maintenanceConfigurations/now"
    machine = data["machines"][0]["node_id"]
    window = {"startDateTime": "2031-01-04 02:00", "timeZone": "UTC", "duration": "02:00"}
    data["azure"]["maintenance_configurations"] = [
        {"id": configuration, "location": "westeurope", "properties": {"maintenanceWindow": window}}
    ]
    data["azure"]["assignments"] = [
        {
            "id": f"{machine}/providers/Microsoft.Maintenance/configurationAssignments/now",
            "properties": {"maintenanceConfigurationId": configuration},
        }
    ]
    schedule = f"{AUTOMATION}/softwareUpdateConfigurations/wave-00-linux"
    with SandboxProcess(data, speed=1000) as sandbox:
        begun = sandbox.open_maintenance(configuration)
        assert begun["machines"] == [machine]
        assert begun["correlationId"].endswith(f"/applyupdates/{begun['runId']}")
        assert len(sandbox.run_deployment(schedule)["machines"]) == 2
        assert sandbox.switch_azure(automation_shut_down=True)["automation_shut_down"] is True
        with pytest.raises(SandboxError, match="partial_log"):
            sandbox.switch_azure(partial_log=True)
        for begin in (sandbox.open_maintenance, sandbox.run_deployment):
            with pytest.raises(SandboxError, match="There is no"):
                begin("/subscriptions/x")
        sandbox.reset()
        assert sandbox.control("GET", "azure")["automation_shut_down"] is False
