# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Policies and machines for the tests of what a policy asks for on Azure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ansible_collections.hybridops.patching.plugins.module_utils._azure.policy_estate import policy_estate
from ansible_collections.hybridops.patching.plugins.module_utils._core.facts import NodeFacts
from ansible_collections.hybridops.patching.plugins.module_utils._core.nodes import Node
from ansible_collections.hybridops.patching.plugins.module_utils._core.policy.load import parse_policy

NOW = datetime(2026, 11, 1, tzinfo=UTC)
SUBSCRIPTION = "aaaaaaaa-0000-4000-8000-000000000001"
OTHER = "aaaaaaaa-0000-4000-8000-000000000002"
MACHINES = "/resourcegroups/rg/providers/microsoft.compute/virtualmachines/vm"
WHERE = "resource_group: patching, location: westeurope"

BASE = """
patch_policy:
  timezone: Europe/Zurich
  slots:
    - {name: "0600", environment: test, when: {week: first, weekday: saturday, time: "06:00"}}
    - {name: "0600", environment: prod, when: {week: third, weekday: saturday, time: "06:00"}}
"""
NATIVE = BASE + (
    "  environments: [test, {name: prod, delivery: native}]\n"
    f"  defaults: {{maintenance_configurations: {{{WHERE}}}}}\n"
)


def native(slot: str = "", where: str = WHERE, environment: str = "", extra: str = "") -> str:
    """A policy of prod with native delivery: another slot, keys of the configurations, of the environment, of all."""
    text = BASE
    if slot:
        text = text.replace('{week: third, weekday: saturday, time: "06:00"}', slot)
    environments = f"  environments: [test, {{name: prod, delivery: native{environment and ', ' + environment}}}]\n"
    return text + environments + f"  defaults: {{maintenance_configurations: {{{where}}}}}\n" + extra


def fact(number: int, os: str = "ubuntu", batch: str = "", **fields: Any) -> NodeFacts:
    """A virtual machine of prod with its tag."""
    family = "windows" if os == "windows" else "linux"
    group = fields.pop("patch_group", f"patch_prod_0600_{batch or ('batch_2' if family == 'windows' else 'batch_1')}")
    subscription = fields.get("account", SUBSCRIPTION)
    values = {
        "node_id": f"/subscriptions/{subscription}{MACHINES}{number}",
        "found": True,
        "provider": "azure_vm",
        "account": subscription,
        "region": "westeurope",
        "name": f"vm{number}",
        "os": os,
        "os_family": family,
        "patch_group": group,
        "tags": {"patch": group},
    }
    return NodeFacts(**{**values, **fields})


def estate(*facts: NodeFacts, policy: str = NATIVE, nodes: tuple[Node, ...] = (), **options: Any) -> dict[str, Any]:
    """What the policy wants of these machines of prod."""
    return policy_estate(parse_policy(policy), "prod", facts, nodes, now=NOW, **options).to_dict()
