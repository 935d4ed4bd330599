# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state behind the services: the fleet, the keys, and what each service keeps per account and region.

Times. Instants in answers are the wall clock's (the fleet's ``Clock.now``: UTC, never going back), because clients
compare them with their own clock, as in ListCommands' ``InvokedAfter``. Durations (commands, boots, snapshots, delivery
timeouts) are simulated seconds, which pass ``speed`` times faster: a boot of 60 s is over after ``60 / speed`` seconds
of wall time, and so are the differences between the instants that answers show.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

from ..fleet import Fleet
from ..machines import Clock, Machine
from .credentials import Caller, Keyring


class Store(Protocol):
    """What a service keeps for one account in one region."""

    def __init__(self, world: World, account: str, region: str) -> None:
        """Made when first asked for."""


AnyStore = TypeVar("AnyStore", bound=Store)


@dataclass(frozen=True, slots=True)
class ActionOutcome:
    """How a runbook, function or state machine ends that maintenance windows start, after how many simulated seconds.
    The control API sets it by the ARN or name of the action."""

    fails: bool = False
    seconds: float = 5.0


class World:
    """All accounts and regions. ``lock`` is held while an operation is served, never while something is waited for."""

    def __init__(self, fleet: Fleet) -> None:
        self.fleet = fleet
        self.lock = threading.RLock()
        self.keyring = Keyring(fleet)
        self.generation = 0
        self.watched = -1
        self.outcomes: dict[str, ActionOutcome] = {}
        self._stores: dict[tuple[str, str, type[Any]], Any] = {}
        self._numbers = itertools.count(1)
        self._name_machines()

    def _name_machines(self) -> None:
        """Give each machine of an account the tag Name that consoles show, unless the fleet file does."""
        for machine in self.fleet.machines.values():
            if machine.account in self.fleet.accounts:
                machine.tags.setdefault("Name", machine.name)

    @property
    def clock(self) -> Clock:
        """The fleet's clock."""
        return self.fleet.clock

    def now(self) -> datetime:
        """The instant, for timestamps in answers."""
        return self.clock.now()

    def store(self, kind: type[AnyStore], account: str, region: str) -> AnyStore:
        """The store of that kind for an account and region."""
        with self.lock:
            key = (account, region, kind)
            if key not in self._stores:
                self._stores[key] = kind(self, account, region)
            store: AnyStore = self._stores[key]
            return store

    def stores(self, kind: type[AnyStore]) -> Iterator[tuple[str, str, AnyStore]]:
        """All stores of that kind that were asked for so far, with their account and region."""
        for (account, region, held), store in list(self._stores.items()):
            if held is kind:
                yield account, region, store

    def machines(self, account: str, region: str) -> dict[str, Machine]:
        """The machines that an account sees in a region, by id."""
        return {machine.node_id: machine for machine in self.fleet.select(account, region)}

    def new_id(self, prefix: str, digits: int = 17) -> str:
        """An id that no other resource has: ``snap-`` and hex digits, counting up so that runs can be compared."""
        return f"{prefix}0{next(self._numbers):0{digits - 1}x}"

    def reset(self) -> None:
        """Back to what the fleet file says. Work under way is abandoned (its generation is over)."""
        with self.lock:
            self.generation += 1
            self._stores.clear()
            self.outcomes.clear()
            self.fleet.reset()
            self._name_machines()
            self.keyring = Keyring(self.fleet)


@dataclass(frozen=True, slots=True)
class Call:
    """One request, authenticated and checked."""

    world: World
    caller: Caller
    region: str
    operation: str
    params: Mapping[str, Any]

    @property
    def account(self) -> str:
        """The caller's account: the only one whose resources the call can reach."""
        return self.caller.account

    def store(self, kind: type[AnyStore]) -> AnyStore:
        """The store of that kind in the caller's account and region."""
        return self.world.store(kind, self.account, self.region)

    @property
    def machines(self) -> dict[str, Machine]:
        """The machines of the caller's account in the region, by id."""
        return self.world.machines(self.account, self.region)


Operation = Callable[[Call], Mapping[str, Any]]
OPERATIONS: dict[tuple[str, str], Operation] = {}
"""What is served here, by (service, operation)."""


def operation(service: str, name: str) -> Callable[[Operation], Operation]:
    """Register the function that serves an operation."""

    def register(function: Operation) -> Operation:
        OPERATIONS[service, name] = function
        return function

    return register
