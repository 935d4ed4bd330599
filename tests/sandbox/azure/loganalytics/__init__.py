# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Microsoft.OperationalInsights: workspaces, their saved searches, and queries of their logs."""

from __future__ import annotations

from . import saved_searches, tables, workspaces

SERVED = (saved_searches, tables, workspaces)
"""Imported for their operations."""
