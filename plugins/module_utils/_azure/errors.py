# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Azure refused or did not answer, in words that tell the user what to do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .._core.errors import CloudError
from .answer import Answer
from .wire import LOST, NO_CREDENTIALS, NO_TOKEN_NOW, NOT_CONNECTED, Unanswered

_SECRETS = (
    re.compile(r"(?i)(bearer\s+)[^\s\"',]+"),
    re.compile(r"(?i)([?&;](?:sig|signature|code)=)[^&\s\"']+"),
    re.compile(
        r"(?i)(\b(?:client_secret|client_assertion|password|refresh_token|access_token)[\"']?\s*[=:]\s*[\"']?)[^&\s\"',]+"
    ),
    re.compile(r"()\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?"),
)
"""What a message of a service, a proxy or a library may repeat, and no log may have: tokens, signatures, secrets."""

_ACTION = re.compile(r"perform action '([^']+)'(?: over scope '([^']+)')?")
_NO_SUBSCRIPTION = "at least one subscription that is eligible"
"""What Resource Graph says, as a BadRequest, when the credentials reach none of the subscriptions asked for."""

_SHUT_DOWN = re.compile(
    r"mmaagentbasedservicesshutdown|update management.{0,60}(?:shut ?down|retired|deprecated)", re.IGNORECASE
)
"""What Azure Automation says to a deployment schedule since its Update Management is gone, whatever the code."""

_SUCCESSOR = (
    "Update Management of Azure Automation was retired on 2024-08-31 and shut down on 2025-02-28. Its successor is "
    "Azure Update Manager: use azure_maintenance_configuration for new schedules, and azure_schedule_migration to move "
    "those that there are."
)

_PROVIDER = re.compile(r"namespace '([^']+)'")

_REMEDIES = {
    "AuthenticationFailed": "Resource Manager did not accept the token: check tenant and cloud_environment.",
    "ExpiredAuthenticationToken": "The token has expired: check the clock of this machine, or log in again.",
    "InvalidAuthenticationToken": "Resource Manager did not accept the token: check tenant and cloud_environment.",
    "InvalidAuthenticationTokenTenant": "The credentials belong to another tenant than the subscription: give tenant, "
    "or credentials for this subscription in accounts.",
    "InvalidSubscriptionId": "Check subscription_id and the ids of the nodes.",
    "LocationNotAvailableForResourceType": "Check location: the name of a region that has such resources.",
    "RequestDisallowedByPolicy": "A policy of the organisation forbids it: change the policy or exempt the resource.",
    "ResourceGroupNotFound": "Check the name of the resource group, alone or in an id, and the subscription.",
    "ResourceNotFound": "Check the id: the resource was deleted or moved, or the credentials may not read it.",
    "ScopeLocked": "A lock on the resource, its group or its subscription forbids it: remove it, or skip the node.",
    "SubscriptionNotFound": "Check the id; if it is right, the credentials have no role in the subscription: assign "
    "one, or give credentials for it in accounts.",
}

_SIGN_IN = {
    "AADSTS50034": "The user is not known in this tenant: check ad_user and tenant.",
    "AADSTS50076": "The user needs a second factor, which a password cannot give: use a service principal.",
    "AADSTS50126": "Check ad_user and password.",
    "AADSTS700016": "The application is not known in this tenant: check client_id and tenant.",
    "AADSTS700027": "The certificate is not one of the application's: add its public part to the application.",
    "AADSTS7000215": "Check secret: it has to be the secret's value, not its id.",
    "AADSTS7000222": "The application's secret has expired: make a new one.",
    "AADSTS70021": "No federated credential of the application fits the token: check issuer, subject and audience.",
    "AADSTS90002": "The tenant is not known: check tenant and cloud_environment.",
}
"""Microsoft Entra authentication and authorization error codes."""

_NO_TENANT = "double check your tenant name or GUID"
"""What msal says, without the authority's code, of a tenant whose configuration the authority does not know."""

_BUSY = frozenset({"AnotherOperationInProgress", "Conflict", "ConflictingUserInput", "OperationNotAllowed"})


def code_of(answer: Answer) -> str:
    """The service's error code, or the HTTP status where it gave none."""
    return str(_error(answer).get("code") or f"HTTP {answer.status}")


def without_secrets(text: str) -> str:
    """The text with every token, signature and secret in it made unreadable."""
    for pattern in _SECRETS:
        text = pattern.sub(r"\1***", text)
    return text


def is_throttled(answer: Answer) -> bool:
    """Whether the service refused because of too many requests; it did not act then."""
    return answer.status == 429


def is_server_fault(answer: Answer) -> bool:
    """Whether the service failed or took too long; it may have acted."""
    return answer.status >= 500 or answer.status == 408


def explain(answer: Answer, doing: str) -> CloudError:
    """A refusal as one message: what was tried on what, what the service said, and what the user can do.

    ``doing`` reads as "read the machines in 00000000-0000-0000-0000-000000000000".
    """
    code = code_of(answer)
    message = f"Could not {doing}: {code}: {_said(answer)}"
    lasting = not (is_throttled(answer) or is_server_fault(answer))
    remedy = _remedy(answer, code)
    return CloudError(without_secrets(f"{message.rstrip('. ')}. {remedy}".strip()), code=code, lasting=lasting)


def explain_unanswered(error: Unanswered, doing: str) -> CloudError:
    """That no answer came, and why, as one message."""
    text = without_secrets(" ".join(str(error).split()))
    remedy = {
        NO_CREDENTIALS: _sign_in_remedy(text),
        NO_TOKEN_NOW: "The authority that gives tokens has trouble or too much to do: repeat later.",
        NOT_CONNECTED: "Check that the endpoint can be reached: cloud_environment, proxy, firewall and CA bundle.",
        LOST: "The service did not answer in time: repeat later.",
    }[error.reason]
    message = f"Could not {doing}: {error.code}: {text}"
    return CloudError(f"{message.rstrip('. ')}. {remedy}", code=error.code, lasting=error.reason == NO_CREDENTIALS)


def error_text(error: Mapping[str, Any]) -> str:
    """Code and message of an ``error`` object of a long-running operation or a status, with its first detail."""
    code, text = str(error.get("code") or ""), _message(error)
    return without_secrets(f"{code}: {text}" if code else text)


def _error(answer: Answer) -> Mapping[str, Any]:
    """The error in a body: ``{"error": {…}}`` (Resource Manager) or the error itself (some providers).

    Microsoft.Maintenance writes ``{"Error": {"Code": …, "Message": …}}``.
    """
    if not isinstance(answer.body, Mapping):
        return {}
    body = _small(answer.body)
    error = body.get("error", body)
    return _small(error) if isinstance(error, Mapping) else {"message": str(error)}


def _small(members: Mapping[str, Any]) -> dict[str, Any]:
    """The members with their names in small letters; of two that differ in case only the last counts."""
    return {str(name).lower(): value for name, value in members.items()}


def _said(answer: Answer) -> str:
    text = _message(_error(answer))
    request = answer.headers.get("x-ms-request-id") or answer.headers.get("x-ms-correlation-request-id")
    return f"{text.rstrip('. ')} (request {request})" if request else text


def _message(error: Mapping[str, Any]) -> str:
    """The error's message, and that of its first detail, which often is the only one that says something."""
    text = " ".join(str(error.get("message") or "no further explanation").split())
    details = error.get("details") or error.get("innererror") or ()
    first = details if isinstance(details, Mapping) else next(iter(details), None)
    detail = " ".join(str(first.get("message") or "").split()) if isinstance(first, Mapping) else ""
    return f"{text.rstrip('. ')}: {detail}" if detail and detail not in text else text


def _remedy(answer: Answer, code: str) -> str:
    """What the user can do, empty when the service's own words say it."""
    text = _message(_error(answer))
    if _SHUT_DOWN.search(text):
        return _SUCCESSOR
    if is_throttled(answer):
        return "The service refused for too long because of too many requests: repeat later."
    if is_server_fault(answer):
        return "The service did not answer in time: repeat later."
    if code in ("AuthorizationFailed", "LinkedAuthorizationFailed") or (answer.status == 403 and code not in _REMEDIES):
        return _denied(text)
    if code == "MissingSubscriptionRegistration":
        found = _PROVIDER.search(text)
        provider = found.group(1) if found else "<the provider named above>"
        return f"Register it once, with az provider register --namespace {provider} in this subscription."
    if _NO_SUBSCRIPTION in text:
        return _REMEDIES["SubscriptionNotFound"]
    if code in _REMEDIES:
        return _REMEDIES[code]
    if answer.status == 401:
        return "Resource Manager did not accept the token: check tenant and cloud_environment."
    if 300 <= answer.status < 400:
        return "Resource Manager sent the request elsewhere, where no token is given to: check cloud_environment."
    if answer.status == 409 and code in _BUSY:
        return "Something else is being done to the resource, or its state forbids it: repeat when that is over."
    return ""


def _denied(text: str) -> str:
    found = _ACTION.search(text)
    if not found:
        return "The identity lacks a permission: see the collection's guide to permissions."
    action, scope = found.groups()
    where = f" on {scope}" if scope else ""
    return f"Give the identity a role with the permission {action}{where}; it takes some minutes until it is in force."


def _sign_in_remedy(text: str) -> str:
    if _NO_TENANT in text:
        return _SIGN_IN["AADSTS90002"]
    found = next((remedy for code, remedy in _SIGN_IN.items() if re.search(rf"\b{code}\b", text)), "")
    return found or "No token was given: check the credentials, tenant and cloud_environment."
