# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Facts of Azure machines: what each piece of what Azure says means for patching."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._azure.answer import Answer
from ansible_collections.hybridops.patching.plugins.module_utils._azure.machine_facts import MachineFacts, facts_of
from ansible_collections.hybridops.patching.plugins.module_utils._azure.machine_info import Asked, read_facts
from ansible_collections.hybridops.patching.plugins.module_utils._azure.machines import Disk, machines_of
from ansible_collections.hybridops.patching.plugins.module_utils._azure.maintenance import maintenance_of
from ansible_collections.hybridops.patching.plugins.module_utils._azure.systems import os_of
from ansible_collections.hybridops.patching.plugins.module_utils._core.errors import CloudError
from ansible_collections.hybridops.patching.plugins.module_utils._core.facts import NodeFacts
from ansible_collections.hybridops.patching.plugins.module_utils._core.nodes import Node, provider_of_id
from azure.mgmt.compute.models import VirtualMachine
from azure.mgmt.hybridcompute.models import Machine as ArcModel
from azure.mgmt.maintenance.models import ConfigurationAssignment, MaintenanceConfiguration

from tests.unit.azure.wire import SUBSCRIPTION, Request, arc, refused, scripted, vm

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg"
CONFIGURATION = f"{GROUP}/providers/Microsoft.Maintenance/maintenanceConfigurations/nightly"
LINUX_DISK = f"{GROUP}/providers/Microsoft.Compute/disks/os"


def merged(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Nested dictionaries, the second over the first."""
    both = {**base, **changes}
    for key in base.keys() & changes.keys():
        if isinstance(base[key], dict) and isinstance(changes[key], dict):
            both[key] = merged(base[key], changes[key])
    return both


def virtual_machine(name: str = "one", tags: dict[str, str] | None = None, **properties: Any) -> dict[str, Any]:
    """A Linux VM with one managed disk, as the API shows it."""
    usual = {
        "storageProfile": {
            "imageReference": {"publisher": "Canonical", "offer": "ubuntu-24_04-lts", "sku": "server"},
            "osDisk": {"osType": "Linux", "name": "os", "managedDisk": {"id": LINUX_DISK}},
            "dataDisks": [],
        },
        "osProfile": {"linuxConfiguration": {"provisionVMAgent": True, "patchSettings": {"patchMode": "ImageDefault"}}},
    }
    entry = {"id": vm(name).upper().replace("/SUBSCRIPTIONS", "/subscriptions"), "name": name, "location": "westeurope"}
    entry |= {"tags": tags or {}, "properties": merged(usual, properties)}
    VirtualMachine(entry)
    return entry


def windows(mode: str = "", automatic: bool | None = None, bypass: bool | None = None) -> dict[str, Any]:
    """Properties of a Windows VM with these patch settings."""
    settings: dict[str, Any] = {"patchMode": mode} if mode else {}
    if bypass is not None:
        settings["automaticByPlatformSettings"] = {"bypassPlatformSafetyChecksOnUserSchedule": bypass}
    configuration = {"patchSettings": settings, "enableAutomaticUpdates": automatic}
    storage = {"osDisk": {"osType": "Windows"}, "imageReference": {"offer": "WindowsServer"}}
    return {"storageProfile": storage, "osProfile": {"linuxConfiguration": None, "windowsConfiguration": configuration}}


def arc_machine(name: str = "one", **properties: Any) -> dict[str, Any]:
    """A connected Arc machine, as the API shows it."""
    usual = {
        "status": "Connected", "agentVersion": "1.48.02881.1941", "osType": "linux", "osName": "linux",
        "osSku": "Red Hat Enterprise Linux 9.4 (Plow)", "osVersion": "5.14.0-427",
        "agentConfiguration": {"extensionsEnabled": "true", "configMode": "full"},
    }  # fmt: skip
    entry = {
        "id": arc(name),
        "name": name,
        "location": "westeurope",
        "tags": {},
        "properties": merged(usual, properties),
    }
    ArcModel(entry)
    return entry


def view(power: str = "running", agent: str | None = "Ready", **more: Any) -> dict[str, Any]:
    """An instance view."""
    found: dict[str, Any] = {"statuses": [{"code": "ProvisioningState/succeeded"}, {"code": f"PowerState/{power}"}]}
    if agent is not None:
        found["vmAgent"] = {"vmAgentVersion": "2.11", "statuses": [{"displayStatus": agent, "message": "as it is"}]}
    return found | more


def facts(entry: dict[str, Any], node: Node | None = None, **known: Any) -> NodeFacts:
    """The facts of one machine; a VM runs and its agent is ready unless told otherwise."""
    machines = machines_of([entry])
    (machine_id,) = machines
    given = {"views": {machine_id: view()}, "tag_keys": ["patch"], **known}
    node = node or Node(machine_id, provider=provider_of_id(machine_id))
    return facts_of(node, MachineFacts(machines=machines, **given))


class TestVirtualMachines:
    def test_the_whole(self) -> None:
        found = facts(virtual_machine(tags={"Patch": "patch_test_0600_batch_1"}), disks={})
        assert found.to_dict() == {
            "node_id": vm("one"), "found": True, "provider": "azure_vm", "account": SUBSCRIPTION,
            "region": "westeurope", "name": "one", "os_family": "linux", "os": "ubuntu", "os_version": "",
            "power_state": "running",
            "can_power": True, "volumes": 1, "patch_group": "patch_test_0600_batch_1", "scaling_group": None,
            "agent": {"online": True, "version": "2.11", "up_to_date": None, "detail": ""},
            "snapshot": {"possible": True, "obstacles": []}, "baseline": None, "native_updates": [],
            "tags": {"Patch": "patch_test_0600_batch_1"},
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("azure", "state"),
        [("running", "running"), ("starting", "starting"), ("creating", "starting"), ("stopping", "stopping"),
         ("deallocating", "stopping"), ("stopped", "stopped"), ("deallocated", "stopped"), ("unknown", "unknown"),
         ("odd", "unknown")],
    )  # fmt: skip
    def test_power(self, azure: str, state: str) -> None:
        found = facts(virtual_machine(), views={vm("one"): view(azure)})
        assert found.power_state == state
        assert found.agent.online is (state == "running")

    def test_without_live_states_power_is_that_of_resource_graph_and_the_agent_is_not_known(self) -> None:
        extended = {"instanceView": {"powerState": {"code": "PowerState/deallocated"}, "osName": "ubuntu"}}
        entry = virtual_machine()
        entry["properties"]["extended"] = extended
        found = facts(entry, views=None)
        assert (found.power_state, found.agent.online) == ("stopped", None)

    def test_a_machine_that_was_just_deleted_is_not_found(self) -> None:
        assert facts(virtual_machine(), views={}).found is False

    @pytest.mark.parametrize(
        ("properties", "seen", "detail"),
        [
            ({}, view(agent="Not Ready"), "Not Ready: as it is"),
            ({"osProfile": {"allowExtensionOperations": False}}, view(), "extensions are switched off"),
            ({"osProfile": {"linuxConfiguration": {"provisionVMAgent": False}}}, view(), "without a VM agent"),
            ({}, view("deallocated"), "the machine is stopped"),
        ],
    )
    def test_agents_that_take_no_work(self, properties: dict[str, Any], seen: dict[str, Any], detail: str) -> None:
        found = facts(virtual_machine(**properties), views={vm("one"): seen}).agent
        assert found.online is False
        assert detail in found.detail

    def test_an_agent_that_the_list_leaves_out_is_not_known_to_be_off(self) -> None:
        found = facts(virtual_machine(), views={vm("one"): view(agent=None)}).agent
        assert found.online is None
        assert "does not tell" in found.detail

    @pytest.mark.parametrize(
        ("storage", "disk", "obstacle"),
        [
            ({"osDisk": {"diffDiskSettings": {"option": "Local"}}}, None, "ephemeral"),
            ({"osDisk": {"managedDisk": None, "vhd": {"uri": "x"}}}, None, "unmanaged"),
            ({}, Disk(LINUX_DISK.lower(), "UltraSSD_LRS", 1), "Ultra"),
            ({}, Disk(LINUX_DISK.lower(), "PremiumV2_LRS", 1), "Premium SSD v2"),
            ({}, Disk(LINUX_DISK.lower(), "Premium_LRS", 2), "shared"),
            ({"osDisk": {"managedDisk": {"storageAccountType": "UltraSSD_LRS"}}}, None, "Ultra"),
            ({"osDisk": None}, None, "no disk"),
        ],
    )
    def test_disks_that_no_restore_point_covers(
        self, storage: dict[str, Any], disk: Disk | None, obstacle: str
    ) -> None:
        found = facts(virtual_machine(storageProfile=storage), disks={disk.id: disk} if disk else {}).snapshot
        assert found.possible is False
        assert obstacle in found.obstacles[0]

    def test_a_member_of_a_scale_set(self) -> None:
        assert facts(virtual_machine(virtualMachineScaleSet={"id": "/x/set"})).scaling_group == "/x/set"


class TestArc:
    def test_the_whole(self) -> None:
        found = facts(arc_machine())
        assert (found.os, found.os_version, found.os_family) == ("redhat", "9.4", "linux")
        assert (found.power_state, found.can_power, found.volumes) == ("running", False, 0)
        assert found.agent.online is True
        assert "Arc" in found.snapshot.obstacles[0]

    @pytest.mark.parametrize(
        ("properties", "detail"),
        [
            ({"status": "Disconnected", "lastStatusChange": "2026-11-01T00:00:00Z"}, "Disconnected, since 2026-11-01"),
            ({"status": "Expired"}, "Expired"),
            ({"agentVersion": "1.32.9"}, "too old for run commands"),
            ({"agentVersion": ""}, "unknown version"),
            ({"agentConfiguration": {"configMode": "monitor"}}, "monitor mode"),
            ({"agentConfiguration": {"extensionsEnabled": "false"}}, "extensions are switched off"),
            (
                {"agentConfiguration": {"extensionsBlockList": [
                    {"publisher": "Microsoft.CPlat.Core", "type": "RunCommandHandlerLinux"}]}},
                "do not allow run commands",
            ),
            (
                {"agentConfiguration": {"extensionsAllowList": [
                    {"publisher": "Microsoft.CPlat.Core", "type": "RunCommandHandlerLinux"}]}},
                "do not allow patching",
            ),
        ],
    )  # fmt: skip
    def test_agents_that_take_no_work(self, properties: dict[str, Any], detail: str) -> None:
        found = facts(arc_machine(**properties)).agent
        assert found.online is False
        assert detail in found.detail

    def test_the_first_version_that_runs_commands(self) -> None:
        assert facts(arc_machine(agentVersion="1.33.0")).agent.online is True


@pytest.mark.parametrize(
    ("names", "os"),
    [
        (["Ubuntu 22.04.4 LTS"], "ubuntu"), (["Red Hat Enterprise Linux 9.4"], "redhat"), (["RHEL"], "redhat"),
        (["SUSE Linux Enterprise Server 15 SP5"], "suse"), (["sles-15-sp5"], "suse"), (["debian-12"], "debian"),
        (["Oracle Linux Server 8.9"], "oracle_linux"), (["Oracle-Linux"], "oracle_linux"),
        (["almalinux-x86_64"], "alma_linux"),
        (["Rocky Linux 9.3"], "rocky_linux"), (["CentOS"], "centos"), (["Windows Server 2022 Datacenter"], "windows"),
        (["", "0001-com-ubuntu-server-jammy"], "ubuntu"), (["Flatcar"], ""),
    ],
)  # fmt: skip
def test_operating_systems(names: list[str], os: str) -> None:
    assert os_of(names) == os


def configuration(recur: str = "Day", scope: str = "InGuestPatch", **window: str) -> dict[str, Any]:
    """A maintenance configuration, as the API shows it."""
    usual = {"startDateTime": "2026-01-01 02:00", "duration": "03:00", "timeZone": "UTC", "recurEvery": recur}
    entry = {"id": CONFIGURATION, "name": "nightly", "location": "westeurope"}
    entry |= {"properties": {"maintenanceScope": scope, "maintenanceWindow": usual | window}}
    assert MaintenanceConfiguration.deserialize(entry).recur_every == recur
    return entry


def assignment(scope: str, filters: dict[str, Any] | None = None, resource: str = "") -> dict[str, Any]:
    """An assignment of the configuration, as the API shows it."""
    properties: dict[str, Any] = {"maintenanceConfigurationId": CONFIGURATION}
    properties |= {"filter": filters} if filters is not None else {"resourceId": resource or scope}
    entry = {"id": f"{scope}/providers/Microsoft.Maintenance/configurationAssignments/a", "properties": properties}
    ConfigurationAssignment.deserialize(entry)
    return entry


def kinds(
    entry: dict[str, Any], *assignments: dict[str, Any], configurations: Any = None, hours: int = 24
) -> list[str]:
    given = [configuration()] if configurations is None else configurations
    maintenance = maintenance_of(given, assignments, NOW, NOW + timedelta(hours=hours))
    return [update.kind for update in facts(entry, maintenance=maintenance).native_updates]


CONFIGURED = windows("AutomaticByPlatform", True, True)


class TestNativeUpdates:
    @pytest.mark.parametrize(
        ("properties", "expected"),
        [
            ({}, []),
            (windows("AutomaticByOS", True), ["os"]),
            (windows("", True), ["os"]),
            (windows("Manual", False), []),
            (windows("", None), []),
            (windows("AutomaticByPlatform", True), ["platform"]),
            (windows("AutomaticByPlatform", True, False), ["platform"]),
            (CONFIGURED, []),
            (
                {"osProfile": {"linuxConfiguration": {"patchSettings": {"patchMode": "AutomaticByPlatform"}}}},
                ["platform"],
            ),
        ],
    )
    def test_modes_without_a_configuration(self, properties: dict[str, Any], expected: list[str]) -> None:
        assert kinds(virtual_machine(**properties)) == expected

    @pytest.mark.parametrize(
        ("properties", "expected"),
        [
            (CONFIGURED, ["maintenance_configuration"]),
            (windows("AutomaticByPlatform", True, False), []),
            (windows("Manual", False), []),
            (windows("AutomaticByOS", True), ["os"]),
        ],
    )
    def test_modes_with_a_configuration(self, properties: dict[str, Any], expected: list[str]) -> None:
        assert kinds(virtual_machine(**properties), assignment(vm("one"))) == expected

    def test_a_configuration_of_another_scope_keeps_the_platform_from_nothing(self) -> None:
        entry, own = virtual_machine(**windows("AutomaticByPlatform", True)), assignment(vm("one"))
        assert kinds(entry, own, configurations=[configuration(scope="Host")]) == ["platform"]
        assert kinds(entry, own) == []

    @pytest.mark.parametrize("place", ["", "/resourcegroups/rg"])
    def test_a_dynamic_scope_that_is_shown_without_a_filter_has_every_machine(self, place: str) -> None:
        scope = arc("one").lower().partition("/resourcegroups/")[0] + place
        assert kinds(arc_machine(), assignment(scope)) == ["maintenance_configuration"]

    def test_an_arc_machine_needs_no_mode(self) -> None:
        assert kinds(arc_machine(), assignment(arc("one"))) == ["maintenance_configuration"]
        assert kinds(arc_machine(), assignment(arc("two"))) == []

    def test_when_it_opens(self) -> None:
        maintenance = maintenance_of([configuration()], [assignment(arc("one"))], NOW, NOW + timedelta(days=1))
        (update,) = facts(arc_machine(), maintenance=maintenance).native_updates
        assert (update.name, update.next) == ("nightly", "2026-11-27T02:00:00+00:00")

    @pytest.mark.parametrize(
        ("configurations", "hours", "expected"),
        [
            ([configuration()], 13, []),
            ([configuration()], 14, ["maintenance_configuration"]),
            ([configuration(scope="OSImage")], 24, []),
            ([configuration(expirationDateTime="2026-11-01 00:00")], 24, []),
            ([configuration("Sometimes")], 24, ["maintenance_configuration"]),
            ([configuration(timeZone="Nowhere")], 24, ["maintenance_configuration"]),
            ([configuration(startDateTime="soon")], 24, ["maintenance_configuration"]),
            ([], 24, ["maintenance_configuration"]),
        ],
    )  # fmt: skip
    def test_what_cannot_be_told_may_install_at_any_time(
        self, configurations: list[Any], hours: int, expected: list[str]
    ) -> None:
        assert kinds(arc_machine(), assignment(arc("one")), configurations=configurations, hours=hours) == expected

    @pytest.mark.parametrize(
        ("filters", "fits"),
        [
            ({}, True),
            ({"resourceTypes": ["Microsoft.HybridCompute/machines"]}, True),
            ({"resourceTypes": ["Microsoft.Compute/virtualMachines"]}, False),
            ({"resourceGroups": ["RG"], "osTypes": ["Linux"], "locations": ["West Europe"]}, True),
            ({"resourceGroups": ["other"]}, False),
            ({"osTypes": ["Windows"]}, False),
            ({"locations": ["northeurope"]}, False),
            ({"tagSettings": {"tags": {"Patch": ["w1", "w2"]}, "filterOperator": "All"}}, True),
            ({"tagSettings": {"tags": {"patch": ["w2"]}, "filterOperator": "All"}}, False),
            ({"tagSettings": {"tags": {"patch": ["w1"], "role": ["db"]}, "filterOperator": "All"}}, False),
            ({"tagSettings": {"tags": {"patch": ["w1"], "role": ["db"]}, "filterOperator": "Any"}}, True),
            ({"tagSettings": {"tags": {"none": []}, "filterOperator": "Any"}}, False),
            ({"tagSettings": {"tags": {}}}, True),
        ],
    )
    @pytest.mark.parametrize("scope", [f"/subscriptions/{SUBSCRIPTION}", GROUP])
    def test_dynamic_scopes(self, filters: dict[str, Any], fits: bool, scope: str) -> None:
        entry = arc_machine() | {"tags": {"patch": "w1"}}
        assert kinds(entry, assignment(scope, filters)) == (["maintenance_configuration"] if fits else [])

    def test_a_scope_is_for_what_is_below_it(self) -> None:
        assert kinds(arc_machine(), assignment(f"{GROUP}-other", {})) == []
        assert kinds(arc_machine(), assignment(f"/subscriptions/{SUBSCRIPTION[:-1]}", {})) == []


def asked(source: str, live: bool = True) -> Asked:
    return Asked(None, [SUBSCRIPTION], source, live, ["patch"], NOW + timedelta(hours=24))


def rows(*entries: Any) -> Answer:
    return Answer(200, {"data": list(entries), "resultTruncated": "false"})


class TestReading:
    GRAPH = "/providers/Microsoft.ResourceGraph/resources"
    VMS = "/providers/Microsoft.Compute/virtualMachines"

    def script(self) -> list[Request]:
        machines = [
            virtual_machine(),
            arc_machine(),
            configuration() | {"type": "microsoft.maintenance/maintenanceConfigurations"},
        ]
        live = {"id": vm("one"), "properties": {"instanceView": view()}}
        return [
            Request("POST", self.GRAPH, rows(*machines)),
            Request("POST", self.GRAPH, rows({"id": LINUX_DISK, "sku": {"name": "UltraSSD_LRS"}, "properties": {}})),
            Request("POST", self.GRAPH, rows(assignment(arc("one")))),
            Request("GET", self.VMS, Answer(200, {"value": [live]})),
        ]

    def test_three_queries_and_one_list(self) -> None:
        session, wire = scripted(self.script())
        known = read_facts(session, asked("resource_graph"), NOW)
        wire.finish()
        assert wire.sent[3][2]["statusOnly"] == "true"
        found = {id_: facts_of(Node(id_, provider=provider_of_id(id_)), known) for id_ in known.machines}
        assert set(found) == {vm("one"), arc("one")}
        assert found[vm("one")].snapshot.possible is False
        assert [update.kind for update in found[arc("one")].native_updates] == ["maintenance_configuration"]

    def test_without_live_states_three_queries(self) -> None:
        session, wire = scripted(self.script()[:3])
        read_facts(session, asked("resource_graph", live=False), NOW)
        wire.finish()

    def test_a_subscription_that_cannot_be_read_fails_the_whole(self) -> None:
        script = [*self.script()[:3], Request("GET", self.VMS, refused(403, "AuthorizationFailed"))]
        session, _wire = scripted(script)
        with pytest.raises(CloudError, match="AuthorizationFailed"):
            read_facts(session, asked("resource_graph"), NOW)
