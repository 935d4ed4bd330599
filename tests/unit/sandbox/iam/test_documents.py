# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The policies of docs/permissions that no playbook needs refuse and allow what the guide says of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.sandbox.aws.iam.document import read_document
from tests.sandbox.aws.iam.evaluate import Access, evaluate
from tests.unit.sandbox.wire.sandbox_kit import HYBRID, LINUX, PROD, REGION, STOPPED, TEST, Sandbox

FOLDER = Path(__file__).parents[4] / "docs" / "permissions"
ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
PROTECTED = ("Patch Group", "PatchGroup", "PatchSelf")


def read(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


@pytest.fixture
def sandbox() -> Any:
    """A sandbox in whose accounts patch groups are protected."""
    started = Sandbox()
    for account in (TEST, PROD):
        started.control("PUT", f"policies/{account}", {"documents": [ALL, read("protect_patch_groups")]})
    yield started
    started.close()


def team(sandbox: Sandbox, service: str, account: str = TEST) -> Any:
    """A client with another role than the one that patches."""
    role = f"arn:aws:iam::{account}:role/team"
    keys = sandbox.control("POST", f"machines/{LINUX if account == TEST else HYBRID}/credentials", {"role": role})
    return boto3.client(
        service,
        endpoint_url=sandbox.url,
        region_name=REGION,
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["Token"],
    )


def refused(call: Any, **arguments: Any) -> bool:
    try:
        call(**arguments)
    except ClientError as error:
        assert error.response["Error"]["Code"] in ("UnauthorizedOperation", "AccessDeniedException")
        assert "explicit deny in a service control policy" in error.response["Error"]["Message"]
        return True
    return False


def test_teams_cannot_touch_the_patch_group_of_an_instance(sandbox: Sandbox) -> None:
    ec2 = team(sandbox, "ec2")
    before = dict(sandbox.machine(LINUX).tags)
    for key in PROTECTED:
        changed = {"Key": key, "Value": "elsewhere"}
        assert refused(ec2.create_tags, Resources=[LINUX], Tags=[changed])
        assert refused(ec2.create_tags, Resources=[LINUX], Tags=[{"Key": "cost", "Value": "1"}, changed])
        assert refused(ec2.delete_tags, Resources=[LINUX], Tags=[{"Key": key}])
    assert refused(ec2.delete_tags, Resources=[LINUX])
    assert refused(ec2.create_tags, Resources=[LINUX, STOPPED], Tags=[{"Key": "PatchGroup", "Value": ""}])
    assert dict(sandbox.machine(LINUX).tags) == before
    assert not refused(ec2.create_tags, Resources=[LINUX], Tags=[{"Key": "cost", "Value": "1"}])
    assert not refused(ec2.delete_tags, Resources=[LINUX], Tags=[{"Key": "cost"}])
    assert not refused(ec2.create_snapshots, InstanceSpecification={"InstanceId": LINUX}, CopyTagsFromSource="volume")


def test_teams_cannot_touch_the_patch_group_of_a_hybrid_node(sandbox: Sandbox) -> None:
    ssm = team(sandbox, "ssm", PROD)
    node = {"ResourceType": "ManagedInstance", "ResourceId": HYBRID}
    for key in PROTECTED:
        assert refused(ssm.add_tags_to_resource, Tags=[{"Key": key, "Value": "elsewhere"}], **node)
        assert refused(ssm.remove_tags_from_resource, TagKeys=["cost", key], **node)
    assert not refused(ssm.add_tags_to_resource, Tags=[{"Key": "cost", "Value": "1"}], **node)
    assert not refused(ssm.remove_tags_from_resource, TagKeys=["cost"], **node)


def test_the_role_that_patches_still_can(sandbox: Sandbox) -> None:
    ec2, ssm = sandbox.client("ec2"), sandbox.client("ssm", PROD)
    ec2.create_tags(Resources=[LINUX], Tags=[{"Key": "Patch Group", "Value": "g2"}])
    ec2.delete_tags(Resources=[LINUX])
    assert "Patch Group" not in sandbox.machine(LINUX).tags
    node = {"ResourceType": "ManagedInstance", "ResourceId": HYBRID}
    ssm.remove_tags_from_resource(TagKeys=["Patch Group"], **node)


def test_a_patch_group_can_be_given_at_launch() -> None:
    new = Access(
        "ec2:CreateTags",
        f"arn:aws:ec2:{REGION}:{TEST}:instance/*",
        "instance",
        {
            "aws:principalarn": (f"arn:aws:iam::{TEST}:role/team",),
            "aws:tagkeys": ("Patch Group",),
            "ec2:createaction": ("RunInstances",),
        },
    )
    statements = read_document(ALL) + read_document(read("protect_patch_groups"))
    assert evaluate(statements, new).allowed


def grant(via: str, resource: str, for_aws: str = "true") -> Access:
    keys = {"kms:viaservice": (via,), "kms:grantisforawsresource": (for_aws,)}
    return Access("kms:CreateGrant", resource, "key", keys)


def test_grants_are_for_starting_only() -> None:
    statements = read_document(read("start_encrypted"))
    key, via = f"arn:aws:kms:{REGION}:{TEST}:key/1234", f"ec2.{REGION}.amazonaws.com"
    assert evaluate(statements, grant(via, key)).allowed
    assert not evaluate(statements, grant(f"rds.{REGION}.amazonaws.com", key)).allowed
    assert not evaluate(statements, grant(via, key, "false")).allowed
    assert not evaluate(statements, grant(via, key.replace(TEST, PROD))).allowed


def test_an_instance_reaches_itself_only() -> None:
    """The condition of the guide to self-service, which compares a tag with who is calling."""
    condition = {"StringLike": {"aws:userid": "*:${aws:ResourceTag/PatchSelf}"}}
    statement = {"Effect": "Allow", "Action": "ssm:SendCommand", "Resource": "*", "Condition": condition}
    statements = read_document({"Version": "2012-10-17", "Statement": [statement]})

    def command(tag: str | None) -> bool:
        context = {"aws:userid": (f"AROAEXAMPLE:{LINUX}",)}
        context |= {"aws:resourcetag/patchself": (tag,)} if tag is not None else {}
        node = f"arn:aws:ec2:{REGION}:{TEST}:instance/{LINUX}"
        return evaluate(statements, Access("ssm:SendCommand", node, "instance", context)).allowed

    assert command(LINUX)
    assert not any(command(tag) for tag in (None, "", "*", STOPPED, LINUX[:-1], "?" * len(LINUX), f"{LINUX[:-1]}*"))
