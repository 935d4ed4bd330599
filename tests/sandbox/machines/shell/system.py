# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""uname, hostname, id, uptime, who, reboot, shutdown and other small tools."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .tool import Answer, lines, split_options

if TYPE_CHECKING:
    from ..machine import Machine

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def kernel_release(machine: Machine) -> str:
    """Of the newest kernel package that was there at the last boot, else the OS's own."""
    release = machine.os.kernel
    for item in machine.store.current():
        running = item.installed_at is None or item.boot_count < machine.boot_count
        if item.patch.name in ("kernel", "kernel-uek", "kernel-default") and running:
            version = item.patch.version.partition(":")[2] or item.patch.version
            release = f"{version}-default" if item.patch.name == "kernel-default" else f"{version}.{item.patch.arch}"
    return release


def uname(machine: Machine, arguments: list[str]) -> Answer:
    """uname(1)."""
    options, _rest = split_options(arguments)
    release = kernel_release(machine)
    parts = {"s": "Linux", "n": machine.hostname, "r": release, "v": "#1 SMP", "m": "x86_64", "o": "GNU/Linux"}
    if "a" in options or "all" in options:
        return Answer(f"{' '.join(parts[key] for key in 'snrvm')} x86_64 x86_64 GNU/Linux\n")
    chosen = [parts[key] for key in "snrvmo" if key in options] or [parts["s"]]
    return Answer(f"{' '.join(chosen)}\n")


def hostname(machine: Machine, arguments: list[str]) -> Answer:
    """hostname(1)."""
    options, _rest = split_options(arguments)
    if "I" in options or "i" in options:
        return Answer(f"{machine.attributes.get('private_ip', '10.0.0.10')}\n")
    return Answer(f"{machine.hostname.split('.')[0] if 's' in options else machine.hostname}\n")


def user_id(_machine: Machine, arguments: list[str]) -> Answer:
    """id(1): the agent runs scripts as root."""
    options, _rest = split_options(arguments)
    if "n" in options:
        return Answer("root\n")
    if {"u", "g", "G"} & options.keys():
        return Answer("0\n")
    return Answer("uid=0(root) gid=0(root) groups=0(root)\n")


def whoami(_machine: Machine, _arguments: list[str]) -> Answer:
    """whoami(1)."""
    return Answer("root\n")


def uptime(machine: Machine, arguments: list[str]) -> Answer:
    """uptime(1)."""
    minutes = int(machine.up_seconds // 60)
    options, _rest = split_options(arguments)
    if "s" in options and machine.booted_at:
        return Answer(f"{machine.booted_at:%Y-%m-%d %H:%M:%S}\n")
    if "p" in options:
        return Answer(f"up {minutes} minutes\n")
    return Answer(
        f" {machine.clock.now():%H:%M:%S} up {minutes // 60:2d}:{minutes % 60:02d},  0 users,  "
        "load average: 0.08, 0.03, 0.01\n"
    )


def who(machine: Machine, arguments: list[str]) -> Answer:
    """``who -b``: the time of the last boot."""
    if "-b" in arguments and machine.booted_at:
        return Answer(f"         system boot  {machine.booted_at:%Y-%m-%d %H:%M}\n")
    return Answer()


def sleep(_machine: Machine, arguments: list[str]) -> Answer:
    """sleep(1) in simulated time."""
    seconds = 0.0
    for argument in arguments:
        number, unit = (argument[:-1], argument[-1]) if argument[-1:] in _UNITS else (argument, "s")
        try:
            seconds += float(number) * _UNITS[unit]
        except ValueError:
            return Answer(err=f"sleep: invalid time interval '{argument}'\n", code=1)
    return Answer(seconds=seconds) if arguments else Answer(err="sleep: missing operand\n", code=1)


def reboot(_machine: Machine, _arguments: list[str]) -> Answer:
    """The machine reboots, and takes the agent with it."""
    return Answer(power="reboot")


def poweroff(_machine: Machine, _arguments: list[str]) -> Answer:
    """The machine goes off."""
    return Answer(power="poweroff")


def journalctl(_machine: Machine, _arguments: list[str]) -> Answer:
    """There is no journal."""
    return Answer("-- No entries --\n")


def pgrep(machine: Machine, arguments: list[str]) -> Answer:
    """Processes are the running services."""
    _options, names = split_options(arguments)
    found = [s for s in machine.services.values() if s.running and names and names[0] in s.name]
    return Answer(lines([str(600 + sum(s.name.encode()) % 3000) for s in found]), code=0 if found else 1)


def nothing(_machine: Machine, _arguments: list[str]) -> Answer:
    """sync, logger and the like: nothing to see."""
    return Answer()
