# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may do what: keys, signatures, roles, and the walls between accounts."""

from __future__ import annotations

import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.unit.sandbox.wire.sandbox_kit import (
    FOREIGN,
    HOME,
    LINUX,
    OTHER_REGION,
    PROD,
    PROD_LINUX,
    REGION,
    TEST,
    Sandbox,
    code_of,
)

UNKNOWN = {"aws_access_key_id": "AKIAAAAAAAAAAAAAAAAA", "aws_secret_access_key": "x"}


def wrong_secret(sandbox: Sandbox) -> dict[str, str]:
    return {"aws_access_key_id": sandbox.fleet.home.access_key, "aws_secret_access_key": "not the secret"}


@pytest.mark.parametrize(
    ("service", "operation", "unknown", "wrong"),
    [
        ("ssm", "list_commands", "UnrecognizedClientException", "InvalidSignatureException"),
        ("ec2", "describe_instances", "AuthFailure", "SignatureDoesNotMatch"),
        ("sts", "get_caller_identity", "InvalidClientTokenId", "SignatureDoesNotMatch"),
        ("s3", "list_buckets", "InvalidAccessKeyId", "SignatureDoesNotMatch"),
    ],
)
def test_each_protocol_refuses_wrong_keys_with_its_own_code(
    sandbox: Sandbox, service: str, operation: str, unknown: str, wrong: str
) -> None:
    assert code_of(getattr(sandbox.client(service, **UNKNOWN), operation)) == unknown
    assert code_of(getattr(sandbox.client(service, **wrong_secret(sandbox)), operation)) == wrong
    assert code_of(getattr(sandbox.client(service, HOME), operation)) == ""


def test_a_session_key_needs_its_token(sandbox: Sandbox) -> None:
    keys = sandbox._role_keys(TEST)
    assert code_of(sandbox.client("ssm", **keys).list_commands) == ""
    without = {name: value for name, value in keys.items() if name != "aws_session_token"}
    assert code_of(sandbox.client("ssm", **without).list_commands) == "UnrecognizedClientException"
    other = keys | {"aws_session_token": "another"}
    assert code_of(sandbox.client("ec2", **other).describe_instances) == "AuthFailure"


def test_a_session_ends(sandbox: Sandbox) -> None:
    keyring = sandbox.application.gateway.world.keyring
    caller = keyring.key(sandbox.fleet.home.access_key).caller
    for duration, expected in ((timedelta(minutes=15), ""), (timedelta(seconds=-1), "ExpiredTokenException")):
        key = keyring.open_session(caller, duration)
        client = sandbox.client(
            "ssm", aws_access_key_id=key.access_key, aws_secret_access_key=key.secret, aws_session_token=key.token
        )
        assert code_of(client.list_commands) == expected


def signed_post(sandbox: Sandbox, body: bytes, when: datetime | None = None, sent: bytes | None = None) -> Any:
    """A GetCallerIdentity of our own making; what is sent may differ from what was signed."""
    home = sandbox.fleet.home
    request = AWSRequest(
        "POST",
        f"{sandbox.url}/",
        data=body,
        headers={
            "Content-Type": "application/x-www-form-urlencoded",
            "Host": sandbox.url.removeprefix("http://"),
        },
    )
    signer = SigV4Auth(Credentials(home.access_key, home.secret_key), "sts", REGION)
    moment = when or datetime.now(UTC)
    request.context["timestamp"] = moment.strftime("%Y%m%dT%H%M%SZ")
    request.headers["X-Amz-Date"] = request.context["timestamp"]
    text = signer.string_to_sign(request, signer.canonical_request(request))
    request.headers["Authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={signer.scope(request)}, "
        f"SignedHeaders={signer.signed_headers(signer.headers_to_sign(request))}, "
        f"Signature={signer.signature(text, request)}"
    )
    plain = urllib.request.Request(f"{sandbox.url}/", data=sent or body, headers=dict(request.headers), method="POST")
    try:
        with urllib.request.urlopen(plain) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


IDENTITY = b"Action=GetCallerIdentity&Version=2011-06-15"


def test_what_was_signed_is_what_counts(sandbox: Sandbox) -> None:
    assert signed_post(sandbox, IDENTITY)[0] == 200
    status, text = signed_post(sandbox, IDENTITY, sent=IDENTITY + b"&Extra=1")
    assert (status, "SignatureDoesNotMatch" in text) == (403, True)


@pytest.mark.parametrize("minutes", [-16, 16])
def test_a_request_of_another_time_is_refused(sandbox: Sandbox, minutes: int) -> None:
    status, text = signed_post(sandbox, IDENTITY, datetime.now(UTC) + timedelta(minutes=minutes))
    assert (status, "Signature expired" in text) == (403, True)
    assert signed_post(sandbox, IDENTITY, datetime.now(UTC) + timedelta(minutes=minutes * 0.8))[0] == 200


def test_a_request_without_signature_is_refused(sandbox: Sandbox) -> None:
    request = urllib.request.Request(sandbox.url, data=IDENTITY, method="POST")
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request)
    assert "MissingAuthenticationToken" in caught.value.read().decode()


def test_only_roles_of_the_fleet_can_be_assumed_and_only_from_home(sandbox: Sandbox) -> None:
    sts = sandbox.client("sts", HOME)
    role = {"RoleArn": f"arn:aws:iam::{TEST}:role/patching", "RoleSessionName": "someone"}
    answer = sts.assume_role(**role)
    assert answer["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{TEST}:assumed-role/patching/someone"
    assert code_of(sts.assume_role, **role | {"RoleArn": f"arn:aws:iam::{TEST}:role/admin"}) == "AccessDenied"
    assert code_of(sandbox.client("sts", TEST).assume_role, **role) == "AccessDenied"


@pytest.mark.parametrize(
    ("external", "code"), [("only-we-know", ""), ("guess", "AccessDenied"), (None, "AccessDenied")]
)
def test_the_external_id_is_checked(sandbox: Sandbox, external: str | None, code: str) -> None:
    arguments = {"RoleArn": f"arn:aws:iam::{PROD}:role/patching", "RoleSessionName": "someone"}
    given = {"ExternalId": external} if external else {}
    assert code_of(sandbox.client("sts", HOME).assume_role, **arguments, **given) == code


def test_identity_is_that_of_the_role(sandbox: Sandbox) -> None:
    identity = sandbox.client("sts", PROD).get_caller_identity()
    assert (identity["Account"], identity["Arn"]) == (PROD, f"arn:aws:sts::{PROD}:assumed-role/patching/tests")


def test_an_account_reaches_its_own_nodes_in_the_region_only(sandbox: Sandbox) -> None:
    ssm, ec2 = sandbox.client("ssm"), sandbox.client("ec2")
    for node_id in (PROD_LINUX, FOREIGN):
        command = {"InstanceIds": [node_id], "DocumentName": "AWS-RunShellScript", "Parameters": {"commands": ["id"]}}
        assert code_of(ssm.send_command, **command) == "InvalidInstanceId"
        assert code_of(ec2.stop_instances, InstanceIds=[node_id]) == "InvalidInstanceID.NotFound"
        tag = {"Resources": [node_id], "Tags": [{"Key": "a", "Value": "b"}]}
        assert code_of(ec2.create_tags, **tag) == "InvalidInstanceID.NotFound"
    assert sandbox.machine(PROD_LINUX).power == "running"
    assert "a" not in sandbox.machine(PROD_LINUX).tags
    seen = sandbox.client("ec2", TEST, OTHER_REGION).describe_instances()["Reservations"]
    assert [entry["Instances"][0]["InstanceId"] for entry in seen] == [FOREIGN]
    assert LINUX not in str(sandbox.client("ssm", PROD).describe_instance_information())


def test_a_presigned_address_works_and_cannot_be_changed(sandbox: Sandbox) -> None:
    s3 = sandbox.client("s3")
    s3.create_bucket(Bucket="lists", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket="lists", Key="a b/c.yml", Body=b"text")
    url = s3.generate_presigned_url("get_object", Params={"Bucket": "lists", "Key": "a b/c.yml"}, ExpiresIn=60)
    assert urllib.request.urlopen(url).read() == b"text"
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(url.replace("c.yml", "d.yml"))
    expired = s3.generate_presigned_url("get_object", Params={"Bucket": "lists", "Key": "a b/c.yml"}, ExpiresIn=-1)
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(expired)
