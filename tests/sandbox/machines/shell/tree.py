# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The machine's own tree of files: what a script finds in /etc, /proc and /run, and what it may keep."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..machine import Machine

DIRECTORIES = (
    "etc",
    "var/log",
    "var/lib",
    "var/tmp",
    "var/cache",
    "run",
    "proc/sys/kernel/random",
    "sys",
    "opt",
    "home",
    "root",
    "tmp",
    "boot",
    "srv",
    "mnt",
    "media",
    "usr/lib",
    "usr/share",
    "usr/local/etc",
)


def state_files(machine: Machine) -> dict[str, str | None]:
    """Files that follow the machine's state, by path below its root; None: the file is not there."""
    from .system import kernel_release

    system, manager = machine.os, machine.os.package_manager
    pretty = f"{system.platform_name} {system.platform_version}"
    waiting = sorted({patch.name for patch in machine.store.waiting_for_reboot(machine.boot_count)})
    files: dict[str, str | None] = {
        "etc/os-release": f'NAME="{system.platform_name}"\nVERSION_ID="{system.platform_version}"\n'
        f'ID="{system.release_id}"\n'
        f'PRETTY_NAME="{pretty}"\n',
        "etc/hostname": f"{machine.hostname}\n",
        "proc/uptime": f"{machine.up_seconds:.2f} {machine.up_seconds * 1.9:.2f}\n",
        "proc/loadavg": "0.08 0.03 0.01 1/180 4242\n",
        "proc/version": f"Linux version {kernel_release(machine)}\n",
        "proc/sys/kernel/random/boot_id": f"{machine.boot_id}\n",
        "proc/sys/kernel/osrelease": f"{kernel_release(machine)}\n",
    }
    if manager == "apt":
        files["run/reboot-required"] = "*** System restart required ***\n" if waiting else None
        files["run/reboot-required.pkgs"] = "".join(f"{name}\n" for name in waiting) or None
    if manager == "zypper":
        files["run/reboot-needed"] = "" if waiting else None
    if manager in ("dnf", "yum"):
        files["etc/system-release" if system.release_id == "amzn" else "etc/redhat-release"] = f"{pretty}\n"
    return {**files, **_update_settings(machine)}


def _update_settings(machine: Machine) -> dict[str, str]:
    manager, on = machine.os.package_manager, machine.self_updating
    source = machine.patch_source.partition(":")[2] or "https://mirror.example.com/updates"
    if manager == "apt":
        return {
            "etc/apt/apt.conf.d/20auto-upgrades": (
                f'APT::Periodic::Update-Package-Lists "1";\nAPT::Periodic::Unattended-Upgrade "{int(on)}";\n'
            ),
            "etc/apt/sources.list": f"deb {source} stable main\n",
        }
    if manager == "zypper":
        return {
            "etc/sysconfig/automatic_online_update": f'AOU_ENABLE_CRONJOB="{"true" if on else "false"}"\n',
            "etc/zypp/repos.d/updates.repo": f"[updates]\nenabled=1\nbaseurl={source}\n",
        }
    answer = "yes" if on else "no"
    configuration = "etc/yum/yum-cron.conf" if manager == "yum" else "etc/dnf/automatic.conf"
    return {
        configuration: f"[commands]\nupgrade_type = default\ndownload_updates = yes\napply_updates = {answer}\n",
        "etc/yum.repos.d/updates.repo": f"[updates]\nname=updates\nenabled=1\nbaseurl={source}\n",
    }


class Tree:
    """The files on the real disk. What a script changed stays, until the machine's state changes that very file."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._written: dict[str, str | None] = {}

    def create(self) -> None:
        """Make the directories."""
        for name in DIRECTORIES:
            (self.root / name).mkdir(parents=True, exist_ok=True)
        link = self.root / "var/run"
        if not link.is_symlink():
            link.symlink_to("../run")

    def refresh(self, machine: Machine) -> list[Path]:
        """Bring the state's files up to date; gives what was written."""
        changed: list[Path] = []
        for name, content in state_files(machine).items():
            if name in self._written and self._written[name] == content:
                continue
            path = self.root / name
            if content is None:
                path.unlink(missing_ok=True)
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(content, encoding="utf-8")
                changed.append(path)
            self._written[name] = content
        return changed
