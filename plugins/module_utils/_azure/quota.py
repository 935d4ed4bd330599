# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many requests at once Azure Resource Manager grants, kept on this side, so that work side by side is not refused.

Azure Resource Manager counts with token buckets for each subscription, principal and kind of operation ("Throttling
limits for Azure Resource Manager": reads 250 and 25 a second, deletes and writes 200 and 10 a second); Resource Graph
grants 15 queries in 5 seconds for each principal ("Guidance for throttled requests in Azure Resource Graph"). Both tell
in headers what is left; other processes use the same buckets, so what the headers say holds where it is less.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from .answer import Answer, clock_seconds

READS = "reads"
WRITES = "writes"
DELETES = "deletes"
GRAPH = "graph"

_GRANTS = {READS: (250.0, 25.0), WRITES: (200.0, 10.0), DELETES: (200.0, 10.0), GRAPH: (15.0, 3.0)}
"""Requests at once, and how many more each second."""

_GRAPH_PATH = "/providers/microsoft.resourcegraph/"


def kind_of(method: str, path: str) -> str:
    """Which bucket a request is counted in."""
    if path.lower().startswith(_GRAPH_PATH):
        return GRAPH
    return {"GET": READS, "HEAD": READS, "DELETE": DELETES}.get(method.upper(), WRITES)


@dataclass(slots=True)
class _Bucket:
    size: float
    refill: float
    tokens: float
    at: float
    closed_until: float = 0.0

    def fill(self, now: float) -> None:
        self.tokens = min(self.size, self.tokens + (now - self.at) * self.refill)
        self.at = now


class Quota:
    """The buckets of one principal. Methods may be called from several threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets: dict[tuple[str, str], _Bucket] = {}

    def reserve(self, account: str, kind: str) -> float:
        """Take a request out of a subscription's bucket; answers the seconds to wait before it is sent."""
        with self._lock:
            bucket, now = self._bucket(account, kind)
            bucket.tokens -= 1.0
            short = max(0.0, -bucket.tokens / bucket.refill)
            return max(short, bucket.closed_until - now, 0.0)

    def learn(self, account: str, kind: str, answer: Answer) -> None:
        """Take over what an answer says is left, and leave the bucket alone for as long as a refusal asks."""
        left = _left(kind, answer)
        with self._lock:
            bucket, now = self._bucket(account, kind)
            if left is not None:
                bucket.tokens = min(bucket.tokens, left)
            if answer.status == 429 or (kind == GRAPH and left == 0.0):
                pause = answer.retry_after or 0.0
                bucket.closed_until = max(bucket.closed_until, now + pause)

    def _bucket(self, account: str, kind: str) -> tuple[_Bucket, float]:
        key = ("" if kind == GRAPH else account.lower(), kind)
        now = self._clock()
        if key not in self._buckets:
            size, refill = _GRANTS[kind]
            self._buckets[key] = _Bucket(size, refill, size, now)
        bucket = self._buckets[key]
        bucket.fill(now)
        return bucket, now


def _left(kind: str, answer: Answer) -> float | None:
    if kind == GRAPH:
        text = answer.headers.get("x-ms-user-quota-remaining", "")
        return _number(text) if clock_seconds(answer.headers.get("x-ms-user-quota-resets-after", "")) else None
    return _number(answer.headers.get(f"x-ms-ratelimit-remaining-subscription-{kind}", ""))


def _number(text: str) -> float | None:
    return float(text) if text.strip().isdecimal() else None
