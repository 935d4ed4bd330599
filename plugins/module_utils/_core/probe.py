# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What runs and listens on a node, how much disk is free, what waits for a reboot: the scripts and their parser.

The scripts only read. They print one ``key value`` line for each subject, lists joined by commas, so that a node's
answer usually fits the 2,500 characters that ListCommandInvocations keeps of a plugin's output
(https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CommandPlugin.html) and the 4,096 bytes that the
Azure run command keeps. A subject that could not be looked at has no line, and what has no line is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

MARK = "hybridops-probe"
VERSION = "1"

LINUX_PROBE = r"""
echo 'hybridops-probe 1'
join() { sort -u | tr '\n' ',' | sed 's/,$//'; }
if units=$(systemctl list-units --type=service --state=running --no-legend --plain --no-pager 2>/dev/null); then
  names=$(echo "$units" | awk '$1 ~ /\.service$/ {sub(/\.service$/, "", $1); print $1}')
  echo "services $(echo "$names" | grep -Ev '^(user|user-runtime-dir|getty|serial-getty)@' | join)"
fi
if sockets=$(ss -Hltn 2>/dev/null); then
  echo "ports $(echo "$sockets" | awk '{n = split($4, a, ":"); print a[n]}' | awk '$1 < 32768' | join)"
fi
if disks=$(df -Pk / /var /boot 2>/dev/null) || [ -n "$disks" ]; then
  echo "$disks" | awk 'NR > 1 && !seen[$6]++ {print "disk " $6 " " int($4 / 1024)}'
fi
if ls /var/run/reboot-required >/dev/null 2>&1; then
  echo 'reboot yes'
elif command -v needs-restarting >/dev/null 2>&1; then
  needs-restarting -r >/dev/null 2>&1
  case $? in 0) echo 'reboot no' ;; 1) echo 'reboot yes' ;; esac
elif command -v zypper >/dev/null 2>&1; then
  zypper needs-rebooting >/dev/null 2>&1
  case $? in 0) echo 'reboot no' ;; 102) echo 'reboot yes' ;; esac
elif command -v apt-get >/dev/null 2>&1; then
  echo 'reboot no'
fi
auto=''
for unit in dnf-automatic.timer dnf-automatic-install.timer yum-cron.service unattended-upgrades.service; do
  if [ "$(systemctl is-enabled "$unit" 2>/dev/null)" = enabled ]; then auto="$auto,$unit"; fi
done
echo "auto_update ${auto#,}"
"""

WINDOWS_PROBE = r"""
$ErrorActionPreference = 'Stop'
Write-Output 'hybridops-probe 1'
try {
  $names = Get-Service | Where-Object { $_.Status -eq 'Running' } | ForEach-Object { $_.Name } | Sort-Object -Unique
  Write-Output ('services ' + ($names -join ','))
} catch { }
try {
  $sockets = Get-NetTCPConnection -State Listen | Where-Object { $_.LocalPort -lt 49152 }
  $ports = $sockets | ForEach-Object { $_.LocalPort }
  Write-Output ('ports ' + (($ports | Sort-Object -Unique) -join ','))
} catch { }
try {
  foreach ($disk in (Get-CimInstance Win32_LogicalDisk | Where-Object { $_.DriveType -eq 3 })) {
    Write-Output ('disk ' + $disk.DeviceID + ' ' + [math]::Floor($disk.FreeSpace / 1MB))
  }
} catch { }
$cbs = 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending'
$wu = 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired'
if ((Test-Path $cbs) -or (Test-Path $wu)) { Write-Output 'reboot yes' } else { Write-Output 'reboot no' }
$auto = ''
$au = 'HKLM:\SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate\AU'
if (Test-Path $au) {
  $key = Get-ItemProperty -Path $au
  if ($key.NoAutoUpdate -ne 1 -and $key.AUOptions -eq 4) { $auto = 'WindowsUpdate' }
}
Write-Output ('auto_update ' + $auto)
exit 0
"""

_TRANSIENT_SERVICES = frozenset(
    {
        # Started by a timer, a login, a package manager or Windows itself and gone again.
        "packagekit", "apt-daily", "apt-daily-upgrade", "dnf-makecache", "man-db", "systemd-timedated",
        "systemd-hostnamed", "systemd-localed", "fwupd", "udisks2", "upower", "systemd-tmpfiles-clean",
        "trustedinstaller", "wuauserv", "bits", "msiserver", "tiworker", "usosvc", "dosvc", "sppsvc", "clipsvc",
        "appxsvc", "waasmedicsvc", "gpsvc", "wersvc", "edgeupdate", "edgeupdatem", "installservice", "appinfo",
        "softwareprotection", "vss", "swprv", "defragsvc", "smphost", "staterepository", "tokenbroker", "wisvc",
        "licensemanager", "pcasvc", "wlidsvc", "dps", "wdisystemhost", "ngcsvc", "cdpsvc",
    }
)  # fmt: skip


_PER_SESSION = re.compile(r"_[0-9a-f]{4,8}$")


@dataclass(frozen=True, slots=True)
class Observation:
    """What the probe saw. None means that it could not be looked at; ``disks`` is MiB free by mount point."""

    services: tuple[str, ...] | None = None
    ports: tuple[int, ...] | None = None
    disks: Mapping[str, int] = field(default_factory=dict)
    reboot_pending: bool | None = None
    auto_update: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain data for the ledger."""
        data = asdict(self)
        data["disks"] = dict(self.disks)
        return data

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Observation:
        """The observation that :meth:`to_dict` wrote."""
        services, ports = data.get("services"), data.get("ports")
        return cls(
            services=None if services is None else tuple(services),
            ports=None if ports is None else tuple(int(p) for p in ports),
            disks={str(k): int(v) for k, v in (data.get("disks") or {}).items()},
            reboot_pending=data.get("reboot_pending"),
            auto_update=tuple(data.get("auto_update") or ()),
        )


def probe_script(os_family: str) -> str:
    """The script for ``linux`` (sh) or ``windows`` (PowerShell). Raises KeyError for anything else."""
    return {"linux": LINUX_PROBE, "windows": WINDOWS_PROBE}[os_family].strip() + "\n"


def parse_probe(text: str) -> Observation | None:
    """The observation that a probe printed, or None when ``text`` is not a probe's answer."""
    lines = [line.strip() for line in text.splitlines()]
    if f"{MARK} {VERSION}" not in lines:
        return None
    services: tuple[str, ...] | None = None
    ports: tuple[int, ...] | None = None
    disks: dict[str, int] = {}
    reboot: bool | None = None
    auto: tuple[str, ...] = ()
    for line in lines[lines.index(f"{MARK} {VERSION}") + 1 :]:
        key, _sep, value = line.partition(" ")
        if key == "services":
            services = tuple(sorted(_words(value)))
        elif key == "ports":
            ports = tuple(sorted(int(p) for p in _words(value) if p.isdigit()))
        elif key == "disk":
            mount, _sep, free = value.rpartition(" ")
            if mount and free.isdigit():
                disks[mount] = int(free)
        elif key == "reboot" and value in ("yes", "no"):
            reboot = value == "yes"
        elif key == "auto_update":
            auto = _words(value)
    return Observation(services, ports, disks, reboot, auto)


def lasting_services(names: tuple[str, ...] | None) -> set[str]:
    """The services whose absence after patching means that something is wrong.

    Windows names a service of a login session after its kind and the session (``CDPUserSvc_3a4b5``); such a name
    never comes back after a reboot.
    """
    return {name for name in names or () if name.lower() not in _TRANSIENT_SERVICES and not _PER_SESSION.search(name)}


def _words(value: str) -> tuple[str, ...]:
    return tuple(word for word in value.split(",") if word)
