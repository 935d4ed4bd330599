# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many requests a principal may send.

Azure Resource Manager: a token bucket for each subscription (or tenant), principal and kind of request ("Understand how
Azure Resource Manager throttles requests"). Resource Graph: so many queries in a window, for each principal ("Guidance
for throttled requests in Azure Resource Graph"). Wall time, since clients wait by their own clock.
"""

from __future__ import annotations

import math
import threading
import time
import uuid
from dataclasses import dataclass, field

from ..settings import AzureSettings, Quota
from .call import Caller
from .errors import ArmError

_KINDS = {"GET": "reads", "HEAD": "reads", "DELETE": "deletes"}


@dataclass(slots=True)
class Bucket:
    """Tokens left, and since when that is so."""

    left: float
    at: float = field(default_factory=time.monotonic)


@dataclass(slots=True)
class Window:
    """Queries left until the window ends."""

    left: int
    ends: float


class Quotas:
    """The quotas of all principals. Thread-safe."""

    def __init__(self, settings: AzureSettings) -> None:
        self._settings = settings
        self._buckets: dict[tuple[str, str, str], Bucket] = {}
        self._windows: dict[str, Window] = {}
        self._lock = threading.Lock()

    def take(self, method: str, caller: Caller, subscription: str) -> dict[str, str]:
        """Take one request; the headers that tell what is left. Raises ArmError 429."""
        kind = _KINDS.get(method, "writes")
        quota: Quota = getattr(self._settings, kind)
        scope = "subscription" if subscription else "tenant"
        header = f"x-ms-ratelimit-remaining-{scope}-{kind}"
        with self._lock:
            now = time.monotonic()
            key = (subscription.lower() or caller.tenant, caller.object_id, kind)
            bucket = self._buckets.setdefault(key, Bucket(quota.size, now))
            bucket.left = min(quota.size, bucket.left + (now - bucket.at) * quota.refill)
            bucket.at = now
            if bucket.left < 1:
                wait = math.ceil((1 - bucket.left) / quota.refill) if quota.refill else 3600
                raise _throttled(kind, scope, subscription or caller.tenant, wait, {header: "0"})
            bucket.left -= 1
            return {header: str(int(bucket.left))}

    def take_query(self, caller: Caller) -> dict[str, str]:
        """Take one query of Resource Graph; the headers that tell what is left. Raises ArmError 429."""
        quota = self._settings.graph
        with self._lock:
            now = time.monotonic()
            window = self._windows.get(caller.object_id)
            if window is None or window.ends <= now:
                length = quota.size / quota.refill if quota.refill else 3600.0
                window = self._windows[caller.object_id] = Window(int(quota.size), now + length)
            resets = math.ceil(window.ends - now)
            if window.left < 1:
                raise query_throttled(resets)
            window.left -= 1
            return _query_headers(window.left, resets)


def _query_headers(left: int, resets: int) -> dict[str, str]:
    clock = f"{resets // 3600:02d}:{resets // 60 % 60:02d}:{resets % 60:02d}"
    return {"x-ms-user-quota-remaining": str(left), "x-ms-user-quota-resets-after": clock}


def query_throttled(resets: int) -> ArmError:
    """What Resource Graph answers when the window's queries are used up. ``resets``: seconds."""
    detail = (
        "Client application has been throttled and should not attempt to repeat the request until an amount of time "
        "has elapsed. Please see https://aka.ms/resourcegraph-throttling for help."
    )
    return ArmError(
        429,
        "RateLimiting",
        f"Please provide below info when asking for support: correlationId = {uuid.uuid4()}.",
        details=[{"code": "RateLimiting", "message": detail}],
        headers={"Retry-After": str(resets), **_query_headers(0, resets)},
    )


def _throttled(kind: str, scope: str, name: str, wait: int, headers: dict[str, str]) -> ArmError:
    message = (
        f"Number of '{kind}' requests for {scope} '{name}' exceeded the limit. Please try again after '{wait}' seconds "
        "after additional tokens are available. Refer to https://aka.ms/arm-throttling for additional information."
    )
    return ArmError(429, "TooManyRequests", message, headers={"Retry-After": str(wait), **headers})
