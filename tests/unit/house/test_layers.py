# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may import whom: modules → clouds, ledger, report → core; core knows neither cloud, nor Ansible, nor database."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

UTILS = Path(__file__).parents[3] / "plugins" / "module_utils"

# What a layer may not import, as the beginning of an absolute module name.
OWN = "ansible_collections.hybridops.patching.plugins.module_utils."
CLOUDS = ("boto3", "botocore", "azure", "ansible_collections.amazon", f"{OWN}_aws", f"{OWN}_azure")
FORBIDDEN = {
    "_core": ("ansible", "sqlalchemy", *CLOUDS, f"{OWN}_ledger", f"{OWN}_report"),
    "_ledger": (*CLOUDS, f"{OWN}_report"),
    "_report": ("ansible", "sqlalchemy", *CLOUDS, f"{OWN}_ledger"),
    "_aws": ("azure", "sqlalchemy", f"{OWN}_azure", f"{OWN}_report"),
    "_azure": ("boto3", "botocore", "sqlalchemy", "ansible_collections.amazon", f"{OWN}_aws", f"{OWN}_report"),
}


def imports(file: Path) -> list[str]:
    """The absolute names of the modules that a file imports, wherever in it."""
    package = [*OWN.rstrip(".").split("."), *file.relative_to(UTILS).parent.parts]
    names: list[str] = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.extend(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            base = [*base, *(node.module or "").split(".")] if node.module else base
            names.append(".".join(base))
            names.extend(".".join([*base, alias.name]) for alias in node.names)
    return names


def is_below(name: str, parent: str) -> bool:
    """Whether a module is ``parent`` or inside it. Our own collection is not part of ``ansible``."""
    return name == parent or name.startswith(f"{parent}.")


def forbidden_to(file: Path, layer: str) -> tuple[str, ...]:
    """What a file may not import. ``*_module.py`` stands behind a module and joins Ansible, ledger and report."""
    if file.stem.endswith("_module"):
        return tuple(parent for parent in FORBIDDEN[layer] if parent not in ("ansible", f"{OWN}_ledger"))
    return FORBIDDEN[layer]


@pytest.mark.parametrize("layer", [layer for layer in FORBIDDEN if (UTILS / layer).is_dir()])
def test_a_layer_imports_nothing_above_or_beside_it(layer: str) -> None:
    files = sorted((UTILS / layer).rglob("*.py"))
    assert files
    found = [
        f"{file.relative_to(UTILS)} imports {name}"
        for file in files
        for name in imports(file)
        if any(is_below(name, parent) for parent in forbidden_to(file, layer))
    ]
    assert found == []
