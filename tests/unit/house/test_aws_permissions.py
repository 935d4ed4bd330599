# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The permissions in docs/permissions are real actions: those of the requests that the modules can send, no others."""

from __future__ import annotations

import ast
import functools
import json
import re
from pathlib import Path

import botocore.session
import pytest
from botocore import xform_name

from tests.sandbox.aws.iam.document import read_document
from tests.sandbox.aws.iam.reference import action

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "docs" / "permissions"
GUIDE = (FOLDER / "index.md").read_text(encoding="utf-8")
FILES = sorted(file for file in FOLDER.glob("*.json") if not file.name.startswith("azure_"))
CODE = sorted((ROOT / "plugins" / "module_utils" / "_aws").rglob("*.py"))
SERVICES = ("ec2", "ssm", "sts")


@functools.cache
def operations(service: str) -> dict[str, str]:
    """The service's operations in botocore's model: name as a method of its client → name in the API."""
    model = botocore.session.get_session().get_service_model(service)
    return {xform_name(name): name for name in model.operation_names}


def documented() -> set[str]:
    """Every action that the policies allow or the guide names, of the services whose requests stand in the code."""
    named = re.findall(r"`([a-z0-9]+:[A-Z][A-Za-z0-9]+)`", GUIDE)
    allowed = [
        name
        for file in FILES
        for statement in read_document(json.loads(file.read_text(encoding="utf-8")))
        if statement.effect == "Allow"
        for name in statement.actions
    ]
    return {name for name in (*named, *allowed) if name.startswith(tuple(f"{service}:" for service in SERVICES))}


def requested() -> set[str]:
    """Actions that the code can ask for: operations that stand in it as a string or as an attribute's name."""
    words: set[str] = set()
    for file in CODE:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute):
                words.add(node.attr)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                words.add(node.value)
    found: set[str] = set()
    for service in SERVICES:
        known = operations(service)
        found.update(f"{service}:{name}" for method, name in known.items() if words & {method, name})
    return found


@pytest.mark.parametrize("name", sorted(documented()))
def test_a_documented_action_exists(name: str) -> None:
    assert action(name).name == name


def test_every_request_of_the_modules_is_documented() -> None:
    asked = requested()
    assert asked, "no request found in the code: the search is broken"
    assert asked - documented() == set()


def test_no_permission_is_asked_for_in_vain() -> None:
    assert documented() - requested() == set()


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_the_guide_speaks_of_each_file(file: Path) -> None:
    assert f"]({file.name})" in GUIDE
