# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The example requests and answers that botocore ships (``examples-1.json``) for the operations that are served."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ClientError

from tests.sandbox.aws.model import OWN_SERVICES, operation_model
from tests.sandbox.aws.validate import violations
from tests.sandbox.aws.world import OPERATIONS
from tests.unit.sandbox.wire.sandbox_kit import HOME, LINUX, TEST, Sandbox

ABSENT = re.compile(r"^Invalid[A-Za-z]+\.NotFound$|^AccessDenied$")
"""Codes that say nothing but that the example's resource is not there (a role: that the fleet does not name it)."""


def examples() -> Iterator[Any]:
    loader = botocore.session.get_session().get_component("data_loader")
    for service in OWN_SERVICES:
        for name, listed in loader.load_service_model(service, "examples-1")["examples"].items():
            if (service, name) in OPERATIONS:
                for number, example in enumerate(listed):
                    yield pytest.param(service, name, example, id=f"{service}-{name}-{number}")


ALL = list(examples())


def test_there_are_examples() -> None:
    assert len(ALL) >= 15


def call(sandbox: Sandbox, service: str, name: str, arguments: dict[str, Any]) -> str:
    """Send it as the account that has nodes (as home, for STS); the code with which it is refused."""
    client = sandbox.client(service, HOME if service == "sts" else TEST)
    try:
        client._make_api_call(name, arguments)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""


@pytest.mark.parametrize(("service", "name", "example"), ALL)
def test_a_request_is_accepted_or_its_resource_is_not_there(
    sandbox: Sandbox, service: str, name: str, example: dict[str, Any]
) -> None:
    code = call(sandbox, service, name, example.get("input", {}))
    assert code == "" or ABSENT.match(code)


def test_where_the_resource_is_there_the_request_is_accepted(sandbox: Sandbox) -> None:
    ec2 = sandbox.client("ec2")
    volume = ec2.describe_volumes(Filters=[{"Name": "attachment.instance-id", "Values": [LINUX]}])["Volumes"][0][
        "VolumeId"
    ]
    for param in ALL:
        service, name, example = param.values
        ours = ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
        text = json.dumps(example.get("input", {}))
        for theirs, mine in (
            (r"\bi-[0-9a-f]{8,17}", LINUX),
            (r"\bvol-[0-9a-f]{8,17}", volume),
            (r"\bsnap-[0-9a-f]{8,17}", ours),
            (r"\bami-[0-9a-f]{8,17}", LINUX),
            (r"arn:aws:iam::\d+:role/\w+", f"arn:aws:iam::{TEST}:role/patching"),
        ):
            text = re.sub(theirs, mine, text)
        code = call(sandbox, service, name, json.loads(text))
        assert code == "" or (name == "StartInstances" and code == "IncorrectInstanceState"), (name, text)


@pytest.mark.parametrize(("service", "name", "example"), ALL)
def test_our_reading_of_the_model_accepts_the_answers(service: str, name: str, example: dict[str, Any]) -> None:
    operation = operation_model(service, name)
    assert operation is not None
    if operation.output_shape is not None and example.get("output"):
        found = list(violations(operation.output_shape, example["output"]))
        # Old examples call the snapshot's owner and the state of an instance by names that the model has changed.
        assert [violation for violation in found if violation.kind in ("type", "missing", "length", "range")] == []
