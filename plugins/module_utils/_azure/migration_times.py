# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a deployment schedule runs, as windows of maintenance configurations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from .._core.errors import InputError
from .._core.recur_every import format_recur_every
from .._core.schedule_info import FREQUENCIES, ONE_TIME, WEEK, ScheduleInfo
from .._core.schedule_windows import (
    Opening,
    TimeLoss,
    agree,
    once_expires,
    openings_of,
    runs_again,
    window_of_opening,
)
from .._core.zones import windows_name, zone_of
from .deployment_schedule_start import Told, hides_days, may_hide_days
from .deployment_schedule_times import times_of
from .maintenance_window import LEAD, LONGEST, written_moment
from .migration_losses import BY_HAND, HIDDEN, Loss

_HOUR = timedelta(hours=1)
_DETAILS = "read the schedule alone (azure_deployment_schedule_info with details, or GET), which tells it"


@dataclass(slots=True)
class Times:
    """The windows of a schedule, in a zone that Windows has a name for. ``over``: it never runs again."""

    zone: str = ""
    expires: datetime | None = None
    over: bool = False
    openings: tuple[Opening, ...] = ()
    losses: list[Loss] = field(default_factory=list)

    def window(self, opening: Opening) -> dict[str, str]:
        """A window without its length."""
        return {
            "start_date_time": written_moment(opening.start),
            "expiration_date_time": written_moment(self.expires) if self.expires else "",
            "time_zone": self.zone,
            "recur_every": format_recur_every(opening.recurrence),
        }


def times_for(info: Mapping[str, Any], told: Told, zones: Mapping[str, str], now: datetime) -> Times:
    """The windows for a ``schedule_info``. ``zones``: the Windows name to take for a zone."""
    times, next_run = Times(), told.next_run
    if info["frequency"] not in FREQUENCIES or not info["start_time"]:
        why = "it is not told when the schedule runs; a list of schedules leaves that out"
        times.losses.append(Loss("schedule_info", dict(info), why, _DETAILS))
        return times
    chosen = next((new for old, new in zones.items() if old.casefold() == info["time_zone"].casefold()), "")
    try:
        schedule = _schedule(info, chosen)
        times.zone = windows_name(chosen or info["time_zone"])
    except InputError as error:
        times.losses.append(_unreadable(info, error))
        return times
    times.expires = once_expires(schedule) if schedule.frequency == ONE_TIME else schedule.expires
    if _hidden(info, next_run):
        why = f"the service does not tell on which days it runs, only that it runs at {next_run}"
        times.losses.append(Loss("schedule_info.advanced_schedule", info["advanced_schedule"], why, BY_HAND))
        return times
    if _told_otherwise(schedule, next_run):
        why = f"the service says that it runs at {next_run}, which is none of the times that its settings mean"
        times.losses.append(Loss("schedule_info", dict(info), why, BY_HAND))
        return times
    if not runs_again(schedule, now + LEAD):
        times.over = True
        times.losses.append(_over(info))
        return times
    found = openings_of(schedule, now + LEAD)
    times.openings = found.openings
    times.losses += [_loss(info, one) for one in found.losses]
    times.losses += [*_of_zone(info, chosen), *_maybe_hidden(info, schedule, told)]
    times.losses += _differing(info, schedule, times, now)
    return times


def _schedule(info: Mapping[str, Any], chosen: str) -> ScheduleInfo:
    """The times. A zone that is known nowhere is taken for the one that was chosen for it."""
    try:
        return times_of(info)
    except InputError as error:
        if not chosen or error.option != "schedule_info.time_zone":
            raise
    return times_of({**info, "time_zone": chosen})


def _hidden(info: Mapping[str, Any], next_run: str) -> bool:
    try:
        return hides_days(info, next_run)
    except (ValueError, TypeError):
        return False


def _told_otherwise(schedule: ScheduleInfo, next_run: str) -> bool:
    """Whether the next run that the service tells is none of the schedule. Where a clock is changed an hour is none."""
    try:
        told = datetime.fromisoformat(next_run)
    except ValueError:
        return False
    if told.tzinfo is None or told < schedule.begins():
        return False
    first = next(schedule.runs(told - _HOUR), None)
    return first is None or first > told + _HOUR


def _unreadable(info: Mapping[str, Any], error: InputError) -> Loss:
    if error.option in ("schedule_info.time_zone", "timezone"):
        zone = str(info["time_zone"])
        instead = f"name the Windows zone to take for it: time_zones: {{{zone}: W. Europe Standard Time}}"
        return Loss("schedule_info.time_zone", zone, "Windows has no name for this clock", instead)
    return Loss(error.option, error.value, f"it is not {error.allowed}", BY_HAND)


def _over(info: Mapping[str, Any]) -> Loss:
    """It is no loss that what never runs again is not moved."""
    member = "start_time" if info["frequency"] == ONE_TIME else "expiry_time"
    why = "the schedule is over or begins within 15 minutes: it does not run any more"
    return Loss(f"schedule_info.{member}", info[member], why, "nothing", blocks=False)


def _loss(info: Mapping[str, Any], loss: TimeLoss) -> Loss:
    top, dot, member = loss.member.partition(".")
    value = info[top][member] if dot else info[top]
    return Loss(f"schedule_info.{loss.member}", value, loss.why, loss.instead, loss.kind)


def _maybe_hidden(info: Mapping[str, Any], schedule: ScheduleInfo, told: Told) -> Iterator[Loss]:
    """Days that the service may have and does not tell: it is known to answer null for those that there are."""
    if may_hide_days(info, told):
        why = "the service answers null for its days, which it also does for schedules that have some"
        start = schedule.start
        day = f"{start:%A}" if info["frequency"] == WEEK else f"day {start.day} of the month"
        instead = f"the day of its start, {day}; look at the schedule in the portal whether it has others"
        yield Loss("schedule_info.advanced_schedule", info["advanced_schedule"], why, instead, HIDDEN)


def _of_zone(info: Mapping[str, Any], chosen: str) -> Iterator[Loss]:
    """A zone that the options stand another in for: that was asked for, and is told."""
    if chosen:
        why = "time_zones says so"
        yield Loss("schedule_info.time_zone", info["time_zone"], why, f"the same hours in {chosen}", blocks=False)


def _differing(info: Mapping[str, Any], schedule: ScheduleInfo, times: Times, now: datetime) -> Iterator[Loss]:
    """Look at the next runs, so that no mistake in the mapping goes unseen."""
    if any(loss.accept in ("interval", "fifth_weekday") or not loss.accept for loss in times.losses):
        return
    zone = zone_of(times.zone)
    windows = [window_of_opening(one, LONGEST, zone, times.expires) for one in times.openings]
    if not agree(schedule, windows, now + LEAD):
        why = f"no window opens at the same times; the nearest is {[times.window(one) for one in times.openings]}"
        yield Loss("schedule_info", dict(info), why, BY_HAND)
