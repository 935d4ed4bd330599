# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run commands on VMs and Arc machines of the sandbox: results, reboots, lost answers, a run that is taken up again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._azure.run_command_start import start_commands
from ansible_collections.hybridops.patching.plugins.module_utils._azure.run_commands import Script, command_id
from ansible_collections.hybridops.patching.plugins.module_utils._azure.send_run_command import Sender
from ansible_collections.hybridops.patching.plugins.module_utils._azure.session import AzureSession
from ansible_collections.hybridops.patching.plugins.module_utils._core.nodes import Node
from ansible_collections.hybridops.patching.plugins.module_utils._core.reboot import reboot_soon_script

from tests.integration.modules.in_process import Modules
from tests.integration.modules.tasks import WRITES, Task, Tasks
from tests.sandbox.client import SandboxProcess
from tests.unit.aws.scopes import MemoryScope

GROUPS = "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001/resourceGroups"
VMS = f"{GROUPS}/rg-vms/providers/Microsoft.Compute/virtualMachines"
ARCS = f"{GROUPS}/rg-arc/providers/Microsoft.HybridCompute/machines"


def node(node_id: str, os_family: str) -> dict[str, str]:
    return {"node_id": node_id, "name": node_id.rpartition("/")[2], "os_family": os_family, "region": "westeurope"}


VM_LINUX, VM_WIN = node(f"{VMS}/vm-linux-01", "linux"), node(f"{VMS}/vm-win-01", "windows")
ARC_LINUX, ARC_WIN = node(f"{ARCS}/arc-linux-01", "linux"), node(f"{ARCS}/arc-win-01", "windows")
ALL = [VM_LINUX, VM_WIN, ARC_LINUX, ARC_WIN]
REBOOT = {family: reboot_soon_script(family) for family in ("linux", "windows")}
WRITE, DELETE = (f"Microsoft.Compute/virtualMachines/runCommands/{verb}" for verb in ("write", "delete"))


@pytest.fixture(scope="module")
def shared_sandbox() -> Iterator[SandboxProcess]:
    """One sandbox with two VMs and two Arc machines."""
    with SandboxProcess("azure_small", speed=120) as sandbox:
        yield sandbox


def start(modules: Modules, **options: Any) -> dict[str, Any]:
    return modules.ok("azure_run_command", **options)


def waited(modules: Modules, started: dict[str, Any], **options: Any) -> dict[str, Any]:
    """What became of the commands that a module started."""
    return modules.ok("azure_run_command_info", **{"commands": started["commands"], "wait_timeout": 60, **options})


def read_again(modules: Modules, started: dict[str, Any], **options: Any) -> dict[str, Any]:
    """The same commands by their ids."""
    ids = [command["command_id"] for command in started["commands"]]
    return modules.ok("azure_run_command_info", command_ids=ids, **options)


def by_name(answer: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["node_id"].rpartition("/")[2]: one for one in answer["invocations"]}


def writing(answer: dict[str, Any]) -> int:
    """How many requests had changed something by then; those for tokens do not count."""
    return len([entry for entry in answer["json"] if entry["writing"] and "/" in entry["operation"]])


def test_each_machine_runs_the_script_of_its_family(tasks: Tasks) -> None:
    """Through a playbook, as a user has it: the modules are tasks, and what one answers is an option of the next."""
    scripts = {"linux": 'echo "$word"; echo err >&2; exit 3', "windows": "Write-Output $word; exit 0"}
    options = {"accounts": {}, "nodes": ALL, "scripts": scripts, "protected_parameters": {"word": "hello"}}
    wait = {"accounts": {}, "commands": "{{ answers[2].commands }}", "wait_timeout": 60}
    predicted, before, started, done, after = tasks.run(
        Task("azure_run_command", options, check=True),
        WRITES,
        Task("azure_run_command", options),
        Task("azure_run_command_info", wait),
        WRITES,
    )
    assert writing(before) == 0
    assert predicted["diff"] == started["diff"]
    assert predicted["nodes"] == started["nodes"]
    assert [command["command_id"] for command in predicted["commands"]] == [""] * 4
    assert done["progress"]["finished"], done
    found = by_name(done)
    for name in ("vm-linux-01", "arc-linux-01"):
        one = found[name]
        assert (one["status"], one["response_code"]) == ("Failed", 3)
        assert (one["output"], one["error_output"]) == ("hello\n", "err\n")
        assert one["detail"] == "the command failed on it with exit code 3: err"
    for name in ("vm-win-01", "arc-win-01"):
        one = found[name]
        assert (one["status"], one["output"].strip(), one["detail"]) == ("Succeeded", "hello", "")
    assert (done["nodes"]["ok"], done["nodes"]["failed"]) == (2, 2)
    assert writing(after) == 8, "four commands, and each deleted once its result was read"


def test_a_command_that_is_to_stay_can_be_read_again(modules: Modules) -> None:
    started = start(modules, nodes=[VM_LINUX], script="echo x", delete_after=False)
    first = waited(modules, started)
    second = read_again(modules, started, wait_timeout=60)
    assert first["invocations"] == second["invocations"]
    assert first["invocations"][0]["output"] == "x\n"
    assert not modules.sandbox.requests(operation=DELETE)


def test_only_the_end_of_a_long_output_is_kept_and_that_is_said(modules: Modules) -> None:
    lines = "i=0; while [ $i -lt 700 ]; do echo line$i; i=$((i+1)); done"
    done = waited(modules, start(modules, nodes=[ARC_LINUX], script=lines))
    one = done["invocations"][0]
    assert one["output"].endswith("line699\n")
    assert (one["cut"], "4096" in one["detail"]) == (True, True)


def test_a_machine_that_is_off_fails_and_the_others_go_on(modules: Modules) -> None:
    modules.sandbox.patch_machine("vm-linux-01", power="stopped")
    started = start(modules, nodes=[VM_LINUX, ARC_LINUX], script="echo x")
    done = waited(modules, started)
    assert "not running" in started["nodes"]["failures"][0]["reason"]
    assert [one["node_id"].rpartition("/")[2] for one in done["invocations"]] == ["arc-linux-01"]


def test_a_reboot_is_over_when_the_machines_are_back(modules: Modules) -> None:
    boots = {machine["name"]: machine["boot_count"] for machine in modules.sandbox.machines()}
    started = start(modules, nodes=ALL, scripts=REBOOT, kind="reboot")
    done = waited(modules, started)
    kept = read_again(modules, started)
    assert done["progress"]["finished"], done
    assert done["nodes"]["failed"] == 0, done
    assert {m["name"]: m["boot_count"] for m in modules.sandbox.machines()} == {
        n: count + 1 for n, count in boots.items()
    }
    assert [one["detail"] for one in kept["invocations"]] == [
        "the command does not exist any more: it was deleted before its result was read"
    ] * 4


def test_a_reboot_that_hangs_is_waited_for_and_a_later_call_sees_its_end(modules: Modules) -> None:
    modules.sandbox.patch_machine("vm-linux-01", faults={"reboot_hangs": True})
    started = start(modules, nodes=[VM_LINUX, ARC_LINUX], scripts=REBOOT, kind="reboot")
    hanging = waited(modules, started, wait_timeout=8)
    assert hanging["progress"]["waiting"] == [VM_LINUX["node_id"].lower()], hanging
    assert hanging["progress"]["done"] == 1
    for power in ("stopped", "running"):
        modules.sandbox.patch_machine("vm-linux-01", power=power, faults={})
    left = [one for one in started["commands"] if one["node_id"].endswith("vm-linux-01")]
    done = modules.ok("azure_run_command_info", commands=left, wait_timeout=60)
    assert (done["progress"]["finished"], done["nodes"]["failed"]) == (True, 0), done


def test_a_command_whose_answer_is_lost_runs_once(modules: Modules) -> None:
    modules.sandbox.fault("drop_after", operation=WRITE, times=1)
    started = start(modules, nodes=[VM_LINUX], script="echo x >> /tmp/count; cat /tmp/count", delete_after=False)
    done = waited(modules, started)
    assert len(modules.sandbox.requests(operation=WRITE)) == 2
    assert done["invocations"][0]["output"] == "x\n"


def test_a_run_that_is_taken_up_again_finds_its_command(
    sandbox: SandboxProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in sandbox.env.items():
        monkeypatch.setenv(name, value)
    machine = Node.from_dict(VM_LINUX | {"account": VM_LINUX["node_id"].split("/")[2]})

    class Stops(MemoryScope):
        """A controller that stops when the request is out and before the ledger has its answer."""

        def sent(self, operation_id: str, handle: str) -> None:
            raise KeyboardInterrupt

    scripts, first = {"linux": Script("echo x")}, Stops([machine])
    with pytest.raises(KeyboardInterrupt):
        start_commands(Sender(AzureSession({}), first, "probe"), [machine], scripts, check_mode=False)
    second = MemoryScope([machine])
    second.written = dict(first.written)
    started = start_commands(Sender(AzureSession({}), second, "probe"), [machine], scripts, check_mode=False)
    assert (started.commands, started.failures) == ([], {})
    assert second.written["op1"].handle == command_id(machine.node_id, "op1")
    assert len(sandbox.requests(operation=WRITE)) == 1
