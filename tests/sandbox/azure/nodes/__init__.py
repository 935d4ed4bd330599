# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What virtual machines and Arc machines have in common: patching through the API, run commands, their graph rows."""

from __future__ import annotations

from . import tables

SERVED = (tables,)
"""Imported for the tables."""
