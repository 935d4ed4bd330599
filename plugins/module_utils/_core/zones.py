# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of time zones: those of the IANA database and those of Windows.

Policies, AWS and deployment schedules have the former, Update Manager has the latter. Which belong together is told by
CLDR's table, which tzlocal carries: a Windows name stands for many IANA names, one of which is its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from .errors import InputError, did_you_mean

with suppress(ImportError):  # needed only where a name of Windows is asked for or given
    from tzlocal.windows_tz import tz_win, win_tz

UTC_NAMES = frozenset({"utc", "etc/utc", "zulu", "etc/zulu", "universal", "etc/universal", "uct", "etc/uct"})
"""Names that mean UTC, in lower case."""

_YEARS_ALIKE = 5
"""For how many years from now two zones have to show the same clock to stand for each other."""


def zone_of(name: str, option: str = "timeZone") -> ZoneInfo:
    """The zone of a Windows name, as Update Manager has them (``W. Europe Standard Time``), or of an IANA name.

    Raises :class:`InputError` for a name that is not known.
    """
    if name.lower() in UTC_NAMES:
        return ZoneInfo("UTC")
    with suppress(ImportError, NameError, KeyError, ValueError, OSError):
        return ZoneInfo(win_tz.get(_as_windows_writes(name), name))
    allowed = "a time zone such as Europe/Zurich, or as W. Europe Standard Time, which Windows calls it"
    raise InputError(option, name, allowed + _meant(name, available_timezones()))


def iana_name(name: str, option: str = "timeZone") -> str:
    """The IANA name for a Windows name; an IANA name stays as it is. Raises :class:`InputError`."""
    return zone_of(name, option).key


@cache
def windows_name(zone: str, option: str = "timezone") -> str:
    """The Windows name for an IANA name; a Windows name stays as it is.

    Raises :class:`InputError` where Windows has no name for the zone, or one that stands for another clock.
    """
    if zone.lower() in UTC_NAMES:
        return "UTC"
    try:
        own = zone_of(zone, option)
    except InputError as error:
        allowed = "the Windows name of a time zone, such as W. Europe Standard Time"
        raise InputError(option, zone, allowed + _meant(zone)) from error
    with suppress(NameError):
        if _as_windows_writes(zone) in win_tz:
            return _as_windows_writes(zone)
        windows = tz_win.get(zone, "")
        if windows and _alike(own, ZoneInfo(win_tz[windows])):
            return windows
    raise InputError(option, zone, "a time zone that Windows has a name for, since Update Manager takes only those")


@cache
def _as_windows_writes(name: str) -> str:
    """A name of Windows, which knows it in whatever case; another one stays as it is."""
    return next((known for known in win_tz if known.casefold() == name.casefold()), name)


def _meant(name: str, others: Iterable[str] = ()) -> str:
    """Which name of Windows, or of the others, is close to one that is not known."""
    with suppress(NameError):
        return did_you_mean(name, (*win_tz, *others))
    return "; the names of Windows need the Python package tzlocal"


def same_zone(one: str, other: str) -> bool:
    """Whether two names, each of either kind, are those of one zone."""
    return one.casefold() == other.casefold() or _canonical(one) == _canonical(other)


def _canonical(name: str) -> str:
    try:
        return iana_name(name).casefold()
    except InputError:
        return name.casefold()


def _alike(one: ZoneInfo, other: ZoneInfo) -> bool:
    """Whether clocks of both zones show the same from now on. Rules change faster than tables of names."""
    begin = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    instants = (begin + timedelta(hours=hours) for hours in range(0, _YEARS_ALIKE * 366 * 24, 24))
    return all(instant.astimezone(one).utcoffset() == instant.astimezone(other).utcoffset() for instant in instants)
