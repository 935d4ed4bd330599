# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part ``azure`` of a fleet file, and the machines that belong to it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.aws.world import World
from tests.sandbox.azure.settings import CLIENT_ID, TENANT, Quota
from tests.sandbox.azure.world import AzureWorld
from tests.sandbox.fleet import FleetError, build_fleet
from tests.sandbox.machines import ManualClock
from tests.unit.sandbox.machines import machine_kit

SUBSCRIPTION = "aaaaaaaa-0000-4000-8000-000000000001"
VM = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm"
ARC = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.HybridCompute/machines/arc"


def fleet_data(**azure: Any) -> dict[str, Any]:
    """Two machines in one subscription."""
    machines = [
        {"node_id": VM, "name": "vm", "region": "westeurope", "os": "ubuntu"},
        {"node_id": ARC, "name": "arc", "region": "westeurope", "os": "windows"},
    ]
    return {"version": 1, "azure": {"subscriptions": [{"id": SUBSCRIPTION}], **azure}, "machines": machines}


def test_a_file_with_azure_alone_lists_subscriptions_and_machines() -> None:
    fleet = build_fleet(fleet_data(), ManualClock())
    assert fleet.azure is not None
    assert (fleet.azure.tenant, fleet.azure.applications[0].client_id) == (TENANT, CLIENT_ID)
    vm, arc = fleet.machine(VM), fleet.machine(ARC)
    assert (vm.account, vm.hybrid, vm.volumes[0].kind) == (SUBSCRIPTION, False, "managed_disk")
    assert (arc.account, arc.hybrid, arc.volumes[0].kind) == (SUBSCRIPTION, True, "local")
    assert vm.directory.parent == fleet.directory == arc.directory.parent


def test_a_fleet_without_azure_has_none() -> None:
    fleet = build_fleet(machine_kit.fleet_data(), ManualClock())
    assert fleet.azure is None
    with pytest.raises(ValueError, match="no part azure"):
        AzureWorld(fleet)


def test_the_clouds_do_not_see_each_others_machines() -> None:
    data = machine_kit.fleet_data()
    data["azure"] = fleet_data()["azure"]
    data["machines"] += fleet_data()["machines"]
    fleet = build_fleet(data, ManualClock())
    aws, azure = World(fleet), AzureWorld(fleet)
    assert list(aws.machines(machine_kit.ACCOUNT, "eu-central-1")) == [machine_kit.NODE_ID]
    assert fleet.machine(machine_kit.NODE_ID).tags == {"Name": "one"}
    assert list(azure.machines(SUBSCRIPTION.upper())) == [VM, ARC]
    assert list(azure.machines(SUBSCRIPTION, "microsoft.hybridcompute/MACHINES")) == [ARC]
    assert azure.machine(VM.upper()) is fleet.machine(VM)
    assert fleet.machine(VM).tags == {}
    assert azure.machine(machine_kit.NODE_ID) is None


def test_settings_are_taken_over() -> None:
    settings = build_fleet(fleet_data(quotas={"reads": {"size": 3, "refill": 1}}, page_size=2), ManualClock()).azure
    assert settings is not None
    assert (settings.reads, settings.writes, settings.page_size) == (Quota(3, 1), Quota(200, 10), 2)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"subscriptions": []}, r"azure\.subscriptions: at least one is needed"),
        ({"subscriptions": [{"id": "x"}]}, r"azure\.subscriptions\[0\]\.id: 'x' is not allowed; a GUID"),
        ({"tenantt": TENANT}, r"azure\.tenantt: unknown key; did you mean tenant\?"),
        ({"quotas": {"reads": {"size": 1}}}, r"azure\.quotas\.reads\.refill: is missing"),
        ({"quotas": {"polls": {}}}, r"azure\.quotas\.polls: unknown key"),
        ({"users": [{"name": "x"}]}, r"azure\.users\[0\]\.password: is missing"),
        ({"applications": [{"client_id": CLIENT_ID, "federated": {}}]}, r"federated\.issuer: is missing"),
        ({"page_size": 0}, r"azure\.page_size: 0 is not allowed"),
    ],
)
def test_what_is_wrong_is_named(change: dict[str, Any], message: str) -> None:
    with pytest.raises(FleetError, match=message):
        build_fleet(fleet_data(**change), ManualClock())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"node_id": VM.replace("Compute/virtualMachines", "Web/sites")}, "is not the id of a Microsoft.Compute"),
        ({"node_id": "/subscriptions"}, "is not the id of a Microsoft.Compute"),
        ({"node_id": VM.replace("aaaaaaaa", "cccccccc")}, "is not among azure.subscriptions"),
        ({"account": "111111111111"}, "is not the subscription of its id"),
        ({"node_id": ARC.upper().replace("/SUBSCRIPTIONS", "/subscriptions")}, "is there twice"),
        ({"node_id": "i-01234567890abcdef"}, r"machines\[0\].account: is missing"),
    ],
)
def test_what_is_wrong_with_a_machine_is_named(change: dict[str, Any], message: str) -> None:
    data = fleet_data()
    data["machines"][0].update(change)
    with pytest.raises(FleetError, match=message):
        build_fleet(data, ManualClock())
