# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a policy asks for in the subscriptions of an environment's machines: maintenance configurations, or none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from .._core.delivery.members import Cloud, Estate, Place, some
from .._core.delivery.native import (
    ENVIRONMENT_TAG,
    frozen,
    openings_of_year,
    refuse_different_nodes,
    refuse_without_slot,
    statement,
    without_slot,
)
from .._core.delivery.reading import read_environment
from .._core.delivery.watch import known_prefixes
from .._core.errors import InputError
from .._core.facts import NodeFacts, UnlistedNode
from .._core.nodes import AZURE, Node, provider_of_id
from .._core.policy.model import DEPLOYMENT_SCHEDULES, NATIVE, ConfigurationSettings, Environment, Policy
from .._core.policy.settings import configurations_for
from .._core.systems import FAMILIES, OS_FAMILY
from . import policy_schedules
from .nodes import VM
from .policy_configurations import (
    CONFIGURATION_NAMES,
    LENGTHS,
    clock_warnings,
    configurations,
    name_prefix,
    schedule_lines,
    slot_batches,
)
from .policy_rules import PolicyRules, named_in_vain, remarks_of
from .policy_schedules import account_of, arc_warnings, descriptions, mark_of, passed_over, schedules

CLOUD = Cloud(
    name="Azure",
    providers=AZURE,
    tags="azure",
    systems=frozenset((*OS_FAMILY, *FAMILIES)),
    without_group="no batch has them",
    by_region=False,
    any_case=True,
)


_INSTALLERS = "the maintenance configurations of Azure's Update Manager"
_ORDER = "Azure knows no order of batches: each has a window of its own, later than that of the one before it"


@dataclass(frozen=True, slots=True)
class PolicyEstate:
    """What is to be brought into force, as azure_patch_policy takes it, and what of the policy it does not cover.

    ``purge_configurations`` are the configurations that go when the policy does not ask for them, ``purge_schedules``
    the deployment schedules; ``unknown_configurations`` and ``unknown_schedules`` are those that are told of since they
    look as if a policy had made them. ``virtual_machines`` are the environment's, for whose patch settings the module
    azure_vm_patch_settings is. ``schedule`` says who installs when, and ``statement`` what native delivery is; it is
    empty with another one.
    """

    configurations: list[dict[str, Any]] = field(default_factory=list)
    purge_configurations: list[dict[str, Any]] = field(default_factory=list)
    unknown_configurations: list[dict[str, Any]] = field(default_factory=list)
    schedules: list[dict[str, Any]] = field(default_factory=list)
    purge_schedules: list[dict[str, Any]] = field(default_factory=list)
    unknown_schedules: list[dict[str, Any]] = field(default_factory=list)
    virtual_machines: list[dict[str, str]] = field(default_factory=list)
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
    """With native delivery the maintenance configurations and their dynamic scopes; else none, and those that are there
    go.

    ``nodes`` are those of the inventory, ``unlisted`` those that it lacks. Configurations that are not asked for go in
    every subscription that has a node, and in those of ``targets``, where the environment may have had nodes. Nodes
    that say too little, or that are in no group of the environment, are warned of. Raises InputError for an environment
    that the policy does not have and for what Azure cannot do.
    """
    read = read_environment(CLOUD, policy, environment, facts, nodes, unlisted, targets, now)
    found, estate, places = read.environment, read.estate, read.places
    settings = configurations_for(policy, environment)
    purge, purge_schedules = (
        _purge(places, settings, prefix, environment),
        _purge_schedules(places, settings, prefix, environment),
    )
    common = PolicyEstate(
        purge_configurations=purge,
        unknown_configurations=[_unknown(one["subscription"], policy, prefix) for one in purge],
        purge_schedules=purge_schedules,
        unknown_schedules=[_unknown_schedules(one, policy, prefix) for one in purge_schedules],
        virtual_machines=_virtual_machines(estate),
        warnings=[
            *read.warnings,
            *_unlisted(read.strays, native=read.native),
            *(passed_over(settings, environment) if estate else ()),
        ],
        schedule=_by_runs(found, estate),
    )
    return _native(policy, found, estate, settings, prefix, read.now, common) if read.native and estate else common


def _native(
    policy: Policy,
    environment: Environment,
    estate: Estate,
    settings: ConfigurationSettings,
    prefix: str,
    now: datetime,
    found: PolicyEstate,
) -> PolicyEstate:
    """What installs by itself, beside what was found already."""
    refuse_without_slot(policy, environment)
    by_schedules = settings.service == DEPLOYMENT_SCHEDULES
    refuse_different_nodes(estate, one_window=by_schedules or bool(settings.subscription))
    account = account_of(settings, environment.name, [one for one, _region in estate]) if by_schedules else {}
    if not by_schedules:
        _refuse_without_place(environment, settings)
    batches = slot_batches(
        policy, environment, estate, settings, now, policy_schedules.LENGTHS if by_schedules else LENGTHS
    )
    rules = PolicyRules(policy, environment.name, now).of(batches)
    warnings = [*found.warnings, *without_slot(policy, environment, estate)]
    for slot in policy.slots_of(environment.name):
        warnings += frozen(policy, environment, slot, openings_of_year(policy, slot, now))
    warnings += [*clock_warnings(policy, batches, now), *remarks_of(rules)]
    warnings += [
        *named_in_vain(policy, environment.name, batches, now),
        *(arc_warnings(batches) if by_schedules else ()),
    ]
    installers = "the deployment schedules of Azure Automation" if by_schedules else _INSTALLERS
    return replace(
        found,
        configurations=[] if by_schedules else configurations(policy, environment, batches, settings, rules, prefix),
        schedules=schedules(policy, environment, batches, account, rules, prefix) if by_schedules else [],
        warnings=warnings,
        schedule=schedule_lines(policy, environment, batches, prefix, now),
        statement=statement(environment.name, installers, _ORDER),
    )


def _refuse_without_place(environment: Environment, settings: ConfigurationSettings) -> None:
    for key in ("resource_group", "location"):
        if not getattr(settings, key):
            option = f"maintenance_configurations.{key} of {environment.name}"
            allowed = "where the maintenance configurations of Azure are to be, since delivery is native"
            raise InputError(option, None, allowed)


def _purge(
    places: Sequence[Place], settings: ConfigurationSettings, prefix: str, environment: str
) -> list[dict[str, Any]]:
    """The configurations that are this policy's: by their names and by their tag, so that nobody else's is taken."""
    subscriptions = [subscription.lower() for subscription, _region in places]
    if subscriptions and settings.subscription:
        subscriptions.append(settings.subscription.lower())
    return [
        {
            "subscription": subscription,
            "name_prefix": name_prefix(prefix, environment),
            "tags": {ENVIRONMENT_TAG: environment},
        }
        for subscription in dict.fromkeys(subscriptions)
    ]


def _purge_schedules(
    places: Sequence[Place], settings: ConfigurationSettings, prefix: str, environment: str
) -> list[dict[str, Any]]:
    """The schedules that are this policy's: by their names and by their description, since they have no tags."""
    if settings.service != DEPLOYMENT_SCHEDULES or not places:
        return []
    account = account_of(settings, environment, [subscription for subscription, _region in places])
    return [{**account, "name_prefix": name_prefix(prefix, environment), "description": mark_of(environment)}]


def _unknown(subscription: str, policy: Policy, prefix: str) -> dict[str, Any]:
    """Configurations of our form that no environment of the policy explains: an old prefix, an old environment."""
    return {
        "subscription": subscription,
        "names": list(CONFIGURATION_NAMES),
        "tag_key": ENVIRONMENT_TAG,
        "known": known_prefixes(policy, lambda environment: name_prefix(prefix, environment)),
    }


def _unknown_schedules(purged: Mapping[str, Any], policy: Policy, prefix: str) -> dict[str, Any]:
    """The same of the schedules of an Automation account."""
    known = known_prefixes(policy, lambda environment: name_prefix(prefix, environment))
    return {
        **{key: purged[key] for key in ("subscription", "resource_group", "automation_account_name")},
        "names": list(CONFIGURATION_NAMES),
        "descriptions": descriptions(),
        "known": {mark_of(environment): begins for environment, begins in known.items()},
    }


def _virtual_machines(estate: Estate) -> list[dict[str, str]]:
    return [
        {"node_id": node_id}
        for groups in estate.values()
        for members in groups
        for node_id in members.node_ids
        if provider_of_id(node_id) == VM
    ]


def _by_runs(environment: Environment, estate: Estate) -> list[str]:
    """Who installs where no window does."""
    if not estate or environment.delivery == NATIVE:
        return []
    return [
        f"{environment.name}: on Azure no window installs. A run has each machine assessed and installs exactly what "
        f"the policy approves"
    ]


def _unlisted(unlisted: Sequence[UnlistedNode], *, native: bool) -> list[str]:
    names = [node.name or node.node_id for node in unlisted]
    what = "these machines have a patch group of the environment and are not in the inventory"
    what += "; maintenance configurations install on them all the same" if native else ""
    return [f"{what}: {some(names)}"] if names else []
