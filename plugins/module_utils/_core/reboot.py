# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scripts that reboot a node once and end only when it is back.

The agent of Systems Manager takes the exit status 194 (Linux) or 3010 (Windows) as the wish to reboot and runs the
script again afterwards
(https://docs.aws.amazon.com/systems-manager/latest/userguide/send-commands-reboot.html). The script tells the two runs
apart by the identity of the boot, which it keeps in a file of its run: beside the agent's own state, since directories
for temporary files may be emptied by a reboot.
"""

from __future__ import annotations

import re

LINUX_REBOOT = r"""
dir=/var/lib/amazon/ssm
if [ ! -d "$dir" ] || [ ! -w "$dir" ]; then dir="${TMPDIR:-/var/tmp}"; fi
mark="$dir/hybridops-reboot-@TOKEN@"
boot=$(cat /proc/sys/kernel/random/boot_id) || exit 1
if [ -f "$mark" ] && [ "$(cat "$mark")" != "$boot" ]; then
  rm -f "$mark"
  exit 0
fi
echo "$boot" > "$mark" || exit 1
exit 194
"""

WINDOWS_REBOOT = r"""
$ErrorActionPreference = 'Stop'
$mark = "$env:TEMP\hybridops-reboot-@TOKEN@"
$boot = [string](Get-CimInstance Win32_OperatingSystem).LastBootUpTime.Ticks
if ((Test-Path $mark) -and ((Get-Content $mark) -ne $boot)) {
  Remove-Item $mark
  exit 0
}
Set-Content -Path $mark -Value $boot
exit 3010
"""


REBOOT_DELAY = 10
"""Seconds between the end of the script and the reboot, in which the agent tells the script's result."""

LINUX_BOOT = r"""
boot=$(cat /proc/sys/kernel/random/boot_id) || exit 1
echo "boot $boot"
"""

WINDOWS_BOOT = r"""
$ErrorActionPreference = 'Stop'
$boot = [string](Get-CimInstance Win32_OperatingSystem).LastBootUpTime.Ticks
Write-Output ('boot ' + $boot)
"""

LINUX_REBOOT_SOON = r"""
if command -v systemd-run >/dev/null 2>&1 && systemd-run --quiet --on-active=@DELAY@ systemctl reboot; then exit 0; fi
nohup sh -c 'sleep @DELAY@; shutdown -r now' >/dev/null 2>&1 &
exit 0
"""

WINDOWS_REBOOT_SOON = r"""
shutdown.exe /r /t @DELAY@ /d p:2:17
exit $LASTEXITCODE
"""


def reboot_script(os_family: str, run_id: str) -> str:
    """The script for ``linux`` (sh) or ``windows`` (PowerShell). Raises KeyError for anything else."""
    token = re.sub(r"[^A-Za-z0-9.-]", "-", run_id)
    script = {"linux": LINUX_REBOOT, "windows": WINDOWS_REBOOT}[os_family]
    return script.replace("@TOKEN@", token).strip() + "\n"


def boot_script(os_family: str) -> str:
    """The script that prints by which boot the machine runs, for :func:`parse_boot`. Raises KeyError as above."""
    return {"linux": LINUX_BOOT, "windows": WINDOWS_BOOT}[os_family].strip() + "\n"


def reboot_soon_script(os_family: str) -> str:
    """The script that prints the present boot and ends; the reboot follows seconds later. Raises KeyError as above.

    For agents that know no exit status for a reboot, such as Azure's run command. ``/d p:2:17`` is the shutdown reason
    of a planned hotfix of the operating system.
    """
    soon = {"linux": LINUX_REBOOT_SOON, "windows": WINDOWS_REBOOT_SOON}[os_family]
    return boot_script(os_family) + soon.replace("@DELAY@", str(REBOOT_DELAY)).strip() + "\n"


def parse_boot(output: str) -> str:
    """The identity of the boot that one of these scripts printed, or an empty text."""
    words = (line.split() for line in output.splitlines())
    return next((found[1] for found in words if len(found) == 2 and found[0] == "boot"), "")
