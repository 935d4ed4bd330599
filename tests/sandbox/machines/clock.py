# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Time in the sandbox.

Instants are the wall clock's (UTC), because clients compare them with their own clock.
Durations are simulated: a boot of 60 s takes ``60 / speed`` seconds of wall time.
"""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta


class Clock:
    """Wall-clock instants, durations that pass ``speed`` times faster than the wall clock.

    ``now()`` never goes back, even when the system clock is set back: it is the wall clock at
    construction plus the monotonic time since.
    """

    def __init__(self, speed: float = 1.0) -> None:
        """``speed``: simulated seconds per wall second, greater than 0. Raises ValueError otherwise."""
        if speed <= 0:
            raise ValueError(f"speed must be greater than 0, not {speed}")
        self.speed = float(speed)
        self._wall_start = datetime.now(UTC)
        self._start = time.monotonic()

    def now(self) -> datetime:
        """The instant, UTC, as a client's own clock would show it."""
        return self._wall_start + timedelta(seconds=time.monotonic() - self._start)

    def seconds(self) -> float:
        """Simulated seconds since the clock was made; only differences have a meaning."""
        return (time.monotonic() - self._start) * self.speed

    def wall_seconds(self, simulated: float) -> float:
        """How many wall seconds ``simulated`` seconds take."""
        return simulated / self.speed

    def sleep(self, seconds: float) -> None:
        """Let ``seconds`` simulated seconds pass."""
        if seconds > 0:
            time.sleep(self.wall_seconds(seconds))


class ManualClock(Clock):
    """A clock for tests: time passes only by ``advance`` and ``sleep``."""

    def __init__(self, start: datetime | None = None) -> None:
        super().__init__(1.0)
        self._instant = start or datetime(2026, 11, 1, 6, 0, tzinfo=UTC)
        self._elapsed = 0.0
        self._lock = threading.Lock()

    def now(self) -> datetime:
        return self._instant + timedelta(seconds=self._elapsed)

    def seconds(self) -> float:
        return self._elapsed

    def wall_seconds(self, simulated: float) -> float:
        return 0.0

    def advance(self, seconds: float) -> None:
        """Let ``seconds`` pass at once."""
        with self._lock:
            self._elapsed += seconds

    def sleep(self, seconds: float) -> None:
        if seconds > 0:
            self.advance(seconds)
