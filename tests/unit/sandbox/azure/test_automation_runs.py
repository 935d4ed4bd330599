# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deployment schedules that run, and what is told of it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError
from azure.mgmt.automation import AutomationClient
from azure.mgmt.automation.models import SoftwareUpdateConfiguration

from tests.sandbox.azure.automation.runs import look
from tests.sandbox.timetable import Timetable
from tests.unit.sandbox.azure.nodes_kit import (
    ARC_LINUX,
    ARC_WINDOWS,
    LINUX,
    SUBSCRIPTION,
    VMS,
    WINDOWS,
    AzureSandbox,
    fleet_data,
)
from tests.unit.sandbox.azure.test_automation import soon

GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{VMS}"
ACCOUNT = f"{GROUP}/providers/Microsoft.Automation/automationAccounts/patching"
WORKSPACE = f"{GROUP}/providers/Microsoft.OperationalInsights/workspaces/logs"
SEARCHES = [
    {"name": "nothing", "query": "Heartbeat | where 1 == 0", "functionAlias": "patching_nothing"},
    {"name": "arc", "query": "Heartbeat | where Resource startswith 'arc'", "functionAlias": "patching_arc"},
    {"name": "broken", "query": "Heartbeat | where Nothing == 1", "functionAlias": "patching_broken"},
]
PLACE = (VMS, "patching")


@pytest.fixture(scope="module")
def running() -> Iterator[AzureSandbox]:
    workspaces = [{"id": WORKSPACE, "saved_searches": SEARCHES}]
    accounts = [{"id": ACCOUNT, "workspace": WORKSPACE}]
    sandbox = AzureSandbox(fleet_data(workspaces=workspaces, automation_accounts=accounts))
    yield sandbox
    sandbox.close()


@pytest.fixture
def azure(running: AzureSandbox) -> AzureSandbox:
    running.reset()
    return running


def client(azure: AzureSandbox) -> Any:
    return AutomationClient(azure.compute._config.credential, SUBSCRIPTION, **azure.options)


def make(azure: AzureSandbox, system: str = "Windows", name: str = "made", info: Any = None, **update: Any) -> None:
    """A deployment schedule that installs what is critical and what is for security."""
    own = {
        "Windows": {"windows": {"includedUpdateClassifications": "Critical,Security", "rebootSetting": "Never"}},
        "Linux": {"linux": {"includedPackageClassifications": "Critical,Security", "rebootSetting": "Never"}},
    }[system]
    schedule = {"frequency": "Day", "interval": 1, "startTime": soon(zone="UTC"), "timeZone": "UTC"} | (info or {})
    tasks = {"preTask": {"source": "Before"}, "postTask": {"source": "After"}}
    given = {"operatingSystem": system, **own, **update}
    body = {"updateConfiguration": given, "scheduleInfo": schedule, "tasks": tasks}
    client(azure).software_update_configurations.create(*PLACE, name, SoftwareUpdateConfiguration({"properties": body}))


def run(azure: AzureSandbox, name: str = "made") -> Any:
    """Run it now and wait for its end; the run as the SDK has it."""
    begun = azure.application.run_deployment(f"{ACCOUNT}/softwareUpdateConfigurations/{name}".upper())
    runs = client(azure).software_update_configuration_runs
    for _attempt in range(400):
        found = runs.get_by_id(*PLACE, begun["runId"])
        if found.properties.status != "InProgress":
            return found
        time.sleep(0.02)
    raise AssertionError("the run did not end")


def names(azure: AzureSandbox) -> set[str]:
    """The machines that a run would be for."""
    begun = azure.application.run_deployment(f"{ACCOUNT}/softwareUpdateConfigurations/made")
    return {one.rpartition("/")[2] for one in begun["machines"]}


def search(alias: str) -> dict[str, Any]:
    return {"nonAzureQueries": [{"functionAlias": alias, "workspaceId": WORKSPACE}]}


def query(**more: Any) -> dict[str, Any]:
    return {"azureQueries": [{"scope": [f"/subscriptions/{SUBSCRIPTION}"], **more}]}


TAGGED = {"tags": {"application": ["payroll"]}, "filterOperator": "All"}


@pytest.mark.parametrize(
    ("system", "update", "found"),
    [
        ("Windows", {"nonAzureComputerNames": ["ARC-WIN-01", "arc-linux-01", "gone"]}, {ARC_WINDOWS}),
        ("Windows", {"nonAzureComputerNames": [WINDOWS]}, set()),
        ("Linux", {"azureVirtualMachines": [f"{GROUP}/providers/Microsoft.Compute/virtualMachines/{LINUX}"]}, {LINUX}),
        ("Linux", {"targets": query()}, {LINUX}),
        ("Windows", {"targets": query(tagSettings=TAGGED, locations=["West Europe"])}, {WINDOWS}),
        ("Windows", {"targets": query(locations=["northeurope"])}, set()),
        ("Linux", {"targets": search("patching_arc")}, {ARC_LINUX}),
        ("Linux", {"targets": search("patching_nothing")}, set()),
        ("Linux", {"targets": search("patching_broken")}, set()),
        ("Linux", {"targets": {**query(), **search("patching_arc")}, "nonAzureComputerNames": [ARC_LINUX]},
         {LINUX, ARC_LINUX}),
    ],
)  # fmt: skip
def test_which_machines_it_is_for(azure: AzureSandbox, system: str, update: dict[str, Any], found: set[str]) -> None:
    make(azure, system, **update)
    assert names(azure) == found


def test_a_run_installs_and_is_told(azure: AzureSandbox) -> None:
    make(azure, nonAzureComputerNames=[ARC_WINDOWS], targets=query())
    done = run(azure).properties
    assert (done.status, done.computer_count, done.failed_count) == ("Succeeded", 2, 0)
    assert (done.os_type, done.configured_duration) == ("Windows", "PT2H")
    assert (done.tasks.pre_task.source, done.tasks.post_task.status) == ("Before", "Completed")
    for name in (WINDOWS, ARC_WINDOWS):
        assert "KB5044281" in azure.machine(name).installed_patches()
        assert "KB890830" not in azure.machine(name).installed_patches()
    machines = client(azure).software_update_configuration_machine_runs
    listed = machines.list(*PLACE).value
    assert {one.properties.target_computer for one in listed} == {azure.machine(WINDOWS).node_id, ARC_WINDOWS}
    assert {one.properties.target_computer_type for one in listed} == {"AzureVirtualMachines", "NonAzureMachines"}
    assert machines.get_by_id(*PLACE, listed[0].name).properties.status == "Succeeded"
    # Update Manager knows nothing of it.
    assert azure.rows("patchinstallationresources") == []
    assert azure.compute.virtual_machines.instance_view(VMS, WINDOWS).patch_status is None


def test_a_run_with_a_machine_that_fails(azure: AzureSandbox) -> None:
    make(azure, nonAzureComputerNames=[ARC_WINDOWS], targets=query())
    azure.machine(ARC_WINDOWS).alter({"faults": {"install_fails": True}})
    done = run(azure).properties
    assert (done.status, done.computer_count, done.failed_count) == ("Failed", 2, 1)
    failed = client(azure).software_update_configuration_machine_runs.list(
        *PLACE, filter="properties/status eq 'Failed'"
    )
    assert [one.properties.target_computer for one in failed.value] == [ARC_WINDOWS]
    assert failed.value[0].properties.error.message


def test_only_a_reboot(azure: AzureSandbox) -> None:
    make(azure, windows={"rebootSetting": "RebootOnly"}, nonAzureComputerNames=[ARC_WINDOWS])
    boots, before = azure.machine(ARC_WINDOWS).boot_count, azure.machine(ARC_WINDOWS).installed_patches().keys()
    assert run(azure).properties.status == "Succeeded"
    assert azure.machine(ARC_WINDOWS).boot_count == boots + 1
    assert azure.machine(ARC_WINDOWS).installed_patches().keys() == before


def test_runs_are_listed_newest_first_in_pages_that_lead_on(azure: AzureSandbox) -> None:
    make(azure, "Linux", targets=search("patching_nothing"))
    make(azure, "Linux", "other", targets=search("patching_nothing"))
    begun = [run(azure).name for _number in range(3)]
    run(azure, "other")
    runs = client(azure).software_update_configuration_runs
    wanted = "properties/softwareUpdateConfiguration/name eq 'made' and properties/osType eq 'Linux'"
    assert [one.name for one in runs.list(*PLACE, filter=wanted).value] == begun[::-1]
    first = runs.list(*PLACE, filter=wanted, top="2")
    assert [one.name for one in first.value] == begun[:0:-1]
    assert "%24skip=2" in first.next_link
    rest = runs.list(*PLACE, filter=wanted, skip="2", top="2")
    assert ([one.name for one in rest.value], rest.next_link) == (begun[:1], None)
    since = azure.world.now() + timedelta(hours=1)
    assert runs.list(*PLACE, filter=f"properties/startTime ge {since.isoformat()}").value == []


@pytest.mark.parametrize("wrong", ["name eq 'x'", "properties/status like 'x'", "properties/startTime ge yesterday"])
def test_filters_that_are_refused(azure: AzureSandbox, wrong: str) -> None:
    with pytest.raises(HttpResponseError) as caught:
        client(azure).software_update_configuration_runs.list(*PLACE, filter=wrong)
    assert caught.value.status_code == 400


def test_runs_that_are_not_there(azure: AzureSandbox) -> None:
    automation = client(azure)
    for operations in (
        automation.software_update_configuration_runs,
        automation.software_update_configuration_machine_runs,
    ):
        with pytest.raises(HttpResponseError) as caught:
            operations.get_by_id(*PLACE, "00000000-0000-0000-0000-000000000000")
        assert caught.value.status_code == 404
    with pytest.raises(ValueError, match="no deployment schedule"):
        azure.application.run_deployment(f"{ACCOUNT}/softwareUpdateConfigurations/nothing")


def test_a_schedule_runs_at_its_time_and_not_since_the_service_is_gone(azure: AzureSandbox) -> None:
    make(azure, "Linux", targets=search("patching_nothing"))
    table, now = Timetable(), azure.world.now()
    runs = client(azure).software_update_configuration_runs
    with azure.world.lock:
        for minutes in (0, 59, 61, 62):
            look(azure.world, table, now + timedelta(minutes=minutes))
    assert len(runs.list(*PLACE).value) == 1
    azure.world.switch(automation_shut_down=True)
    with azure.world.lock:
        look(azure.world, table, now + timedelta(days=2))
    assert len(runs.list(*PLACE).value) == 1
