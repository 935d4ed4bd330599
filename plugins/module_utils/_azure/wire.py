# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTPS to Azure Resource Manager through azure-core's pipeline: a request out, an answer or a reason in.

Nothing is repeated, redirected or logged here: :mod:`.client` alone repeats requests, a token goes to no other host,
and none gets into a log.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

from .answer import Answer

try:
    import requests
    import urllib3
    from azure.core import PipelineClient
    from azure.core.credentials import AccessToken, TokenCredential
    from azure.core.exceptions import AzureError, ServiceRequestError, ServiceResponseError
    from azure.core.pipeline.policies import HeadersPolicy, RequestIdPolicy, UserAgentPolicy
    from azure.core.pipeline.transport import RequestsTransport
    from azure.core.rest import HttpRequest
    from azure.mgmt.core.policies import ARMChallengeAuthenticationPolicy
    from urllib3.exceptions import ConnectTimeoutError, NewConnectionError
except ImportError:  # the module says so with missing_required_lib before anything here is used
    pass

USER_AGENT = "hybridops.patching/0.1.0"
CONNECT_SECONDS = 10
READ_SECONDS = 60
POOL_CONNECTIONS = 32
"""HTTP connections kept to one host: as many as threads may ask it at the same time."""

NO_CREDENTIALS = "no_credentials"
NO_TOKEN_NOW = "no_token_now"
NOT_CONNECTED = "not_connected"
LOST = "lost"

_TROUBLE = re.compile(r"HTTP Error: (?:429|5\d\d)\b|\bAADSTS(?:90006|90024|90033|90055)\b")
"""What an authority says that has trouble or too much to do: it tells nothing of the credentials."""


class Unanswered(Exception):
    """No answer came: no token was given, or not now, no connection was made (nothing was sent then), or it broke after
    that.
    """

    def __init__(self, reason: str, code: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason
        self.code = code


class Wire(Protocol):
    """What carries requests to one Resource Manager with one credential."""

    endpoint: str

    def send(self, method: str, url: str, body: Any = None) -> Answer:
        """Send one request once. Raises :class:`Unanswered`."""


@dataclass(frozen=True, slots=True)
class Network:
    """``verify``: the CA bundle that certificates are checked with, True for the library's own, False for no check."""

    verify: bool | str = True

    def transport(self) -> Any:
        """A transport of azure-core, for Resource Manager and for token requests."""
        session = requests.Session()
        adapter = requests.adapters.HTTPAdapter(pool_maxsize=POOL_CONNECTIONS, max_retries=0)
        session.mount("https://", adapter)
        return RequestsTransport(
            session=session,
            session_owner=False,
            connection_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            connection_verify=self.verify,
        )


def network_of(ca_bundle: str | None, validate: bool, env: Mapping[str, str] | None = None) -> Network:
    """The network that the options describe; without ``ca_bundle`` the variables that requests and OpenSSL know."""
    if not validate:
        urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
        return Network(False)
    variables = os.environ if env is None else env
    bundles = (ca_bundle, *(variables.get(name) for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")))
    return Network(next((bundle for bundle in bundles if bundle), True))


class _NoToken(Exception):
    """Keeps what went wrong at the token endpoint apart from what goes wrong at Resource Manager."""


class _OneAtATime:
    """A credential that threads ask in turn: the first fetches the token, the others find it in its cache."""

    def __init__(self, credential: TokenCredential) -> None:
        self._credential = credential
        self._lock = threading.Lock()

    def get_token(self, *scopes: str, **settings: Any) -> AccessToken:
        """A token of the credential. Raises :class:`_NoToken`."""
        with self._lock:
            try:
                return self._credential.get_token(*scopes, **settings)
            except (AzureError, ValueError) as error:
                raise _NoToken from error


class ArmWire:
    """Sends requests with azure-core's pipeline and the challenge policy of Azure Resource Manager."""

    def __init__(self, endpoint: str, scope: str, credential: TokenCredential, network: Network) -> None:
        self.endpoint = endpoint
        self._client: Any = PipelineClient(
            endpoint,
            transport=network.transport(),
            policies=[
                RequestIdPolicy(),
                HeadersPolicy({"Accept": "application/json"}),
                UserAgentPolicy(USER_AGENT),
                ARMChallengeAuthenticationPolicy(_OneAtATime(credential), scope),
            ],
        )

    def send(self, method: str, url: str, body: Any = None) -> Answer:
        """Send one request once. Raises :class:`Unanswered`."""
        return _sent(self._client, HttpRequest(method, url, json=body))


def fetch_json(url: str, network: Network) -> Any:
    """The JSON behind a URL that needs no token. Raises :class:`Unanswered`, also for an answer that is an error."""
    client: Any = PipelineClient(url, transport=network.transport(), policies=[UserAgentPolicy(USER_AGENT)])
    answer = _sent(client, HttpRequest("GET", url))
    if answer.status != 200:
        raise Unanswered(NOT_CONNECTED, f"HTTP {answer.status}", f"{url} answered with HTTP {answer.status}")
    return answer.body


def _sent(client: Any, request: Any) -> Answer:
    try:
        response = client.send_request(request)
        text = response.text()
    except _NoToken as error:
        cause = error.__cause__ or error
        raise Unanswered(_why_no_token(cause), type(cause).__name__, str(cause)) from error
    except AzureError as error:
        reason = NOT_CONNECTED if _never_connected(error) else LOST
        raise Unanswered(reason, _name(error), str(error)) from error
    headers = {str(name).lower(): str(value) for name, value in response.headers.items()}
    return Answer(response.status_code, _decoded(response, text), headers)


def _why_no_token(cause: BaseException) -> str:
    """Whether the authority could not be reached, had trouble, or refused the credentials."""
    causes = list(_causes(cause))
    if any(_is_connecting(each) for each in causes):
        return NOT_CONNECTED
    broken = any(isinstance(each, (ServiceRequestError, ServiceResponseError)) for each in causes)
    return NO_TOKEN_NOW if broken or _TROUBLE.search(str(cause)) else NO_CREDENTIALS


def _decoded(response: Any, text: str) -> Any:
    """The body as JSON, a text where it is none (a proxy's page of HTML), None where it is empty."""
    if not text.strip():
        return None
    with suppress(ValueError):
        return response.json()
    return text


def _never_connected(error: Exception) -> bool:
    """Whether surely nothing was sent: name, connection, proxy or certificate failed, or azure-core refused first.

    azure-core's ServiceRequestError alone does not say so: it covers whatever breaks in TLS, at any time.
    """
    if not isinstance(error, ServiceRequestError):
        return False
    causes = list(_causes(error))
    return len(causes) == 1 or any(_is_connecting(cause) for cause in causes)


def _is_connecting(cause: BaseException) -> bool:
    """Whether it is a failure to connect."""
    return isinstance(cause, (NewConnectionError, ConnectTimeoutError, requests.exceptions.ConnectTimeout)) or type(
        cause
    ).__name__ in {"ProxyError", "SSLCertVerificationError"}


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what it was made of: azure-core, requests and urllib3 each wrap the one below in their own way."""
    seen: list[BaseException] = []
    todo: list[Any] = [error]
    while todo:
        cause = todo.pop()
        if not isinstance(cause, BaseException) or cause in seen:
            continue
        seen.append(cause)
        todo += [cause.__cause__, getattr(cause, "inner_exception", None), getattr(cause, "reason", None), *cause.args]
    yield from seen


def _name(error: Exception) -> str:
    return type(getattr(error, "inner_exception", None) or error).__name__
