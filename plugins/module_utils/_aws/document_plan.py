# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be done so that a document is as wanted: the plan of ``ssm_document``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from .._core.change_set import ChangeSet, Step
from .._core.errors import InputError, PatchingError
from .._core.targets import chunks
from .document_content import Content
from .document_model import (
    DEFAULT_TYPE,
    FIXED,
    VERSIONED,
    StoredDocument,
    attachment_names,
    kept_attachments,
    requires_to_api,
    to_api,
)
from .instances import tag_list
from .resource_tags import tag_steps, tags_after

CREATE, UPDATE, DELETE = "create_document", "update_document", "delete_document"
SET_DEFAULT, SHARE = "update_document_default_version", "modify_document_permission"
LATEST, KEEP = "latest", "keep"

SHARED_AT_ONCE = 20
"""Accounts that ModifyDocumentPermission takes at most."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the options ask for; None is what is not set. ``values`` has what belongs to a version.

    ``earlier``: the version before the latest one that has the content already.
    """

    name: str
    content: Content | None = None
    earlier: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    version_name: str | None = None
    default_version: str | None = None
    share_with: Sequence[str] | None = None
    purge_share_with: bool = True
    tags: Mapping[str, str] | None = None
    purge_tags: bool = True

    @property
    def default(self) -> str:
        """Which version becomes the default: that with the content given, unless told otherwise."""
        return self.default_version or self.earlier or (LATEST if self.content else KEEP)


def plan_present(current: StoredDocument | None, wanted: Wanted) -> ChangeSet:
    """Make the document, give it a new version, or change what is said about it. Raises InputError."""
    if current is None:
        return _plan_new(wanted)
    if current.owner == "Amazon":
        raise InputError("name", wanted.name, "a document of your own; this one is AWS's")
    for name in FIXED:
        there = getattr(current, name)
        if name in wanted.values and wanted.values[name] != (list(there) if name == "requires" else there):
            allowed = f"{there!r}, which is decided when a document is created; to change it delete the document first"
            raise InputError(name, wanted.values[name], allowed)
    after, steps = _version(current, wanted)
    default = {LATEST: after.latest_version, KEEP: current.default_version}.get(wanted.default, wanted.default)
    if int(default) > int(after.latest_version):
        raise InputError("default_version", default, f"a version up to {after.latest_version}, latest or keep")
    if default != current.default_version:
        steps.append(Step(SET_DEFAULT, {"version": default if default != after.latest_version else LATEST}))
        after = replace(after, default_version=default)
    after = _share(current.share_with or (), after, wanted, steps)
    if wanted.tags is not None:
        steps += tag_steps(current.tags, wanted.tags, wanted.purge_tags)
        after = replace(after, tags=tags_after(current.tags, wanted.tags, wanted.purge_tags))
    return ChangeSet(current.shown(), after.shown(), tuple(steps), f"document {current.name}")


def plan_absent(current: StoredDocument | None, users: Sequence[str], *, force: bool) -> ChangeSet:
    """Delete the document with all its versions. Raises PatchingError while something uses it."""
    if current is None:
        return ChangeSet()
    if current.owner == "Amazon":
        raise InputError("name", current.name, "a document of your own; this one is AWS's")
    if users:
        raise PatchingError(
            f"document {current.name} cannot be deleted: it is used by {', '.join(users)}. "
            "Delete these first, or let them run another document"
        )
    steps = [Step(SHARE, {"AccountIdsToRemove": part}) for part in chunks(current.share_with or (), SHARED_AT_ONCE)]
    steps.append(Step(DELETE, {"Force": True} if force else {}))
    return ChangeSet(current.shown(), {}, tuple(steps), f"document {current.name}")


def differs(current: StoredDocument, wanted: Wanted) -> bool:
    """Whether a content is wanted that is not that of the latest version."""
    return wanted.content is not None and not wanted.content.same(current.content)


def create_request(wanted: Wanted, content: Content) -> dict[str, Any]:
    """Members of CreateDocument."""
    request = {
        "Name": wanted.name,
        "Content": content.text,
        "DocumentFormat": content.format,
        "DocumentType": wanted.values.get("document_type", DEFAULT_TYPE),
        **to_api(wanted.values),
    }
    if wanted.values.get("requires"):
        request["Requires"] = requires_to_api(wanted.values["requires"])
    if wanted.version_name:
        request["VersionName"] = wanted.version_name
    return request | ({"Tags": tag_list(wanted.tags)} if wanted.tags else {})


def _plan_new(wanted: Wanted) -> ChangeSet:
    if wanted.content is None:
        raise InputError("content", None, "the content of a document that is not there yet, or src")
    if wanted.default not in (LATEST, KEEP, "1"):
        raise InputError("default_version", wanted.default, "latest, keep or 1 for a document that is not there yet")
    steps = [Step(CREATE, create_request(wanted, wanted.content))]
    values = {name: value for name, value in wanted.values.items() if name != "attachments"}
    after = StoredDocument(
        **{"document_type": DEFAULT_TYPE, **values},
        name=wanted.name,
        content=wanted.content,
        latest_version="1",
        default_version="1",
        version_name=wanted.version_name or "",
        attachments=attachment_names(wanted.values.get("attachments") or ()) or (),
        share_with=None if wanted.share_with is None else (),
        tags=dict(wanted.tags or {}),
    )
    after = _share((), after, wanted, steps)
    return ChangeSet({}, after.shown(), tuple(steps), f"document {wanted.name}")


def _version(current: StoredDocument, wanted: Wanted) -> tuple[StoredDocument, list[Step]]:
    """The document after a new version, if it takes one, and the step that makes it."""
    changes = {
        name: wanted.values[name]
        for name in VERSIONED
        if name in wanted.values and wanted.values[name] != _plain(getattr(current, name))
    }
    names = attachment_names(wanted.values["attachments"]) if "attachments" in wanted.values else None
    attached = names is not None and names != list(current.attachments)
    content = None if wanted.earlier or not differs(current, wanted) else wanted.content
    failed = current.status == "Failed" and wanted.content is not None
    if not (changes or attached or content or failed):
        return current, []
    content = content or current.content
    values = {name: _plain(getattr(current, name)) for name in VERSIONED if getattr(current, name)} | changes
    values["attachments"] = wanted.values.get("attachments", kept_attachments(current))
    request = {
        "Name": current.name,
        "Content": content.text,
        "DocumentFormat": content.format,
        "DocumentVersion": current.latest_version,
        **to_api(values),
        **({"VersionName": wanted.version_name} if wanted.version_name else {}),
    }
    after = replace(
        current,
        **changes,
        content=content,
        latest_version=str(int(current.latest_version) + 1),
        version_name=wanted.version_name or "",
        attachments=current.attachments if names is None else names,
    )
    return after, [Step(UPDATE, request)]


def _share(there: Sequence[str], after: StoredDocument, wanted: Wanted, steps: list[Step]) -> StoredDocument:
    """Add the steps that share the document; answers it as it is then."""
    if wanted.share_with is None:
        return after
    new = sorted({*wanted.share_with} - {*there})
    gone = sorted({*there} - {*wanted.share_with}) if wanted.purge_share_with else []
    steps += [Step(SHARE, {"AccountIdsToAdd": part}) for part in chunks(new, SHARED_AT_ONCE)]
    steps += [Step(SHARE, {"AccountIdsToRemove": part}) for part in chunks(gone, SHARED_AT_ONCE)]
    return replace(after, share_with=sorted({*there, *new} - {*gone}))


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
