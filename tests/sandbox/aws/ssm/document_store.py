# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents of one's own, in versions; AWS's own beside them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import yaml

from ..errors import ServiceError
from ..world import Call, World
from .documents import DOCUMENTS, Document

_LONG_AGO = datetime(2024, 1, 1, tzinfo=UTC)
_LISTED = frozenset({"Command", "Automation", "Session", "Policy"})
"""Types whose content is a structure with a schema version."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version. ``parsed`` is empty for texts that are no structure (calendars)."""

    number: str
    content: str
    format: str
    name: str
    created: datetime
    parsed: Mapping[str, Any]

    @property
    def digest(self) -> str:
        """Sha256 of the content."""
        return hashlib.sha256(self.content.encode()).hexdigest()


@dataclass(slots=True)
class StoredDocument:
    """A document with its versions by number."""

    name: str
    kind: str
    owner: str
    versions: dict[str, Version]
    default: str = "1"
    tags: dict[str, str] = field(default_factory=dict)
    display_name: str = ""
    target_type: str = ""

    @property
    def latest(self) -> str:
        """The highest number."""
        return str(max(int(number) for number in self.versions))

    def version(self, wanted: str = "", name: str = "") -> Version:
        """By number, ``$LATEST``, ``$DEFAULT`` or name. Raises ServiceError."""
        if name:
            found = next((version for version in self.versions.values() if version.name == name), None)
        else:
            number = {"": self.default, "$DEFAULT": self.default, "$LATEST": self.latest}.get(wanted, wanted)
            found = self.versions.get(number)
        if found is None:
            raise ServiceError("InvalidDocumentVersion", f"The document {self.name} has no version {wanted or name}")
        return found

    def identifier(self, version: Version) -> dict[str, Any]:
        """Member of ListDocuments' answer."""
        return {
            "Name": self.name,
            "CreatedDate": version.created,
            "DisplayName": self.display_name or None,
            "Owner": self.owner,
            "VersionName": version.name or None,
            "PlatformTypes": _platforms(version.parsed),
            "DocumentVersion": version.number,
            "DocumentType": self.kind,
            "SchemaVersion": version.parsed.get("schemaVersion") or "1.0",
            "DocumentFormat": version.format,
            "TargetType": self.target_type or None,
            "Tags": [{"Key": key, "Value": value} for key, value in sorted(self.tags.items())],
        }

    def description(self, version: Version) -> dict[str, Any]:
        """DocumentDescription."""
        parameters = version.parsed.get("parameters") or {}
        return self.identifier(version) | {
            "Hash": version.digest,
            "HashType": "Sha256",
            "Status": "Active",
            "Description": version.parsed.get("description"),
            "LatestVersion": self.latest,
            "DefaultVersion": self.default,
            "Parameters": [_parameter(name, value) for name, value in parameters.items()],
        }


def _parameter(name: str, value: Mapping[str, Any]) -> dict[str, Any]:
    default = value.get("default")
    return {
        "Name": name,
        "Type": value.get("type", "String"),
        "Description": str(value.get("description") or ""),
        "DefaultValue": default if default is None or isinstance(default, str) else json.dumps(default),
    }


def _platforms(parsed: Mapping[str, Any]) -> list[str]:
    steps = parsed.get("mainSteps") or []
    actions = {str(step.get("action")) for step in steps} | set(parsed.get("runtimeConfig") or {})
    if actions and actions <= {"aws:runShellScript"}:
        return ["Linux", "MacOS"]
    return ["Windows", "Linux", "MacOS"]


class DocumentStore:
    """The documents that an account sees in a region, AWS's own included, by name."""

    def __init__(self, world: World, account: str, region: str) -> None:
        self.account = account
        self.documents = {name: _of_aws(document) for name, document in DOCUMENTS.items()}

    def get(self, name: str) -> StoredDocument:
        """By name or ARN. Raises ServiceError InvalidDocument."""
        found = self.documents.get(name.rpartition("/")[2] if name.startswith("arn:") else name)
        if found is None:
            raise ServiceError("InvalidDocument", f"Document with name {name} does not exist")
        return found

    def owned(self, name: str) -> StoredDocument:
        """One that the account may change. Raises ServiceError."""
        found = self.get(name)
        if found.owner == "Amazon":
            raise ServiceError("InvalidDocumentOperation", f"The document {name} belongs to Amazon")
        return found


def _of_aws(document: Document) -> StoredDocument:
    """AWS's document, with a content made from its parameters and steps."""
    parsed: dict[str, Any] = {
        "schemaVersion": document.schema,
        "description": document.description or document.name,
        "parameters": {
            name: {
                "type": "StringList" if parameter.many else "String",
                **({} if parameter.default is None else {"default": (parameter.default or [""])[0]}),
                **({"allowedValues": list(parameter.allowed)} if parameter.allowed else {}),
                **({"allowedPattern": parameter.pattern} if parameter.pattern else {}),
            }
            for name, parameter in document.parameters.items()
        },
    }
    if document.schema == "1.2":
        parsed["runtimeConfig"] = {step.action: {"properties": [{"id": f"0.{step.action}"}]} for step in document.steps}
    else:
        parsed["mainSteps"] = [{"name": step.name, "action": step.plugin} for step in document.steps]
    version = Version(document.version, json.dumps(parsed), "JSON", "", _LONG_AGO, parsed)
    return StoredDocument(document.name, "Command", "Amazon", {document.version: version})


def make_version(call: Call, kind: str, number: str) -> Version:
    """A version from a request's Content and DocumentFormat. Raises ServiceError."""
    content, form = call.params["Content"], call.params.get("DocumentFormat") or "JSON"
    if len(content) > 64 * 1024:
        raise ServiceError("MaxDocumentSizeExceeded", "The size limit of a document is 64 KB.")
    parsed: Any = {}
    if kind in _LISTED:
        try:
            parsed = json.loads(content) if form == "JSON" else yaml.safe_load(content)
        except (ValueError, yaml.YAMLError):
            raise ServiceError("InvalidDocumentContent", f"The content of the document is not {form}.") from None
        if not isinstance(parsed, dict):
            raise ServiceError("InvalidDocumentContent", "The content of the document is not a structure.")
        _check_schema(kind, parsed)
    return Version(number, content, form, str(call.params.get("VersionName") or ""), call.world.now(), parsed)


def _check_schema(kind: str, parsed: Mapping[str, Any]) -> None:
    allowed = {"Command": ("1.2", "2.0", "2.2"), "Automation": ("0.3",), "Session": ("1.0",), "Policy": ("2.0",)}[kind]
    if parsed.get("schemaVersion") not in allowed:
        raise ServiceError(
            "InvalidDocumentSchemaVersion", f"A {kind} document has the schema version {' or '.join(allowed)}"
        )
    if parsed["schemaVersion"] == "2.2" and not parsed.get("mainSteps"):
        raise ServiceError("InvalidDocumentContent", "The document has no mainSteps")
