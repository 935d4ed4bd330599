# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tags of a resource, changed without touching its other tags ("Tags - Update At Scope": Merge and Delete)."""

from __future__ import annotations

from collections.abc import Mapping

from . import versions
from .busy import when_free
from .client import Connection


def merge_tags(connection: Connection, resource_id: str, tags: Mapping[str, str], doing: str) -> None:
    """Set tags of a resource. Raises CloudError."""
    _patch(connection, resource_id, "Merge", tags, doing)


def delete_tags(connection: Connection, resource_id: str, tags: Mapping[str, str], doing: str) -> None:
    """Remove tags of a resource, as far as they have these values. Raises CloudError."""
    _patch(connection, resource_id, "Delete", tags, doing)


def _patch(connection: Connection, resource_id: str, operation: str, tags: Mapping[str, str], doing: str) -> None:
    path = f"{resource_id}/providers/Microsoft.Resources/tags/default"
    body = {"operation": operation, "properties": {"tags": dict(tags)}}
    when_free(connection, lambda: connection.call("PATCH", path, versions.TAGS, doing, body))
