# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The grants: client credentials (secret, assertion), password, refresh token.

Source: "Microsoft identity platform and the OAuth 2.0 client credentials flow" and "… Resource Owner Password
Credentials" (Microsoft identity platform documentation).
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jwt

from ..arm.call import Caller
from ..settings import Application, AzureSettings, User
from .assertions import check_assertion
from .audiences import audience_of_scope, check_resource
from .errors import TokenError, invalid_client, invalid_grant, missing, unknown_application, unknown_tenant
from .tokens import Tokens, object_id

ANY_TENANT = ("common", "organizations")
PUBLIC_CLIENTS = ("04b07795-8ddb-461a-bbee-02f9e1bf7b46", "1950a258-227b-4e31-a9cf-717495945fc2")
"""Applications that are in every directory: Azure CLI and Azure PowerShell."""
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
REFRESH_AUDIENCE = "sandbox:refresh"
REFRESH_SECONDS = 90 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Request:
    """A request for a token. ``tenant`` as the path has it; ``endpoint``: the address it was sent to."""

    tenant: str
    form: Mapping[str, str]
    base_url: str
    endpoint: str

    def value(self, name: str) -> str:
        """A parameter. Raises TokenError when it is not there."""
        if not self.form.get(name):
            raise missing(name)
        return self.form[name]


class Grants:
    """Gives tokens to the fleet's applications and users."""

    def __init__(self, settings: AzureSettings, tokens: Tokens) -> None:
        self._settings = settings
        self._tokens = tokens

    def grant(self, request: Request) -> dict[str, Any]:
        """The token endpoint's answer. Raises TokenError."""
        kind = request.value("grant_type")
        grants: dict[str, Callable[[Request], dict[str, Any]]] = {
            "client_credentials": self._client_credentials,
            "password": self._password,
            "refresh_token": self._refresh,
        }
        if kind not in grants:
            raise TokenError(70003, "unsupported_grant_type", f"The app requested an unsupported grant type '{kind}'.")
        if request.tenant.lower() not in (*ANY_TENANT, *self.tenants()):
            raise unknown_tenant(request.tenant)
        return grants[kind](request)

    def tenants(self) -> set[str]:
        """The directories that exist."""
        known = self._settings
        return {one.lower() for one in (known.tenant, *(part.tenant for part in known.subscriptions))}

    def managed_identity(self, resource: str, base_url: str) -> dict[str, Any]:
        """The token of the machine's own identity, which is the first application. Raises TokenError."""
        application = self._settings.applications[0]
        audience = check_resource(resource, base_url, application.tenant)
        return self._answer(_as_caller(application), audience, {"idtyp": "app"})

    def _client_credentials(self, request: Request) -> dict[str, Any]:
        application = self._application(request)
        self._authenticate(application, request)
        return self._answer(_as_caller(application), self._audience(request, True), {"idtyp": "app"})

    def _application(self, request: Request) -> Application:
        client_id = request.value("client_id")
        for one in self._settings.applications:
            if one.client_id.lower() == client_id.lower() and one.tenant.lower() == request.tenant.lower():
                return one
        raise unknown_application(client_id, request.tenant)

    def _authenticate(self, application: Application, request: Request) -> None:
        secret, assertion = request.form.get("client_secret", ""), request.form.get("client_assertion", "")
        if assertion:
            if request.value("client_assertion_type") != ASSERTION_TYPE:
                raise TokenError(50027, "invalid_request", "The client_assertion_type is not supported.")
            issuer = f"{request.base_url}/{request.tenant}/v2.0"
            check_assertion(application, assertion, (request.endpoint, issuer, f"{request.base_url}/{request.tenant}"))
            return
        if not secret:
            raise invalid_client(
                7000218,
                "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
            )
        if not application.secret or not hmac.compare_digest(application.secret.encode(), secret.encode()):
            message = (
                "Invalid client secret provided. Ensure the secret being sent in the request is the client secret "
                f"value, not the client secret ID, for a secret added to app '{application.client_id}'."
            )
            raise invalid_client(7000215, message)
        if application.expired:
            message = (
                f"The provided client secret keys for app '{application.client_id}' are expired. Visit the Azure "
                "portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate "
                "credentials for added security: https://aka.ms/certCreds."
            )
            raise invalid_client(7000222, message)

    def _password(self, request: Request) -> dict[str, Any]:
        name, password = request.value("username"), request.value("password")
        client_id = request.value("client_id")
        if client_id not in PUBLIC_CLIENTS:
            self._application(request)
        user = next((one for one in self._settings.users if one.name.lower() == name.lower()), None)
        if user is None or request.tenant.lower() not in (*ANY_TENANT, user.tenant.lower()):
            message = (
                f"The user account {name} does not exist in the {request.tenant} directory. To sign into this "
                "application, the account must be added to the directory."
            )
            raise invalid_grant(50034, message)
        if not hmac.compare_digest(user.password.encode(), password.encode()):
            raise invalid_grant(50126, "Error validating credentials due to invalid username or password.")
        if user.mfa:
            message = (
                "Due to a configuration change made by your administrator, or because you moved to a new location, "
                "you must use multi-factor authentication to access '797f4846-ba00-4fd7-ba43-dac1f8f63013'."
            )
            raise invalid_grant(50076, message, "basic_action")
        return self._user_answer(user, client_id, request)

    def _refresh(self, request: Request) -> dict[str, Any]:
        try:
            claims = self._tokens.read(request.value("refresh_token"))
        except jwt.InvalidTokenError:
            claims = {}
        user = next((one for one in self._settings.users if object_id(one.name) == claims.get("oid")), None)
        if user is None or claims.get("aud") != REFRESH_AUDIENCE:
            raise invalid_grant(9002313, "Invalid request. Request is malformed or invalid.")
        return self._user_answer(user, request.value("client_id"), request)

    def _user_answer(self, user: User, client_id: str, request: Request) -> dict[str, Any]:
        caller = Caller(user.tenant, object_id(user.name), client_id, user.name)
        audience = self._audience(request, False)
        answer = self._answer(caller, audience, {"idtyp": "user", "upn": user.name, "scp": "user_impersonation"})
        refresh = self._tokens.issue(caller, REFRESH_AUDIENCE, REFRESH_SECONDS)
        answer |= {"scope": f"{audience}/user_impersonation", "refresh_token": refresh}
        if "openid" in request.form.get("scope", "").split():
            # Azure's libraries make a record of who signed in from it, and refuse an answer without it.
            names = {"preferred_username": user.name, "ver": "2.0", "iss": f"{request.base_url}/{user.tenant}/v2.0"}
            answer["id_token"] = self._tokens.issue(caller, client_id, self._settings.token_seconds, **names)
        return answer

    def _audience(self, request: Request, application: bool) -> str:
        if "resource" in request.form:
            return check_resource(request.form["resource"], request.base_url, request.tenant)
        return audience_of_scope(request.value("scope"), request.base_url, request.tenant, application=application)

    def _answer(self, caller: Caller, audience: str, claims: Mapping[str, Any]) -> dict[str, Any]:
        seconds = self._settings.token_seconds
        token = self._tokens.issue(caller, audience, seconds, **claims)
        return {"token_type": "Bearer", "expires_in": seconds, "ext_expires_in": seconds, "access_token": token}


def _as_caller(application: Application) -> Caller:
    client_id = application.client_id
    return Caller(application.tenant, object_id(client_id), client_id, application.name or client_id)
