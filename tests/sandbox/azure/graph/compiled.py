# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Expressions with their types, ready to be worked out for each row.

Types are known before any row is seen, as in Kusto: a column that does not exist, or an order by what is dynamic, is
refused even when there are no rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Row = Mapping[str, Any]
Columns = Mapping[str, str]
"""Names of columns and their types: string, long, real, bool, datetime, timespan, dynamic."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """``kind``: the type. ``label``: the column's name when the query gives none; ``""``: none of its own."""

    kind: str
    of: Callable[[Row], Any]
    label: str = ""


@dataclass(frozen=True, slots=True)
class Scope:
    """Where an expression is worked out: ``operator`` is for messages, ``now`` the instant of the query."""

    columns: Columns
    operator: str
    now: datetime
