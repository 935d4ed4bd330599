# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Assessing, installing and reading patch states on VMs and Arc machines of the sandbox."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.modules.in_process import Modules
from tests.sandbox.client import SandboxProcess

GROUPS = "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001/resourceGroups"
VMS = f"{GROUPS}/rg-vms/providers/Microsoft.Compute/virtualMachines"
ARCS = f"{GROUPS}/rg-arc/providers/Microsoft.HybridCompute/machines"
INSTALL = {"operation": "install", "reboot_setting": "IfRequired", "maximum_duration": "PT2H"}
SECURITY = {
    f"{family}_parameters": {"classifications_to_include": ["Critical", "Security"]} for family in ("windows", "linux")
}
RULES = [{"os_family": family, "classifications": ["Critical", "Security"]} for family in ("windows", "linux")]


def node(node_id: str, os_family: str) -> dict[str, str]:
    return {"node_id": node_id, "name": node_id.rpartition("/")[2], "os_family": os_family, "region": "westeurope"}


VM_LINUX, VM_WIN = node(f"{VMS}/vm-linux-01", "linux"), node(f"{VMS}/vm-win-01", "windows")
ARC_LINUX, ARC_WIN = node(f"{ARCS}/arc-linux-01", "linux"), node(f"{ARCS}/arc-win-01", "windows")
ALL = [VM_LINUX, VM_WIN, ARC_LINUX, ARC_WIN]


@pytest.fixture(scope="module")
def shared_sandbox() -> Iterator[SandboxProcess]:
    """One sandbox with two VMs and two Arc machines."""
    with SandboxProcess("azure_small", speed=120) as sandbox:
        yield sandbox


def start(modules: Modules, **options: Any) -> dict[str, Any]:
    return modules.ok("azure_patch_operation", **{"nodes": ALL, **options})


def waited(modules: Modules, started: dict[str, Any]) -> dict[str, Any]:
    """What became of the operations that a module started."""
    return modules.ok("azure_patch_operation_info", operations=started["operations"], wait_timeout=120)


def compliance(modules: Modules, **options: Any) -> dict[str, Any]:
    """What the Resource Graph says once it has caught up: it is behind by ten simulated seconds."""
    time.sleep(0.5)
    return modules.ok("azure_patch_compliance_info", **{"nodes": ALL, "approvals": RULES, **options})


def states(answer: dict[str, Any]) -> dict[str, dict[str, Any]]:
    assert answer["not_checked"] == [], answer
    return {state["node_id"].rpartition("/")[2]: state for state in answer["patch_states"]}


def test_a_machine_is_assessed_patched_and_lacks_nothing_approved_afterwards(modules: Modules) -> None:
    predicted = start(modules, check=True, operation="assess")
    sent = [str(entry["operation"]) for entry in modules.sandbox.requests()]
    assert not [operation for operation in sent if operation.endswith("Patches/action")]
    assessed = start(modules, operation="assess")
    done = waited(modules, assessed)
    before = compliance(modules)
    installing = start(modules, **INSTALL, **SECURITY)
    installed = waited(modules, installing)
    after = compliance(modules, installed_since="2020-01-01")
    assert predicted["diff"] == assessed["diff"]
    assert (done["nodes"]["ok"], done["progress"]["finished"]) == (4, True), done
    lacking = states(before)
    assert all(state["counts"]["missing"] > 0 for state in lacking.values()), before
    assert installing["nodes"]["changed"] == 4
    assert [result["status"] for result in installed["results"]] == ["passed"] * 4, installed
    for name, state in states(after).items():
        assert (state["counts"]["missing"], state["counts"]["failed"]) == (0, 0), state
        wanted = {patch["id"] for patch in lacking[name]["patches"] if patch["state"] == "missing"}
        there = {patch["id"] for patch in state["patches"] if patch["state"] == "installed"}
        assert wanted <= there, name


def test_exactly_the_patches_of_a_list(modules: Modules) -> None:
    waited(modules, start(modules, operation="assess"))
    before = compliance(modules, approvals=None)
    lists: dict[str, list[dict[str, str]]] = {}
    for state in before["patch_states"]:
        first = next(patch for patch in state["patches"] if patch["state"] == "missing")
        version = first["title"].partition(" ")[2] if not first["id"].startswith("KB") else ""
        lists[state["node_id"]] = [{"id": first["id"], "version": version}]
    done = waited(modules, start(modules, **INSTALL, patches=lists))
    assert [result["result"]["installedPatchCount"] for result in done["results"]] == [1] * 4, done


def test_an_installation_whose_answer_is_lost_is_found_and_not_started_again(modules: Modules) -> None:
    operation = "Microsoft.Compute/virtualMachines/installPatches/action"
    modules.sandbox.fault("drop_after", operation=operation, times=1)
    started = start(modules, **INSTALL, **SECURITY, nodes=[VM_LINUX])
    done = waited(modules, started)
    assert started["operations"][0]["handle"].startswith("activity:"), started
    assert done["results"][0]["status"] == "passed", done
    assert len(modules.sandbox.requests(operation=operation)) == 1


def test_a_patch_that_fails_fails_its_machine_with_the_count(modules: Modules) -> None:
    modules.sandbox.patch_machine("vm-win-01", faults={"install_fails": True})
    try:
        done = waited(modules, start(modules, **INSTALL, **SECURITY, nodes=[VM_WIN, VM_LINUX]))
    finally:
        modules.sandbox.patch_machine("vm-win-01", faults={})
    found = {result["node_id"].rpartition("/")[2]: result for result in done["results"]}
    assert found["vm-linux-01"]["status"] == "passed", done
    assert found["vm-win-01"]["status"] == "failed", done
    assert "failed" in found["vm-win-01"]["detail"]
