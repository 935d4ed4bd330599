# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Azure roles of docs/permissions: with each alone its playbook ends as it does without, and none has too much.

Everything is played once, with the roles as they stand in the files. What was needed is then held against roles that
lack something.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pytest

from tests.permissions.azure_fleet import HERE
from tests.permissions.azure_generate import DESCRIPTIONS, files
from tests.permissions.azure_scenarios import record_all
from tests.permissions.generate import FOLDER
from tests.permissions.scenarios import LEFT_RUNNING, Recorded, ended_well
from tests.sandbox.azure.arm.authorize import Need, read_assignment

pytestmark = pytest.mark.slow

NAMES = sorted(DESCRIPTIONS)
ROLES: dict[str, Any] = {
    name: json.loads((FOLDER / f"azure_{name}.json").read_text(encoding="utf-8")) for name in NAMES
}


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Recorded[Need]]:
    """Every playbook and module, with its role."""
    return record_all(tmp_path_factory.mktemp("roles"), ROLES)


def allows(actions: Iterable[str], needs: Iterable[Need]) -> bool:
    role = ROLES["plan"] | {"Actions": list(actions), "AssignableScopes": [HERE]}
    given = read_assignment({"role": role, "scope": HERE})
    return all(given.allows(need) for need in needs)


def test_each_playbook_gets_along_with_its_role(recorded: dict[str, Recorded[Need]]) -> None:
    assert set(recorded) == set(NAMES)
    assert [text for name, one in recorded.items() for text in ended_well(name, one)] == []
    assert LEFT_RUNNING in recorded["patch"].played[0]


def test_the_files_are_what_would_be_written_now(recorded: dict[str, Recorded[Need]]) -> None:
    written = files({name: one.needs for name, one in recorded.items()})
    there = {f"azure_{name}.json": (FOLDER / f"azure_{name}.json").read_text(encoding="utf-8") for name in NAMES}
    assert written == there, "make permissions writes them again"


@pytest.mark.parametrize("name", NAMES)
def test_nothing_in_a_role_can_be_left_out(recorded: dict[str, Recorded[Need]], name: str) -> None:
    actions = ROLES[name]["Actions"]
    assert allows(actions, recorded[name].needs)
    for one in actions:
        others = [other for other in actions if other != one]
        assert not allows(others, recorded[name].needs), f"azure_{name}.json: {one} is not needed"


@pytest.mark.parametrize("name", ["plan", "restore_power", "policy", "schedules", "membership", "migration"])
def test_only_a_run_installs_and_only_a_plan_changes_nothing(name: str) -> None:
    changing = [one for one in ROLES[name]["Actions"] if not one.endswith("/read")]
    assert bool(changing) is (name != "plan")
    assert not [one for one in changing if "patches" in one.lower() or "runcommand" in one.lower()]
