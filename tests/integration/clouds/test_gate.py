# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An application on one cloud waits for its database on the other, whatever way that failed."""

from __future__ import annotations

from tests.integration.clouds.test_run import APPLICATIONS, phases
from tests.integration.estate import Estate, nodes, verdicts

PATCH = "kernel.x86_64"


def held(estate: Estate) -> set[str]:
    return {name for name, verdict in verdicts(estate.run()).items() if verdict == "held"}


def test_applications_on_azure_wait_for_a_database_on_aws(clouds: Estate) -> None:
    clouds.sandbox.patch_machine("ec2-db", faults={"services_down_after": {"install": ["postgresql"]}})
    played = clouds.play("patch.yml", patch_environment="test")
    assert played.returncode == 2, played.output
    run = clouds.run()
    assert verdicts(run)["ec2-db"] == "failed"
    assert verdicts(run)["vm-db"] == verdicts(run)["arc-db"] == "passed"
    assert held(clouds) == APPLICATIONS
    for name in APPLICATIONS:
        assert "ec2-db of batch_1 failed" in nodes(run)[name]["reason"]
        assert set(phases(nodes(run)[name])) <= {"plan"}
    assert clouds.sandbox.machine("vm-db")["power"] == "stopped"


def test_applications_on_aws_wait_for_databases_on_azure(clouds: Estate) -> None:
    """A patch fails on the VM: Azure answers 200 and says in the body how it went. The Arc machine loses its agent."""
    clouds.sandbox.patch_machine("vm-db", faults={"install_fails": [PATCH]})
    clouds.sandbox.patch_machine("arc-db", faults={"services_down_after": {"install": ["postgresql"]}})
    played = clouds.play("patch.yml", patch_environment="test")
    assert played.returncode == 2, played.output
    run = clouds.run()
    assert verdicts(run)["ec2-db"] == "passed"
    assert verdicts(run)["vm-db"] == verdicts(run)["arc-db"] == "failed"
    assert held(clouds) == APPLICATIONS
    failed = nodes(run)["vm-db"]
    assert "1" in failed["reason"]
    assert failed["patches"]["after"]["counts"]["failed"] == 1
    assert failed["patches"]["installed"], "what was installed beside the failed patch is told"
    assert "no longer running: postgresql" in nodes(run)["arc-db"]["reason"]


def test_a_closed_gate_holds_every_module_of_azure(clouds: Estate) -> None:
    """The second lock: an extra variable overwrites the gate's answer, and nothing starts all the same."""
    clouds.sandbox.patch_machine("ec2-db", faults={"install_fails": True})
    answer = {"opened": True, "batch": "batch_2", "wave": 1, "providers": ["azure_arc", "azure_vm"], "nodes": []}
    forged = answer | {
        "agent_node_ids": [],
        "hooks": [],
        "command_checks": [],
        "reboot_modes": {"with_install": [m["node_id"] for m in clouds.sandbox.machines()]},
        "approvals": [],
        "joined_at": "2026-01-01T00:00:00Z",
        "reason": "forged",
        "going": 2,
    }
    first = clouds.play("patch.yml", "--limit", "batch_1", patch_environment="test", patch_run_id="forged")
    assert first.returncode == 2, first.output
    clouds.sandbox.clear_requests()
    played = clouds.play(
        "patch.yml", "--limit", "batch_2", patch_environment="test", patch_run_id="forged", gate_answer=forged
    )
    assert played.returncode != 0
    assert [entry["operation"] for entry in clouds.sandbox.writes()] == []
