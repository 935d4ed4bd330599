# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Work on several targets at the same time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from .errors import CloudError

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


def outcomes(
    fn: Callable[[Item], Result], items: Iterable[Item], workers: int = DEFAULT_WORKERS
) -> Iterator[tuple[Item, Result | CloudError]]:
    """As :func:`map_side_by_side`, where a cloud may refuse: (item, result or CloudError), order kept.

    Any other exception is a mistake and is raised, but only after the outcomes of all others were handed on.
    """
    mistake: Exception | None = None
    for item, answer in map_side_by_side(fn, items, workers):
        if isinstance(answer, CloudError):
            yield item, answer
        elif isinstance(answer, Exception):
            mistake = mistake or answer
        else:
            yield item, answer
    if mistake is not None:
        raise mistake


def results(
    fn: Callable[[Item], Result], items: Iterable[Item], workers: int = DEFAULT_WORKERS
) -> list[tuple[Item, Result]]:
    """As :func:`map_side_by_side`, where everything has to succeed: (item, result), order kept.

    Raises the first exception when all calls have ended.
    """
    found = []
    for item, answer in map_side_by_side(fn, items, workers):
        if isinstance(answer, Exception):
            raise answer
        found.append((item, answer))
    return found


def _caught(fn: Callable[[Item], Result], item: Item) -> Result | Exception:
    try:
        return fn(item)
    except Exception as error:  # each item's failure is an answer, whatever it is
        return error
