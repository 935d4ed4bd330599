# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Azure as a WSGI application: Resource Manager, Resource Graph, Log Analytics, Entra ID, and the record."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from werkzeug.wrappers import Request

from ..faults import AnswerLost, Faults, let_through
from ..journal import Journal
from . import providers
from .arm.answer import Answer
from .arm.gateway import ArmGateway
from .automation.runs import run_deployment
from .automation.store import AutomationStore
from .clockwork import follow
from .identity.audiences import LOGS_PATH
from .identity.errors import TokenError
from .identity.service import IdentityService
from .identity.tokens import Tokens
from .loganalytics.query import LogsService
from .loganalytics.store import WorkspaceStore
from .maintenance.runs import open_configuration
from .maintenance.store import MaintenanceStore, configuration_of
from .world import AzureWorld

SERVED = providers.SERVED
"""Imported for their operations."""
ARM_ROOTS = ("subscriptions", "providers", "tenants")


class AzureApplication:
    """Everything that answers on the Azure port. ``journal`` and ``faults`` are shared with the other clouds."""

    def __init__(self, world: AzureWorld, journal: Journal, faults: Faults, check_answers: bool = False) -> None:
        self.world = world
        self.journal = journal
        self.faults = faults
        tokens = Tokens()
        self.arm = ArmGateway(world, tokens, faults, check_answers)
        self.logs = LogsService(world, tokens, faults)
        self.identity = IdentityService(world.settings, tokens)
        self._begin()

    def _begin(self) -> None:
        """What the fleet file declares is looked at, and runs by itself too."""
        for kind in (MaintenanceStore, WorkspaceStore, AutomationStore):
            list(self.world.stores(kind))
        settings = self.world.settings
        if settings.maintenance_configurations or settings.deployment_schedules:
            follow(self.world)

    def reset(self) -> None:
        """As in the beginning; tokens stay valid. The fleet itself is put back by who owns it."""
        self.world.reset()
        self.arm.reset()
        self._begin()

    def open_maintenance(self, configuration: str) -> dict[str, Any]:
        """Begin a run of a maintenance configuration now. Raises ValueError for one that is not there or open."""
        with self.world.lock:
            found = configuration_of(self.world, configuration)
            if found is None:
                raise ValueError(f"There is no maintenance configuration {configuration}")
            run = open_configuration(self.world, found)
            machines = [one.machine.node_id for one in run.machines]
        return {"correlationId": run.correlation_id, "runId": run.run_id, "machines": machines}

    def run_deployment(self, deployment: str) -> dict[str, Any]:
        """Begin a run of a deployment schedule now. Raises ValueError for one that is not there."""
        with self.world.lock:
            stores = [store for _subscription, store in self.world.stores(AutomationStore)]
            found = next((one for store in stores if (one := store.deployments.get(deployment.lower()))), None)
            if found is None:
                raise ValueError(f"There is no deployment schedule {deployment}")
            run = run_deployment(self.world, found)
            machines = [one.machine.node_id for one in run.machines]
        return {"runId": run.run_id, "machines": machines}

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Serve one request. Raises AnswerLost, which makes the server close the connection."""
        request = Request(environ)
        request.get_data(cache=True, parse_form_data=False)
        entry = self.journal.open(service="arm", writing=request.method not in ("GET", "HEAD"))
        try:
            answer = self._answer(request, request.host_url.rstrip("/"), entry)
            if "drop_after" in entry["fault"].split(","):
                raise AnswerLost("the answer is dropped")
        except AnswerLost:
            entry["status"] = 0
            raise
        entry["status"] = answer.status
        return _send(request, answer, start_response)

    def _answer(self, request: Request, base_url: str, entry: dict[str, Any]) -> Answer:
        first = request.path.strip("/").partition("/")[0].lower()
        if first in ARM_ROOTS:
            return self.arm.serve(request, base_url, entry)
        if f"/{first}" == LOGS_PATH:
            return self.logs.serve(request, base_url, entry)
        return self._identity_answer(request, base_url, entry)

    def _identity_answer(self, request: Request, base_url: str, entry: dict[str, Any]) -> Answer:
        name, params = self.identity.operation(request)
        entry.update(service="token", operation=name, params=params, writing=False)
        met = self.faults.strike(entry)
        entry["fault"] = ",".join(fault.kind for fault in met)
        fault = let_through(met)
        if fault is not None:
            error = _token_fault(fault.kind, fault.status, fault.message)
            entry["error"] = f"AADSTS{error.number}"
            headers = {} if fault.retry_after is None else {"Retry-After": f"{fault.retry_after:g}"}
            return Answer(error.status, error.body(str(uuid.uuid4()), base_url), headers)
        answer, entry["error"] = self.identity.serve(request, base_url)
        return answer


def _token_fault(kind: str, status: int, message: str) -> TokenError:
    if kind == "throttle":
        return TokenError(90055, "temporarily_unavailable", message or "The request was throttled.", status or 429)
    return TokenError(90033, "temporarily_unavailable", message or "A transient error has occurred.", status or 503)


def _send(request: Request, answer: Answer, start_response: Any) -> Iterable[bytes]:
    empty = answer.body is None
    body = b"" if empty else json.dumps(answer.body, default=str).encode()
    correlation = request.headers.get("x-ms-correlation-request-id") or str(uuid.uuid4())
    headers = {
        "Cache-Control": "no-cache",
        "Pragma": "no-cache",
        "x-ms-request-id": str(uuid.uuid4()),
        "x-ms-correlation-request-id": correlation,
        **({} if empty else {"Content-Type": "application/json; charset=utf-8"}),
        **({} if answer.status == HTTPStatus.NO_CONTENT else {"Content-Length": str(len(body))}),
        **answer.headers,
    }
    if request.headers.get("x-ms-client-request-id"):
        headers["x-ms-client-request-id"] = request.headers["x-ms-client-request-id"]
    start_response(f"{answer.status} {HTTPStatus(answer.status).phrase}", list(headers.items()))
    return [b"" if request.method == "HEAD" else body]
