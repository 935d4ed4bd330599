# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWS refused or did not answer, in words that tell the user what to do."""

from __future__ import annotations

from typing import Any

from .._core.errors import CloudError

try:
    from botocore import exceptions as sdk

    SDK_ERRORS: tuple[type[Exception], ...] = (sdk.BotoCoreError, sdk.ClientError, sdk.HTTPClientError)
    PARAMETER_ERRORS: tuple[type[Exception], ...] = (sdk.ParamValidationError,)
    NOT_CONNECTED: tuple[type[Exception], ...] = (
        sdk.EndpointConnectionError,
        sdk.ConnectTimeoutError,
        sdk.ProxyConnectionError,
    )
    TLS_ERRORS: tuple[type[Exception], ...] = (sdk.SSLError,)
    CREDENTIAL_ERRORS: tuple[type[Exception], ...] = (
        sdk.NoCredentialsError,
        sdk.PartialCredentialsError,
        sdk.CredentialRetrievalError,
        sdk.TokenRetrievalError,
        sdk.ProfileNotFound,
    )
except ImportError:  # the module says so with missing_required_lib before any of these is needed
    SDK_ERRORS = PARAMETER_ERRORS = NOT_CONNECTED = TLS_ERRORS = CREDENTIAL_ERRORS = ()

THROTTLED = frozenset(
    {
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RateExceeded",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TooManyUpdates",
    }
)
"""Codes with which a service refuses a request that it did not act upon, because there are too many of them."""

_SERVER_FAULTS = frozenset(
    {"InternalError", "InternalFailure", "InternalServerError", "ServiceUnavailable", "Unavailable"}
)

_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError"})
_BAD_CREDENTIALS = frozenset(
    {"AuthFailure", "InvalidAccessKeyId", "InvalidClientTokenId", "UnrecognizedClientException"}
)
_BAD_SIGNATURE = frozenset({"IncompleteSignature", "InvalidSignatureException", "SignatureDoesNotMatch"})
_EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})


WHERE_ROLES = "accounts.aws of the policy, patch_accounts.aws of a playbook, or accounts of a module"
"""Where a user says by which roles accounts are reached."""


def code_of(error: Exception) -> str:
    """The service's error code, or the name of the SDK's exception."""
    response = getattr(error, "response", None)
    if isinstance(response, dict):
        return str(response.get("Error", {}).get("Code", "")) or type(error).__name__
    return type(error).__name__


def status_of(error: Exception) -> int:
    """The HTTP status of the service's answer, 0 when there was none."""
    return int(_metadata(error).get("HTTPStatusCode", 0) or 0)


def retry_after(error: Exception) -> float | None:
    """Seconds that the service asks to wait (header Retry-After), None when it does not say."""
    headers = _metadata(error).get("HTTPHeaders") or {}
    text = str(headers.get("retry-after", "")).strip()
    return float(text) if text.isdecimal() else None


def is_throttled(error: Exception) -> bool:
    """Whether the service refused because of too many requests; it did not act then."""
    return code_of(error) in THROTTLED or status_of(error) == 429


def is_server_fault(error: Exception) -> bool:
    """Whether the service failed (5xx); it may have acted."""
    return status_of(error) >= 500 or code_of(error) in _SERVER_FAULTS


def is_answer(error: Exception) -> bool:
    """Whether the service answered at all."""
    return isinstance(getattr(error, "response", None), dict)


def speaks_of_caller(code: str) -> bool:
    """Whether the code says that the caller may not ask at all, so that asking for less would not help."""
    return code in _DENIED or code in _BAD_CREDENTIALS or code in _BAD_SIGNATURE or code in _EXPIRED


def explain(error: Exception, doing: str) -> CloudError:
    """The error as one message: what was tried on what, what the service said, and what the user can do.

    ``doing`` reads as "read the patch groups of 111111111111 in eu-central-1".
    """
    code = code_of(error)
    said = f"{code}: {_service_message(error)}" if is_answer(error) else f"{code}: {error}"
    message = f"Could not {doing}: {said}"
    remedy = _remedy(error, code)
    lasting = not (is_throttled(error) or is_server_fault(error) or not is_answer(error))
    return CloudError(f"{message.rstrip('. ')}. {remedy}".strip(), code=code, lasting=lasting)


def _metadata(error: Exception) -> dict[str, Any]:
    response = getattr(error, "response", None)
    metadata = response.get("ResponseMetadata") if isinstance(response, dict) else None
    return metadata if isinstance(metadata, dict) else {}


def _service_message(error: Exception) -> str:
    response = getattr(error, "response", {})
    said = response.get("Error", {})
    text = str(said.get("Message") or said.get("message") or "no further explanation")
    request_id = _metadata(error).get("RequestId")
    return f"{text.rstrip('. ')} (request {request_id})" if request_id else text


def _remedy(error: Exception, code: str) -> str:
    """What the user can do, empty when the service's own words say it."""
    if isinstance(error, CREDENTIAL_ERRORS):
        return (
            "Give credentials: options access_key and secret_key, a profile, environment variables or an instance role."
        )
    if isinstance(error, (*NOT_CONNECTED, *TLS_ERRORS)):
        return "Check that the endpoint can be reached: region, endpoint_url, proxy, firewall and CA bundle."
    if isinstance(error, PARAMETER_ERRORS):
        return "Nothing was sent: correct the value."
    if code in _EXPIRED:
        return "The credentials have expired: get new ones, or check the clock of this machine."
    if code in _BAD_CREDENTIALS:
        return "The service does not know these credentials: check access_key, session_token and the region."
    if code in _BAD_SIGNATURE:
        return "The secret key does not belong to the access key: check secret_key and the clock of this machine."
    if code in _DENIED and getattr(error, "operation_name", "") == "AssumeRole":
        asked = "the role's trust policy, and external_id if it asks for one"
        return f"Check role_arn of the account ({WHERE_ROLES}), {asked}."
    if code in _DENIED:
        return "The identity lacks this permission: see the collection's guide to permissions."
    if code == "NoRegionError":
        return "Give a region: the option region, or AWS_REGION."
    if is_throttled(error):
        return "The service refused for too long because of too many requests: repeat later."
    if is_server_fault(error) or not is_answer(error):
        return "The service did not answer in time: repeat later."
    return ""
