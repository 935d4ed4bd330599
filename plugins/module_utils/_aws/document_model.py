# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Systems Manager document in the words of the modules' options, and in those of the API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .document_content import Content

TYPES = (
    "Command",
    "Policy",
    "Automation",
    "Session",
    "Package",
    "ApplicationConfiguration",
    "ApplicationConfigurationSchema",
    "DeploymentStrategy",
    "ChangeCalendar",
    "Automation.ChangeTemplate",
    "ProblemAnalysis",
    "ProblemAnalysisTemplate",
    "CloudFormation",
    "ConformancePackTemplate",
    "QuickSetup",
    "ManualApprovalPolicy",
    "AutoApprovalPolicy",
)
"""Types of documents (service model: DocumentType)."""

FORMATS = ("YAML", "JSON", "TEXT")
DEFAULT_TYPE = "Command"

FIXED = ("document_type", "requires")
"""What is decided when a document is created."""

VERSIONED: Mapping[str, str] = {
    "display_name": "DisplayName",
    "target_type": "TargetType",
    "cloud_providers": "CloudProviders",
}
"""Options that belong to a version, so that changing them takes a new one; all of it is sent again with each."""

ATTACHMENT_MEMBERS = {"key": "Key", "values": "Values", "name": "Name"}
REQUIRES_MEMBERS = {
    "name": "Name",
    "version": "Version",
    "require_type": "RequireType",
    "version_name": "VersionName",
}


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document as it is there. Its values are those of its latest version. ``share_with`` None: it was not asked."""

    name: str
    document_type: str
    content: Content
    latest_version: str
    default_version: str
    owner: str = ""
    status: str = ""
    version_name: str = ""
    display_name: str = ""
    target_type: str = ""
    cloud_providers: Sequence[str] = ()
    requires: Sequence[Mapping[str, str]] = ()
    attachments: Sequence[str] = ()
    share_with: Sequence[str] | None = None
    tags: Mapping[str, str] = field(default_factory=dict)

    def shown(self) -> dict[str, Any]:
        """As the module answers it."""
        shown: dict[str, Any] = {
            "name": self.name,
            "document_type": self.document_type,
            "document_format": self.content.format,
            "content": self.content.meaning,
            "latest_version": self.latest_version,
            "default_version": self.default_version,
            "version_name": self.version_name,
            "display_name": self.display_name,
            "target_type": self.target_type,
            "cloud_providers": list(self.cloud_providers),
            "requires": [dict(entry) for entry in self.requires],
            "attachments": list(self.attachments),
            "tags": dict(self.tags),
        }
        return shown | ({} if self.share_with is None else {"share_with": list(self.share_with)})


def from_api(
    raw: Mapping[str, Any], content: Content, tags: Mapping[str, str], share_with: Sequence[str] | None
) -> StoredDocument:
    """The document of a DocumentDescription."""
    latest = str(raw.get("LatestVersion") or raw.get("DocumentVersion") or "1")
    return StoredDocument(
        name=str(raw["Name"]),
        document_type=str(raw.get("DocumentType") or DEFAULT_TYPE),
        content=content,
        latest_version=latest,
        default_version=str(raw.get("DefaultVersion") or latest),
        owner=str(raw.get("Owner") or ""),
        status=str(raw.get("Status") or ""),
        version_name=str(raw.get("VersionName") or ""),
        display_name=str(raw.get("DisplayName") or ""),
        target_type=str(raw.get("TargetType") or ""),
        cloud_providers=tuple(sorted(raw.get("CloudProviders") or ())),
        requires=tuple(stable_requires(_snake(entry, REQUIRES_MEMBERS) for entry in raw.get("Requires") or ())),
        attachments=tuple(sorted(str(entry["Name"]) for entry in raw.get("AttachmentsInformation") or ())),
        share_with=None if share_with is None else tuple(stable_accounts(share_with)),
        tags=dict(tags),
    )


def wanted_of(params: Mapping[str, Any]) -> dict[str, Any]:
    """What the options say about a version, in a stable form; options that are not set are left out."""
    wanted = {name: params[name] for name in ("document_type", *VERSIONED) if params[name] is not None}
    if "cloud_providers" in wanted:
        wanted["cloud_providers"] = sorted(dict.fromkeys(wanted["cloud_providers"]))
    if params["requires"] is not None:
        wanted["requires"] = stable_requires(params["requires"])
    if params["attachments"] is not None:
        wanted["attachments"] = [_named(entry) for entry in params["attachments"]]
    return wanted


def to_api(values: Mapping[str, Any]) -> dict[str, Any]:
    """Members of CreateDocument or UpdateDocument."""
    request = {member: values[name] for name, member in VERSIONED.items() if name in values and values[name] != []}
    if values.get("attachments"):
        request["Attachments"] = [_camel(entry, ATTACHMENT_MEMBERS) for entry in values["attachments"]]
    return request


def requires_to_api(requires: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
    """The documents that a document requires, as CreateDocument takes them."""
    return [_camel(entry, REQUIRES_MEMBERS) for entry in requires]


def stable_requires(requires: Any) -> list[dict[str, str]]:
    """Required documents without order and without what is not set."""
    return sorted(({name: str(value) for name, value in entry.items() if value} for entry in requires), key=repr)


def stable_accounts(accounts: Sequence[str]) -> list[str]:
    """Accounts without order; all of them in one writing."""
    return sorted({"all" if account.lower() == "all" else account for account in accounts})


def attachment_names(attachments: Sequence[Mapping[str, Any]]) -> list[str] | None:
    """Names of the files that are attached; None when only the service knows, as with a whole folder."""
    names = [
        entry.get("name") or ("" if entry["key"] == "SourceUrl" else entry["values"][0].rpartition("/")[2])
        for entry in attachments
    ]
    return sorted(names) if all(names) else None


def kept_attachments(document: StoredDocument) -> list[dict[str, Any]]:
    """The attachments of the latest version, for a new one that is to keep them."""
    return [
        {"key": "AttachmentReference", "values": [f"{document.name}/{document.latest_version}/{name}"], "name": name}
        for name in document.attachments
    ]


def _named(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if value is not None}


def _camel(entry: Mapping[str, Any], members: Mapping[str, str]) -> dict[str, Any]:
    return {member: entry[name] for name, member in members.items() if entry.get(name)}


def _snake(entry: Mapping[str, Any], members: Mapping[str, str]) -> dict[str, Any]:
    return {name: entry[member] for name, member in members.items() if entry.get(member)}
