# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a policy asks for in the subscriptions of an environment's machines: maintenance configurations, or none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from .._core.delivery.members import (
    Cloud,
    Estate,
    Place,
    facts_of_unlisted,
    places_of,
    read_members,
    some,
    unlisted_of,
)
from .._core.delivery.native import (
    ENVIRONMENT_TAG,
    frozen,
    openings_of_year,
    refuse_different_nodes,
    refuse_without_slot,
    statement,
    without_slot,
)
from .._core.errors import InputError
from .._core.facts import NodeFacts, UnlistedNode
from .._core.nodes import AZURE, Node, provider_of_id
from .._core.policy.approvals import Approval, approval_for, approval_name
from .._core.policy.model import NATIVE, ConfigurationSettings, Environment, Policy
from .._core.policy.settings import configurations_for
from .._core.systems import FAMILIES, OS_FAMILY, family_of
from .nodes import VM
from .policy_configurations import (
    SlotBatch,
    clock_warnings,
    configurations,
    name_prefix,
    schedule_lines,
    slot_batches,
)
from .policy_patches import ACCEPTANCE, PolicyPatches, entries_of, names_no_patch_of, policy_patches

CLOUD = Cloud(
    name="Azure",
    providers=AZURE,
    tags="azure",
    systems=frozenset((*OS_FAMILY, *FAMILIES)),
    without_group="no batch has them",
    by_region=False,
    any_case=True,
)


@dataclass(frozen=True, slots=True)
class PolicyEstate:
    """What is to be brought into force, as azure_patch_policy takes it, and what of the policy it does not cover.

    ``purge_configurations`` are the configurations that go when the policy does not ask for them. ``virtual_machines``
    are the environment's, for whose patch settings the module azure_vm_patch_settings is. ``schedule`` says who
    installs when, and ``statement`` what native delivery is; it is empty with another one.
    """

    configurations: list[dict[str, Any]] = field(default_factory=list)
    purge_configurations: list[dict[str, Any]] = field(default_factory=list)
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
    found = policy.environment(environment)
    if found is None:
        raise InputError("environment", environment, ", ".join(one.name for one in policy.environments))
    now = now or datetime.now(UTC)
    native = found.delivery == NATIVE
    strays = unlisted_of(CLOUD, unlisted)
    counted = [*facts, *facts_of_unlisted(CLOUD, policy, strays)] if native else facts
    estate, warnings = read_members(CLOUD, policy, found, counted, nodes, now)
    warnings += _unlisted(strays, native=native)
    settings = configurations_for(policy, environment)
    purge = _purge(places_of(CLOUD, estate, strays, targets), settings, prefix, environment)
    if not native or not estate:
        return PolicyEstate(
            purge_configurations=purge,
            virtual_machines=_virtual_machines(estate),
            warnings=warnings,
            schedule=_by_runs(found, estate),
        )
    _refuse(policy, found, estate, settings)
    batches = slot_batches(policy, found, estate, settings, now)
    rules = _Rules(policy, environment, now).of(batches)
    warnings += without_slot(policy, found, estate)
    for slot in policy.slots_of(environment):
        warnings += frozen(policy, found, slot, openings_of_year(policy, slot, now))
    warnings += [*clock_warnings(policy, batches, now), *_remarks(rules), *_in_vain(policy, environment, batches, now)]
    return PolicyEstate(
        configurations=configurations(policy, found, batches, settings, rules, prefix),
        purge_configurations=purge,
        virtual_machines=_virtual_machines(estate),
        warnings=warnings,
        schedule=schedule_lines(policy, found, batches, prefix, now),
        statement=statement(
            environment,
            "the maintenance configurations of Azure's Update Manager",
            "Azure knows no order of batches: each has a window of its own, later than that of the one before it",
        ),
    )


def _refuse(policy: Policy, environment: Environment, estate: Estate, settings: ConfigurationSettings) -> None:
    refuse_without_slot(policy, environment)
    for key in ("resource_group", "location"):
        if not getattr(settings, key):
            option = f"maintenance_configurations.{key} of {environment.name}"
            allowed = "where the maintenance configurations of Azure are to be, since delivery is native"
            raise InputError(option, None, allowed)
    refuse_different_nodes(estate)


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


class _Rules:
    """What is installed by the policy's approvals on each family of each batch."""

    def __init__(self, policy: Policy, environment: str, now: datetime) -> None:
        self._policy = policy
        self._environment = environment
        self._now = now
        self._name = approval_name(policy, environment) or "the built-in approval"

    def of(self, batches: Sequence[SlotBatch]) -> dict[tuple[str, str], PolicyPatches]:
        """By patch group and family. Raises InputError for what no configuration can say."""
        return {
            (next(iter(batch.members.values())).name, family): self._of_family(batch, family)
            for batch in batches
            for family in batch.families
        }

    def _of_family(self, batch: SlotBatch, family: str) -> PolicyPatches:
        members = batch.in_family(family).values()
        systems = sorted({os for one in members for os in one.systems if (family_of(os) or os) == family})
        accepted = all(ACCEPTANCE in (one.accepted or ()) for one in members)
        group = next(iter(members)).name
        found = {os: self._patches(os, family, accepted=accepted) for os in systems}
        first, *others = systems
        for other in others:
            if found[other].parameters != found[first].parameters:
                allowed = (
                    f"the same rules for {first} and {other}, which are both in the patch group {group}: a maintenance "
                    f"configuration of Azure tells no systems of {family} apart (delivery: native)"
                )
                raise InputError(f"approvals.{self._name}.by_os", other, allowed)
        return found[first]

    def _patches(self, os: str, family: str, *, accepted: bool) -> PolicyPatches:
        other = next(one for one in FAMILIES if one != family)
        shared = entries_of(self._approval(other))
        try:
            return policy_patches(self._approval(os), family, accepted=accepted, other_family=shared)
        except InputError as error:
            option = f"approvals.{self._name} for {os}, {error.option}"
            raise InputError(option, error.value, error.allowed) from error

    def _approval(self, os: str) -> Approval:
        return approval_for(self._policy, self._environment, os, self._now)


def _remarks(rules: Mapping[tuple[str, str], PolicyPatches]) -> Iterator[str]:
    """What the configurations do not say, once for all families that it holds for."""
    families: dict[str, dict[str, None]] = {}
    for (_group, family), found in rules.items():
        for remark in found.remarks:
            families.setdefault(remark, {})[family] = None
    for remark, named in families.items():
        yield f"Azure, {', '.join(named)}: {remark}"


def _in_vain(policy: Policy, environment: str, batches: Sequence[SlotBatch], now: datetime) -> list[str]:
    """Patches of the policy's lists that are of no family that there is."""
    families = {family for batch in batches for family in batch.families}
    approvals = [approval_for(policy, environment, family, now) for family in sorted(families)]
    warnings = []
    for option in ("approved", "rejected"):
        vain = names_no_patch_of({entry for one in approvals for entry in getattr(one, option)}, families)
        if vain:
            warnings.append(f"{option} names patches of no operating system of the environment: {', '.join(vain)}")
    return warnings


def _unlisted(unlisted: Sequence[UnlistedNode], *, native: bool) -> list[str]:
    names = [node.name or node.node_id for node in unlisted]
    what = "these machines have a patch group of the environment and are not in the inventory"
    what += "; maintenance configurations install on them all the same" if native else ""
    return [f"{what}: {some(names)}"] if names else []
