# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The associations that keep agents up to date: one for each place, key and fifty groups."""

from __future__ import annotations

from typing import Any

from ansible_collections.hybridops.patching.plugins.module_utils._aws.agent_updates import agent_associations
from ansible_collections.hybridops.patching.plugins.module_utils._core.facts import NodeFacts

KEYS = ["Patch Group", "PatchGroup"]


def fact(group: str, key: str = "Patch Group", account: str = "1", **values: Any) -> NodeFacts:
    known = {"node_id": "i", "found": True, "provider": "aws", "account": account, "region": "r", "patch_group": group}
    return NodeFacts(**{**known, "tags": {key: group}, **values})


def made(*facts: NodeFacts) -> list[tuple[str, str, str, list[str]]]:
    found = agent_associations(facts, KEYS, "test", "ours")
    return [
        (entry["account"], entry["association_name"], entry["targets"][0]["key"], entry["targets"][0]["values"])
        for entry in found
    ]


def test_one_for_each_account_with_the_groups_that_occur() -> None:
    assert made(fact("b"), fact("a"), fact("b"), fact("a", account="2")) == [
        ("1", "ours-test-agents", "tag:Patch Group", ["a", "b"]),
        ("2", "ours-test-agents", "tag:Patch Group", ["a"]),
    ]


def test_each_key_has_its_own_since_targets_have_to_be_met_all() -> None:
    assert made(fact("a"), fact("b", "PatchGroup")) == [
        ("1", "ours-test-agents", "tag:Patch Group", ["a"]),
        ("1", "ours-test-agents-2", "tag:PatchGroup", ["b"]),
    ]


def test_a_target_takes_fifty_values() -> None:
    assert [len(values) for *_rest, values in made(*(fact(f"g{number}") for number in range(51)))] == [50, 1]


def test_what_is_not_aws_or_not_there_or_in_no_group_has_none() -> None:
    assert made(fact("a", provider="azure_vm"), fact("a", found=False), fact("", tags={})) == []
