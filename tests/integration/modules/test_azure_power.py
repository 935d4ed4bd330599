# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Power of the sandbox's VMs: predicted, done, nothing more to do, and brought back to how it was."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.modules.in_process import Modules
from tests.sandbox.client import SandboxProcess

GROUPS = "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001/resourceGroups"
LINUX = f"{GROUPS}/rg-vms/providers/Microsoft.Compute/virtualMachines/vm-linux-01"
WINDOWS = f"{GROUPS}/rg-vms/providers/Microsoft.Compute/virtualMachines/vm-win-01"
ARC = f"{GROUPS}/rg-arc/providers/Microsoft.HybridCompute/machines/arc-linux-01"
MARK = "hybridops:power-before"


@pytest.fixture(scope="module")
def shared_sandbox() -> Iterator[SandboxProcess]:
    """One sandbox with two VMs and two Arc machines."""
    with SandboxProcess("azure_small", speed=240) as sandbox:
        yield sandbox


def nodes(*node_ids: str) -> list[dict[str, str]]:
    return [{"node_id": node_id} for node_id in node_ids]


def power(modules: Modules, state: str, *node_ids: str, **options: Any) -> dict[str, Any]:
    return modules.ok("azure_vm_power", state=state, nodes=nodes(*node_ids), **options)


def reached(modules: Modules, state: str, *node_ids: str, **options: Any) -> dict[str, Any]:
    return modules.ok("azure_vm_power_info", state=state, nodes=nodes(*node_ids), wait_timeout=60, **options)


def writes(modules: Modules) -> int:
    """How many requests have changed something until now."""
    return len(modules.sandbox.writes())


def names(states: dict[str, str]) -> dict[str, str]:
    """States by the name of the machine."""
    return {node_id.rpartition("/")[2]: state for node_id, state in states.items()}


def off(modules: Modules) -> None:
    """The Linux machine is stopped, the Windows machine deallocated."""
    asked = [power(modules, "stopped", LINUX), power(modules, "deallocated", WINDOWS)]
    waited = [reached(modules, "stopped", LINUX), reached(modules, "deallocated", WINDOWS)]
    assert all(answer["progress"]["finished"] for answer in waited), waited
    assert not any(answer["nodes"]["failed"] for answer in (*asked, *waited)), waited


def tags(modules: Modules, node_id: str) -> dict[str, str]:
    found: dict[str, str] = modules.sandbox.machine(node_id)["tags"]
    return found


def test_what_is_off_is_started_and_what_runs_is_left_alone(modules: Modules) -> None:
    off(modules)
    everything = (LINUX, WINDOWS, ARC)
    before = writes(modules)
    check = power(modules, "started", *everything, check=True)
    assert writes(modules) == before, "check mode wrote"
    apply = power(modules, "started", *everything)
    waited = reached(modules, "started", *everything, since=apply["requested_at"])
    written = writes(modules)
    again = power(modules, "started", *everything)
    checked = power(modules, "started", *everything, check=True)
    assert writes(modules) == written, "a second run wrote"
    assert (check["changed"], check["diff"], check["nodes"]) == (apply["changed"], apply["diff"], apply["nodes"])
    assert names(apply["power_before"]) == {"vm-linux-01": "stopped", "vm-win-01": "deallocated"}
    assert (apply["nodes"]["changed"], apply["nodes"]["failed"]) == (2, 0)
    assert names(waited["power_states"]) == {"vm-linux-01": "running", "vm-win-01": "running"}
    assert waited["progress"]["finished"]
    assert (again["changed"], checked["changed"]) == (False, False)
    assert (tags(modules, LINUX)[MARK], tags(modules, WINDOWS)[MARK]) == ("stopped", "deallocated")


def test_stopped_and_deallocated_are_each_brought_back(modules: Modules) -> None:
    off(modules)
    everything = (LINUX, WINDOWS, ARC)
    power(modules, "started", *everything)
    reached(modules, "started", *everything)
    before = writes(modules)
    check = power(modules, "restored", *everything, check=True)
    assert writes(modules) == before, "check mode wrote"
    apply = power(modules, "restored", *everything)
    stopped, deallocated = reached(modules, "stopped", LINUX), reached(modules, "deallocated", WINDOWS)
    written = writes(modules)
    again = power(modules, "restored", *everything)
    checked = power(modules, "restored", *everything, check=True)
    assert writes(modules) == written, "a second run wrote"
    assert (check["changed"], check["diff"]) == (apply["changed"], apply["diff"])
    assert names(apply["diff"]["after"]) == {"vm-linux-01": "stopped", "vm-win-01": "deallocated"}
    assert names(stopped["power_states"]) == {"vm-linux-01": "stopped"}
    assert names(deallocated["power_states"]) == {"vm-win-01": "deallocated"}
    assert (again["changed"], checked["changed"]) == (False, False)
    assert MARK not in {**tags(modules, LINUX), **tags(modules, WINDOWS)}


def test_a_restart_is_waited_for_until_the_agent_is_back(modules: Modules) -> None:
    boots = modules.sandbox.machine(LINUX)["boot_count"]
    restarted = power(modules, "restarted", LINUX)
    waited = reached(modules, "restarted", LINUX, since=restarted["requested_at"])
    assert (restarted["changed"], waited["progress"]["finished"]) == (True, True)
    assert modules.sandbox.machine(LINUX)["boot_count"] == boots + 1


def test_arc_machines_are_skipped_or_fail(modules: Modules) -> None:
    failed = modules.call("azure_vm_power", state="deallocated", nodes=nodes(ARC))
    skipped = power(modules, "deallocated", ARC, on_unsupported="skip")
    waited = reached(modules, "started", ARC)
    assert [one["reason"] for one in failed["nodes"]["failures"]] == [
        "it is an Arc machine, whose power cannot be controlled from here"
    ]
    assert (skipped["changed"], skipped["nodes"]["failed"]) == (False, 0)
    assert waited["progress"] | {"total": 0, "finished": True} == waited["progress"]
