# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Policies, requests and decisions, as the IAM user guide describes how policies are evaluated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

INSTANCE = "arn:aws:ec2:eu-central-1:111111111111:instance/i-0123456789abcdef0"
SNAPSHOT = "arn:aws:ec2:eu-central-1::snapshot/*"
WINDOW = "arn:aws:ssm:eu-central-1:111111111111:maintenancewindow/mw-0123456789abcdef0"
OBJECT = "arn:aws:s3:::bucket/lists/team/2026.yml"
TAG = "aws:ResourceTag/Patch Group"


@dataclass(frozen=True)
class Case:
    """One decision. ``context``: condition keys of the request, ``allowed``: what IAM decides."""

    name: str
    statements: tuple[dict[str, Any], ...]
    allowed: bool
    action: str = "ec2:StartInstances"
    resource: str = INSTANCE
    resource_type: str = "instance"
    context: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def document(self) -> dict[str, Any]:
        """The policy."""
        return {"Version": "2012-10-17", "Statement": list(self.statements)}


def allow(action: Any = "ec2:*", resource: Any = "*", condition: Any = None, **more: Any) -> dict[str, Any]:
    """A statement that allows."""
    made = {"Effect": "Allow", "Action": action, "Resource": resource, **more}
    return made | ({"Condition": condition} if condition else {})


def deny(**more: Any) -> dict[str, Any]:
    """A statement that denies."""
    return allow(**more) | {"Effect": "Deny"}


def conditioned(
    name: str, allowed: bool, operator: str, key: str, wanted: Any, *given: str, at: str = "", **more: Any
) -> Case:
    """A case about one condition: ``given`` are the values of the key in the request (``at``: of another one)."""
    context = ((at or key, given),) if given else ()
    return Case(name, (allow("*", condition={operator: {key: wanted}}),), allowed, context=context, **more)


TAGS: dict[str, Any] = {"action": "ec2:CreateTags"}
BASIC = (
    Case("nothing is allowed that no statement allows", (allow("ec2:StopInstances"),), False),
    Case("an allow", (allow("ec2:StartInstances"),), True),
    Case("actions are compared without case", (allow("EC2:startinstances"),), True),
    Case("wildcards in actions", (allow(["ec2:St?rt*"]),), True),
    Case("another service's actions are not meant", (allow("ssm:*"),), False),
    Case("an explicit deny wins, wherever it stands", (deny(action="ec2:Start*"), allow()), False),
    Case("a deny for something else does not matter", (deny(action="ec2:StopInstances"), allow()), True),
    Case(
        "a deny whose condition fails does not matter",
        (deny(condition={"StringEquals": {TAG: "patch_b"}}), allow()),
        True,
        context=((TAG, ("patch_a",)),),
    ),
    Case("NotAction allows all others", ({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"},), True),
    Case("NotAction leaves out what it names", ({"Effect": "Allow", "NotAction": "ec2:*", "Resource": "*"},), False),
    Case("NotResource", ({"Effect": "Allow", "Action": "*", "NotResource": WINDOW},), True),
    Case("NotResource leaves out what it names", ({"Effect": "Allow", "Action": "*", "NotResource": INSTANCE},), False),
    Case("the very resource", (allow(resource=INSTANCE),), True),
    Case("another resource", (allow(resource=INSTANCE[:-1] + "1"),), False),
    Case("wildcards in resources", (allow(resource="arn:aws:ec2:*:*:instance/i-*"),), True),
    Case("another account", (allow(resource="arn:aws:ec2:*:222222222222:instance/*"),), False),
    Case("another region", (allow(resource="arn:aws:ec2:eu-west-1:*:instance/*"),), False),
    Case(
        "resources are compared with case",
        (allow(resource=INSTANCE.upper().replace("ARN:AWS:EC2", "arn:aws:ec2")),),
        False,
    ),
    Case(
        "an action without resources needs all of them",
        (allow(resource="arn:aws:ec2:*:*:instance/*"),),
        False,
        "ec2:DescribeInstances",
        "*",
        "",
    ),
    Case("an action without resources", (allow(),), True, "ec2:DescribeInstances", "*", ""),
    Case(
        "a wildcard goes over slashes",
        (allow("s3:*", "arn:aws:s3:::bucket/lists/*"),),
        True,
        "s3:GetObject",
        OBJECT,
        "object",
    ),
    Case(
        "a bucket is not its objects", (allow("s3:*", "arn:aws:s3:::bucket"),), False, "s3:GetObject", OBJECT, "object"
    ),
    Case(
        "new snapshots belong to no account",
        (allow(resource="arn:aws:ec2:*::snapshot/*"),),
        True,
        "ec2:CreateSnapshots",
        SNAPSHOT,
        "snapshot",
    ),
    Case(
        "so an account's snapshots are not meant",
        (allow(resource="arn:aws:ec2:*:111111111111:snapshot/*"),),
        False,
        "ec2:CreateSnapshots",
        SNAPSHOT,
        "snapshot",
    ),
)
CONDITIONS = (
    conditioned("StringEquals", True, "StringEquals", TAG, "patch_a", "patch_a"),
    conditioned("StringEquals with case", False, "StringEquals", TAG, "Patch_a", "patch_a"),
    conditioned("one of several values", True, "StringEquals", TAG, ["x", "patch_a"], "patch_a"),
    conditioned("none of several values", False, "StringEquals", TAG, ["x", "y"], "patch_a"),
    conditioned("no wildcards in StringEquals", False, "StringEquals", TAG, "patch_*", "patch_a"),
    conditioned("StringLike", True, "StringLike", TAG, "patch_*", "patch_prod_0600_batch_1"),
    conditioned("StringLike, whole", False, "StringLike", TAG, "patch_*", "my_patch_prod"),
    conditioned("StringLike, one character", False, "StringLike", TAG, "patch_?", "patch_"),
    conditioned("a dot is a dot", False, "StringLike", TAG, "a.c*", "abcd"),
    conditioned("StringEqualsIgnoreCase", True, "StringEqualsIgnoreCase", TAG, "PATCH_A", "patch_a"),
    conditioned("a key that is not there", False, "StringLike", TAG, "*"),
    conditioned(
        "keys are compared without case", True, "StringEquals", "AWS:resourcetag/patch group", "a", "a", at=TAG
    ),
    conditioned("StringNotEquals", False, "StringNotEquals", TAG, "patch_a", "patch_a"),
    conditioned("StringNotEquals, other", True, "StringNotEquals", TAG, "patch_a", "patch_b"),
    conditioned("StringNotEquals of several: none may match", False, "StringNotEquals", TAG, ["a", "b"], "b"),
    conditioned("a negated operator without the key", True, "StringNotEquals", TAG, "patch_a"),
    conditioned("StringNotLike", False, "StringNotLike", TAG, "patch_*", "patch_a"),
    conditioned("IfExists without the key", True, "StringEqualsIfExists", TAG, "patch_a"),
    conditioned("IfExists with the key", False, "StringEqualsIfExists", TAG, "patch_a", "patch_b"),
    conditioned("Null: must not be there", True, "Null", TAG, "true"),
    conditioned("Null: must not be there, and is", False, "Null", TAG, "true", "x"),
    conditioned("Null: must be there", True, "Null", TAG, "false", "x"),
    conditioned("Null: must be there, and is not", False, "Null", TAG, "false"),
    conditioned("Bool", True, "Bool", "aws:SecureTransport", "true", "true"),
    conditioned("Bool, other", False, "Bool", "aws:SecureTransport", "true", "false"),
    conditioned(
        "ArnLike",
        True,
        "ArnLike",
        "aws:PrincipalArn",
        "arn:aws:iam::*:role/patch*",
        "arn:aws:iam::111111111111:role/patching",
    ),
    conditioned(
        "ArnEquals has wildcards too",
        True,
        "ArnEquals",
        "aws:PrincipalArn",
        "arn:aws:iam::*:role/patching",
        "arn:aws:iam::111111111111:role/patching",
    ),
    conditioned(
        "ArnNotLike",
        False,
        "ArnNotLike",
        "aws:PrincipalArn",
        "arn:aws:iam::*:role/patching",
        "arn:aws:iam::111111111111:role/patching",
    ),
    conditioned(
        "a wildcard of an ARN ends at a colon",
        False,
        "ArnLike",
        "aws:PrincipalArn",
        "arn:aws:*:role/patching:x:y",
        "arn:aws:iam::111111111111:role/patching",
    ),
    conditioned(
        "NumericLessThan",
        True,
        "NumericLessThan",
        "s3:max-keys",
        "10",
        "9",
        action="s3:ListBucket",
        resource="arn:aws:s3:::bucket",
        resource_type="bucket",
    ),
    conditioned(
        "DateGreaterThan", False, "DateGreaterThan", "aws:CurrentTime", "2030-01-01T00:00:00Z", "2026-11-26T00:00:00Z"
    ),
    conditioned("IpAddress", True, "IpAddress", "aws:SourceIp", "10.0.0.0/8", "10.1.2.3"),
    conditioned("ForAllValues", True, "ForAllValues:StringEquals", "aws:TagKeys", ["a", "b"], "a", "b", **TAGS),
    conditioned(
        "ForAllValues, one too many", False, "ForAllValues:StringEquals", "aws:TagKeys", ["a"], "a", "b", **TAGS
    ),
    conditioned("ForAllValues without the key", True, "ForAllValues:StringEquals", "aws:TagKeys", ["a"], **TAGS),
    conditioned("ForAnyValue", True, "ForAnyValue:StringEquals", "aws:TagKeys", ["b", "c"], "a", "b", **TAGS),
    conditioned("ForAnyValue, none", False, "ForAnyValue:StringEquals", "aws:TagKeys", ["c"], "a", "b", **TAGS),
    conditioned("ForAnyValue without the key", False, "ForAnyValue:StringEquals", "aws:TagKeys", ["c"], **TAGS),
    conditioned("ForAnyValue, negated", True, "ForAnyValue:StringNotEquals", "aws:TagKeys", ["a"], "a", "b", **TAGS),
    conditioned("ForAllValues, negated", False, "ForAllValues:StringNotEquals", "aws:TagKeys", ["a"], "a", "b", **TAGS),
    Case(
        "all operators and keys have to hold",
        (
            allow(
                condition={
                    "StringLike": {TAG: "patch_*", "aws:ResourceTag/role": "db"},
                    "Bool": {"aws:SecureTransport": "true"},
                }
            ),
        ),
        False,
        context=((TAG, ("patch_a",)), ("aws:SecureTransport", ("true",))),
    ),
    conditioned("a key that the action does not have", False, "StringLike", "ssm:resourceTag/Patch Group", "*"),
)
SELF = "arn:aws:ec2:eu-central-1:111111111111:instance/i-0123456789abcdef0"
VARIABLES = (
    conditioned("a variable in a value", True, "StringEquals", TAG, "${aws:PrincipalAccount}", "111111111111"),
    Case(
        "a variable that stands for a whole ARN",
        (allow("ssm:SendCommand", condition={"StringEquals": {"ssm:resourceTag/self": "${ec2:SourceInstanceARN}"}}),),
        True,
        "ssm:SendCommand",
        context=(("ssm:resourceTag/self", (SELF,)), ("ec2:SourceInstanceARN", (SELF,))),
    ),
    Case(
        "a variable that the request has no value for",
        (allow("ssm:SendCommand", condition={"StringEquals": {"ssm:resourceTag/self": "${ec2:SourceInstanceARN}"}}),),
        False,
        "ssm:SendCommand",
        context=(("ssm:resourceTag/self", (SELF,)),),
    ),
    Case(
        "a variable in a resource",
        (allow("s3:GetObject", "arn:aws:s3:::bucket/lists/${aws:username}/*"),),
        True,
        "s3:GetObject",
        OBJECT,
        "object",
        (("aws:username", ("team",)),),
    ),
    Case(
        "a variable's own wildcards are no wildcards",
        (allow("s3:GetObject", "arn:aws:s3:::bucket/lists/${aws:username}/*"),),
        False,
        "s3:GetObject",
        OBJECT,
        "object",
        (("aws:username", ("t*",)),),
    ),
    Case(
        "an escaped wildcard",
        (allow("s3:GetObject", "arn:aws:s3:::bucket/${*}"),),
        False,
        "s3:GetObject",
        OBJECT,
        "object",
    ),
)
CASES = (*BASIC, *CONDITIONS, *VARIABLES)
