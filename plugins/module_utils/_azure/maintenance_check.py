# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refuses a maintenance configuration that the service would refuse, or that would never do what it says.

Limits of the scope InGuestPatch are those of "Maintenance configurations" and "Schedule recurring updates" (Azure
documentation). That ``Month`` without its days is refused, and a start that the clock passes over, is what the service
answers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from .._core.errors import InputError, did_you_mean
from .._core.recur_every import DAY, HOUR, MONTH, WEEK, parse_recur_every
from .._core.schedule import GAP, clock_change
from .._core.zones import UTC_NAMES, windows_name, zone_of
from .classifications import LINUX_CLASSIFICATIONS, WINDOWS_CLASSIFICATIONS
from .maintenance_model import (
    GUEST,
    PATCH_MODE,
    REBOOTS,
    SCOPES,
    VISIBILITIES,
)
from .maintenance_window import LEAD, LONGEST, can_start, read_duration, read_moment, written_duration
from .resource_tags import check_resource_tags

SHORTEST = timedelta(hours=1, minutes=30)
_FORMER = timedelta(hours=5)
"""As long as windows for guests are in the published examples. Nobody can make such a window any more, but to say it of
a configuration that has it is right."""
_EVERY = {HOUR: (6, 35), DAY: (1, 35), WEEK: (1, 35), MONTH: (1, 35)}
_KB = re.compile(r"(?i)(?:KB)?\d+\Z")
_MOMENT = "a local date and time YYYY-MM-DD hh:mm, in the time zone of time_zone"
_WINDOW = "maintenance_window"
_DURATION = f"{_WINDOW}.duration"
_LIMITS = f"{written_duration(SHORTEST)} to {written_duration(LONGEST)}, hours and minutes in quotes"


def check_configuration(wanted: Mapping[str, Any]) -> None:
    """Raise InputError at the first value that cannot be, whatever is there. Nothing is asked of the service."""
    _one_of("maintenance_scope", wanted.get("maintenance_scope", GUEST), SCOPES)
    _one_of("visibility", wanted.get("visibility", VISIBILITIES[0]), VISIBILITIES)
    guest = wanted.get("maintenance_scope", GUEST) == GUEST
    if guest:
        for key, value in (wanted.get("extension_properties") or {}).items():
            if key.lower() == PATCH_MODE.lower():
                _one_of(f"extension_properties.{key}", value, ("User", "Platform"))
    _check_window(wanted.get(_WINDOW) or {}, guest=guest)
    _check_patches(wanted.get("install_patches") or {})
    check_resource_tags(wanted.get("tags") or {})


def check_together(window: Mapping[str, str], now: datetime, *, moved: bool) -> None:
    """What has to fit together in a window that is to be written: start, expiration, zone, length. Raises InputError.

    ``moved``: the start was chosen by us.
    """
    if window["duration"]:
        _check_limits(window["duration"], _read(_DURATION, window["duration"], read_duration, _LIMITS))
    start, expires = window["start_date_time"], window["expiration_date_time"]
    zone = zone_of(window["time_zone"], f"{_WINDOW}.time_zone")
    begin = read_moment(start)
    if clock_change(begin, zone) == GAP:
        allowed = f"a time that exists: clocks of {window['time_zone']} are put forward over this one"
        raise InputError(f"{_WINDOW}.start_date_time", start, allowed)
    if expires:
        ends = read_moment(expires)
        if ends <= begin:
            raise InputError(f"{_WINDOW}.expiration_date_time", expires, f"a time after the start, which is {start}")
        if ends.replace(tzinfo=zone) <= now:
            raise InputError(f"{_WINDOW}.expiration_date_time", expires, "a time in the future")
    if not moved and not can_start(window, now):
        soonest = (now + LEAD).astimezone(zone).strftime("%Y-%m-%d %H:%M")
        allowed = f"for a window that opens once, a time at least 15 minutes ahead: after {soonest}"
        raise InputError(f"{_WINDOW}.start_date_time", start, allowed)


def check_required(values: Mapping[str, Any]) -> None:
    """What a configuration for patches inside the guest cannot be without. Raises InputError."""
    if not values["location"]:
        raise InputError("location", None, "a location, since the configuration does not exist yet")
    if values["maintenance_scope"] != GUEST:
        return
    for name in ("start_date_time", "time_zone"):
        if not values[_WINDOW][name]:
            raise InputError(f"{_WINDOW}.{name}", None, f"a value, since maintenance_scope is {GUEST}")


def _check_window(window: Mapping[str, str], *, guest: bool) -> None:
    for name in ("start_date_time", "expiration_date_time"):
        text = window.get(name)
        if text or (text == "" and name == "start_date_time"):
            _read(f"{_WINDOW}.{name}", text, read_moment, _MOMENT)
    if "duration" in window:
        _check_duration(window["duration"], guest=guest)
    if "time_zone" in window:
        check_zone(f"{_WINDOW}.time_zone", window["time_zone"])
    if window.get("recur_every"):
        _check_recurrence(window["recur_every"], guest=guest)


def _check_duration(text: str, *, guest: bool) -> None:
    allowed = _LIMITS if guest else "hh:mm, hours and minutes in quotes"
    length = _read(_DURATION, text, read_duration, allowed)
    if guest and length != _FORMER:
        _check_limits(text, length)


def _check_limits(text: str, length: timedelta) -> None:
    if not SHORTEST <= length <= LONGEST:
        raise InputError(_DURATION, text, _LIMITS)


def _check_recurrence(text: str, *, guest: bool) -> None:
    option = f"{_WINDOW}.recur_every"
    try:
        recurrence = parse_recur_every(text)
    except InputError as error:
        raise InputError(option, text, error.allowed) from None
    if not guest:
        return
    least, most = _EVERY[recurrence.unit]
    if not least <= recurrence.every <= most:
        raise InputError(option, text, f"every {least} to {most} {recurrence.unit}s")
    if recurrence.unit == MONTH and not (recurrence.days or recurrence.week):
        raise InputError(option, text, "a month with its days, such as Month day15 or Month Second Tuesday")


def check_zone(option: str, name: str) -> None:
    """Raises InputError for what is no Windows name of a time zone, naming the one for an IANA name."""
    if name.upper() == "UTC":
        return
    windows = windows_name(name, option)
    if windows.casefold() != name.casefold():
        what = "UTC" if name.lower() in UTC_NAMES else windows
        raise InputError(option, name, f"the Windows name of the time zone: {what}")


def _check_patches(patches: Mapping[str, Any]) -> None:
    option = "install_patches"
    if "reboot_setting" in patches:
        _one_of(f"{option}.reboot_setting", patches["reboot_setting"], REBOOTS)
    linux, windows = patches.get("linux_parameters") or {}, patches.get("windows_parameters") or {}
    for name, given, known in (
        ("linux_parameters", linux, LINUX_CLASSIFICATIONS),
        ("windows_parameters", windows, WINDOWS_CLASSIFICATIONS),
    ):
        for value in given.get("classifications_to_include") or ():
            _one_of(f"{option}.{name}.classifications_to_include", value, known)
    for key in ("kb_numbers_to_include", "kb_numbers_to_exclude"):
        for value in windows.get(key) or ():
            if not _KB.match(value):
                raise InputError(f"{option}.windows_parameters.{key}", value, "numbers such as KB5034441")
    for key in ("package_name_masks_to_include", "package_name_masks_to_exclude"):
        for value in linux.get(key) or ():
            if not value.strip():
                raise InputError(f"{option}.linux_parameters.{key}", value, "names of packages, with * for any text")


def _one_of(option: str, value: str, known: Sequence[str]) -> None:
    if value not in known:
        raise InputError(option, value, f"{', '.join(known)}{did_you_mean(value, known)}")


def _read(option: str, text: str, read: Any, allowed: str) -> Any:
    try:
        return read(text)
    except ValueError:
        raise InputError(option, text, allowed) from None
