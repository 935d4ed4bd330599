# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A wire that throttles, and that loses answers to requests which were acted upon: all passes, and nothing twice."""

from __future__ import annotations

from collections import Counter

from tests.integration.estate import Estate, nodes, verdicts
from tests.integration.run.test_resume import APP, DB1, DB2, DB3


def test_throttled_requests_and_lost_answers(estate: Estate) -> None:
    fault = estate.sandbox.fault
    install = {"DocumentName": "AWS-RunPatchBaseline"}
    parameters = {"Operation": ["Install"]}
    lost = [
        fault("drop_after", operation="SendCommand", params=install | {"Parameters": parameters}, times=1),
        fault("drop_after", operation="CreateSnapshots", times=2),
    ]
    fault("throttle", probability=0.2, seed=7, times=None)
    played = estate.play("patch.yml", patch_environment="test")
    assert played.returncode == 0, played.output
    assert set(verdicts(estate.run()).values()) == {"passed"}

    struck = {armed["number"]: armed["struck"] for armed in estate.sandbox.control("GET", "faults")}
    assert [struck[one["number"]] for one in lost] == [1, 2], "the faults did not strike: the test shows nothing"
    estate.sandbox.clear_faults()
    assert sum(bool(entry["error"]) for entry in estate.sandbox.requests()) > 10

    everyone = Counter([DB1, DB2, DB3, APP])
    ssm, ec2 = estate.client("ssm"), estate.client("ec2")
    installed: Counter[str] = Counter()
    for command in ssm.list_commands()["Commands"]:
        if command["Parameters"].get("Operation") == ["Install"]:
            installed.update(command["InstanceIds"])
    assert installed == everyone
    taken = ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]
    of_node = Counter(tag["Value"] for one in taken for tag in one["Tags"] if tag["Key"] == "hybridops:node")
    assert of_node == everyone
    assert {one["SnapshotId"] for one in taken} == {
        one for node in nodes(estate.run()).values() for one in node["snapshot_ids"]
    }
