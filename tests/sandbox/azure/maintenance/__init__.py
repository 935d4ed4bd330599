# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Microsoft.Maintenance, read only: what the fleet file declares. No configuration ever runs here."""

from __future__ import annotations

from . import operations, tables

SERVED = (operations, tables)
"""Imported for their operations."""
