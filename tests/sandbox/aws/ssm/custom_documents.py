# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Command documents of one's own. moto keeps them (CreateDocument …); their script steps are run here.

Schema 2.2 with the actions aws:runShellScript and aws:runPowerShellScript, preconditions on the platform, parameters
of the types String and StringList.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import yaml

from ..errors import ServiceError
from ..world import Call
from .documents import Document, Parameter, Step

_PLATFORMS = {"aws:runShellScript": frozenset({"Linux", "MacOS"}), "aws:runPowerShellScript": frozenset({"Windows", "Linux"})}


def stored_document(call: Call, name: str, version: str = "$DEFAULT") -> Any:
    """moto's document. Raises ServiceError InvalidDocument."""
    from moto.ssm.exceptions import InvalidDocument
    from moto.ssm.models import ssm_backends

    try:
        found = ssm_backends[call.account][call.region].get_document(name, version, "", "JSON")
    except InvalidDocument as error:
        raise ServiceError("InvalidDocument", f"Document with name {name} does not exist in the sandbox. {error.message}"
                           ) from None
    return found


def custom_document(call: Call, name: str, version: str) -> Document:
    """A document of the account as it can be run. Raises ServiceError InvalidDocument."""
    found = stored_document(call, name, version)
    if found.get("DocumentType") != "Command":
        raise ServiceError("InvalidDocument", f"Document {name} is of type {found.get('DocumentType')}, not Command")
    content = parsed_content(found["Content"])
    steps = tuple(_step(name, step) for step in content.get("mainSteps") or [])
    if content.get("schemaVersion") != "2.2" or not steps:
        raise ServiceError("InvalidDocument", f"The sandbox runs documents of schema 2.2 with mainSteps, not {name}")
    parameters = {key: _parameter(value) for key, value in (content.get("parameters") or {}).items()}
    platforms = frozenset().union(*(step.platforms for step in steps))
    return Document(name, steps, parameters, platforms, str(found.get("DocumentVersion") or "1"))


def parsed_content(content: str) -> dict[str, Any]:
    """A document's content, JSON or YAML."""
    try:
        parsed = json.loads(content)
    except ValueError:
        parsed = yaml.safe_load(content)
    if not isinstance(parsed, dict):
        raise ServiceError("InvalidDocument", "The content of the document is not a structure")
    return parsed


def _step(document: str, step: Mapping[str, Any]) -> Step:
    action = str(step.get("action"))
    if action not in _PLATFORMS:
        raise ServiceError("InvalidDocument", f"The sandbox cannot run the action {action} of document {document}")
    platforms = _PLATFORMS[action]
    for condition in (step.get("precondition") or {}).values():
        if len(condition) == 2 and condition[0] == "platformType":
            platforms = platforms & {condition[1]}
    return Step(str(step["name"]), action, frozenset(platforms), dict(step.get("inputs") or {}))


def _parameter(definition: Mapping[str, Any]) -> Parameter:
    default, many = definition.get("default"), definition.get("type") == "StringList"
    values = None if default is None else [str(item) for item in (default if isinstance(default, list) else [default])]
    return Parameter(values, tuple(str(value) for value in definition.get("allowedValues") or ()),
                     str(definition.get("allowedPattern") or ""), many)
