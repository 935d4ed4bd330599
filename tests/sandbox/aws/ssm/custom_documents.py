# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running command documents of one's own (CreateDocument): their script steps.

Schema 2.2 with the actions aws:runShellScript and aws:runPowerShellScript, preconditions on the platform, parameters
of the types String and StringList.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import ServiceError
from ..world import Call
from .document_store import DocumentStore
from .documents import Document, Parameter, Step

_PLATFORMS = {
    "aws:runShellScript": frozenset({"Linux", "MacOS"}),
    "aws:runPowerShellScript": frozenset({"Windows", "Linux"}),
}


def custom_document(call: Call, name: str, version: str) -> Document:
    """A document of the account as it can be run. Raises ServiceError InvalidDocument."""
    stored = call.store(DocumentStore).get(name)
    if stored.kind != "Command":
        raise ServiceError("InvalidDocument", f"Document {name} is of type {stored.kind}, not Command")
    found = stored.version(version)
    content = found.parsed
    steps = tuple(_step(name, step) for step in content.get("mainSteps") or [])
    if content.get("schemaVersion") != "2.2" or not steps:
        raise ServiceError("InvalidDocument", f"The sandbox runs documents of schema 2.2 with mainSteps, not {name}")
    parameters = {key: _parameter(value) for key, value in (content.get("parameters") or {}).items()}
    platforms = frozenset().union(*(step.platforms for step in steps))
    return Document(stored.name, steps, parameters, platforms, found.number)


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
    return Parameter(
        values,
        tuple(str(value) for value in definition.get("allowedValues") or ()),
        str(definition.get("allowedPattern") or ""),
        many,
    )
