# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which tools a machine has, by its package manager."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import disks, later, network, packages, system, systemd
from .tool import Tool

if TYPE_CHECKING:
    from ..machine import Machine

COMMON: dict[str, Tool] = {
    "systemctl": systemd.systemctl,
    "service": systemd.service,
    "journalctl": system.journalctl,
    "ss": network.ss,
    "netstat": network.netstat,
    "curl": network.curl,
    "nc": network.nc,
    "df": disks.df,
    "lsblk": disks.lsblk,
    "uname": system.uname,
    "hostname": system.hostname,
    "id": system.user_id,
    "whoami": system.whoami,
    "uptime": system.uptime,
    "who": system.who,
    "sleep": system.sleep,
    "reboot": system.reboot,
    "poweroff": system.poweroff,
    "halt": system.poweroff,
    "shutdown": later.shutdown,
    "systemd-run": later.systemd_run,
    "pgrep": system.pgrep,
    "pidof": system.pgrep,
    "sync": system.nothing,
    "logger": system.nothing,
}
BY_MANAGER: dict[str, dict[str, Tool]] = {
    "dnf": {
        "rpm": packages.rpm,
        "dnf": packages.dnf,
        "yum": packages.dnf,
        "needs-restarting": packages.needs_restarting,
    },
    "yum": {"rpm": packages.rpm, "yum": packages.dnf, "needs-restarting": packages.needs_restarting},
    "zypper": {"rpm": packages.rpm, "zypper": packages.zypper},
    "apt": {
        "dpkg": packages.dpkg_query,
        "dpkg-query": packages.dpkg_query,
        "apt": packages.apt,
        "apt-get": packages.apt,
    },
}
HARMLESS = (
    "[",
    "awk",
    "base64",
    "basename",
    "bash",
    "cat",
    "chmod",
    "cmp",
    "comm",
    "cp",
    "cut",
    "date",
    "diff",
    "dirname",
    "echo",
    "egrep",
    "env",
    "expr",
    "false",
    "fgrep",
    "find",
    "grep",
    "head",
    "join",
    "ln",
    "ls",
    "md5sum",
    "mkdir",
    "mktemp",
    "mv",
    "nl",
    "od",
    "paste",
    "printf",
    "readlink",
    "realpath",
    "rev",
    "rm",
    "rmdir",
    "sed",
    "seq",
    "sh",
    "sha256sum",
    "sort",
    "stat",
    "tac",
    "tail",
    "tee",
    "test",
    "timeout",
    "touch",
    "tr",
    "true",
    "tsort",
    "uniq",
    "wc",
    "xargs",
    "yes",
)


def tools_of(machine: Machine) -> dict[str, Tool]:
    """The simulated tools of a machine, by name."""
    return {**COMMON, **BY_MANAGER.get(machine.os.package_manager, {})}
