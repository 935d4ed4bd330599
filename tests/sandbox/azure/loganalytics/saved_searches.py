# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Saved searches. One that exists is replaced only with its own etag or ``*`` (SavedSearch of the API, etag)."""

from __future__ import annotations

import re

from azure.mgmt.loganalytics.models import SavedSearch, SavedSearchesListResult

from ..arm.answer import Answer
from ..arm.call import Call
from ..arm.errors import ArmError, resource_not_found
from ..arm.registry import operation
from .store import SAVED_SEARCH, Resource, WorkspaceStore, saved_search
from .workspaces import ONE as WORKSPACE_PATH
from .workspaces import VERSIONS, workspace_of

ONE = f"{WORKSPACE_PATH}/savedSearches/{{name}}"
_ALIAS = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def _key(call: Call) -> str:
    return f"{workspace_of(call)['id']}/savedSearches/{call.params['name']}".lower()


def _find(call: Call) -> Resource | None:
    return call.store(WorkspaceStore).searches.get(_key(call))


@operation("GET", ONE, versions=VERSIONS, name=f"{SAVED_SEARCH}/read", answer=SavedSearch)
def get_search(call: Call) -> Answer:
    """One of them."""
    found = _find(call)
    if found is None:
        raise resource_not_found(SAVED_SEARCH, call.params["name"], call.group)
    return Answer(200, found)


@operation(
    "GET",
    f"{WORKSPACE_PATH}/savedSearches",
    versions=VERSIONS,
    name=f"{SAVED_SEARCH}/read",
    answer=SavedSearchesListResult,
)
def list_searches(call: Call) -> Answer:
    """All of a workspace, at once."""
    prefix = f"{workspace_of(call)['id']}/".lower()
    found = call.store(WorkspaceStore).searches.items()
    return Answer(200, {"value": [one for key, one in found if key.startswith(prefix)]})


@operation("PUT", ONE, versions=VERSIONS, name=f"{SAVED_SEARCH}/write", body=SavedSearch, answer=SavedSearch)
def put_search(call: Call) -> Answer:
    """Make it, or replace it."""
    present, sent = _find(call), call.body.get("etag")
    if present is not None and sent not in ("*", present["etag"]):
        raise ArmError(409, "Conflict", f"The saved search '{call.params['name']}' exists: give its etag.", "etag")
    properties = call.body["properties"]
    alias = properties.get("functionAlias")
    if alias and not _ALIAS.fullmatch(alias):
        raise ArmError(400, "InvalidParameter", f"functionAlias '{alias}' is not valid.", "properties.functionAlias")
    made = saved_search(workspace_of(call)["id"], call.params["name"], properties)
    call.store(WorkspaceStore).searches[_key(call)] = made
    return Answer(200, made)


@operation("DELETE", ONE, versions=VERSIONS, name=f"{SAVED_SEARCH}/delete")
def delete_search(call: Call) -> Answer:
    """Delete it."""
    return Answer(204 if call.store(WorkspaceStore).searches.pop(_key(call), None) is None else 200)
