# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What happens by itself because its time has come: maintenance windows open, associations and deployments run.

One thread for each cloud looks at the wall clock. It begins with the first thing that has a schedule, and ends when the
sandbox is reset or closed.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeVar

log = logging.getLogger(__name__)

LOOK = 0.1
"""Wall seconds between two looks at the clock."""

Next = Callable[[datetime], datetime | None]


class Fleet(Protocol):
    """The fleet behind a world."""

    @property
    def closed(self) -> bool:
        """Whether nothing that runs by itself may go on."""


class Watched(Protocol):
    """A cloud's world. ``watched``: the generation whose clock is watched, -1 for none."""

    lock: threading.RLock
    generation: int
    watched: int

    @property
    def fleet(self) -> Fleet:
        """Its machines."""

    def now(self) -> datetime:
        """The instant."""


class Timetable:
    """What is due next. An entry belongs to a key and holds as long as its ``state`` is the same object."""

    def __init__(self) -> None:
        self._due: dict[str, tuple[Any, datetime | None]] = {}

    def is_due(self, key: str, state: Any, upcoming: Next, now: datetime) -> bool:
        """Whether the time has come. ``upcoming``: when it comes next after an instant."""
        held, due = self._due.get(key, (None, None))
        if held is not state:
            self._due[key] = (state, upcoming(now))
            return False
        if due is None or due > now:
            return False
        self._due[key] = (state, upcoming(now))
        return True


World = TypeVar("World", bound=Watched)
Looker = Callable[[World, Timetable, datetime], None]
"""Looks whether something of its own is due, and begins it; called with the world's lock held."""


def watch(world: World, lookers: Sequence[Looker[World]]) -> None:
    """Begin to watch the clock, if nobody does yet."""
    with world.lock:
        if world.watched != world.generation:
            world.watched = world.generation
            arguments = (world, world.generation, lookers)
            threading.Thread(target=_run, args=arguments, daemon=True, name="timetable").start()


def _run(world: World, generation: int, lookers: Sequence[Looker[World]]) -> None:
    table = Timetable()
    while True:
        with world.lock:
            if world.generation != generation or world.fleet.closed:
                return
            for look in lookers:
                try:
                    look(world, table, world.now())
                except Exception:
                    log.exception("what is due")
        time.sleep(LOOK)
