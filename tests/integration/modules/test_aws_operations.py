# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands, scans and installs, snapshots and power on real machines of the sandbox, with a wire that breaks."""

from __future__ import annotations

from typing import Any

from tests.integration.modules.in_process import Modules
from tests.integration.modules.tasks import WRITES, Task, Tasks

PLACE = {"account": "111111111111", "region": "eu-central-1"}
DB1 = {"node_id": "i-0db00000000000001", "name": "db1", "os_family": "linux", **PLACE}
DB2 = {"node_id": "i-0db00000000000002", "name": "db2", "os_family": "linux", **PLACE}
APP1 = {"node_id": "i-0a000000000000001", "name": "app1", "os_family": "windows", **PLACE}
ALL = [DB1, DB2, APP1]
IDS = [node["node_id"] for node in ALL]
GONE = {"node_id": "i-0db00000000000099", "name": "gone", "os_family": "linux", **PLACE}


def failures(answer: dict[str, Any]) -> dict[str, str]:
    return {one["name"] or one["node_id"]: one["reason"] for one in answer["nodes"]["failures"]}


def sent(modules: Modules, operation: str) -> int:
    """How many requests of an operation reached the service."""
    return len(modules.sandbox.requests(operation=operation))


def waited(modules: Modules, started: dict[str, Any]) -> dict[str, Any]:
    """What became of the commands that a module started."""
    return modules.ok("ssm_command_info", commands=started["commands"], wait_timeout=60)


def test_each_node_runs_the_script_of_its_family(tasks: Tasks) -> None:
    """Through a playbook, as a user has it: the modules are tasks, and what one answers is an option of the next."""
    scripts = {"linux": "echo out; echo err >&2; exit 3", "windows": "Write-Output (Get-Service W3SVC).Status; exit 0"}
    options = {"nodes": [*ALL, GONE], "scripts": scripts}
    wait = Task("ssm_command_info", {"commands": "{{ answers[2].commands }}", "wait_timeout": 60})
    predicted, _count, started, done = tasks.run(
        Task("ssm_command", options, check=True), WRITES, Task("ssm_command", options), wait
    )
    assert [entry for entry in _count["json"] if entry["writing"]] == []
    assert predicted["changed"] is started["changed"] is True
    assert {node_id for command in predicted["commands"] for node_id in command["node_ids"]} == {*IDS, GONE["node_id"]}
    assert failures(started).keys() == {"gone"}
    assert "not registered with Systems Manager" in failures(started)["gone"]
    assert done["progress"]["finished"]
    by_node = {one["node_id"]: one for one in done["invocations"]}
    assert (by_node[IDS[0]]["response_code"], by_node[IDS[0]]["output"].strip()) == (3, "out")
    assert by_node[IDS[0]]["error_output"].splitlines()[0] == "err"
    assert (by_node[IDS[2]]["response_code"], by_node[IDS[2]]["output"].strip()) == (0, "Running")
    assert failures(done).keys() == {IDS[0], IDS[1]}


def test_a_long_output_is_read_whole(modules: Modules) -> None:
    lines = "i=0; while [ $i -lt 700 ]; do echo line$i; i=$((i+1)); done"
    done = waited(modules, modules.ok("ssm_command", nodes=[DB1], scripts={"linux": lines}))
    assert done["invocations"][0]["output"].split() == [f"line{number}" for number in range(700)]


def test_scan_install_and_what_they_report(modules: Modules) -> None:
    def compliance() -> dict[str, Any]:
        return modules.ok("ssm_patch_compliance_info", nodes=ALL, installed_since="2026-01-01")

    never = compliance()
    scanned = waited(modules, modules.ok("ssm_patch_operation", nodes=ALL, operation="Scan"))
    missing = compliance()
    install = modules.ok("ssm_patch_operation", nodes=ALL, operation="Install", reboot_option="RebootIfNeeded")
    installed = waited(modules, install)
    compliant = compliance()
    assert len(never["not_checked"]) == 3
    assert scanned["nodes"]["failed"] == installed["nodes"]["failed"] == 0
    assert missing["counts"]["missing"] == 5
    wanted = {patch["id"] for patch in missing["patch_states"][0]["patches"]}
    assert wanted == {"kernel.x86_64", "openssl.x86_64"}
    assert (compliant["counts"]["missing"], compliant["not_checked"]) == (0, [])
    now_there = {p["id"] for p in compliant["patch_states"][0]["patches"] if p["state"] == "installed"}
    assert wanted <= now_there


def test_snapshot_sets_are_complete_and_tagged(modules: Modules) -> None:
    options = {"nodes": ALL, "tags": {"purpose": "test"}}
    predicted = modules.ok("ec2_snapshot_set", check=True, **options)
    assert modules.sandbox.writes() == []
    made = modules.ok("ec2_snapshot_set", **options)
    done = modules.ok("ec2_snapshot_set_info", nodes=ALL, wait_timeout=60)
    assert predicted["diff"] == made["diff"]
    assert predicted["nodes"] == made["nodes"]
    assert done["progress"]["finished"]
    assert [one["node_id"] for one in done["snapshot_sets"]] == IDS
    for entry in done["snapshot_sets"]:
        assert {snapshot["state"] for snapshot in entry["snapshots"]} == {"completed"}
        assert all(snapshot["device"] for snapshot in entry["snapshots"])


def test_power_is_remembered_and_restored(modules: Modules) -> None:
    def wait(nodes: list[dict[str, str]], state: str) -> None:
        reached = modules.ok("ec2_power_info", nodes=nodes, state=state, wait_timeout=60)
        assert (reached["progress"]["finished"], reached["nodes"]["failed"]) == (True, 0)

    both = [DB1, APP1]
    modules.quartet("ec2_power", nodes=[DB1], state="stopped", settled=lambda: wait([DB1], "stopped"))
    started = modules.quartet("ec2_power", nodes=both, state="started", settled=lambda: wait(both, "started"))
    assert started["changed_node_ids"] == [DB1["node_id"]]
    restored = modules.quartet("ec2_power", nodes=both, state="restored", settled=lambda: wait([DB1], "stopped"))
    assert restored["changed_node_ids"] == [DB1["node_id"]]
    machines = {machine["name"]: machine for machine in modules.sandbox.machines()}
    assert "hybridops:power-before" not in machines["db1"]["tags"]


def test_a_restart_is_waited_for_until_the_agent_is_back(modules: Modules) -> None:
    boots = modules.sandbox.machine("db1")["boot_count"]
    since = modules.ok("ec2_power", nodes=[DB1], state="restarted")["requested_at"]
    done = modules.ok("ec2_power_info", nodes=[DB1], state="restarted", since=since, wait_timeout=60)
    assert done["progress"]["finished"]
    assert modules.sandbox.machine("db1")["boot_count"] == boots + 1


class TestWireThatBreaks:
    def test_a_command_whose_answer_is_lost_runs_once(self, modules: Modules) -> None:
        modules.sandbox.fault("drop_after", service="ssm", operation="SendCommand", times=1)
        started = modules.ok("ssm_command", nodes=[DB1], scripts={"linux": "echo x"})
        done = waited(modules, started)
        assert sent(modules, "SendCommand") == 1
        assert started["commands"][0]["command_id"]
        assert done["invocations"][0]["status"] == "Success"

    def test_a_server_fault_is_looked_into_before_it_is_sent_again(self, modules: Modules) -> None:
        modules.sandbox.fault("error", service="ssm", operation="SendCommand", times=1)
        done = waited(modules, modules.ok("ssm_command", nodes=[DB1], scripts={"linux": "echo x"}))
        assert sent(modules, "SendCommand") == 2
        assert sent(modules, "ListCommands") >= 1
        assert done["nodes"]["ok"] == 1

    def test_snapshots_whose_answer_is_lost_are_made_once(self, modules: Modules) -> None:
        modules.sandbox.fault("drop_after", service="ec2", operation="CreateSnapshots", times=1)
        made = modules.ok("ec2_snapshot_set", nodes=[DB1])
        done = modules.ok("ec2_snapshot_set_info", nodes=[DB1], wait_timeout=60)
        assert sent(modules, "CreateSnapshots") == 1
        assert made["nodes"]["failed"] == 0
        assert done["progress"]["finished"]

    def test_a_baseline_whose_answer_is_lost_is_made_once(self, modules: Modules) -> None:
        modules.sandbox.fault("drop_after", service="ssm", operation="CreatePatchBaseline", times=1)
        options = {"account": PLACE["account"], "name": "once", "operating_system": "UBUNTU"}
        first, second = (modules.ok("ssm_patch_baseline", **options) for _number in range(2))
        assert (first["changed"], second["changed"]) == (True, False)
        assert first["baseline"] == second["baseline"]

    def test_throttling_is_sat_out(self, modules: Modules) -> None:
        for service in ("ssm", "ec2"):
            modules.sandbox.fault("throttle", service=service, times=3)
        facts = modules.ok("ssm_managed_node_info", nodes=ALL)
        assert [one["found"] for one in facts["facts"]] == [True, True, True]
