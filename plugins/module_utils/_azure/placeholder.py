# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The saved search that finds nothing: what a deployment schedule has to have while no machine is on it.

The service takes no schedule without machines. So one that would be empty gets a query, for machines outside of Azure,
of a saved search in a workspace, known there by the alias of its function.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._core.errors import CloudError
from . import versions
from .client import Connection

CATEGORY = "hybridops.patching"
NOTHING = "Heartbeat | where 1 == 2 | distinct Computer"
VERSION = 2
"""Of the language of the query (savedSearches: "The current version is 2 and is the default")."""


def has_saved_search(connection: Connection, workspace: str, alias: str) -> bool:
    """Whether the workspace has a saved search with this function alias. One list that has no pages."""
    doing = f"list the saved searches of the workspace {_name(workspace)}"
    answer = connection.call("GET", f"{workspace}/savedSearches", versions.LOG_ANALYTICS, doing).body
    if not isinstance(answer, Mapping) or not isinstance(answer.get("value"), list):
        raise CloudError(f"Could not {doing}: the service answered no list", code="NoList")
    return any((entry.get("properties") or {}).get("functionAlias") == alias for entry in answer["value"])


def make_saved_search(connection: Connection, workspace: str, alias: str) -> None:
    """Make the saved search that finds nothing. Safe to repeat. Raises CloudError."""
    doing = f"make the saved search {alias} in the workspace {_name(workspace)}"
    properties: dict[str, Any] = {
        "category": CATEGORY,
        "displayName": alias,
        "query": NOTHING,
        "functionAlias": alias,
        "version": VERSION,
    }
    path = f"{workspace}/savedSearches/{alias.lower()}"
    connection.call("PUT", path, versions.LOG_ANALYTICS, doing, {"properties": properties})


def _name(workspace: str) -> str:
    return workspace.rpartition("/")[2]
