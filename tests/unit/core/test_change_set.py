# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a change set says of itself."""

from __future__ import annotations

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._core.change_set import ChangeSet, Step, diffs


def test_no_step_is_no_change() -> None:
    same = ChangeSet(before={"a": 1}, after={"a": 2})
    assert not same.changed
    assert same.diff() == {"before": {"a": 1}, "after": {"a": 1}}


def test_steps_change_and_the_diff_names_the_resource() -> None:
    change = ChangeSet({}, {"a": 2}, (Step("create", {"Name": "x"}, "baseline x"),), "baseline x")
    assert change.changed
    assert str(change.steps[0]) == "create baseline x"
    assert change.diff() == {
        "before": {},
        "after": {"a": 2},
        "before_header": "baseline x",
        "after_header": "baseline x",
    }
    assert diffs([change, ChangeSet({"b": 1}, {"b": 1})]) == [change.diff()]


@pytest.mark.parametrize(
    ("before", "after", "changed", "said", "predicted"),
    [
        ({}, {"a": 1}, True, "new windows", "would be new: windows"),
        ({"a": 0}, {"a": 1}, True, "changed windows", "would be changed: windows"),
        ({"a": 0}, {}, True, "removed windows", "would be removed: windows"),
        ({"a": 0}, {"a": 0}, False, "unchanged windows", "unchanged windows"),
    ],
)
def test_what_was_done_and_what_would_be(
    before: dict[str, int], after: dict[str, int], changed: bool, said: str, predicted: str
) -> None:
    change = ChangeSet(before, after, (Step("x"),) if changed else ())
    assert (change.told("windows", check=False), change.told("windows", check=True)) == (said, predicted)
