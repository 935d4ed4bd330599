# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Arc machines, and the resources of Microsoft.Maintenance, judged by the SDK's clients."""

from __future__ import annotations

from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError

from tests.sandbox.azure.maintenance.store import DeclarationError, MaintenanceStore
from tests.sandbox.azure.world import AzureWorld
from tests.sandbox.fleet import build_fleet
from tests.unit.sandbox.azure.nodes_kit import (
    ARC,
    ARC_LINUX,
    ARC_WINDOWS,
    LINUX,
    SUBSCRIPTION,
    VMS,
    AzureSandbox,
    error_of,
    fleet_data,
)

PUBLISHED = {
    "provisioningState",
    "agentVersion",
    "status",
    "lastStatusChange",
    "displayName",
    "machineFqdn",
    "vmUuid",
    "osSku",
    "domainName",
    "adFqdn",
    "dnsFqdn",
    "osVersion",
    "osType",
    "osProfile",
    "vmId",
    "mssqlDiscovered",
    "detectedProperties",
    "agentConfiguration",
    "serviceStatuses",
}
"""Those members of the published example that say something of patching."""


def test_a_machine_has_the_members_of_the_published_example(azure: AzureSandbox) -> None:
    machine = azure.hybrid.machines.get(ARC, ARC_WINDOWS).as_dict()
    assert machine.keys() == {"id", "name", "type", "location", "tags", "identity", "properties"}
    assert machine["properties"].keys() >= PUBLISHED
    assert machine["properties"]["osSku"] == "Windows Server 2022 Datacenter"


def test_lists_and_what_is_not_there(azure: AzureSandbox) -> None:
    machines = azure.hybrid.machines
    assert [one.name for one in machines.list_by_resource_group(ARC)] == [ARC_LINUX, ARC_WINDOWS]
    assert [one.name for one in machines.list_by_subscription()] == [ARC_LINUX, ARC_WINDOWS]
    assert list(machines.list_by_resource_group(VMS)) == []
    with pytest.raises(HttpResponseError) as caught:
        machines.get(VMS, LINUX)
    assert error_of(caught.value) == (404, "ResourceNotFound")


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, "Connected"),
        ({"agent_online": False}, "Disconnected"),
        ({"power": "stopped"}, "Disconnected"),
        ({"agent_online": False, "attributes": {"disconnected_days": 44}}, "Disconnected"),
        ({"agent_online": False, "attributes": {"disconnected_days": 45}}, "Expired"),
    ],
)
def test_status(azure: AzureSandbox, changes: dict[str, Any], status: str) -> None:
    azure.machine(ARC_LINUX).alter(changes)
    if status != "Expired":  # a status that the service has and the SDK's model lacks
        assert azure.hybrid.machines.get(ARC, ARC_LINUX).as_dict()["properties"]["status"] == status
    rows = {row["name"]: row for row in azure.rows("resources") if row["type"] == "microsoft.hybridcompute/machines"}
    assert rows[ARC_LINUX]["properties"]["status"] == status


def test_tags_and_patch_settings_can_be_changed_and_nothing_else(azure: AzureSandbox) -> None:
    update = azure.hybrid.machines.update
    settings = {"patchMode": "Manual", "assessmentMode": "AutomaticByPlatform"}
    body: Any = {"tags": {"x": "y"}, "properties": {"osProfile": {"linuxConfiguration": {"patchSettings": settings}}}}
    machine = update(ARC, ARC_LINUX, body).as_dict()
    assert machine["tags"] == {"x": "y"}
    assert machine["properties"]["osProfile"]["linuxConfiguration"]["patchSettings"] == settings
    strange: Any = {"properties": {"parentClusterResourceId": "/subscriptions/s/x"}}
    with pytest.raises(HttpResponseError) as caught:
        update(ARC, ARC_LINUX, strange)
    assert error_of(caught.value) == (400, "BadRequest")


def test_maintenance_configurations(azure: AzureSandbox) -> None:
    maintenance = azure.maintenance
    for found in (
        maintenance.maintenance_configurations.list(),
        maintenance.maintenance_configurations_for_resource_group.list(VMS),
    ):
        assert [f"{one.name} {one.recur_every} {one.duration}" for one in found] == ["saturdays Week Saturday 03:55"]
    one = maintenance.maintenance_configurations.get(VMS, "saturdays")
    assert (one.maintenance_scope, one.visibility, one.time_zone) == (
        "InGuestPatch",
        "Custom",
        "W. Europe Standard Time",
    )
    assert list(maintenance.maintenance_configurations_for_resource_group.list(ARC)) == []
    with pytest.raises(HttpResponseError) as caught:
        maintenance.maintenance_configurations.get(VMS, "sundays")
    assert error_of(caught.value) == (404, "ResourceNotFound")


def test_assignments_of_machines_and_scopes(azure: AzureSandbox) -> None:
    maintenance = azure.maintenance
    names = [one.name for one in maintenance.configuration_assignments_within_subscription.list()]
    assert sorted(name or "" for name in names) == ["arc-linux", "saturdays"]
    of_machine = list(maintenance.configuration_assignments.list(VMS, "Microsoft.Compute", "virtualMachines", LINUX))
    assert [one.resource_id for one in of_machine] == [azure.machine(LINUX).node_id.lower()]
    arguments = ("Microsoft.Compute", "virtualMachines", LINUX)
    assert maintenance.configuration_assignments.get(VMS, *arguments, "saturdays").name == "saturdays"
    scope = maintenance.configuration_assignments_for_subscriptions.get("arc-linux")
    assert scope.filter is not None
    assert scope.filter.os_types == ["Linux"]
    arc = maintenance.configuration_assignments.list(ARC, "Microsoft.HybridCompute", "machines", ARC_LINUX)
    assert list(arc) == []


def test_the_graph_has_configurations_and_assignments(azure: AzureSandbox) -> None:
    rows = [row for row in azure.rows("resources") if row["type"] == "microsoft.maintenance/maintenanceconfigurations"]
    assert [row["properties"]["maintenanceWindow"]["recurEvery"] for row in rows] == ["Week Saturday"]
    found = azure.rows("maintenanceresources")
    assert {row["type"] for row in found} == {"microsoft.maintenance/configurationassignments"}
    assert {row["subscriptionId"] for row in found} == {SUBSCRIPTION}


@pytest.mark.parametrize(
    ("key", "entry"),
    [
        ("maintenance_configurations", {"id": "/subscriptions/x/nothing"}),
        (
            "assignments",
            {
                "id": f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Maintenance/configurationAssignments/a",
                "properties": {"strange": True},
            },
        ),
    ],
)
def test_a_wrong_declaration_is_named(key: str, entry: dict[str, Any]) -> None:
    world = AzureWorld(build_fleet(fleet_data(**{key: [entry]})))
    with pytest.raises(DeclarationError, match=r"nothing|strange"):
        world.store(MaintenanceStore, SUBSCRIPTION)


def test_the_results_of_update_manager_come_late() -> None:
    sandbox = AzureSandbox(fleet_data(graph_lag=60), speed=500)
    try:
        found = sandbox.hybrid.machines.begin_assess_patches(ARC, ARC_WINDOWS).result()
        assert sandbox.rows("patchassessmentresources", lag=False) == []
        sandbox.world.clock.sleep(61)
        rows = sandbox.rows("patchassessmentresources", lag=False)
        summary, *patches = rows
        assert summary["name"] == found.assessment_activity_id
        assert summary["id"].endswith("/patchAssessmentResults/latest")
        assert summary["type"] == "microsoft.hybridcompute/machines/patchassessmentresults"
        assert summary["properties"]["availablePatchCountByClassification"]["security"] == 1
        assert {row["type"] for row in patches} == {f"{summary['type']}/softwarepatches"}
        assert sorted(row["properties"]["kbId"] for row in patches) == ["2267602", "5044281", "890830"]
        assert all("version" not in row["properties"] for row in patches)
        assert all(row["properties"]["publishedDateTime"] for row in patches)
    finally:
        sandbox.close()


def test_the_results_of_an_installation(azure: AzureSandbox) -> None:
    body: Any = {
        "maximumDuration": "PT2H",
        "rebootSetting": "Never",
        "linuxParameters": {"classificationsToInclude": ["Critical", "Security"]},
    }
    done = azure.compute.virtual_machines.begin_install_patches(VMS, LINUX, body).result()
    summary, *patches = azure.rows("patchinstallationresources")
    assert summary["id"].endswith(f"/patchInstallationResults/{done.installation_activity_id}")
    assert summary["type"] == "microsoft.compute/virtualmachines/patchinstallationresults"
    assert (summary["properties"]["status"], summary["properties"]["rebootStatus"]) == ("Succeeded", "Required")
    assert summary["properties"]["installedPatchCount"] == 2
    states = {row["properties"]["patchName"]: row["properties"]["installationState"] for row in patches}
    assert states == {"openssl": "Installed", "linux-image-azure": "Installed", "vim-common": "NotSelected"}
    assert all(row["properties"]["rebootBehavior"] == "NeverReboot" for row in patches)
    left = azure.rows("patchassessmentresources")
    assert left[0]["properties"]["rebootPending"] is True
    assert [row["properties"]["patchName"] for row in left[1:]] == ["vim-common"]
