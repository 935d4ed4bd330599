# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a virtual machine is patched, in the words of the modules' options, and the request that changes it.

Where the settings stand and which go together: Compute's PatchSettings, LinuxPatchSettings and
WindowsConfiguration.enableAutomaticUpdates. A PATCH keeps what its body does not name, so it names nothing else
("Automatic Guest Patching for Azure Virtual Machines and Scale Sets": enabling with the REST API). ``patchSettings`` is
sent whole, with what is there, so that nothing of it could be lost whether the service merges or replaces it.

``enableAutomaticUpdates`` is never sent. The service refuses to change it once a machine exists (409
PropertyChangeNotAllowed; MicrosoftDocs/azure-docs issue 112633, ForceNew in Terraform's azurerm), and takes
AutomaticByPlatform whatever it is, but Manual and AutomaticByOS only where it fits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from .machines import Machine

AUTOMATIC_BY_PLATFORM, AUTOMATIC_BY_OS = "AutomaticByPlatform", "AutomaticByOS"
LINUX, WINDOWS = "linux", "windows"
MODES: Mapping[str, tuple[str, ...]] = {
    LINUX: ("ImageDefault", AUTOMATIC_BY_PLATFORM),
    WINDOWS: ("Manual", AUTOMATIC_BY_OS, AUTOMATIC_BY_PLATFORM),
}
"""Patch modes of each system."""

ASSESSMENT_MODES = ("ImageDefault", AUTOMATIC_BY_PLATFORM)
REBOOTS = ("Unknown", "IfRequired", "Never", "Always")
UPDATES_OF_MODE: Mapping[str, bool] = {"Manual": False, AUTOMATIC_BY_OS: True}
"""What enableAutomaticUpdates has to be for a mode of Windows; any other goes with both."""

_OF_THE_PLATFORM = ("bypass", "reboot_setting")


@dataclass(frozen=True, slots=True)
class PatchSettings:
    """The settings of a VM. ``system`` is empty where it has no osProfile. A text is empty where nothing is set.

    ``automatic_updates`` is None on Linux and where it is not told. ``raw``: the settings as they came.
    """

    system: str
    patch_mode: str = ""
    assessment_mode: str = ""
    bypass: bool = False
    reboot_setting: str = ""
    automatic_updates: bool | None = None
    raw: Mapping[str, Any] = field(default_factory=dict, compare=False)

    def to_dict(self) -> dict[str, Any]:
        """The settings in the words of the options."""
        return {
            "patch_mode": self.patch_mode,
            "assessment_mode": self.assessment_mode,
            "bypass_platform_safety_checks_on_user_schedule": self.bypass,
            "reboot_setting": self.reboot_setting,
        }


@dataclass(frozen=True, slots=True)
class WantedSettings:
    """What the options ask for; None leaves a setting as it is."""

    patch_mode: str | None = None
    assessment_mode: str | None = None
    bypass: bool | None = None
    reboot_setting: str | None = None


def settings_of(machine: Machine) -> PatchSettings:
    """The settings that a machine has."""
    profile = machine.properties.get("osProfile") or {}
    for system in (WINDOWS, LINUX):
        configuration = profile.get(f"{system}Configuration")
        if configuration is None:
            continue
        settings = configuration.get("patchSettings") or {}
        platform = settings.get("automaticByPlatformSettings") or {}
        updates = configuration.get("enableAutomaticUpdates") if system == WINDOWS else None
        mode = str(settings.get("patchMode") or "")
        return PatchSettings(
            system,
            mode or (AUTOMATIC_BY_OS if updates else ""),
            str(settings.get("assessmentMode") or ""),
            platform.get("bypassPlatformSafetyChecksOnUserSchedule") is True,
            str(platform.get("rebootSetting") or ""),
            updates,
            settings,
        )
    return PatchSettings("")


def settings_after(current: PatchSettings, wanted: WantedSettings) -> PatchSettings:
    """The settings once they are as wanted. Those of the platform mean nothing in another mode, and then stay."""
    chosen = {name: value for name, value in asdict(wanted).items() if value is not None}
    same = {name for name, value in chosen.items() if str(value).lower() == str(getattr(current, name)).lower()}
    after = replace(current, **{name: value for name, value in chosen.items() if name not in same})
    if after.patch_mode != AUTOMATIC_BY_PLATFORM:
        after = replace(after, **{name: getattr(current, name) for name in _OF_THE_PLATFORM})
    return after


def obstacle_to(after: PatchSettings, wanted: WantedSettings) -> str:
    """Why a machine cannot have these settings, empty when it can."""
    if not after.system:
        return "it has no osProfile (it was made from a specialized disk), and one cannot be added"
    modes = MODES[after.system]
    if wanted.patch_mode is not None and wanted.patch_mode not in modes:
        return f"patch_mode {wanted.patch_mode} is not one of {after.system.capitalize()}: {', '.join(modes)}"
    named = [name for name in _OF_THE_PLATFORM if getattr(wanted, name)]
    if named and after.patch_mode != AUTOMATIC_BY_PLATFORM:
        options = {"bypass": "bypass_platform_safety_checks_on_user_schedule", "reboot_setting": "reboot_setting"}
        shown = " and ".join(options[name] for name in named)
        mode = after.patch_mode or "not set"
        return f"{shown} can only be set with patch_mode AutomaticByPlatform, and it is {mode}"
    return ""


def fixed_obstacle(current: PatchSettings, after: PatchSettings) -> str:
    """Why a machine cannot change to this mode because of what was settled when it was made, empty when it can."""
    needed = UPDATES_OF_MODE.get(after.patch_mode)
    if not _differs("patch_mode", current, after) or needed is None or current.automatic_updates in (None, needed):
        return ""
    has, needs = (str(value).lower() for value in (current.automatic_updates, needed))
    return (
        f"patch_mode {after.patch_mode} needs enableAutomaticUpdates {needs}, and this machine was made with {has}, "
        f"which Azure does not change any more: make the machine anew, or use AutomaticByPlatform, which goes with both"
    )


def change_body(current: PatchSettings, after: PatchSettings) -> dict[str, Any]:
    """The body of the PATCH."""
    raw = {name: value for name, value in current.raw.items() if value is not None}
    platform = dict(raw.pop("automaticByPlatformSettings", {}))
    modes = {"patchMode": "patch_mode", "assessmentMode": "assessment_mode"}
    raw |= {member: getattr(after, name) for member, name in modes.items() if _differs(name, current, after)}
    if _differs("bypass", current, after):
        platform["bypassPlatformSafetyChecksOnUserSchedule"] = after.bypass
    if _differs("reboot_setting", current, after):
        platform["rebootSetting"] = after.reboot_setting
    if platform and after.patch_mode == AUTOMATIC_BY_PLATFORM:
        raw["automaticByPlatformSettings"] = platform
    return {"properties": {"osProfile": {f"{after.system}Configuration": {"patchSettings": raw}}}}


def _differs(name: str, current: PatchSettings, after: PatchSettings) -> bool:
    return bool(getattr(current, name) != getattr(after, name))
