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
    flags = {argument.lower().lstrip("/-") for argument in arguments}
    if "a" in flags:
        return _done(session, 1116, [])
    if flags & {"r", "g", "s", "p"}:
        session.restart(off=bool(flags & {"s", "p"}))
    return _done(session, 1, [])


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
