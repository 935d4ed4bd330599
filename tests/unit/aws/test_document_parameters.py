# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parameters of documents as the API takes them."""

from __future__ import annotations

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._aws.document_parameters import text_lists
from ansible_collections.hybridops.patching.plugins.module_utils._core.errors import InputError


def test_every_value_is_a_list_of_texts() -> None:
    given = {"a": "x", "b": [1, True], "c": False, "d": ["y", "z"]}
    assert text_lists(given) == {"a": ["x"], "b": ["1", "true"], "c": ["false"], "d": ["y", "z"]}


def test_a_map_is_written_as_json() -> None:
    assert text_lists({"sourceInfo": {"path": "https://x.example/a"}, "steps": [[1, {"b": True}]]}) == {
        "sourceInfo": ['{"path": "https://x.example/a"}'],
        "steps": ['[1, {"b": true}]'],
    }


def test_a_parameter_without_a_value_is_not_set() -> None:
    assert text_lists({"commands": None, "b": "x"}) == {"b": ["x"]}
    with pytest.raises(InputError, match=r"parameters\.commands"):
        text_lists({"commands": ["a", None]})
