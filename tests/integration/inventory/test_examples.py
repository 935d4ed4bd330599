# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The example inventories give a plan on the sandbox's demo fleet, and put each machine where its tag says."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.estate import ANSIBLE, ROOT, Estate
from tests.sandbox.client import SandboxProcess

EXAMPLES = ROOT / "playbooks" / "examples"
INVENTORIES = EXAMPLES / "inventories"


@pytest.fixture(scope="module")
def demo() -> Iterator[SandboxProcess]:
    """The fleet that the examples are about."""
    with SandboxProcess("demo", speed=240) as sandbox:
        yield sandbox


@pytest.fixture
def estate(tmp_path: Path, demo: SandboxProcess) -> Estate:
    """A directory with a ledger of its own."""
    demo.clear_requests()
    return Estate(tmp_path, demo)


def groups_of(estate: Estate, *inventories: Path) -> dict[str, set[str]]:
    """The hosts of each group, as Ansible reads the inventories."""
    command = [str(ANSIBLE.parent / "ansible-inventory"), "--list"]
    for inventory in inventories:
        command += ["-i", str(inventory)]
    done = subprocess.run(command, cwd=ROOT, env=estate.env, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    listed: dict[str, Any] = json.loads(done.stdout)
    return {name: set(group["hosts"]) for name, group in listed.items() if name != "_meta" and "hosts" in group}


def tagged(estate: Estate, **wanted: str) -> set[str]:
    """Names of the fleet's machines with these values of ``environment``, ``batch`` (by their tag) and ``account``."""
    found = set()
    for machine in estate.sandbox.machines():
        environment, _slot, batch = machine["tags"]["Patch Group"].removeprefix("patch_").split("_", 2)
        values = {"environment": environment, "batch": batch, "account": machine["account"]}
        if wanted.items() <= values.items():
            found.add(machine["name"])
    return found


@pytest.mark.parametrize("name", ["static.yml", "aws_ec2.yml"])
def test_an_example_inventory_gives_a_plan(estate: Estate, name: str) -> None:
    played = estate.play(
        "plan.yml",
        inventory=INVENTORIES / name,
        patch_policy=str(EXAMPLES / "demo" / "policy.yml"),
        patch_environment="test",
        patch_accept=["default_baseline"],
    )
    assert played.returncode == 0, played.output
    assert "for test: 6 to patch" in played
    assert "REFUSED" not in played
    for machine in tagged(estate, environment="test"):
        assert f"{machine} (i-" in played
    assert estate.sandbox.writes() == []


def test_the_tag_decides_on_environment_and_batch(estate: Estate) -> None:
    groups = groups_of(estate, INVENTORIES / "aws_ec2.yml")
    account = "111111111111"
    for name in ("test", "lab"):
        assert groups[name] == tagged(estate, environment=name, account=account)
    for name in ("batch_1", "batch_2"):
        assert groups[name] == tagged(estate, batch=name, account=account)
    assert groups.keys() == {"aws_ec2", "test", "lab", "batch_1", "batch_2"}


def test_another_account_is_a_second_file_and_machines_on_premises_a_third(estate: Estate) -> None:
    text = (INVENTORIES / "aws_ec2.yml").read_text(encoding="utf-8")
    other = estate.directory / "prod.aws_ec2.yml"
    other.write_text(text.replace("arn:aws:iam::111111111111:role", "arn:aws:iam::222222222222:role"), encoding="utf-8")
    groups = groups_of(estate, INVENTORIES / "aws_ec2.yml", other, INVENTORIES / "on_premises.yml")
    for name in ("test", "prod", "lab"):
        assert groups[name] == tagged(estate, environment=name)
    for name in ("batch_1", "batch_2"):
        assert groups[name] == tagged(estate, batch=name)
    assert "prod-oracle-01" in groups["prod"]
