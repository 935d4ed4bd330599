# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads and changes Systems Manager documents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from .._core.change_set import ChangeSet, Step
from .._core.errors import CloudError, InputError
from .._core.pool import results
from .client import Connection
from .document_content import Content, stored_content, wanted_content
from .document_model import StoredDocument, from_api, stable_accounts, wanted_of
from .document_plan import (
    CREATE,
    DELETE,
    KEEP,
    LATEST,
    SET_DEFAULT,
    SHARE,
    UPDATE,
    Wanted,
    create_request,
    differs,
    plan_absent,
    plan_present,
)
from .document_usage import users_of
from .instances import tag_dict
from .model_check import check_request
from .module import session_of
from .resource_tags import apply_tag_step, read_tags, wanted_tags
from .times import iso

NO_CONTENT = Content("{}", "JSON", {})
GONE = "InvalidDocument"
LOOKED_BACK = 50
"""How many earlier versions are looked at for a content."""
POLLS, PAUSE = 30, 2.0
"""How often and with which pause in seconds a new version is looked at until it can be used."""

_REMEDIES = {
    "DuplicateDocumentContent": "The service takes no second version with the same content: change the content too, "
    "or choose a version that is there with default_version.",
    "DocumentVersionLimitExceeded": "A document has at most 1,000 versions: delete versions that nothing runs any "
    "more, with aws ssm delete-document --document-version.",
    "DuplicateDocumentVersionName": "Each version needs a version_name of its own.",
}


def manage_document(module: Any) -> dict[str, Any]:
    """Make the document as the options say: look, plan, apply unless in check mode, answer."""
    params = module.params
    absent = params["state"] == "absent"
    wanted = _wanted(params)
    _refuse_bad_values(wanted)
    connection = session_of(module).connect(params["account"] or "")
    current = fetch(connection, wanted.name, sharing=absent or wanted.share_with is not None)
    if absent:
        users = users_of(connection, wanted.name) if current else []
        changes = plan_absent(current, users, force=params["force"])
    else:
        if current:
            wanted = replace(wanted, earlier=_earlier(connection, current, wanted))
            if wanted.default != wanted.earlier:
                _require_version(connection, current, wanted.default)
        changes = plan_present(current, wanted)
    if changes.changed and not module.check_mode:
        versions = apply(connection, wanted.name, changes)
        if changes.after:
            return _answer(changes, {**changes.after, **versions})
    return _answer(changes, changes.after)


def _answer(changes: ChangeSet, document: Mapping[str, Any]) -> dict[str, Any]:
    return {"changed": changes.changed, "diff": changes.diff(), "document": dict(document)}


def _wanted(params: Mapping[str, Any]) -> Wanted:
    if params["state"] == "absent":
        return Wanted(name=params["name"])
    shared = params["share_with"]
    return Wanted(
        name=params["name"],
        content=wanted_content(params["content"], params["src"], params["document_format"]),
        values=wanted_of(params),
        version_name=params["version_name"],
        default_version=params["default_version"],
        share_with=None if shared is None else stable_accounts(shared),
        purge_share_with=params["purge_share_with"],
        tags=wanted_tags(params["tags"]),
        purge_tags=params["purge_tags"],
    )


def fetch(connection: Connection, name: str, *, sharing: bool) -> StoredDocument | None:
    """The document with what its latest version is; with ``sharing`` also who may use it. None when there is none."""
    doing = f"read the document {name}"
    try:
        raw = connection.call("ssm", "describe_document", doing, Name=name, DocumentVersion="$LATEST")["Document"]
    except CloudError as error:
        if error.code == GONE:
            return None
        raise
    content = read_content(connection, name, "$LATEST")
    own = raw.get("Owner") != "Amazon"
    tags: dict[str, str] = {}
    if own:
        tags = tag_dict(raw["Tags"]) if raw.get("Tags") else read_tags(connection, "Document", name, f"document {name}")
    return from_api(raw, content, tags, _shared_with(connection, name) if sharing and own else None)


def _shared_with(connection: Connection, name: str) -> list[str]:
    doing = f"read who may use the document {name}"
    listed = connection.pages(
        "ssm", "describe_document_permission", "AccountIds", doing, Name=name, PermissionType="Share", MaxResults=200
    )
    return [str(account) for account in listed]


def _earlier(connection: Connection, current: StoredDocument, wanted: Wanted) -> str | None:
    """The newest version before the latest one that has the wanted content; the service takes no content twice."""
    content = wanted.content
    if content is None or current.latest_version == "1" or not differs(current, wanted):
        return None
    versions = [entry["document_version"] for entry in versions_of(connection, current.name)]
    others = [version for version in versions if version != current.latest_version][:LOOKED_BACK]
    found = results(lambda version: read_content(connection, current.name, version), others)
    return next((version for version, other in found if content.same(other)), None)


def versions_of(connection: Connection, name: str) -> list[dict[str, Any]]:
    """The versions of a document, newest first."""
    listed = connection.pages(
        "ssm",
        "list_document_versions",
        "DocumentVersions",
        f"read the versions of the document {name}",
        Name=name,
        MaxResults=50,
    )
    versions = [
        {
            "document_version": str(entry["DocumentVersion"]),
            "version_name": str(entry.get("VersionName") or ""),
            "is_default_version": bool(entry.get("IsDefaultVersion")),
            "document_format": str(entry.get("DocumentFormat") or ""),
            "created_date": iso(entry.get("CreatedDate")) or None,
            "status": str(entry.get("Status") or ""),
        }
        for entry in listed
    ]
    return sorted(versions, key=lambda entry: int(str(entry["document_version"])), reverse=True)


def read_content(connection: Connection, name: str, version: str) -> Content:
    """The content of a version."""
    doing = f"read the document {name}"
    answer = connection.call("ssm", "get_document", doing, Name=name, DocumentVersion=version)
    return stored_content(str(answer["Content"]), str(answer.get("DocumentFormat") or ""))


def _require_version(connection: Connection, current: StoredDocument, version: str) -> None:
    """Refuse a version that is to be the default and does not exist. Raises InputError."""
    if version in (LATEST, KEEP, current.latest_version, current.default_version):
        return
    doing = f"read version {version} of the document {current.name}"
    try:
        connection.call("ssm", "describe_document", doing, Name=current.name, DocumentVersion=version)
    except CloudError as error:
        if error.code == "InvalidDocumentVersion":
            raise InputError("default_version", version, "a version of the document, latest or keep") from error
        raise


def apply(connection: Connection, name: str, changes: ChangeSet) -> dict[str, str]:
    """Carry the change set out; answers the numbers of the versions as the service gave them."""
    latest = str(changes.before.get("latest_version", "1"))
    versions: dict[str, str] = {}
    for step in changes.steps:
        if step.action in (CREATE, UPDATE):
            latest = versions["latest_version"] = _write(connection, step, name)
            if step.action == CREATE:
                versions["default_version"] = latest
        elif step.action == SET_DEFAULT:
            version = latest if step.params["version"] == LATEST else str(step.params["version"])
            doing = f"make version {version} the default of the document {name}"
            connection.call("ssm", SET_DEFAULT, doing, Name=name, DocumentVersion=version)
            versions["default_version"] = version
        elif step.action == SHARE:
            doing = f"change who may use the document {name}"
            connection.call("ssm", SHARE, doing, Name=name, PermissionType="Share", **step.params)
        elif step.action == DELETE:
            _delete(connection, step, name)
        else:
            apply_tag_step(connection, step, "Document", name, f"document {name}")
    return versions


def _write(connection: Connection, step: Step, name: str) -> str:
    """Create the document or its next version, and wait until that can be used; answers its number.

    Neither request has a token. A repeated one is refused by the service, since the name is taken or the version it is
    based on is not the latest any more; then it is looked whether the first one had done it.
    """
    doing = f"create the document {name}" if step.action == CREATE else f"change the document {name}"
    try:
        raw = connection.call("ssm", step.action, doing, **step.params)["DocumentDescription"]
    except CloudError as error:
        written = fetch(connection, name, sharing=False) if error.code in _TAKEN else None
        if not written or not _is_next(written, step):
            raise _explained(error) from error
        return _usable(connection, name, written.latest_version, written.status)
    return _usable(connection, name, str(raw["DocumentVersion"]), str(raw.get("Status") or "Active"))


_TAKEN = ("DocumentAlreadyExists", "DuplicateDocumentContent", "InvalidDocumentVersion", "DuplicateDocumentVersionName")


def _is_next(written: StoredDocument, step: Step) -> bool:
    """Whether the latest version is the one that the step was to write."""
    sent = stored_content(step.params["Content"], step.params["DocumentFormat"])
    before = int(step.params.get("DocumentVersion", "0"))
    return written.content.same(sent) and int(written.latest_version) > before


def _usable(connection: Connection, name: str, version: str, status: str) -> str:
    """Wait until the version is active. Raises CloudError when it fails or takes too long."""
    doing = f"read version {version} of the document {name}"
    raw: Mapping[str, Any] = {}
    for _attempt in range(POLLS):
        if status == "Active":
            return version
        if status == "Failed":
            reason = raw.get("StatusInformation") or "the service gives no reason"
            raise CloudError(f"Version {version} of the document {name} cannot be used: {reason}", code="Failed")
        connection.sleep(PAUSE)
        raw = connection.call("ssm", "describe_document", doing, Name=name, DocumentVersion=version)["Document"]
        status = str(raw.get("Status") or "Active")
    raise CloudError(
        f"Version {version} of the document {name} is still {status} after {POLLS * PAUSE:.0f} s: look again later",
        code="Timeout",
    )


def _delete(connection: Connection, step: Step, name: str) -> None:
    try:
        connection.call("ssm", DELETE, f"delete the document {name}", Name=name, **step.params)
    except CloudError as error:
        if error.code != GONE:
            raise


def _explained(error: CloudError) -> CloudError:
    remedy = _REMEDIES.get(error.code)
    return CloudError(f"{error} {remedy}", code=error.code, lasting=error.lasting) if remedy else error


def _refuse_bad_values(wanted: Wanted) -> None:
    """Refuse before the first request what the service model refuses. Raises InputError."""
    check_request("ssm", "CreateDocument", create_request(wanted, wanted.content or NO_CONTENT))
    if wanted.version_name is not None:
        check_request("ssm", "CreateDocument", {"VersionName": wanted.version_name})
    version = wanted.default_version
    if version is not None and version not in (LATEST, KEEP) and not (version.isdecimal() and int(version)):
        raise InputError("default_version", version, "latest, keep or the number of a version")
    for account in wanted.share_with or ():
        if account != "all" and not (len(account) == 12 and account.isdecimal()):
            raise InputError("share_with", account, "an account, which has 12 digits, or all")
