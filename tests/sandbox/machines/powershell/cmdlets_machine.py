# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CIM classes, hot fixes, volumes, restarting."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from ..model import Volume
from .cmdlet import Call, Cmdlet
from .errors import Failure
from .values import Table, Thing, number, text, to_list, wildcard

if TYPE_CHECKING:
    from ..machine import Machine

Row = dict[str, Any]
MIB = 1 << 20


def _disks(machine: Machine) -> list[Row]:
    return [
        {
            "DeviceID": v.mount,
            "DriveType": 3,
            "ProviderName": None,
            "VolumeName": v.label,
            "Size": v.size_mib * MIB,
            "FreeSpace": v.free_mib * MIB,
            "FileSystem": v.filesystem,
            "Name": v.mount,
            "Caption": v.mount,
        }
        for v in lettered(machine)
    ]


def lettered(machine: Machine) -> list[Volume]:
    """The volumes with a drive letter, in its order."""
    return sorted((v for v in machine.volumes if re.fullmatch(r"[A-Za-z]:", v.mount)), key=lambda v: v.mount)


def _operating_system(machine: Machine) -> list[Row]:
    booted = machine.booted_at
    return [
        {
            "Caption": machine.os.platform_name,
            "Version": machine.os.platform_version,
            "CSName": machine.hostname.upper()[:15],
            "BuildNumber": machine.os.platform_version.rsplit(".", 1)[-1],
            "OSArchitecture": "64-bit",
            "SystemDrive": "C:",
            "LastBootUpTime": booted.replace(tzinfo=None) if booted else None,
            "FreePhysicalMemory": 5242880,
            "LocalDateTime": machine.clock.now().replace(tzinfo=None),
            "TotalVisibleMemorySize": 8388608,
            "ProductType": 3,
        }
    ]


def _fixes(machine: Machine) -> list[Row]:
    kinds = {"SecurityUpdates": "Security Update"}
    return [
        {
            "HotFixID": item.patch.id,
            "Description": kinds.get(item.patch.classification, "Update"),
            "InstalledBy": "NT AUTHORITY\\SYSTEM",
            "InstalledOn": (item.installed_at or item.patch.released).replace(
                tzinfo=None, hour=0, minute=0, second=0, microsecond=0
            ),
            "CSName": machine.hostname.upper()[:15],
            "Caption": f"http://support.microsoft.com/?kbid={item.patch.id[2:]}",
        }
        for item in machine.store.installed.values()
    ]


def _service_rows(machine: Machine) -> list[Row]:
    modes = {"Automatic": "Auto"}
    return [
        {
            "Name": s.name,
            "DisplayName": s.display_name or s.name,
            "State": "Running" if s.running else "Stopped",
            "StartMode": modes.get(s.start_type, s.start_type or "Auto"),
            "Status": "OK",
            "ExitCode": 1067 if s.state == "failed" else 0,
        }
        for s in sorted(machine.services.values(), key=lambda item: item.name.lower())
    ]


def _computer(machine: Machine) -> list[Row]:
    return [
        {
            "Name": machine.hostname.upper()[:15],
            "Domain": "WORKGROUP",
            "PartOfDomain": False,
            "DomainRole": 2,
            "Manufacturer": "Amazon EC2",
            "Model": text(machine.attributes.get("instance_type", "")),
            "TotalPhysicalMemory": 8589934592,
        }
    ]


CLASSES: dict[str, Callable[[Any], list[Row]]] = {
    "win32_logicaldisk": _disks,
    "win32_operatingsystem": _operating_system,
    "win32_quickfixengineering": _fixes,
    "win32_service": _service_rows,
    "win32_computersystem": _computer,
}
_TERM = re.compile(
    r"\s*(\w+)\s*(=|<>|!=|>=|<=|>|<|like)\s*(?:'([^']*)'|\"([^\"]*)\"|(-?\d+)|(true|false))\s*", re.IGNORECASE
)


def wql(condition: str, row: Row) -> bool:
    """A WQL condition of comparisons joined by AND and OR. Raises Failure for anything else."""
    groups = re.split(r"\bor\b", condition, flags=re.IGNORECASE)
    return any(all(_term(part, row) for part in re.split(r"\band\b", group, flags=re.IGNORECASE)) for group in groups)


def _term(part: str, row: Row) -> bool:
    found = _TERM.fullmatch(part)
    if not found:
        raise Failure(
            f'Invalid query "{part.strip()}"', "Microsoft.Management.Infrastructure.CimException", "HRESULT 0x80041017"
        )
    have = Table(row).read(found[1])
    operator = found[2].lower()
    if found[5] is not None:
        one, two = number(have), int(found[5])
        return {
            "=": one == two,
            "<>": one != two,
            "!=": one != two,
            ">": one > two,
            "<": one < two,
            ">=": one >= two,
            "<=": one <= two,
        }.get(operator, False)
    wanted = next(group for group in (found[3], found[4], found[6]) if group is not None).lower()
    if operator == "like":
        return wildcard(wanted.replace("%", "*").replace("_", "?")).fullmatch(text(have)) is not None
    same = text(have).lower() == wanted
    return same if operator == "=" else not same


def get_cim_instance(call: Call) -> Iterable[Any]:
    """The classes of CLASSES, with a filter or a whole query."""
    name, condition = call.text("classname") or call.text("class"), call.text("filter")
    if call.has("query"):
        query = re.fullmatch(
            r"\s*select\s+.+?\s+from\s+(\w+)(?:\s+where\s+(.+))?\s*", call.text("query"), re.IGNORECASE
        )
        if not query:
            raise Failure("Invalid query", "Microsoft.Management.Infrastructure.CimException", "HRESULT 0x80041017")
        name, condition = query[1], query[2] or ""
    rows = CLASSES.get(name.lower())
    if rows is None:
        call.error(
            "Invalid class ",
            "Microsoft.Management.Infrastructure.CimException",
            "HRESULT 0x80041010,Microsoft.Management.Infrastructure.CimCmdlets.GetCimInstanceCommand",
        )
        return []
    found = [row for row in rows(call.session.machine) if not condition or wql(condition, row)]
    return [Thing(f"CimInstance#root/cimv2/{name}", Table(row), tuple(row)[:4], text=name) for row in found]


def get_hot_fix(call: Call) -> Iterable[Any]:
    """What is installed, or the ids asked for."""
    rows = _fixes(call.session.machine)
    for wanted in call.texts("id") or ["*"]:
        hits = [row for row in rows if wildcard(wanted).fullmatch(row["HotFixID"])]
        if not hits and wanted != "*":
            call.error(
                "Cannot find the requested hotfix on the 'localhost' computer. Verify the input and run the "
                "command again.",
                "System.ArgumentException",
                "GetHotFixNoEntriesFound,Microsoft.PowerShell.Commands.GetHotFixCommand",
            )
        for row in hits:
            yield Thing(
                "System.Management.ManagementObject#root\\cimv2\\Win32_QuickFixEngineering",
                Table(row),
                ("Description", "HotFixID", "InstalledBy", "InstalledOn"),
            )


def get_volume(call: Call) -> Iterable[Any]:
    """The volumes with a drive letter."""
    wanted = [text(letter).rstrip(":").upper() for letter in to_list(call.value("driveletter"))]
    for volume in lettered(call.session.machine):
        letter = volume.mount[0].upper()
        if not wanted or letter in wanted:
            yield Thing(
                "Volume",
                Table(
                    {
                        "DriveLetter": letter,
                        "FileSystemLabel": volume.label,
                        "FileSystem": volume.filesystem,
                        "DriveType": "Fixed",
                        "HealthStatus": "Healthy",
                        "SizeRemaining": volume.free_mib * MIB,
                        "Size": volume.size_mib * MIB,
                    }
                ),
                ("DriveLetter", "HealthStatus", "SizeRemaining", "Size"),
            )


def get_ps_drive(call: Call) -> Iterable[Any]:
    """The drives of the file system."""
    names = [name.rstrip(":").upper() for name in call.texts("name")]
    for volume in lettered(call.session.machine):
        if not names or volume.mount[0].upper() in names:
            yield Thing(
                "System.Management.Automation.PSDriveInfo",
                Table(
                    {
                        "Name": volume.mount[0].upper(),
                        "Used": volume.used_mib * MIB,
                        "Free": volume.free_mib * MIB,
                        "Root": f"{volume.mount}\\",
                        "Provider": "FileSystem",
                    }
                ),
                ("Name", "Used", "Free", "Root"),
                text=volume.mount[0],
            )


def restart_computer(call: Call) -> Iterable[Any]:
    """The machine reboots, and takes the agent with it."""
    call.session.restart(off=call.name == "Stop-Computer")
    return []


CMDLETS: tuple[Cmdlet, ...] = (
    Cmdlet(
        "Get-CimInstance",
        get_cim_instance,
        ("classname",),
        ("filter", "query", "namespace", "property", "computername"),
        (),
        ("gcim",),
    ),
    Cmdlet(
        "Get-WmiObject",
        get_cim_instance,
        ("classname",),
        ("class", "filter", "query", "namespace", "computername"),
        (),
        ("gwmi",),
    ),
    Cmdlet("Get-HotFix", get_hot_fix, ("id",), ("description", "computername")),
    Cmdlet("Get-Volume", get_volume, ("driveletter",)),
    Cmdlet("Get-PSDrive", get_ps_drive, ("name",), ("psprovider",)),
    Cmdlet("Restart-Computer", restart_computer, (), ("delay", "timeout"), ("force", "wait")),
    Cmdlet("Stop-Computer", restart_computer, (), (), ("force",)),
)
