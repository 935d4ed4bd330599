# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Questions to a Log Analytics workspace (Azure Monitor Logs, query API v1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._core.errors import CloudError
from . import versions
from .client import Connection
from .errors import error_text

Row = dict[str, Any]


def customer_id(connection: Connection, workspace: str) -> str:
    """The id by which queries know a workspace, of its resource id. Raises CloudError."""
    doing = f"read the workspace {workspace.rpartition('/')[2]}"
    answer = connection.call("GET", workspace, versions.LOG_ANALYTICS, doing).body
    found = (answer.get("properties") or {}).get("customerId") if isinstance(answer, Mapping) else None
    if not found:
        raise CloudError(f"Could not {doing}: the service told no customerId", code="NoCustomerId")
    return str(found)


def query(logs: Connection, customer: str, kql: str, hours: int, doing: str) -> list[Row]:
    """Every row of the query over the last hours, of the workspace with that customer id.

    ``logs`` is a connection to Log Analytics.

    The service answers HTTP 200 with ``error`` beside what it has when it does not have all of it (too many rows, a
    part that did not answer in time): that is an error here. Raises CloudError.
    """
    body = {"query": kql, "timespan": f"PT{hours}H"}
    answer = logs.call("POST", f"/v1/workspaces/{customer}/query", "", doing, body).body
    if not isinstance(answer, Mapping):
        raise CloudError(f"Could not {doing}: Log Analytics answered no table", code="NoTable")
    if answer.get("error"):
        error = answer["error"] if isinstance(answer["error"], Mapping) else {"message": str(answer["error"])}
        raise CloudError(
            f"Could not {doing}: Log Analytics answered a part only, which is not used: {error_text(error)}",
            code=str(error.get("code") or "PartialError"),
            lasting=False,
        )
    return _rows(answer, doing)


def _rows(answer: Mapping[str, Any], doing: str) -> list[Row]:
    tables = answer.get("tables")
    if not isinstance(tables, list) or not tables:
        raise CloudError(f"Could not {doing}: Log Analytics answered no table", code="NoTable")
    names = [str(column.get("name")) for column in tables[0].get("columns") or ()]
    return [dict(zip(names, row, strict=True)) for row in tables[0].get("rows") or ()]
