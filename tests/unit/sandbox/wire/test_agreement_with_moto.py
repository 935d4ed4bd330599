# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where moto has an operation of its own, it is a second judge: what it refuses, we refuse with the same code."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from moto import mock_aws

from tests.unit.sandbox.wire.sandbox_kit import NOBODY, REGION, Sandbox, code_of


@pytest.fixture(scope="module")
def moto() -> Iterator[Callable[[str], Any]]:
    """Clients of moto within this process; requests to the sandbox's own address pass it by."""
    config = Config(retries={"total_max_attempts": 1}, parameter_validation=False)
    keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
    with pytest.MonkeyPatch.context() as environment, mock_aws():
        environment.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")  # thousands of images in each of its regions
        made = {name: boto3.client(name, region_name=REGION, config=config, **keys) for name in ("ec2", "ssm")}
        yield lambda service: made[service]


@pytest.mark.parametrize(
    ("service", "method", "arguments"),
    [
        ("ec2", "describe_instances", {"InstanceIds": [NOBODY]}),
        ("ec2", "start_instances", {"InstanceIds": [NOBODY]}),
        ("ec2", "stop_instances", {"InstanceIds": [NOBODY]}),
        ("ec2", "reboot_instances", {"InstanceIds": [NOBODY]}),
        ("ec2", "describe_volumes", {"VolumeIds": ["vol-0ccccccccccccccc0"]}),
        ("ec2", "describe_snapshots", {"SnapshotIds": ["snap-0ccccccccccccccc0"]}),
        ("ec2", "delete_snapshot", {"SnapshotId": "snap-0ccccccccccccccc0"}),
        ("ec2", "create_snapshot", {"VolumeId": "vol-0ccccccccccccccc0"}),
        ("ec2", "create_snapshots", {"InstanceSpecification": {"InstanceId": NOBODY}}),
        ("ec2", "create_tags", {"Resources": ["snap-0ccccccccccccccc0"], "Tags": [{"Key": "a", "Value": "b"}]}),
        ("ec2", "describe_instances", {"DryRun": True}),
        ("ssm", "get_maintenance_window", {"WindowId": "mw-0ccccccccccccccc0"}),
        ("ssm", "create_document", {"Name": "abc", "Content": "{", "DocumentType": "Command"}),
        ("ssm", "get_document", {"Name": "not-there"}),
        ("ssm", "list_tags_for_resource", {"ResourceType": "MaintenanceWindow", "ResourceId": "mw-0ccccccccccccccc0"}),
    ],
)
def test_refusals_agree(
    sandbox: Sandbox, moto: Callable[[str], Any], service: str, method: str, arguments: dict[str, Any]
) -> None:
    ours = code_of(getattr(sandbox.client(service), method), **arguments)
    assert ours
    assert ours == code_of(getattr(moto(service), method), **arguments)
