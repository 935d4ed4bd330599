# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults on the wire, the record of requests, and the control API."""

from __future__ import annotations

import threading
import time
import urllib.error
from typing import Any

import pytest
from botocore.exceptions import ConnectionClosedError

from tests.unit.sandbox.wire.sandbox_kit import HOME, LINUX, PROD, TEST, Sandbox, code_of, eventually

SHELL = {"InstanceIds": [LINUX], "DocumentName": "AWS-RunShellScript", "Parameters": {"commands": ["true"]}}


def arm(sandbox: Sandbox, kind: str, **more: Any) -> None:
    sandbox.control("POST", "faults", {"kind": kind, **more})


@pytest.mark.parametrize(
    ("service", "operation", "throttled", "failed"),
    [
        ("ssm", "list_commands", "ThrottlingException", "InternalServerError"),
        ("ec2", "describe_instances", "RequestLimitExceeded", "InternalError"),
        ("sts", "get_caller_identity", "Throttling", "InternalFailure"),
    ],
)
def test_each_service_has_its_own_words(
    sandbox: Sandbox, service: str, operation: str, throttled: str, failed: str
) -> None:
    call = getattr(sandbox.client(service), operation)
    arm(sandbox, "throttle", service=service, times=2)
    assert [code_of(call) for _turn in range(3)] == [throttled, throttled, ""]
    arm(sandbox, "error", service=service)
    assert [code_of(call) for _turn in range(2)] == [failed, ""]


def test_a_throttled_answer_can_say_when_to_come_back(sandbox: Sandbox) -> None:
    ssm = sandbox.client("ssm")
    arm(sandbox, "throttle", service="ssm", retry_after=7)
    with pytest.raises(ssm.exceptions.ClientError) as caught:
        ssm.list_commands()
    assert caught.value.response["ResponseMetadata"]["HTTPHeaders"]["retry-after"] == "7"


def test_an_error_can_be_any(sandbox: Sandbox) -> None:
    ec2 = sandbox.client("ec2")
    arm(sandbox, "error", code="Unavailable", message="later", status=503)
    with pytest.raises(ec2.exceptions.ClientError) as caught:
        ec2.describe_instances()
    error = caught.value.response
    assert (error["Error"]["Code"], error["ResponseMetadata"]["HTTPStatusCode"]) == ("Unavailable", 503)


def test_a_fault_meets_only_what_it_names(sandbox: Sandbox) -> None:
    sandbox.client("ssm", PROD)
    arm(sandbox, "throttle", service="ssm", operation="List*", account=TEST, region="eu-central-1", times=None)
    assert code_of(sandbox.client("ssm").list_commands) == "ThrottlingException"
    assert code_of(sandbox.client("ssm").describe_patch_groups) == ""
    assert code_of(sandbox.client("ssm", PROD).list_commands) == ""
    assert code_of(sandbox.client("ssm", TEST, "eu-west-1").list_commands) == ""
    sandbox.control("DELETE", "faults")
    assert code_of(sandbox.client("ssm").list_commands) == ""


def test_a_fault_can_look_at_parameters_and_let_some_pass(sandbox: Sandbox) -> None:
    ssm = sandbox.client("ssm")
    arm(sandbox, "error", operation="DescribePatchGroups", params={"MaxResults": 7}, after=1)
    assert [code_of(ssm.describe_patch_groups, MaxResults=number) for number in (7, 5, 7, 7)] == [
        "",
        "",
        "InternalServerError",
        "",
    ]


def test_a_fault_can_be_a_matter_of_chance_that_repeats(sandbox: Sandbox) -> None:
    ssm, patterns = sandbox.client("ssm"), []
    for _round in range(2):
        arm(sandbox, "throttle", service="ssm", times=None, probability=0.5, seed=7)
        patterns.append([code_of(ssm.describe_patch_groups) for _turn in range(20)])
        sandbox.control("DELETE", "faults")
    assert patterns[0] == patterns[1]
    assert 3 < patterns[0].count("") < 17


def test_an_answer_can_be_lost_after_the_request_was_acted_upon(sandbox: Sandbox) -> None:
    ssm = sandbox.client("ssm")
    arm(sandbox, "drop_after", operation="SendCommand")
    with pytest.raises(ConnectionClosedError):
        ssm.send_command(Comment="op-1", **SHELL)
    commands = ssm.list_commands()["Commands"]
    assert [command["Comment"] for command in commands] == ["op-1"]
    entry = next(entry for entry in sandbox.control("GET", "requests") if entry["operation"] == "SendCommand")
    assert (entry["status"], entry["fault"], entry["writing"]) == (0, "drop_after", True)


def test_a_request_can_be_lost_before_it_is_acted_upon(sandbox: Sandbox) -> None:
    arm(sandbox, "drop_before", operation="SendCommand")
    with pytest.raises(ConnectionClosedError):
        sandbox.client("ssm").send_command(**SHELL)
    assert sandbox.client("ssm").list_commands()["Commands"] == []


def test_others_are_served_while_one_is_delayed(sandbox: Sandbox) -> None:
    ssm, ec2 = sandbox.client("ssm"), sandbox.client("ec2")
    arm(sandbox, "delay", service="ssm", seconds=1.0)
    took: list[float] = []

    def slow() -> None:
        begun = time.monotonic()
        ssm.list_commands()
        took.append(time.monotonic() - begun)

    thread = threading.Thread(target=slow)
    thread.start()
    eventually(lambda: any(entry["fault"] == "delay" for entry in sandbox.control("GET", "requests")))
    ec2.describe_instances()
    assert thread.is_alive()
    thread.join()
    assert took[0] >= 1.0


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "explode"},
        {"kind": "error", "colour": "red"},
        {"kind": "error", "probability": 2},
        {},
        {"kind": "error", "times": 0},
        {"kind": "delay", "seconds": "long"},
    ],
)
def test_faults_that_cannot_be(sandbox: Sandbox, wrong: dict[str, Any]) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        sandbox.control("POST", "faults", wrong)
    assert caught.value.code == 400
    assert sandbox.control("GET", "faults") == []


def test_every_request_is_recorded_with_what_it_asked(sandbox: Sandbox) -> None:
    ssm = sandbox.client("ssm")
    ssm.send_command(Comment="c", **SHELL)
    code_of(ssm.get_patch_baseline, BaselineId="pb-0000000000000000f")
    code_of(sandbox.client("ssm", aws_access_key_id="AKIAAAAAAAAAAAAAAAAA", aws_secret_access_key="x").list_commands)
    entries = sandbox.control("GET", "requests")
    by_name = {entry["operation"]: entry for entry in entries}
    sent = by_name["SendCommand"]
    assert (sent["service"], sent["account"], sent["region"], sent["status"]) == ("ssm", TEST, "eu-central-1", 200)
    assert (sent["writing"], sent["params"]["Parameters"]) == (True, {"commands": ["true"]})
    refused = by_name["GetPatchBaseline"]
    assert (refused["writing"], refused["status"], refused["error"]) == (False, 400, "DoesNotExistException")
    assert by_name["AssumeRole"]["writing"] is False
    assert (by_name["ListCommands"]["account"], by_name["ListCommands"]["error"]) == ("", "UnrecognizedClientException")
    assert [entry["seq"] for entry in entries] == sorted({entry["seq"] for entry in entries})
    sandbox.control("DELETE", "requests")
    assert sandbox.control("GET", "requests") == []


def test_nothing_secret_is_recorded(sandbox: Sandbox) -> None:
    ssm = sandbox.client("ssm")
    ssm.put_parameter(Name="/p", Value="hunter2", Type="SecureString")
    ssm.create_patch_baseline(
        Name="mine",
        OperatingSystem="SUSE",
        Sources=[{"Name": "mirror", "Products": ["*"], "Configuration": "password=hunter2"}],
    )
    text = str(sandbox.control("GET", "requests"))
    assert "hunter2" not in text
    assert sandbox.fleet.home.secret_key not in text


@pytest.mark.parametrize(
    ("service", "method", "arguments", "writing"),
    [
        ("ssm", "send_command", SHELL, True),
        ("ssm", "describe_instance_information", {}, False),
        ("ec2", "create_tags", {"Resources": [LINUX], "Tags": [{"Key": "a", "Value": "b"}]}, True),
        ("ec2", "stop_instances", {"InstanceIds": [LINUX], "DryRun": True}, True),
        ("s3", "put_object", {"Bucket": "none", "Key": "k", "Body": b""}, True),
        ("s3", "list_buckets", {}, False),
        ("s3", "head_bucket", {"Bucket": "none"}, False),
    ],
)
def test_what_counts_as_writing(
    sandbox: Sandbox, service: str, method: str, arguments: dict[str, Any], writing: bool
) -> None:
    code_of(getattr(sandbox.client(service), method), **arguments)
    entry = sandbox.control("GET", "requests")[-1]
    assert (entry["writing"], entry["operation"].lower()) == (writing, method.replace("_", ""))


def test_machines_are_seen_and_changed_from_outside(sandbox: Sandbox) -> None:
    assert {machine["node_id"] for machine in sandbox.control("GET", "machines")} >= {LINUX}
    changed = sandbox.control("PATCH", f"machines/{LINUX}", {"faults": {"reboot_hangs": True}, "tags": {"x": "y"}})
    assert changed["tags"]["x"] == "y"
    assert sandbox.machine(LINUX).faults.reboot_hangs
    for path, data, code in ((f"machines/{LINUX}", {"colour": "red"}, 400), ("machines/i-none", {}, 404)):
        with pytest.raises(urllib.error.HTTPError) as caught:
            sandbox.control("PATCH", path, data)
        assert caught.value.code == code
    with pytest.raises(urllib.error.HTTPError) as caught:
        sandbox.control("GET", "nothing")
    assert caught.value.code == 404


def test_an_application_is_as_healthy_as_its_services(sandbox: Sandbox) -> None:
    assert sandbox.control("GET", "apps/app-1/health")["healthy"] is True
    sandbox.control("PATCH", f"machines/{sandbox.fleet.by_name('app-1').node_id}", {"power": "stopped"})
    with pytest.raises(urllib.error.HTTPError) as caught:
        sandbox.control("GET", "apps/app-1/health")
    assert caught.value.code == 503


def test_a_reset_brings_everything_back(sandbox: Sandbox) -> None:
    ssm, ec2, s3 = (sandbox.client(service) for service in ("ssm", "ec2", "s3"))
    ssm.create_patch_baseline(Name="mine")
    ec2.create_tags(Resources=[LINUX], Tags=[{"Key": "x", "Value": "y"}])
    ec2.create_snapshots(InstanceSpecification={"InstanceId": LINUX})
    ec2.stop_instances(InstanceIds=[LINUX])
    s3.create_bucket(Bucket="things", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    arm(sandbox, "throttle", times=None)
    sandbox.reset()
    assert sandbox.control("GET", "requests") == []
    assert "x" not in sandbox.machine(LINUX).tags
    assert sandbox.machine(LINUX).power == "running"
    own = [{"Key": "OWNER", "Values": ["Self"]}]
    assert sandbox.client("ssm").describe_patch_baselines(Filters=own)["BaselineIdentities"] == []
    assert sandbox.client("ec2").describe_snapshots(OwnerIds=["self"])["Snapshots"] == []
    assert sandbox.client("s3").list_buckets()["Buckets"] == []
    assert sandbox.client("sts", HOME).get_caller_identity()["Account"] == HOME
