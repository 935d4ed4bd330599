# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state behind Azure's services: the fleet's machines by subscription, and what each provider keeps.

Instants in answers are the wall clock's, durations simulated seconds: see ``aws/world.py``, it is the same clock.
"""

from __future__ import annotations

import itertools
import threading
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, Protocol, TypeVar

from ..fleet import Fleet
from ..machines import Clock, Machine
from .arm.authorize import AccessControl
from .arm.ids import parse_id
from .settings import AzureSettings, Subscription, Switches


class Store(Protocol):
    """What a resource provider keeps for one subscription."""

    def __init__(self, world: AzureWorld, subscription: str) -> None:
        """Made when first asked for."""


@dataclass(frozen=True, slots=True)
class Group:
    """A resource group."""

    name: str
    location: str


AnyStore = TypeVar("AnyStore", bound=Store)

_NAMESPACE = uuid.UUID("5a2d0b5c-7f0e-4f6e-9d4b-6a1e0c3b2f10")


class AzureWorld:
    """All subscriptions. ``lock`` is held while an operation is served, never while something is waited for.

    ``generation`` counts the resets: work that was begun in an earlier one is to leave everything alone. ``watched`` is
    the generation whose timetable is followed.
    """

    def __init__(self, fleet: Fleet) -> None:
        """``fleet``: one with a part ``azure``."""
        if fleet.azure is None:
            raise ValueError(f"{fleet.source} has no part azure")
        self.fleet = fleet
        self.settings: AzureSettings = fleet.azure
        self.lock = threading.RLock()
        self.generation = 0
        self.watched = -1
        self.switches: Switches = fleet.azure.switches
        self.access = AccessControl()
        self._stores: dict[tuple[str, type[Any]], Any] = {}
        self._numbers = itertools.count(1)
        self._index: tuple[Mapping[str, Machine], dict[str, Machine]] = ({}, {})
        self._groups: dict[str, dict[str, Group]] = {}

    @property
    def clock(self) -> Clock:
        """The fleet's clock."""
        return self.fleet.clock

    def now(self) -> datetime:
        """The instant, for timestamps in answers."""
        return self.clock.now()

    def store(self, kind: type[AnyStore], subscription: str) -> AnyStore:
        """The store of that kind for a subscription."""
        with self.lock:
            key = (subscription.lower(), kind)
            if key not in self._stores:
                self._stores[key] = kind(self, subscription)
            store: AnyStore = self._stores[key]
            return store

    def stores(self, kind: type[AnyStore]) -> Iterator[tuple[str, AnyStore]]:
        """The stores of that kind of all subscriptions, with the subscriptions' ids."""
        for one in self.settings.subscriptions:
            yield one.id, self.store(kind, one.id)

    def subscription(self, subscription: str) -> Subscription | None:
        """The subscription of that id."""
        return next((one for one in self.settings.subscriptions if one.id.lower() == subscription.lower()), None)

    def machines(self, subscription: str, resource_type: str = "") -> dict[str, Machine]:
        """The machines of a subscription (and type, ``Microsoft.Compute/virtualMachines``), by resource id."""
        found = {machine.node_id: machine for machine in self._by_id().values() if _is_in(machine, subscription)}
        if not resource_type:
            return found
        return {one: machine for one, machine in found.items() if parse_id(one).is_type(resource_type)}

    def machine(self, resource_id: str) -> Machine | None:
        """The machine of that id, in whatever case it is written."""
        return self._by_id().get(resource_id.lower())

    def _by_id(self) -> dict[str, Machine]:
        source, index = self._index
        if source is not self.fleet.machines:
            source = self.fleet.machines
            index = {one.lower(): machine for one, machine in source.items() if one.startswith("/")}
            self._index = (source, index)
        return index

    def groups(self, subscription: str) -> dict[str, Group]:
        """The resource groups of a subscription by their names in lower case: the file's and those of machines."""
        key = subscription.lower()
        if key not in self._groups:
            self._groups[key] = self._find_groups(subscription)
        return self._groups[key]

    def _find_groups(self, subscription: str) -> dict[str, Group]:
        found = self.subscription(subscription)
        known = {name.lower(): Group(name, place) for name, place in (found.groups if found else {}).items()}
        for one, machine in self.machines(subscription).items():
            name = parse_id(one).group
            known.setdefault(name.lower(), Group(name, machine.region))
        return known

    def new_guid(self) -> str:
        """An id that nothing else has; the same ones in each run, so that runs can be compared."""
        return str(uuid.uuid5(_NAMESPACE, str(next(self._numbers))))

    def switch(self, **values: bool) -> Switches:
        """Let services do things differently from now on. Raises ValueError for a switch that there is not."""
        known = [one.name for one in fields(Switches)]
        for name, value in values.items():
            if name not in known or not isinstance(value, bool):
                raise ValueError(f"{name}={value!r}: allowed are {', '.join(known)}, each true or false")
        with self.lock:
            self.switches = replace(self.switches, **values)
            return self.switches

    def reset(self) -> None:
        """Forget what was made. The fleet itself is put back by who owns it. Work under way is abandoned."""
        with self.lock:
            self.generation += 1
            self._stores.clear()
            self.switches = self.settings.switches
            self.access.clear()


def _is_in(machine: Machine, subscription: str) -> bool:
    return machine.account.lower() == subscription.lower()
