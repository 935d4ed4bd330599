# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Azure Resource Graph: questions about all resources of many subscriptions, a thousand rows a request.

What it knows can be minutes old. Rules are from "Working with large Azure resource data sets" and "Guidance for
throttled requests in Azure Resource Graph".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .._core.errors import CloudError
from .._core.targets import chunks
from . import versions
from .client import Connection

PATH = "/providers/Microsoft.ResourceGraph/resources"
MOST_ROWS = 1000
MOST_SUBSCRIPTIONS = 1000

Row = dict[str, Any]


def query(connection: Connection, kql: str, subscriptions: Sequence[str], doing: str, order: str = "id") -> list[Row]:
    """Every row that the query has in the subscriptions, page by page to the end.

    ``order`` is a column of the result that no two rows share: without one a page may repeat rows of another and leave
    some out. The query must not limit its rows (limit, take, top): it would be answered without a token for the rest.
    Raises :class:`CloudError`, also for an answer that is cut off.
    """
    rows: list[Row] = []
    for group in chunks(list(subscriptions), MOST_SUBSCRIPTIONS):
        rows.extend(_rows(connection, f"{kql} | order by {order} asc", group, doing))
    return rows


def literal(text: str) -> str:
    """The text as a string literal of KQL."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\r", "\\r")
    return f"'{escaped}'"


def literals(texts: Iterable[str]) -> str:
    """The texts as a list for ``in`` and ``in~``."""
    return f"({', '.join(literal(text) for text in texts)})"


def _rows(connection: Connection, kql: str, subscriptions: list[str], doing: str) -> list[Row]:
    rows: list[Row] = []
    token = ""
    while True:
        options: dict[str, Any] = {"$top": MOST_ROWS, "resultFormat": "objectArray"}
        if token:
            options["$skipToken"] = token
        body = {"subscriptions": subscriptions, "query": kql, "options": options}
        page = connection.call("POST", PATH, versions.GRAPH, doing, body).body
        rows.extend(_data(page, doing))
        following = str(page.get("$skipToken") or "")
        if following == token and token:
            raise CloudError(f"Could not {doing}: Resource Graph gave the same page twice", code="SamePageTwice")
        if not following:
            if page.get("resultTruncated") == "true":
                raise CloudError(
                    f"Could not {doing}: Resource Graph cut the answer off after {len(rows)} rows and gave no way to "
                    f"the rest. Ask for fewer subscriptions",
                    code="ResultTruncated",
                )
            return rows
        token = following


def _data(page: Any, doing: str) -> list[Row]:
    data = page.get("data") if isinstance(page, Mapping) else None
    if not isinstance(data, list):
        raise CloudError(f"Could not {doing}: Resource Graph answered no rows", code="NoRows")
    return data
