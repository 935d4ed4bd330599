# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Systems Manager: managed nodes, Run Command, Patch Manager, maintenance windows, compliance."""

from __future__ import annotations

from . import (
    association_history,
    associations,
    available_patches,
    baseline_operations,
    calendar_state,
    compliance,
    document_operations,
    document_permissions,
    information,
    list_commands,
    patch_groups,
    patch_properties,
    patch_states,
    resource_tags,
    send_command,
    window_contents,
    window_history,
    window_run,
    window_schedule,
    windows,
)

__all__ = [
    "association_history",
    "associations",
    "available_patches",
    "baseline_operations",
    "calendar_state",
    "compliance",
    "document_operations",
    "document_permissions",
    "information",
    "list_commands",
    "patch_groups",
    "patch_properties",
    "patch_states",
    "resource_tags",
    "send_command",
    "window_contents",
    "window_history",
    "window_run",
    "window_schedule",
    "windows",
]
