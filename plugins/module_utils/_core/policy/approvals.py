# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which patches an environment gets: rules, what differs by operating system, and the delay behind another one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta
from itertools import takewhile

from ..schedule import occurrences
from ..systems import family_of
from . import defaults
from .model import ApprovalPolicy, ApprovalRules, Policy, Slot
from .settings import environment_of

YEAR = timedelta(days=366)
LOOK_BACK = timedelta(days=40)
"""Longer than a month, so that every slot has opened in it."""


@dataclass(frozen=True, slots=True)
class Approval:
    """The approval rules for one environment and operating system; an empty choice means all.

    ``delay_varies`` says that the delay behind the followed environment is another one in other months of the coming
    year, so that rules programmed now have to be programmed again. ``promote`` is ``manifest`` or empty.
    ``said`` names what the policy decides itself; the rest is built in.
    """

    classifications: tuple[str, ...]
    severities: tuple[str, ...]
    after_days: int
    approved: tuple[str, ...] = ()
    rejected: tuple[str, ...] = ()
    follows: str = ""
    delay_days: int = 0
    delay_varies: bool = False
    promote: str = ""
    said: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class _Resolved:
    rules: ApprovalRules
    delay_days: int = 0
    delay_varies: bool = False


def approval_name(policy: Policy, environment: str) -> str:
    """Name of the approval rules of an environment: what it says, its own name, or empty for the built-in rules."""
    found = policy.environment(environment)
    said = found.approval if found else ""
    return said or (environment if environment in policy.approvals else "")


def approval_for(policy: Policy, environment: str, os: str, now: datetime | None = None) -> Approval:
    """The rules of an environment for an operating system.

    A rule that follows another takes over what it does not say itself, and its ``after_days`` are those of the other
    plus the days from the followed environment's slot to its own next one after ``now`` (the present, if not given), so
    that it gets what the other got. Raises :class:`InputError` for an environment that the policy does not have.
    """
    environment_of(policy, environment)
    name = approval_name(policy, environment)
    approval = policy.approvals.get(name, defaults.APPROVAL)
    resolved = _resolve(policy, environment, approval, os, now or datetime.now(UTC))
    rules = _over(resolved.rules, defaults.APPROVAL.rules)
    return Approval(
        classifications=rules.classifications or (),
        severities=rules.severities or (),
        after_days=rules.after_days or 0,
        approved=rules.approved or (),
        rejected=rules.rejected or (),
        follows=approval.follows,
        delay_days=resolved.delay_days,
        delay_varies=resolved.delay_varies,
        promote=approval.promote,
        said=tuple(sorted(_said(policy, approval, os))),
    )


def environment_of_approval(policy: Policy, name: str) -> str:
    """The environment whose slots stand for approval rules: the one of the same name, or the only one with them."""
    users = [one.name for one in policy.environments if approval_name(policy, one.name) == name]
    if name in users:
        return name
    return users[0] if len(users) == 1 else ""


def days_behind(policy: Policy, environment: str, followed: str, now: datetime) -> tuple[int, bool]:
    """Days from the followed environment's slot to the next one of this environment, and whether other months differ.

    Counted on the wall clock and rounded up, so that never a patch is approved that the followed environment did not
    get. Of several slots the one of the same name is followed, else the latest before; the longest delay counts.
    """
    if environment == followed:
        return 0, False
    by_slot = [_delays(policy, slot, followed, now) for slot in policy.slots_of(environment)]
    next_delays = [delays[0] for delays in by_slot if delays]
    return max(next_delays, default=0), any(len(set(delays)) > 1 for delays in by_slot)


def _resolve(policy: Policy, environment: str, approval: ApprovalPolicy, os: str, now: datetime) -> _Resolved:
    own = _rules_for(approval, os)
    if not approval.follows or approval.follows not in policy.approvals:
        return _Resolved(_over(own, defaults.APPROVAL.rules))
    followed = environment_of_approval(policy, approval.follows)
    base = _resolve(policy, followed, policy.approvals[approval.follows], os, now)
    if own.after_days is not None:
        return _Resolved(_over(own, base.rules))
    days, varies = days_behind(policy, environment, followed, now)
    rules = replace(_over(own, base.rules), after_days=(base.rules.after_days or 0) + days)
    return _Resolved(rules, days + base.delay_days, varies or base.delay_varies)


def _said(policy: Policy, approval: ApprovalPolicy, os: str) -> set[str]:
    """Names of the rules that the policy sets, here or in what it follows; who follows has a delay of its own."""
    if approval is defaults.APPROVAL:
        return set()
    rules = _rules_for(approval, os)
    said = {one.name for one in fields(ApprovalRules) if getattr(rules, one.name) is not None}
    if approval.follows in policy.approvals:
        return said | {"after_days"} | _said(policy, policy.approvals[approval.follows], os)
    return said


def _rules_for(approval: ApprovalPolicy, os: str) -> ApprovalRules:
    """The rules of one operating system: its own, then its family's, then those for all."""
    family = family_of(os)
    rules = _over(approval.by_os.get(family, ApprovalRules()), approval.rules) if family != os else approval.rules
    return _over(approval.by_os.get(os, ApprovalRules()), rules)


def _over(narrow: ApprovalRules, wide: ApprovalRules) -> ApprovalRules:
    """The narrow rules, with what they leave open as in the wide ones."""
    return ApprovalRules(
        *(getattr(wide if getattr(narrow, one.name) is None else narrow, one.name) for one in fields(ApprovalRules))
    )


def _delays(policy: Policy, slot: Slot, followed: str, now: datetime) -> list[int]:
    """The delay in days for each opening of the slot in the coming year."""
    leaders = [one for one in policy.slots_of(followed) if one.name == slot.name] or list(policy.slots_of(followed))
    own = _local_starts(policy, slot, now, now + YEAR)
    earlier = sorted(
        local for leader in leaders for local in _local_starts(policy, leader, now - LOOK_BACK, now + YEAR)
    )
    delays: list[int] = []
    for start in own:
        before = [local for local in earlier if local < start]
        if before:
            delays.append(-((before[-1] - start) // timedelta(days=1)))
    return delays


def _local_starts(policy: Policy, slot: Slot, since: datetime, until: datetime) -> Iterable[datetime]:
    """The wall clock at which the slot opens, one that is open at ``since`` included."""
    found = occurrences(slot.when, slot.duration, slot.cutoff, policy.zone, since)
    return [occurrence.local for occurrence in takewhile(lambda one: one.start < until, found)]
