# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deployment schedules of a policy: what is asked for, what is there, and what has to be done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from .._core.change_set import ChangeSet
from .._core.delivery.watch import Watch
from .._core.errors import InputError
from .._core.targets import Target, answers_of, on_targets
from . import deployment_schedule
from .client import Connection
from .deployment_schedule_args import wanted_schedule
from .deployment_schedule_check import check_names, check_schedule
from .deployment_schedule_model import from_api
from .deployment_schedule_plan import plan_absent, plan_present
from .policy_items import watch_of
from .session import AzureSession

Entry = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Account:
    """An Automation account."""

    subscription: str
    group: str
    name: str

    @property
    def shown(self) -> str:
        """For a message."""
        return f"{self.subscription}/{self.group}/{self.name}"


@dataclass(frozen=True, slots=True, eq=False)
class WantedSchedule:
    """A schedule to have; what ``values`` leaves out stays as it is."""

    account: Account
    name: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class SchedulePurge:
    """Schedules that are deleted unless they are wanted: their names begin so and they have this description."""

    account: Account
    name_prefix: str
    description: str


@dataclass(frozen=True, slots=True, eq=False)
class ScheduleWatch:
    """Schedules that are told of: their descriptions fit a pattern too."""

    account: Account
    watch: Watch
    descriptions: tuple[str, ...]

    def wonders(self, name: str, description: str) -> bool:
        """Whether a schedule of this name with this description is one."""
        return Watch(self.descriptions, {}).fits(description) and self.watch.wonders(name.lower(), description)


@dataclass(frozen=True, slots=True)
class WantedSchedules:
    """Everything that the options ask for."""

    schedules: Sequence[WantedSchedule] = ()
    purge: Sequence[SchedulePurge] = ()
    watch: Sequence[ScheduleWatch] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """A schedule as the service answers it, None when there is none, and the service's time."""

    resource: dict[str, Any] | None
    now: datetime


@dataclass(frozen=True, slots=True)
class ScheduleState:
    """What is there. ``surplus`` are the schedules that a rule says have to go, with their accounts, and ``unknown``
    those that are told of, with their descriptions."""

    schedules: Mapping[WantedSchedule, Found]
    surplus: Sequence[tuple[Account, dict[str, Any]]] = ()
    unknown: Sequence[tuple[Account, str, str]] = ()


@dataclass(frozen=True, slots=True)
class ScheduleChanges:
    """What has to be done to schedules."""

    removed: Sequence[tuple[Account, ChangeSet]] = ()
    schedules: Sequence[tuple[Account, ChangeSet]] = ()

    def every(self) -> list[ChangeSet]:
        """All of them."""
        return [change for _account, change in (*self.removed, *self.schedules)]


def wanted_schedules(params: Entry, subscription: str) -> WantedSchedules:
    """What the options ask for. Raises InputError for what the service does not allow and for what is there twice."""
    found: list[WantedSchedule] = []
    for index, entry in enumerate(params["schedules"]):
        try:
            one = _schedule(entry, subscription)
        except InputError as error:
            raise InputError(
                f"schedules[{index}].{error.option} of {entry['name']}", error.value, error.allowed
            ) from error
        if any((other.account, other.name.lower()) == (one.account, one.name.lower()) for other in found):
            raise InputError(
                "schedules", one.name, f"each name once in an account; it is there twice in {one.account.name}"
            )
        found.append(one)
    purge = []
    for index, entry in enumerate(params["purge_schedules"]):
        for key in ("name_prefix", "description"):
            if not entry[key]:
                raise InputError(f"purge_schedules[{index}].{key}", "", "what the schedules to delete have, not empty")
        check_names(entry)
        purge.append(SchedulePurge(_account(entry, subscription), entry["name_prefix"], entry["description"]))
    watch = []
    for entry in params.get("unknown_schedules") or ():
        check_names(entry)
        watch.append(ScheduleWatch(_account(entry, subscription), watch_of(entry), tuple(entry["descriptions"])))
    return WantedSchedules(found, purge, watch)


def read_schedules(session: AzureSession, wanted: WantedSchedules) -> ScheduleState:
    """Read all of it side by side. Raises CloudError for what cannot be read."""
    accounts = list(dict.fromkeys([*(rule.account for rule in wanted.purge), *(rule.account for rule in wanted.watch)]))
    listed = answers_of(on_targets(session, [Target(one.subscription, "", (one,)) for one in accounts], _names))
    kept = {(one.account, one.name.lower()) for one in wanted.schedules}
    others = [
        (account, name)
        for account, names in listed.items()
        for name in names
        if (account, name.lower()) not in kept and _is_meant(wanted, account, name)
    ]
    targets = [Target(one.account.subscription, "", (one, one.account, one.name)) for one in wanted.schedules]
    targets += [Target(account.subscription, "", ((account, name), account, name)) for account, name in others]
    found: Mapping[Any, Found] = answers_of(on_targets(session, targets, _read))
    present = [(account, resource) for account, name in others if (resource := found[account, name].resource)]
    surplus = [(account, one) for account, one in present if _has_to_go(wanted, account, one)]
    unknown = [
        (account, str(one["name"]), _description(one))
        for account, one in present
        if not _has_to_go(wanted, account, one) and _is_unknown(wanted, account, one)
    ]
    return ScheduleState({one: found[one] for one in wanted.schedules}, surplus, unknown)


def _is_meant(wanted: WantedSchedules, account: Account, name: str) -> bool:
    """Whether a rule is about a schedule of this name, so that it is read."""
    return any(
        rule.account == account and name.lower().startswith(rule.name_prefix.lower()) for rule in wanted.purge
    ) or any(rule.account == account and rule.watch.fits(name.lower()) for rule in wanted.watch)


def _has_to_go(wanted: WantedSchedules, account: Account, resource: Entry) -> bool:
    name, description = str(resource["name"]).lower(), _description(resource)
    return any(
        rule.account == account and name.startswith(rule.name_prefix.lower()) and rule.description == description
        for rule in wanted.purge
    )


def _is_unknown(wanted: WantedSchedules, account: Account, resource: Entry) -> bool:
    name, description = str(resource["name"]), _description(resource)
    return any(rule.account == account and rule.wonders(name, description) for rule in wanted.watch)


def plan_schedules(state: ScheduleState) -> ScheduleChanges:
    """What has to be done. Raises InputError for what cannot be had."""
    return ScheduleChanges(
        removed=[(account, _at(account, plan_absent(resource))) for account, resource in state.surplus],
        schedules=[
            (wanted.account, _at(wanted.account, plan_present(found.resource, wanted.values, found.now)))
            for wanted, found in state.schedules.items()
        ],
    )


def write_schedule(session: AzureSession, account: Account, changes: ChangeSet) -> None:
    """Make, change or delete a schedule. Raises CloudError."""
    connection = session.connect(account.subscription)
    if changes.after:
        deployment_schedule.put_planned(connection, account.group, account.name, changes)
    else:
        deployment_schedule.delete(connection, account.group, account.name, str(changes.before["name"]))


def _schedule(entry: Entry, subscription: str) -> WantedSchedule:
    check_names(entry)
    values = wanted_schedule(entry)
    check_schedule(values)
    return WantedSchedule(_account(entry, subscription), entry["name"], values)


def _account(entry: Entry, subscription: str) -> Account:
    place = (entry["subscription"] or subscription).lower()
    if not place:
        raise InputError("subscription", "", "that of the Automation account, here or with the credentials")
    return Account(place, entry["resource_group"], entry["automation_account_name"])


def _names(connection: Connection, target: Target[Account]) -> list[str]:
    (account,) = target.items
    return [str(entry.get("name")) for entry in deployment_schedule.list_all(connection, account.group, account.name)]


def _read(connection: Connection, target: Target[Any]) -> Found:
    _key, account, name = target.items
    resource = deployment_schedule.get(connection, account.group, account.name, name)
    return Found(resource, deployment_schedule.service_time(connection))


def _description(resource: Entry) -> str:
    return str(from_api(resource)["schedule_info"]["description"])


def _at(account: Account, changes: ChangeSet) -> ChangeSet:
    return replace(changes, resource=f"{changes.resource} of {account.shown}")
