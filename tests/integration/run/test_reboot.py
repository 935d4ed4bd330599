# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A reboot of its own waits for an approval; where the policy forbids reboots there is none."""

from __future__ import annotations

from typing import Any

from tests.integration.estate import Estate, nodes, verdicts

LINUX = tuple(f"i-0db0000000000000{number}" for number in (1, 2, 3))
APP = "i-0a000000000000001"
BATCHES = [
    {"name": "batch_1", "match": {"os_family": "linux"}, "reboot": "separate"},
    {"name": "batch_2", "match": {"os_family": "windows"}, "reboot": "never"},
]


def boots(estate: Estate) -> dict[str, int]:
    return {machine["node_id"]: machine["boot_count"] for machine in estate.sandbox.machines()}


def phases(node: dict[str, Any]) -> dict[str, str]:
    return {phase["name"]: phase["status"] for phase in node["phases"]}


def test_separate_waits_for_an_approval_and_never_leaves_the_node_up(estate: Estate) -> None:
    estate.set_policy(batches=BATCHES)
    before = boots(estate)

    held = estate.play("patch.yml", patch_environment="test")
    assert held.returncode == 2, held.output
    run = estate.run()
    assert run["status"] == "held"
    assert set(verdicts(run).values()) == {"held"}
    assert "waits for an approval (patch_reboot_approval)" in nodes(run)["db1"]["reason"]
    assert phases(nodes(run)["db1"])["install"] == "passed"
    assert "reboot" not in phases(nodes(run)["db1"])
    assert "install" not in phases(nodes(run)["app1"])
    assert boots(estate) == before

    approved = estate.play("patch.yml", patch_environment="test", patch_reboot_approval="CHG0042")
    assert approved.returncode == 0, approved.output
    run = estate.run()
    assert set(verdicts(run).values()) == {"passed"}
    assert boots(estate) == {node_id: before[node_id] + (node_id in LINUX) for node_id in before}
    assert phases(nodes(run)["db1"])["reboot"] == "passed"
    assert any("CHG0042" in gate["reason"] for gate in run["gates"])

    app = nodes(run)["app1"]
    assert "reboot" not in phases(app)
    assert app["patches"]["after"]["counts"]["installed_pending_reboot"] == 1
    assert any("take effect at the next reboot" in check["detail"] for check in app["checks"]), app["checks"]
    assert estate.sandbox.machine(APP)["reboot_pending"]
