# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may use a document: DescribeDocumentPermission, ModifyDocumentPermission."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import ServiceError
from ..paging import page
from ..world import Call, operation
from .document_store import DocumentStore

MOST_ACCOUNTS, MOST_PUBLIC = 1_000, 5


@operation("ssm", "DescribeDocumentPermission")
def describe_document_permission(call: Call) -> Mapping[str, Any]:
    """The accounts that a document is shared with, 20 a page at most."""
    document = call.store(DocumentStore).owned(call.params["Name"])
    accounts, token = page(call, sorted(document.shared), 20, at_most=20)
    sharing = [{"AccountId": account, "SharedDocumentVersion": document.shared[account]} for account in accounts]
    return {"AccountIds": accounts, "AccountSharingInfoList": sharing, "NextToken": token}


@operation("ssm", "ModifyDocumentPermission")
def modify_document_permission(call: Call) -> Mapping[str, Any]:
    """Share a document, or do so no more: an account that is named both ways is removed."""
    store = call.store(DocumentStore)
    document = store.owned(call.params["Name"])
    added = [_account(item) for item in call.params.get("AccountIdsToAdd") or []]
    removed = {_account(item) for item in call.params.get("AccountIdsToRemove") or []}
    if not added and not removed:
        raise ServiceError("ValidationException", "AccountIdsToAdd or AccountIdsToRemove must be given")
    version = str(call.params.get("SharedDocumentVersion") or "$DEFAULT")
    shared = {**document.shared, **dict.fromkeys(added, version)}
    shared = {account: held for account, held in shared.items() if account not in removed}
    public = sum("all" in other.shared for other in store.documents.values() if other is not document)
    if len(shared) > MOST_ACCOUNTS or ("all" in shared and public >= MOST_PUBLIC):
        raise ServiceError(
            "DocumentPermissionLimit",
            f"A document is shared with at most {MOST_ACCOUNTS} accounts, and at most {MOST_PUBLIC} with everybody",
        )
    document.shared = shared
    return {}


def _account(text: str) -> str:
    return "all" if text.lower() == "all" else text
