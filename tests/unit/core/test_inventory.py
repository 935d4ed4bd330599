# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the inventory's hosts to nodes, and what is said where the two do not fit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._core.errors import InputError, PatchingError
from ansible_collections.hybridops.patching.plugins.module_utils._core.inventory import read_inventory
from ansible_collections.hybridops.patching.plugins.module_utils._core.policy.load import load_policy
from ansible_collections.hybridops.patching.plugins.module_utils._core.policy.model import Policy
from ansible_collections.hybridops.patching.plugins.module_utils._core.policy.settings import given_waves

TEXT = """
patch_policy:
  environments: [test, prod]
  exclusions:
    - {match: {name: legacy*}, reason: vendor freeze}
"""
HOSTS: dict[str, dict[str, Any]] = {
    "app1": {"patch_node_id": "i-0a1"},
    "db2": {"patch_node_id": "i-0d2", "patch_account": 111111111111, "patch_region": "eu-central-1"},
    "db1": {"patch_node_id": "i-0d1"},
}
GROUPS = {"test": ["app1", "db2", "db1"], "batch_1": ["db1", "db2"], "batch_2": ["app1"]}


@pytest.fixture
def policy(tmp_path: Path) -> Policy:
    path = tmp_path / "policy.yml"
    path.write_text(TEXT, encoding="utf-8")
    return load_policy(path)


def test_nodes_in_the_order_of_the_batches(policy: Policy) -> None:
    nodes = read_inventory(policy, "test", HOSTS, GROUPS)
    assert [(node["name"], node["batch"]) for node in nodes] == [
        ("db1", "batch_1"),
        ("db2", "batch_1"),
        ("app1", "batch_2"),
    ]
    assert {node["environment"] for node in nodes} == {"test"}
    assert (nodes[1]["provider"], nodes[1]["account"], nodes[1]["region"]) == ("aws", "111111111111", "eu-central-1")


def test_what_aws_ec2_says(policy: Policy) -> None:
    host = {
        "instance_id": "i-0d1",
        "owner_id": "111111111111",
        "placement": {"availability_zone": "eu-west-1b"},
        "platform": "windows",
        "tags": {"Patch Group": "patch_test_0600_batch_1", "Application": "payroll", "Role": "db"},
    }
    (node,) = read_inventory(policy, "test", {"db1": host}, {"test": ["db1"], "batch_1": ["db1"]})
    assert node["node_id"] == "i-0d1"
    assert (node["account"], node["region"], node["os_family"]) == ("111111111111", "eu-west-1", "windows")
    assert (node["patch_group"], node["application"]) == ("patch_test_0600_batch_1", "payroll")
    assert node["labels"]["role"] == "db"


def test_azure_does_not_tell_names_of_tags_by_their_case(policy: Policy) -> None:
    host = {
        "patch_node_id": "/subscriptions/aa/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/db1",
        "tags": {"PATCH": "patch_test_0600_batch_1", "application": "payroll"},
    }
    (node,) = read_inventory(policy, "test", {"db1": host}, {"test": ["db1"], "batch_1": ["db1"]})
    assert (node["patch_group"], node["application"]) == ("patch_test_0600_batch_1", "payroll")


def test_an_environment_that_policy_or_inventory_lacks(policy: Policy) -> None:
    with pytest.raises(InputError, match=r"patch_environment: 'tset' .*test, prod; did you mean 'test'?"):
        read_inventory(policy, "tset", HOSTS, GROUPS)
    with pytest.raises(PatchingError, match=r"no group prod: .*\(batch_1, batch_2\)"):
        read_inventory(policy, "prod", HOSTS, GROUPS)


def test_every_host_without_an_id_is_named(policy: Policy) -> None:
    hosts: dict[str, dict[str, Any]] = {name: {} for name in HOSTS}
    with pytest.raises(PatchingError, match="the hosts db1, db2, app1 of the inventory have no patch_node_id"):
        read_inventory(policy, "test", hosts, GROUPS)


def test_a_host_in_two_batches(policy: Policy) -> None:
    groups = GROUPS | {"batch_2": ["app1", "db2"]}
    with pytest.raises(PatchingError, match=r"db2 .* two batches, batch_1 and batch_2"):
        read_inventory(policy, "test", HOSTS, groups)


def test_a_host_that_no_play_would_reach(policy: Policy) -> None:
    groups = GROUPS | {"batch_1": ["db1"]}
    with pytest.raises(PatchingError, match=r"the host db2 .* none of the groups batch_1, batch_2"):
        read_inventory(policy, "test", HOSTS, groups)


def test_a_host_that_the_policy_excludes_needs_no_batch(policy: Policy) -> None:
    hosts = HOSTS | {"legacy01": {"patch_node_id": "i-0e1"}}
    nodes = read_inventory(policy, "test", hosts, GROUPS | {"test": [*GROUPS["test"], "legacy01"]})
    assert nodes[-1]["name"] == "legacy01"
    assert nodes[-1]["batch"] == ""


def test_waves_that_a_person_gives() -> None:
    assert given_waves(["1", 2, " 10% ", "100%"]) == (1, 2, "10%", "100%")
    for wrong in (0, "0%", "101%", "one", -1, ""):
        with pytest.raises(InputError, match="patch_waves"):
            given_waves([wrong])
