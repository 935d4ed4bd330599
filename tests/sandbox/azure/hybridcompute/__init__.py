# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Microsoft.HybridCompute: Arc-enabled servers. They have no power control, no disks and no snapshots."""

from __future__ import annotations

from . import machines, patching, run_commands, tables

SERVED = (machines, patching, run_commands, tables)
"""Imported for their operations."""
