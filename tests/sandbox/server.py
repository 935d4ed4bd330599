# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox as a server: AWS and the control API over HTTP, Azure over HTTPS; a thread for each connection."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import BaseWSGIServer, make_server

from .aws import ec2, resource_groups, ssm, sts
from .aws.gateway import Gateway
from .aws.world import World
from .control import PREFIX, Control
from .faults import Faults
from .fleet import Fleet
from .journal import Journal

if TYPE_CHECKING:
    from .azure.application import AzureApplication
    from .azure.ca import Authority

SERVICES = (ec2, ssm, sts, resource_groups)
"""Imported for their operations."""


class Handler(MotoRequestHandler):
    """Without a line per request, and closing the connection when an answer is to be lost."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """The journal is the log."""

    def connection_dropped(self, error: BaseException, environ: dict[str, Any] | None = None) -> None:
        """Close, so that the client sees the connection end without an answer."""
        self.close_connection = True


class Application:
    """The control API under its prefix, everything else is AWS's. ``azure``: what answers on a port of its own, None
    for a fleet without Azure."""

    def __init__(self, fleet: Fleet, check_answers: bool = False) -> None:
        journal, faults = Journal(), Faults()
        self.gateway = Gateway(World(fleet), journal, faults, check_answers)
        self.azure = _azure(fleet, journal, faults, check_answers) if fleet.azure else None
        self.control = Control(self.gateway, self.azure)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Serve one request."""
        own = environ.get("PATH_INFO", "").startswith(f"{PREFIX}/")
        return (self.control if own else self.gateway)(environ, start_response)


def _azure(fleet: Fleet, journal: Journal, faults: Faults, check_answers: bool) -> AzureApplication:
    # Imported when needed: the SDKs' models take their time, and most fleets of tests have no Azure.
    from .azure.application import AzureApplication
    from .azure.world import AzureWorld

    return AzureApplication(AzureWorld(fleet), journal, faults, check_answers)


def serve(application: Application, port: int = 0) -> BaseWSGIServer:
    """A server on the loopback interface, not yet serving (``serve_forever``). Port 0: one that is free."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    return make_server("127.0.0.1", port, application, threaded=True, request_handler=Handler)


def serve_azure(application: AzureApplication, authority: Authority, port: int = 0) -> BaseWSGIServer:
    """The same for Azure, over TLS. Port 0: one that is free."""
    server = make_server("127.0.0.1", port, application, threaded=True, request_handler=Handler)
    server.ssl_context = authority.server_context()
    # The handshake is the connection's own thread's: a client that is slow to it holds up nobody.
    server.socket = server.ssl_context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    return server
