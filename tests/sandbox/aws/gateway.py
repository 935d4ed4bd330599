# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way of a request: who, what, valid, faults, allowed, act, answer. Every request is recorded."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from moto.core.model import OperationModel
from moto.core.request import Request

from ..faults import AnswerLost, Fault, Faults, let_through
from ..journal import Journal
from .credentials import not_signed, signature_of
from .errors import ServiceError, not_served
from .iam.evaluate import Access
from .iam.guard import Guard
from .model import OWN_SERVICES, is_writing, operation_model
from .moto_app import WHOLE_SERVICES, MotoApp, rest_operation
from .protocol import Answer, operation_name, parse, render, render_error
from .validate import answer_violations
from .world import OPERATIONS, Call, World

log = logging.getLogger(__name__)


class Gateway:
    """A WSGI application that speaks the protocols of EC2, SSM, STS, and passes S3 and the like on to moto.

    ``check_answers``: hold every answer against the model's output shape; one that does not fit becomes an HTTP 500
    with the code ``SandboxAnswerInvalid``.
    """

    def __init__(self, world: World, journal: Journal, faults: Faults, check_answers: bool = False) -> None:
        self.world = world
        self.journal = journal
        self.faults = faults
        self.moto = MotoApp()
        self.guard = Guard()
        self.check_answers = check_answers

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Serve one request. Raises AnswerLost, which makes the server close the connection."""
        request = Request(environ)
        request.get_data(cache=True)
        request_id = str(uuid.uuid4())
        status, headers, body = self._answer(request, request_id)
        length = {"Content-Length": str(len(body))}
        # An answer to HEAD tells the length of a body that it does not have.
        headers = {
            "x-amzn-RequestId": request_id,
            **(length | headers if request.method == "HEAD" else headers | length),
        }
        start_response(f"{status} {'OK' if status < 400 else 'Error'}", list(headers.items()))
        return [body]

    def _answer(self, request: Request, request_id: str) -> Answer:
        signed = signature_of(request)
        service = signed.service if signed else _service_by_target(request)
        own = service in OWN_SERVICES
        name = operation_name(service, request) if own else ""
        if not own and service in WHOLE_SERVICES:
            name = rest_operation(service, request) if service == "s3" else operation_name("sts", request)
        model = operation_model(service, name) if own else None
        writing = is_writing(name) if own else request.method not in ("GET", "HEAD") and is_writing(name)
        entry = self.journal.open(
            service=service, operation=name, region=signed.region if signed else "", writing=writing
        )
        try:
            answer = self._serve(request, service, name, model, entry, request_id)
        except ServiceError as error:
            entry["error"] = error.code
            answer = render_error(service, model, error, request_id)
            answer[1].update(error.headers)
        except AnswerLost:
            entry["status"] = 0
            raise
        entry["status"] = answer[0]
        return answer

    def _serve(
        self,
        request: Request,
        service: str,
        name: str,
        model: OperationModel | None,
        entry: dict[str, Any],
        request_id: str,
    ) -> Answer:
        signed = signature_of(request)
        if signed is None:
            raise not_signed(service)
        caller = self.world.keyring.authenticate(request, signed).caller
        entry["account"] = caller.account
        if service in OWN_SERVICES and model is None:
            raise ServiceError(
                "UnknownOperationException" if service == "ssm" else "InvalidAction",
                f"The action {name} is not valid for this web service.",
            )
        params = parse(service, model, request) if model is not None else {}
        entry["params"] = _shown(model.input_shape, params) if model is not None else {"path": request.path}
        met = self.faults.strike(entry)
        self._before(service, met, entry)
        call = Call(self.world, caller, signed.region, name, params)
        self._allow(call, service, self.guard.needed(call, service, request), entry)
        answer = self._act(call, service, model, request, request_id)
        self._allow(call, service, self.guard.needed_to_be_told(call, service, request, answer[0]), entry)
        if any(fault.kind == "drop_after" for fault in met):
            raise AnswerLost("the answer is dropped")
        return answer

    def _act(self, call: Call, service: str, model: OperationModel | None, request: Request, request_id: str) -> Answer:
        function = OPERATIONS.get((service, call.operation))
        if function is None or model is None:
            if self.moto.serves(service, call.operation):
                return self.moto.answer(service, call.operation, request, call.account)
            raise not_served(service, call.operation)
        try:
            with self.world.lock:
                result = pruned(function(call))
        except ServiceError:
            raise
        except Exception as error:
            log.exception("%s:%s", service, call.operation)
            raise ServiceError("SandboxFailure", f"The sandbox itself failed: {error!r}", 500) from error
        if self.check_answers and model.output_shape is not None:
            wrong = [str(violation) for violation in answer_violations(model.output_shape, result)]
            if wrong:
                raise ServiceError("SandboxAnswerInvalid", "; ".join(wrong[:5]), 500)
        return render(service, model, result, request_id)

    def _allow(self, call: Call, service: str, needed: list[Access], entry: dict[str, Any]) -> None:
        """Refuse what the caller's policies do not allow, and record what the request needs."""
        if needed:
            entry["access"] = [*entry.get("access", []), *(access.to_dict() for access in needed)]
        self.guard.authorize(call, service, needed)

    def _before(self, service: str, met: list[Fault], entry: dict[str, Any]) -> None:
        """Let the faults strike that come before the request is acted upon."""
        entry["fault"] = ",".join(fault.kind for fault in met)
        fault = let_through(met)
        if fault is not None:
            raise fault_error(service, fault)


def fault_error(service: str, fault: Fault) -> ServiceError:
    """The service's own words for throttling and for its own failure."""
    throttled = {"ec2": ("RequestLimitExceeded", 503), "ssm": ("ThrottlingException", 400), "s3": ("SlowDown", 503)}
    failed = {"ec2": "InternalError", "ssm": "InternalServerError", "sts": "InternalFailure"}
    if fault.kind == "throttle":
        code, status = throttled.get(service, ("Throttling", 400))
        message = "Request limit exceeded." if service == "ec2" else "Rate exceeded"
    else:
        code, status, message = failed.get(service, "InternalError"), 500, "An internal error has occurred"
    error = ServiceError(fault.code or code, fault.message or message, fault.status or status)
    if fault.retry_after is not None:
        error.headers["Retry-After"] = f"{fault.retry_after:g}"
    return error


def _service_by_target(request: Request) -> str:
    target = request.headers.get("X-Amz-Target", "")
    if target.startswith("AmazonSSM."):
        return "ssm"
    version = request.values.get("Version", "")
    return {"2016-11-15": "ec2", "2011-06-15": "sts"}.get(version, "s3")


def pruned(value: Any) -> Any:
    """Without the members that are None: the service leaves them out."""
    if isinstance(value, Mapping):
        return {name: pruned(item) for name, item in value.items() if item is not None}
    if isinstance(value, (list, tuple)):
        return [pruned(item) for item in value]
    return value


def _shown(shape: Any, value: Any) -> Any:
    """Parameters for the record: strings that the model calls sensitive are left out."""
    if shape is None or value is None:
        return value
    if shape.type_name == "structure":
        return {name: _shown(shape.members.get(name), item) for name, item in value.items()}
    if shape.type_name == "list":
        return [_shown(shape.member, item) for item in value]
    if shape.type_name == "string" and shape.metadata.get("sensitive"):
        return "***"
    return value if isinstance(value, (str, int, float, bool, list, dict)) else str(value)
