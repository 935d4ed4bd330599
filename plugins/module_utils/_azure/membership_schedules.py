# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Memberships as the lists of non-Azure computers of deployment schedules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from threading import Lock
from typing import Any

from .._core.change_set import ChangeSet
from .._core.errors import CloudError, InputError, OutOfTime
from .._core.membership import Member, Schedule
from .._core.membership_plan import Change, is_placeholder, plan_names, plan_queries
from .._core.membership_report import CHANGED, FAILED, NOT_DONE, OVER, Outcome
from .._core.pool import outcomes
from .deployment_schedule import account_id, get, list_all, plan_computers, put_planned
from .deployment_schedule_model import from_api
from .deployment_schedule_plan import doubts
from .deployment_schedule_start import DaysUnknown, ScheduleOver
from .heartbeat import linked_workspace
from .membership_args import Place, Settings
from .membership_sight import Listed, Sight
from .placeholder import has_saved_search, make_saved_search
from .session import AzureSession

_NEEDED = {"operatingSystem", "nonAzureComputerNames"}
"""What a list has to tell of a schedule."""

_LOSES_DAYS = "It was not written, since it might lose the days on which it runs"


@dataclass(slots=True)
class _Work:
    """A schedule that differs: what is written, where, and the workspace whose saved search it newly needs."""

    sight: Sight
    outcome: Outcome
    changes: ChangeSet = field(default_factory=ChangeSet)
    workspace: str = ""


class DeploymentSchedules:
    """Lists, plans and writes deployment schedules, each with one request."""

    def __init__(self, session: AzureSession, settings: Settings) -> None:
        self._session = session
        self._settings = settings
        self._work: list[_Work] = []
        self._make: list[str] = []
        self._doubts: list[str] = []
        self._workspaces: dict[Place, str] = {}
        self._lock = Lock()

    def schedules_of(self, place: Place) -> list[Listed]:
        """The schedules of an account; one whose machines the list leaves out is read. Raises CloudError."""
        connection = self._session.connect(place.subscription)
        listed = []
        for entry in list_all(connection, place.group, place.account):
            raw: Mapping[str, Any] | None = entry
            told = (entry.get("properties") or {}).get("updateConfiguration") or {}
            if not told.keys() >= _NEEDED and self._concerns(entry):
                raw = get(connection, place.group, place.account, str(entry.get("name")))
            if raw is not None:
                listed.append(_listed(place, raw))
        return listed

    def fill(self, _sights: Sequence[Sight]) -> list[tuple[Place, CloudError]]:
        """Nothing more has to be read."""
        return []

    def plan(self, sight: Sight, members: Mapping[str, list[Member]]) -> list[Outcome]:
        """What changes on each schedule of a place; those that differ are read whole, side by side."""
        planned = [self._compared(sight, listed, members) for listed in sight.listed]
        differing = [(listed, each) for listed, each in zip(sight.listed, planned, strict=True) if each.requests]
        plan = partial(self._planned, sight, members)
        for (_listed_one, outcome), answer in outcomes(lambda pair: plan(*pair), differing):
            if isinstance(answer, CloudError):
                outcome.fail(str(answer), NOT_DONE if isinstance(answer, OutOfTime) else FAILED)
            elif answer is not None:
                self._work.append(answer)
        return planned

    def prepare(self) -> None:
        """See whether the saved searches that are newly needed exist, and which have to be made."""
        needed = sorted({work.workspace for work in self._work if work.workspace})
        alias = self._settings.placeholder["function_alias"]
        for workspace, answer in outcomes(self._has_saved_search, needed):
            if isinstance(answer, CloudError):
                self._refuse(workspace, answer)
            elif answer is False and self._settings.placeholder["create"]:
                self._make.append(workspace)
            elif answer is False:
                name = workspace.rpartition("/")[2]
                message = f"No machine is on it, and the workspace {name} has no saved search {alias} to stand for none"
                self._refuse(workspace, CloudError(f"{message}. Make it, or set placeholder.create"))

    @property
    def saved_searches(self) -> list[str]:
        """The workspaces in which the saved search is made."""
        return list(self._make)

    @property
    def warnings(self) -> list[str]:
        """What a person should look at of the schedules that change."""
        return sorted(self._doubts)

    def apply(self) -> None:
        """Make the saved searches, then write the schedules side by side; each outcome tells what became of it."""
        for workspace, answer in outcomes(self._make_saved_search, self._make):
            if isinstance(answer, CloudError):
                self._refuse(workspace, answer)
        todo = [work for work in self._work if work.outcome.state == CHANGED]
        for work, written in outcomes(self._write, todo):
            if isinstance(written, CloudError):
                work.outcome.fail(str(written), NOT_DONE if isinstance(written, OutOfTime) else FAILED)
            else:
                work.outcome.done += 1

    def _concerns(self, entry: Mapping[str, Any]) -> bool:
        return self._settings.rules.concerns(str(entry.get("name") or ""))

    def _compared(self, sight: Sight, listed: Listed, members: Mapping[str, list[Member]]) -> Outcome:
        """What the list tells of a schedule. ``requests`` is 1 where it differs."""
        schedule = from_api(listed.raw)
        change = plan_names(listed.names, sight.wanted(listed, members.get(listed.schedule.id, ())))
        before = schedule["targets"]["non_azure_queries"]
        queries = self._queries(schedule, change, "")
        return Outcome(
            listed.schedule.id,
            listed.schedule.name,
            sight.place.shown,
            change=change,
            placeholder=self._has_placeholder(queries),
            requests=int(change.changed or queries != before),
        )

    def _planned(
        self, sight: Sight, members: Mapping[str, list[Member]], listed: Listed, outcome: Outcome
    ) -> _Work | None:
        """Plan a schedule that differs from all that it is; None where nothing is to be written."""
        place, connection = sight.place, self._session.connect(sight.place.subscription)
        resource = get(connection, place.group, place.account, outcome.name)
        if resource is None:
            outcome.fail("It is gone since it was listed")
            return None
        fresh, schedule = _listed(place, resource), from_api(resource)
        fresh.schedule = listed.schedule
        outcome.change = plan_names(fresh.names, sight.wanted(fresh, members.get(listed.schedule.id, ())))
        before = schedule["targets"]["non_azure_queries"]
        had, has = self._has_placeholder(before), self._has_placeholder(self._queries(schedule, outcome.change, ""))
        workspace = self._workspace(sight) if has and not had else ""
        queries = self._queries(schedule, outcome.change, workspace)
        outcome.placeholder = has
        try:
            changes = plan_computers(connection, resource, outcome.change.names, queries)
        except DaysUnknown as error:
            outcome.fail(f"{_LOSES_DAYS}: {error.why}. Write it with azure_deployment_schedule, and its days")
            return None
        except InputError as error:
            outcome.fail(str(error), OVER if isinstance(error, ScheduleOver) else FAILED)
            return None
        self._doubts += doubts(resource, {}, changes)
        outcome.state = CHANGED if changes.changed else outcome.state
        outcome.before, outcome.after = _shown(changes.before), _shown(changes.after)
        return _Work(sight, outcome, changes, workspace) if changes.changed else None

    def _queries(self, schedule: Mapping[str, Any], change: Change, workspace: str) -> list[dict[str, str]]:
        targets = schedule["targets"]
        empty = not (change.names or schedule["azure_virtual_machines"] or targets["azure_queries"])
        placeholder = {"function_alias": self._settings.placeholder["function_alias"], "workspace_id": workspace}
        return plan_queries(targets["non_azure_queries"], placeholder, empty=empty)

    def _has_placeholder(self, queries: Sequence[Mapping[str, str]]) -> bool:
        return any(is_placeholder(query, self._settings.placeholder) for query in queries)

    def _workspace(self, sight: Sight) -> str:
        """The workspace of the placeholder: the one that is named, else the one that is linked, which is read once."""
        named = str(self._settings.placeholder["workspace_id"] or sight.workspace)
        if named:
            return named
        place = sight.place
        with self._lock:
            if place not in self._workspaces:
                connection = self._session.connect(place.subscription)
                self._workspaces[place] = linked_workspace(connection, place.group, place.account)
            return self._workspaces[place]

    def _has_saved_search(self, workspace: str) -> bool:
        connection = self._session.connect(workspace.split("/")[2])
        return has_saved_search(connection, workspace, self._settings.placeholder["function_alias"])

    def _make_saved_search(self, workspace: str) -> None:
        connection = self._session.connect(workspace.split("/")[2])
        make_saved_search(connection, workspace, self._settings.placeholder["function_alias"])

    def _refuse(self, workspace: str, error: CloudError) -> None:
        """Without the saved search a schedule would be refused, so it is not sent."""
        for work in self._work:
            if work.workspace == workspace:
                work.outcome.fail(str(error), NOT_DONE if isinstance(error, OutOfTime) else FAILED)

    def _write(self, work: _Work) -> None:
        place = work.sight.place
        put_planned(self._session.connect(place.subscription), place.group, place.account, work.changes)


def _listed(place: Place, raw: Mapping[str, Any]) -> Listed:
    schedule = from_api(raw)
    root = account_id(place.subscription, place.group, place.account)
    resource_id = str(raw.get("id") or f"{root}/softwareUpdateConfigurations/{schedule['name']}")
    family = str(schedule["operating_system"]).lower()
    found = Schedule(resource_id, schedule["name"], frozenset({family} if family else ()))
    return Listed(found, tuple(schedule["non_azure_computer_names"]), raw)


def _shown(schedule: Mapping[str, Any]) -> dict[str, Any]:
    """What the module changes of a schedule, for the difference that is shown."""
    return {
        "non_azure_computer_names": schedule["non_azure_computer_names"],
        "non_azure_queries": schedule["targets"]["non_azure_queries"],
        "start_time": schedule["schedule_info"]["start_time"],
    }
