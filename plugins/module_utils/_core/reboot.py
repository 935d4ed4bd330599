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


def reboot_script(os_family: str, run_id: str) -> str:
    """The script for ``linux`` (sh) or ``windows`` (PowerShell). Raises KeyError for anything else."""
    token = re.sub(r"[^A-Za-z0-9.-]", "-", run_id)
    script = {"linux": LINUX_REBOOT, "windows": WINDOWS_REBOOT}[os_family]
    return script.replace("@TOKEN@", token).strip() + "\n"
