# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Facts of nodes on AWS cost only the requests that what is asked for needs."""

from __future__ import annotations

import pytest

from tests.integration.modules.in_process import Modules

NODES = [{"node_id": "i-0db00000000000001", "account": "111111111111", "region": "eu-central-1"}]
COST = {
    "baselines": ("baseline", {"DescribePatchBaselines", "DescribePatchGroups"}),
    "native_updates": ("native_updates", {"DescribeMaintenanceWindows", "ListAssociations"}),
    "snapshots": ("snapshot", {"DescribeVolumes"}),
}


def asked(modules: Modules) -> set[str]:
    return {entry["operation"] for entry in modules.sandbox.requests()}


@pytest.mark.parametrize("name", COST)
def test_a_kind_of_facts_costs_its_own_requests(modules: Modules, name: str) -> None:
    fact, operations = COST[name]
    without = modules.ok("ssm_managed_node_info", nodes=NODES, gather=[])["facts"][0]
    few = asked(modules)
    with_it = modules.ok("ssm_managed_node_info", nodes=NODES, gather=[name])["facts"][0]
    assert asked(modules) - few == operations
    assert with_it.keys() - without.keys() == {fact}
    assert {key: with_it[key] for key in without} == without


def test_all_are_read_unless_told_otherwise(modules: Modules) -> None:
    facts = modules.ok("ssm_managed_node_info", nodes=NODES)["facts"][0]
    assert facts.keys() >= {fact for fact, _operations in COST.values()}
