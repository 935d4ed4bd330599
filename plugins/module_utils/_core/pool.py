# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Work on several targets at the same time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

DEFAULT_WORKERS = 16


def map_side_by_side(
    fn: Callable[[Item], Result], items: Iterable[Item], workers: int = DEFAULT_WORKERS
) -> list[tuple[Item, Result | Exception]]:
    """Call ``fn`` with every item in at most ``workers`` threads; answers (item, result or exception), order kept.

    An exception of one item never loses the others' results. What is no :class:`Exception`, such as an interrupt,
    is raised after the calls that run have ended.
    """
    listed = list(items)
    if not listed:
        return []
    with ThreadPoolExecutor(max_workers=max(1, min(workers, len(listed)))) as pool:
        futures = [pool.submit(_caught, fn, item) for item in listed]
    return [(item, future.result()) for item, future in zip(listed, futures, strict=True)]


def _caught(fn: Callable[[Item], Result], item: Item) -> Result | Exception:
    try:
        return fn(item)
    except Exception as error:  # each item's failure is an answer, whatever it is
        return error
