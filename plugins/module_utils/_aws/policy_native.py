# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What maintenance windows cannot do of what a policy says: refused by name, or told whenever they are programmed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import takewhile

from .._core.durations import format_duration
from .._core.errors import InputError
from .._core.policy.approvals import approval_name
from .._core.policy.freezes import freezes_between
from .._core.policy.model import MANIFEST, SEPARATE, Environment, Policy, Slot
from .._core.policy.settings import windows_for
from .._core.schedule import GAP, Occurrence, occurrences
from .policy_members import Estate, Members, some

YEAR = timedelta(days=366)
HOUR = timedelta(hours=1)

STATEMENT = (
    "Delivery native: in {environment} the maintenance windows of AWS install by themselves. Batches come one after "
    "another, and each installs also when the one before it failed: no gate holds it. There is no snapshot, no "
    "verification and no rollback; no waves, hooks, checks or freezes; no ledger and no report; a stopped node stays "
    "stopped. With delivery controller playbooks/patch.yml does all of this."
)
"""What native delivery is, shown whenever it is programmed."""


def refuse_native(policy: Policy, environment: Environment, estate: Estate) -> None:
    """Raise InputError for what the policy says and no window can do."""
    path = f"environments.{environment.name}"
    if not policy.slots_of(environment.name):
        raise InputError(f"{path}.delivery", "native", "controller, or at least one slot that says when to install")
    approval = policy.approvals.get(approval_name(policy, environment.name))
    windows = windows_for(policy, environment.name)
    if approval and approval.promote == MANIFEST and not windows.install_override_list:
        allowed = "controller, or maintenance_windows.install_override_list; a manifest is not available yet"
        raise InputError(f"{path}.delivery with promote: manifest", "native", allowed)
    for slot in policy.slots_of(environment.name):
        whole_hours(slot, "duration")
        whole_hours(slot, "cutoff")
    for groups in estate.values():
        for members in groups:
            _refuse_nodes(members)


def native_warnings(policy: Policy, environment: Environment, estate: Estate, now: datetime) -> list[str]:
    """What the windows of an environment will do that the policy does not mean, in the year to come."""
    lost = [
        members.name for groups in estate.values() for members in groups if not slot_of(policy, environment, members)
    ]
    warnings = _twice(estate)
    if lost:
        names = some(list(dict.fromkeys(lost)))
        warnings.append(f"no window installs on these patch groups, since {environment.name} has no such slot: {names}")
    for slot in policy.slots_of(environment.name):
        coming = list(_openings(policy, slot, now))
        warnings += _frozen(policy, environment, slot, coming)
        warnings += _clock_changes(slot, coming)
    return warnings


def _twice(estate: Estate) -> list[str]:
    """A tag finds nodes, and none leaves nodes out."""
    names = [name for groups in estate.values() for members in groups for name in members.found_twice]
    if not names:
        return []
    what = (
        "windows install twice, one after the other, on these nodes, which carry their patch group under several tag "
        "keys while others of their batch carry it under one of them: take one of the tags from them"
    )
    return [f"{what}: {some(names)}"]


def slot_of(policy: Policy, environment: Environment, members: Members) -> str:
    """The slot of a patch group, empty when the environment has none of that name.

    Where the format of patch groups has no slot, they are those of the only one.
    """
    names = [slot.name for slot in policy.slots_of(environment.name)]
    if "{slot}" not in policy.group_format:
        return names[0] if len(names) == 1 else ""
    return members.group.slot if members.group.slot in names else ""


def whole_hours(slot: Slot, option: str) -> int:
    """The duration or cutoff of a slot in hours, which is what windows have. Raises InputError for a fraction."""
    length: timedelta = getattr(slot, option)
    if length % HOUR:
        name = f"slots.{option} of slot {slot.name} of {slot.environment}"
        allowed = "whole hours such as PT3H, since a maintenance window of AWS has no others (delivery: native)"
        raise InputError(name, format_duration(length), allowed)
    return length // HOUR


def next_opening(policy: Policy, slot: Slot, now: datetime) -> Occurrence:
    """The next opening of a slot that has not begun."""
    return next(one for one in occurrences(slot.when, slot.duration, slot.cutoff, policy.zone, now) if one.start > now)


def _refuse_nodes(members: Members) -> None:
    """Windows take their nodes by the tag, so that no node of a batch can be treated differently."""
    group = f"patch group {members.name}"
    if members.excluded:
        allowed = (
            "nodes that no exclusion names, since with delivery native the window installs on every node with the tag; "
            "take the tag from them"
        )
        raise InputError(f"exclusions in the {group}", some(members.excluded), allowed)
    if SEPARATE in members.reboots:
        allowed = "with_install or never: with delivery native nothing reboots later"
        raise InputError(f"reboot of {some(members.reboots[SEPARATE])} in the {group}", SEPARATE, allowed)
    if len(members.reboots) > 1:
        found = "; ".join(f"{how} of {some(names)}" for how, names in sorted(members.reboots.items()))
        raise InputError(f"reboot in the {group}", found, "one for all nodes of the batch (delivery: native)")


def _openings(policy: Policy, slot: Slot, now: datetime) -> Iterator[Occurrence]:
    found = occurrences(slot.when, slot.duration, slot.cutoff, policy.zone, now)
    return takewhile(lambda one: one.start < now + YEAR, found)


def _frozen(policy: Policy, environment: Environment, slot: Slot, coming: Iterable[Occurrence]) -> list[str]:
    return [
        f"slot {slot.name} opens on {one.local:%Y-%m-%d %H:%M}, in the freeze for {freeze.reason}: a window knows "
        f"nothing of freezes; disable it for that time"
        for one in coming
        for freeze in freezes_between(policy, environment.name, one.start, one.end)[:1]
    ]


def _clock_changes(slot: Slot, coming: Sequence[Occurrence]) -> list[str]:
    return [
        f"slot {slot.name} opens on {one.local:%Y-%m-%d} at {one.local:%H:%M}, a time that "
        f"{'does not exist' if one.clock_change == GAP else 'exists twice'} on that day; AWS does not say whether and "
        f"when its window opens then"
        for one in coming
        if one.clock_change
    ]
