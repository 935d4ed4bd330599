# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Systems Manager: managed nodes, Run Command, Patch Manager, maintenance windows, compliance."""

from __future__ import annotations

from . import (
    associations,
    baseline_operations,
    information,
    list_commands,
    patch_groups,
    resource_tags,
    send_command,
)

__all__ = [
    "associations",
    "baseline_operations",
    "information",
    "list_commands",
    "patch_groups",
    "resource_tags",
    "send_command",
]
