# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control API under ``/_sandbox``: what was asked, faults, machines, applications. The product never uses it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from .aws.gateway import Gateway
from .aws.ssm.window_run import open_window
from .aws.ssm.windows import WindowStore
from .aws.world import ActionOutcome
from .azure.identity.tokens import object_id
from .faults import FaultError
from .machines import AlterError, Machine

if TYPE_CHECKING:
    from .azure.application import AzureApplication

PREFIX = "/_sandbox"

_ROUTES = Map(
    [
        Rule(f"{PREFIX}/requests", endpoint="requests", methods=["GET", "DELETE"]),
        Rule(f"{PREFIX}/reset", endpoint="reset", methods=["POST"]),
        Rule(f"{PREFIX}/faults", endpoint="faults", methods=["GET", "POST", "DELETE"]),
        Rule(f"{PREFIX}/machines", endpoint="machines", methods=["GET"]),
        Rule(f"{PREFIX}/machines/<path:node_id>", endpoint="machine", methods=["GET", "PATCH"]),
        Rule(f"{PREFIX}/machines/<path:node_id>/credentials", endpoint="credentials", methods=["POST"]),
        Rule(f"{PREFIX}/policies/<path:owner>", endpoint="policies", methods=["GET", "PUT", "DELETE"]),
        Rule(f"{PREFIX}/roles/<owner>", endpoint="roles", methods=["PUT", "DELETE"]),
        Rule(f"{PREFIX}/windows/<window_id>/open", endpoint="open_window", methods=["POST"]),
        Rule(f"{PREFIX}/maintenance/<path:configuration>/open", endpoint="open_maintenance", methods=["POST"]),
        Rule(f"{PREFIX}/deployments/<path:schedule>/run", endpoint="run_deployment", methods=["POST"]),
        Rule(f"{PREFIX}/azure", endpoint="azure_switches", methods=["GET", "PATCH"]),
        Rule(f"{PREFIX}/outcomes", endpoint="outcomes", methods=["POST"]),
        Rule(f"{PREFIX}/apps/<path:name>/health", endpoint="health", methods=["GET"]),
    ]
)


class Control:
    """The control API as a WSGI application."""

    def __init__(self, gateway: Gateway, azure: AzureApplication | None = None) -> None:
        self.gateway = gateway
        self.azure = azure
        self.world = gateway.world

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Serve one request. Errors are JSON with the member ``error``."""
        request = Request(environ)
        try:
            endpoint, values = _ROUTES.bind_to_environ(environ).match()
            handler: Callable[..., Response] = getattr(self, f"_{endpoint}")
            response = handler(request, **values)
        except (MethodNotAllowed, NotFound) as error:
            response = _json({"error": f"{request.method} {request.path}: {error.name}"}, error.code or 404)
        except (FaultError, AlterError, ValueError) as error:
            response = _json({"error": str(error)}, 400)
        except HTTPException as error:
            response = _json({"error": error.description}, error.code or 400)
        return response(environ, start_response)

    def _policies(self, request: Request, owner: str) -> Response:
        """Policies of a user or role by its ARN, or of an account by its id."""
        if request.method == "PUT":
            body = _body(request)
            self.gateway.guard.put(owner, body.get("documents", [body]))
        elif request.method == "DELETE":
            self.gateway.guard.remove(owner)
        documents = self.gateway.guard.documents(owner)
        return _json({} if documents is None else {"documents": documents})

    def _roles(self, request: Request, owner: str) -> Response:
        """Azure's roles of an application by its client id, or of a person by name."""
        if self.azure is None:
            raise NotFound("The fleet has no Azure")
        if request.method == "DELETE":
            self.azure.world.access.remove(object_id(owner))
            return _json({})
        assignments = _body(request).get("assignments", [])
        self.azure.world.access.assign(object_id(owner), assignments)
        return _json({"assignments": assignments})

    def _credentials(self, request: Request, node_id: str) -> Response:
        """The credentials that a machine has from its own metadata service, of the role that the body names."""
        machine = self._find(node_id)
        key = self.world.keyring.open_node_session(machine, str(_body(request)["role"]))
        return _json({"AccessKeyId": key.access_key, "SecretAccessKey": key.secret, "Token": key.token}, 201)

    def _requests(self, request: Request) -> Response:
        if request.method == "DELETE":
            self.gateway.journal.clear()
            return _json({})
        return _json(self.gateway.journal.entries())

    def _reset(self, request: Request) -> Response:
        self.world.reset()
        if self.azure is not None:
            self.azure.reset()
        self.gateway.moto.reset()
        self.gateway.faults.clear()
        self.gateway.guard.clear()
        self.gateway.journal.clear()
        return _json({})

    def _faults(self, request: Request) -> Response:
        if request.method == "DELETE":
            self.gateway.faults.clear()
            return _json({})
        if request.method == "GET":
            return _json(self.gateway.faults.all())
        return _json(self.gateway.faults.add(_body(request)).to_dict(), 201)

    def _machines(self, request: Request) -> Response:
        return _json([machine.to_dict() for machine in self.world.fleet.machines.values()])

    def _machine(self, request: Request, node_id: str) -> Response:
        machine = self._find(node_id)
        if request.method == "PATCH":
            machine.alter(_body(request))
        return _json(machine.to_dict())

    def _open_window(self, request: Request, window_id: str) -> Response:
        with self.world.lock:
            for account, region, store in self.world.stores(WindowStore):
                window = store.windows.get(window_id)
                if window is not None and not window.settings["Enabled"]:
                    raise ValueError(f"The window {window_id} is disabled: it does not open")
                if window is not None:
                    execution = open_window(self.world, account, region, window)
                    made = {"WindowExecutionId": execution.execution_id, "Status": execution.outcome.status}
                    return _json(made, 201)
        raise NotFound(f"There is no window {window_id}")

    def _open_maintenance(self, request: Request, configuration: str) -> Response:
        if self.azure is None:
            raise NotFound("The fleet has no Azure")
        return _json(self.azure.open_maintenance(f"/{configuration.lstrip('/')}"), 201)

    def _run_deployment(self, request: Request, schedule: str) -> Response:
        if self.azure is None:
            raise NotFound("The fleet has no Azure")
        return _json(self.azure.run_deployment(f"/{schedule.lstrip('/')}"), 201)

    def _azure_switches(self, request: Request) -> Response:
        if self.azure is None:
            raise NotFound("The fleet has no Azure")
        changes = _body(request) if request.method == "PATCH" else {}
        return _json(asdict(self.azure.world.switch(**changes)))

    def _outcomes(self, request: Request) -> Response:
        body = _body(request)
        try:
            arn = str(body.pop("task_arn"))
            self.world.outcomes[arn] = ActionOutcome(**body)
        except (KeyError, TypeError):
            raise ValueError("the body must be {task_arn, fails, seconds}") from None
        return _json({"task_arn": arn} | asdict(self.world.outcomes[arn]))

    def _health(self, request: Request, name: str) -> Response:
        machine = self._find(name)
        healthy = machine.healthy
        return _json({"machine": machine.name, "healthy": healthy}, 200 if healthy else 503)

    def _find(self, name: str) -> Machine:
        """By node id, or by name. An ARM id comes without its first slash, and in whatever case."""
        machine = self.azure.world.machine(f"/{name.lstrip('/')}") if self.azure else None
        if machine is not None:
            return machine
        try:
            return self.world.fleet.machine(name)
        except KeyError:
            pass
        try:
            return self.world.fleet.by_name(name)
        except KeyError:
            raise NotFound(f"There is no machine {name}") from None


def _body(request: Request) -> dict[str, Any]:
    body = json.loads(request.get_data() or b"{}")
    if not isinstance(body, dict):
        raise ValueError("the body must be a JSON object")
    return body


def _json(data: Any, status: int = 200) -> Response:
    return Response(json.dumps(data, default=str), status, content_type="application/json")
