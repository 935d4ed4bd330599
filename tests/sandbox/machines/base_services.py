# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The services that every machine of an OS has, whatever it is for."""

from __future__ import annotations

from .model import Service
from .operating_systems import OperatingSystem

_WINDOWS: tuple[tuple[str, str, tuple[int, ...], str], ...] = (
    ("AmazonSSMAgent", "Amazon SSM Agent", (), "Automatic"),
    ("BITS", "Background Intelligent Transfer Service", (), "Manual"),
    ("Dhcp", "DHCP Client", (), "Automatic"),
    ("Dnscache", "DNS Client", (), "Automatic"),
    ("EventLog", "Windows Event Log", (), "Automatic"),
    ("LanmanServer", "Server", (445,), "Automatic"),
    ("RpcSs", "Remote Procedure Call (RPC)", (135,), "Automatic"),
    ("Spooler", "Print Spooler", (), "Disabled"),
    ("TermService", "Remote Desktop Services", (3389,), "Automatic"),
    ("W32Time", "Windows Time", (), "Automatic"),
    ("WinRM", "Windows Remote Management (WS-Management)", (5985,), "Automatic"),
    ("wuauserv", "Windows Update", (), "Manual"),
)
_AGENT = {"ubuntu": "snap.amazon-ssm-agent.amazon-ssm-agent"}
_LINUX = (
    ("systemd-journald", "Journal Service"),
    ("systemd-logind", "User Login Management"),
    ("systemd-udevd", "Rule-based Manager for Device Events and Files"),
)


def base_services(system: OperatingSystem) -> list[Service]:
    """Fresh services of the OS itself; they do not count for an application's health."""
    if system.is_windows:
        return [
            Service(
                name,
                shown,
                "running" if start == "Automatic" else "stopped",
                start == "Automatic",
                ports,
                health=False,
                start_type=start,
            )
            for name, shown, ports, start in _WINDOWS
        ]
    apt = system.package_manager == "apt"
    named = [
        *_LINUX,
        ("dbus" if apt else "dbus-broker", "D-Bus System Message Bus"),
        ("cron" if apt or system.key == "suse" else "crond", "Regular background program processing daemon"),
        ("rsyslog", "System Logging Service"),
        ("chrony" if apt else "chronyd", "NTP client/server"),
        (_AGENT.get(system.key, "amazon-ssm-agent"), "Amazon SSM Agent"),
    ]
    services = [Service(name, shown, health=False) for name, shown in named]
    ssh = Service(
        "ssh" if apt else "sshd",
        "OpenBSD Secure Shell server" if apt else "OpenSSH server daemon",
        ports=(22,),
        health=False,
    )
    return [*services, ssh]
