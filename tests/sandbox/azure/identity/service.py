# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The identity side of the server: who answers which path."""

from __future__ import annotations

import hmac
import time
import uuid
from typing import Any

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request as WsgiRequest

from ..arm.answer import Answer
from ..settings import AzureSettings
from . import documents
from .errors import TokenError, unknown_tenant
from .grants import ANY_TENANT, Grants, Request
from .tokens import Tokens

IDENTITY_HEADER = "sandbox-identity-header"
"""What a managed identity's client has to send, as App Service tells it in IDENTITY_HEADER."""
_ROUTES = Map(
    [
        Rule("/metadata/endpoints", endpoint="endpoints", methods=["GET"]),
        Rule("/msi/token", endpoint="managed_identity", methods=["GET"]),
        Rule("/common/discovery/instance", endpoint="instance", methods=["GET"]),
        Rule("/common/userrealm/<name>", endpoint="user_realm", methods=["GET"]),
        Rule("/<tenant>/v2.0/.well-known/openid-configuration", endpoint="openid", methods=["GET"]),
        Rule("/<tenant>/.well-known/openid-configuration", endpoint="openid", methods=["GET"]),
        Rule("/<tenant>/discovery/v2.0/keys", endpoint="keys", methods=["GET"]),
        Rule("/<tenant>/oauth2/v2.0/token", endpoint="token", methods=["POST"]),
        Rule("/<tenant>/oauth2/token", endpoint="token", methods=["POST"]),
    ]
)


class IdentityService:
    """Answers what is not Azure Resource Manager's. Paths are Entra ID's, with the tenant in front."""

    def __init__(self, settings: AzureSettings, tokens: Tokens) -> None:
        self._grants = Grants(settings, tokens)
        self._tokens = tokens

    def operation(self, request: WsgiRequest) -> tuple[str, dict[str, Any]]:
        """The operation's name and the parameters of the path, for the record; ``""`` for a path that is not ours."""
        try:
            endpoint, values = _ROUTES.bind_to_environ(request.environ).match()
        except HTTPException:
            return "", {}
        known = dict(values)
        if endpoint == "token":
            known |= {name: request.form.get(name, "") for name in ("grant_type", "client_id", "scope", "resource")}
        return endpoint, {name: value for name, value in known.items() if value}

    def serve(self, request: WsgiRequest, base_url: str) -> tuple[Answer, str]:
        """The answer, and the error's code or ``""``."""
        correlation = request.headers.get("client-request-id") or str(uuid.uuid4())
        try:
            endpoint, values = _ROUTES.bind_to_environ(request.environ).match()
            body = getattr(self, f"_{endpoint}")(request, base_url, **values)
        except TokenError as error:
            return Answer(error.status, error.body(correlation, base_url)), f"AADSTS{error.number}"
        except HTTPException as error:
            body = {"error": "not_found", "error_description": f"{request.method} {request.path}: {error.name}"}
            return Answer(error.code or 404, body), "not_found"
        return Answer(200, body, {"client-request-id": correlation}), ""

    def _endpoints(self, request: WsgiRequest, base_url: str) -> Any:
        version = request.args.get("api-version", "")
        if version not in documents.ENDPOINT_VERSIONS:
            known = ", ".join(documents.ENDPOINT_VERSIONS)
            raise TokenError(900144, "invalid_request", f"The api-version '{version}' is not one of {known}.")
        return documents.cloud_endpoints(base_url, version)

    def _instance(self, request: WsgiRequest, base_url: str) -> Any:
        asked = request.args.get("authorization_endpoint", "")
        if not asked.startswith(f"{base_url.rpartition(':')[0]}"):
            return {"error": "invalid_instance", "error_description": "AADSTS50049: Unknown or invalid instance."}
        parts = asked.split("/")
        return documents.instance_discovery(base_url, parts[3] if len(parts) > 3 else "common")

    def _user_realm(self, request: WsgiRequest, base_url: str, name: str) -> Any:
        return documents.user_realm(name)

    def _openid(self, request: WsgiRequest, base_url: str, tenant: str) -> Any:
        if tenant.lower() not in (*ANY_TENANT, *self._grants.tenants()):
            raise unknown_tenant(tenant, "invalid_tenant")
        return documents.openid_configuration(base_url, tenant)

    def _keys(self, request: WsgiRequest, base_url: str, tenant: str) -> Any:
        return self._tokens.public_keys()

    def _token(self, request: WsgiRequest, base_url: str, tenant: str) -> Any:
        asked = Request(tenant, request.form.to_dict(), base_url, f"{base_url}{request.path}")
        return self._grants.grant(asked)

    def _managed_identity(self, request: WsgiRequest, base_url: str) -> Any:
        """App Service's form: "How to use managed identities for App Service", REST endpoint reference."""
        if not hmac.compare_digest(request.headers.get("X-IDENTITY-HEADER", ""), IDENTITY_HEADER):
            raise TokenError(500021, "invalid_client", "The header X-IDENTITY-HEADER is missing or wrong.", 401)
        resource = request.args.get("resource", "")
        given = self._grants.managed_identity(resource, base_url)
        return {
            "access_token": given["access_token"],
            "expires_on": str(int(time.time()) + given["expires_in"]),
            "resource": resource,
            "token_type": "Bearer",
        }
