# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A maintenance configuration in the words of the modules' options, and in those of the API."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .classifications import LINUX_CLASSIFICATIONS, WINDOWS_CLASSIFICATIONS
from .maintenance_ids import group_of_id, name_of_id
from .maintenance_window import LONGEST, stable_member, window_from_api, written_duration
from .maintenance_window import MEMBERS as WINDOW_MEMBERS
from .resource_tags import tags_from_api, wanted_tags

GUEST = "InGuestPatch"
SCOPES = ("Host", "Resource", "OSImage", "Extension", GUEST, "SQLDB", "SQLManagedInstance")
VISIBILITIES = ("Custom", "Public")
REBOOTS = ("IfRequired", "Never", "Always")
"""Values of the API (Microsoft.Maintenance 2023-04-01)."""

PATCH_MODE = "InGuestPatchMode"
"""The extension property that the scope InGuestPatch needs: User or Platform."""

NAMESPACE = "Microsoft.Maintenance"
TEXTS: Mapping[str, str] = {
    "maintenance_scope": "maintenanceScope",
    "visibility": "visibility",
    "namespace": "namespace",
}
LINUX: Mapping[str, str] = {
    "classifications_to_include": "classificationsToInclude",
    "package_name_masks_to_include": "packageNameMasksToInclude",
    "package_name_masks_to_exclude": "packageNameMasksToExclude",
}
WINDOWS: Mapping[str, str] = {
    "classifications_to_include": "classificationsToInclude",
    "kb_numbers_to_include": "kbNumbersToInclude",
    "kb_numbers_to_exclude": "kbNumbersToExclude",
    "exclude_kbs_requiring_reboot": "excludeKbsRequiringReboot",
}
FLAG = "exclude_kbs_requiring_reboot"
PARAMETERS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "linux_parameters": ("linuxParameters", LINUX),
    "windows_parameters": ("windowsParameters", WINDOWS),
}
"""Members of a configuration, and what the API calls them."""

_CLASSIFICATIONS = {word.casefold(): word for word in (*LINUX_CLASSIFICATIONS, *WINDOWS_CLASSIFICATIONS)}

_REBOOTS_AS_ANSWERED = {
    "neverreboot": "Never",
    "alwaysreboot": "Always",
    "rebootifrequired": "IfRequired",
    **{word.lower(): word for word in REBOOTS},
}
"""The service answers other words than it takes."""


def wanted_configuration(params: Mapping[str, Any]) -> dict[str, Any]:
    """What the options ask for, in a stable form; options that are not set are left out."""
    wanted: dict[str, Any] = {name: str(params[name]) for name in ("location", *TEXTS) if params.get(name) is not None}
    if params.get("extension_properties") is not None:
        wanted["extension_properties"] = {str(key): str(value) for key, value in params["extension_properties"].items()}
    if params.get("maintenance_window") is not None:
        wanted["maintenance_window"] = {
            name: stable_member(name, str(params["maintenance_window"][name]))
            for name in WINDOW_MEMBERS
            if params["maintenance_window"].get(name) is not None
        }
    if params.get("install_patches") is not None:
        wanted["install_patches"] = _wanted_patches(params["install_patches"])
    if params.get("tags") is not None:
        wanted["tags"] = wanted_tags(params["tags"])
    return wanted


def _wanted_patches(given: Mapping[str, Any]) -> dict[str, Any]:
    wanted: dict[str, Any] = {}
    if given.get("reboot_setting") is not None:
        wanted["reboot_setting"] = stable_reboot(str(given["reboot_setting"]))
    for name, (_member, members) in PARAMETERS.items():
        if given.get(name) is not None:
            values = {key: given[name][key] for key in members if given[name].get(key) is not None}
            wanted[name] = {key: _stable_value(key, value) for key, value in values.items()}
    return wanted


def configuration_from_api(raw: Mapping[str, Any]) -> dict[str, Any]:
    """A configuration as the service or Resource Graph shows it, everything that nothing was set for included.

    ``raw`` are its properties as they came: a change sends back what it does not know.
    """
    properties = raw.get("properties") or {}
    resource_id = str(raw["id"])
    return {
        "id": resource_id,
        "name": str(raw.get("name") or name_of_id(resource_id)),
        "resource_group": group_of_id(resource_id),
        "location": str(raw.get("location") or ""),
        **{name: str(properties.get(member) or "") for name, member in TEXTS.items()},
        "extension_properties": {str(k): str(v) for k, v in (properties.get("extensionProperties") or {}).items()},
        "maintenance_window": window_from_api(properties.get("maintenanceWindow") or {}),
        "install_patches": patches_from_api(properties.get("installPatches") or {}),
        "tags": tags_from_api(raw.get("tags")),
        "raw": properties,
    }


def patches_from_api(raw: Mapping[str, Any]) -> dict[str, Any]:
    """What is installed. Lists that are absent or null are empty ones."""
    return {
        "reboot_setting": stable_reboot(str(raw.get("rebootSetting") or "")),
        **{
            name: {key: _stable_value(key, (raw.get(member) or {}).get(key_member)) for key, key_member in keys.items()}
            for name, (member, keys) in PARAMETERS.items()
        },
    }


def new_configuration(resource_id: str, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """What a configuration made with these values will be, before :mod:`.maintenance_plan` looks at its window."""
    scope = wanted.get("maintenance_scope", GUEST)
    patches = wanted.get("install_patches") or {}
    reboot = "IfRequired" if scope == GUEST else ""
    empty = patches_from_api({"rebootSetting": reboot})
    extension = dict(wanted.get("extension_properties") or {})
    if scope == GUEST and not any(key.lower() == PATCH_MODE.lower() for key in extension):
        extension[PATCH_MODE] = "User"
    return {
        "id": resource_id,
        "name": name_of_id(resource_id),
        "resource_group": group_of_id(resource_id),
        "location": wanted.get("location", ""),
        "maintenance_scope": scope,
        "visibility": wanted.get("visibility", "Custom"),
        "namespace": wanted.get("namespace", NAMESPACE),
        "extension_properties": extension,
        "maintenance_window": {
            **window_from_api({"duration": written_duration(LONGEST)} if scope == GUEST else {}),
            **(wanted.get("maintenance_window") or {}),
        },
        "install_patches": {
            "reboot_setting": patches.get("reboot_setting", reboot),
            **{name: {**empty[name], **patches.get(name, {})} for name in PARAMETERS},
        },
        "tags": dict(wanted.get("tags") or {}),
    }


def configuration_to_api(values: Mapping[str, Any], raw: Mapping[str, Any]) -> dict[str, Any]:
    """The body of the request that makes the configuration so. ``raw``: properties to keep, as far as unknown here."""
    properties = {key: value for key, value in raw.items() if value is not None}
    properties |= {member: values[name] for name, member in TEXTS.items() if values[name]}
    properties["extensionProperties"] = dict(values["extension_properties"])
    window = {member: values["maintenance_window"][name] for name, member in WINDOW_MEMBERS.items()}
    foreign = {k: v for k, v in (raw.get("maintenanceWindow") or {}).items() if k not in window}
    window = foreign | {member: value for member, value in window.items() if value}
    patches = _patches_to_api(values["install_patches"], raw.get("installPatches") or {})
    for member, value in (("maintenanceWindow", window), ("installPatches", patches)):
        properties.pop(member, None)
        if value:
            properties[member] = value
    return {"location": values["location"], "tags": dict(values["tags"]), "properties": properties}


def _patches_to_api(values: Mapping[str, Any], raw: Mapping[str, Any]) -> dict[str, Any]:
    known = {"rebootSetting", *(member for member, _keys in PARAMETERS.values())}
    body = {key: value for key, value in raw.items() if key not in known and value is not None}
    if values["reboot_setting"]:
        body["rebootSetting"] = values["reboot_setting"]
    for name, (member, keys) in PARAMETERS.items():
        chosen = {key_member: values[name][key] for key, key_member in keys.items() if values[name][key]}
        if chosen:
            body[member] = chosen
    return body


def stable_reboot(text: str) -> str:
    """The word that the service takes, for the one that it answers."""
    return _REBOOTS_AS_ANSWERED.get(text.lower(), text)


def same_list(key: str, wanted: Sequence[str], current: Sequence[str]) -> bool:
    """Whether two lists of a parameter mean the same: their order says nothing."""
    form = _form_of(key)
    return {form(value) for value in wanted} == {form(value) for value in current}


def _form_of(key: str) -> Callable[[str], str]:
    return (lambda value: value.upper().removeprefix("KB")) if key.startswith("kb_numbers") else str


def _stable_value(key: str, value: Any) -> Any:
    if key == FLAG:
        return bool(value)
    words = _CLASSIFICATIONS if key == "classifications_to_include" else {}
    return sorted({words.get(str(entry).casefold(), str(entry)) for entry in value or ()})
