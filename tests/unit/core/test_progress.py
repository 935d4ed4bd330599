# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The line that is printed while a phase is waited for."""

from __future__ import annotations

from ansible_collections.hybridops.patching.plugins.module_utils._core.progress import progress_line, progress_of
from ansible_collections.hybridops.patching.plugins.module_utils._core.scope import Operation

WHERE = {"phase": "observe", "batch": "batch_1", "wave": 2}
NAMES = {"a": "db1", "b": "db2", "c": "db3"}


def operation(number: int, state: str, nodes: str, pending: str = "") -> Operation:
    """An operation on nodes that are letters."""
    return Operation(f"op{number}", "k", "observe", "p", "1", "r", state, node_ids=tuple(nodes), pending=tuple(pending))


def test_a_node_counts_once_however_many_operations_it_has() -> None:
    both = [operation(1, "finished", "ab"), operation(2, "sent", "abc", "bc"), operation(3, "sent", "c", "c")]
    progress = progress_of(both, NAMES)
    assert (progress.done, progress.total, progress.waiting) == (1, 3, ("db2", "db3"))


def test_what_has_ended_stays_in_the_count() -> None:
    progress = progress_of([operation(1, "finished", "ab"), operation(2, "sent", "c", "c")], NAMES)
    line = progress_line(WHERE, progress, 12.4)
    assert line == "observe batch_1 wave 2: 2 of 3 nodes done after 12 s, waiting for db3"


def test_no_more_than_three_names() -> None:
    many = operation(1, "sent", "abcde", "abcde")
    assert progress_line(WHERE, progress_of([many], NAMES), 5).endswith("waiting for db1, db2, db3 and 2 more")


def test_nothing_is_waited_for_when_all_is_done() -> None:
    assert progress_line(WHERE, progress_of([operation(1, "finished", "a")], NAMES), 1).endswith(
        "1 of 1 nodes done after 1 s"
    )
