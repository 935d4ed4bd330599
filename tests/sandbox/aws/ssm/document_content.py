# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The content of documents: its two formats, and what the service refuses in it (user guide, "SSM document schemas and
features", "Data elements and parameters", "Command document plugin reference")."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from ..errors import ServiceError

SIZE = 64 * 1024
SCHEMAS = {
    "Command": ("1.2", "2.0", "2.2"),
    "Policy": ("2.0", "2.2"),
    "Automation": ("0.3",),
    "Automation.ChangeTemplate": ("0.3",),
    "Session": ("1.0",),
}
"""Types whose content is a structure with a schema version."""
PLUGINS = frozenset(
    f"aws:{name}"
    for name in (
        "applications",
        "cloudWatch",
        "configureDocker",
        "configurePackage",
        "domainJoin",
        "downloadContent",
        "psModule",
        "refreshAssociation",
        "runDockerAction",
        "runDocument",
        "runPowerShellScript",
        "runShellScript",
        "softwareInventory",
        "updateAgent",
        "updateSsmAgent",
    )
)
"""What a step of a Command document can do."""
_TYPES = {
    "Command": frozenset({"String", "StringList", "Integer", "Boolean", "MapList", "StringMap"}),
    "Automation": frozenset({"String", "StringList", "Integer", "Boolean", "MapList", "StringMap"}),
}
_TOP = frozenset({"schemaVersion", "description", "parameters", "mainSteps", "runtimeConfig", "variables", "files"})
_REFERENCE = re.compile(r"\{\{\s*([A-Za-z0-9_\-]+)\s*\}\}")


def _wrong(message: str) -> ServiceError:
    return ServiceError("InvalidDocumentContent", message)


def parse_content(kind: str, content: str, form: str) -> Mapping[str, Any]:
    """The structure of a content; empty for types that have none. Raises ServiceError."""
    if len(content.encode()) > SIZE:
        raise ServiceError("MaxDocumentSizeExceeded", "The size limit of a document is 64 KB.")
    if kind not in SCHEMAS:
        return {}
    if form == "TEXT":
        raise _wrong(f"The content of a {kind} document is JSON or YAML.")
    try:
        parsed = json.loads(content) if form == "JSON" else yaml.safe_load(content)
    except (ValueError, yaml.YAMLError):
        raise _wrong(f"The content of the document is not {form}.") from None
    if not isinstance(parsed, dict):
        raise _wrong("The content of the document is not a structure.")
    if str(parsed.get("schemaVersion")) not in SCHEMAS[kind]:
        allowed = " or ".join(SCHEMAS[kind])
        raise ServiceError("InvalidDocumentSchemaVersion", f"A {kind} document has the schema version {allowed}")
    parsed["schemaVersion"] = str(parsed["schemaVersion"])
    if kind in ("Command", "Automation"):
        _check(kind, parsed)
    return parsed


def _check(kind: str, parsed: Mapping[str, Any]) -> None:
    parameters = parsed.get("parameters") or {}
    if not isinstance(parameters, dict):
        raise _wrong("parameters is not a structure.")
    for name, definition in parameters.items():
        _check_parameter(kind, name, definition)
    if parsed["schemaVersion"] == "1.2":
        if not parsed.get("runtimeConfig"):
            raise _wrong("The document has no runtimeConfig")
        return
    if kind == "Command":
        unknown = set(parsed) - _TOP
        if unknown:
            raise _wrong(f"The document has an unknown element: {min(unknown)}")
    _check_steps(kind, parsed.get("mainSteps"), frozenset(parameters))


def _check_parameter(kind: str, name: str, definition: Any) -> None:
    if not re.fullmatch(r"[A-Za-z0-9_\-]{1,255}", str(name)) or not isinstance(definition, dict):
        raise _wrong(f"The parameter {name} is not valid")
    if definition.get("type") not in _TYPES[kind] and not str(definition.get("type")).startswith(("AWS::", "List<")):
        raise _wrong(f"The parameter {name} has an unknown type: {definition.get('type')}")
    default, allowed = definition.get("default"), definition.get("allowedValues")
    values = default if isinstance(default, list) else [default]
    if default is not None and allowed and any(value not in allowed for value in values):
        raise _wrong(f"The default of the parameter {name} is not one of its allowed values")
    try:
        re.compile(str(definition.get("allowedPattern") or ""))
    except re.error:
        raise _wrong(f"The allowed pattern of the parameter {name} is not a regular expression") from None


def _check_steps(kind: str, steps: Any, parameters: frozenset[str]) -> None:
    if not isinstance(steps, list) or not steps:
        raise _wrong("The document has no mainSteps")
    names: set[str] = set()
    for step in steps:
        if not isinstance(step, dict) or not isinstance(step.get("action"), str):
            raise _wrong("A step has no action")
        name = str(step.get("name") or "")
        if not re.fullmatch(r"[A-Za-z0-9_\-.:]{1,128}", name) or name in names:
            raise _wrong(f"A step needs a name of its own, not {name!r}")
        names.add(name)
        if kind == "Command":
            _check_step(step, name, parameters)


def _check_step(step: Mapping[str, Any], name: str, parameters: frozenset[str]) -> None:
    if step["action"] not in PLUGINS:
        raise _wrong(f"The step {name} has an unknown action: {step['action']}")
    if not isinstance(step.get("inputs", {}), dict):
        raise _wrong(f"The inputs of the step {name} are not a structure")
    missing = sorted({found for found in _references(step.get("inputs") or {}) if found not in parameters})
    if missing:
        raise _wrong(f"The step {name} uses a parameter that is not defined: {missing[0]}")


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield from _REFERENCE.findall(value)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _references(item)
    elif isinstance(value, list):
        for item in value:
            yield from _references(item)


def in_format(content: str, parsed: Mapping[str, Any], held: str, wanted: str) -> str:
    """A content in another format than it was given in. Raises ServiceError where there is none."""
    if wanted == held:
        return content
    if not parsed or wanted == "TEXT":
        raise ServiceError("ValidationException", f"The document cannot be written as {wanted}")
    if wanted == "JSON":
        return json.dumps(parsed, indent=2)
    return yaml.safe_dump(dict(parsed), sort_keys=False)
