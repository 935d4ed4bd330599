# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Create, read, change and delete documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import ServiceError
from ..paging import page
from ..world import Call, operation
from .document_store import DocumentStore, StoredDocument, make_version
from .resource_tags import checked_tags


@operation("ssm", "CreateDocument")
def create_document(call: Call) -> Mapping[str, Any]:
    """Create one, as version 1, which is the default."""
    store, name = call.store(DocumentStore), call.params["Name"]
    if name.lower().startswith(("aws-", "aws:", "amazon", "amzn")):
        raise ServiceError("ValidationException", f"The name {name} is reserved")
    if name in store.documents:
        raise ServiceError("DocumentAlreadyExists", "The specified document already exists.")
    kind = call.params.get("DocumentType") or "Command"
    made = StoredDocument(
        name,
        kind,
        call.account,
        {"1": make_version(call, kind, "1")},
        tags=checked_tags(call.params.get("Tags") or [], {}),
        display_name=str(call.params.get("DisplayName") or ""),
        target_type=str(call.params.get("TargetType") or ""),
    )
    store.documents[name] = made
    return {"DocumentDescription": made.description(made.version())}


@operation("ssm", "UpdateDocument")
def update_document(call: Call) -> Mapping[str, Any]:
    """Add a version; the default stays."""
    document = call.store(DocumentStore).owned(call.params["Name"])
    if call.params.get("DocumentVersion") not in ("$LATEST", document.latest):
        raise ServiceError("InvalidDocumentVersion", "Only the latest version of a document can be updated")
    made = make_version(call, document.kind, str(int(document.latest) + 1))
    if any(made.digest == version.digest for version in document.versions.values()):
        raise ServiceError("DuplicateDocumentContent", "The content of the document duplicates another version's.")
    if made.name and any(made.name == version.name for version in document.versions.values()):
        raise ServiceError("DuplicateDocumentVersionName", "The version name is used by another version.")
    document.versions[made.number] = made
    return {"DocumentDescription": document.description(made)}


@operation("ssm", "UpdateDocumentDefaultVersion")
def update_document_default_version(call: Call) -> Mapping[str, Any]:
    """Make a version the default."""
    document = call.store(DocumentStore).owned(call.params["Name"])
    version = document.version(call.params["DocumentVersion"])
    document.default = version.number
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
    if wanted != version.format:
        raise ServiceError("ValidationException", f"The sandbox keeps {document.name} as {version.format} only")
    return {
        "Name": document.name,
        "CreatedDate": version.created,
        "DocumentVersion": version.number,
        "VersionName": version.name or None,
        "Status": "Active",
        "Content": version.content,
        "DocumentType": document.kind,
        "DocumentFormat": version.format,
        "DisplayName": document.display_name or None,
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
        del store.documents[document.name]
        return {}
    version = document.version(number or "", name or "")
    if version.number == document.default:
        raise ServiceError("InvalidDocumentOperation", "The default version of a document cannot be deleted.")
    del document.versions[version.number]
    return {}


_FILTERS = {"Name": "Name", "DocumentType": "DocumentType", "PlatformTypes": "PlatformTypes", "Owner": "Owner"}


@operation("ssm", "ListDocuments")
def list_documents(call: Call) -> Mapping[str, Any]:
    """Documents by name (its beginning), type, platform, owner, tag."""
    found = [document.identifier(document.version()) for document in call.store(DocumentStore).documents.values()]
    filters = [(entry["Key"], entry["Values"]) for entry in call.params.get("Filters") or []]
    filters += [(entry["key"], [entry["value"]]) for entry in call.params.get("DocumentFilterList") or []]
    for key, values in filters:
        if key not in _FILTERS and not key.startswith("tag:"):
            raise ServiceError("InvalidFilterKey", f"The filter key {key} is not valid")
        found = [item for item in found if _meets(call, item, key, values)]
    shown, token = page(call, found, 10)
    return {"DocumentIdentifiers": shown, "NextToken": token}


def _meets(call: Call, item: Mapping[str, Any], key: str, values: list[str]) -> bool:
    if key.startswith("tag:"):
        return any(tag["Key"] == key[4:] and tag["Value"] in values for tag in item["Tags"])
    if key == "Name":
        return any(item["Name"].startswith(value) for value in values)
    if key == "Owner":
        owners = {"Self": call.account, "Amazon": "Amazon"}
        return any(item["Owner"] == owners.get(value, value) for value in values)
    return bool({*item[key]} & {*values}) if key == "PlatformTypes" else item[key] in values
