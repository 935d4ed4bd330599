# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Both clouds throttle and lose answers to requests that they acted upon: all passes, and nothing happens twice."""

from __future__ import annotations

from collections import Counter
from typing import Any

from tests.integration.estate import Estate, nodes, verdicts

AZURE_INSTALL = "*/installPatches/action"
AWS_INSTALL = {"DocumentName": "AWS-RunPatchBaseline", "Parameters": {"Operation": ["Install"]}}
AWS = {"ec2-db": "i-0db00000000000001", "ec2-app": "i-0a000000000000001"}
AZURE = ["vm-db", "arc-db", "vm-app", "arc-app"]


def test_throttled_requests_and_lost_answers(clouds: Estate) -> None:
    fault = clouds.sandbox.fault
    lost = {
        fault("drop_after", operation="SendCommand", params=AWS_INSTALL, times=1)["number"]: 1,
        fault("drop_after", operation="CreateSnapshots", times=2)["number"]: 2,
        fault("drop_after", service="arm", operation=AZURE_INSTALL, times=2)["number"]: 2,
        fault("drop_after", service="arm", operation="*/restorePoints/write", times=1)["number"]: 1,
        fault("drop_after", service="arm", operation="*/runCommands/write", times=2)["number"]: 2,
        fault("throttle", service="graph", times=2)["number"]: 2,
    }
    fault("throttle", service="arm", probability=0.15, seed=7, times=None)
    fault("throttle", service="arm", probability=0.1, seed=11, times=None, retry_after=1)
    for service in ("ssm", "ec2"):
        fault("throttle", service=service, probability=0.2, seed=7, times=None)
    played = clouds.play("patch.yml", patch_environment="test")
    assert played.returncode == 0, played.output
    assert set(verdicts(clouds.run()).values()) == {"passed"}

    struck = {armed["number"]: armed["struck"] for armed in clouds.sandbox.control("GET", "faults")}
    assert lost == {number: struck[number] for number in lost}, "the faults did not strike: the test shows nothing"
    clouds.sandbox.clear_faults()
    assert sum(bool(entry["error"]) for entry in clouds.sandbox.requests()) > 10
    assert _accepted_by_azure(clouds) == Counter(AZURE)
    _once_on_aws(clouds)


def _accepted_by_azure(clouds: Estate) -> Counter[str]:
    """How many installations of each machine Azure took."""
    return Counter(
        entry["params"]["path"].split("/")[-2].lower()
        for entry in clouds.sandbox.requests()
        if entry["operation"].lower().endswith("/installpatches/action") and not entry["error"]
    )


def _once_on_aws(clouds: Estate) -> None:
    everyone = Counter(AWS.values())
    installed: Counter[str] = Counter()
    for command in clouds.client("ssm").list_commands()["Commands"]:
        if command["Parameters"].get("Operation") == ["Install"]:
            installed.update(command["InstanceIds"])
    assert installed == everyone
    taken: list[dict[str, Any]] = clouds.client("ec2").describe_snapshots(OwnerIds=["self"])["Snapshots"]
    of_node = Counter(tag["Value"] for one in taken for tag in one["Tags"] if tag["Key"] == "hybridops:node")
    assert of_node == everyone
    recorded = [one for name, node in nodes(clouds.run()).items() if name in AWS for one in node["snapshot_ids"]]
    assert sorted(one["SnapshotId"] for one in taken) == sorted(recorded)
