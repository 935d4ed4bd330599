# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which of a window's targets and tasks are the wanted ones.

A name identifies an entry within its window, but the service does not insist on names nor on different ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

Entry = Mapping[str, Any]
EQUAL, UPDATABLE, OTHER = 0, 1, 2
"""How near an entry is to a wanted one: as wanted but for its name, one that can be changed to it, of another type."""

Nearness = Callable[[Entry, Entry], int]


@dataclass(frozen=True, slots=True)
class Matched:
    """Every wanted entry with the one that is there for it, or None; and those that are there for none."""

    pairs: tuple[tuple[Entry, Entry | None], ...]
    others: tuple[Entry, ...]


def match(wanted: Sequence[Entry], current: Sequence[Entry], nearness: Nearness) -> Matched:
    """Find each wanted entry by its name; of several with this name the nearest.

    What is left of those, and entries without a name, are taken for a wanted one when they are equal to it.
    """
    left = list(current)
    found: dict[str, Entry] = {}
    for entry in wanted:
        named = [other for other in left if other["name"] == entry["name"]]
        if named:
            found[entry["name"]] = _take(left, min(named, key=partial(nearness, entry)))
    names = {"", *(entry["name"] for entry in wanted)}
    for entry in wanted:
        spare = [other for other in left if other["name"] in names and nearness(entry, other) == EQUAL]
        if spare and entry["name"] not in found:
            found[entry["name"]] = _take(left, spare[0])
    return Matched(tuple((entry, found.get(entry["name"])) for entry in wanted), tuple(left))


def _take(left: list[Entry], entry: Entry) -> Entry:
    left.remove(entry)
    return entry
