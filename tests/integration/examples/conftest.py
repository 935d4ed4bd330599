# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The estate that the modules' examples speak of."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.integration.conftest import FLEET
from tests.integration.examples.play import Stage
from tests.integration.run_under_way import RUN_ID, begun_run
from tests.sandbox.client import SandboxProcess

HOME = {"account": "999999999999", "region": "eu-central-1"}
OTHER = {"account": "222222222222", "region": "eu-west-1"}
SHOWN: dict[str, Any] = FLEET | {
    "accounts": [
        *FLEET["accounts"],
        {"id": "222222222222", "name": "prod", "roles": [{"arn": "arn:aws:iam::222222222222:role/patching"}]},
    ],
    "machines": [
        *FLEET["machines"],
        {"node_id": "i-0123456789abcdef0", "name": "one", "profile": "linux"} | HOME,
        {"node_id": "i-0123456789abcdef1", "name": "two", "profile": "windows", "power": "stopped"} | HOME,
        {"node_id": "mi-0123456789abcdef0", "name": "three", "profile": "linux"} | HOME,
        {"node_id": "i-0222222222222222a", "name": "four", "profile": "linux"} | OTHER,
    ],
}
"""Nodes of the module's own account with the ids of the examples, and those of two further accounts."""

BUCKET = "example-patching"


def _make_bucket(sandbox: SandboxProcess) -> None:
    """The bucket of the examples, which belongs to the module's own account."""
    env = sandbox.env
    s3 = boto3.client(
        "s3",
        endpoint_url=env["AWS_ENDPOINT_URL"],
        region_name=HOME["region"],
        aws_access_key_id=env["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=env["AWS_SECRET_ACCESS_KEY"],
    )
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": HOME["region"]})


@pytest.fixture(scope="module")
def shown() -> Iterator[SandboxProcess]:
    """One sandbox for all examples, which reset it."""
    with SandboxProcess(SHOWN, speed=240) as sandbox:
        yield sandbox


@pytest.fixture
def stage(tmp_path: Path, shown: SandboxProcess) -> Stage:
    """What examples are played on: the estate as its fleet says, and a run under way."""
    shown.reset()
    _make_bucket(shown)
    nodes = [
        {key: machine[key] for key in ("node_id", "name", "account", "region", "os_family")}
        | {"patch_group": machine["tags"]["Patch Group"]}
        for machine in shown.machines()
        if machine["account"] == "111111111111" and machine["os_family"] == "linux"
    ]
    variables = {"patch_nodes": nodes, "patch_run_id": RUN_ID}
    return Stage(shown, variables, {"PATCH_LEDGER_URL": begun_run(tmp_path, nodes)})
