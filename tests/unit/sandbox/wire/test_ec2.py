# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""EC2: instances and their filters, power, tags, volumes, snapshots."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.aws.ec2.filters import wildcard
from tests.unit.sandbox.wire.sandbox_kit import (
    BARE,
    HYBRID,
    LINUX,
    MANY,
    NOBODY,
    PROD,
    STOPPED,
    UBUNTU,
    WINDOWS,
    Sandbox,
    code_of,
    eventually,
)


def ids(answer: dict[str, Any]) -> set[str]:
    return {item["InstanceId"] for entry in answer["Reservations"] for item in entry["Instances"]}


def find(sandbox: Sandbox, name: str, *values: str) -> set[str]:
    return ids(sandbox.client("ec2").describe_instances(Filters=[{"Name": name, "Values": list(values)}]))


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("tag:Patch Group", ["g1"], {LINUX, STOPPED}),
        ("tag:Patch Group", ["g*"], {LINUX, STOPPED, WINDOWS}),
        ("tag:Patch Group", ["G1"], set()),
        ("tag:Patch Group", ["g?"], {LINUX, STOPPED, WINDOWS}),
        ("tag:Patch Group", [r"g\*"], set()),
        ("tag-key", ["PatchGroup"], {UBUNTU}),
        ("tag-key", ["Patch*"], {LINUX, STOPPED, WINDOWS, UBUNTU}),
        ("tag:Name", ["db-1", "web-1"], {LINUX, UBUNTU}),
        ("instance-state-name", ["stopped"], {STOPPED}),
        ("instance-state-code", ["16"], {LINUX, WINDOWS, UBUNTU, BARE}),
        ("platform", ["windows"], {WINDOWS}),
        ("product-code", ["abc"], {UBUNTU}),
        ("tag:aws:autoscaling:groupName", ["asg-1"], {BARE}),
        ("instance-id", [LINUX], {LINUX}),
    ],
)
def test_filters(sandbox: Sandbox, name: str, values: list[str], expected: set[str]) -> None:
    assert find(sandbox, name, *values) == expected


def test_filters_are_all_to_be_met(sandbox: Sandbox) -> None:
    both = [{"Name": "tag:role", "Values": ["db"]}, {"Name": "instance-state-name", "Values": ["running"]}]
    assert ids(sandbox.client("ec2").describe_instances(Filters=both)) == {LINUX}


@pytest.mark.parametrize(
    ("text", "good", "bad"),
    [("a*c", "abbc", "ab"), ("a.c", "a.c", "abc"), (r"a\?", "a?", "ab"), ("*", "", None), ("a?", "ab", "a")],
)
def test_wildcards(text: str, good: str, bad: str | None) -> None:
    assert wildcard(text).fullmatch(good)
    assert bad is None or not wildcard(text).fullmatch(bad)


def test_instances_come_in_pages(sandbox: Sandbox) -> None:
    ec2 = sandbox.client("ec2", MANY)
    first = ec2.describe_instances(MaxResults=25)
    second = ec2.describe_instances(MaxResults=25, NextToken=first["NextToken"])
    third = ec2.describe_instances(MaxResults=25, NextToken=second["NextToken"])
    assert [len(ids(answer)) for answer in (first, second, third)] == [25, 25, 10]
    assert len(ids(first) | ids(second) | ids(third)) == 60
    assert "NextToken" not in third
    other = [{"Name": "tag:Patch Group", "Values": ["m"]}]
    assert code_of(ec2.describe_instances, NextToken=first["NextToken"], Filters=other) == "InvalidNextToken"


def test_hybrid_nodes_are_none_of_ec2_s(sandbox: Sandbox) -> None:
    ec2 = sandbox.client("ec2", PROD)
    assert HYBRID not in str(ec2.describe_instances())
    assert code_of(ec2.stop_instances, InstanceIds=[HYBRID]) == "InvalidInstanceID.Malformed"
    assert code_of(ec2.create_tags, Resources=[HYBRID], Tags=[{"Key": "a", "Value": "b"}]) == "InvalidID"


def state(sandbox: Sandbox, node_id: str) -> str:
    answer = sandbox.client("ec2").describe_instances(InstanceIds=[node_id])
    return str(answer["Reservations"][0]["Instances"][0]["State"]["Name"])


def test_stop_and_start_take_their_time(sandbox: Sandbox) -> None:
    ec2 = sandbox.client("ec2")
    stopping = ec2.stop_instances(InstanceIds=[LINUX])["StoppingInstances"][0]
    assert (stopping["PreviousState"]["Name"], stopping["CurrentState"]["Name"]) == ("running", "stopping")
    assert code_of(ec2.start_instances, InstanceIds=[LINUX]) == "IncorrectInstanceState"
    eventually(lambda: state(sandbox, LINUX) == "stopped")
    starting = ec2.start_instances(InstanceIds=[LINUX])["StartingInstances"][0]
    assert (starting["PreviousState"]["Name"], starting["CurrentState"]["Name"]) == ("stopped", "pending")
    eventually(lambda: state(sandbox, LINUX) == "running")
    ec2.start_instances(InstanceIds=[LINUX])
    assert state(sandbox, LINUX) == "running"


def test_a_reboot_keeps_the_state_and_changes_the_boot(sandbox: Sandbox) -> None:
    before = sandbox.machine(LINUX).boot_id
    sandbox.client("ec2").reboot_instances(InstanceIds=[LINUX])
    assert state(sandbox, LINUX) == "running"
    eventually(lambda: sandbox.machine(LINUX).power == "running" and sandbox.machine(LINUX).boot_id != before)
    assert code_of(sandbox.client("ec2").reboot_instances, InstanceIds=[STOPPED]) == "IncorrectInstanceState"


def test_a_request_is_refused_whole(sandbox: Sandbox) -> None:
    ec2 = sandbox.client("ec2")
    assert code_of(ec2.stop_instances, InstanceIds=[LINUX, NOBODY]) == "InvalidInstanceID.NotFound"
    assert code_of(ec2.stop_instances, InstanceIds=[LINUX], DryRun=True) == "DryRunOperation"
    before = sandbox.machine(LINUX).boot_count
    assert code_of(ec2.reboot_instances, InstanceIds=[LINUX, STOPPED]) == "IncorrectInstanceState"
    assert (sandbox.machine(LINUX).power, sandbox.machine(LINUX).boot_count) == ("running", before)
    assert state(sandbox, LINUX) == "running"


def test_status_is_of_running_instances_unless_all_are_asked_for(sandbox: Sandbox) -> None:
    ec2 = sandbox.client("ec2")
    running = {item["InstanceId"] for item in ec2.describe_instance_status()["InstanceStatuses"]}
    everything = ec2.describe_instance_status(IncludeAllInstances=True)["InstanceStatuses"]
    assert STOPPED not in running
    found = {item["InstanceId"]: item["InstanceStatus"]["Status"] for item in everything}
    assert (found[LINUX], found[STOPPED]) == ("ok", "not-applicable")
    sandbox.machine(LINUX).alter({"faults": {"reboot_hangs": True}})
    ec2.reboot_instances(InstanceIds=[LINUX])
    hung = ec2.describe_instance_status(InstanceIds=[LINUX])["InstanceStatuses"][0]
    assert hung["InstanceStatus"]["Status"] == "impaired"


def tags_of(sandbox: Sandbox, resource_id: str) -> dict[str, str]:
    filters = [{"Name": "resource-id", "Values": [resource_id]}]
    return {tag["Key"]: tag["Value"] for tag in sandbox.client("ec2").describe_tags(Filters=filters)["Tags"]}


def test_tags_are_added_overwritten_and_removed(sandbox: Sandbox) -> None:
    ec2 = sandbox.client("ec2")
    ec2.create_tags(Resources=[LINUX, WINDOWS], Tags=[{"Key": "Patch Group", "Value": "g7"}, {"Key": "x", "Value": ""}])
    assert tags_of(sandbox, WINDOWS) == {"Name": "app-1", "Patch Group": "g7", "role": "app", "x": ""}
    assert find(sandbox, "tag:Patch Group", "g7") == {LINUX, WINDOWS}
    ec2.delete_tags(Resources=[LINUX], Tags=[{"Key": "role", "Value": "app"}, {"Key": "x"}])
    assert tags_of(sandbox, LINUX) == {"Name": "db-1", "Patch Group": "g7", "role": "db"}
    ec2.delete_tags(Resources=[LINUX])
    assert tags_of(sandbox, LINUX) == {}


@pytest.mark.parametrize(
    ("resources", "tags", "code"),
    [
        ([NOBODY], [{"Key": "a", "Value": "b"}], "InvalidInstanceID.NotFound"),
        (["vol-0ccccccccccccccc0"], [{"Key": "a", "Value": "b"}], "InvalidVolume.NotFound"),
        (["snap-0ccccccccccccccc0"], [{"Key": "a", "Value": "b"}], "InvalidSnapshot.NotFound"),
        (["thing"], [{"Key": "a", "Value": "b"}], "InvalidID"),
        ([LINUX], [{"Key": "aws:a", "Value": "b"}], "InvalidParameterValue"),
        ([LINUX], [{"Key": "a" * 129, "Value": "b"}], "InvalidParameterValue"),
        ([LINUX], [{"Key": f"k{n}", "Value": ""} for n in range(51)], "TagLimitExceeded"),
        ([LINUX], [{"Key": f"k{n}", "Value": ""} for n in range(48)], "TagLimitExceeded"),
        ([LINUX] * 1001, [{"Key": "a", "Value": "b"}], "InvalidParameterValue"),
        ([LINUX] * 1000, [{"Key": "a", "Value": "b"}], ""),
    ],
)
def test_tags_that_ec2_refuses(sandbox: Sandbox, resources: list[str], tags: list[dict[str, str]], code: str) -> None:
    assert code_of(sandbox.client("ec2").create_tags, Resources=resources, Tags=tags) == code


def test_tagging_is_all_or_nothing(sandbox: Sandbox) -> None:
    both = {"Resources": [LINUX, NOBODY], "Tags": [{"Key": "a", "Value": "b"}]}
    assert code_of(sandbox.client("ec2").create_tags, **both) == "InvalidInstanceID.NotFound"
    assert "a" not in tags_of(sandbox, LINUX)


def test_volumes_belong_to_instances(sandbox: Sandbox) -> None:
    ec2 = sandbox.client("ec2")
    attached = [{"Name": "attachment.instance-id", "Values": [LINUX]}]
    volumes = {
        volume["Attachments"][0]["Device"]: volume for volume in ec2.describe_volumes(Filters=attached)["Volumes"]
    }
    assert {device: volume["Size"] for device, volume in volumes.items()} == {"/dev/sda1": 20, "/dev/sdf": 50}
    assert volumes["/dev/sdf"]["KmsKeyId"].startswith("arn:aws:kms:eu-central-1:111111111111:")
    assert volumes["/dev/sdf"]["Tags"] == [{"Key": "backup", "Value": "daily"}]
    shown = ec2.describe_instances(InstanceIds=[LINUX])["Reservations"][0]["Instances"][0]["BlockDeviceMappings"]
    assert {entry["Ebs"]["VolumeId"] for entry in shown} == {volume["VolumeId"] for volume in volumes.values()}
    assert code_of(ec2.describe_volumes, VolumeIds=["vol-0ccccccccccccccc0"]) == "InvalidVolume.NotFound"


def snapshot(sandbox: Sandbox, **more: Any) -> list[dict[str, Any]]:
    tags = [{"ResourceType": "snapshot", "Tags": [{"Key": "run", "Value": "r1"}]}]
    answer = sandbox.client("ec2").create_snapshots(
        InstanceSpecification={"InstanceId": LINUX} | more.pop("specification", {}), TagSpecifications=tags, **more
    )
    return list(answer["Snapshots"])


def test_a_set_of_snapshots_is_pending_then_completed(sandbox: Sandbox) -> None:
    ec2 = sandbox.client("ec2")
    made = snapshot(sandbox, CopyTagsFromSource="volume", Description="before patching")
    assert [entry["State"] for entry in made] == ["pending", "pending"]
    assert len({entry["StartTime"] for entry in made}) == 1
    assert {"Key": "backup", "Value": "daily"} in made[1]["Tags"]
    wanted = {"OwnerIds": ["self"], "Filters": [{"Name": "tag:run", "Values": ["r1"]}]}

    def states() -> set[str]:
        return {entry["State"] for entry in ec2.describe_snapshots(**wanted)["Snapshots"]}

    assert states() == {"pending"}
    eventually(lambda: states() == {"completed"})
    done = ec2.describe_snapshots(SnapshotIds=[made[0]["SnapshotId"]])["Snapshots"][0]
    assert (done["Progress"], done["Description"]) == ("100%", "before patching")
    assert done["CompletionTime"] >= done["StartTime"]


def test_a_snapshot_can_fail(sandbox: Sandbox) -> None:
    sandbox.machine(LINUX).volumes[0].attributes["snapshot_fails"] = True
    made = snapshot(sandbox)

    def states() -> list[str]:
        found = sandbox.client("ec2").describe_snapshots(SnapshotIds=[entry["SnapshotId"] for entry in made])
        return [entry["State"] for entry in found["Snapshots"]]

    eventually(lambda: states() == ["error", "completed"])


def test_volumes_can_be_left_out_of_the_set(sandbox: Sandbox) -> None:
    volumes = {
        entry["Ebs"]["VolumeId"]
        for entry in sandbox.client("ec2").describe_instances(InstanceIds=[LINUX])["Reservations"][0]["Instances"][0][
            "BlockDeviceMappings"
        ]
    }
    data = snapshot(sandbox, specification={"ExcludeBootVolume": True})
    assert len(data) == 1
    boot = snapshot(sandbox, specification={"ExcludeDataVolumeIds": [data[0]["VolumeId"]]})
    assert {boot[0]["VolumeId"]} == volumes - {data[0]["VolumeId"]}


def test_snapshots_are_deleted_and_paged(sandbox: Sandbox) -> None:
    ec2 = sandbox.client("ec2")
    made = [entry["SnapshotId"] for _turn in range(4) for entry in snapshot(sandbox)]
    first = ec2.describe_snapshots(OwnerIds=["self"], MaxResults=5)
    rest = ec2.describe_snapshots(OwnerIds=["self"], MaxResults=5, NextToken=first["NextToken"])
    assert {entry["SnapshotId"] for entry in first["Snapshots"] + rest["Snapshots"]} == set(made)
    ec2.delete_snapshot(SnapshotId=made[0])
    assert code_of(ec2.describe_snapshots, SnapshotIds=[made[0]]) == "InvalidSnapshot.NotFound"
    assert code_of(ec2.delete_snapshot, SnapshotId=made[0]) == "InvalidSnapshot.NotFound"
    assert made[0] not in str(ec2.describe_tags())
    assert sandbox.client("ec2", PROD).describe_snapshots(OwnerIds=["self"])["Snapshots"] == []


def test_what_surrounds_instances_is_moto_s(sandbox: Sandbox) -> None:
    regions = {entry["RegionName"] for entry in sandbox.client("ec2").describe_regions()["Regions"]}
    assert {"eu-central-1", "eu-west-1"} <= regions
