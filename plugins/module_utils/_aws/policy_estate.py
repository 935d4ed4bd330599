# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The baselines and registrations that a policy asks for, in every account and region of an environment's nodes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .._core.errors import InputError
from .._core.facts import NodeFacts
from .._core.names import GroupParser
from .._core.nodes import provider_of_id
from .._core.plan.resolve import group_parser
from .._core.policy.approvals import Approval, approval_for, approval_name
from .._core.policy.model import Policy
from .._core.policy.words import DIALECTS
from .platforms import PATCH_MANAGER_NAME
from .policy_baselines import BaselineRules, baseline_rules, names_no_patch_of

ENVIRONMENT_TAG = "hybridops:environment"
"""Tag of a baseline that says whose it is."""
NAMES_SHOWN = 5

Place = tuple[str, str]
"""Account and region."""


@dataclass(frozen=True, slots=True)
class PolicyEstate:
    """What is to be brought into force, as ssm_patch_policy takes it, and what of the policy it does not cover."""

    baselines: list[dict[str, Any]] = field(default_factory=list)
    groups: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {"baselines": self.baselines, "groups": self.groups, "warnings": self.warnings}


def policy_estate(
    policy: Policy,
    environment: str,
    facts: Iterable[NodeFacts],
    unlisted: Sequence[Mapping[str, Any]] = (),
    prefix: str = "hybridops",
    now: datetime | None = None,
) -> PolicyEstate:
    """One baseline for each operating system that occurs at a place, and each patch group with those of its systems.

    Nodes that say too little, or that are in no group of the environment, are warned of. Raises InputError for an
    environment that the policy does not have and for rules that a baseline cannot have (see :func:`baseline_rules`).
    """
    if policy.environment(environment) is None:
        raise InputError("environment", environment, ", ".join(one.name for one in policy.environments))
    members, warnings = _members(policy, environment, facts)
    systems = sorted({os for groups in members.values() for found in groups.values() for os in found})
    approvals = {os: approval_for(policy, environment, os, now) for os in systems}
    rules = {os: _rules(policy, environment, os, approval) for os, approval in approvals.items()}
    description = _description(policy, environment)
    baselines: list[dict[str, Any]] = []
    groups: list[dict[str, Any]] = []
    for (account, region), by_group in sorted(members.items()):
        place = {"account": account, "region": region}
        names = {os: baseline_name(prefix, environment, os) for os in sorted(set().union(*by_group.values()))}
        baselines += [place | _baseline(names[os], os, rules[os], description, environment) for os in names]
        groups += [
            place | {"patch_group": group, "baselines": [names[os] for os in sorted(found)]}
            for group, found in sorted(by_group.items())
        ]
    warnings += _remarks(rules) + _named_in_vain(approvals) + _unlisted(unlisted)
    return PolicyEstate(baselines, groups, warnings)


def baseline_name(prefix: str, environment: str, os: str) -> str:
    """The name of an environment's baseline for an operating system."""
    return f"{prefix}-{environment}-{os}"


def _baseline(name: str, os: str, rules: BaselineRules, description: str, environment: str) -> dict[str, Any]:
    return {
        "name": name,
        "operating_system": PATCH_MANAGER_NAME[os],
        "description": description,
        **rules.options,
        "tags": {ENVIRONMENT_TAG: environment},
    }


def _members(
    policy: Policy, environment: str, facts: Iterable[NodeFacts]
) -> tuple[dict[Place, dict[str, set[str]]], list[str]]:
    """The operating systems in each patch group at each place, and what is wrong with the other nodes."""
    parser = group_parser(policy)
    members: dict[Place, dict[str, set[str]]] = {}
    left: dict[str, list[str]] = {}
    for fact in facts:
        if fact.provider not in ("aws", ""):
            continue
        problem = _problem(fact, parser, environment)
        if problem:
            left.setdefault(problem, []).append(fact.name or fact.node_id)
        else:
            place = members.setdefault((fact.account, fact.region), {})
            place.setdefault(fact.patch_group, set()).add(fact.os)
    return members, [f"{problem}: {_some(names)}" for problem, names in left.items()]


def _problem(fact: NodeFacts, parser: GroupParser, environment: str) -> str:
    """Why a node cannot be counted, empty when it can."""
    if not fact.found:
        return "AWS does not know these nodes of the inventory"
    if not fact.patch_group:
        return "these nodes have no patch group, so that the default baseline applies"
    group = parser.parse(fact.patch_group)
    if group is None or group.environment != environment:
        return f"the patch group of these nodes is none of {environment}, and is left alone"
    if fact.os not in DIALECTS:
        return "the operating system of these nodes is not known, or is not one that is patched"
    return ""


def _rules(policy: Policy, environment: str, os: str, approval: Approval) -> BaselineRules:
    try:
        return baseline_rules(approval, os)
    except InputError as error:
        name = approval_name(policy, environment) or "the built-in approval"
        raise InputError(f"approvals.{name} for {os}, {error.option}", error.value, error.allowed) from error


def _description(policy: Policy, environment: str) -> str:
    name = approval_name(policy, environment)
    return f"Patches of the environment {environment}, by the policy's " + (f"approval {name}" if name else "defaults")


def _remarks(rules: Mapping[str, BaselineRules]) -> list[str]:
    """What the baselines do not say, once for all systems that it holds for."""
    systems: dict[str, list[str]] = {}
    for os, found in rules.items():
        for remark in found.remarks:
            systems.setdefault(remark, []).append(os)
    return [f"{', '.join(found)}: {remark}" for remark, found in systems.items()]


def _named_in_vain(approvals: Mapping[str, Approval]) -> list[str]:
    """Patches of the policy's lists that are of no operating system that there is."""
    warnings = []
    for option in ("approved", "rejected"):
        named = sorted({patch for approval in approvals.values() for patch in getattr(approval, option)})
        vain = names_no_patch_of(named, approvals)
        if vain:
            warnings.append(f"{option} names patches of no operating system of the environment: {', '.join(vain)}")
    return warnings


def _unlisted(unlisted: Sequence[Mapping[str, Any]]) -> list[str]:
    mine = [node for node in unlisted if provider_of_id(str(node["node_id"])) in ("aws", "")]
    names = [str(node.get("name") or node["node_id"]) for node in mine]
    what = (
        "these nodes have a patch group of the environment and are not in the inventory; their systems are not covered"
    )
    return [f"{what}: {_some(names)}"] if names else []


def _some(names: Sequence[str]) -> str:
    more = len(names) - NAMES_SHOWN
    return ", ".join(names[:NAMES_SHOWN]) + (f" and {more} more" if more > 0 else "")
