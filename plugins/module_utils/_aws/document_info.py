# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of ``ssm_document_info``: documents of one's own with content, versions, and what uses them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._core.pool import results
from .client import Connection
from .document import fetch, versions_of
from .document_usage import users_of
from .model_check import check_request
from .module import session_of

PAGE = 50


def describe_documents(module: Any) -> dict[str, Any]:
    """The documents that the options ask for, side by side."""
    params = module.params
    if params["name"] is not None:
        check_request("ssm", "CreateDocument", {"Name": params["name"]})
    connection = session_of(module).connect(params["account"] or "")
    names = [params["name"]] if params["name"] is not None else _own(connection, params["document_type"])
    found = results(lambda name: _whole(connection, name, params), names)
    return {"changed": False, "documents": [document for _name, document in found if document]}


def _own(connection: Connection, document_type: str | None) -> list[str]:
    """Names of the account's own documents."""
    filters = [{"Key": "Owner", "Values": ["Self"]}]
    if document_type:
        filters.append({"Key": "DocumentType", "Values": [document_type]})
    listed = connection.pages(
        "ssm", "list_documents", "DocumentIdentifiers", "read the documents", Filters=filters, MaxResults=PAGE
    )
    return sorted(str(entry["Name"]) for entry in listed)


def _whole(connection: Connection, name: str, params: Mapping[str, Any]) -> dict[str, Any] | None:
    """All of a document; None when there is none of this name, or of another type than asked for."""
    document = fetch(connection, name, sharing=True)
    if document is None or params["document_type"] not in (None, document.document_type):
        return None
    shown = document.shown() | {"owner": document.owner, "status": document.status}
    if params["versions"]:
        shown["versions"] = versions_of(connection, name)
    if params["users"]:
        shown["users"] = users_of(connection, name)
    return shown
