# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs that are no cmdlets. They set $LASTEXITCODE."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from .session import Session


def _done(session: Session, code: int, lines: list[str]) -> list[Any]:
    session.last_exit = code
    session.last_ok = code == 0
    return list(lines)


def _hostname(session: Session, _arguments: list[str]) -> list[Any]:
    return _done(session, 0, [session.machine.hostname])


def _whoami(session: Session, _arguments: list[str]) -> list[Any]:
    return _done(session, 0, ["nt authority\\system"])


def _cmd(session: Session, arguments: list[str]) -> list[Any]:
    """``cmd /c exit N`` and ``cmd /c echo TEXT``; nothing else."""
    line = " ".join(arguments[1:]) if arguments and arguments[0].lower() in ("/c", "-c") else " ".join(arguments)
    found = re.fullmatch(r"exit(?: /b)?(?: (\d+))?", line.strip(), re.IGNORECASE)
    if found:
        return _done(session, int(found[1] or 0), [])
    if line.lower().startswith("echo "):
        return _done(session, 0, [line[5:]])
    session.stderr.append(
        f"'{line.partition(' ')[0]}' is not recognized as an internal or external command,\n"
        "operable program or batch file.\n"
    )
    return _done(session, 1, [])


def _shutdown(session: Session, arguments: list[str]) -> list[Any]:
    """``shutdown /r|/s [/t N]``: in 30 seconds unless told otherwise, at once with ``/t 0``, ``/p``; ``/a`` aborts."""
    words = [argument.lower().replace("-", "/", 1) for argument in arguments]
    if "/a" in words:
        return _done(session, 0 if session.machine.unplan_power() else 1116, [])
    if not {"/r", "/g", "/s", "/p"} & set(words):
        return _done(session, 1, [])
    off = bool({"/s", "/p"} & set(words))
    delay = words[words.index("/t") + 1] if "/t" in words[:-1] else "0" if "/p" in words else "30"
    if not delay.isdigit():
        return _done(session, 1, ["Invalid argument: the time is a number of seconds."])
    if delay == "0":
        session.restart(off)
    if session.machine.power_planned:
        session.stderr.append("A system shutdown has already been scheduled.(1190)\n")
        return _done(session, 1190, [])
    session.machine.plan_power(float(delay), off)
    return _done(session, 0, [])


def _sc(session: Session, arguments: list[str]) -> list[Any]:
    """``sc.exe query|start|stop NAME``."""
    if len(arguments) < 2:
        return _done(
            session,
            1,
            ["DESCRIPTION: SC is a command line program used for communicating with the Service Control Manager."],
        )
    try:
        service = session.machine.service(arguments[1])
    except KeyError:
        return _done(
            session,
            1060,
            [
                "[SC] EnumQueryServicesStatus:OpenService FAILED 1060:",
                "",
                "The specified service does not exist as an installed service.",
            ],
        )
    if arguments[0].lower() == "start" and not session.machine.start_service(service.name):
        return _done(session, 1053, ["[SC] StartService FAILED 1053:"])
    if arguments[0].lower() == "stop":
        session.machine.stop_service(service.name)
    state = "4  RUNNING" if service.running else "1  STOPPED"
    return _done(
        session,
        0,
        [
            f"SERVICE_NAME: {service.name}",
            "        TYPE               : 10  WIN32_OWN_PROCESS",
            f"        STATE              : {state}",
        ],
    )


PROGRAMS: dict[str, Callable[[Session, list[str]], list[Any]]] = {
    "hostname": _hostname,
    "whoami": _whoami,
    "cmd": _cmd,
    "shutdown": _shutdown,
    "sc": _sc,
}
