# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Resource Manager that answers by a script: ordered requests; one too many fails, and so does one missing."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from ansible_collections.hybridops.patching.plugins.module_utils._azure.answer import Answer
from ansible_collections.hybridops.patching.plugins.module_utils._azure.auth import Places
from ansible_collections.hybridops.patching.plugins.module_utils._azure.session import AzureSession
from ansible_collections.hybridops.patching.plugins.module_utils._azure.wire import Unanswered
from ansible_collections.hybridops.patching.plugins.module_utils._core.patience import Patience

ENDPOINT = "https://management.azure.com"
SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
OPTIONS = {"client_id": "app", "secret": "s3cret", "tenant": "tenant", "subscription_id": SUBSCRIPTION}


def vm(name: str) -> str:
    """The id of a VM, as the product knows it."""
    return f"/subscriptions/{SUBSCRIPTION}/resourcegroups/rg/providers/microsoft.compute/virtualmachines/{name}"


def arc(name: str) -> str:
    """The id of an Arc machine, as the product knows it."""
    return f"/subscriptions/{SUBSCRIPTION}/resourcegroups/rg/providers/microsoft.hybridcompute/machines/{name}"


def refused(status: int, code: str, message: str = "no", **headers: str) -> Answer:
    """An error as Resource Manager answers it."""
    return Answer(status, {"error": {"code": code, "message": message}}, headers)


@dataclass(slots=True)
class Request:
    """A request of the script: its method, the end of its path, and what is answered. ``body`` is compared if given."""

    method: str
    path: str
    answer: Answer | Unanswered
    body: Any = None


@dataclass(slots=True)
class Wire:
    """Carries what is sent to the script. ``sent`` are the requests: method, path, query, body."""

    script: list[Request]
    endpoint: str = ENDPOINT
    sent: list[tuple[str, str, dict[str, str], Any]] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    """Each request by its method and last word; a test may put the list of a scope here, for one order of both."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def send(self, method: str, url: str, body: Any = None) -> Answer:
        """The next answer of the script."""
        parts = urlsplit(url)
        path = unquote(parts.path)
        with self.lock:
            self.sent.append((method, path, {key: value[0] for key, value in parse_qs(parts.query).items()}, body))
            self.events.append(f"{method} {path.rpartition('/')[2]}")
            assert self.script, f"one request too many: {method} {path}"
            expected = self.script.pop(0)
        assert (method, path[-len(expected.path) :].lower()) == (expected.method, expected.path.lower()), path
        if expected.body is not None:
            assert body == expected.body
        if isinstance(expected.answer, Unanswered):
            raise expected.answer
        return expected.answer

    def finish(self) -> None:
        """Everything in the script was asked for."""
        assert self.script == []


@dataclass(slots=True)
class Clock:
    """A clock on which waiting takes no time."""

    now: float = 0.0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        """Let the time pass."""
        self.slept.append(seconds)
        self.now += seconds

    def __call__(self) -> float:
        """Seconds."""
        return self.now


def scripted(script: Sequence[Request], **options: Any) -> tuple[AzureSession, Wire]:
    """A session whose every connection leads to the script."""
    wire, clock = Wire(list(script)), Clock()
    places = Places({}, Path("/nowhere"), has_cli=False)
    patience = Patience(answer=60.0, connect=5.0, sleep=clock.sleep, clock=clock)
    session = AzureSession(OPTIONS | options, places, patience, wire_of=lambda *_who: wire)
    return session, wire
