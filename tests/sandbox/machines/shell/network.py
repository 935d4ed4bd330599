# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ss, netstat, curl and nc against the machine's own ports (formats: ss(8) of iproute2, netstat(8))."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .tool import Answer, lines, split_options

if TYPE_CHECKING:
    from ..machine import Machine

_OWN = ("localhost", "127.0.0.1", "[::1]", "::1", "0.0.0.0")


def ss(machine: Machine, arguments: list[str]) -> Answer:
    """Listening TCP sockets; there are no others. Without ``-l`` or ``-a`` none is shown."""
    options, _rest = split_options(arguments, frozenset({"f", "family", "A", "query"}))
    udp_only = ("u" in options or "udp" in options) and not ("t" in options or "tcp" in options)
    unix_only = "x" in options and "t" not in options
    wants = {"l", "listening", "a", "all"} & options.keys() and not udp_only and not unix_only
    typed = len({"t", "u", "x"} & options.keys()) != 1
    head = "State  Recv-Q Send-Q Local Address:Port Peer Address:Port Process"
    out = [] if {"H", "no-header"} & options.keys() else [("Netid " if typed else "") + head]
    with_process = bool({"p", "processes"} & options.keys())
    for port, name in sorted(machine.listening_ports().items()) if wants else []:
        if "6" in options or options.get("f") == "inet6":
            continue
        process = f' users:(("{name[:15]}",pid={1000 + port % 3000},fd=3))' if with_process else ""
        row = f"LISTEN 0      128    {f'0.0.0.0:{port}':>20} {'0.0.0.0:*':>17}{process}"
        out.append(("tcp   " if typed else "") + row)
    return Answer(lines(out))


def netstat(machine: Machine, arguments: list[str]) -> Answer:
    """Listening TCP sockets."""
    options, _rest = split_options(arguments)
    out = [
        "Active Internet connections (only servers)",
        "Proto Recv-Q Send-Q Local Address           Foreign Address         State",
    ]
    listening = bool({"l", "a", "listening", "all"} & options.keys())
    for port, name in sorted(machine.listening_ports().items()) if listening else []:
        process = f"      {1000 + port % 3000}/{name}" if "p" in options else ""
        out.append(f"tcp        0      0 {f'0.0.0.0:{port}':<23} {'0.0.0.0:*':<23} LISTEN{process}")
    return Answer(lines(out))


def curl(machine: Machine, arguments: list[str]) -> Answer:
    """A GET of one of the machine's own ports: 200 and ``ok`` where something listens. Elsewhere nothing answers."""
    values = frozenset(
        {
            "o",
            "output",
            "w",
            "write-out",
            "m",
            "max-time",
            "H",
            "header",
            "X",
            "request",
            "connect-timeout",
            "retry",
            "A",
            "u",
            "d",
            "data",
        }
    )
    options, urls = split_options(arguments, values)
    if not urls:
        return Answer(err="curl: no URL specified!\n", code=2)
    match = re.match(r"(?:(https?)://)?(\[[^\]]*\]|[^:/]+)(?::(\d+))?(/.*)?$", urls[0])
    quiet = ("s" in options or "silent" in options) and not ("S" in options or "show-error" in options)
    if match is None:
        return Answer(err="" if quiet else "curl: (3) URL using bad/illegal format or missing URL\n", code=3)
    port = int(match[3] or (443 if match[1] == "https" else 80))
    if match[2] not in (*_OWN, machine.hostname):
        return Answer(err="" if quiet else f"curl: (6) Could not resolve host: {match[2]}\n", code=6)
    up = port in machine.listening_ports()
    template = options.get("w") or options.get("write-out") or ""
    tail = template.replace("%{http_code}", "200" if up else "000").replace("\\n", "\n")
    if not up:
        error = f"curl: (7) Failed to connect to {match[2]} port {port}: Connection refused\n"
        return Answer(tail, "" if quiet else error, 7)
    body = "" if {"o", "output", "I", "head"} & options.keys() else "ok\n"
    return Answer(("HTTP/1.1 200 OK\n" if {"I", "i", "head"} & options.keys() else "") + body + tail)


def nc(machine: Machine, arguments: list[str]) -> Answer:
    """``nc -z HOST PORT``."""
    options, rest = split_options(arguments, frozenset({"w"}))
    if len(rest) < 2 or not rest[1].isdigit():
        return Answer(err="usage: nc -z [-w timeout] host port\n", code=1)
    up = rest[0] in (*_OWN, machine.hostname) and int(rest[1]) in machine.listening_ports()
    word = "succeeded!" if up else "failed: Connection refused"
    said = f"Connection to {rest[0]} {rest[1]} port [tcp/*] {word}\n" if "v" in options else ""
    return Answer(err=said, code=0 if up else 1)
