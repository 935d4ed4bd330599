# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What flows between the operators of a query: columns with types, and rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .compiled import Columns, Row


@dataclass(frozen=True, slots=True)
class Relation:
    """``limited``: a limit or take was among the operators, so that there is no token for a next page."""

    columns: Columns
    rows: Sequence[Row]
    limited: bool = False

    def with_rows(self, rows: Sequence[Row], *, limited: bool = False) -> Relation:
        """The same columns, other rows."""
        return Relation(self.columns, rows, self.limited or limited)


def free_name(name: str, taken: Columns | dict[str, Any]) -> str:
    """The name, with a number when it is taken."""
    if name not in taken:
        return name
    number = 1
    while f"{name}{number}" in taken:
        number += 1
    return f"{name}{number}"
