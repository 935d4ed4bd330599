# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents of one's own, in versions; AWS's own beside them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ..errors import ServiceError
from ..world import World
from .documents import DOCUMENTS, Document

_LONG_AGO = datetime(2024, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Version:
    """One version. ``parsed`` is empty for texts that are no structure (calendars). It can be used once ``ready``."""

    number: str
    content: str
    format: str
    name: str
    created: datetime
    parsed: Mapping[str, Any]
    display_name: str = ""
    target_type: str = ""
    cloud_providers: tuple[str, ...] = ("AWS",)
    attachments: tuple[str, ...] = ()
    failure: str = ""
    ready: Callable[[], bool] = lambda: True

    @property
    def digest(self) -> str:
        """Sha256 of the content."""
        return hashlib.sha256(self.content.encode()).hexdigest()

    def state(self) -> dict[str, Any]:
        """Whether it can be used, and why not."""
        if self.failure:
            return {"Status": "Failed", "StatusInformation": self.failure}
        return {"Status": "Active" if self.ready() else "Creating" if self.number == "1" else "Updating"}


@dataclass(slots=True)
class StoredDocument:
    """A document with its versions by number. ``shared``: which version each account may use, ``all`` for everybody.
    ``newest``: the highest number that was ever given."""

    name: str
    kind: str
    owner: str
    versions: dict[str, Version]
    default: str = "1"
    tags: dict[str, str] = field(default_factory=dict)
    requires: list[dict[str, Any]] = field(default_factory=list)
    shared: dict[str, str] = field(default_factory=dict)
    newest: int = 1

    @property
    def latest(self) -> str:
        """The highest number."""
        return str(max(int(number) for number in self.versions))

    def version(self, wanted: str = "", name: str = "") -> Version:
        """By number, ``$LATEST``, ``$DEFAULT``, by name, or both where they agree. Raises ServiceError."""
        number = {"": self.default, "$DEFAULT": self.default, "$LATEST": self.latest}.get(wanted, wanted)
        found = self.versions.get(number)
        if name:
            named = next((version for version in self.versions.values() if version.name == name), None)
            found = named if not wanted or named is found else None
        if found is None:
            raise ServiceError("InvalidDocumentVersion", f"The document {self.name} has no version {wanted or name}")
        return found

    def identifier(self, version: Version) -> dict[str, Any]:
        """Member of ListDocuments' answer."""
        return {
            "Name": self.name,
            "CreatedDate": version.created,
            "DisplayName": version.display_name or None,
            "Owner": self.owner,
            "VersionName": version.name or None,
            "PlatformTypes": _platforms(version.parsed),
            "DocumentVersion": version.number,
            "DocumentType": self.kind,
            "SchemaVersion": version.parsed.get("schemaVersion") or "1.0",
            "DocumentFormat": version.format,
            "TargetType": version.target_type or None,
            "Tags": [{"Key": key, "Value": value} for key, value in sorted(self.tags.items())],
            "Requires": self.requires or None,
            "CloudProviders": list(version.cloud_providers),
        }

    def description(self, version: Version) -> dict[str, Any]:
        """DocumentDescription."""
        parameters = version.parsed.get("parameters") or {}
        return {
            **self.identifier(version),
            "Hash": version.digest,
            "HashType": "Sha256",
            **version.state(),
            "Description": version.parsed.get("description"),
            "LatestVersion": self.latest,
            "DefaultVersion": self.default,
            "Parameters": [_parameter(name, value) for name, value in parameters.items()],
            "AttachmentsInformation": [{"Name": name} for name in version.attachments] or None,
        }

    def allows(self, account: str) -> bool:
        """Whether an account may use it."""
        return account in (self.owner, *self.shared) or "all" in self.shared


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
        self.world = world
        self.account = account
        self.region = region
        self.documents = {name: _of_aws(document) for name, document in DOCUMENTS.items()}

    def get(self, name: str) -> StoredDocument:
        """By name or ARN; another account's, which must be shared, by its ARN only. Raises ServiceError."""
        found = self.documents.get(name)
        if name.startswith("arn:"):
            found = self._by_arn(name)
        if found is None:
            raise ServiceError("InvalidDocument", f"Document with name {name} does not exist")
        return found

    def _by_arn(self, arn: str) -> StoredDocument | None:
        parts = arn.split(":", 5)
        kind, slash, name = parts[-1].partition("/")
        if len(parts) != 6 or parts[2] != "ssm" or parts[3] not in (self.region, "") or kind != "document" or not slash:
            return None
        if parts[4] in (self.account, ""):
            return self.documents.get(name)
        if parts[4] not in self.world.fleet.accounts:
            return None
        found = self.world.store(DocumentStore, parts[4], self.region).documents.get(name)
        return found if found and found.owner == parts[4] and found.allows(self.account) else None

    def owned(self, name: str) -> StoredDocument:
        """One that the account may change. Raises ServiceError."""
        found = self.get(name)
        if found.owner != self.account:
            raise ServiceError("InvalidDocumentOperation", f"The document {name} belongs to {found.owner}")
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
