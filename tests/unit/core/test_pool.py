# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Targets are worked on side by side, and none loses another's result."""

from __future__ import annotations

import threading
import time

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._core.errors import CloudError
from ansible_collections.hybridops.patching.plugins.module_utils._core.pool import map_side_by_side, outcomes, results


def test_order_is_kept_and_a_failure_is_an_answer() -> None:
    def half(number: int) -> int:
        if number % 2:
            raise ValueError(f"{number} is odd")
        return number // 2

    answers = map_side_by_side(half, [4, 3, 2], workers=2)
    assert [item for item, _answer in answers] == [4, 3, 2]
    assert (answers[0][1], answers[2][1]) == (2, 1)
    assert isinstance(answers[1][1], ValueError)
    assert str(answers[1][1]) == "3 is odd"


def test_items_run_at_the_same_time() -> None:
    barrier = threading.Barrier(3, timeout=10)
    answers = map_side_by_side(lambda _item: barrier.wait() >= 0, [1, 2, 3], workers=3)
    assert [answer for _item, answer in answers] == [True, True, True]


def test_never_more_than_the_workers_run() -> None:
    lock, running, most = threading.Lock(), 0, 0

    def work(_item: int) -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.05)
        with lock:
            running -= 1

    map_side_by_side(work, range(6), workers=2)
    assert most == 2


def test_an_interrupt_is_no_answer() -> None:
    def stop(_item: int) -> None:
        raise SystemExit(3)

    with pytest.raises(SystemExit):
        map_side_by_side(stop, [1], workers=1)


def test_nothing_to_do_is_done_at_once() -> None:
    assert map_side_by_side(str, [], workers=0) == []
    assert map_side_by_side(str, [7], workers=0) == [(7, "7")]


def asked(item: int) -> int:
    if item == 1:
        raise CloudError("throttled")
    if item == 2:
        raise KeyError("a mistake")
    return item


def test_a_refusal_is_an_outcome_and_a_mistake_waits_for_the_others() -> None:
    seen: list[tuple[int, str]] = []
    with pytest.raises(KeyError, match="a mistake"):
        seen.extend((item, str(answer)) for item, answer in outcomes(asked, [2, 1, 3, 0]))
    assert seen == [(1, "throttled"), (3, "3"), (0, "0")]


def test_where_everything_has_to_succeed_the_first_exception_is_raised() -> None:
    assert results(asked, [3, 0]) == [(3, 3), (0, 0)]
    with pytest.raises(CloudError, match="throttled"):
        results(asked, [3, 1, 2])
