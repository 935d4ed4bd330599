# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which nodes must not be down together, and an order of a batch in which no wave has two of them."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TypeVar

from ..policy.model import Wave

Item = TypeVar("Item")

CONTROLLER_ROLES = ("domain_controller", "domaincontroller", "dc")


def spread_keys(labels: Mapping[str, str], spread_by: Sequence[str]) -> tuple[str, ...]:
    """The keys of which two nodes of a wave must not share one: labels of ``spread_by``, and the domain it controls."""
    keys = [f"{label} {labels[label]}" for label in spread_by if labels.get(label)]
    role = labels.get("role", "").strip().lower().replace(" ", "_").replace("-", "_")
    if role in CONTROLLER_ROLES:
        keys.append(f"domain controllers of {labels.get('domain') or 'the domain'}")
    return tuple(keys)


def wave_sizes(total: int, waves: Sequence[Wave]) -> list[int]:
    """Sizes of the waves into which Ansible's ``serial`` cuts this many hosts.

    As in ansible-core (``pct_to_int``): a percentage is of all hosts of the play, rounded down in floating point, at
    least 1; the last entry is repeated.
    """
    sizes: list[int] = []
    left = total
    while left > 0:
        entry = waves[min(len(sizes), len(waves) - 1)]
        size = entry if isinstance(entry, int) else int(int(entry.rstrip("%")) / 100.0 * total) or 1
        sizes.append(min(size, left))
        left -= sizes[-1]
    return sizes


def cut(items: Sequence[Item], sizes: Sequence[int]) -> list[list[Item]]:
    """The items in waves of these sizes."""
    waves: list[list[Item]] = []
    start = 0
    for size in sizes:
        waves.append(list(items[start : start + size]))
        start += size
    return waves


def conflicts(keys: Sequence[Sequence[str]]) -> list[str]:
    """The keys that more than one node of a wave has."""
    counted = Counter(key for node_keys in keys for key in node_keys)
    return [key for key, count in counted.items() if count > 1]


def safe_size(keys: Sequence[Sequence[str]]) -> int:
    """A size of equal waves in which no two nodes of this order share a key: the least distance of two that do."""
    last: dict[str, int] = {}
    least = max(1, len(keys))
    for index, node_keys in enumerate(keys):
        for key in node_keys:
            least = min(least, index - last.get(key, -least))
            last[key] = index
    return least


def spread_order(keys: Sequence[Sequence[str]], sizes: Sequence[int]) -> list[int]:
    """An order of the nodes (given by their keys) in which waves of these sizes hold as few conflicts as possible.

    The order stays as it is when it has none. Otherwise set by set each node goes into the emptiest wave that has none
    of its set, which finds an order without conflict wherever there is one for sets that do not overlap (the theorem
    of Gale and Ryser); nodes without a key fill the waves up, and within a wave the given order stays.
    """
    natural = list(range(len(keys)))
    if not any(conflicts([keys[index] for index in wave]) for wave in cut(natural, sizes)):
        return natural
    members = Counter(key for node_keys in keys for key in node_keys)
    shared = [index for index in natural if any(members[key] > 1 for key in keys[index])]
    shared.sort(key=lambda index: (keys[index], index))
    waves = _place(shared, keys, sizes)
    placed = set(shared)
    others = [index for index in natural if index not in placed]
    for wave, size in zip(waves, sizes, strict=True):
        missing = size - len(wave)
        wave.extend(others[:missing])
        del others[:missing]
    return [index for wave in waves for index in sorted(wave)]


def _place(shared: Sequence[int], keys: Sequence[Sequence[str]], sizes: Sequence[int]) -> list[list[int]]:
    waves: list[list[int]] = [[] for _size in sizes]
    taken: list[set[str]] = [set() for _size in sizes]
    room = [(-size, number) for number, size in enumerate(sizes)]
    heapq.heapify(room)
    for index in shared:
        passed: list[tuple[int, int]] = []
        while room and taken[room[0][1]].intersection(keys[index]):
            passed.append(heapq.heappop(room))
        free, number = heapq.heappop(room) if room else passed.pop(0)
        waves[number].append(index)
        taken[number].update(keys[index])
        for entry in [*passed, *([(free + 1, number)] if free < -1 else [])]:
            heapq.heappush(room, entry)
    return waves
