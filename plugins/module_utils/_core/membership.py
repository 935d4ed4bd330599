# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which machines belong to which schedules, by a tag of the machine and the name of the schedule.

A schedule is whatever machines are put on: a deployment schedule of Azure Automation, or a maintenance configuration.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

NOT_CONNECTED = "not_connected"
UNTAGGED = "untagged"
UNKNOWN_OS = "unknown_os"
UNMATCHED = "unmatched"
MATCHED = "matched"
REASONS = (NOT_CONNECTED, UNTAGGED, UNKNOWN_OS, UNMATCHED)
"""Why a machine is on no schedule; the first that is true of it."""

_WILDCARDS = re.compile(r"[*?\[]")
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")


@dataclass(frozen=True, slots=True)
class Member:
    """A machine that may be on schedules, which call it ``computer``. ``os_family`` is empty where it is not known."""

    id: str
    name: str
    computer: str
    os_family: str
    tag: str = ""
    connected: bool = True
    location: str = ""


@dataclass(frozen=True, slots=True)
class Schedule:
    """Something that machines are put on. ``os_families``: those that it can be for."""

    id: str
    name: str
    os_families: frozenset[str]


@dataclass(frozen=True, slots=True)
class Rules:
    """Which tag belongs to which schedules.

    ``mapping``: the names of schedules by tag value; None is the default rule, that the schedule's name has the tag in
    it. ``only`` and ``ignored`` are patterns of names.
    """

    mapping: Mapping[str, Sequence[str]] | None = field(default=None, hash=False)
    only: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()

    def concerns(self, name: str) -> bool:
        """Whether the schedule is one that the rules are for; the others are left alone."""
        wanted = not self.only or any(name_fits(pattern, name) for pattern in self.only)
        return wanted and not any(name_fits(pattern, name) for pattern in self.ignored)

    def fits(self, tag: str, name: str) -> bool:
        """Whether machines with this tag belong to the schedule. Names are the same in whatever case, as in Azure."""
        if self.mapping is None:
            return has_token(name, tag)
        return name.casefold() in {wanted.casefold() for wanted in self.mapping.get(tag, ())}

    def unknown_names(self, names: Iterable[str]) -> list[str]:
        """Names in the mapping that no schedule has."""
        known = {name.casefold() for name in names}
        mapped = [name for listed in (self.mapping or {}).values() for name in listed]
        return [name for name in dict.fromkeys(mapped) if name.casefold() not in known]


@dataclass(frozen=True, slots=True)
class Decision:
    """What the rules say of a machine: the ids of its schedules, or why it is on none."""

    member: Member
    schedules: tuple[str, ...]
    reason: str


def name_fits(pattern: str, name: str) -> bool:
    """Whether a pattern fits, in whatever case: a word stands anywhere in the name, one with ``*?[`` fits all of it."""
    pattern, name = pattern.casefold(), name.casefold()
    return fnmatchcase(name, pattern) if _WILDCARDS.search(pattern) else pattern in name


def token_of(tag: str) -> str:
    """What a schedule's name has in it for a tag: ``:`` is not allowed there and stands as ``-``."""
    return _EDGES.sub("", tag.replace(":", "-")).casefold()


def has_token(name: str, tag: str) -> bool:
    """Whether the tag stands in the name with no letter and no digit beside it: ``w1`` is not in ``linux-w11``."""
    token = token_of(tag)
    if not token:
        return False
    return re.search(rf"(?<![^\W_]){re.escape(token)}(?![^\W_])", name.casefold()) is not None


def decide(rules: Rules, members: Iterable[Member], schedules: Sequence[Schedule]) -> list[Decision]:
    """What the rules say of each machine, in the order of the machines."""
    concerned = [schedule for schedule in schedules if rules.concerns(schedule.name)]
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    decisions = []
    for member in members:
        key = (member.tag, member.os_family)
        if key not in found:
            found[key] = tuple(
                schedule.id
                for schedule in concerned
                if member.os_family in schedule.os_families and rules.fits(member.tag, schedule.name)
            )
        decisions.append(_decision(member, found[key]))
    return decisions


def merged(decisions: Iterable[Decision]) -> list[Decision]:
    """One decision for each machine, where several places were asked about it: on a schedule of any, or on none.

    Of several reasons for none that of the place which came furthest is told.
    """
    by_id: dict[str, list[Decision]] = {}
    for decision in decisions:
        by_id.setdefault(decision.member.id, []).append(decision)
    return [_merged(each) for each in by_id.values()]


def _merged(decisions: Sequence[Decision]) -> Decision:
    schedules = tuple(dict.fromkeys(schedule for decision in decisions for schedule in decision.schedules))
    if schedules:
        member = next(decision.member for decision in decisions if decision.schedules)
        return Decision(member, schedules, MATCHED)
    return max(decisions, key=lambda decision: REASONS.index(decision.reason))


def _decision(member: Member, schedules: tuple[str, ...]) -> Decision:
    if not member.connected:
        return Decision(member, (), NOT_CONNECTED)
    if not token_of(member.tag):
        return Decision(member, (), UNTAGGED)
    if not member.os_family:
        return Decision(member, (), UNKNOWN_OS)
    return Decision(member, schedules, MATCHED if schedules else UNMATCHED)
