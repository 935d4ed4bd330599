# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Azure Resource Manager answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, body (decoded JSON, None where there is none) and headers (lower-case names) of an answer."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def location(self) -> str:
        """The URL that tells of a long-running operation: 202 while it goes on, its result at its end."""
        return self.headers.get("location", "")

    @property
    def async_operation(self) -> str:
        """The URL that tells the ``status`` of a long-running operation: InProgress, Succeeded, Failed, Canceled.

        Azure Resource Manager, "Track asynchronous operations".
        """
        return self.headers.get("azure-asyncoperation", "")

    @property
    def retry_after(self) -> float | None:
        """Seconds that the service asks to wait, None when it does not say.

        ``Retry-After`` in seconds or as a date (RFC 9110), or in milliseconds (azure-core knows both spellings);
        Resource Graph says ``x-ms-user-quota-resets-after`` as ``hh:mm:ss``.
        """
        asked = self.headers.get("retry-after", "").strip()
        if asked:
            return _seconds(asked)
        for name in ("retry-after-ms", "x-ms-retry-after-ms"):
            if self.headers.get(name, "").strip().isdecimal():
                return int(self.headers[name]) / 1000
        return clock_seconds(self.headers.get("x-ms-user-quota-resets-after", ""))

    @property
    def date(self) -> datetime | None:
        """When the service answered, by its own clock (``Date``, RFC 9110), None when it does not say."""
        try:
            said = parsedate_to_datetime(self.headers.get("date", ""))
        except ValueError:
            return None
        return said if said.tzinfo else said.replace(tzinfo=UTC)


def clock_seconds(text: str) -> float | None:
    """Seconds of ``hh:mm:ss``, None for anything else."""
    parts = text.strip().split(":")
    try:
        hours, minutes, seconds = (float(part) for part in parts)
    except ValueError:
        return None
    return hours * 3600 + minutes * 60 + seconds


def _seconds(asked: str) -> float | None:
    try:
        return max(0.0, float(asked))
    except ValueError:
        pass
    try:
        until = parsedate_to_datetime(asked)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(0.0, (until - datetime.now(UTC)).total_seconds())
