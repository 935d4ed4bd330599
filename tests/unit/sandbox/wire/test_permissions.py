# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Callers that have policies: what each request needs, and how what they do not allow is refused."""

from __future__ import annotations

import json
import urllib.error
from typing import Any
from urllib.parse import quote

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.unit.sandbox.wire.sandbox_kit import (
    HOME,
    HYBRID,
    LINUX,
    PROD,
    REGION,
    STOPPED,
    TEST,
    WINDOWS,
    Sandbox,
    code_of,
)

ROLE = f"arn:aws:iam::{TEST}:role/patching"
USER = f"arn:aws:iam::{HOME}:user/sandbox"
ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}
EC2_NODE, SSM = f"arn:aws:ec2:{REGION}:{TEST}:instance", f"arn:aws:ssm:{REGION}:{TEST}"
NEW_SNAPSHOT = f"arn:aws:ec2:{REGION}::snapshot/*"


def give(sandbox: Sandbox, owner: str, *statements: dict[str, Any]) -> None:
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    sandbox.control("PUT", f"policies/{quote(owner)}", document)


def needs(sandbox: Sandbox) -> list[dict[str, Any]]:
    """What the last request needed."""
    found: list[dict[str, Any]] = sandbox.control("GET", "requests")[-1].get("access", [])
    return found


def pairs(sandbox: Sandbox) -> set[tuple[str, str]]:
    return {(need["action"], need["resource"]) for need in needs(sandbox)}


def refusal(call: Any, **arguments: Any) -> tuple[str, int, str]:
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    answer = refused.value.response
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Message"]


WHO = f"User: arn:aws:sts::{TEST}:assumed-role/patching/tests is not authorized to perform:"


def test_each_service_refuses_in_its_own_words(sandbox: Sandbox) -> None:
    clients = {service: sandbox.client(service) for service in ("ec2", "ssm", "s3")}
    give(sandbox, ROLE, ALL | {"Action": "iam:*"})
    no = "because no identity-based policy allows the"
    assert refusal(clients["ec2"].start_instances, InstanceIds=[STOPPED]) == (
        "UnauthorizedOperation",
        403,
        f"You are not authorized to perform this operation. {WHO} ec2:StartInstances on resource: "
        f"{EC2_NODE}/{STOPPED} {no} ec2:StartInstances action.",
    )
    assert refusal(clients["ssm"].describe_patch_groups) == (
        "AccessDeniedException",
        400,
        f"{WHO} ssm:DescribePatchGroups {no} ssm:DescribePatchGroups action",
    )
    assert refusal(clients["s3"].put_object, Bucket="bucket", Key="a/b", Body=b"") == (
        "AccessDenied",
        403,
        f"{WHO} s3:PutObject on resource: arn:aws:s3:::bucket/a/b {no} s3:PutObject action",
    )
    assert sandbox.machine(STOPPED).power == "stopped"


def test_an_explicit_deny_is_told_as_such(sandbox: Sandbox) -> None:
    ssm = sandbox.client("ssm")
    give(sandbox, ROLE, ALL, ALL | {"Effect": "Deny", "Action": "ssm:SendCommand"})
    arguments: dict[str, Any] = {"InstanceIds": [LINUX], "DocumentName": "AWS-RunShellScript"}
    code, _status, message = refusal(ssm.send_command, Parameters={"commands": ["true"]}, **arguments)
    assert code == "AccessDeniedException"
    assert message.endswith("with an explicit deny in an identity-based policy")
    assert sandbox.client("ssm").list_commands()["Commands"] == []


def test_roles_may_be_assumed_by_who_may(sandbox: Sandbox) -> None:
    sts = sandbox.client("sts", HOME)
    give(sandbox, USER, ALL | {"Action": "sts:AssumeRole", "Resource": f"arn:aws:iam::{TEST}:role/patching"})
    sts.assume_role(RoleArn=ROLE, RoleSessionName="tests")
    assert pairs(sandbox) == {("sts:AssumeRole", ROLE)}
    other = f"arn:aws:iam::{PROD}:role/patching"
    arguments = {"RoleArn": other, "RoleSessionName": "tests", "ExternalId": "only-we-know"}
    code, status, message = refusal(sts.assume_role, **arguments)
    assert (code, status) == ("AccessDenied", 403)
    assert f"sts:AssumeRole on resource: {other}" in message


def test_who_one_is_needs_no_permission(sandbox: Sandbox) -> None:
    sts = sandbox.client("sts", TEST)
    give(sandbox, ROLE, ALL | {"Effect": "Deny"})
    assert sts.get_caller_identity()["Account"] == TEST


def test_service_control_policies_limit_what_policies_allow(sandbox: Sandbox) -> None:
    ec2 = sandbox.client("ec2")
    give(sandbox, TEST, ALL, ALL | {"Effect": "Deny", "Action": "ec2:StopInstances"})
    ec2.describe_instances()
    assert "explicit deny in a service control policy" in refusal(ec2.stop_instances, InstanceIds=[LINUX])[2]
    give(sandbox, ROLE, ALL | {"Action": "ec2:StopInstances"})
    assert code_of(ec2.describe_instances) == "UnauthorizedOperation"
    assert code_of(ec2.stop_instances, InstanceIds=[LINUX]) == "UnauthorizedOperation"


def test_without_policies_everything_is_allowed_again(sandbox: Sandbox) -> None:
    ec2 = sandbox.client("ec2")
    give(sandbox, ROLE, ALL | {"Effect": "Deny"})
    assert code_of(ec2.describe_instances) == "UnauthorizedOperation"
    sandbox.control("DELETE", f"policies/{quote(ROLE)}")
    ec2.describe_instances()
    assert needs(sandbox) == []
    give(sandbox, ROLE, ALL | {"Effect": "Deny"})
    sandbox.reset()
    sandbox.client("ec2").describe_instances()


def test_a_policy_that_is_wrong_is_refused_as_a_whole(sandbox: Sandbox) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        give(sandbox, ROLE, ALL, ALL | {"Action": "ssm:SendComand"})
    assert "No action is called ssm:SendComand" in json.loads(refused.value.read())["error"]
    assert sandbox.control("GET", f"policies/{quote(ROLE)}") == {}


def test_what_cannot_be_judged_is_refused(sandbox: Sandbox) -> None:
    ssm, ec2 = sandbox.client("ssm"), sandbox.client("ec2")
    give(sandbox, ROLE, ALL | {"Condition": {"StringLike": {"ec2:InstanceType": "t3.*"}}})
    assert refusal(ssm.get_parameter, Name="/x")[:2] == ("SandboxPolicyNotUnderstood", 501)
    code, _status, message = refusal(ec2.start_instances, InstanceIds=[STOPPED])
    assert (code, "ec2:InstanceType" in message) == ("SandboxPolicyNotUnderstood", True)


def test_a_throttled_request_is_throttled_whoever_sends_it(sandbox: Sandbox) -> None:
    ec2 = sandbox.client("ec2")
    give(sandbox, ROLE, ALL | {"Effect": "Deny"})
    sandbox.control("POST", "faults", {"kind": "throttle", "service": "ec2"})
    assert code_of(ec2.describe_instances) == "RequestLimitExceeded"


@pytest.fixture
def free(sandbox: Sandbox) -> Sandbox:
    """A sandbox whose caller may do everything by a policy, so that what requests need is recorded."""
    give(sandbox, ROLE, ALL)
    return sandbox


def test_commands_need_document_nodes_and_bucket(free: Sandbox) -> None:
    ssm = free.client("ssm")
    command: dict[str, Any] = {"DocumentName": "AWS-RunShellScript", "Parameters": {"commands": ["true"]}}
    document = ("ssm:SendCommand", f"arn:aws:ssm:{REGION}::document/AWS-RunShellScript")
    ssm.send_command(InstanceIds=[LINUX], OutputS3BucketName="bucket", **command)
    node = ("ssm:SendCommand", f"{EC2_NODE}/{LINUX}")
    assert pairs(free) == {document, node, ("ssm:SendCommand", "arn:aws:s3:::bucket")}
    (context,) = (need["context"] for need in needs(free) if need["resource_type"] == "instance")
    assert context["ssm:resourcetag/patch group"] == ["g1"]
    assert context["aws:principalarn"] == [ROLE]
    ssm.send_command(Targets=[{"Key": "tag:role", "Values": ["db"]}], **command)
    assert {document, node} <= pairs(free)
    assert ("ssm:SendCommand", f"{EC2_NODE}/{WINDOWS}") not in pairs(free)


def test_hybrid_nodes_belong_to_systems_manager(sandbox: Sandbox) -> None:
    ssm = sandbox.client("ssm", PROD)
    give(sandbox, f"arn:aws:iam::{PROD}:role/patching", ALL)
    ssm.add_tags_to_resource(
        ResourceType="ManagedInstance", ResourceId=HYBRID, Tags=[{"Key": "PatchGroup", "Value": "g8"}]
    )
    node = f"arn:aws:ssm:{REGION}:{PROD}:managed-instance/{HYBRID}"
    (need,) = needs(sandbox)
    assert (need["action"], need["resource"]) == ("ssm:AddTagsToResource", node)
    assert need["context"]["aws:tagkeys"] == ["PatchGroup"]
    assert need["context"]["aws:requesttag/patchgroup"] == ["g8"]
    assert need["context"]["aws:resourcetag/patch group"] == ["g9"]
    ssm.describe_instance_patches(InstanceId=HYBRID)
    assert pairs(sandbox) == {("ssm:DescribeInstancePatches", node)}


def test_snapshots_need_what_is_copied_what_is_made_and_its_tags(free: Sandbox) -> None:
    ec2 = free.client("ec2")
    tags = [{"ResourceType": "snapshot", "Tags": [{"Key": "run", "Value": "1"}]}]
    ec2.create_snapshots(InstanceSpecification={"InstanceId": LINUX}, TagSpecifications=tags)
    volumes = [
        one["VolumeId"]
        for one in ec2.describe_volumes(Filters=[{"Name": "attachment.instance-id", "Values": [LINUX]}])["Volumes"]
    ]
    entry = next(one for one in free.control("GET", "requests") if one["operation"] == "CreateSnapshots")
    found = {(need["action"], need["resource"]) for need in entry["access"]}
    of_volumes = {("ec2:CreateSnapshots", f"arn:aws:ec2:{REGION}:{TEST}:volume/{volume_id}") for volume_id in volumes}
    assert found == of_volumes | {
        ("ec2:CreateSnapshots", f"{EC2_NODE}/{LINUX}"),
        ("ec2:CreateSnapshots", NEW_SNAPSHOT),
        ("ec2:CreateTags", NEW_SNAPSHOT),
    }
    (tagging,) = (need["context"] for need in entry["access"] if need["action"] == "ec2:CreateTags")
    assert tagging["ec2:createaction"] == ["CreateSnapshots"]
    assert tagging["aws:requesttag/run"] == ["1"]
    ec2.create_snapshots(InstanceSpecification={"InstanceId": WINDOWS})
    assert "ec2:CreateTags" not in {action for action, _resource in pairs(free)}


def test_volumes_with_a_key_of_the_account_need_a_grant_to_start(free: Sandbox) -> None:
    ec2, machine = free.client("ec2"), free.machine(STOPPED)
    ec2.start_instances(InstanceIds=[STOPPED])
    assert pairs(free) == {("ec2:StartInstances", f"{EC2_NODE}/{STOPPED}")}
    machine.volumes[0].attributes.update(encrypted=True, kms_key_id="1234")
    ec2.start_instances(InstanceIds=[STOPPED])
    key = ("kms:CreateGrant", f"arn:aws:kms:{REGION}:{TEST}:key/1234")
    assert pairs(free) == {("ec2:StartInstances", f"{EC2_NODE}/{STOPPED}"), key}
    (grant,) = (need["context"] for need in needs(free) if need["action"] == "kms:CreateGrant")
    assert grant["kms:viaservice"] == [f"ec2.{REGION}.amazonaws.com"]
    assert grant["kms:grantisforawsresource"] == ["true"]


def test_baselines_have_their_own_tags(free: Sandbox) -> None:
    ssm = free.client("ssm")
    tags = [{"Key": "team", "Value": "a"}]
    made = ssm.create_patch_baseline(Name="mine", OperatingSystem="SUSE", Tags=tags)["BaselineId"]
    (need,) = needs(free)
    assert (need["action"], need["resource"]) == ("ssm:CreatePatchBaseline", "*")
    assert need["context"]["aws:requesttag/team"] == ["a"]
    ssm.update_patch_baseline(BaselineId=made, Description="x")
    (need,) = needs(free)
    assert (need["action"], need["resource"]) == ("ssm:UpdatePatchBaseline", f"{SSM}:patchbaseline/{made}")
    assert need["context"]["aws:resourcetag/team"] == ["a"]
    ssm.get_default_patch_baseline(OperatingSystem="SUSE")
    assert pairs(free) == {("ssm:GetDefaultPatchBaseline", f"{SSM}:patchbaseline/*")}


def test_windows_pass_roles(free: Sandbox) -> None:
    ssm = free.client("ssm")
    window = ssm.create_maintenance_window(
        Name="weekly", Schedule="cron(0 6 ? * SAT *)", Duration=2, Cutoff=1, AllowUnassociatedTargets=False
    )["WindowId"]
    role = f"arn:aws:iam::{TEST}:role/windows"
    target = ssm.register_target_with_maintenance_window(
        WindowId=window, ResourceType="INSTANCE", Targets=[{"Key": "InstanceIds", "Values": [LINUX]}]
    )["WindowTargetId"]
    ssm.register_task_with_maintenance_window(
        WindowId=window,
        Targets=[{"Key": "WindowTargetIds", "Values": [target]}],
        TaskArn="AWS-RunPatchBaseline",
        TaskType="RUN_COMMAND",
        ServiceRoleArn=role,
        MaxConcurrency="1",
        MaxErrors="1",
    )
    of_window = f"{SSM}:maintenancewindow/{window}"
    assert pairs(free) == {("ssm:RegisterTaskWithMaintenanceWindow", of_window), ("iam:PassRole", role)}
    (passed,) = (need["context"] for need in needs(free) if need["action"] == "iam:PassRole")
    assert passed["iam:passedtoservice"] == ["ssm.amazonaws.com"]
    ssm.deregister_target_from_maintenance_window(WindowId=window, WindowTargetId=target, Safe=False)
    action = "ssm:DeregisterTargetFromMaintenanceWindow"
    assert pairs(free) == {(action, of_window), (action, f"{SSM}:windowtarget/{target}")}


def test_tags_of_instances(free: Sandbox) -> None:
    ec2 = free.client("ec2")
    ec2.delete_tags(Resources=[LINUX, WINDOWS], Tags=[{"Key": "Patch Group"}])
    assert pairs(free) == {("ec2:DeleteTags", f"{EC2_NODE}/{LINUX}"), ("ec2:DeleteTags", f"{EC2_NODE}/{WINDOWS}")}
    assert needs(free)[0]["context"]["aws:tagkeys"] == ["Patch Group"]


def test_a_missing_object_is_told_only_to_who_may_list(free: Sandbox) -> None:
    s3 = free.client("s3")
    s3.create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": REGION})
    assert pairs(free) == {("s3:CreateBucket", "arn:aws:s3:::bucket")}
    assert code_of(s3.get_object, Bucket="bucket", Key="a") == "NoSuchKey"
    assert pairs(free) == {("s3:GetObject", "arn:aws:s3:::bucket/a"), ("s3:ListBucket", "arn:aws:s3:::bucket")}
    s3.put_object(Bucket="bucket", Key="b", Body=b"here")
    give(free, ROLE, ALL | {"Action": "s3:GetObject"})
    assert code_of(s3.get_object, Bucket="bucket", Key="a") == "AccessDenied"
    assert s3.get_object(Bucket="bucket", Key="b")["Body"].read() == b"here"


@pytest.mark.parametrize(("account", "node_id", "service"), [(TEST, LINUX, "ec2"), (PROD, HYBRID, "ssm")])
def test_a_node_has_credentials_of_its_own(sandbox: Sandbox, account: str, node_id: str, service: str) -> None:
    role = f"arn:aws:iam::{account}:role/node"
    given = sandbox.control("POST", f"machines/{node_id}/credentials", {"role": role})
    keys = {"aws_access_key_id": given["AccessKeyId"], "aws_secret_access_key": given["SecretAccessKey"]}
    place = {"endpoint_url": sandbox.url, "region_name": REGION, "aws_session_token": given["Token"]}
    identity = boto3.client("sts", **keys, **place).get_caller_identity()
    assert identity["Arn"] == f"arn:aws:sts::{account}:assumed-role/node/{node_id}"
    give(sandbox, role, ALL)
    boto3.client("ssm", **keys, **place).describe_patch_groups()
    kind = "instance" if service == "ec2" else "managed-instance"
    node = f"arn:aws:{service}:{REGION}:{account}:{kind}/{node_id}"
    assert needs(sandbox)[0]["context"][f"{service}:sourceinstancearn"] == [node]
