# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run Command: what is refused, what runs, what is shown of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

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

SHELL = {"DocumentName": "AWS-RunShellScript", "Parameters": {"commands": ["true"]}}
PATCH = {"DocumentName": "AWS-RunPatchBaseline", "Parameters": {"Operation": ["Scan"]}}


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (SHELL | {"InstanceIds": [NOBODY]}, "InvalidInstanceId"),
        (SHELL | {"InstanceIds": [LINUX, BARE]}, "InvalidInstanceId"),
        (SHELL | {"InstanceIds": [LINUX, LINUX]}, "DuplicateInstanceId"),
        (SHELL | {"InstanceIds": [LINUX, WINDOWS]}, "UnsupportedPlatformType"),
        (SHELL, "ValidationException"),
        (SHELL | {"InstanceIds": [LINUX], "Targets": [{"Key": "tag:a", "Values": ["b"]}]}, "ValidationException"),
        (SHELL | {"Targets": [{"Key": "colour", "Values": ["red"]}]}, "InvalidParameters"),
        (SHELL | {"InstanceIds": [LINUX], "DocumentName": "AWS-Nothing"}, "InvalidDocument"),
        (SHELL | {"InstanceIds": [LINUX], "DocumentVersion": "7"}, "InvalidDocumentVersion"),
        (SHELL | {"InstanceIds": [LINUX], "Parameters": {}}, "InvalidParameters"),
        (SHELL | {"InstanceIds": [LINUX], "Parameters": {"commands": ["x"], "colour": ["red"]}}, "InvalidParameters"),
        (
            SHELL | {"InstanceIds": [LINUX], "Parameters": {"commands": ["x"], "executionTimeout": ["0"]}},
            "InvalidParameters",
        ),
        (PATCH | {"InstanceIds": [LINUX], "Parameters": {"Operation": ["Remove"]}}, "InvalidParameters"),
        (PATCH | {"InstanceIds": [LINUX], "Parameters": {"Operation": ["Scan", "Install"]}}, "InvalidParameters"),
        (
            PATCH | {"InstanceIds": [LINUX], "Parameters": {"Operation": ["Install"], "RebootOption": ["Later"]}},
            "InvalidParameters",
        ),
        (
            PATCH
            | {"InstanceIds": [LINUX], "Parameters": {"Operation": ["Install"], "InstallOverrideList": ["a.yml"]}},
            "InvalidParameters",
        ),
        (
            PATCH | {"InstanceIds": [LINUX], "Parameters": {"Operation": ["Install"], "SnapshotId": ["window"]}},
            "InvalidParameters",
        ),
    ],
)
def test_what_is_refused_never_becomes_a_command(sandbox: Sandbox, request_: dict[str, Any], code: str) -> None:
    ssm = sandbox.client("ssm")
    assert code_of(ssm.send_command, **request_) == code
    assert ssm.list_commands()["Commands"] == []


def test_a_script_runs_and_its_output_is_shown(sandbox: Sandbox) -> None:
    ssm = sandbox.client("ssm")
    command_id = sandbox.run(
        [LINUX], "AWS-RunShellScript", {"commands": ["echo one", "echo two"]}, Comment="r1 observe"
    )
    invocation = sandbox.outcome(command_id)[LINUX]
    plugin = invocation["CommandPlugins"][0]
    assert (plugin["Name"], plugin["Output"], plugin["ResponseCode"]) == ("aws:runShellScript", "one\ntwo\n", 0)
    assert (invocation["InstanceName"], invocation["Comment"]) == ("db-1", "r1 observe")
    whole = ssm.get_command_invocation(CommandId=command_id, InstanceId=LINUX)
    assert (whole["StandardOutputContent"], whole["StatusDetails"]) == ("one\ntwo\n", "Success")
    assert whole["ExecutionElapsedTime"].startswith("PT")
    listed = ssm.list_commands(CommandId=command_id)["Commands"][0]
    assert (listed["Status"], listed["TargetCount"], listed["CompletedCount"], listed["ErrorCount"]) == (
        "Success",
        1,
        1,
        0,
    )
    assert (listed["MaxConcurrency"], listed["MaxErrors"], listed["TimeoutSeconds"]) == ("50", "0", 3600)
    plain = ssm.list_command_invocations(CommandId=command_id)["CommandInvocations"][0]
    assert plain["CommandPlugins"] == []


def test_right_after_sending_there_is_nothing_to_list(sandbox: Sandbox) -> None:
    sandbox.application.gateway.world.clock.speed = 1.0
    try:
        ssm = sandbox.client("ssm")
        command_id = sandbox.run([LINUX], "AWS-RunShellScript", {"commands": ["true"]})
        assert ssm.list_command_invocations(CommandId=command_id)["CommandInvocations"] == []
        one = {"CommandId": command_id, "InstanceId": LINUX}
        assert code_of(ssm.get_command_invocation, **one) == "InvocationDoesNotExist"
    finally:
        sandbox.application.gateway.world.clock.speed = 200.0
    sandbox.outcome(command_id)


def test_a_failure_keeps_its_code_and_both_streams(sandbox: Sandbox) -> None:
    invocation = sandbox.script(LINUX, "echo out; echo err >&2; exit 3")
    plugin = invocation["CommandPlugins"][0]
    assert (invocation["Status"], plugin["ResponseCode"]) == ("Failed", 3)
    assert plugin["Output"].startswith("out\n\n----------ERROR-------\nerr\n")
    command = sandbox.client("ssm").list_commands()["Commands"][0]
    assert (command["StatusDetails"], command["ErrorCount"]) == ("Failed", 1)


def test_output_is_cut_where_the_service_cuts_it(sandbox: Sandbox) -> None:
    invocation = sandbox.script(LINUX, "i=0; while [ $i -lt 3000 ]; do echo 123456789; i=$((i+1)); done")
    assert len(invocation["CommandPlugins"][0]["Output"]) == 2500
    whole = sandbox.client("ssm").get_command_invocation(CommandId=invocation["CommandId"], InstanceId=LINUX)
    assert len(whole["StandardOutputContent"]) == 24000
    assert whole["StandardOutputContent"].endswith("--output truncated--")


def test_a_step_must_be_named_when_there_are_several(sandbox: Sandbox) -> None:
    ssm = sandbox.client("ssm")
    command_id = sandbox.run([LINUX], "AWS-RunPatchBaseline", {"Operation": ["Scan"]})
    invocation = sandbox.outcome(command_id)[LINUX]
    steps = {plugin["Name"]: plugin for plugin in invocation["CommandPlugins"]}
    assert set(steps) == {"PatchWindows", "PatchMacOS", "PatchLinux"}
    assert "unsupported platform" in steps["PatchWindows"]["Output"]
    one = {"CommandId": command_id, "InstanceId": LINUX}
    assert code_of(ssm.get_command_invocation, **one) == "InvalidPluginName"
    assert code_of(ssm.get_command_invocation, PluginName="PatchBSD", **one) == "InvalidPluginName"
    assert "MissingCount" in ssm.get_command_invocation(PluginName="PatchLinux", **one)["StandardOutputContent"]


@pytest.mark.parametrize(
    ("targets", "expected"),
    [
        ([{"Key": "tag:role", "Values": ["db", "app"]}], {LINUX, WINDOWS, STOPPED}),
        ([{"Key": "tag:role", "Values": ["db"]}, {"Key": "tag:Patch Group", "Values": ["g1"]}], {LINUX, STOPPED}),
        ([{"Key": "tag:role", "Values": ["db"]}, {"Key": "tag:Name", "Values": ["app-1"]}], set()),
        ([{"Key": "InstanceIds", "Values": [LINUX, UBUNTU]}], {LINUX, UBUNTU}),
        ([{"Key": "InstanceIds", "Values": ["*"]}], {LINUX, WINDOWS, STOPPED, UBUNTU}),
        ([{"Key": "tag-key", "Values": ["PatchGroup"]}], {UBUNTU}),
    ],
)
def test_targets(sandbox: Sandbox, targets: list[dict[str, Any]], expected: set[str]) -> None:
    ssm = sandbox.client("ssm")
    command = ssm.send_command(Targets=targets, **PATCH)["Command"]
    listed = eventually(lambda: ssm.list_commands(CommandId=command["CommandId"])["Commands"])[0]
    assert (listed["TargetCount"], listed["Targets"]) == (len(expected), targets)
    if not expected:
        assert listed["StatusDetails"] == "NoInstancesInTag"
        return
    found = eventually(lambda: ssm.list_command_invocations(CommandId=command["CommandId"])["CommandInvocations"])
    assert {item["InstanceId"] for item in found} == expected


def test_a_script_for_another_platform_does_not_run(sandbox: Sandbox) -> None:
    ssm = sandbox.client("ssm")
    command_id = ssm.send_command(Targets=[{"Key": "tag:Name", "Values": ["db-1", "app-1"]}], **SHELL)["Command"][
        "CommandId"
    ]
    outcome = sandbox.outcome(command_id)
    assert {node: item["StatusDetails"] for node, item in outcome.items()} == {
        LINUX: "Success",
        WINDOWS: "InvalidPlatform",
    }


def test_hybrid_nodes_take_commands(sandbox: Sandbox) -> None:
    command_id = sandbox.run([HYBRID], "AWS-RunShellScript", {"commands": ["hostname"]}, account=PROD)
    assert sandbox.outcome(command_id, PROD)[HYBRID]["CommandPlugins"][0]["Output"] == "onprem-1\n"


def test_commands_are_found_by_time_document_status_and_node(sandbox: Sandbox) -> None:
    ssm = sandbox.client("ssm")
    before = datetime.now(UTC) - timedelta(seconds=1)
    good = sandbox.script(LINUX, "true")["CommandId"]
    bad = sandbox.script(LINUX, "exit 1")["CommandId"]
    scan = sandbox.patch(UBUNTU, "Scan")["CommandId"]

    def found(**more: Any) -> list[str]:
        return [command["CommandId"] for command in ssm.list_commands(**more)["Commands"]]

    def by(key: str, value: str) -> list[str]:
        return found(Filters=[{"key": key, "value": value}])

    assert found() == [scan, bad, good]
    assert by("InvokedAfter", before.strftime("%Y-%m-%dT%H:%M:%SZ")) == [scan, bad, good]
    assert by("InvokedAfter", (before + timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M:%SZ")) == []
    assert by("InvokedBefore", before.strftime("%Y-%m-%dT%H:%M:%SZ")) == []
    assert by("DocumentName", "AWS-RunPatchBaseline") == [scan]
    assert by("Status", "Failed") == [bad]
    assert by("ExecutionStage", "Complete") == [scan, bad, good]
    assert found(InstanceId=UBUNTU) == [scan]
    assert code_of(ssm.list_commands, Filters=[{"key": "InvokedAfter", "value": "yesterday"}]) == "ValidationException"
    stage = [{"key": "ExecutionStage", "value": "Complete"}]
    assert code_of(ssm.list_command_invocations, Filters=stage) == "InvalidFilterKey"
    assert code_of(ssm.list_commands, InstanceId=NOBODY) == "InvalidInstanceId"


def test_long_lists_come_in_pages(sandbox: Sandbox) -> None:
    ssm = sandbox.client("ssm", MANY)
    answer = ssm.send_command(Targets=[{"Key": "tag:Patch Group", "Values": ["m"]}], **PATCH)
    command_id = answer["Command"]["CommandId"]
    assert len(sandbox.outcome(command_id, MANY)) == 60
    first = ssm.list_command_invocations(CommandId=command_id)
    assert (len(first["CommandInvocations"]), "NextToken" in first) == (50, True)
    nodes = [page["InstanceInformationList"] for page in ssm.get_paginator("describe_instance_information").paginate()]
    assert [len(page) for page in nodes] == [10] * 6
    for _turn in range(3):
        sandbox.run([f"i-0d{0:015x}"], "AWS-RunShellScript", {"commands": ["true"]}, account=MANY)
    first = ssm.list_commands(MaxResults=2)
    rest = ssm.list_commands(MaxResults=2, NextToken=first["NextToken"])
    assert len({item["CommandId"] for item in first["Commands"] + rest["Commands"]}) == 4
    assert code_of(ssm.list_commands, NextToken="made-up") == "InvalidNextToken"


def test_output_goes_to_a_bucket(sandbox: Sandbox) -> None:
    s3 = sandbox.client("s3")
    s3.create_bucket(Bucket="outputs", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    invocation = sandbox.script(LINUX, "echo hello", OutputS3BucketName="outputs", OutputS3KeyPrefix="runs/r1")
    keys = [item["Key"] for item in s3.list_objects_v2(Bucket="outputs")["Contents"]]
    assert keys == [f"runs/r1/{invocation['CommandId']}/{LINUX}/awsrunShellScript/0.awsrunShellScript/stdout"]
    assert s3.get_object(Bucket="outputs", Key=keys[0])["Body"].read() == b"hello\n"
    assert invocation["StandardOutputUrl"].endswith(keys[0])


def test_the_agent_is_updated(sandbox: Sandbox) -> None:
    ssm = sandbox.client("ssm")

    def information() -> dict[str, Any]:
        by_id = [{"Key": "InstanceIds", "Values": [LINUX]}]
        return dict(ssm.describe_instance_information(Filters=by_id)["InstanceInformationList"][0])

    sandbox.machine(LINUX).alter({"agent_version": "3.1.0.0"})
    assert information()["IsLatestVersion"] is False
    outcome = sandbox.outcome(sandbox.run([LINUX], "AWS-UpdateSSMAgent", {}))[LINUX]
    assert outcome["Status"] == "Success"
    assert information()["IsLatestVersion"] is True
