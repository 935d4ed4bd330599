# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Resource Graph is behind: a change shows there only when the fleet's ``graph_lag`` has passed."""

from __future__ import annotations

from typing import Any

from ..world import AzureWorld


class Lagging:
    """What Resource Graph sees of things that change: the last state that is at least ``graph_lag`` old.

    One object for each table (in a store); ``see`` is told the present state of a thing whenever the table is asked
    for, and ``note`` by who changes it, so that a change is as old as it really is.
    """

    def __init__(self, world: AzureWorld) -> None:
        self._world = world
        self._states: dict[str, list[tuple[float, Any]]] = {}

    def note(self, key: str, state: Any) -> None:
        """The thing is like this from now on. ``state`` must not change afterwards."""
        states = self._states.setdefault(key.lower(), [])
        if not states or states[-1][1] != state:
            states.append((self._world.clock.seconds(), state))

    def begin(self, key: str, state: Any) -> None:
        """The thing has been like this for long."""
        self._states[key.lower()] = [(float("-inf"), state)]

    def seen(self, key: str) -> Any:
        """The state that Resource Graph shows; None when it does not know the thing yet."""
        states = self._states.get(key.lower(), [])
        horizon = self._world.clock.seconds() - self._world.settings.graph_lag
        old = [number for number, (since, _state) in enumerate(states) if since <= horizon]
        if not old:
            return None
        del states[: old[-1]]
        return states[0][1]

    def forget(self, key: str) -> None:
        """The thing is gone, at once."""
        self._states.pop(key.lower(), None)

    def noted(self) -> list[str]:
        """The things known, in lower case."""
        return list(self._states)
