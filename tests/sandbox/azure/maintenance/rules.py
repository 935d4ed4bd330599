# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a maintenance configuration may say beyond the API's model. The scope InGuestPatch is the only one served."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ..resources.tags import check_tags
from .errors import invalid_window, refused
from .store import USUAL, Resource
from .windows import AHEAD, NEVER, parse_window

MODES = ("User", "Platform")
CLASSIFICATIONS = {
    "windowsParameters": (
        "Critical",
        "Security",
        "UpdateRollup",
        "FeaturePack",
        "ServicePack",
        "Definition",
        "Tools",
        "Updates",
    ),
    "linuxParameters": ("Critical", "Security", "Other"),
}
LISTS = {
    "windowsParameters": ("classificationsToInclude", "kbNumbersToInclude", "kbNumbersToExclude"),
    "linuxParameters": ("classificationsToInclude", "packageNameMasksToInclude", "packageNameMasksToExclude"),
}
ANSWERED_REBOOTS = {"Never": "NeverReboot", "Always": "AlwaysReboot"}
"""What is sent one way and answered another."""
_MOVES = ("startDateTime", "timeZone", "recurEvery")


def checked(body: Mapping[str, Any], present: Resource | None, now: datetime) -> dict[str, Any]:
    """The properties to keep, with the service's defaults. ``present``: the configuration that is there."""
    properties: dict[str, Any] = USUAL | dict(body.get("properties") or {})
    scope = properties["maintenanceScope"]
    if present is not None and scope != present["properties"]["maintenanceScope"]:
        raise refused("The maintenance scope of a configuration cannot be changed.", "MaintenanceScopeCannotBeChanged")
    if scope != "InGuestPatch":
        raise refused(f"The sandbox does not serve the maintenance scope '{scope}'.", "SandboxNotServed")
    if properties["visibility"] != "Custom":
        raise refused(f"Visibility '{properties['visibility']}' is not allowed.")
    check_tags(body.get("tags") or {})
    mode = (properties.get("extensionProperties") or {}).get("InGuestPatchMode")
    if mode not in MODES:
        raise refused("Extension properties must contain Patch mode: InGuestPatchMode, User or Platform.")
    if mode == "User" or properties.get("maintenanceWindow"):
        properties["maintenanceWindow"] = _window(properties, present, now)
    if properties.get("installPatches") is not None:
        properties["installPatches"] = _patches(properties["installPatches"])
    return properties


def _window(properties: Mapping[str, Any], present: Resource | None, now: datetime) -> dict[str, Any]:
    """The window; one that is made or moved has to open late enough."""
    window: dict[str, Any] = dict(properties.get("maintenanceWindow") or {})
    opening = parse_window(window)
    before = present["properties"].get("maintenanceWindow") or {} if present else {}
    if any(window.get(name) != before.get(name) for name in _MOVES):
        start = opening.start.replace(tzinfo=opening.zone)
        if start < now + AHEAD:
            raise invalid_window("startDateTime has to be at least 15 minutes later than the current time.")
    if opening.expires.replace(tzinfo=opening.zone) <= now:
        raise invalid_window("expirationDateTime has to be in the future.")
    return {"duration": "03:55", **window, "expirationDateTime": window.get("expirationDateTime") or NEVER}


def _patches(given: Mapping[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {"rebootSetting": "IfRequired", **given}
    for name, allowed in CLASSIFICATIONS.items():
        if kept.get(name) is None:
            continue
        parameters = {**dict.fromkeys(LISTS[name], ()), **kept[name]}
        for one in parameters["classificationsToInclude"]:
            if one not in allowed:
                raise refused(f"The classification '{one}' of {name} is not one of {', '.join(allowed)}.")
        kept[name] = {key: list(value) if key in LISTS[name] else value for key, value in parameters.items()}
    if "windowsParameters" in kept:
        kept["windowsParameters"].setdefault("excludeKbsRequiringReboot", False)
    return kept


def merged(present: Resource, body: Mapping[str, Any]) -> dict[str, Any]:
    """The body that PATCH means: members that it does not name stay."""
    properties = {**present["properties"], **(body.get("properties") or {})}
    window = (body.get("properties") or {}).get("maintenanceWindow")
    if window is not None:
        properties["maintenanceWindow"] = {**(present["properties"].get("maintenanceWindow") or {}), **window}
    return {"location": present["location"], "tags": present.get("tags"), **body, "properties": properties}


def shown(resource: Resource) -> Resource:
    """A configuration as the service answers it: names of tags in lower case and in an order of its own (users of
    Terraform know it so), settings of reboots in other words."""
    properties = dict(resource["properties"])
    patches = properties.get("installPatches")
    if patches is not None:
        setting = patches.get("rebootSetting", "IfRequired")
        properties["installPatches"] = {**patches, "rebootSetting": ANSWERED_REBOOTS.get(setting, setting)}
    tags = resource.get("tags")
    answered = {name.lower(): tags[name] for name in sorted(tags, reverse=True)} if tags else tags
    return {**resource, "properties": properties} | ({"tags": answered} if tags is not None else {})
