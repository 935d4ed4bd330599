# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A node is read strictly, so that a slip in an inventory is told and not worked on."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._core.errors import InputError
from ansible_collections.hybridops.patching.plugins.module_utils._core.nodes import Node, provider_of_id
from hypothesis import given
from hypothesis import strategies as st

TEXT = st.text(alphabet="abcdefXYZ0123456789-_. ", max_size=12).map(str.strip)


def test_what_is_not_known_is_empty() -> None:
    node = Node.from_dict({"node_id": "i-0123"})
    assert node.provider == "aws"
    assert (node.name, node.os_family, node.batch, dict(node.labels)) == ("", "", "", {})


@pytest.mark.parametrize(
    ("node_id", "provider"),
    [
        ("i-0123456789abcdef0", "aws"),
        ("mi-0123456789abcdef0", "aws"),
        ("/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/vm1", "azure_vm"),
        ("/subscriptions/s/resourcegroups/g/providers/microsoft.hybridcompute/machines/m1", "azure_arc"),
        ("web01", ""),
    ],
)
def test_the_provider_is_told_from_the_id(node_id: str, provider: str) -> None:
    assert provider_of_id(node_id) == provider
    assert Node.from_dict({"node_id": node_id}).provider == provider


@pytest.mark.parametrize(
    ("data", "option", "allowed"),
    [
        ({}, "nodes.node_id", "not empty"),
        ({"node_id": "  "}, "nodes.node_id", "not empty"),
        ({"node_id": "x", "os_family": "Linux"}, "nodes.os_family", "linux, windows"),
        ({"node_id": "x", "provider": "AWS"}, "nodes.provider", "aws, azure_vm, azure_arc"),
        ({"node_id": "x", "name": ["a"]}, "nodes.name", "a text"),
        ({"node_id": "x", "name": True}, "nodes.name", "a text"),
        ({"node_id": "x", "labels": ["a"]}, "nodes.labels", "a dictionary"),
        ({"node_id": "x", "labels": {"a": ["b"]}}, "nodes.labels.a", "a text"),
        ({"node_id": "x", "regoin": "r"}, "nodes", "did you mean 'region'?"),
        ("x", "nodes", "a dictionary"),
    ],
)
def test_what_cannot_be_used_is_named(data: Any, option: str, allowed: str) -> None:
    with pytest.raises(InputError) as caught:
        Node.from_dict(data)
    assert caught.value.option == option
    assert allowed in str(caught.value)


def test_numbers_and_flags_become_texts() -> None:
    node = Node.from_dict({"node_id": "i-1", "account": 222222222222, "name": None, "labels": {"a": True, "b": 1.5}})
    assert (node.account, node.name) == ("222222222222", "")
    assert dict(node.labels) == {"a": "true", "b": "1.5"}


@given(
    st.fixed_dictionaries(
        {"node_id": TEXT.filter(bool), "os_family": st.sampled_from(["linux", "windows", ""])},
        optional={
            "name": TEXT,
            "account": TEXT,
            "region": TEXT,
            "patch_group": TEXT,
            "labels": st.dictionaries(TEXT, TEXT, max_size=3),
        },
    )
)
def test_a_node_survives_the_way_to_the_ledger_and_back(data: dict[str, Any]) -> None:
    node = Node.from_dict(data)
    assert Node.from_dict(node.to_dict()) == node


def test_a_node_is_shown_by_name_and_id() -> None:
    assert Node("i-1", "web01").shown == "web01 (i-1)"
    assert Node("i-1").shown == "i-1"
    assert Node("web01", "web01").shown == "web01"


def test_of_an_azure_id_what_tells_a_node_from_its_neighbours_is_shown() -> None:
    vm = "/subscriptions/s/resourcegroups/rg/providers/microsoft.compute/virtualmachines/vm-01"
    assert Node(vm, "VM-01").shown == "VM-01 (rg)"
    assert Node(vm, "database").shown == "database (rg/vm-01)"
    assert Node(vm).shown == "rg/vm-01"


def test_azure_s_ids_are_one_whatever_their_case() -> None:
    vm = "/subscriptions/S/resourceGroups/RG/providers/Microsoft.Compute/virtualMachines/VM"
    assert Node.from_dict({"node_id": vm}) == Node.from_dict({"node_id": vm.lower()})
    assert Node.from_dict({"node_id": vm}).provider == "azure_vm"
    assert Node.from_dict({"node_id": "CaseMatters", "provider": "lab"}).node_id == "CaseMatters"
    assert hash(Node("i-1", labels={"a": "b"})) == hash(Node("i-1", labels={"a": "c"}))
