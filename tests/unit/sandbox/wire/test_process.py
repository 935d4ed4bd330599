# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox in a process of its own, as tests and the demo start it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import boto3
import pytest

from tests.sandbox.client import ROOT, SandboxError, SandboxProcess
from tests.unit.sandbox.wire.sandbox_kit import LINUX, TEST, fleet_data

LOOK = "import boto3; print(boto3.client('sts').get_caller_identity()['Account'])"


def test_it_starts_serves_and_ends() -> None:
    begun = time.monotonic()
    with SandboxProcess("small", speed=100) as sandbox:
        assert time.monotonic() - begun < 10
        done = subprocess.run(
            [sys.executable, "-c", LOOK], env={**os.environ, **sandbox.env}, capture_output=True, text=True, check=True
        )
        assert done.stdout.strip() == "999999999999"
        assert [entry["operation"] for entry in sandbox.requests()] == ["GetCallerIdentity"]
        assert sandbox.writes() == []
        url = sandbox.url
    with pytest.raises(OSError, match=r"refused|reset"):
        __import__("urllib.request", fromlist=["urlopen"]).urlopen(f"{url}/_sandbox/requests", timeout=5)


def test_it_is_controlled_from_outside() -> None:
    with SandboxProcess(fleet_data(), speed=100) as sandbox:
        keys = {name.lower(): value for name, value in sandbox.env.items() if name.startswith("AWS_")}
        sts = boto3.client(
            "sts",
            endpoint_url=sandbox.url,
            region_name=keys["aws_default_region"],
            aws_access_key_id=keys["aws_access_key_id"],
            aws_secret_access_key=keys["aws_secret_access_key"],
        )
        sandbox.fault("throttle", service="sts")
        sts.assume_role(RoleArn=f"arn:aws:iam::{TEST}:role/patching", RoleSessionName="tests")
        assert [entry["error"] for entry in sandbox.requests(operation="AssumeRole")] == ["Throttling", ""]
        assert sandbox.machine(LINUX)["name"] == "db-1"
        assert sandbox.healthy("db-1")
        sandbox.patch_machine(LINUX, power="stopped")
        assert not sandbox.healthy(LINUX)
        assert len(sandbox.machines()) == len(fleet_data()["machines"])
        sandbox.reset()
        assert sandbox.healthy("db-1")
        assert sandbox.requests() == []
        with pytest.raises(SandboxError, match="explode"):
            sandbox.fault("explode")


def test_a_fleet_file_that_is_wrong_is_named(tmp_path: Path) -> None:
    path = tmp_path / "wrong.yml"
    path.write_text("version: 1\naccounts: []\nmachines: []\ncolour: red\n", encoding="utf-8")
    with pytest.raises(SandboxError, match=r"wrong\.yml"):
        SandboxProcess(path).start()


def test_the_command_prints_and_writes_the_environment(tmp_path: Path) -> None:
    file = tmp_path / "env"
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "tests.sandbox",
            "serve",
            "--fleet",
            "tests/sandbox/fleets/small.yml",
            "--env-file",
            str(file),
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _line in range(4)]
        assert file.read_text(encoding="utf-8") == "".join(lines)
        names = [line.split("=")[0] for line in lines]
        assert names == [
            f"export AWS_{name}" for name in ("ENDPOINT_URL", "ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "DEFAULT_REGION")
        ]
    finally:
        process.terminate()
        assert process.wait(timeout=10) == 0
        if process.stdout:
            process.stdout.close()
