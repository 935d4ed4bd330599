# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Microsoft.Compute: virtual machines, disks, restore points, run commands."""

from __future__ import annotations

from . import disk_operations, patching, power, restore_points, run_commands, tables, virtual_machines

SERVED = (disk_operations, patching, power, restore_points, run_commands, tables, virtual_machines)
"""Imported for their operations."""
