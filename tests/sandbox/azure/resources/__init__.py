# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Azure Resource Manager's own: subscriptions, resource groups, resource providers, tags."""

from __future__ import annotations

from . import groups, providers, subscriptions, tables, tags

__all__ = ["groups", "providers", "subscriptions", "tables", "tags"]
