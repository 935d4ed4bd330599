# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The registry keys that scripts about patching read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..machine import Machine

_WINDOWS = "HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion"
_POLICY = "HKLM:\\SOFTWARE\\Policies\\Microsoft\\Windows\\WindowsUpdate"


def keys(machine: Machine) -> dict[str, dict[str, Any]]:
    """Every key with its values, as the machine is now."""
    build = machine.os.platform_version.rsplit(".", 1)[-1]
    found: dict[str, dict[str, Any]] = {
        "HKLM:\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion": {
            "ProductName": machine.os.platform_name.removeprefix("Microsoft "),
            "CurrentBuild": build,
            "CurrentBuildNumber": build,
            "InstallationType": "Server",
            "EditionID": "ServerDatacenter",
        },
        f"{_WINDOWS}\\Component Based Servicing": {},
        f"{_WINDOWS}\\WindowsUpdate\\Auto Update": {},
        "HKLM:\\SYSTEM\\CurrentControlSet\\Control\\Session Manager": {},
        "HKLM:\\SYSTEM\\CurrentControlSet\\Control\\ComputerName\\ActiveComputerName": {
            "ComputerName": machine.hostname.upper()[:15]
        },
        "HKLM:\\SYSTEM\\CurrentControlSet\\Control\\ComputerName\\ComputerName": {
            "ComputerName": machine.hostname.upper()[:15]
        },
        _POLICY: {},
        f"{_POLICY}\\AU": {"NoAutoUpdate": 0, "AUOptions": 4}
        if machine.self_updating
        else {"NoAutoUpdate": 1, "AUOptions": 2},
    }
    if machine.patch_source.startswith("wsus:"):
        server = machine.patch_source.removeprefix("wsus:")
        found[_POLICY].update({"WUServer": server, "WUStatusServer": server})
        found[f"{_POLICY}\\AU"]["UseWUServer"] = 1
    if machine.reboot_pending:
        found[f"{_WINDOWS}\\Component Based Servicing\\RebootPending"] = {}
        found[f"{_WINDOWS}\\WindowsUpdate\\Auto Update\\RebootRequired"] = {}
        found["HKLM:\\SYSTEM\\CurrentControlSet\\Control\\Session Manager"]["PendingFileRenameOperations"] = [
            "\\??\\C:\\Windows\\WinSxS\\Temp\\PendingRenames",
            "",
        ]
    return found


def _normal(path: str) -> str:
    plain = path.replace("/", "\\").rstrip("\\").lower()
    for prefix in ("microsoft.powershell.core\\registry::", "registry::"):
        plain = plain.removeprefix(prefix)
    return plain.replace("hkey_local_machine", "hklm:", 1).replace("hklm:\\\\", "hklm:\\")


def key_at(machine: Machine, path: str) -> dict[str, Any] | None:
    """The values of a key; empty for one that is only on the way to others; None when there is none."""
    wanted = _normal(path)
    known = {name.lower(): values for name, values in keys(machine).items()}
    if wanted in known:
        return known[wanted]
    return {} if any(name.startswith(f"{wanted}\\") for name in known) else None


def subkeys(machine: Machine, path: str) -> list[str]:
    """The keys right below."""
    wanted = _normal(path)
    parents: dict[str, None] = {}
    for name in keys(machine):
        if name.lower().startswith(f"{wanted}\\"):
            parents["\\".join(name.split("\\")[: wanted.count("\\") + 2])] = None
    return list(parents)
