# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a policy asks for in every account and region of an environment's nodes: baselines, registrations, windows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from .._core.delivery.members import Cloud, Estate, Place, some
from .._core.delivery.native import ENVIRONMENT_TAG, next_opening
from .._core.delivery.reading import read_environment
from .._core.delivery.watch import known_prefixes
from .._core.errors import InputError, each_of
from .._core.facts import NodeFacts, UnlistedNode
from .._core.nodes import Node
from .._core.policy.approvals import Approval, approval_for, approval_name
from .._core.policy.model import NATIVE, Environment, Policy
from .._core.policy.words import DIALECTS
from .._core.schedule import When, occurrences
from .platforms import PATCH_MANAGER_NAME
from .policy_baselines import BaselineRules, baseline_rules, names_no_patch_of
from .policy_native import native_statement, native_warnings, refuse_native
from .policy_windows import (
    SCAN_HOURS,
    WINDOW_NAMES,
    install_name,
    policy_windows,
    scan_name,
    window_prefix,
)

CLOUD = Cloud(
    name="AWS",
    providers=("aws", ""),
    tags="aws",
    systems=frozenset(DIALECTS),
    without_group="the default baseline applies",
)


@dataclass(frozen=True, slots=True)
class PolicyEstate:
    """What is to be brought into force, as ssm_patch_policy takes it, and what of the policy it does not cover.

    ``purge_windows`` are the windows that go when the policy does not ask for them, ``unknown_windows`` those that are
    told of since they look as if a policy had made them. ``schedule`` says when the windows open, and ``statement``
    what native delivery is; it is empty with another one.
    """

    baselines: list[dict[str, Any]] = field(default_factory=list)
    groups: list[dict[str, Any]] = field(default_factory=list)
    windows: list[dict[str, Any]] = field(default_factory=list)
    purge_windows: list[dict[str, Any]] = field(default_factory=list)
    unknown_windows: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    schedule: list[str] = field(default_factory=list)
    statement: str = ""

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


def policy_estate(
    policy: Policy,
    environment: str,
    facts: Iterable[NodeFacts],
    nodes: Iterable[Node] = (),
    unlisted: Sequence[Mapping[str, Any]] = (),
    prefix: str = "hybridops",
    now: datetime | None = None,
    targets: Iterable[Mapping[str, str]] = (),
) -> PolicyEstate:
    """One baseline for each operating system that occurs at a place, each patch group with those of its systems, and
    the maintenance windows.

    ``nodes`` are those of the inventory, ``unlisted`` those that it lacks. Windows that are not asked for go at every
    place that has a node, and at ``targets``, each with an account and a region, where the environment may have had
    nodes. Nodes that say too little, or that are in no group of the environment, are warned of. Raises InputError for
    an environment that the policy does not have, for rules that a baseline cannot have (see :func:`baseline_rules`) and
    for what no window can do (see :mod:`.policy_native`).
    """
    read = read_environment(CLOUD, policy, environment, facts, nodes, unlisted, targets, now)
    found, estate, now, warnings = read.environment, read.estate, read.now, list(read.warnings)
    systems = sorted({os for groups in estate.values() for members in groups for os in members.systems})
    approvals = {os: approval_for(policy, environment, os, now) for os in systems}
    rules = each_of(approvals, lambda os: _rules(policy, environment, os, approvals[os]))
    if read.native:
        refuse_native(policy, found, estate)
        warnings += native_warnings(policy, found, estate, now)
    return PolicyEstate(
        baselines=_baselines(policy, environment, estate, rules, prefix),
        groups=_groups(environment, estate, prefix),
        windows=policy_windows(policy, found, estate, prefix),
        purge_windows=[_purge(place, prefix, environment) for place in read.places],
        unknown_windows=[_unknown(place, prefix, policy) for place in read.places],
        warnings=[*warnings, *_remarks(rules), *_named_in_vain(approvals), *_unlisted(read.strays, read.native)],
        schedule=_schedule(policy, found, estate, prefix, now),
        statement=native_statement(environment) if read.native and estate else "",
    )


def baseline_name(prefix: str, environment: str, os: str) -> str:
    """The name of an environment's baseline for an operating system."""
    return f"{prefix}-{environment}-{os}"


def _baselines(
    policy: Policy, environment: str, estate: Estate, rules: Mapping[str, BaselineRules], prefix: str
) -> list[dict[str, Any]]:
    name = approval_name(policy, environment)
    by = f"approval {name}" if name else "defaults"
    return [
        {
            "account": account,
            "region": region,
            "name": baseline_name(prefix, environment, os),
            "operating_system": PATCH_MANAGER_NAME[os],
            "description": f"Patches of the environment {environment}, by the policy's {by}",
            **rules[os].options,
            "tags": {ENVIRONMENT_TAG: environment},
        }
        for (account, region), groups in estate.items()
        for os in sorted({os for members in groups for os in members.systems})
    ]


def _groups(environment: str, estate: Estate, prefix: str) -> list[dict[str, Any]]:
    return [
        {
            "account": account,
            "region": region,
            "patch_group": members.name,
            "baselines": [baseline_name(prefix, environment, os) for os in sorted(members.systems)],
        }
        for (account, region), groups in estate.items()
        for members in groups
        if members.systems
    ]


def _purge(place: Place, prefix: str, environment: str) -> dict[str, Any]:
    """The windows that are this policy's: by their names and by their tag, so that nobody else's is taken for one."""
    return {
        "account": place[0],
        "region": place[1],
        "name_prefix": window_prefix(prefix, environment),
        "tags": {ENVIRONMENT_TAG: environment},
    }


def _unknown(place: Place, prefix: str, policy: Policy) -> dict[str, Any]:
    """Windows of our form that no environment of the policy explains: an old prefix, an old environment."""
    return {
        "account": place[0],
        "region": place[1],
        "names": list(WINDOW_NAMES),
        "tag_key": ENVIRONMENT_TAG,
        "known": known_prefixes(policy, lambda environment: window_prefix(prefix, environment)),
    }


def _schedule(policy: Policy, environment: Environment, estate: Estate, prefix: str, now: datetime) -> list[str]:
    """When each window of the environment opens, a line each; the same at every place."""
    if not estate:
        return []
    zone = policy.timezone
    if environment.delivery != NATIVE:
        starts = [occurrences(When(time(hour)), timedelta(0), timedelta(0), policy.zone, now) for hour in SCAN_HOURS]
        local = min((next(found) for found in starts), key=lambda one: one.start).local
        return [f"{scan_name(prefix, environment.name)} scans every 4 hours, next {local:%Y-%m-%d %H:%M} {zone}"]
    return [
        f"{install_name(prefix, environment.name, slot.name)} installs {slot.when}, "
        f"next {next_opening(policy, slot, now).local:%Y-%m-%d %H:%M} {zone}"
        for slot in policy.slots_of(environment.name)
    ]


def _rules(policy: Policy, environment: str, os: str, approval: Approval) -> BaselineRules:
    try:
        return baseline_rules(approval, os)
    except InputError as error:
        name = approval_name(policy, environment) or "the built-in approval"
        raise InputError(f"approvals.{name} for {os}, {error.option}", error.value, error.allowed) from error


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


def _unlisted(unlisted: Sequence[UnlistedNode], native: bool) -> list[str]:
    names = [node.name or node.node_id for node in unlisted]
    what = "these nodes have a patch group of the environment and are not in the inventory; "
    what += "windows install on them all the same" if native else "their systems are not covered"
    return [f"{what}: {some(names)}"] if names else []
