# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an operation answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Answer:
    """``body``: what becomes the JSON, None for none. Members that are None are left out, as Azure does, unless it is
    ``raw``."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    raw: bool = False


def pruned(value: Any) -> Any:
    """Without the members that are None: the service leaves them out."""
    if isinstance(value, Mapping):
        return {name: pruned(item) for name, item in value.items() if item is not None}
    if isinstance(value, (list, tuple)):
        return [pruned(item) for item in value]
    return value
