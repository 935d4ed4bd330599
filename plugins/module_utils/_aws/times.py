# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Instants as the modules answer them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any


def iso(moment: Any) -> str:
    """A time in ISO 8601 UTC; empty for none, and for the year 1 or 1970 by which the service says never."""
    if not isinstance(moment, datetime) or moment.year <= 1970:
        return ""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
