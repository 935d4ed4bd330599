# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Items of lists and results of long-running operations against the SDK's models: single answers are held against them
as they are sent."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from azure.mgmt.compute import models as compute
from azure.mgmt.hybridcompute import models as hybrid

from tests.sandbox.azure.arm.validate import answer_violations
from tests.unit.sandbox.azure.nodes_kit import ARC, ARC_LINUX, ARC_WINDOWS, LINUX, VMS, WINDOWS, AzureSandbox

BODY: Any = {"maximumDuration": "PT2H", "rebootSetting": "Always"}


def violations(model: type[Any], found: Iterable[Any]) -> list[str]:
    shown = [one.as_dict() for one in found]
    assert shown
    return [str(wrong) for one in shown for wrong in answer_violations(model, one)]


def test_items_of_lists(azure: AzureSandbox) -> None:
    vms, machines = azure.compute.virtual_machines, azure.hybrid.machines
    assert violations(compute.VirtualMachine, vms.list_all()) == []
    assert violations(compute.VirtualMachine, vms.list(VMS, expand="instanceView")) == []
    assert violations(compute.VirtualMachine, vms.list_all(status_only="true")) == []
    assert violations(compute.Disk, azure.compute.disks.list()) == []
    assert violations(hybrid.Machine, machines.list_by_subscription()) == []


def test_results_of_patching(azure: AzureSandbox) -> None:
    vms, machines = azure.compute.virtual_machines, azure.hybrid.machines
    for name in (LINUX, WINDOWS):
        azure.machine(name).alter({"faults": {"install_fails": True}})
        found = vms.begin_assess_patches(VMS, name).result()
        assert violations(compute.VirtualMachineAssessPatchesResult, [found]) == []
        done = vms.begin_install_patches(VMS, name, BODY).result()
        assert done.status == "Failed"
        assert violations(compute.VirtualMachineInstallPatchesResult, [done]) == []
    for name in (ARC_LINUX, ARC_WINDOWS):
        azure.machine(name).alter({"faults": {"install_fails": True}})
        counted = machines.begin_assess_patches(ARC, name).result()
        assert violations(hybrid.MachineAssessPatchesResult, [counted]) == []
        installed = machines.begin_install_patches(ARC, name, BODY).result()
        assert installed.status == "Failed"
        assert violations(hybrid.MachineInstallPatchesResult, [installed]) == []


def test_restore_points_and_run_commands(azure: AzureSandbox) -> None:
    body: Any = {"location": "westeurope", "properties": {"source": {"id": azure.machine(LINUX).node_id}}}
    azure.compute.restore_point_collections.create_or_update(VMS, "points", body)
    empty: Any = {}
    point = azure.compute.restore_points.begin_create(VMS, "points", "p1", empty).result()
    assert violations(compute.RestorePoint, [point]) == []
    listed = azure.compute.restore_point_collections.list_all()
    assert violations(compute.RestorePointCollection, listed) == []
    script: Any = {"location": "westeurope", "properties": {"source": {"script": "true"}}}
    commands = azure.compute.virtual_machine_run_commands
    made = commands.begin_create_or_update(VMS, LINUX, "x", script).result()
    shown = commands.list_by_virtual_machine(VMS, LINUX, expand="instanceView")
    assert violations(compute.VirtualMachineRunCommand, [made, *shown]) == []
    arc = azure.hybrid.machine_run_commands
    begun = arc.begin_create_or_update(ARC, ARC_LINUX, "x", script).result()
    assert violations(hybrid.MachineRunCommand, [begun, *arc.list(ARC, ARC_LINUX)]) == []
