# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of approval rules, which several modules have."""

from __future__ import annotations

from typing import Any

from .baseline_model import LEVELS

FILTER_ARGS: dict[str, Any] = {
    "key": {"type": "str", "required": True, "no_log": False},
    "values": {"type": "list", "elements": "str", "required": True},
}
RULE_ARGS: dict[str, Any] = {
    "patch_filters": {"type": "list", "elements": "dict", "required": True, "options": FILTER_ARGS},
    "approve_after_days": {"type": "int"},
    "approve_until_date": {"type": "str"},
    "compliance_level": {"type": "str", "choices": list(LEVELS)},
    "enable_non_security": {"type": "bool"},
}
RULE_EXCLUDES = [("approve_after_days", "approve_until_date")]
"""Options of a rule of which it can have one."""
SOURCE_ARGS: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "products": {"type": "list", "elements": "str", "required": True},
    "configuration": {"type": "str", "required": True},
}
