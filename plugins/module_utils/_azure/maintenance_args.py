# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of maintenance configurations and assignments, which several modules have."""

from __future__ import annotations

from typing import Any

from .classifications import LINUX_CLASSIFICATIONS, WINDOWS_CLASSIFICATIONS
from .maintenance_model import (
    REBOOTS,
    SCOPES,
    VISIBILITIES,
)

_TEXTS: dict[str, Any] = {"type": "list", "elements": "str"}

WINDOW_ARGS: dict[str, Any] = {
    "start_date_time": {"type": "str"},
    "expiration_date_time": {"type": "str"},
    "duration": {"type": "str"},
    "time_zone": {"type": "str"},
    "recur_every": {"type": "str"},
}
"""When a configuration is at work."""

PATCHES_ARGS: dict[str, Any] = {
    "reboot_setting": {"type": "str", "choices": list(REBOOTS)},
    "linux_parameters": {
        "type": "dict",
        "options": {
            "classifications_to_include": {**_TEXTS, "choices": list(LINUX_CLASSIFICATIONS)},
            "package_name_masks_to_include": _TEXTS,
            "package_name_masks_to_exclude": _TEXTS,
        },
    },
    "windows_parameters": {
        "type": "dict",
        "options": {
            "classifications_to_include": {**_TEXTS, "choices": list(WINDOWS_CLASSIFICATIONS)},
            "kb_numbers_to_include": _TEXTS,
            "kb_numbers_to_exclude": _TEXTS,
            "exclude_kbs_requiring_reboot": {"type": "bool"},
        },
    },
}
"""What a configuration installs."""

CONFIGURATION_ARGS: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "resource_group": {"type": "str", "required": True},
    "location": {"type": "str"},
    "maintenance_scope": {"type": "str", "choices": list(SCOPES), "default": "InGuestPatch"},
    "visibility": {"type": "str", "choices": list(VISIBILITIES)},
    "namespace": {"type": "str"},
    "extension_properties": {"type": "dict"},
    "purge_extension_properties": {"type": "bool", "default": True},
    "maintenance_window": {"type": "dict", "options": WINDOW_ARGS},
    "install_patches": {"type": "dict", "options": PATCHES_ARGS},
    "tags": {"type": "dict"},
    "purge_tags": {"type": "bool", "default": True},
}
"""What a configuration is to be."""

FILTER_ARGS: dict[str, Any] = {
    "locations": _TEXTS,
    "os_types": {**_TEXTS, "choices": ["Linux", "Windows"]},
    "resource_groups": _TEXTS,
    "resource_types": {**_TEXTS, "choices": ["Microsoft.Compute/virtualMachines", "Microsoft.HybridCompute/machines"]},
    "tag_settings": {
        "type": "dict",
        "options": {"tags": {"type": "dict"}, "filter_operator": {"type": "str", "choices": ["All", "Any"]}},
    },
}
"""Which machines a dynamic scope has."""
