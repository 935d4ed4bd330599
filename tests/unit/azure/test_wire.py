# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The wire to Azure on real sockets with TLS: what surely was not sent, what may have been, and where tokens go."""

from __future__ import annotations

import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import trustme
from ansible_collections.hybridops.patching.plugins.module_utils._azure.wire import (
    LOST,
    NO_CREDENTIALS,
    NO_TOKEN_NOW,
    NOT_CONNECTED,
    ArmWire,
    Network,
    Unanswered,
)
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError, ServiceResponseError

SCOPE = "https://management.example/.default"
OK = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 8\r\nX-Ms-Request-Id: r\r\n\r\n{"a": 1}'


class Credential:
    """Gives a token, or fails; counts."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.asked: list[tuple[str, ...]] = []

    def get_token(self, *scopes: str, **_settings: Any) -> AccessToken:
        """A token that is valid for long."""
        self.asked.append(scopes)
        if self.error:
            raise self.error
        return AccessToken("t0ken", 2**31)


class Server:
    """Answers each connection's first request with the bytes given; None closes it without an answer."""

    def __init__(self, directory: Path) -> None:
        authority = trustme.CA()
        self.bundle = str(directory / "ca.pem")
        authority.cert_pem.write_to_path(self.bundle)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(self.context)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://127.0.0.1:{self.listener.getsockname()[1]}"
        self.answer: bytes | None = OK
        self.requests: list[str] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                plain, _address = self.listener.accept()
            except OSError:
                return
            try:
                with self.context.wrap_socket(plain, server_side=True) as there:
                    self.requests.append(_request(there))
                    if self.answer is not None:
                        there.sendall(self.answer)
            except OSError:
                plain.close()


def _request(there: ssl.SSLSocket) -> str:
    """The whole request; head and body may come apart."""
    text = ""
    while True:
        text += there.recv(65536).decode()
        head, _blank, body = text.partition("\r\n\r\n")
        length = re.search(r"Content-Length: (\d+)", head)
        if len(body) >= (int(length.group(1)) if length else 0):
            return text


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server with a certificate of an authority of its own."""
    server = Server(tmp_path)
    yield server
    server.listener.close()


def refused(send: Callable[[], Any]) -> Unanswered:
    with pytest.raises(Unanswered) as caught:
        send()
    return caught.value


def wire(server: Server, credential: Credential | None = None, verify: bool | str = "") -> ArmWire:
    network = Network(verify if verify != "" else server.bundle)
    return ArmWire(server.url, SCOPE, credential or Credential(), network)


def test_a_request_and_its_answer(server: Server) -> None:
    credential = Credential()
    answer = wire(server, credential).send("PUT", f"{server.url}/x?api-version=1", {"b": 2})
    assert (answer.status, answer.body, answer.headers["x-ms-request-id"]) == (200, {"a": 1}, "r")
    (request,) = server.requests
    assert request.startswith("PUT /x?api-version=1 HTTP/1.1")
    assert "Authorization: Bearer t0ken" in request
    assert "hybridops.patching/" in request
    assert request.endswith('{"b": 2}')
    assert credential.asked == [(SCOPE,)]


def test_a_connection_that_breaks_after_the_request_is_lost(server: Server) -> None:
    server.answer = None
    assert refused(lambda: wire(server).send("POST", f"{server.url}/x")).reason == LOST


def test_half_an_answer_is_lost(server: Server) -> None:
    server.answer = OK[:-3]
    assert refused(lambda: wire(server).send("POST", f"{server.url}/x")).reason == LOST


def test_nobody_there_is_no_connection(server: Server) -> None:
    server.listener.close()
    assert refused(lambda: wire(server).send("POST", "https://127.0.0.1:1/x")).reason == NOT_CONNECTED


def test_an_unknown_certificate_gets_no_token(server: Server) -> None:
    assert refused(lambda: wire(server, verify=True).send("POST", f"{server.url}/x")).reason == NOT_CONNECTED
    assert server.requests == []


def test_no_token_goes_over_a_plain_connection(server: Server) -> None:
    url = server.url.replace("https", "http")
    assert refused(lambda: wire(server).send("GET", f"{url}/x")).reason == NOT_CONNECTED
    assert server.requests == []


def test_a_redirect_is_an_answer_and_not_followed(server: Server) -> None:
    server.answer = b"HTTP/1.1 302 Found\r\nLocation: https://elsewhere.example/\r\nContent-Length: 0\r\n\r\n"
    assert wire(server).send("GET", f"{server.url}/x").status == 302
    assert len(server.requests) == 1


def test_server_faults_are_not_repeated_here(server: Server) -> None:
    server.answer = b"HTTP/1.1 503 Busy\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n"
    assert wire(server).send("GET", f"{server.url}/x").retry_after == 1
    assert len(server.requests) == 1


def test_no_token_is_told_as_such(server: Server) -> None:
    credential = Credential(ClientAuthenticationError("AADSTS7000215: no"))
    error = refused(lambda: wire(server, credential).send("POST", f"{server.url}/x"))
    assert (error.reason, error.code) == (NO_CREDENTIALS, "ClientAuthenticationError")
    assert server.requests == []


def broken() -> ClientAuthenticationError:
    """What azure-identity makes of a connection to the authority that broke."""
    error = ClientAuthenticationError("Authentication failed: ('Connection aborted.')")
    error.__cause__ = ServiceResponseError("('Connection aborted.')")
    return error


@pytest.mark.parametrize(
    "error",
    [
        broken(),
        ClientAuthenticationError("Authentication failed: HTTP Error: 503"),
        ClientAuthenticationError("Authentication failed: AADSTS90033: A transient error has occurred."),
    ],
    ids=["broken", "503", "transient"],
)
def test_an_authority_in_trouble_says_nothing_of_the_credentials(server: Server, error: Exception) -> None:
    assert refused(lambda: wire(server, Credential(error)).send("POST", f"{server.url}/x")).reason == NO_TOKEN_NOW
    assert server.requests == []


def test_threads_ask_for_tokens_in_turn(server: Server) -> None:
    inside = threading.Lock()

    class Slow(Credential):
        def get_token(self, *scopes: str, **settings: Any) -> AccessToken:
            assert inside.acquire(blocking=False), "two threads at once"
            try:
                time.sleep(0.02)
                return super().get_token(*scopes, **settings)
            finally:
                inside.release()

    there = wire(server, Slow())
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: there.send("GET", f"{server.url}/{number}").status, range(24)))
    assert answers == [200] * 24
