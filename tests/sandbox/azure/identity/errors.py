# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors of the token endpoint.

Source: "Microsoft Entra authentication and authorization error codes" (Microsoft identity platform documentation);
form: OAuth 2.0's ``error`` and ``error_description`` with Entra's ``error_codes``, ``trace_id``, ``correlation_id``.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any


class TokenError(Exception):
    """A refusal. ``error`` is OAuth's, ``number`` Entra's (AADSTS…)."""

    def __init__(self, number: int, error: str, message: str, status: int = 400, suberror: str = "") -> None:
        super().__init__(f"AADSTS{number}: {message}")
        self.number = number
        self.error = error
        self.message = message
        self.status = status
        self.suberror = suberror

    def body(self, correlation_id: str, base_url: str) -> dict[str, Any]:
        """The answer's body."""
        trace_id, at = str(uuid.uuid4()), f"{datetime.now(UTC):%Y-%m-%d %H:%M:%SZ}"
        known = {
            "error": self.error,
            "error_description": (
                f"AADSTS{self.number}: {self.message} Trace ID: {trace_id} "
                f"Correlation ID: {correlation_id} Timestamp: {at}"
            ),
            "error_codes": [self.number],
            "timestamp": at,
            "trace_id": trace_id,
            "correlation_id": correlation_id,
            "error_uri": f"{base_url}/error?code={self.number}",
        }
        return known | ({"suberror": self.suberror} if self.suberror else {})


def missing(parameter: str) -> TokenError:
    """A parameter of the form is not there."""
    return TokenError(
        900144, "invalid_request", f"The request body must contain the following parameter: '{parameter}'."
    )


def unknown_tenant(tenant: str, error: str = "invalid_request") -> TokenError:
    """No such directory."""
    message = (
        f"Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the "
        "correct cloud. Check with your subscription administrator, this may happen if there are no active "
        "subscriptions for the tenant."
    )
    return TokenError(90002, error, message)


def unknown_application(client_id: str, tenant: str) -> TokenError:
    """No such application in the directory."""
    message = (
        f"Application with identifier '{client_id}' was not found in the directory '{tenant}'. This can happen if the "
        "application has not been installed by the administrator of the tenant or consented to by any user in the "
        "tenant. You may have sent your authentication request to the wrong tenant."
    )
    return TokenError(700016, "unauthorized_client", message)


def invalid_client(number: int, message: str) -> TokenError:
    """The application did not show who it is."""
    return TokenError(number, "invalid_client", message, 401)


def invalid_grant(number: int, message: str, suberror: str = "") -> TokenError:
    """The person did not show who they are."""
    return TokenError(number, "invalid_grant", message, 400, suberror)
