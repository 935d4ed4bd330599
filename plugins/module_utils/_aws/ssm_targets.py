# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a node is among the targets of a window, a task or an association."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

MAYBE = None
"""The answer when it cannot be told, as with resource groups, whose members another service knows."""


def is_target(targets: Sequence[Mapping[str, Any]], node_id: str, tags: Mapping[str, str]) -> bool | None:
    """Whether the node meets all keys of the targets, None when that cannot be told. No targets mean no node."""
    if not targets:
        return False
    answers = [_meets(str(target.get("Key", "")), target.get("Values") or [], node_id, tags) for target in targets]
    if False in answers:
        return False
    return MAYBE if MAYBE in answers else True


def _meets(key: str, values: Sequence[str], node_id: str, tags: Mapping[str, str]) -> bool | None:
    lowered = key.lower()
    if lowered == "instanceids":
        return "*" in values or node_id in values
    if lowered.startswith("tag:"):
        return tags.get(key[4:]) in values
    if lowered == "tag-key":
        return any(value in tags for value in values)
    return MAYBE
