# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long a request to a cloud is repeated, and how long to wait between two attempts."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable
from dataclasses import dataclass

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 20.0


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a request is repeated, in seconds over all attempts.

    ``answer`` bounds throttling and server faults; ``connect`` an endpoint that cannot be reached, which is a mistake
    in the settings more often than a fault that passes. ``until`` is the instant of ``clock`` after which no request is
    sent any more, whichever it is: for work that is to end in time although there is more to do.
    """

    answer: float = 180.0
    connect: float = 15.0
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    until: float = math.inf

    def is_over(self, pause: float = 0.0) -> bool:
        """Whether no request is sent any more, now or after the pause."""
        return self.clock() + pause > self.until


def pause_before(attempt: int, asked: float | None = None) -> float:
    """Seconds until the next attempt: what the service asks for, else growing with some chance in it.

    A service that asks for no time at all is not asked as fast as it answers.
    """
    if asked:
        return asked
    longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0**attempt)
    return longest * (0.5 + random.random() / 2)
