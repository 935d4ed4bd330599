# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Virtual machines and disks: what is shown, and starting and stopping, judged by the SDK's client."""

from __future__ import annotations

from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError

from tests.unit.sandbox.azure.nodes_kit import LINUX, SUBSCRIPTION, VMS, WINDOWS, AzureSandbox, error_of, fleet_data

VM_MEMBERS = {"id", "name", "type", "location", "tags", "properties"}
PROPERTIES = {
    "vmId",
    "hardwareProfile",
    "storageProfile",
    "osProfile",
    "networkProfile",
    "provisioningState",
    "timeCreated",
}
VIEW = {"computerName", "osName", "osVersion", "vmAgent", "disks", "hyperVGeneration", "statuses"}


def power(azure: AzureSandbox, name: str = LINUX) -> str:
    view = azure.compute.virtual_machines.instance_view(VMS, name)
    return next(s.code or "" for s in view.statuses or [] if (s.code or "").startswith("PowerState/"))


def refused(call: Any, *arguments: Any, **options: Any) -> tuple[int | None, str]:
    with pytest.raises(HttpResponseError) as caught:
        call(*arguments, **options)
    return error_of(caught.value)


def test_a_machine_has_the_members_of_the_published_examples(azure: AzureSandbox) -> None:
    vm = azure.compute.virtual_machines.get(VMS, LINUX).as_dict()
    assert vm.keys() == VM_MEMBERS
    assert vm["properties"].keys() == PROPERTIES
    whole = azure.compute.virtual_machines.get(VMS, LINUX, expand="instanceView").as_dict()
    assert whole["properties"]["instanceView"].keys() == VIEW


def test_names_are_found_in_any_case_and_others_not(azure: AzureSandbox) -> None:
    assert azure.compute.virtual_machines.get(VMS.upper(), LINUX.upper()).name == LINUX
    assert refused(azure.compute.virtual_machines.get, VMS, "nobody") == (404, "ResourceNotFound")
    assert refused(azure.compute.virtual_machines.get, "no-such-group", LINUX) == (404, "ResourceGroupNotFound")


def test_lists_by_group_and_subscription(azure: AzureSandbox) -> None:
    assert [vm.name for vm in azure.compute.virtual_machines.list(VMS)] == [LINUX, WINDOWS]
    assert [vm.name for vm in azure.compute.virtual_machines.list_all()] == [LINUX, WINDOWS]
    assert list(azure.compute.virtual_machines.list("rg-arc")) == []
    states = [vm.as_dict()["properties"] for vm in azure.compute.virtual_machines.list_all(status_only="true")]
    assert [state["instanceView"]["statuses"][1]["code"] for state in states] == ["PowerState/running"] * 2
    assert "storageProfile" not in states[0]


def test_lists_come_in_pages() -> None:
    sandbox = AzureSandbox(fleet_data(page_size=1))
    try:
        assert [vm.name for vm in sandbox.compute.virtual_machines.list_all()] == [LINUX, WINDOWS]
        assert len(list(sandbox.compute.disks.list())) == 3
        lists = [one for one in sandbox.journal.entries() if one["operation"].endswith("virtualMachines/read")]
        assert len(lists) == 2
    finally:
        sandbox.close()


def test_settings_of_the_fleet_file_are_shown(azure: AzureSandbox) -> None:
    windows = azure.compute.virtual_machines.get(VMS, WINDOWS).as_dict()["properties"]["osProfile"]
    assert windows["windowsConfiguration"]["patchSettings"] == {
        "patchMode": "AutomaticByPlatform",
        "assessmentMode": "AutomaticByPlatform",
        "automaticByPlatformSettings": {"bypassPlatformSafetyChecksOnUserSchedule": True},
    }
    azure.machine(LINUX).alter(
        {"attributes": {"scale_set": "/subscriptions/s/x", "zones": ["1"], "vm_size": "Standard_D4s_v3"}}
    )
    linux = azure.compute.virtual_machines.get(VMS, LINUX).as_dict()
    assert linux["zones"] == ["1"]
    assert linux["properties"]["virtualMachineScaleSet"] == {"id": "/subscriptions/s/x"}
    assert linux["properties"]["hardwareProfile"] == {"vmSize": "Standard_D4s_v3"}
    assert linux["properties"]["osProfile"]["linuxConfiguration"]["patchSettings"]["patchMode"] == "ImageDefault"


def test_tags_and_patch_settings_can_be_changed_and_nothing_else(azure: AzureSandbox) -> None:
    update: Any = azure.compute.virtual_machines.begin_update
    settings = {
        "patchMode": "AutomaticByPlatform",
        "automaticByPlatformSettings": {"rebootSetting": "Never", "bypassPlatformSafetyChecksOnUserSchedule": True},
    }
    profile = {"linuxConfiguration": {"patchSettings": settings}}
    vm = update(VMS, LINUX, {"tags": {"a": "b"}, "properties": {"osProfile": profile}}).result()
    shown = vm.as_dict()["properties"]["osProfile"]["linuxConfiguration"]["patchSettings"]
    assert (vm.tags, shown) == ({"a": "b"}, settings | {"assessmentMode": "ImageDefault"})
    assert azure.machine(LINUX).tags == {"a": "b"}
    resize = {"properties": {"hardwareProfile": {"vmSize": "Standard_D4s_v3"}}}
    assert refused(update, VMS, LINUX, resize) == (400, "PropertyChangeNotAllowed")
    azure.machine(LINUX).alter({"attributes": {"patch_mode": "ImageDefault"}})
    bad = {"linuxConfiguration": {"patchSettings": {"automaticByPlatformSettings": {"rebootSetting": "Never"}}}}
    assert refused(update, VMS, LINUX, {"properties": {"osProfile": bad}}) == (400, "InvalidParameter")


def test_the_agent_of_a_machine_tells_whether_it_is_there(azure: AzureSandbox) -> None:
    def status() -> tuple[str, str]:
        view = azure.compute.virtual_machines.instance_view(VMS, LINUX).as_dict()
        return view["vmAgent"]["statuses"][0]["displayStatus"], view.get("osName", "")

    assert status() == ("Ready", "ubuntu")
    azure.machine(LINUX).alter({"agent_online": False})
    assert status() == ("Not Ready", "")


def test_stopping_and_starting(azure: AzureSandbox) -> None:
    vms = azure.compute.virtual_machines
    boot = azure.machine(LINUX).boot_id
    vms.begin_power_off(VMS, LINUX).result()
    assert power(azure) == "PowerState/stopped"
    vms.begin_deallocate(VMS, LINUX).result()
    assert power(azure) == "PowerState/deallocated"
    assert "vmAgent" not in vms.instance_view(VMS, LINUX).as_dict()
    vms.begin_deallocate(VMS, LINUX).result()
    vms.begin_start(VMS, LINUX).result()
    assert power(azure) == "PowerState/running"
    vms.begin_start(VMS, LINUX).result()
    assert azure.machine(LINUX).boot_id != boot
    after_start = azure.machine(LINUX).boot_id
    vms.begin_restart(VMS, LINUX).result()
    assert azure.machine(LINUX).boot_id not in (boot, after_start)


def test_a_machine_that_shuts_itself_down_is_stopped_and_still_paid_for(azure: AzureSandbox) -> None:
    azure.compute.virtual_machines.begin_deallocate(VMS, LINUX).result()
    azure.compute.virtual_machines.begin_start(VMS, LINUX).result()
    azure.machine(LINUX).stop()
    assert azure.machine(LINUX).wait_for("stopped", 100)
    assert power(azure) == "PowerState/stopped"


def test_a_machine_that_is_off_from_the_beginning_is_deallocated() -> None:
    data = fleet_data()
    data["machines"][0]["power"] = "stopped"
    sandbox = AzureSandbox(data)
    try:
        assert power(sandbox) == "PowerState/deallocated"
        assert [disk.disk_state for disk in sandbox.compute.disks.list()] == ["Reserved", "Reserved", "Attached"]
    finally:
        sandbox.close()


def test_what_a_mode_needs_and_what_cannot_be_changed(azure: AzureSandbox) -> None:
    update: Any = azure.compute.virtual_machines.begin_update
    ready = {"linuxConfiguration": {"patchSettings": {"patchMode": "AutomaticByPlatform"}}}
    azure.machine(LINUX).alter({"attributes": {"provision_vm_agent": False}})
    assert refused(update, VMS, LINUX, {"properties": {"osProfile": ready}}) == (400, "InvalidParameter")
    changed = {"properties": {"osProfile": {"windowsConfiguration": {"enableAutomaticUpdates": False}}}}
    assert refused(update, VMS, WINDOWS, changed) == (409, "PropertyChangeNotAllowed")
    changed["properties"]["osProfile"]["windowsConfiguration"]["enableAutomaticUpdates"] = True
    update(VMS, WINDOWS, changed).result()
    manual: Any = {"osProfile": {"windowsConfiguration": {"patchSettings": {"patchMode": "Manual"}}}}
    assert refused(update, VMS, WINDOWS, {"properties": manual}) == (400, "InvalidParameter")
    azure.machine(WINDOWS).alter({"attributes": {"enable_automatic_updates": False}})
    update(VMS, WINDOWS, {"properties": manual}).result()
    manual["osProfile"]["windowsConfiguration"]["patchSettings"]["patchMode"] = "AutomaticByPlatform"
    shown = update(VMS, WINDOWS, {"properties": manual}).result().as_dict()["properties"]["osProfile"]
    assert shown["windowsConfiguration"]["enableAutomaticUpdates"] is False


@pytest.mark.parametrize("action", ["begin_restart", "begin_power_off", "begin_assess_patches"])
def test_what_a_deallocated_machine_does_not_allow(azure: AzureSandbox, action: str) -> None:
    azure.compute.virtual_machines.begin_deallocate(VMS, LINUX).result()
    assert refused(getattr(azure.compute.virtual_machines, action), VMS, LINUX) == (409, "OperationNotAllowed")


def test_one_change_of_power_at_a_time() -> None:
    sandbox = AzureSandbox(speed=20)
    try:
        vms = sandbox.compute.virtual_machines
        first = vms.begin_restart(VMS, LINUX)
        assert vms.get(VMS, LINUX).provisioning_state == "Updating"
        with pytest.raises(HttpResponseError, match="An ongoing operation is changing power state") as caught:
            vms.begin_deallocate(VMS, LINUX)
        assert error_of(caught.value) == (409, "OperationNotAllowed")
        first.result()
        assert vms.get(VMS, LINUX).provisioning_state == "Succeeded"
    finally:
        sandbox.close()


def test_a_start_that_fails_says_why(azure: AzureSandbox) -> None:
    azure.compute.virtual_machines.begin_deallocate(VMS, LINUX).result()
    azure.machine(LINUX).alter({"faults": {"start_fails": True}})
    with pytest.raises(HttpResponseError, match="AllocationFailed"):
        azure.compute.virtual_machines.begin_start(VMS, LINUX).result()


def test_a_restart_ends_though_the_guest_hangs(azure: AzureSandbox) -> None:
    azure.machine(LINUX).alter({"faults": {"reboot_hangs": True}})
    azure.compute.virtual_machines.begin_restart(VMS, LINUX).result()
    assert not azure.machine(LINUX).agent_online


def test_an_unknown_version_is_refused(azure: AzureSandbox) -> None:
    answer = refused(azure.compute.virtual_machines.get, VMS, LINUX, params={"api-version": "2010-01-01"})
    assert answer == (400, "NoRegisteredProviderFound")


def test_disks_follow_the_volumes(azure: AzureSandbox) -> None:
    disks = {disk.name: disk for disk in azure.compute.disks.list_by_resource_group(VMS)}
    assert list(disks) == [f"{LINUX}_DataDisk_0", f"{LINUX}_OsDisk_1", f"{WINDOWS}_OsDisk_1"]
    volume = azure.machine(LINUX).volumes[1]
    volume.attributes.update(sku="PremiumV2_LRS", max_shares=2, disk_encryption_set="/subscriptions/s/des")
    shown = azure.compute.disks.get(VMS, f"{LINUX}_DataDisk_0").as_dict()
    volume.attributes.clear()
    assert shown["sku"]["name"] == "PremiumV2_LRS"
    assert shown["properties"]["maxShares"] == 2
    assert shown["properties"]["encryption"]["diskEncryptionSetId"] == "/subscriptions/s/des"
    assert shown["managedBy"] == azure.machine(LINUX).node_id
    assert shown["properties"]["diskSizeGB"] == 64
    assert refused(azure.compute.disks.get, VMS, "none") == (404, "ResourceNotFound")


def test_a_shared_disk_is_one_disk_of_two_machines() -> None:
    data = fleet_data()
    shared = {"device": "sdd", "size_gib": 8, "attributes": {"disk_name": "quorum", "max_shares": 2}}
    for machine in data["machines"][:2]:
        root = {"device": "sda", "size_gib": 60, "root": True, "mount": "C:" if machine["os"] == "windows" else "/"}
        machine["volumes"] = [root, shared]
    sandbox = AzureSandbox(data)
    try:
        disks = [disk.as_dict() for disk in sandbox.compute.disks.list()]
        assert len(disks) == 3
        quorum = next(disk for disk in disks if disk["name"] == "quorum")
        assert quorum["managedByExtended"] == [sandbox.machine(LINUX).node_id, sandbox.machine(WINDOWS).node_id]
    finally:
        sandbox.close()


def test_disks_that_are_no_resources() -> None:
    data = fleet_data()
    data["machines"][0]["volumes"] = [
        {"device": "/dev/sda", "size_gib": 30, "root": True, "mount": "/", "kind": "instance_store"},
        {"device": "/dev/sdc", "size_gib": 64, "attributes": {"unmanaged": True}},
        {"device": "/dev/sdb", "size_gib": 16, "kind": "instance_store"},
    ]
    sandbox = AzureSandbox(data)
    try:
        profile = sandbox.compute.virtual_machines.get(VMS, LINUX).as_dict()["properties"]["storageProfile"]
        assert profile["osDisk"]["diffDiskSettings"] == {"option": "Local"}
        assert [disk["vhd"]["uri"].rsplit("/", 1)[-1] for disk in profile["dataDisks"]] == [f"{LINUX}_DataDisk_0.vhd"]
        assert [disk.name for disk in sandbox.compute.disks.list()] == [f"{WINDOWS}_OsDisk_1"]
    finally:
        sandbox.close()


def test_the_graph_shows_changes_late() -> None:
    sandbox = AzureSandbox(fleet_data(graph_lag=30), speed=200)
    try:

        def state() -> str:
            rows = [row for row in sandbox.rows("resources", lag=False) if row["name"] == LINUX]
            return str(rows[0]["properties"]["extended"]["instanceView"]["powerState"]["code"])

        assert state() == "PowerState/running"
        sandbox.machine(LINUX).put_power(False)
        assert state() == "PowerState/running"
        sandbox.world.clock.sleep(31)
        assert state() == "PowerState/stopped"
        kinds = {row["type"] for row in sandbox.rows("resources", lag=False)}
        assert {"microsoft.compute/virtualmachines", "microsoft.compute/disks"} <= kinds
        assert {row["subscriptionId"] for row in sandbox.rows("resources", lag=False)} == {SUBSCRIPTION}
    finally:
        sandbox.close()
