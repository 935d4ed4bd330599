# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What errors say."""

from __future__ import annotations

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._core.errors import InputError, each_of


def test_what_is_not_set_is_said_to_be_missing() -> None:
    assert str(InputError("location", None, "a region")) == "location is not set; needed: a region"
    assert str(InputError("location", "", "a region")) == "location: '' cannot be used; allowed: a region"


def _doubled(number: int) -> int:
    if number > 2:
        raise InputError("number", number % 2, "1 or 2")
    return 2 * number


def test_each_of_answers_for_every_item() -> None:
    assert each_of([1, 2], _doubled) == {1: 2, 2: 4}


@pytest.mark.parametrize(("items", "odd", "even"), [([1, 3], True, False), ([3, 4, 5], True, True), ([4], False, True)])
def test_each_of_tells_all_that_cannot_be_used_and_each_once(items: list[int], odd: bool, even: bool) -> None:
    with pytest.raises(InputError) as caught:
        each_of(items, _doubled)
    said = {True: "number: 1 cannot be used; allowed: 1 or 2", False: "number: 0 cannot be used; allowed: 1 or 2"}
    assert sorted(str(caught.value).splitlines(), reverse=True) == [
        said[one] for one, is_so in ((True, odd), (False, even)) if is_so
    ]
    assert caught.value.option == "number"
