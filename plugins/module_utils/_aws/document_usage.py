# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What uses a document, as far as Systems Manager tells: associations and tasks of maintenance windows."""

from __future__ import annotations

from typing import Any

from .._core.pool import results
from .client import Connection
from .native_updates import document_name
from .window_list import list_windows


def users_of(connection: Connection, name: str) -> list[str]:
    """The associations and windows of the account and region that run the document, as a message names them."""
    return [*_associations(connection, name), *_windows(connection, name)]


def _associations(connection: Connection, name: str) -> list[str]:
    listed = connection.pages(
        "ssm",
        "list_associations",
        "Associations",
        f"look for associations of the document {name}",
        AssociationFilterList=[{"key": "Name", "value": name}],
        MaxResults=50,
    )
    return sorted(
        f"association {entry.get('AssociationName') or ''} ({entry['AssociationId']})".replace("  ", " ")
        for entry in listed
    )


def _windows(connection: Connection, name: str) -> list[str]:
    def runs(window: dict[str, Any]) -> bool:
        tasks = connection.pages(
            "ssm",
            "describe_maintenance_window_tasks",
            "Tasks",
            f"read the tasks of {window['WindowId']}",
            WindowId=window["WindowId"],
            MaxResults=100,
        )
        return any(document_name(str(task.get("TaskArn", ""))) == name for task in tasks)

    found = results(runs, list_windows(connection))
    return sorted(
        f"maintenance window {window.get('Name')} ({window['WindowId']})" for window, running in found if running
    )
