# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is calling Azure Resource Manager, and what they can reach.

Codes and messages: "Common error codes" and answers of Azure Resource Manager to wrong tokens (Azure documentation,
"Troubleshoot common Azure deployment errors").
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import jwt

from ..identity.audiences import is_arm
from ..identity.tokens import Tokens, issuer, object_id
from ..settings import AzureSettings, Subscription
from .authorize import Need, not_authorized
from .call import Caller
from .errors import ArmError, subscription_not_found


def authenticate(header: str, tokens: Tokens, base_url: str) -> Caller:
    """The caller behind the header ``Authorization``. Raises ArmError 401."""
    kind, _blank, token = header.partition(" ")
    if kind.lower() != "bearer" or not token:
        raise _refused(
            base_url, "AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing."
        )
    try:
        claims = tokens.read(token)
    except jwt.ExpiredSignatureError:
        expired: Mapping[str, Any] = jwt.decode(token, options={"verify_signature": False, "verify_exp": False})
        message = (
            f"The access token expiry UTC time '{_time(expired['exp'])}' is earlier than current UTC time "
            f"'{_time(datetime.now(UTC).timestamp())}'."
        )
        raise _refused(base_url, "ExpiredAuthenticationToken", message) from None
    except jwt.InvalidTokenError:
        raise _refused(base_url, "InvalidAuthenticationToken", "The access token is invalid.") from None
    if not is_arm(str(claims["aud"]), base_url):
        message = (
            f"The access token has been obtained for wrong audience or resource '{claims['aud']}'. It should exactly "
            f"match with one of the allowed audiences '{base_url}','https://management.core.windows.net/',"
            "'https://management.azure.com/'."
        )
        raise _refused(base_url, "InvalidAuthenticationTokenAudience", message)
    name = str(claims.get("upn") or claims.get("appid", ""))
    return Caller(str(claims["tid"]), str(claims["oid"]), str(claims.get("appid", "")), name)


def _time(seconds: float) -> str:
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{moment.month}/{moment.day}/{moment.year} {moment:%I:%M:%S %p}"


def _refused(base_url: str, code: str, message: str) -> ArmError:
    challenge = f'Bearer authorization_uri="{base_url}/common", error="invalid_token", error_description="{message}"'
    return ArmError(401, code, message, headers={"WWW-Authenticate": challenge})


def reachable(settings: AzureSettings, caller: Caller) -> tuple[Subscription, ...]:
    """The subscriptions that a caller sees: those of its tenant on which it has a role."""
    granted = _granted(settings, caller)
    mine = [one for one in settings.subscriptions if one.tenant.lower() == caller.tenant.lower()]
    return tuple(one for one in mine if granted is None or one.id.lower() in granted)


def _granted(settings: AzureSettings, caller: Caller) -> set[str] | None:
    """The subscriptions on which the caller has a role; None for all."""
    named = {object_id(one.client_id): one.subscriptions for one in settings.applications}
    named |= {object_id(one.name): one.subscriptions for one in settings.users}
    granted = named.get(caller.object_id, ())
    return {one.lower() for one in granted} or None


def check_subscription(settings: AzureSettings, caller: Caller, subscription: str, action: str, scope: str) -> str:
    """The subscription's id as the fleet file has it. Raises ArmError when the caller cannot reach it.

    ``action``: the RBAC operation; ``scope``: what it is over.
    """
    found = next((one for one in settings.subscriptions if one.id.lower() == subscription.lower()), None)
    if found is None:
        raise subscription_not_found(subscription)
    if found.tenant.lower() != caller.tenant.lower():
        message = (
            f"The access token is from the wrong issuer '{issuer(caller.tenant)}'. It must match the tenant "
            f"'{issuer(found.tenant)}' associated with this subscription. Please use the authority (URL) "
            f"'https://login.windows.net/{found.tenant}' to get the token."
        )
        raise ArmError(401, "InvalidAuthenticationTokenTenant", message)
    if found not in reachable(settings, caller):
        raise not_authorized(caller.name, caller.object_id, Need(action, scope))
    return found.id
