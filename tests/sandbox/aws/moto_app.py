# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What moto serves as it is: S3, IAM and a few reading operations around ours.

moto finds the account by a header that the gateway sets from the authenticated key. moto is loaded when it is first
needed, which keeps the start short.
"""

from __future__ import annotations

import io
from typing import Any

from moto.core.request import Request
from werkzeug.test import run_wsgi_app

from .errors import not_served
from .protocol import Answer

WHOLE_SERVICES = frozenset({"s3", "iam", "kms", "sns", "logs"})
OPERATIONS = frozenset(
    {
        ("ec2", "DescribeRegions"),
        ("ec2", "DescribeAvailabilityZones"),
        ("ec2", "DescribeVpcs"),
        ("ec2", "DescribeSubnets"),
        ("ec2", "DescribeSecurityGroups"),
        ("ec2", "DescribeAccountAttributes"),
        ("ec2", "DescribeInstanceTypes"),
        ("ssm", "PutParameter"),
        ("ssm", "GetParameter"),
        ("ssm", "GetParameters"),
        ("ssm", "GetParametersByPath"),
        ("ssm", "DescribeParameters"),
        ("ssm", "DeleteParameter"),
        ("ssm", "DeleteParameters"),
        ("ssm", "GetParameterHistory"),
    }
)


class MotoApp:
    """moto's dispatcher, behind our gateway."""

    def __init__(self) -> None:
        self._app: Any = None

    def _dispatcher(self) -> Any:
        if self._app is None:
            from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

            self._app = DomainDispatcherApplication(create_backend_app)
        return self._app

    def serves(self, service: str, operation: str) -> bool:
        """Whether a request is left to moto."""
        return service in WHOLE_SERVICES or (service, operation) in OPERATIONS

    def answer(self, service: str, operation: str, request: Request, account: str) -> Answer:
        """moto's answer. Raises ServiceError when moto does not have the operation."""
        environ = dict(request.environ)
        environ["HTTP_X_MOTO_ACCOUNT_ID"] = account
        body = request.get_data(cache=True)
        environ["wsgi.input"], environ["CONTENT_LENGTH"] = io.BytesIO(body), str(len(body))
        for name in ("werkzeug.request", "HTTP_TRANSFER_ENCODING"):
            environ.pop(name, None)
        try:
            parts, status, headers = run_wsgi_app(self._dispatcher(), environ, buffered=True)
        except NotImplementedError:
            raise not_served(service, operation) from None
        named = {
            "Content-Length" if name.lower() == "content-length" else name: value for name, value in headers.items()
        }
        return int(status.split()[0]), named, b"".join(parts)

    def reset(self) -> None:
        """Forget everything that moto keeps. That is kept once per process, whoever asked for it."""
        from moto.moto_api._internal.models import moto_api_backend

        moto_api_backend.reset()


def rest_operation(service: str, request: Request) -> str:
    """The operation of a REST request (S3 …), by moto's router; the method and path when it knows none."""
    from moto.core.routing import NotFound, get_service_router

    try:
        return str(get_service_router(service).match(request)[0].name)
    except (NotFound, NotImplementedError):
        return f"{request.method} {request.path}"
