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
import yaml

from tests.integration.estate import ANSIBLE, ROOT, Estate, group_of
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
    """Names of machines with these values of ``environment``, ``batch`` (by their tag), ``account`` and ``cloud``."""
    found = set()
    for machine in estate.sandbox.machines():
        environment, batch = group_of(machine)
        cloud = "azure" if machine["node_id"].startswith("/subscriptions/") else "aws"
        values = {"environment": environment, "batch": batch, "account": machine["account"], "cloud": cloud}
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
    for machine in tagged(estate, environment="test", cloud="aws"):
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
        assert groups[name] == tagged(estate, environment=name, cloud="aws")
    for name in ("batch_1", "batch_2"):
        assert groups[name] == tagged(estate, batch=name, cloud="aws")
    assert "prod-oracle-01" in groups["prod"]


def as_azure_rm_says(estate: Estate) -> dict[str, Any]:
    """The fleet's Azure machines with the variables that azure.azcollection.azure_rm gives its hosts."""
    hosts = {}
    for machine in estate.sandbox.machines():
        if machine["node_id"].startswith("/subscriptions/"):
            hosts[machine["name"]] = {
                "id": machine["node_id"],
                "location": machine["region"],
                "os_profile": {"system": "windows" if "win" in machine["name"] else "linux"},
                "powerstate": "running",
                "tags": machine["tags"],
            }
    return hosts


def test_the_tag_decides_on_azure_too(estate: Estate) -> None:
    # The plugin itself needs a gigabyte of libraries; Ansible's own puts hosts into groups by the same expressions.
    example = yaml.safe_load((INVENTORIES / "azure_rm.yml").read_text(encoding="utf-8"))
    hosts = estate.write("hosts.yml", {"all": {"hosts": as_azure_rm_says(estate)}})
    grouping = {"plugin": "ansible.builtin.constructed", "keyed_groups": example["keyed_groups"]}
    groups = groups_of(estate, hosts, estate.write("groups.constructed.yml", grouping))
    for name in ("test", "prod", "lab"):
        assert groups[name] == tagged(estate, environment=name, cloud="azure")
    for name in ("batch_1", "batch_2"):
        assert groups[name] == tagged(estate, batch=name, cloud="azure")


def test_the_example_has_options_that_the_plugin_knows() -> None:
    example = yaml.safe_load((INVENTORIES / "azure_rm.yml").read_text(encoding="utf-8"))
    documentation = subprocess.run(
        [str(ANSIBLE.parent / "ansible-doc"), "-t", "inventory", "--json", example["plugin"]],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    options = json.loads(documentation.stdout)[example["plugin"]]["doc"]["options"]
    assert example.keys() <= options.keys()


def test_one_file_groups_the_hosts_of_both_clouds(estate: Estate) -> None:
    azure = estate.write("azure.yml", {"all": {"hosts": as_azure_rm_says(estate)}})
    groups = groups_of(estate, INVENTORIES / "aws_ec2.yml", azure, INVENTORIES / "constructed.yml")
    assert groups["batch_2"] == tagged(estate, batch="batch_2", account="111111111111") | tagged(
        estate, batch="batch_2", cloud="azure"
    )
    assert groups["prod"] == tagged(estate, environment="prod", cloud="azure")


def test_hosts_of_both_clouds_become_one_plan(estate: Estate) -> None:
    azure = estate.write("azure.yml", {"all": {"hosts": as_azure_rm_says(estate)}})
    command = ["-i", str(azure), "-i", str(INVENTORIES / "constructed.yml")]
    played = estate.play(
        "plan.yml",
        *command,
        inventory=INVENTORIES / "aws_ec2.yml",
        patch_policy=str(EXAMPLES / "demo" / "policy.yml"),
        patch_environment="test",
        patch_accept=["default_baseline"],
    )
    assert played.returncode == 0, played.output
    assert "for test: 10 to patch" in played
    assert "REFUSED" not in played
    assert "azure_arc" in played
    assert estate.sandbox.writes() == []
