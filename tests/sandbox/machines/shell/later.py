# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reboots and shutdowns that are set for later: shutdown(8) and systemd-run(1)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..errors import PowerError
from .tool import Answer, split_options

if TYPE_CHECKING:
    from ..machine import Machine

_MINUTES = re.compile(r"\+?(\d+)")
_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*(s|sec|second|seconds|m|min|minute|minutes|h|hr|hour|hours)?")
_UNIT = {"s": 1.0, "m": 60.0, "h": 3600.0}
_VALUES = frozenset({"unit", "on-active", "description", "timer-property", "property", "p", "u"})
REBOOTS = ("reboot", "systemctl reboot", "shutdown -r now", "shutdown -r +0", "init 6")
POWEROFFS = ("poweroff", "systemctl poweroff", "shutdown -h now", "shutdown now", "init 0")


def shutdown(machine: Machine, arguments: list[str]) -> Answer:
    """shutdown(8): ``now``, ``+minutes``; without a time in one minute. ``-c`` cancels."""
    options, words = split_options(arguments)
    if "c" in options:
        machine.unplan_power()
        return Answer()
    reboots = "r" in options or "reboot" in options
    when = words[0] if words else "+1"
    found = _MINUTES.fullmatch("+0" if when == "now" else when)
    if not found:
        return Answer(err=f"Failed to parse time specification: {when}\n", code=1)
    if found[1] == "0":
        return Answer(power="reboot" if reboots else "poweroff")
    answer = _plan(machine, 60.0 * int(found[1]), off=not reboots)
    if answer.code:
        return answer
    what = "Reboot" if reboots else "Shutdown"
    return Answer(err=f"{what} scheduled in {found[1]} minutes, use 'shutdown -c' to cancel.\n")


def _plan(machine: Machine, seconds: float, off: bool) -> Answer:
    try:
        machine.plan_power(seconds, off)
    except PowerError as error:
        return Answer(err=f"{error}\n", code=1)
    return Answer()


def systemd_run(machine: Machine, arguments: list[str]) -> Answer:
    """``systemd-run --on-active=SPAN COMMAND``, where the command reboots the machine or switches it off."""
    place = next((i for i, word in enumerate(arguments) if not _is_option(arguments, i)), len(arguments))
    options, _rest = split_options(arguments[:place], _VALUES)
    command = " ".join(_without_path(word) for word in arguments[place:])
    seconds = _seconds(options.get("on-active", ""))
    if seconds is None:
        return Answer(err="systemd-run: here it needs --on-active= with a time span such as 5s\n", code=1)
    if command not in REBOOTS + POWEROFFS:
        return Answer(err=f"systemd-run: here it runs nothing but a reboot or a shutdown, not: {command}\n", code=1)
    answer = _plan(machine, seconds, off=command in POWEROFFS)
    if answer.code or "quiet" in options or "q" in options:
        return answer
    unit = (options.get("unit") or options.get("u") or f"run-r{machine.boot_count:032x}").removesuffix(".service")
    return Answer(err=f"Running timer as unit: {unit}.timer\nWill run service as unit: {unit}.service\n")


def _is_option(arguments: list[str], place: int) -> bool:
    word = arguments[place]
    before = arguments[place - 1] if place else ""
    takes = before.startswith("-") and "=" not in before and before.lstrip("-") in _VALUES
    return word.startswith("-") or takes


def _without_path(word: str) -> str:
    """``/usr/sbin/shutdown`` is the tool of that name; other words stay."""
    return word.rsplit("/", 1)[-1] if word.startswith("/") else word


def _seconds(span: str) -> float | None:
    found = _SPAN.fullmatch(span.strip())
    return float(found[1]) * _UNIT[(found[2] or "s")[0]] if found else None
