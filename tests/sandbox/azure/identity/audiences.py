# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which resources tokens are given for: Azure Resource Manager and Log Analytics, each under its names."""

from __future__ import annotations

from .errors import TokenError

ARM = ("https://management.azure.com", "https://management.core.windows.net")

LOGS = ("https://api.loganalytics.io", "https://api.loganalytics.azure.com")
LOGS_PATH = "/log-analytics"
"""Where Log Analytics is on this server; with the server's address it is the name of a resource of its own."""


def is_logs(audience: str, base_url: str) -> bool:
    """Whether that is a name of Log Analytics."""
    return audience.rstrip("/").lower() in (*LOGS, f"{base_url.rstrip('/').lower()}{LOGS_PATH}")


def is_arm(audience: str, base_url: str) -> bool:
    """Whether that is a name of Azure Resource Manager. ``base_url``: the sandbox as the client calls it."""
    return audience.rstrip("/").lower() in (*ARM, base_url.rstrip("/").lower())


def audience_of_scope(scope: str, base_url: str, tenant: str, *, application: bool) -> str:
    """The audience that a scope of the form ``{resource}/.default`` asks for; OpenID's own scopes are passed over.

    ``application``: a client credentials grant, which has to end so. Raises TokenError.
    """
    scopes = [one for one in scope.split() if one not in ("openid", "profile", "offline_access", "email")]
    if len(scopes) != 1:
        message = (
            "The provided request must include a 'scope' input parameter. The provided value for the input parameter "
            f"'scope' is not valid. The scope {scope} is not valid."
        )
        raise TokenError(70011, "invalid_scope", message)
    resource, slash, permission = scopes[0].rpartition("/")
    if application and (not slash or permission != ".default"):
        message = (
            f"The provided value for scope {scopes[0]} is not valid. Client credential flows must have a scope value "
            "with /.default suffixed to the resource identifier (application ID URI)."
        )
        raise TokenError(1002012, "invalid_scope", message)
    return check_resource(resource, base_url, tenant)


def check_resource(resource: str, base_url: str, tenant: str) -> str:
    """The resource, when tokens are given for it. Raises TokenError."""
    if not (is_arm(resource, base_url) or is_logs(resource, base_url)):
        message = (
            f"The resource principal named {resource} was not found in the tenant named {tenant}. This can happen if "
            "the application has not been installed by the administrator of the tenant or consented to by any user in "
            "the tenant."
        )
        raise TokenError(500011, "invalid_resource", message)
    return resource
