# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Microsoft.Maintenance: configurations, their assignments, and what they do when their time has come."""

from __future__ import annotations

from . import assignments, configurations, tables

SERVED = (assignments, configurations, tables)
"""Imported for their operations."""
