# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox as an HTTP server: one process, one port, a thread for each connection."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import BaseWSGIServer, make_server

from .aws import ec2, ssm, sts
from .aws.gateway import Gateway
from .aws.world import World
from .control import PREFIX, Control
from .faults import Faults
from .fleet import Fleet
from .journal import Journal

SERVICES = (ec2, ssm, sts)
"""Imported for their operations."""


class Handler(MotoRequestHandler):
    """Without a line per request, and closing the connection when an answer is to be lost."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """The journal is the log."""

    def connection_dropped(self, error: BaseException, environ: dict[str, Any] | None = None) -> None:
        """Close, so that the client sees the connection end without an answer."""
        self.close_connection = True


class Application:
    """The control API under its prefix, everything else is a cloud's."""

    def __init__(self, fleet: Fleet, check_answers: bool = False) -> None:
        self.gateway = Gateway(World(fleet), Journal(), Faults(), check_answers)
        self.control = Control(self.gateway)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Serve one request."""
        own = environ.get("PATH_INFO", "").startswith(f"{PREFIX}/")
        return (self.control if own else self.gateway)(environ, start_response)


def serve(application: Application, port: int = 0) -> BaseWSGIServer:
    """A server on the loopback interface, not yet serving (``serve_forever``). Port 0: one that is free."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    return make_server("127.0.0.1", port, application, threaded=True, request_handler=Handler)
