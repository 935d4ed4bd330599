# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Patterns of patch groups, the same for every cloud."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase

WILDCARD = re.compile(r"[*?]")
"""What is special in a pattern, and what no name of a group has."""


def matches(pattern: str, group: str) -> bool:
    """Whether a group matches a pattern in which, as in EC2's filters, only ``*`` and ``?`` are special."""
    return fnmatchcase(group, pattern.replace("[", "[[]"))


def common_start(patterns: Iterable[str]) -> str:
    """What every group that matches one of the patterns begins with; empty when nothing can be said."""
    starts = [WILDCARD.split(pattern)[0] for pattern in patterns]
    if not starts:
        return ""
    first, last = min(starts), max(starts)
    differs = next((index for index, char in enumerate(first) if char != last[index]), len(first))
    return first[:differs]
