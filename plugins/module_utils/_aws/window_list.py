# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The listing of maintenance windows."""

from __future__ import annotations

from typing import Any

from .client import Connection

PAGE = 100
"""Entries of a page at most (service model: MaintenanceWindowMaxResults)."""


def list_windows(connection: Connection, name: str = "", *, enabled: bool | None = None) -> list[dict[str, Any]]:
    """All windows, or those of this name and in this state, as DescribeMaintenanceWindows answers them."""
    wanted = {"Name": name, "Enabled": "" if enabled is None else str(enabled).lower()}
    filters = [{"Key": key, "Values": [value]} for key, value in wanted.items() if value]
    return list(
        connection.pages(
            "ssm",
            "describe_maintenance_windows",
            "WindowIdentities",
            "read the maintenance windows",
            MaxResults=PAGE,
            **({"Filters": filters} if filters else {}),
        )
    )
