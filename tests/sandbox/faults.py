# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults on the wire: throttling, errors, lost answers, delays, as a test asks for them."""

from __future__ import annotations

import fnmatch
import itertools
import random
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

KINDS = ("throttle", "error", "drop_before", "drop_after", "delay")
_ALLOWED = {
    "service",
    "operation",
    "account",
    "region",
    "times",
    "probability",
    "seed",
    "kind",
    "seconds",
    "after",
    "retry_after",
    "code",
    "message",
    "status",
    "params",
}


class FaultError(ValueError):
    """A fault that cannot be; the message says what is allowed."""


class AnswerLost(ConnectionError):
    """The connection is closed without an answer (a fault that was asked for)."""


def _carries(given: Any, asked: Any) -> bool:
    """Whether a value is the one that is asked for; a mapping may have more keys than it."""
    if isinstance(given, Mapping) and isinstance(asked, Mapping):
        return all(name in given and _carries(given[name], value) for name, value in asked.items())
    return bool(given == asked)


@dataclass(slots=True)
class Fault:
    """One fault. ``service``/``operation``/``account``/``region`` are shell patterns.

    ``times``: how often it still strikes, None without end. ``after``: requests let through first.
    ``probability`` 0 to 1. ``seconds``: the delay, in wall seconds. ``params``: only requests that carry these.
    """

    kind: str
    service: str = "*"
    operation: str = "*"
    account: str = "*"
    region: str = "*"
    times: int | None = 1
    after: int = 0
    probability: float = 1.0
    seed: int | None = None
    seconds: float = 1.0
    retry_after: float | None = None
    code: str = ""
    message: str = ""
    status: int = 0
    params: Mapping[str, Any] = field(default_factory=dict)
    number: int = 0
    struck: int = 0
    chance: random.Random = field(default_factory=random.Random, repr=False)

    def meets(self, request: Mapping[str, Any]) -> bool:
        """Whether the fault is meant for that request."""
        named = all(
            fnmatch.fnmatchcase(str(request[name]), getattr(self, name))
            for name in ("service", "operation", "account", "region")
        )
        return named and _carries(request["params"], self.params)

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        hidden = ("chance", "seed")
        return {name: getattr(self, name) for name in self.__slots__ if name not in hidden}


def make_fault(data: Mapping[str, Any]) -> Fault:
    """A fault from the control API's data. Raises FaultError."""
    unknown = set(data) - _ALLOWED
    if unknown:
        raise FaultError(f"unknown key {min(unknown)}; allowed are {', '.join(sorted(_ALLOWED))}")
    if data.get("kind") not in KINDS:
        raise FaultError(f"kind {data.get('kind')!r} is not one of {', '.join(KINDS)}")
    try:
        fault = Fault(**data)
        if not 0 <= float(fault.probability) <= 1 or (fault.times is not None and int(fault.times) < 1):
            raise FaultError("probability is from 0 to 1, times at least 1 or null")
        fault.seconds, fault.after = float(fault.seconds), int(fault.after)
    except (TypeError, ValueError) as error:
        raise FaultError(str(error)) from None
    fault.chance = random.Random(fault.seed)
    return fault


class Faults:
    """The faults that are armed. Thread-safe."""

    def __init__(self) -> None:
        self._armed: list[Fault] = []
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def add(self, data: Mapping[str, Any]) -> Fault:
        """Arm a fault. Raises FaultError."""
        fault = make_fault(data)
        with self._lock:
            fault.number = next(self._numbers)
            self._armed.append(fault)
        return fault

    def strike(self, request: Mapping[str, Any]) -> list[Fault]:
        """The faults that this request meets, at most one beside delays; each counts as struck."""
        met: list[Fault] = []
        with self._lock:
            for fault in self._armed:
                if fault.times == 0 or not fault.meets(request):
                    continue
                if fault.after > 0:
                    fault.after -= 1
                    continue
                if fault.kind != "delay" and any(other.kind != "delay" for other in met):
                    continue
                if fault.chance.random() < fault.probability:
                    fault.struck += 1
                    fault.times = None if fault.times is None else fault.times - 1
                    met.append(fault)
        return met

    def all(self) -> list[dict[str, Any]]:
        """All armed faults, with how often each struck."""
        with self._lock:
            return [fault.to_dict() for fault in self._armed]

    def clear(self) -> None:
        """Disarm all."""
        with self._lock:
            self._armed.clear()


def let_through(met: Sequence[Fault]) -> Fault | None:
    """Let the faults strike that come before a request is acted upon: wait, or raise AnswerLost.

    What is left is an error that the service is to answer in its own words, or None.
    """
    for fault in met:
        if fault.kind == "delay":
            time.sleep(fault.seconds)
    for fault in met:
        if fault.kind == "drop_before":
            raise AnswerLost("the request is dropped")
    return next((fault for fault in met if fault.kind in ("throttle", "error")), None)
