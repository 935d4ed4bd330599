# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looking again and again until all is done or the time is up, and telling how far it is."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

PAUSES = (1.0, 1.0, 2.0, 3.0)
"""Seconds between the first looks; the last goes on."""

LAST_PAUSE = 5.0
MOST_WAITING = 5

WAIT_ARGS: dict[str, Any] = {"wait_timeout": {"type": "int", "default": 30}}


@dataclass(slots=True)
class Progress:
    """Which nodes are waited for, and which of them are done."""

    nodes: set[str] = field(default_factory=set)
    waiting: dict[str, str] = field(default_factory=dict)
    """Node id to what it is doing, for the nodes that are not done."""
    notes: list[str] = field(default_factory=list)

    @property
    def finished(self) -> bool:
        """Whether no node is waited for any more."""
        return not self.waiting

    def to_dict(self, names: Mapping[str, str]) -> dict[str, Any]:
        """The ``progress`` key of a module's answer; ``names`` gives a node's name by its id."""
        listed = list(self.waiting)
        doing: dict[str, int] = {}
        for state in self.waiting.values():
            doing[state] = doing.get(state, 0) + 1
        texts = [f"{count} {state}" for state, count in sorted(doing.items()) if state]
        return {
            "done": len(self.nodes) - len(listed),
            "total": len(self.nodes),
            "finished": self.finished,
            "waiting": [names.get(node_id) or node_id for node_id in listed[:MOST_WAITING]],
            "detail": "; ".join([", ".join(texts), *self.notes]).strip("; "),
        }


def look_until(
    look: Callable[[], bool],
    timeout: float,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Call ``look`` until it says that all is done, or ``timeout`` seconds have passed; at least once."""
    deadline = clock() + timeout
    attempt = 0
    while not look():
        pause = PAUSES[attempt] if attempt < len(PAUSES) else LAST_PAUSE
        attempt += 1
        left = deadline - clock()
        if left <= 0:
            return
        sleep(min(pause, left))


def names_of(nodes: Collection[Any]) -> dict[str, str]:
    """Names of nodes by their id."""
    return {node.node_id: node.name for node in nodes}
