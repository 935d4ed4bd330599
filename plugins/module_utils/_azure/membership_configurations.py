# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Memberships as assignments of Arc machines to maintenance configurations.

Dynamic scopes of Update Manager choose machines by tag on their own; this is for those who cannot use them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._core.change_set import ChangeSet, Step
from .._core.errors import CloudError, InputError, OutOfTime
from .._core.membership import Member, Schedule
from .._core.membership_plan import plan_names
from .._core.membership_report import CHANGED, FAILED, NOT_DONE, Outcome
from .._core.nodes import canonical_id
from .._core.pool import outcomes
from . import versions
from .maintenance_assignment_plan import PUT, Assigned, machine_assignments, plan_machines
from .maintenance_configuration import list_assignments, list_configurations, remove
from .maintenance_ids import name_of_id, subscription_of
from .maintenance_model import GUEST, PARAMETERS
from .membership_args import Place, Settings
from .membership_sight import ARC, Listed, Sight
from .session import AzureSession

_FAMILIES = {"linux_parameters": "linux", "windows_parameters": "windows"}


@dataclass(slots=True)
class _Work:
    """An assignment that is made or deleted, and the configuration that it is for."""

    outcome: Outcome
    step: Step


class MaintenanceConfigurations:
    """Lists maintenance configurations, plans and writes the assignments of machines, each with one request."""

    def __init__(self, session: AzureSession, settings: Settings) -> None:
        self._session = session
        self._settings = settings
        self._present: list[Assigned] = []
        self._work: list[_Work] = []

    saved_searches: Sequence[str] = ()
    warnings: Sequence[str] = ()

    def schedules_of(self, place: Place) -> list[Listed]:
        """The configurations for patches of a resource group. Raises CloudError."""
        connection = self._session.connect(place.subscription)
        found = list_configurations(connection, place.subscription, place.group)
        return [_listed(one) for one in found if str(one["maintenance_scope"]).lower() == GUEST.lower()]

    def fill(self, sights: Sequence[Sight]) -> list[tuple[Place, CloudError]]:
        """Read which machines are assigned: a list for each subscription that has machines, side by side."""
        subscriptions = sorted({one for sight in sights for one in _with_machines(sight)})
        unread: dict[str, CloudError] = {}
        for subscription, answer in outcomes(self._assignments, subscriptions):
            if isinstance(answer, CloudError):
                unread[subscription] = answer
            else:
                self._present += answer
        errors = []
        for sight in sights:
            missing = next((unread[one] for one in _with_machines(sight) if one in unread), None)
            if missing is not None:
                errors.append((sight.place, missing))
                continue
            for listed in sight.listed:
                listed.names = tuple(one.machine for one in self._assigned(sight, listed))
        return errors

    def plan(self, sight: Sight, members: Mapping[str, list[Member]]) -> list[Outcome]:
        """What changes on each configuration of a place."""
        return [self._planned(sight, listed, members.get(listed.schedule.id, [])) for listed in sight.listed]

    def prepare(self) -> None:
        """A configuration may be without machines: nothing has to stand for none."""

    def apply(self) -> None:
        """Write all assignments side by side; each outcome tells what became of it."""
        errors: dict[str, list[CloudError]] = {}
        for work, answer in outcomes(self._send, self._work):
            if isinstance(answer, CloudError):
                errors.setdefault(work.outcome.id, []).append(answer)
            else:
                work.outcome.done += 1
        for outcome in {work.outcome.id: work.outcome for work in self._work}.values():
            if outcome.id in errors:
                _fail(outcome, errors[outcome.id])

    def _assignments(self, subscription: str) -> list[Assigned]:
        found = machine_assignments(list_assignments(self._session.connect(subscription), subscription))
        return [one for one in found if ARC in one.machine]

    def _assigned(self, sight: Sight, listed: Listed) -> list[Assigned]:
        wanted = canonical_id(listed.schedule.id)
        mine = [one for one in self._present if one.configuration == wanted and sight.place.has(one.machine)]
        return [one for one in mine if subscription_of(one.machine) in sight.subscriptions]

    def _planned(self, sight: Sight, listed: Listed, members: Sequence[Member]) -> Outcome:
        schedule = listed.schedule
        change = plan_names(listed.names, sight.wanted(listed, members))
        outcome = Outcome(schedule.id, schedule.name, sight.place.shown, change=change)
        locations = {member.id: member.location for member in members}
        try:
            changes = self._changes(listed, change.names, locations)
        except InputError as error:
            outcome.fail(str(error))
            return outcome
        outcome.before, outcome.after = changes.before, changes.after
        outcome.requests = len(changes.steps)
        outcome.state = CHANGED if changes.changed else outcome.state
        self._work += [_Work(outcome, step) for step in changes.steps]
        return outcome

    def _changes(self, listed: Listed, machines: Sequence[str], locations: Mapping[str, str]) -> ChangeSet:
        """Leave alone what is assigned and not this place's: virtual machines, and Arc machines that it is not for."""
        own = set(listed.names)
        wanted = canonical_id(listed.schedule.id)
        present = [one for one in self._present if one.configuration != wanted or one.machine in own]
        return plan_machines(present, machines, listed.schedule.id, locations=locations, purge=True)

    def _send(self, work: _Work) -> None:
        step, machine = work.step, str(work.step.params["machine"])
        connection = self._session.connect(subscription_of(machine))
        shown = f"{name_of_id(machine)} to the maintenance configuration {work.outcome.name}"
        if step.action == PUT:
            connection.call("PUT", step.subject, versions.MAINTENANCE, f"assign {shown}", step.params["request"])
        else:
            remove(connection, step.subject, f"delete the assignment of {shown}")


def _with_machines(sight: Sight) -> list[str]:
    return sorted({subscription_of(member.id) for member in sight.members})


def _listed(configuration: Mapping[str, Any]) -> Listed:
    patches = configuration["install_patches"]
    families = frozenset(_FAMILIES[name] for name in PARAMETERS if any(patches[name].values()))
    schedule = Schedule(str(configuration["id"]), str(configuration["name"]), families or frozenset(_FAMILIES.values()))
    return Listed(schedule, (), configuration)


def _fail(outcome: Outcome, errors: Sequence[CloudError]) -> None:
    tried = [error for error in errors if not isinstance(error, OutOfTime)]
    if not tried and not outcome.done:
        outcome.fail(str(errors[0]), NOT_DONE)
        return
    first = (tried or errors)[0]
    outcome.fail(f"{outcome.done} of {outcome.requests} assignments were changed. {first}", FAILED)
