# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operation: a query over subscriptions, answered in pages.

Source: REST reference "Resources - Resources" (Azure Resource Graph), "Working with large Azure resource data sets".
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from azure.mgmt.resourcegraph import models

from ..arm.answer import Answer
from ..arm.authenticate import reachable
from ..arm.call import Call
from ..arm.registry import operation
from .errors import ParserFailure, SemanticError, bad_request, invalid_query
from .nodes import Query
from .operators import Run
from .parser import parse
from .readable import evaluate_readable
from .relation import Relation
from .tables import TABLES, Row
from .values import shown

VERSIONS = ("2019-04-01", "2021-03-01", "2022-10-01", "2024-04-01")
MOST_ROWS = 1000
TEXTS = ("id", "name", "type", "tenantId", "kind", "location", "resourceGroup", "subscriptionId", "managedBy")
DYNAMICS = ("sku", "plan", "properties", "tags", "identity", "zones", "extendedLocation")
_ANSWER_TYPES = {"string": "string", "long": "integer", "real": "number", "bool": "boolean", "datetime": "datetime"}


@operation(
    "POST",
    "/providers/Microsoft.ResourceGraph/resources",
    versions=VERSIONS,
    name="Microsoft.ResourceGraph/resources/read",
    body=models.QueryRequest,
    answer=models.QueryResponse,
)
def query_resources(call: Call) -> Answer:
    """One page of what the query gives."""
    body: Mapping[str, Any] = call.body
    if body.get("managementGroups") is not None:
        raise bad_request(_detail("BadRequest", "managementGroups: the sandbox has no management groups"))
    if body.get("facets"):
        raise bad_request(_detail("BadRequest", "facets: the sandbox serves no facets"))
    options: Mapping[str, Any] = body.get("options", {})
    subscriptions = _subscriptions(call, body.get("subscriptions"))
    try:
        found = _evaluate(call, body["query"], subscriptions)
    except (ParserFailure, SemanticError) as error:
        raise invalid_query(error) from None
    size, start = _window(options, body["query"], subscriptions)
    rows = found.rows[start : start + size]
    more = start + size < len(found.rows)
    pageable = "id" in found.columns and not found.limited
    answer = {
        "totalRecords": len(found.rows),
        "count": len(rows),
        "data": _data(found, rows, options.get("resultFormat", _usual_format(call.api_version))),
        "facets": [],
        "resultTruncated": "true" if more else "false",
    }
    if more and pageable:
        answer["$skipToken"] = _token(body["query"], subscriptions, start + size)
    return Answer(200, answer, raw=True)


def _usual_format(version: str) -> str:
    return "table" if version < "2021-03-01" else "objectArray"


def _detail(code: str, message: str) -> dict[str, Any]:
    return {"code": code, "message": message}


def _subscriptions(call: Call, asked: list[str] | None) -> list[str]:
    """Those that are asked for and that the caller reaches; without any named all that it reaches. Raises ArmError."""
    mine = [one.id for one in reachable(call.world.settings, call.caller)]
    wanted = mine if asked is None else [one for one in mine if one.lower() in {name.lower() for name in asked}]
    if not wanted:
        message = (
            "There must be at least one subscription that is eligible to contain resources. "
            f"Given: '{', '.join(asked or ())}'."
        )
        raise bad_request(_detail("NoValidSubscriptionsInQueryRequest", message))
    return wanted


def _evaluate(call: Call, text: str, subscriptions: list[str]) -> Relation:
    parsed, now = parse(text), call.world.now()

    def evaluated(rows_of_table: Callable[[str], list[Row]]) -> Relation:
        def table(query: Query) -> Relation:
            if query.table.lower() not in TABLES:
                known = ", ".join(sorted(TABLES))
                raise query.token.fail(f"the table '{query.table}' is not served; served are {known}")
            # Without an order a query's rows come in no order; the same one each time, so that pages fit together.
            rows = sorted(rows_of_table(query.table), key=lambda row: str(row["id"]).lower())
            return Relation(_columns(), [_whole(row) for row in rows])

        return Run(table, now).relation(parsed)

    return evaluate_readable(call, subscriptions, evaluated)


def _columns() -> dict[str, str]:
    return {**dict.fromkeys(TEXTS, "string"), **dict.fromkeys(DYNAMICS, "dynamic")}


def _whole(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row with all columns of a table: texts are never null."""
    return {**dict.fromkeys(TEXTS, ""), **dict.fromkeys(DYNAMICS), **{k: v for k, v in row.items() if v is not None}}


def _window(options: Mapping[str, Any], text: str, subscriptions: list[str]) -> tuple[int, int]:
    """How many rows from which on. Raises ArmError."""
    size = options.get("$top", MOST_ROWS)
    if not 1 <= size <= MOST_ROWS:
        raise bad_request(_detail("InvalidTop", f"$top: {size} is not from 1 to {MOST_ROWS}"))
    start = options.get("$skip", 0)
    if start < 0:
        raise bad_request(_detail("InvalidSkip", f"$skip: {start} is less than 0"))
    token = options.get("$skipToken")
    return size, _offset(token, text, subscriptions) if token else start


def _purpose(text: str, subscriptions: list[str]) -> str:
    return hashlib.sha256(json.dumps([text, sorted(subscriptions)]).encode()).hexdigest()[:16]


def _token(text: str, subscriptions: list[str], offset: int) -> str:
    held = {"o": offset, "p": _purpose(text, subscriptions)}
    return base64.urlsafe_b64encode(json.dumps(held).encode()).decode()


def _offset(token: str, text: str, subscriptions: list[str]) -> int:
    """Where the next page begins; a token belongs to the query it was given for. Raises ArmError."""
    try:
        held: Any = json.loads(base64.urlsafe_b64decode(token.encode()))
        if held["p"] == _purpose(text, subscriptions):
            return int(held["o"])
    except (ValueError, KeyError, TypeError):
        pass
    raise bad_request(_detail("InvalidSkipToken", "$skipToken: it is not valid for this query"))


def _data(found: Relation, rows: Any, form: str) -> Any:
    if form == "table":
        columns = [{"name": name, "type": _ANSWER_TYPES.get(kind, "object")} for name, kind in found.columns.items()]
        return {"columns": columns, "rows": [[shown(row.get(name)) for name in found.columns] for row in rows]}
    return [{name: shown(row.get(name)) for name in found.columns} for row in rows]
