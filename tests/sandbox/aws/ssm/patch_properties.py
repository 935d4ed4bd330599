# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""DescribePatchProperties: which values the filters of a baseline can have, by operating system."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import ServiceError
from ..paging import page
from ..world import Call, operation
from .available_patches import systems

_RPM = ("PRODUCT", "CLASSIFICATION", "SEVERITY")
PROPERTIES = {
    "WINDOWS": ("PRODUCT", "PRODUCT_FAMILY", "CLASSIFICATION", "MSRC_SEVERITY"),
    "UBUNTU": ("PRODUCT", "PRIORITY"),
    "DEBIAN": ("PRODUCT", "PRIORITY"),
    "RASPBIAN": ("PRODUCT", "PRIORITY"),
    "MACOS": ("PRODUCT", "CLASSIFICATION"),
}
"""Properties of each system (API: DescribePatchProperties); those of the others are ``_RPM``."""
_SUSE = ("Security", "Recommended", "Optional", "Feature", "Document", "Yast")
_CLASSIFICATIONS = {
    "WINDOWS": (
        "CriticalUpdates",
        "DefinitionUpdates",
        "Drivers",
        "FeaturePacks",
        "SecurityUpdates",
        "ServicePacks",
        "Tools",
        "UpdateRollups",
        "Updates",
        "Upgrades",
    ),
    "SUSE": _SUSE,
}
_LINUX_CLASSIFICATIONS = ("Security", "Bugfix", "Enhancement", "Recommended", "Newpackage")
_SEVERITIES = ("Critical", "Important", "Moderate", "Low")
_PRIORITIES = ("Required", "Important", "Standard", "Optional", "Extra")


def _values(call: Call, system: str, name: str) -> list[str]:
    if name in ("PRODUCT", "PRODUCT_FAMILY"):
        patches = [patch for patch in call.world.fleet.catalogue if system in systems(patch)]
        named = {patch.product if name == "PRODUCT" else patch.product_family for patch in patches}
        return sorted(named - {""})
    if name == "CLASSIFICATION":
        return list(_CLASSIFICATIONS.get(system, _LINUX_CLASSIFICATIONS))
    if name == "PRIORITY":
        return list(_PRIORITIES)
    if name == "MSRC_SEVERITY":
        return [*_SEVERITIES, "Unspecified"]
    return list(_SEVERITIES)


@operation("ssm", "DescribePatchProperties")
def describe_patch_properties(call: Call) -> Mapping[str, Any]:
    """The values of one property. Products and families are those of the fleet's patches."""
    system, name = call.params["OperatingSystem"], call.params["Property"]
    allowed = PROPERTIES.get(system, _RPM)
    if name not in allowed:
        raise ServiceError(
            "ValidationException", f"The property {name} is not valid for {system}; valid are {', '.join(allowed)}"
        )
    if call.params.get("PatchSet") and system != "WINDOWS":
        raise ServiceError("ValidationException", f"PatchSet is not valid for {system}")
    values = [] if call.params.get("PatchSet") == "APPLICATION" else _values(call, system, name)
    shown, token = page(call, [{"Name": value} for value in values], 50)
    return {"Properties": shown, "NextToken": token}
