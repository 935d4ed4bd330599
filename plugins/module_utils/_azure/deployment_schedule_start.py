# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The times of a deployment schedule as they are to be, with a start that the service takes.

It takes a start only five minutes ahead or more, and that of a schedule which was made some time ago lies in the past.
So whenever one is written its start moves to its next run; and a start that another write has moved is no difference.

Not all versions of the service tell ``advancedSchedule`` of what they have: they answer null. Then the next run, which
they do tell, may show what is hidden, but not right after a write, when it is the start. Writing a schedule without its
days would change when it runs, so that is refused where it cannot be told from the start's own day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .._core.errors import InputError
from .._core.schedule_info import LEAST_AHEAD, MONTH, ONE_TIME, WEEK, ScheduleInfo, same_times
from .._core.zones import same_zone
from .deployment_schedule_check import check_days, idle_days
from .deployment_schedule_times import NO_DAYS, shown_moment, times_of

_TIMES = ("frequency", "interval", "start_time", "time_zone", "expiry_time", "advanced_schedule")


class ScheduleOver(InputError):
    """A schedule that would not run any more, so that the service would not take it."""


class DaysUnknown(InputError):
    """A schedule that would lose days when it is written: ``why`` says that the service does not tell them."""

    def __init__(self, why: str) -> None:
        allowed = f"the days on which the schedule runs, or {{}} for that of its start, to be written with it: {why}"
        super().__init__("schedule_info.advanced_schedule", None, allowed)
        self.why = why


@dataclass(frozen=True, slots=True)
class Told:
    """What the service tells of a schedule beside its settings. ``null_days``: null for its days, if it has any."""

    next_run: str = ""
    null_days: bool = False


def told_of(resource: Mapping[str, Any] | None) -> Told:
    """What an answer of the service tells beside the settings."""
    info = ((resource or {}).get("properties") or {}).get("scheduleInfo") or {}
    return Told(str(info.get("nextRun") or ""), info.get("advancedSchedule", NO_DAYS) is None)


def merged_schedule_info(
    current: Mapping[str, Any], wanted: Mapping[str, Any], now: datetime, told: Told, *, exists: bool
) -> dict[str, Any]:
    """The ``schedule_info`` with what is wanted. Raises InputError for what does not go together."""
    merged = {**current, **wanted}
    if merged["frequency"] != current["frequency"]:
        # Days belong to a frequency; what runs once has the end of its one run, which is none for other frequencies.
        merged["advanced_schedule"] = wanted.get("advanced_schedule", NO_DAYS)
        merged["expiry_time"] = wanted.get(
            "expiry_time", "" if current["frequency"] == ONE_TIME else merged["expiry_time"]
        )
    if not any(name in wanted for name in _TIMES):
        return merged
    check_days({**merged, "advanced_schedule": wanted.get("advanced_schedule", NO_DAYS)})
    new = times_of(merged)
    if exists and same_zone(merged["time_zone"], current["time_zone"]):
        known = _known(current, wanted, told)
        if _same(known, merged, new, now):
            return {**merged, **{name: current[name] for name in _TIMES}}
    for name in ("start_time", "expiry_time"):
        merged[name] = shown_moment(merged[name], merged["time_zone"], f"schedule_info.{name}")
    return merged


def with_hidden_days(
    current: Mapping[str, Any], wanted: Mapping[str, Any], after: Mapping[str, Any], told: Told
) -> dict[str, Any]:
    """The ``schedule_info`` to write, with days that the service may have and does not tell; they have to be wanted.

    Raises InputError where they are not known, since the write would lose them.
    """
    if not leaves_days_out(current, after, told):
        return dict(after)
    if "advanced_schedule" in wanted:
        return {**after, "advanced_schedule": wanted["advanced_schedule"]}
    if hides_days(current, told.next_run):
        where = f"at {told.next_run}, which is on none of the days that it tells"
        raise DaysUnknown(f"the service does not tell them, but that it runs {where}")
    if current["frequency"] == MONTH and not _is_later(current, told.next_run):
        raise DaysUnknown("the service does not tell them, nor anything from which they could be told")
    return dict(after)


def leaves_days_out(current: Mapping[str, Any], after: Mapping[str, Any], told: Told) -> bool:
    """Whether a write leaves out days that the service may have and does not tell."""
    kept = after["frequency"] == current["frequency"] and after["advanced_schedule"] == NO_DAYS
    return kept and may_hide_days(current, told)


def with_start_ahead(info: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The ``schedule_info`` with its start moved to the next run, where it lies in the past. Raises InputError."""
    times = times_of(info)
    if times.begins() >= now + LEAST_AHEAD:
        return dict(info)
    moved = times.moved(now)
    if moved is None:
        raise _over(info)
    return {**info, "start_time": moved.begins().astimezone(moved.zone).isoformat()}


def hides_days(info: Mapping[str, Any], next_run: str) -> bool:
    """Whether a schedule surely runs on days that the service does not tell."""
    if info["frequency"] not in (WEEK, MONTH) or info["advanced_schedule"] != NO_DAYS or not next_run:
        return False
    try:
        return not _runs_at(times_of(info), next_run)
    except InputError:
        return False


def may_hide_days(info: Mapping[str, Any], told: Told) -> bool:
    """Whether a schedule may run on days that the service does not tell."""
    if info["frequency"] not in (WEEK, MONTH) or info["advanced_schedule"] != NO_DAYS:
        return False
    return told.null_days or hides_days(info, told.next_run)


def _known(current: Mapping[str, Any], wanted: Mapping[str, Any], told: Told) -> Mapping[str, Any]:
    """The schedule as it is, with the days that are wanted where it may have them: they are not told."""
    days = wanted.get("advanced_schedule")
    if days is None or not may_hide_days(current, told):
        return current
    known = {**current, "advanced_schedule": days}
    try:
        return known if not told.next_run or _runs_at(times_of(known), told.next_run) else current
    except InputError:
        return current


def _same(known: Mapping[str, Any], merged: Mapping[str, Any], new: ScheduleInfo, now: datetime) -> bool:
    """Whether the schedule is as it is to be; not where the service tells nothing that can be read."""
    idle = idle_days(known)
    if idle and idle != idle_days(merged):
        return False
    try:
        return same_times(times_of(known), new, now)
    except InputError:
        return False


def _is_later(info: Mapping[str, Any], next_run: str) -> bool:
    """Whether the next run is one after the start, so that it shows something of the days."""
    times = times_of(info)
    return bool(next_run) and _moment(times, next_run) > times.begins()


def _runs_at(times: ScheduleInfo, next_run: str) -> bool:
    at = _moment(times, next_run)
    return at < times.begins() or next(times.runs(at), None) == at


def _moment(times: ScheduleInfo, text: str) -> datetime:
    moment = datetime.fromisoformat(text).replace(second=0, microsecond=0)
    return moment if moment.tzinfo else moment.replace(tzinfo=times.zone)


def _over(info: Mapping[str, Any]) -> ScheduleOver:
    if info["frequency"] == ONE_TIME:
        allowed = "a time at least 5 minutes from now, since a schedule of frequency OneTime runs only then"
        return ScheduleOver("schedule_info.start_time", info["start_time"], allowed)
    return ScheduleOver("schedule_info.expiry_time", info["expiry_time"], "a time after the next run, or '' for no end")
