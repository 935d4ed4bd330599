# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Power of the sandbox's VMs: predicted, done, nothing more to do, and brought back to how it was."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.modules.tasks import WRITES, Task, Tasks
from tests.sandbox.client import SandboxProcess

GROUPS = "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001/resourceGroups"
LINUX = f"{GROUPS}/rg-vms/providers/Microsoft.Compute/virtualMachines/vm-linux-01"
WINDOWS = f"{GROUPS}/rg-vms/providers/Microsoft.Compute/virtualMachines/vm-win-01"
ARC = f"{GROUPS}/rg-arc/providers/Microsoft.HybridCompute/machines/arc-linux-01"
MARK = "hybridops:power-before"


@pytest.fixture(scope="module")
def shared_sandbox() -> Iterator[SandboxProcess]:
    """One sandbox with two VMs and two Arc machines."""
    with SandboxProcess("azure_small", speed=120) as sandbox:
        yield sandbox


def power(state: str, *node_ids: str, check: bool = False, **options: Any) -> Task:
    nodes = [{"node_id": node_id} for node_id in node_ids]
    return Task("azure_vm_power", {"accounts": {}, "state": state, "nodes": nodes, **options}, check)


def reached(state: str, *node_ids: str, **options: Any) -> Task:
    nodes = [{"node_id": node_id} for node_id in node_ids]
    wanted = {"accounts": {}, "state": state, "nodes": nodes, "wait_timeout": 60, **options}
    return Task("azure_vm_power_info", wanted)


def writes(answer: dict[str, Any]) -> int:
    """How many requests had changed something by then."""
    return sum(bool(entry["writing"]) for entry in answer["json"])


def names(states: dict[str, str]) -> dict[str, str]:
    """States by the name of the machine."""
    return {node_id.rpartition("/")[2]: state for node_id, state in states.items()}


def off(tasks: Tasks) -> None:
    """The Linux machine is stopped, the Windows machine deallocated."""
    answers = tasks.run(
        power("stopped", LINUX),
        power("deallocated", WINDOWS),
        reached("stopped", LINUX),
        reached("deallocated", WINDOWS),
    )
    assert all(answer["progress"]["finished"] for answer in answers[2:]), answers
    assert not any(answer["nodes"]["failed"] for answer in answers), answers


def tags(tasks: Tasks, node_id: str) -> dict[str, str]:
    found: dict[str, str] = tasks.sandbox.machine(node_id)["tags"]
    return found


def test_what_is_off_is_started_and_what_runs_is_left_alone(tasks: Tasks) -> None:
    off(tasks)
    everything = (LINUX, WINDOWS, ARC)
    first, check, second, apply, waited, third, again, checked, last = tasks.run(
        WRITES,
        power("started", *everything, check=True),
        WRITES,
        power("started", *everything),
        reached("started", *everything, since="{{ answers[3].requested_at }}"),
        WRITES,
        power("started", *everything),
        power("started", *everything, check=True),
        WRITES,
    )
    assert writes(first) == writes(second), "check mode wrote"
    assert (check["changed"], check["diff"], check["nodes"]) == (apply["changed"], apply["diff"], apply["nodes"])
    assert names(apply["power_before"]) == {"vm-linux-01": "stopped", "vm-win-01": "deallocated"}
    assert (apply["nodes"]["changed"], apply["nodes"]["failed"]) == (2, 0)
    assert names(waited["power_states"]) == {"vm-linux-01": "running", "vm-win-01": "running"}
    assert waited["progress"]["finished"]
    assert (again["changed"], checked["changed"]) == (False, False)
    assert writes(third) == writes(last), "a second run wrote"
    assert (tags(tasks, LINUX)[MARK], tags(tasks, WINDOWS)[MARK]) == ("stopped", "deallocated")


def test_stopped_and_deallocated_are_each_brought_back(tasks: Tasks) -> None:
    off(tasks)
    everything = (LINUX, WINDOWS, ARC)
    tasks.run(power("started", *everything), reached("started", *everything))
    first, check, second, apply, stopped, deallocated, third, again, checked, last = tasks.run(
        WRITES,
        power("restored", *everything, check=True),
        WRITES,
        power("restored", *everything),
        reached("stopped", LINUX),
        reached("deallocated", WINDOWS),
        WRITES,
        power("restored", *everything),
        power("restored", *everything, check=True),
        WRITES,
    )
    assert writes(first) == writes(second), "check mode wrote"
    assert (check["changed"], check["diff"]) == (apply["changed"], apply["diff"])
    assert names(apply["diff"]["after"]) == {"vm-linux-01": "stopped", "vm-win-01": "deallocated"}
    assert names(stopped["power_states"]) == {"vm-linux-01": "stopped"}
    assert names(deallocated["power_states"]) == {"vm-win-01": "deallocated"}
    assert (again["changed"], checked["changed"]) == (False, False)
    assert writes(third) == writes(last), "a second run wrote"
    assert MARK not in {**tags(tasks, LINUX), **tags(tasks, WINDOWS)}


def test_a_restart_is_waited_for_until_the_agent_is_back(tasks: Tasks) -> None:
    boots = tasks.sandbox.machine(LINUX)["boot_count"]
    restarted, waited = tasks.run(
        power("restarted", LINUX), reached("restarted", LINUX, since="{{ answers[0].requested_at }}")
    )
    assert (restarted["changed"], waited["progress"]["finished"]) == (True, True)
    assert tasks.sandbox.machine(LINUX)["boot_count"] == boots + 1


def test_arc_machines_are_skipped_or_fail(tasks: Tasks) -> None:
    failed, skipped, waited = tasks.run(
        power("deallocated", ARC), power("deallocated", ARC, on_unsupported="skip"), reached("started", ARC)
    )
    assert [one["reason"] for one in failed["nodes"]["failures"]] == [
        "it is an Arc machine, whose power cannot be controlled from here"
    ]
    assert (skipped["changed"], skipped["nodes"]["failed"]) == (False, 0)
    assert waited["progress"] | {"total": 0, "finished": True} == waited["progress"]
