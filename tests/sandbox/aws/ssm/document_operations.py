# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Create, read, change and delete documents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from ..errors import ServiceError
from ..paging import page
from ..world import Call, operation
from .association_store import AssociationStore
from .document_content import in_format
from .document_store import DocumentStore, StoredDocument
from .document_versions import make_version, run_associations
from .resource_tags import checked_tags

RESERVED = ("aws", "amazon", "amzn")
"""How names may not begin, whatever the case."""
DOCUMENTS, VERSIONS = 500, 1_000
"""Documents in a region, versions of a document."""


@operation("ssm", "CreateDocument")
def create_document(call: Call) -> Mapping[str, Any]:
    """Create one, as version 1, which is the default."""
    store, name = call.store(DocumentStore), call.params["Name"]
    if name.lower().startswith(RESERVED):
        raise ServiceError("ValidationException", f"Document name prefixes are reserved: {', '.join(RESERVED)}")
    if name in store.documents:
        raise ServiceError("DocumentAlreadyExists", "The specified document already exists.")
    if sum(document.owner == call.account for document in store.documents.values()) >= DOCUMENTS:
        raise ServiceError("DocumentLimitExceeded", f"You can have at most {DOCUMENTS} active SSM documents.")
    kind = call.params.get("DocumentType") or "Command"
    made = StoredDocument(
        name,
        kind,
        call.account,
        {"1": make_version(call, kind, "1")},
        tags=checked_tags(call.params.get("Tags") or [], {}),
        requires=[dict(entry) for entry in call.params.get("Requires") or []],
    )
    store.documents[name] = made
    return {"DocumentDescription": made.description(made.version())}


@operation("ssm", "UpdateDocument")
def update_document(call: Call) -> Mapping[str, Any]:
    """Add a version; the default stays."""
    document = call.store(DocumentStore).owned(call.params["Name"])
    if call.params.get("DocumentVersion") not in ("$LATEST", document.latest):
        raise ServiceError("InvalidDocumentVersion", "Only the latest version of a document can be updated")
    if len(document.versions) >= VERSIONS:
        raise ServiceError("DocumentVersionLimitExceeded", f"A document has at most {VERSIONS} versions.")
    made = make_version(call, document.kind, str(document.newest + 1), document.version("$LATEST"))
    if any(made.digest == version.digest for version in document.versions.values()):
        raise ServiceError("DuplicateDocumentContent", "The content of the document duplicates another version's.")
    if made.name and any(made.name == version.name for version in document.versions.values()):
        raise ServiceError("DuplicateDocumentVersionName", "The version name is used by another version.")
    document.versions[made.number] = made
    document.newest += 1
    run_associations(call, document, "$LATEST")
    return {"DocumentDescription": document.description(made)}


@operation("ssm", "UpdateDocumentDefaultVersion")
def update_document_default_version(call: Call) -> Mapping[str, Any]:
    """Make a version the default."""
    document = call.store(DocumentStore).owned(call.params["Name"])
    version = document.version(call.params["DocumentVersion"])
    if document.default != version.number:
        document.default = version.number
        run_associations(call, document, "$DEFAULT")
    return {
        "Description": {
            "Name": document.name,
            "DefaultVersion": version.number,
            "DefaultVersionName": version.name or None,
        }
    }


@operation("ssm", "GetDocument")
def get_document(call: Call) -> Mapping[str, Any]:
    """The content of a version, in the format that it was given in."""
    document = call.store(DocumentStore).get(call.params["Name"])
    version = document.version(call.params.get("DocumentVersion") or "", call.params.get("VersionName") or "")
    wanted = call.params.get("DocumentFormat") or version.format
    return {
        "Name": document.name,
        "CreatedDate": version.created,
        "DocumentVersion": version.number,
        "VersionName": version.name or None,
        **version.state(),
        "Content": in_format(version.content, version.parsed, version.format, wanted),
        "DocumentType": document.kind,
        "DocumentFormat": wanted,
        "DisplayName": version.display_name or None,
        "Requires": document.requires or None,
        "AttachmentsContent": [{"Name": name} for name in version.attachments] or None,
    }


@operation("ssm", "DescribeDocument")
def describe_document(call: Call) -> Mapping[str, Any]:
    """What a version is, without its content."""
    document = call.store(DocumentStore).get(call.params["Name"])
    version = document.version(call.params.get("DocumentVersion") or "", call.params.get("VersionName") or "")
    return {"Document": document.description(version)}


@operation("ssm", "DeleteDocument")
def delete_document(call: Call) -> Mapping[str, Any]:
    """Delete a document, or one of its versions that is not the default."""
    store = call.store(DocumentStore)
    document = store.owned(call.params["Name"])
    number, name = call.params.get("DocumentVersion"), call.params.get("VersionName")
    if not number and not name:
        _check_unused(call, document)
        del store.documents[document.name]
        return {}
    version = document.version(number or "", name or "")
    if version.number == document.default:
        raise ServiceError("InvalidDocumentOperation", "The default version of a document cannot be deleted.")
    del document.versions[version.number]
    return {}


def _check_unused(call: Call, document: StoredDocument) -> None:
    """Raises ServiceError for a document that is shared, or that an association uses."""
    if document.shared:
        raise ServiceError(
            "InvalidDocumentOperation",
            "You attempted to delete a document while it is still shared. You must stop sharing the document before "
            "you can delete it.",
        )
    used = call.store(AssociationStore).associations.values()
    if any(association.settings["Name"].rpartition("/")[2] == document.name for association in used):
        raise ServiceError(
            "AssociatedInstances",
            "You must disassociate a document from all managed nodes before you can delete it.",
        )
    if document.kind == "ApplicationConfigurationSchema" and not call.params.get("Force"):
        raise ServiceError("InvalidDocumentOperation", f"A document of the type {document.kind} needs Force")


@operation("ssm", "ListDocumentVersions")
def list_document_versions(call: Call) -> Mapping[str, Any]:
    """All versions, newest first."""
    document = call.store(DocumentStore).get(call.params["Name"])
    shapes = [
        {
            "Name": document.name,
            "DisplayName": version.display_name or None,
            "DocumentVersion": version.number,
            "VersionName": version.name or None,
            "CreatedDate": version.created,
            "IsDefaultVersion": version.number == document.default,
            "DocumentFormat": version.format,
            "CloudProviders": list(version.cloud_providers),
            **version.state(),
        }
        for version in sorted(document.versions.values(), key=lambda version: -int(version.number))
    ]
    shown, token = page(call, shapes, 50)
    return {"DocumentVersions": shown, "NextToken": token}


_FILTERS = {
    "TargetType": "TargetType",
    "CloudProviders": "CloudProviders",
    "Name": "Name",
    "DocumentType": "DocumentType",
    "PlatformTypes": "PlatformTypes",
    "Owner": "Owner",
}


@operation("ssm", "ListDocuments")
def list_documents(call: Call) -> Mapping[str, Any]:
    """Documents by name (its beginning), type, platform, owner, tag."""
    found = [document.identifier(document.version()) for document in _seen(call)]
    filters = [(entry["Key"], entry["Values"]) for entry in call.params.get("Filters") or []]
    filters += [(entry["key"], [entry["value"]]) for entry in call.params.get("DocumentFilterList") or []]
    for key, values in filters:
        if key not in _FILTERS and not key.startswith("tag:"):
            raise ServiceError("InvalidFilterKey", f"The filter key {key} is not valid")
        found = [item for item in found if _meets(call, item, key, values)]
    shown, token = page(call, found, 10)
    return {"DocumentIdentifiers": shown, "NextToken": token}


def _seen(call: Call) -> Iterator[StoredDocument]:
    """One's own and AWS's documents; with the filter Owner also those that others share."""
    yield from call.store(DocumentStore).documents.values()
    owners = {
        value for entry in call.params.get("Filters") or [] if entry["Key"] == "Owner" for value in entry["Values"]
    }
    for account in call.world.fleet.accounts:
        if account != call.account and owners & {"All", "Public", "Private", "ThirdParty"}:
            for document in call.world.store(DocumentStore, account, call.region).documents.values():
                if document.owner == account and document.allows(call.account):
                    yield replace(document, name=f"arn:aws:ssm:{call.region}:{account}:document/{document.name}")


def _owned_by(call: Call, item: Mapping[str, Any], owner: str) -> bool:
    mine, amazon = item["Owner"] == call.account, item["Owner"] == "Amazon"
    kinds: dict[str, bool] = {
        "Self": mine,
        "Amazon": amazon,
        "Private": not amazon,
        "Public": amazon,
        "ThirdParty": not amazon and not mine,
        "All": True,
    }
    return kinds.get(owner, str(item["Owner"]) == owner)


def _meets(call: Call, item: Mapping[str, Any], key: str, values: list[str]) -> bool:
    if key.startswith("tag:"):
        return any(tag["Key"] == key[4:] and tag["Value"] in values for tag in item["Tags"])
    if key == "Name":
        return any(item["Name"].startswith(value) for value in values)
    if key == "Owner":
        return any(_owned_by(call, item, value) for value in values)
    offered = item[key] if isinstance(item[key], list) else [item[key]]
    return any(value in offered for value in values)
