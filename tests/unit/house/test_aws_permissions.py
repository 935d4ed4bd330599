# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The permissions in docs/aws-setup.md are real actions: those of the requests that the modules can send, no others."""

from __future__ import annotations

import ast
import functools
import json
import re
from pathlib import Path

import botocore.session
import pytest
from botocore import xform_name

ROOT = Path(__file__).parents[3]
GUIDE = ROOT / "docs" / "aws-setup.md"
CODE = sorted((ROOT / "plugins" / "module_utils" / "_aws").rglob("*.py"))
SERVICES = ("ec2", "ssm", "sts")


@functools.cache
def operations(service: str) -> dict[str, str]:
    """The service's operations in botocore's model: name as a method of its client → name in the API."""
    model = botocore.session.get_session().get_service_model(service)
    return {xform_name(name): name for name in model.operation_names}


def documented() -> set[str]:
    """Every action that the guide's policies allow."""
    blocks = re.findall(r"```json\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    actions: set[str] = set()
    for block in blocks:
        for statement in json.loads(block)["Statement"]:
            action = statement["Action"]
            actions.update([action] if isinstance(action, str) else action)
    return actions


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


@pytest.mark.parametrize("action", sorted(documented()))
def test_a_documented_action_exists(action: str) -> None:
    service, name = action.split(":")
    assert name in operations(service).values()


def test_every_request_of_the_modules_is_documented() -> None:
    asked = requested()
    assert asked, "no request found in the code: the search is broken"
    assert asked - documented() == set()


def test_no_permission_is_asked_for_in_vain() -> None:
    assert documented() - requested() == set()
