# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is read before memberships are decided: schedules, who is connected, and the machines with their tags."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .._core.errors import CloudError
from .._core.membership import Member, Schedule
from .._core.nodes import canonical_id
from .._core.pool import outcomes
from .arc_machines import ArcMachine, arc_machines
from .heartbeat import Beat, beats, linked_workspace
from .machines import tag_of
from .membership_args import CONFIGURATIONS, GRAPH, HEARTBEAT, Place, Settings
from .session import AzureSession

ARC = "/providers/microsoft.hybridcompute/machines/"


@dataclass(slots=True)
class Listed:
    """A schedule that was listed: for whom it can be, and the names that are on it. ``raw`` is what the feed needs."""

    schedule: Schedule
    names: tuple[str, ...]
    raw: Any


@dataclass(slots=True)
class Sight:
    """What was seen of a place.

    ``unresolved``: who sends heartbeats and is no machine that was read. ``unknown``: names of those that are Arc
    machines all the same. What their tags are is not known, so they stay where they are.
    """

    place: Place
    listed: list[Listed] = field(default_factory=list)
    workspace: str = ""
    heard: list[Beat] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)
    unresolved: list[Beat] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)

    def wanted(self, listed: Listed, members: Iterable[Member]) -> list[str]:
        """The names that are to be on a schedule: its machines, and of those on it the ones that are not known."""
        return [*(one.computer for one in members), *(one for one in listed.names if one.casefold() in self.unknown)]

    @property
    def own_subscriptions(self) -> tuple[str, ...]:
        """The subscriptions that have to be readable. Heartbeats may come from others too, which are not the user's."""
        return self.place.subscriptions or (self.place.subscription,)

    @property
    def subscriptions(self) -> list[str]:
        """The subscriptions whose machines the place is for."""
        heard = {beat.resource_id.split("/")[2] for beat in self.heard if ARC in beat.resource_id}
        return sorted(self.place.subscriptions or {self.place.subscription, *heard})


Lister = Callable[[Place], list[Listed]]


def look(
    session: AzureSession, settings: Settings, lister: Lister
) -> tuple[list[Sight], list[tuple[Place, CloudError]]]:
    """What there is at every place, side by side, and the places that could not be read."""
    sights: list[Sight] = []
    errors: list[tuple[Place, CloudError]] = []
    for place, answer in outcomes(lambda place: _look_at(session, settings, lister, place), settings.places):
        if isinstance(answer, CloudError):
            errors.append((place, answer))
        else:
            sights.append(answer)
    silent = _listen(session, settings, sights)
    machines, unread = _machines(session, settings, [one for one in sights if one.workspace not in silent])
    seen = []
    for sight in sights:
        missing = next((unread[one] for one in sight.own_subscriptions if one in unread), None)
        failed = silent.get(sight.workspace, missing)
        if failed is not None:
            errors.append((sight.place, failed))
        else:
            _recognise(sight, settings, machines)
            seen.append(sight)
    return seen, errors


def _look_at(session: AzureSession, settings: Settings, lister: Lister, place: Place) -> Sight:
    sight = Sight(place, lister(place), place.workspace)
    if settings.connected_by == HEARTBEAT and not sight.workspace:
        connection = session.connect(place.subscription)
        sight.workspace = linked_workspace(connection, place.group, place.account)
    return sight


def _listen(session: AzureSession, settings: Settings, sights: Sequence[Sight]) -> dict[str, CloudError]:
    """Read the heartbeats, each workspace once; answers the workspaces that could not be read."""
    silent: dict[str, CloudError] = {}
    if settings.connected_by != HEARTBEAT:
        return silent
    workspaces = {canonical_id(sight.workspace): sight.workspace for sight in sights}
    heard: dict[str, list[Beat]] = {}
    for key, answer in outcomes(lambda key: beats(session, workspaces[key], settings.hours), workspaces):
        if isinstance(answer, CloudError):
            silent.update({one.workspace: answer for one in sights if canonical_id(one.workspace) == key})
        else:
            heard[key] = answer
    for sight in sights:
        sight.heard = heard.get(canonical_id(sight.workspace), [])
    return silent


def _machines(
    session: AzureSession, settings: Settings, sights: Iterable[Sight]
) -> tuple[Mapping[str, ArcMachine], Mapping[str, CloudError]]:
    subscriptions = sorted({one for sight in sights for one in sight.subscriptions})
    if not subscriptions:
        return {}, {}
    return arc_machines(session, subscriptions, of_now=settings.of_now)


def _recognise(sight: Sight, settings: Settings, machines: Mapping[str, ArcMachine]) -> None:
    """The machines of the place as members, and the computers that are none of them."""
    own = [machine for machine in machines.values() if machine.subscription in sight.subscriptions]
    own = [machine for machine in own if sight.place.has(machine)]
    if settings.connected_by == GRAPH:
        sight.members = [_member(machine, settings, None) for machine in own]
        sight.unknown = {one.computer.casefold() for one in sight.members if one.connected and not one.os_family}
        return
    by_name = {(machine.group, machine.name.lower()): machine for machine in own}
    heard: dict[str, Beat] = {}
    for beat in sight.heard:
        machine = machines.get(beat.resource_id)
        if machine is None and not beat.resource_id:
            machine = by_name.get((beat.group.lower(), beat.resource.lower()))
        if machine is not None:
            heard.setdefault(machine.id, beat)
        elif not beat.resource_id or (ARC in beat.resource_id and sight.place.has(beat.resource_id)):
            sight.unresolved.append(beat)
    sight.members = [_member(machine, settings, heard.get(machine.id)) for machine in own]
    unknown = [beat for beat in sight.unresolved if beat.resource_id]
    of_ids = settings.feed == CONFIGURATIONS
    # A machine that was moved or connected again was heard of under its former id too.
    known = {one.computer.casefold() for one in sight.members if one.connected and one.os_family}
    sight.unknown = {(beat.resource_id if of_ids else beat.computer).casefold() for beat in unknown} - known
    sight.unknown |= {one.computer.casefold() for one in sight.members if one.connected and not one.os_family}


def _member(machine: ArcMachine, settings: Settings, beat: Beat | None) -> Member:
    connected = machine.connected if settings.connected_by == GRAPH else beat is not None
    return Member(
        machine.id,
        machine.name,
        _computer(machine, settings, beat),
        (beat.os_family if beat else "") or machine.os_family,
        (tag_of(machine.tags, settings.tag_key) or "").strip(),
        connected,
        machine.location,
    )


def _computer(machine: ArcMachine, settings: Settings, beat: Beat | None) -> str:
    """What a schedule calls it: its id in a maintenance configuration, else the name that agent and options say."""
    if settings.feed == CONFIGURATIONS:
        return machine.id
    if beat is not None:
        return beat.computer
    names: Sequence[str] = (machine.fqdn, machine.computer_name, machine.name)
    if settings.computer_name == "name":
        names = names[2:]
    elif settings.computer_name == "computer_name":
        names = names[1:]
    return next((name for name in names if name), machine.name)
