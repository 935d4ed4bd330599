# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where which baselines and groups are wanted, and which nodes are left out with a word about it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.hybridops.patching.plugins.filter.patch_baselines import patch_baselines
from ansible_collections.hybridops.patching.plugins.module_utils._aws.policy_estate import policy_estate
from ansible_collections.hybridops.patching.plugins.module_utils._core.errors import InputError
from ansible_collections.hybridops.patching.plugins.module_utils._core.facts import NodeFacts
from ansible_collections.hybridops.patching.plugins.module_utils._core.policy.load import parse_policy

NOW = datetime(2026, 11, 1, tzinfo=UTC)
POLICY = """
patch_policy:
  timezone: Europe/Zurich
  slots:
    - {name: "0600", environment: test, when: {week: first, weekday: saturday, time: "06:00"}}
    - {name: "0600", environment: prod, when: {week: third, weekday: saturday, time: "06:00"}}
  approvals:
    test: {after_days: 1, rejected: [KB5005112], by_os: {suse: {classifications: [Security]}}}
    prod: {follows: test}
"""


def fact(number: int, os: str = "redhat", **fields: Any) -> NodeFacts:
    """What AWS says of a node of prod."""
    wanted: dict[str, Any] = {
        "node_id": f"i-{number:017x}",
        "found": True,
        "provider": "aws",
        "account": "222222222222",
        "region": "eu-central-1",
        "name": f"prod{number:02d}",
        "os": os,
        "patch_group": f"patch_prod_0600_batch_{2 if os == 'windows' else 1}",
    }
    return NodeFacts(**(wanted | fields))


def estate(*facts: NodeFacts, environment: str = "prod", policy: str = POLICY, **options: Any) -> dict[str, Any]:
    """What the policy wants of these nodes."""
    return policy_estate(parse_policy(policy), environment, facts, now=NOW, **options).to_dict()


def names(found: dict[str, Any]) -> dict[tuple[str, str], list[str]]:
    """Names of the baselines at each place."""
    places: dict[tuple[str, str], list[str]] = {}
    for baseline in found["baselines"]:
        places.setdefault((baseline["account"], baseline["region"]), []).append(baseline["name"])
    return places


def test_one_baseline_for_each_system_at_each_place() -> None:
    found = estate(
        fact(1), fact(2), fact(3, "windows"), fact(4, "suse", region="eu-west-1"), fact(5, account="333333333333")
    )
    assert names(found) == {
        ("222222222222", "eu-central-1"): ["hybridops-prod-redhat", "hybridops-prod-windows"],
        ("222222222222", "eu-west-1"): ["hybridops-prod-suse"],
        ("333333333333", "eu-central-1"): ["hybridops-prod-redhat"],
    }


def test_a_group_is_registered_with_every_system_in_it_and_no_other() -> None:
    found = estate(fact(1), fact(2, "ubuntu"), fact(3, "windows"), fact(4, "suse", region="eu-west-1"))
    assert [(group["region"], group["patch_group"], group["baselines"]) for group in found["groups"]] == [
        ("eu-central-1", "patch_prod_0600_batch_1", ["hybridops-prod-redhat", "hybridops-prod-ubuntu"]),
        ("eu-central-1", "patch_prod_0600_batch_2", ["hybridops-prod-windows"]),
        ("eu-west-1", "patch_prod_0600_batch_1", ["hybridops-prod-suse"]),
    ]


def test_the_rules_are_those_of_environment_and_system() -> None:
    test = fact(9, patch_group="patch_test_0600_batch_1")
    delays = [estate(fact(1)), estate(test, environment="test")]
    assert [found["baselines"][0]["approval_rules"][0]["approve_after_days"] for found in delays] == [15, 1]
    (suse,) = estate(fact(1, "suse"))["baselines"]
    assert {"key": "CLASSIFICATION", "values": ["Security"]} in suse["approval_rules"][0]["patch_filters"]
    assert suse["operating_system"] == "SUSE"
    assert suse["tags"] == {"hybridops:environment": "prod"}
    assert "approval prod" in suse["description"]


def test_the_prefix_begins_the_names() -> None:
    found = estate(fact(1), prefix="acme")
    assert found["baselines"][0]["name"] == found["groups"][0]["baselines"][0] == "acme-prod-redhat"


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"found": False}, "does not know these nodes"),
        ({"patch_group": ""}, "have no patch group"),
        ({"patch_group": "patch_test_0600_batch_1"}, "none of prod"),
        ({"patch_group": "somebody_elses"}, "none of prod"),
        ({"os": ""}, "operating system of these nodes is not known"),
        ({"os": "macos"}, "not one that is patched"),
    ],
)
def test_a_node_that_cannot_be_counted_is_named_and_left_alone(fields: dict[str, Any], says: str) -> None:
    found = estate(fact(1, **fields))
    assert found["baselines"] == found["groups"] == []
    (warning,) = found["warnings"]
    assert says in warning
    assert "prod01" in warning


def test_many_names_are_counted() -> None:
    (warning,) = estate(*[fact(number, found=False) for number in range(1, 8)])["warnings"]
    assert warning.endswith("prod01, prod02, prod03, prod04, prod05 and 2 more")


def test_nodes_of_other_clouds_are_no_business_of_this() -> None:
    assert not any(estate(fact(1, provider="azure_vm")).values())


def test_a_remark_is_made_once_for_all_systems_that_it_holds_for() -> None:
    warnings = estate(fact(1), fact(2, "oracle_linux"), fact(3, "windows"))["warnings"]
    assert [warning for warning in warnings if "Bugfix" in warning] == [
        "oracle_linux, redhat: Bugfix updates are approved only where the vendor rates them Critical or Important"
    ]


def test_a_rejected_patch_of_no_system_there_is_told() -> None:
    said = "rejected names patches of no operating system of the environment: KB5005112"
    assert said in estate(fact(1))["warnings"]
    assert said not in estate(fact(1), fact(2, "windows"))["warnings"]


def test_nodes_that_the_inventory_lacks_are_told() -> None:
    unlisted = [{"node_id": "i-0123456789abcdef0", "name": "stray01", "patch_group": "patch_prod_0600_batch_1"}]
    assert any("stray01" in warning for warning in estate(fact(1), unlisted=unlisted)["warnings"])


def test_a_rule_that_cannot_be_said_names_approval_and_system() -> None:
    policy = POLICY.replace("after_days: 1", "after_days: 1, classifications: [Drivers]")
    with pytest.raises(InputError, match=r"approvals\.prod for redhat, classifications: \['Drivers'\]"):
        estate(fact(1), policy=policy)


def test_the_filter_answers_plain_data_and_one_message(tmp_path: Path) -> None:
    file = tmp_path / "policy.yml"
    file.write_text(POLICY, encoding="utf-8")
    found = patch_baselines([fact(1).to_dict()], str(file), "prod", prefix="acme")
    assert [baseline["name"] for baseline in found["baselines"]] == ["acme-prod-redhat"]
    for facts, environment in (([fact(1).to_dict()], "nowhere"), ([{}], "prod")):
        with pytest.raises(AnsibleFilterError, match="cannot be used; allowed"):
            patch_baselines(facts, str(file), environment)
