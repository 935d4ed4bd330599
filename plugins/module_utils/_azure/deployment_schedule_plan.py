# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be done to make a deployment schedule as wanted: the plan of ``azure_deployment_schedule``.

There is one request that replaces the whole schedule, so it is sent with everything that is to stay. Where something is
as wanted in other words (order, case, a start in the past), the service's own words are kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from .._core.change_set import ChangeSet, Step
from .._core.errors import InputError
from .deployment_schedule_check import idle_days
from .deployment_schedule_model import SECTIONS, TASKS, empty_schedule, from_api, new_schedule
from .deployment_schedule_same import same_parameters, same_queries, same_setting, same_texts
from .deployment_schedule_start import (
    Told,
    leaves_days_out,
    merged_schedule_info,
    told_of,
    with_hidden_days,
    with_start_ahead,
)

PUT, DELETE = "put_deployment_schedule", "delete_deployment_schedule"

MOST_MACHINES = 1000
"""Machines that a schedule names at most ("Update Management": limits)."""

_LISTS = ("azure_virtual_machines", "non_azure_computer_names")


def plan_present(resource: Mapping[str, Any] | None, wanted: Mapping[str, Any], now: datetime) -> ChangeSet:
    """Make or change a schedule (None, or as the API answered it); what is not wanted stays. Raises InputError."""
    if resource is None:
        _refuse_incomplete(wanted)
        current, told = new_schedule(str(wanted["name"]), str(wanted["operating_system"])), Told()
    else:
        current, told = from_api(resource), told_of(resource)
    after = _merged(current, wanted)
    times = wanted.get("schedule_info") or {}
    after["schedule_info"] = merged_schedule_info(
        current["schedule_info"], times, now, told, exists=resource is not None
    )
    if after != current or resource is None:
        _refuse_number(after)
        info = with_hidden_days(current["schedule_info"], times, after["schedule_info"], told)
        after["schedule_info"] = with_start_ahead(info, now)
        return ChangeSet(current if resource is not None else {}, after, (Step(PUT),), _shown(after))
    return ChangeSet(current, current, (), _shown(current))


def doubts(resource: Mapping[str, Any] | None, wanted: Mapping[str, Any], changes: ChangeSet) -> list[str]:
    """What a person should look at: days that say nothing, and days that a write may lose, since they are not told."""
    times, info = wanted.get("schedule_info") or {}, changes.after.get("schedule_info") or {}
    found = [
        f"schedule_info.advanced_schedule.{name} is not for the frequency {info['frequency']}: the service takes it, "
        f"and may run the schedule on all days"
        for name in (idle_days(info) if "advanced_schedule" in times else ())
    ]
    named = resource is None or "advanced_schedule" in times
    if changes.changed and not named and leaves_days_out(changes.before["schedule_info"], info, told_of(resource)):
        found.append(
            f"The service tells no days on which the {_shown(changes.after)} runs (frequency {info['frequency']}). "
            f"It is written with the day of its start, {info['start_time']}; if it has others, write them with "
            f"schedule_info.advanced_schedule of azure_deployment_schedule"
        )
    return found


def plan_absent(resource: Mapping[str, Any] | None) -> ChangeSet:
    """Delete the schedule."""
    if resource is None:
        return ChangeSet()
    current = from_api(resource)
    return ChangeSet(current, {}, (Step(DELETE),), _shown(current))


def plan_members(
    resource: Mapping[str, Any],
    computers: Sequence[str],
    non_azure_queries: Sequence[Mapping[str, str]] | None,
    now: datetime,
) -> ChangeSet:
    """Change only who is in a schedule outside of Azure; everything else stays. Raises InputError."""
    wanted: dict[str, Any] = {"name": str(resource.get("name") or ""), "non_azure_computer_names": list(computers)}
    if non_azure_queries is not None:
        wanted["targets"] = {"non_azure_queries": [dict(query) for query in non_azure_queries]}
    return plan_present(resource, wanted, now)


def _merged(current: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The schedule with what is wanted, but for its times."""
    after = dict(current)
    for name in ("operating_system", "duration"):
        if name in wanted and not same_setting(name, wanted[name], current[name]):
            after[name] = wanted[name]
    if after["operating_system"] != current["operating_system"]:
        after |= {section: empty_schedule("")[section] for section in SECTIONS}
    for section in SECTIONS:
        settings = wanted.get(section) or {}
        changes = {key: value for key, value in settings.items() if not same_setting(key, value, after[section][key])}
        after[section] = {**after[section], **changes}
    for name in _LISTS:
        if name in wanted and not same_texts(wanted[name], current[name]):
            after[name] = list(wanted[name])
    targets = wanted.get("targets") or {}
    queries = {name: each for name, each in targets.items() if not same_queries(each, current["targets"][name])}
    after["targets"] = {**current["targets"], **queries}
    after["tasks"] = {name: _task(current["tasks"][name], (wanted.get("tasks") or {}).get(name)) for name in TASKS}
    return after


def _task(current: Mapping[str, Any], wanted: Mapping[str, Any] | None) -> dict[str, Any]:
    """A task; another runbook has parameters of its own."""
    if wanted is None:
        return dict(current)
    source = wanted.get("source", current["source"])
    if not source:
        return {"source": "", "parameters": {}}
    same = source.lower() == current["source"].lower()
    kept = current["parameters"] if same else {}
    parameters = wanted.get("parameters", kept)
    return {
        "source": current["source"] if same else source,
        "parameters": dict(kept if same_parameters(parameters, kept) else parameters),
    }


def _refuse_incomplete(wanted: Mapping[str, Any]) -> None:
    info = wanted.get("schedule_info") or {}
    for option, value in (
        ("operating_system", wanted.get("operating_system")),
        ("schedule_info.frequency", info.get("frequency")),
        ("schedule_info.start_time", info.get("start_time")),
    ):
        if not value:
            raise InputError(option, value, "a value, since the schedule does not exist yet")


def _refuse_number(schedule: Mapping[str, Any]) -> None:
    """Raise InputError for no machines at all, or too many by name."""
    machines = sum(len(schedule[name]) for name in _LISTS)
    if not machines and not any(schedule["targets"].values()):
        allowed = "some machines, or a query in targets: the service takes no schedule without any"
        raise InputError("non_azure_computer_names", [], allowed)
    if machines > MOST_MACHINES:
        allowed = f"at most {MOST_MACHINES} machines, with those of azure_virtual_machines"
        raise InputError("non_azure_computer_names", f"{machines} machines", allowed)


def _shown(schedule: Mapping[str, Any]) -> str:
    return f"deployment schedule {schedule['name']}"
