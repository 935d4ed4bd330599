# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables and queries of the guides say what the code says: variables, states, the ledger, a provider's files."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
import sqlalchemy
import yaml
from ansible_collections.hybridops.patching.plugins.module_utils._core.scope import NullScope
from ansible_collections.hybridops.patching.plugins.module_utils._core.states import NODE, OPERATION, PHASE, PHASES
from ansible_collections.hybridops.patching.plugins.module_utils._ledger.schema import tables
from ansible_collections.hybridops.patching.plugins.module_utils._ledger.store import open_ledger

ROOT = Path(__file__).parents[3]


def page(name: str) -> str:
    """A guide."""
    return (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")


def table(text: str, heading: str) -> list[list[str]]:
    """The rows of the table whose first column has this heading, cells stripped."""
    rows = text.split(f"| {heading} |", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    return [[cell.strip() for cell in row.strip().strip("|").split("|")] for row in rows]


def codes(cell: str) -> tuple[str, ...]:
    """What stands in backticks in a cell."""
    return tuple(re.findall(r"`([^`]+)`", cell))


def role_file(name: str) -> dict[str, object]:
    """A YAML file of the role patch."""
    data: dict[str, object] = yaml.safe_load((ROOT / "roles" / "patch" / name).read_text(encoding="utf-8"))
    return data


class TestVariables:
    def test_each_variable_has_its_row(self) -> None:
        spec = role_file("meta/argument_specs.yml")["argument_specs"]
        assert isinstance(spec, dict)
        named = [codes(row[0])[0] for row in table(page("run"), "variable")]
        assert sorted(named) == sorted(spec["main"]["options"])

    def test_defaults_are_those_of_the_role(self) -> None:
        defaults = role_file("defaults/main.yml")
        rows = {codes(row[0])[0]: row[1] for row in table(page("run"), "variable")}
        plain = {name: value for name, value in defaults.items() if "{{" not in str(value)}
        plain.pop("patch_provider_roles")
        assert plain.keys() <= rows.keys()
        assert {name: yaml.safe_load(codes(rows[name])[0]) for name in plain} == plain

    def test_every_default_is_documented_or_of_the_roles_own(self) -> None:
        rows = {codes(row[0])[0] for row in table(page("run"), "variable")}
        assert set(role_file("defaults/main.yml")) - rows == {"patch_wave_roles", "patch_wave_name"}


@pytest.mark.parametrize(("heading", "states"), [("node", NODE), ("operation", OPERATION), ("phase of a node", PHASE)])
def test_states_change_as_the_guide_says(heading: str, states: Mapping[str, tuple[str, ...]]) -> None:
    rows = table(page("architecture"), heading)
    told = {state: set(codes(row[1])) for row in rows for state in codes(row[0])}
    assert told == {state: set(after) for state, after in states.items()}


def test_the_phases_of_a_provider_are_phases() -> None:
    named = {codes(row[2])[0] for row in table(page("providers"), "file") if row[2]}
    assert named - {"observe_phase"} <= set(PHASES)


def test_a_provider_has_the_files_of_the_one_that_is_there() -> None:
    named = {codes(row[0])[0] for row in table(page("providers"), "file")}
    there = {file.stem for file in (ROOT / "roles" / "provider_aws" / "tasks").glob("*.yml")}
    assert named == there - {"main"}


def test_the_scope_has_what_a_provider_is_told_to_use() -> None:
    used = set(re.findall(r"`(?:id = )?scope\.(\w+)", page("providers")))
    assert used
    assert [name for name in sorted(used) if not hasattr(NullScope, name)] == []


class TestLedger:
    def test_each_table_has_its_row(self) -> None:
        named = [name for row in table(page("ledger"), "table") for name in codes(row[0])]
        assert sorted(named) == sorted(tables().metadata.tables)

    @pytest.mark.parametrize("statements", re.findall(r"```sql\n(.*?)```", page("ledger"), re.DOTALL))
    def test_a_query_can_be_asked(self, tmp_path: Path, statements: str) -> None:
        ledger = open_ledger(f"sqlite:///{tmp_path}/ledger.db", create=True)
        with ledger.write() as connection:
            for statement in filter(str.strip, statements.split(";")):
                connection.execute(sqlalchemy.text(statement))


def permissions(name: str) -> set[str]:
    """The permissions that a guide's table names. ``…/`` stands for the provider before, a last word for another one of
    the same resource.
    """
    found: list[str] = []
    for row in table(page(name), "for"):
        for code in codes(row[1]):
            provider, before = (
                found[-1].partition("/")[0] if found else "",
                found[-1].rpartition("/")[0] if found else "",
            )
            short = code.removeprefix("…/")
            full = code if code.startswith("Microsoft.") else f"{provider if short != code else before}/{short}"
            found.append(full)
    return set(found)


class TestPermissions:
    """What the guides of modules say is needed is what their roles, made from what they ask, have."""

    @pytest.mark.parametrize("name", ["membership", "migration"])
    def test_each_permission_of_a_module_has_its_place(self, name: str) -> None:
        role = json.loads((ROOT / "docs" / "permissions" / f"azure_{name}.json").read_text(encoding="utf-8"))
        assert permissions(f"azure-{name}") == set(role["Actions"])

    def test_those_of_deployment_schedules_do_too(self) -> None:
        role = json.loads((ROOT / "docs" / "permissions" / "azure_schedules.json").read_text(encoding="utf-8"))
        text, provider = page("azure-deployment-schedules"), "Microsoft.Automation/automationAccounts/"
        named = {code for row in table(text, "for") for code in codes(row[1])}
        assert {f"{provider}{code}" for code in named} == {one for one in role["Actions"] if one.startswith(provider)}

    def test_every_role_is_in_the_table_of_roles(self) -> None:
        files = {path.name for path in (ROOT / "docs" / "permissions").glob("azure_*.json")}
        assert set(re.findall(r"\((azure_\w+\.json)\)", page("permissions/azure"))) == files
