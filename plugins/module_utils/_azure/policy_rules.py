# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is installed on each family of each batch by a policy's approvals, and what of these is not kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from .._core.errors import InputError, each_of
from .._core.policy.approvals import Approval, approval_for, approval_name
from .._core.policy.model import Policy
from .._core.systems import FAMILIES, family_of
from .policy_configurations import SlotBatch
from .policy_patches import ACCEPTANCE, PolicyPatches, entries_of, names_no_patch_of, policy_patches


class PolicyRules:
    """What is installed by the policy's approvals on each family of each batch."""

    def __init__(self, policy: Policy, environment: str, now: datetime) -> None:
        self._policy = policy
        self._environment = environment
        self._now = now
        self._name = approval_name(policy, environment) or "the built-in approval"

    def of(self, batches: Sequence[SlotBatch]) -> dict[tuple[str, str], PolicyPatches]:
        """By patch group and family. Raises InputError for all that no configuration can say."""
        wanted = {
            (next(iter(batch.members.values())).name, family): batch for batch in batches for family in batch.families
        }
        return each_of(wanted, lambda one: self._of_family(wanted[one], one[1]))

    def _of_family(self, batch: SlotBatch, family: str) -> PolicyPatches:
        members = batch.in_family(family).values()
        systems = sorted({os for one in members for os in one.systems if (family_of(os) or os) == family})
        accepted = all(ACCEPTANCE in (one.accepted or ()) for one in members)
        group = next(iter(members)).name
        found = each_of(systems, lambda os: self._patches(os, family, accepted=accepted))
        first, *others = systems
        for other in others:
            if found[other].parameters != found[first].parameters:
                allowed = (
                    f"the same rules for {first} and {other}, which are both in the patch group {group}: a window "
                    f"of Azure tells no systems of {family} apart (delivery: native)"
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


def remarks_of(rules: Mapping[tuple[str, str], PolicyPatches]) -> Iterator[str]:
    """What the configurations do not say, once for all families that it holds for."""
    families: dict[str, dict[str, None]] = {}
    for (_group, family), found in rules.items():
        for remark in found.remarks:
            families.setdefault(remark, {})[family] = None
    for remark, named in families.items():
        yield f"{', '.join(named)} on Azure: {remark}"


def named_in_vain(policy: Policy, environment: str, batches: Sequence[SlotBatch], now: datetime) -> list[str]:
    """Patches of the policy's lists that are of no family that there is."""
    families = {family for batch in batches for family in batch.families}
    approvals = [approval_for(policy, environment, family, now) for family in sorted(families)]
    warnings = []
    for option in ("approved", "rejected"):
        vain = names_no_patch_of({entry for one in approvals for entry in getattr(one, option)}, families)
        if vain:
            warnings.append(f"{option} names patches of no operating system of the environment: {', '.join(vain)}")
    return warnings
