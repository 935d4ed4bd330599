# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who joins and who leaves a schedule, and whether it needs something that stands for nobody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .membership import Decision, Member

Query = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """The names on a schedule as they will be, and how they differ from those that are on it."""

    names: tuple[str, ...]
    joined: tuple[str, ...]
    left: tuple[str, ...]

    @property
    def changed(self) -> bool:
        """Whether the names differ."""
        return bool(self.joined or self.left)


def members_by_schedule(decisions: Iterable[Decision]) -> dict[str, list[Member]]:
    """The machines of each schedule that has some."""
    found: dict[str, list[Member]] = {}
    for decision in decisions:
        for schedule in decision.schedules:
            found.setdefault(schedule, []).append(decision.member)
    return found


def plan_names(current: Sequence[str], wanted: Iterable[str]) -> Change:
    """The names that are to be on a schedule. Who stays keeps place and spelling; names differ not by case alone."""
    new: dict[str, str] = {}
    for name in sorted(wanted):
        new.setdefault(name.casefold(), name)
    kept: dict[str, str] = {}
    for name in current:
        if name.casefold() in new:
            kept.setdefault(name.casefold(), name)
    joined = tuple(name for key, name in new.items() if key not in kept)
    left = tuple(sorted({name for name in current if name.casefold() not in new}))
    return Change((*kept.values(), *joined), joined, left)


def plan_queries(queries: Sequence[Query], placeholder: Query, *, empty: bool) -> list[dict[str, str]]:
    """The saved searches of a schedule, with the placeholder only where nothing else is on it.

    ``empty``: no machine and no query for Azure VMs. The placeholder is known by its alias, so that one that stands in
    another workspace stays.
    """
    own = [dict(query) for query in queries if is_placeholder(query, placeholder)]
    others = [dict(query) for query in queries if not is_placeholder(query, placeholder)]
    if others or not empty:
        return others
    return own[:1] or [dict(placeholder)]


def is_placeholder(query: Query, placeholder: Query) -> bool:
    """Whether a saved search is the one that finds nothing."""
    return query["function_alias"] == placeholder["function_alias"]


def several(decisions: Iterable[Decision]) -> list[Decision]:
    """The machines that belong to more than one schedule."""
    return [decision for decision in decisions if len(decision.schedules) > 1]


def twins(members: Iterable[Member]) -> dict[str, list[Member]]:
    """Machines that schedules cannot tell apart, since they call them the same, by that name."""
    found: dict[str, dict[str, Member]] = {}
    for member in members:
        found.setdefault(member.computer.casefold(), {}).setdefault(member.id, member)
    alike = [list(each.values()) for each in found.values() if len(each) > 1]
    return {each[0].computer: each for each in alike}
