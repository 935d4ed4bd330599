# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refuses what the policies of a caller do not allow. A caller without policies may do everything."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

from moto.core.request import Request

from ..errors import ServiceError
from ..world import Call
from . import ec2, ssm
from .conditions import NotUnderstood
from .document import Statement, read_document
from .evaluate import Access, Decision, evaluate
from .needs import FREE
from .others import missing_object_needs, s3_needs, sts_needs


class Guard:
    """The policies: of users and roles by ARN, and of whole accounts (service control policies) by id."""

    def __init__(self) -> None:
        self._documents: dict[str, list[Any]] = {}
        self._statements: dict[str, tuple[Statement, ...]] = {}
        self._lock = threading.Lock()

    def put(self, owner: str, documents: Sequence[Any]) -> None:
        """Give a user, role or account these policies and no others. Raises NotUnderstood."""
        statements = tuple(statement for document in documents for statement in read_document(document))
        with self._lock:
            self._documents[owner], self._statements[owner] = list(documents), statements

    def documents(self, owner: str) -> list[Any] | None:
        """The policies of an owner; None without any."""
        return self._documents.get(owner)

    def remove(self, owner: str) -> None:
        """Take an owner's policies away: it may do everything again."""
        with self._lock:
            self._documents.pop(owner, None)
            self._statements.pop(owner, None)

    def clear(self) -> None:
        """Take all policies away."""
        with self._lock:
            self._documents.clear()
            self._statements.clear()

    def needed(self, call: Call, service: str, request: Request) -> list[Access]:
        """What a call needs; nothing for a caller without policies. Raises ServiceError."""
        owners = {call.caller.principal, call.account}
        if not owners & self._statements.keys() or f"{service}:{call.operation}" in FREE:
            return []
        try:
            return _needs(call, service, request)
        except NotUnderstood as error:
            raise _not_understood(error) from None

    def needed_to_be_told(self, call: Call, service: str, request: Request, status: int) -> list[Access]:
        """What a call needs for its answer to be given as it is."""
        limited = {call.caller.principal, call.account} & self._statements.keys()
        return missing_object_needs(call, request) if limited and service == "s3" and status == 404 else []

    def authorize(self, call: Call, service: str, needed: Sequence[Access]) -> None:
        """Raises ServiceError when one of the needs is not met."""
        kinds = {"service control": call.account, "identity-based": call.caller.principal}
        given = {kind: self._statements[owner] for kind, owner in kinds.items() if owner in self._statements}
        for access in needed:
            for kind, statements in given.items():
                try:
                    decision = evaluate(statements, access)
                except NotUnderstood as error:
                    raise _not_understood(error) from None
                if not decision.allowed:
                    raise denied(service, call, access, decision, kind)


def _needs(call: Call, service: str, request: Request) -> list[Access]:
    if service == "s3":
        return s3_needs(call, request)
    known = {"ec2": ec2.needs, "ssm": ssm.needs, "sts": sts_needs}
    if service not in known:
        raise NotUnderstood(f"Permissions of {service} are not modelled by the sandbox")
    with call.world.lock:
        return known[service](call)


def _not_understood(error: NotUnderstood) -> ServiceError:
    return ServiceError("SandboxPolicyNotUnderstood", str(error), 501)


def denied(service: str, call: Call, access: Access, decision: Decision, kind: str) -> ServiceError:
    """The refusal in the service's own code and words."""
    article = "an identity-based policy" if kind == "identity-based" else "a service control policy"
    reason = (
        f"with an explicit deny in {article}"
        if decision.explicit
        else f"because no {kind} policy allows the {access.action} action"
    )
    on = f" on resource: {access.resource}" if access.resource_type else ""
    text = f"User: {call.caller.arn} is not authorized to perform: {access.action}{on} {reason}"
    if service == "ec2":
        return ServiceError("UnauthorizedOperation", f"You are not authorized to perform this operation. {text}.", 403)
    if service == "ssm":
        return ServiceError("AccessDeniedException", text)
    return ServiceError("AccessDenied", text, 403)
