# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``updateConfiguration`` of a deployment schedule: what is refused, and how it is answered."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from ..arm.ids import VM_TYPE, parse_id
from ..loganalytics.store import find_workspace, functions_of
from ..world import AzureWorld
from .errors import invalid

CLASSES = {
    "windows": (
        "Unclassified",
        "Critical",
        "Security",
        "UpdateRollup",
        "FeaturePack",
        "ServicePack",
        "Definition",
        "Tools",
        "Updates",
    ),
    "linux": ("Unclassified", "Critical", "Security", "Other"),
}
CLASS_MEMBER = {"windows": "includedUpdateClassifications", "linux": "includedPackageClassifications"}
MEMBERS = {
    "windows": ("includedUpdateClassifications", "excludedKbNumbers", "includedKbNumbers", "rebootSetting"),
    "linux": (
        "includedPackageClassifications",
        "excludedPackageNameMasks",
        "includedPackageNameMasks",
        "rebootSetting",
    ),
}
REBOOTS = ("IfRequired", "Never", "Always", "RebootOnly")
SHORTEST, LONGEST, USUAL = timedelta(minutes=30), timedelta(hours=6), timedelta(hours=2)
MOST_MACHINES = 1000
PLACE = "updateConfiguration"
_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")


def checked_update(world: AzureWorld, given: Mapping[str, Any]) -> dict[str, Any]:
    """An ``updateConfiguration`` that the service takes, with what it adds. Raises AutomationError."""
    own, other = ("windows", "linux") if given["operatingSystem"] == "Windows" else ("linux", "windows")
    if not given.get(own):
        raise invalid(f"{PLACE}.{own}", f"The {own} property is required for {given['operatingSystem']}.")
    if given.get(other):
        raise invalid(f"{PLACE}.{other}", f"The {other} property is not allowed for {given['operatingSystem']}.")
    kept = {
        "operatingSystem": given["operatingSystem"],
        own: _settings(own, given[own]),
        other: {},
        "targets": _targets(world, given.get("targets") or {}),
        "duration": _duration(given.get("duration")),
        "azureVirtualMachines": _machines(given.get("azureVirtualMachines")),
        "nonAzureComputerNames": _names(given.get("nonAzureComputerNames")),
    }
    _check_numbers(kept)
    return kept


def _settings(system: str, given: Mapping[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {name: given.get(name) for name in MEMBERS[system]}
    member, known = CLASS_MEMBER[system], CLASSES[system]
    named = [part.strip() for part in str(kept[member] or "Unclassified").split(",")]
    for one in named:
        if one not in known:
            raise invalid(f"{PLACE}.{system}.{member}", f"Error converting value '{one}' to an update classification.")
    # The service keeps them as flags: the order is its own, and Unclassified is none of them.
    flags = [one for one in known[1:] if one in named]
    kept[member] = ", ".join(flags) or known[0]
    if kept["rebootSetting"] is None:
        kept["rebootSetting"] = "IfRequired"
    if kept["rebootSetting"] not in REBOOTS:
        raise invalid(
            f"{PLACE}.{system}.rebootSetting", f"'{kept['rebootSetting']}' is not one of {', '.join(REBOOTS)}."
        )
    return kept


def _duration(text: str | None) -> str:
    """In the shortest form. Raises AutomationError."""
    length = USUAL if text is None else parse_duration(text)
    if not SHORTEST <= length <= LONGEST:
        raise invalid(f"{PLACE}.duration", "The duration has to be between 30 minutes and 6 hours.")
    hours, rest = divmod(int(length.total_seconds()), 3600)
    parts = ((hours, "H"), (rest // 60, "M"), (rest % 60, "S"))
    return "PT" + "".join(f"{number}{letter}" for number, letter in parts if number)


def parse_duration(text: str) -> timedelta:
    """An ISO 8601 duration of days and parts of them; no duration for anything else."""
    found = _DURATION.fullmatch(text)
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups()) if found else (0, 0, 0, 0)
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def _machines(given: Iterable[str] | None) -> list[str] | None:
    if given is None:
        return None
    machines = list(given)
    for one in machines:
        if not _is_id(one, VM_TYPE):
            raise invalid(f"{PLACE}.azureVirtualMachines", f"'{one}' is not the id of a virtual machine.")
    return machines


def _names(given: Iterable[str] | None) -> list[str] | None:
    names = None if given is None else list(given)
    for one in names or ():
        if not one.strip() or "/" in one:
            raise invalid(f"{PLACE}.nonAzureComputerNames", f"'{one}' is not the name of a computer.")
    return names


def _is_id(text: str, kind: str = "") -> bool:
    try:
        return parse_id(text).is_type(kind)
    except ValueError:
        return False


def _targets(world: AzureWorld, given: Mapping[str, Any]) -> dict[str, Any]:
    place = f"{PLACE}.targets"
    azure, others = given.get("azureQueries"), given.get("nonAzureQueries")
    for query in azure or ():
        if not query.get("scope"):
            raise invalid(f"{place}.azureQueries", "The scope of an Azure query is required.")
        for scope in query["scope"]:
            if not _is_id(scope):
                raise invalid(f"{place}.azureQueries", f"The scope '{scope}' is no subscription or resource group.")
    for query in others or ():
        _check_search(world, query, f"{place}.nonAzureQueries")
    blank = {"scope": None, "tagSettings": None, "locations": None}
    return {
        "azureQueries": None if azure is None else [blank | dict(one) for one in azure],
        "nonAzureQueries": None if others is None else [dict(one) for one in others],
    }


def _check_search(world: AzureWorld, query: Mapping[str, Any], place: str) -> None:
    workspace = find_workspace(world, str(query.get("workspaceId") or ""))
    alias = str(query.get("functionAlias") or "")
    if workspace is None:
        raise invalid(place, f"The workspace '{query.get('workspaceId')}' was not found.")
    if alias not in functions_of(world, workspace):
        raise invalid(place, f"The saved search with the function alias '{alias}' was not found in the workspace.")


def _check_numbers(kept: Mapping[str, Any]) -> None:
    machines = len(kept["azureVirtualMachines"] or ()) + len(kept["nonAzureComputerNames"] or ())
    targets = kept["targets"]
    if not machines and not targets["azureQueries"] and not targets["nonAzureQueries"]:
        raise invalid(PLACE, "At least one of azureVirtualMachines, nonAzureComputerNames and targets is required.")
    if machines > MOST_MACHINES:
        raise invalid(PLACE, f"An update deployment has at most {MOST_MACHINES} machines.")
