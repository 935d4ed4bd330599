# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""AWS Resource Groups: groups of nodes by a query over their tags, which windows and commands may name."""

from __future__ import annotations

from . import operations

__all__ = ["operations"]
