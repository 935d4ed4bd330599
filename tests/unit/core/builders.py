# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Small, healthy things that tests break one at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from ansible_collections.hybridops.patching.plugins.module_utils._core.facts import (
    Agent,
    Baseline,
    NodeFacts,
    SnapshotAbility,
)
from ansible_collections.hybridops.patching.plugins.module_utils._core.nodes import Node
from ansible_collections.hybridops.patching.plugins.module_utils._core.plan.make import make_plan
from ansible_collections.hybridops.patching.plugins.module_utils._core.plan.model import Plan
from ansible_collections.hybridops.patching.plugins.module_utils._core.policy.load import parse_policy
from ansible_collections.hybridops.patching.plugins.module_utils._core.policy.model import Policy

SMALL = """
patch_policy:
  timezone: Europe/Zurich
  slots:
    - {name: "0600", environment: test, when: {week: first, weekday: saturday, time: "06:00"}}
    - {name: "0600", environment: prod, when: {week: third, weekday: saturday, time: "06:00"}}
  approvals:
    test: {after_days: 0}
    prod: {follows: test}
"""

IN_SLOT = datetime(2026, 11, 21, 5, 30, tzinfo=UTC)
"""Half past six on the third Saturday of November 2026 in Zurich: half an hour into the slot of prod."""

ACCOUNT = "222222222222"


def policy(extra: str = "") -> Policy:
    """The small policy with more keys, which are given without their indentation."""
    return parse_policy(SMALL + "".join(f"  {line}\n" for line in extra.strip().splitlines()))


def node(number: int = 1, *, windows: bool = False, **fields: Any) -> Node:
    """A node of prod, with the patch group of its operating system."""
    wanted: dict[str, Any] = {
        "node_id": f"i-{number:017x}",
        "name": f"prod{number:02d}",
        "provider": "aws",
        "account": ACCOUNT,
        "region": "eu-central-1",
        "patch_group": f"patch_prod_0600_batch_{2 if windows else 1}",
    }
    return Node(**(wanted | fields))


def facts(of: Node, *, windows: bool = False, **fields: Any) -> NodeFacts:
    """What the cloud says about a node with which all is well."""
    wanted: dict[str, Any] = {
        "found": True,
        "provider": of.provider,
        "account": of.account,
        "region": of.region,
        "name": of.name,
        "os_family": "windows" if windows else "linux",
        "os": "windows" if windows else "redhat",
        "power_state": "running",
        "can_power": True,
        "agent": Agent(online=True, version="3.3.859.0", up_to_date=True),
        "snapshot": SnapshotAbility(possible=True),
        "volumes": 2,
        "baseline": Baseline("pb-0123456789abcdef0", "prod-baseline"),
        "patch_group": of.patch_group,
        "tags": {"Patch Group": of.patch_group, "Application": "shop"},
    }
    return NodeFacts(of.node_id, **(wanted | fields))


def plan(
    nodes: list[Node] | None = None,
    known: list[NodeFacts] | None = None,
    extra: str = "",
    *,
    text: str = "",
    environment: str = "prod",
    **options: Any,
) -> Plan:
    """A plan for prod; without nodes for one Linux and one Windows node with which all is well.

    ``extra`` are keys beside those of the small policy, ``text`` is another policy.
    """
    if nodes is None:
        nodes = [node(1), node(2, windows=True)]
    if known is None:
        known = [facts(one, windows=one.patch_group.endswith("2")) for one in nodes]
    arguments: dict[str, Any] = {"now": IN_SLOT, "run_id": "run-1"} | options
    rules = parse_policy(text) if text else policy(extra)
    return make_plan(rules, environment, nodes, {one.node_id: one for one in known}, **arguments)


def plan_of_one(extra: str = "", *, options: Any = None, listed: dict[str, Any] | None = None, **known: Any) -> Plan:
    """A plan for one Linux node whose facts (or entry in the inventory, ``listed``) differ from the healthy ones."""
    of = node(1, **(listed or {}))
    base = facts(node(1))
    return plan([of], [replace(base, **known)], extra, options=options)


def codes(found: Plan) -> list[str]:
    """The codes of a plan's refusals."""
    return [finding.code for finding in found.refusals]


def warned(found: Plan) -> list[str]:
    """The codes of a plan's warnings."""
    return [finding.code for finding in found.warnings]
