# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Log Analytics' own endpoint: ``POST …/v1/workspaces/{id}/query``, with tokens of its own.

Form of answers and errors: "Azure Monitor Log Analytics API" (request format, response format, errors). The service is
announced in the cloud's endpoints as ``logAnalyticsResourceId``; that is its address and the audience of its tokens.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any

import jwt
from werkzeug.wrappers import Request

from ...faults import Fault, Faults, let_through
from ..arm.answer import Answer
from ..arm.authenticate import reachable
from ..arm.authorize import Need
from ..arm.call import Caller
from ..arm.ids import parse_id
from ..graph.errors import ParserFailure, SemanticError
from ..graph.relation import Relation
from ..graph.values import shown
from ..identity.audiences import LOGS_PATH, is_logs
from ..identity.tokens import Tokens
from ..world import AzureWorld
from .evaluate import evaluate, parse_timespan
from .store import Resource, find_workspace

NAME = "Microsoft.OperationalInsights/workspaces/query/read"
TABLE = "Microsoft.OperationalInsights/workspaces/query/Heartbeat/read"
"""A query needs both: to query, and to read the one table that there is ("Manage access to Log Analytics")."""
MEMBERS = {"query": str, "timespan": str, "workspaces": list}


class LogsError(Exception):
    """A refusal. ``inner``: what goes into ``innererror``."""

    def __init__(self, status: int, code: str, message: str, inner: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.inner = status, code, message, inner

    @property
    def body(self) -> dict[str, Any]:
        """The answer's body."""
        error = {"message": self.message, "code": self.code, "correlationId": str(uuid.uuid4())}
        return {"error": error | ({"innererror": dict(self.inner)} if self.inner else {})}


class LogsService:
    """Answers queries of logs."""

    def __init__(self, world: AzureWorld, tokens: Tokens, faults: Faults) -> None:
        self._world = world
        self._tokens = tokens
        self._faults = faults

    def serve(self, request: Request, base_url: str, entry: dict[str, Any]) -> Answer:
        """The answer to one request; ``entry`` is its record. Raises AnswerLost."""
        entry.update(service="logs", operation=NAME, writing=False, params={"path": request.path})
        try:
            return self._serve(request, base_url, entry)
        except LogsError as error:
            entry["error"] = error.code
            return Answer(error.status, error.body)

    def _serve(self, request: Request, base_url: str, entry: dict[str, Any]) -> Answer:
        caller = self._caller(request, base_url)
        parts = request.path.removeprefix(LOGS_PATH).strip("/").split("/")
        if len(parts) != 4 or parts[:2] != ["v1", "workspaces"] or parts[3] != "query" or request.method != "POST":
            raise LogsError(404, "PathNotFoundError", f"The requested path does not exist: '{request.path}'.")
        body = _body(request)
        entry["params"] |= {"workspace": parts[2], "body": body}
        with self._world.lock:
            workspace = self._workspace(parts[2], caller, entry)
        entry["account"] = parse_id(workspace["id"]).subscription
        met = self._faults.strike(entry)
        entry["fault"] = ",".join(fault.kind for fault in met)
        fault = let_through(met)
        if fault is not None:
            entry["error"] = (error := _fault_error(fault)).code
            headers = {} if fault.retry_after is None else {"Retry-After": f"{fault.retry_after:g}"}
            return Answer(error.status, error.body, headers)
        return Answer(200, self._result(workspace, body), raw=True)

    def _caller(self, request: Request, base_url: str) -> Caller:
        kind, _blank, token = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer" or not token:
            raise LogsError(401, "AuthorizationRequiredError", "Valid authentication was not provided")
        message = "The provided authentication is not valid for this resource"
        try:
            claims = self._tokens.read(token)
        except jwt.InvalidTokenError as error:
            inner = {"code": "SignatureVerificationFailed", "message": f"Could not validate the request: {error}"}
            raise LogsError(403, "InvalidTokenError", message, inner) from None
        if not is_logs(str(claims["aud"]), base_url):
            inner = {"code": "AudienceNotValid", "message": f"The audience '{claims['aud']}' is not valid."}
            raise LogsError(403, "InvalidTokenError", message, inner)
        return Caller(str(claims["tid"]), str(claims["oid"]), str(claims.get("appid", "")))

    def _workspace(self, identifier: str, caller: Caller, entry: dict[str, Any]) -> Resource:
        found = find_workspace(self._world, identifier)
        if found is None or "/" in identifier:
            raise LogsError(404, "WorkspaceNotFoundError", "The workspace could not be found")
        mine = {one.id.lower() for one in reachable(self._world.settings, caller)}
        access, needs = self._world.access, [Need(name, str(found["id"])) for name in (NAME, TABLE)]
        if access.limits(caller.object_id):
            entry["access"] = [need.to_dict() for need in needs]
        allowed = all(access.allows(caller.object_id, need) for need in needs)
        if not allowed or parse_id(found["id"]).subscription.lower() not in mine:
            message = "The provided credentials have insufficient access to perform the requested operation"
            raise LogsError(403, "InsufficientAccessError", message)
        return found

    def _result(self, workspace: Resource, body: Mapping[str, Any]) -> dict[str, Any]:
        world = self._world
        with world.lock:
            try:
                span = parse_timespan(body["timespan"], world.now()) if body.get("timespan") else None
                found = evaluate(world, workspace, body["query"], span)
            except ParserFailure as error:
                raise _bad_query("SyntaxError", "A syntax error occurred.", error.detail["message"]) from None
            except SemanticError as error:
                raise _bad_query("SemanticError", "A semantic error occurred.", str(error)) from None
            except ValueError as error:
                raise LogsError(400, "BadArgumentError", f"The timespan '{error}' is not valid") from None
            partial = world.switches.partial_logs
        rows = list(found.rows)
        if partial:
            rows = rows[: len(rows) // 2]
        answer = {"tables": [_table(found, rows)]}
        return answer | ({"error": PARTIAL} if partial else {})


PARTIAL = {
    "code": "PartialError",
    "message": "There were some errors when processing your query.",
    "details": [
        {
            "code": "EngineError",
            "message": "Something went wrong processing your query on the server.",
            "innererror": {
                "code": "-2133196797",
                "message": "The results of this query exceed the set limit.",
                "severity": 2,
                "severityName": "Error",
            },
        }
    ],
}


def _table(found: Relation, rows: list[Any]) -> dict[str, Any]:
    return {
        "name": "PrimaryResult",
        "columns": [{"name": name, "type": kind} for name, kind in found.columns.items()],
        "rows": [[_cell(row.get(name), kind) for name, kind in found.columns.items()] for row in rows],
    }


def _cell(value: Any, kind: str) -> Any:
    """Dynamic values come as JSON in a text; a text is never null."""
    if kind == "dynamic" and value is not None:
        return json.dumps(value, default=str)
    return "" if value is None and kind == "string" else shown(value)


def _body(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(request.get_data(cache=True) or b"null")
    except ValueError:
        body = None
    if not isinstance(body, dict) or not body.get("query"):
        raise LogsError(400, "BadArgumentError", "The request had some invalid properties: 'query' is missing")
    for name, value in body.items():
        kind = MEMBERS.get(name)
        if kind is None or not (value is None or isinstance(value, kind)):
            raise LogsError(400, "BadArgumentError", f"The request had some invalid properties: '{name}'")
    if body.get("workspaces"):
        raise LogsError(400, "BadArgumentError", "The sandbox serves queries of one workspace only")
    return body


def _bad_query(code: str, message: str, said: str) -> LogsError:
    number = "SYN0002" if code == "SyntaxError" else "SEM0100"
    inner = {"code": code, "message": message, "innererror": {"code": number, "message": said}}
    return LogsError(400, "BadArgumentError", "The request had some invalid properties", inner)


def _fault_error(fault: Fault) -> LogsError:
    if fault.kind == "throttle":
        usual = (429, "ThrottledError", "Too many requests were sent. Please try again later.")
    else:
        usual = (503, "ServiceUnavailableError", "The service is temporarily unavailable.")
    return LogsError(fault.status or usual[0], fault.code or usual[1], fault.message or usual[2])
