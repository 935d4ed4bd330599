# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The roles of docs/permissions are ones that Azure takes: real operations, once each, and told in the guide."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.sandbox.azure.application import SERVED
from tests.sandbox.azure.arm.authorize import read_role
from tests.sandbox.azure.arm.registry import OPERATIONS
from tests.sandbox.azure.graph.readable import ACTIONS
from tests.sandbox.azure.loganalytics.query import NAME, TABLE

FOLDER = Path(__file__).parents[3] / "docs" / "permissions"
GUIDE = (FOLDER / "azure.md").read_text(encoding="utf-8")
FILES = sorted(FOLDER.glob("azure_*.json"))
KNOWN = {one.name.lower() for one in OPERATIONS} | {one.lower() for one in (*ACTIONS.values(), NAME, TABLE)}


def test_there_are_roles_and_operations() -> None:
    assert SERVED
    assert len(FILES) == 7
    assert len(KNOWN) > 50


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_role_is_whole(file: Path) -> None:
    data = json.loads(file.read_text(encoding="utf-8"))
    role = read_role(data)
    assert role.name == f"hybridops.patching {file.stem.removeprefix('azure_')}"
    lower = [action.lower() for action in role.actions]
    assert lower == sorted(set(lower)), "sorted, and each once"
    assert not [action for action in lower if "*" in action], "nothing that is not known today"
    assert set(lower) <= KNOWN
    assert (data["NotActions"], data["DataActions"], data["NotDataActions"]) == ([], [], [])


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_the_guide_speaks_of_each_role(file: Path) -> None:
    assert f"]({file.name})" in GUIDE


def test_actions_that_the_guide_names_exist() -> None:
    named = {one.lower() for one in re.findall(r"`(Microsoft\.\w+/[\w/]+(?:read|write|delete|action))`", GUIDE)}
    assert named
    assert named <= KNOWN
