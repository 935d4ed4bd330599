# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way of a request to Azure Resource Manager: who, what, allowed, valid, within the quota, faults, act."""

from __future__ import annotations

import json
import logging
from typing import Any

from werkzeug.wrappers import Request

from ...faults import Fault, Faults, let_through
from ..identity.tokens import Tokens
from ..world import AzureWorld
from .answer import Answer, pruned
from .authenticate import authenticate, check_subscription
from .authorize import Need, not_authorized, scope_of
from .call import Call, Caller
from .errors import ArmError, resource_group_not_found
from .quotas import Quotas, query_throttled
from .registry import Operation, find
from .routing import route
from .validate import answer_violations, check_body

log = logging.getLogger(__name__)

GRAPH = "microsoft.resourcegraph"
FREE = ("Microsoft.Resources/subscriptions/read", "Microsoft.Resources/tenants/read")
"""Everybody may ask what there is for them."""
HIDDEN = ("protectedparameters", "protectedsettings", "adminpassword", "password", "secret", "runaspassword")
"""Members of bodies, in lower case, whose values the record leaves out."""


class ArmGateway:
    """Serves requests to Azure Resource Manager and Resource Graph.

    ``check_answers``: hold every answer against the SDK's model; one that does not fit becomes an HTTP 500 with the
    code ``SandboxAnswerInvalid``.
    """

    def __init__(self, world: AzureWorld, tokens: Tokens, faults: Faults, check_answers: bool) -> None:
        self.world = world
        self.tokens = tokens
        self.faults = faults
        self.check_answers = check_answers
        self.quotas = Quotas(world.settings)

    def reset(self) -> None:
        """Full quotas again."""
        self.quotas = Quotas(self.world.settings)

    def serve(self, request: Request, base_url: str, entry: dict[str, Any]) -> Answer:
        """The answer to one request; ``entry`` is its record. Raises AnswerLost."""
        try:
            return self._serve(request, base_url, entry)
        except ArmError as error:
            entry["error"] = error.code
            return Answer(error.status, error.body, error.headers)

    def _serve(self, request: Request, base_url: str, entry: dict[str, Any]) -> Answer:
        _name(request, entry)
        query = {name.lower(): value for name, value in request.args.items()}
        version = query.get("api-version")
        caller = authenticate(request.headers.get("Authorization", ""), self.tokens, base_url)
        operation, params = route(request.method, request.path, version)
        subscription = _subscription(request.path)
        if subscription:
            params["subscription"] = check_subscription(
                self.world.settings, caller, subscription, operation.name, scope_of(request.path)
            )
        entry["params"] = {"path": request.path, **params, "body": _shown(_loaded(request))}
        self._authorize(operation, caller, request.path, entry)
        body = _body(operation, request)
        headers = self._quota(operation, caller, params.get("subscription", ""))
        met = self.faults.strike(entry)
        entry["fault"] = ",".join(fault.kind for fault in met)
        fault = let_through(met)
        if fault is not None:
            raise fault_error(entry["service"], fault)
        call = Call(
            world=self.world,
            caller=caller,
            operation=operation.name,
            params=params,
            query=query,
            body=body,
            api_version=version or "",
            base_url=base_url,
            path=request.path,
            headers={name.lower(): value for name, value in request.headers.items()},
        )
        answer = self._act(operation, call)
        if call.needs:
            entry["access"] = [*entry["access"], *(need.to_dict() for need in call.needs)]
        answer.headers = {**headers, **answer.headers}
        return answer

    def _authorize(self, operation: Operation, caller: Caller, path: str, entry: dict[str, Any]) -> None:
        """Raises ArmError for what the caller's roles do not allow."""
        access = self.world.access
        if operation.name in FREE or not access.limits(caller.object_id):
            return
        need = Need(operation.name, scope_of(path))
        entry["access"] = [need.to_dict()]
        if not access.allows(caller.object_id, need):
            raise not_authorized(caller.name, caller.object_id, need)

    def _quota(self, operation: Operation, caller: Caller, subscription: str) -> dict[str, str]:
        if operation.namespace.lower() == GRAPH:
            return self.quotas.take_query(caller)
        return self.quotas.take(operation.method, caller, subscription)

    def _act(self, operation: Operation, call: Call) -> Answer:
        try:
            with self.world.lock:
                self._check_group(operation, call)
                answer = operation.function(call)
        except ArmError:
            raise
        except Exception as error:
            log.exception("%s", operation.name)
            raise ArmError(500, "SandboxFailure", f"The sandbox itself failed: {error!r}") from error
        answer = Answer(answer.status, answer.body if answer.raw else pruned(answer.body), dict(answer.headers))
        if self.check_answers and operation.answer is not None and answer.body is not None:
            wrong = [str(violation) for violation in answer_violations(operation.answer, answer.body)]
            if wrong:
                raise ArmError(500, "SandboxAnswerInvalid", "; ".join(wrong[:5]))
        return answer

    def _check_group(self, operation: Operation, call: Call) -> None:
        if call.group and operation.namespace and call.group.lower() not in self.world.groups(call.subscription):
            raise resource_group_not_found(call.group)


def _name(request: Request, entry: dict[str, Any]) -> None:
    """Note what is asked before anything is checked, so that refused requests are told apart too."""
    entry.update(account=_subscription(request.path), params={"path": request.path})
    operation = next((one for one, _values in find(request.path) if one.method == request.method), None)
    if operation is None:
        return
    entry["operation"] = operation.name
    entry["writing"] = operation.writing
    entry["service"] = "graph" if operation.namespace.lower() == GRAPH else "arm"


def _subscription(path: str) -> str:
    """The subscription that a path is in, ``""`` for one of the tenant."""
    parts = path.split("/")
    return parts[2] if len(parts) > 2 and parts[1].lower() == "subscriptions" else ""


def _loaded(request: Request) -> Any:
    try:
        return json.loads(request.get_data(cache=True) or b"null")
    except ValueError:
        return None


def _body(operation: Operation, request: Request) -> Any:
    """The checked body. Raises ArmError."""
    text = request.get_data(cache=True)
    if not text.strip():
        if operation.body is None or not operation.body_required:
            return None
        raise ArmError(400, "InvalidRequestContent", "The request content was invalid: the request body is missing.")
    try:
        body = json.loads(text)
    except ValueError as error:
        message = f"The request content was invalid and could not be deserialized: '{error}'."
        raise ArmError(400, "InvalidRequestContent", message) from None
    if operation.body is None:
        if body in ({}, None):
            return None
        raise ArmError(400, "InvalidRequestContent", "The request content was invalid: no request body is expected.")
    return check_body(operation.body, body)


def _shown(value: Any) -> Any:
    """A body for the record: without what is secret."""
    if isinstance(value, dict):
        return {name: "***" if name.lower() in HIDDEN else _shown(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_shown(item) for item in value]
    return value


def fault_error(service: str, fault: Fault) -> ArmError:
    """The service's own words for throttling and for its own failure."""
    if fault.kind == "throttle" and service == "graph":
        error = query_throttled(5)
        del error.headers["Retry-After"]
    elif fault.kind == "throttle":
        error = ArmError(429, "TooManyRequests", "The request was throttled. Please try again later.")
    elif fault.status in (502, 503, 504):
        error = ArmError(fault.status, "ServiceUnavailable", "The service is temporarily unavailable.")
    else:
        error = ArmError(500, "InternalServerError", "Encountered internal server error.")
    error.code, error.message = fault.code or error.code, fault.message or error.message
    error.status = fault.status or error.status
    if fault.retry_after is not None:
        error.headers["Retry-After"] = f"{fault.retry_after:g}"
    return error
