# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Between HTTP and plain data: which operation a request asks for, its parameters, and the answer's bytes.

Parsing and serialising are moto's (written from the same models as botocore's client side); what moto lets pass
(unknown members, missing ones, wrong values) is refused here, with the code that each protocol uses.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

from botocore.serialize import create_serializer
from moto.core.model import OperationModel
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request
from moto.core.routing import NotFound, get_service_router
from moto.core.serialize import SerializationContext, get_serializer_class

from .errors import ServiceError
from .model import OWN_SERVICES, service_model
from .validate import Violation, violations

Answer = tuple[int, dict[str, str], bytes]


def operation_name(service: str, request: Request) -> str:
    """The operation of a request: JSON, query, or by its path; ``""`` when it names none."""
    if service == "resource-groups":
        return _routed(service, request)[0]
    target = request.headers.get("X-Amz-Target", "")
    if target:
        return str(target.rpartition(".")[2])
    return str(request.values.get("Action", "")) if service in ("ec2", "sts") else ""


def _routed(service: str, request: Request) -> tuple[str, dict[str, Any]]:
    """Operation and parameters that the path of a REST request has; ``""`` for one that is none."""
    try:
        operation, params = get_service_router(service).match(request)
    except (NotFound, NotImplementedError):
        return "", {}
    return str(operation.name), params


def parse(service: str, operation: OperationModel, request: Request) -> dict[str, Any]:
    """The parameters of a request, checked against the model. Raises ServiceError."""
    protocol = str(service_model(service).protocol)
    if operation.input_shape is None:
        return {}
    if protocol == "json":
        return _parse_json(operation, request)
    if protocol == "rest-json":
        return _parse_rest(service, operation, request)
    return _parse_query(protocol, operation, request)


def _parse_json(operation: OperationModel, request: Request) -> dict[str, Any]:
    try:
        body = json.loads(request.get_data() or b"{}")
    except ValueError:
        raise ServiceError("SerializationException", "The request body is not JSON") from None
    if not isinstance(body, dict):
        raise ServiceError("SerializationException", "Start of structure or map found where not expected.")
    found = list(violations(operation.input_shape, body))
    for violation in found:
        if violation.kind == "type":
            raise ServiceError("SerializationException", f"{violation.constraint}, at '{violation.where}'")
    if found:
        raise ServiceError("ValidationException", _summary(found))
    return _parsed("json", operation, request)


def _parse_rest(service: str, operation: OperationModel, request: Request) -> dict[str, Any]:
    try:
        body = json.loads(request.get_data() or b"{}")
        params = _parsed("rest-json", operation, request, _routed(service, request)[1])
    except ValueError:
        raise ServiceError("BadRequestException", "The request body is not JSON") from None
    wrong = list(violations(operation.input_shape, {**(body if isinstance(body, dict) else {}), **params}))
    if wrong:
        raise ServiceError("BadRequestException", _summary(wrong))
    return params


def _parse_query(protocol: str, operation: OperationModel, request: Request) -> dict[str, Any]:
    try:
        params = _parsed(protocol, operation, request)
    except ValueError:
        raise _query_error(protocol, Violation("type", ("parameter",), "", "Member has the wrong type")) from None
    for violation in violations(operation.input_shape, params):
        raise _query_error(protocol, violation)
    known = create_serializer(protocol, include_validation=False).serialize_to_request(params, operation)["body"]
    for name in request.values:
        if name not in known and name not in ("Action", "Version"):
            raise _query_error(protocol, Violation("unknown", (name,), "", "is not recognized"))
    return params


def _parsed(
    protocol: str, operation: OperationModel, request: Request, url_params: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    parser = PROTOCOL_PARSERS[protocol](operation)
    return dict(
        parser.parse(
            {
                "method": request.method,
                "values": request.values,
                "headers": request.headers,
                "body": request.get_data(),
                "url_path": request.path,
                "url_params": dict(url_params or {}),
            }
        )
    )


def _summary(found: list[Violation]) -> str:
    plural = "s" if len(found) > 1 else ""
    return f"{len(found)} validation error{plural} detected: " + "; ".join(str(violation) for violation in found)


def _query_error(protocol: str, violation: Violation) -> ServiceError:
    if protocol == "query":
        return ServiceError("ValidationError", _summary([violation]))
    name = ".".join(part for part in violation.path if part != "member")
    if violation.kind == "missing":
        return ServiceError("MissingParameter", f"The request must contain the parameter {name}")
    if violation.kind == "unknown":
        return ServiceError("UnknownParameter", f"The parameter {name} is not recognized")
    return ServiceError(
        "InvalidParameterValue", f"Value ({violation.value}) for parameter {name} is invalid. {violation.constraint}"
    )


def render(service: str, operation: OperationModel, result: Mapping[str, Any], request_id: str) -> Answer:
    """A good answer."""
    serializer = get_serializer_class(service, str(service_model(service).protocol))
    made = serializer(operation_model=operation, context=SerializationContext(request_id)).serialize(dict(result))
    body = made["body"]
    return made["status_code"], dict(made["headers"]), body.encode() if isinstance(body, str) else body


def render_error(service: str, operation: OperationModel | None, error: ServiceError, request_id: str) -> Answer:
    """An answer that is an error, in the protocol of the service (S3's form for services that are not ours)."""
    protocol = "s3"
    if service in OWN_SERVICES:
        protocol = str(service_model(service).protocol)
    if protocol == "rest-json":
        headers = {"Content-Type": "application/json", "x-amzn-ErrorType": error.code}
        return error.status, headers, json.dumps({"Message": error.message, **error.members}).encode()
    if protocol == "json":
        name = "message"
        for shape in operation.error_shapes if operation is not None else []:
            if shape.name == error.code and "Message" in shape.members:
                name = "Message"
        body = json.dumps({"__type": error.code, name: error.message, **error.members})
        return error.status, {"Content-Type": "application/x-amz-json-1.1"}, body.encode()
    code, message = escape(error.code), escape(error.message)
    forms = {
        "ec2": "<Response><Errors><Error><Code>{0}</Code><Message>{1}</Message></Error></Errors>"
        "<RequestID>{2}</RequestID></Response>",
        "query": '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>'
        "<Code>{0}</Code><Message>{1}</Message></Error><RequestId>{2}</RequestId></ErrorResponse>",
        "s3": "<Error><Code>{0}</Code><Message>{1}</Message><RequestId>{2}</RequestId></Error>",
    }
    text = '<?xml version="1.0" encoding="UTF-8"?>\n' + forms[protocol].format(code, message, request_id)
    return error.status, {"Content-Type": "text/xml;charset=UTF-8"}, text.encode()
