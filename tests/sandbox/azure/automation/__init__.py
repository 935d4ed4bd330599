# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Microsoft.Automation: accounts, and the deployment schedules of Update Management with their runs."""

from __future__ import annotations

from . import accounts, run_operations, schedules, tables

SERVED = (accounts, run_operations, schedules, tables)
"""Imported for their operations."""
