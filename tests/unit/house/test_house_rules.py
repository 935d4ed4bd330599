# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What no linter checks: licence headers, nothing switched off, and action groups that name every module."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[3]
PYTHON = sorted(file for folder in ("plugins", "tests", "tools", "docs") for file in (ROOT / folder).rglob("*.py"))
HEADER = (
    "# Copyright (c) 2026, hybridops.patching contributors\n"
    "# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)\n"
    "# SPDX-License-Identifier: GPL-3.0-or-later\n"
)
# Written in two parts, so that this file does not find itself.
SWITCHES = re.compile("|".join(["# no" + "qa", "# type: " + "ignore", "pylint: " + "disable", "mypy: " + "ignore"]))
MODULES = {file.stem for file in (ROOT / "plugins" / "modules").glob("*.py")}


def action_groups() -> dict[str, list[object]]:
    """The action groups of meta/runtime.yml."""
    runtime = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))
    groups: dict[str, list[object]] = runtime["action_groups"]
    return groups


def test_every_python_file_that_is_not_empty_carries_the_licence() -> None:
    shebang = re.compile(r"\A#![^\n]*\n")
    without = [
        str(file.relative_to(ROOT))
        for file in PYTHON
        if not (shebang.sub("", file.read_text(encoding="utf-8")) or HEADER).startswith(HEADER)
    ]
    assert without == []


def test_no_check_is_switched_off() -> None:
    found = [str(file.relative_to(ROOT)) for file in PYTHON if SWITCHES.search(file.read_text(encoding="utf-8"))]
    assert found == []
    assert list((ROOT / "tests" / "sanity").glob("ignore*")) == []
    lint = yaml.safe_load((ROOT / ".ansible-lint").read_text(encoding="utf-8"))
    assert lint["profile"] == "production"
    assert not {"skip_list", "warn_list"} & set(lint)


@pytest.mark.parametrize(("prefixes", "group"), [(("ssm_", "ec2_"), "aws"), (("azure_", "arc_"), "azure")])
def test_each_cloud_s_modules_are_in_its_action_group(prefixes: tuple[str, ...], group: str) -> None:
    assert {name for name in MODULES if name.startswith(prefixes)} == set(action_groups()[group])


def test_the_group_all_reaches_every_module() -> None:
    groups = action_groups()
    direct = {item for item in groups["all"] if isinstance(item, str)}
    extended = next(item for item in groups["all"] if isinstance(item, dict))["metadata"]["extend_group"]
    reached = direct.union(*(groups[name.removeprefix("hybridops.patching.")] for name in extended))
    assert reached == MODULES


def test_the_versions_promised_agree() -> None:
    galaxy = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))
    requirements = yaml.safe_load((ROOT / "requirements.yml").read_text(encoding="utf-8"))
    promised = {item["name"]: item["version"] for item in requirements["collections"]}
    assert promised == galaxy["dependencies"]
