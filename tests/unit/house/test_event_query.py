# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The queries by which an automation controller counts nodes, on results as the modules return them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jq
import pytest
import yaml

ROOT = Path(__file__).parents[3]
QUERIES = yaml.safe_load((ROOT / "extensions" / "audit" / "event_query.yml").read_text(encoding="utf-8"))
STARTED = {
    "commands": [
        {"command_id": "c-1", "account": "111111111111", "region": "eu-central-1", "node_ids": ["i-0a", "mi-0b"]},
        {"command_id": "c-2", "account": "222222222222", "region": "eu-west-1", "node_ids": ["i-0c"]},
    ],
}
FACTS = {
    "facts": [
        {"node_id": "i-0a", "name": "db01", "account": "111111111111", "region": "eu-central-1", "found": True},
        {"node_id": "mi-0b", "name": "", "account": "111111111111", "region": "eu-central-1", "found": True},
        {"node_id": "i-0d", "name": "gone", "account": "", "region": "", "found": False},
    ],
}


def counted(module: str, result: dict[str, Any]) -> list[dict[str, Any]]:
    """What the query of a module makes of its result."""
    query = QUERIES[f"hybridops.patching.{module}"]["query"]
    found: list[dict[str, Any]] = jq.compile(query).input_value(result).all()
    return found


@pytest.mark.parametrize("module", ["ssm_command", "ssm_patch_operation"])
def test_every_node_of_a_command_is_counted_with_its_account_and_region(module: str) -> None:
    nodes = counted(module, STARTED)
    assert [node["canonical_facts"] for node in nodes] == [
        {"id": "i-0a", "account": "111111111111", "region": "eu-central-1"},
        {"id": "mi-0b", "account": "111111111111", "region": "eu-central-1"},
        {"id": "i-0c", "account": "222222222222", "region": "eu-west-1"},
    ]
    assert [node["facts"]["infra_type"] for node in nodes] == ["PublicCloud", "PrivateCloud", "PublicCloud"]


@pytest.mark.parametrize(
    ("module", "key"), [("azure_run_command", "commands"), ("azure_patch_operation", "operations")]
)
def test_every_azure_machine_on_which_something_was_started_is_counted(module: str, key: str) -> None:
    place = {"account": "s-1", "region": "westeurope"}
    vm = "/subscriptions/s-1/resourcegroups/rg/providers/microsoft.compute/virtualmachines/db"
    arc = "/subscriptions/s-1/resourcegroups/rg/providers/microsoft.hybridcompute/machines/db"
    nodes = counted(module, {key: [{"node_id": node_id, **place} for node_id in (vm, arc)]})
    assert [node["canonical_facts"] for node in nodes] == [{"id": vm, **place}, {"id": arc, **place}]
    assert [node["facts"]["infra_type"] for node in nodes] == ["PublicCloud", "PrivateCloud"]


def test_facts_count_what_was_found_and_name_it() -> None:
    nodes = counted("ssm_managed_node_info", FACTS)
    assert [(node["name"], node["canonical_facts"]["id"]) for node in nodes] == [("db01", "i-0a"), ("mi-0b", "mi-0b")]


def test_a_node_is_the_same_node_whatever_module_names_it() -> None:
    from_facts = counted("ssm_managed_node_info", FACTS)[0]["canonical_facts"]
    assert from_facts in [node["canonical_facts"] for node in counted("ssm_patch_operation", STARTED)]


@pytest.mark.parametrize("query", sorted(QUERIES))
def test_a_result_without_nodes_counts_nothing(query: str) -> None:
    assert counted(query.removeprefix("hybridops.patching."), {"changed": False, "nodes": {"total": 4}}) == []
    assert (ROOT / "plugins" / "modules" / f"{query.rpartition('.')[2]}.py").is_file()
