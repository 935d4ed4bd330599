# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a plan refuses, found in what the cloud really says: every reason at once, and nothing is begun."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.conftest import FLEET, PLACE
from tests.integration.estate import Estate
from tests.sandbox.client import SandboxProcess

GROUP = {"tags": {"Patch Group": "patch_test_0600_batch_1"}}


def machine(number: int, name: str, profile: str = "linux", **more: Any) -> dict[str, Any]:
    return {"node_id": f"i-0e{number:015d}", "name": name, "profile": profile} | PLACE | more


ODD: dict[str, Any] = FLEET | {
    "machines": [
        machine(1, "fine"),
        machine(2, "misplaced", "windows", **GROUP),
        machine(3, "silent"),
        machine(4, "scaled", attributes={"auto_scaling_group": "web"}),
        machine(5, "windowed"),
        machine(
            6, "ephemeral", volumes=[{"device": "/dev/sda1", "size_gib": 8, "root": True, "kind": "instance_store"}]
        ),
        machine(7, "bought", attributes={"product_codes": ["abc123"]}),
        machine(8, "forgotten"),
        machine(9, "app", "windows"),
        machine(10, "onprem", node_id="mi-0e000000000000010"),
    ]
}
REFUSED = {
    "unlisted": "forgotten",
    "os_against_batch": "misplaced",
    "agent_offline": "silent",
    "scaling_group": "scaled",
    "native_update": "windowed",
}
NO_SNAPSHOT = ("ephemeral", "bought", "onprem")


@pytest.fixture
def odd(tmp_path: Path) -> Iterator[Estate]:
    """An estate in which almost every node has something that speaks against patching it."""
    with SandboxProcess(ODD, speed=60) as sandbox:
        estate = Estate(tmp_path, sandbox)
        estate.inventory = estate.write("gap.yml", estate.inventory_data(leave_out=("forgotten",)))
        sandbox.patch_machine("i-0e000000000000003", agent_online=False)
        installing_window(estate.client("ssm"), "i-0e000000000000005")
        sandbox.clear_requests()
        yield estate


def installing_window(ssm: Any, node_id: str) -> None:
    """A maintenance window of the cloud's own that would install on the node within the hour."""
    window = {"Name": "own", "Schedule": "rate(1 hour)", "Duration": 1, "Cutoff": 0, "AllowUnassociatedTargets": False}
    window_id = ssm.create_maintenance_window(**window)["WindowId"]
    ssm.register_task_with_maintenance_window(
        WindowId=window_id,
        Targets=[{"Key": "InstanceIds", "Values": [node_id]}],
        TaskArn="AWS-RunPatchBaseline",
        TaskType="RUN_COMMAND",
        MaxConcurrency="1",
        MaxErrors="1",
        TaskInvocationParameters={"RunCommand": {"Parameters": {"Operation": ["Install"]}}},
    )


def test_every_reason_at_once_and_nothing_is_begun(odd: Estate) -> None:
    played = odd.play("patch.yml", patch_environment="test")
    assert played.returncode == 2, played.output
    for code, name in REFUSED.items():
        assert f"[{code}] {name} (" in played, played.output
    for name in NO_SNAPSHOT:
        assert f"[no_snapshot] {name} (" in played, played.output
    assert f"refused for {len(REFUSED) + len(NO_SNAPSHOT)} reasons" in played, played.output
    assert "] fine (" not in played
    assert odd.sandbox.writes() == []
    assert odd.runs() == 0

    odd.set_policy(defaults={"accept": ["default_baseline"], "allow_unprotected": True})
    allowed = odd.play("plan.yml", patch_environment="test", patch_accept=["scaling_group", "unlisted"])
    assert allowed.returncode == 0, allowed.output
    assert "[no_snapshot]" not in allowed
    for name in NO_SNAPSHOT:
        assert f"[unprotected] {name} (" in allowed, allowed.output
    assert "REFUSED, nothing will be started (3 reasons)" in allowed, allowed.output
    assert odd.sandbox.writes() == []
