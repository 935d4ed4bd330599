# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The times of a deployment schedule as they are to be, with a start that the service takes.

It takes a start only five minutes ahead or more, and that of a schedule which was made some time ago lies in the past.
So whenever one is written its start moves to its next run; and a start that another write has moved is no difference.

Not all versions of the service tell ``advancedSchedule`` of what they have. Then the next run, which they do tell, may
show that there is one. Writing such a schedule without its days would change when it runs, so that is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from .._core.errors import InputError
from .._core.schedule_info import LEAST_AHEAD, MONTH, ONE_TIME, WEEK, ScheduleInfo, same_times
from .._core.zones import same_zone
from .deployment_schedule_check import check_days
from .deployment_schedule_times import NO_DAYS, shown_moment, times_of

_TIMES = ("frequency", "interval", "start_time", "time_zone", "expiry_time", "advanced_schedule")


def merged_schedule_info(
    current: Mapping[str, Any], wanted: Mapping[str, Any], now: datetime, next_run: str, *, exists: bool
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
    check_days(merged)
    new = times_of(merged)
    if exists and same_zone(merged["time_zone"], current["time_zone"]):
        told = current
        if hides_days(current, next_run) and wanted.get("advanced_schedule"):
            told = {**current, "advanced_schedule": wanted["advanced_schedule"]}
            told = told if _runs_at(times_of(told), next_run) else current
        if same_times(times_of(told), new, now):
            return {**merged, **{name: current[name] for name in _TIMES}}
    for name in ("start_time", "expiry_time"):
        merged[name] = shown_moment(merged[name], merged["time_zone"], f"schedule_info.{name}")
    return merged


def with_hidden_days(
    current: Mapping[str, Any], wanted: Mapping[str, Any], after: Mapping[str, Any], next_run: str
) -> dict[str, Any]:
    """The ``schedule_info`` to write, with days that the service has and does not tell; they have to be wanted.

    Raises InputError where they are not known, since the write would lose them.
    """
    kept = after["frequency"] == current["frequency"] and after["advanced_schedule"] == NO_DAYS
    if not kept or ("advanced_schedule" in wanted and wanted["advanced_schedule"] == NO_DAYS):
        return dict(after)
    if not hides_days(current, next_run):
        return dict(after)
    if "advanced_schedule" in wanted:
        return {**after, "advanced_schedule": wanted["advanced_schedule"]}
    raise InputError(
        "schedule_info.advanced_schedule",
        None,
        f"the days on which the schedule runs, to be written with it: the service does not tell them, but that it runs "
        f"at {next_run}, which is on none of the days that it tells",
    )


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
    """Whether a schedule runs on days that the service does not tell."""
    if info["frequency"] not in (WEEK, MONTH) or info["advanced_schedule"] != NO_DAYS or not next_run:
        return False
    return not _runs_at(times_of(info), next_run)


def _runs_at(times: ScheduleInfo, moment: str) -> bool:
    at = datetime.fromisoformat(moment).replace(second=0, microsecond=0)
    return at < times.begins() or next(times.runs(at), None) == at


def _over(info: Mapping[str, Any]) -> InputError:
    if info["frequency"] == ONE_TIME:
        allowed = "a time at least 5 minutes from now, since a schedule of frequency OneTime runs only then"
        return InputError("schedule_info.start_time", info["start_time"], allowed)
    return InputError("schedule_info.expiry_time", info["expiry_time"], "a time after the next run, or '' for no end")
