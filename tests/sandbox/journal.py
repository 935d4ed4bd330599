# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record of every request, so that a test can say what was asked and what was changed."""

from __future__ import annotations

import threading
from collections import deque
from datetime import UTC, datetime
from typing import Any

KEEP = 200_000
"""Entries kept; older ones go."""


class Journal:
    """What was asked, in order of arrival. Thread-safe."""

    def __init__(self) -> None:
        self._entries: deque[dict[str, Any]] = deque(maxlen=KEEP)
        self._next = 1
        self._lock = threading.Lock()

    def open(self, **known: Any) -> dict[str, Any]:
        """Note a request on arrival; the entry is completed while it is served."""
        entry: dict[str, Any] = {
            "seq": 0,
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "service": "",
            "operation": "",
            "account": "",
            "region": "",
            "params": {},
            "writing": False,
            "status": None,
            "error": "",
            "fault": "",
        } | known
        with self._lock:
            entry["seq"], self._next = self._next, self._next + 1
            self._entries.append(entry)
        return entry

    def entries(self) -> list[dict[str, Any]]:
        """All entries, oldest first."""
        with self._lock:
            return [dict(entry) for entry in self._entries]

    def clear(self) -> None:
        """Forget all entries; the numbering goes on."""
        with self._lock:
            self._entries.clear()
