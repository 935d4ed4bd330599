# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Making versions of documents, with their attachments, and what a change of them sets going."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlparse

from ..errors import ServiceError
from ..world import Call
from .association_runs import run_association
from .association_store import AssociationStore
from .document_content import parse_content
from .document_store import DocumentStore, StoredDocument, Version

READY_AFTER = 2.0
"""Simulated seconds after which a version is active."""


def make_version(call: Call, kind: str, number: str, before: Version | None = None) -> Version:
    """A version from a request; what it does not say is as ``before``. Raises ServiceError."""
    params = call.params
    content, form = params["Content"], str(params.get("DocumentFormat") or "JSON")
    files, failure = _attachments(call)
    due, clock = call.world.clock.seconds() + READY_AFTER, call.world.clock
    return Version(
        number,
        content,
        form,
        str(params.get("VersionName") or ""),
        call.world.now(),
        parse_content(kind, content, form),
        display_name=str(params.get("DisplayName") or (before.display_name if before else "")),
        target_type=str(params.get("TargetType") or (before.target_type if before else "")),
        cloud_providers=tuple(params.get("CloudProviders") or (before.cloud_providers if before else ("AWS",))),
        attachments=files,
        failure=failure,
        ready=lambda: clock.seconds() >= due,
    )


def _attachments(call: Call) -> tuple[tuple[str, ...], str]:
    """Names of the attached files, and why they cannot be had. Raises ServiceError for what is no attachment."""
    names, failure = [], ""
    for source in call.params.get("Attachments") or []:
        key, value = source.get("Key"), (source.get("Values") or [""])[0]
        if key == "AttachmentReference":
            names.append(_referred(call, value))
        elif key == "S3FileUrl":
            names.append(source.get("Name") or value.rpartition("/")[2])
            failure = failure or _unreadable(call, value)
        else:
            raise ServiceError("ValidationException", f"The sandbox has no attachments by {key}, but by S3FileUrl")
    return tuple(names), failure


def _referred(call: Call, reference: str) -> str:
    """``document/version/file`` of the same account."""
    parts = reference.split("/")
    if len(parts) == 3:
        version = call.store(DocumentStore).get(parts[0]).version(parts[1])
        if parts[2] in version.attachments:
            return parts[2]
    raise ServiceError("InvalidDocumentContent", f"There is no attachment {reference}")


def _unreadable(call: Call, location: str) -> str:
    from moto.s3.models import s3_backends

    place = urlparse(location)
    bucket = s3_backends[call.account]["aws"].buckets.get(place.netloc) if place.scheme == "s3" else None
    if bucket is None:
        return "The specified S3 bucket doesn't exist. Verify that the URL of the S3 bucket is correct."
    if bucket.keys.get(place.path.lstrip("/")) is None:
        return f"The file {location} doesn't exist."
    return ""


def run_associations(call: Call, document: StoredDocument, word: str) -> None:
    """Run the associations that use what ``$LATEST`` or ``$DEFAULT`` now is, unless they wait for their times."""
    for association in call.store(AssociationStore).associations.values():
        settings: Mapping[str, Any] = association.settings
        follows = settings["Name"] == document.name and settings["DocumentVersion"] == word
        if follows and not settings["ApplyOnlyAtCronInterval"]:
            run_association(call.world, call.account, call.region, association)
