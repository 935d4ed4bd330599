# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Native delivery, where a cloud's own windows install: what it is, and what no cloud's windows can do of a policy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import takewhile

from ..errors import InputError
from ..policy.freezes import freezes_between
from ..policy.model import SEPARATE, Environment, Policy, Slot
from ..schedule import GAP, Occurrence, occurrences
from .members import Estate, Members, some

YEAR = timedelta(days=366)
ENVIRONMENT_TAG = "hybridops:environment"
"""Tag of what a policy makes in a cloud. It says whose it is."""

_STATEMENT = (
    "Delivery native: in {environment} {installers} install by themselves. {order}, and each installs also when the "
    "one before it failed: no gate holds it. There is no snapshot, no verification and no rollback; no waves, hooks, "
    "checks or freezes; no ledger and no report; a stopped node stays stopped. With delivery controller "
    "playbooks/patch.yml does all of this."
)


def statement(environment: str, installers: str, order: str) -> str:
    """What native delivery is, shown whenever it is programmed. ``order`` says how the cloud orders batches."""
    return _STATEMENT.format(environment=environment, installers=installers, order=order)


def refuse_without_slot(policy: Policy, environment: Environment) -> None:
    """Raise InputError for an environment without a slot that says when its windows open."""
    if not policy.slots_of(environment.name):
        option = f"environments.{environment.name}.delivery"
        raise InputError(option, "native", "controller, or at least one slot that says when to install")


def refuse_different_nodes(estate: Estate, *, one_window: bool = False) -> None:
    """Raise InputError where nodes of one batch would have to be treated differently: windows go by the tag.

    ``one_window``: a batch has one for the nodes of all places.
    """
    reboots: dict[tuple[object, str], dict[str, list[str]]] = {}
    for place, groups in estate.items():
        for members in groups:
            _refuse_nodes(members)
            found = reboots.setdefault((None if one_window else place, members.name), {})
            for how, names in members.reboots.items():
                found.setdefault(how, []).extend(names)
    for (_place, group), found in reboots.items():
        if len(found) > 1:
            shown = "; ".join(f"{how} of {some(names)}" for how, names in sorted(found.items()))
            allowed = "one for all nodes of the batch (delivery: native)"
            raise InputError(f"reboot in the patch group {group}", shown, allowed)


def _refuse_nodes(members: Members) -> None:
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


def slot_of(policy: Policy, environment: Environment, members: Members) -> str:
    """The slot of a patch group, empty when the environment has none of that name.

    Where the format of patch groups has no slot, they are those of the only one.
    """
    names = [slot.name for slot in policy.slots_of(environment.name)]
    if "{slot}" not in policy.group_format:
        return names[0] if len(names) == 1 else ""
    return members.group.slot if members.group.slot in names else ""


def without_slot(policy: Policy, environment: Environment, estate: Estate) -> list[str]:
    """Tell of patch groups that no window installs on."""
    lost = [
        members.name for groups in estate.values() for members in groups if not slot_of(policy, environment, members)
    ]
    if not lost:
        return []
    names = some(list(dict.fromkeys(lost)))
    return [f"no window installs on these patch groups, since {environment.name} has no such slot: {names}"]


def next_opening(policy: Policy, slot: Slot, now: datetime) -> Occurrence:
    """The next opening of a slot that has not begun."""
    return next(one for one in occurrences(slot.when, slot.duration, slot.cutoff, policy.zone, now) if one.start > now)


def openings_of_year(policy: Policy, slot: Slot, now: datetime) -> list[Occurrence]:
    """The openings of a slot in the year to come, one that is open now included."""
    return list(_openings(policy, slot, now))


def _openings(policy: Policy, slot: Slot, now: datetime) -> Iterator[Occurrence]:
    found = occurrences(slot.when, slot.duration, slot.cutoff, policy.zone, now)
    return takewhile(lambda one: one.start < now + YEAR, found)


def frozen(policy: Policy, environment: Environment, slot: Slot, coming: Iterable[Occurrence]) -> list[str]:
    """Tell of openings that fall into a freeze."""
    return [
        f"slot {slot.name} opens on {one.local:%Y-%m-%d %H:%M}, in the freeze for {freeze.reason}: a window knows "
        f"nothing of freezes; disable it for that time"
        for one in coming
        for freeze in freezes_between(policy, environment.name, one.start, one.end)[:1]
    ]


def clock_changes(what: str, coming: Sequence[Occurrence], cloud: str) -> list[str]:
    """Tell of openings at a time that the clock passes over or shows twice. ``what`` opens then."""
    return [
        f"{what} opens on {one.local:%Y-%m-%d} at {one.local:%H:%M}, a time that "
        f"{'does not exist' if one.clock_change == GAP else 'exists twice'} on that day; {cloud} does not say whether "
        f"and when its window opens then"
        for one in coming
        if one.clock_change
    ]
