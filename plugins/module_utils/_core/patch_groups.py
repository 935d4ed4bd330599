# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Patterns of patch groups, the same for every cloud."""

from __future__ import annotations

from fnmatch import fnmatchcase


def matches(pattern: str, group: str) -> bool:
    """Whether a group matches a pattern in which, as in EC2's filters, only ``*`` and ``?`` are special."""
    return fnmatchcase(group, pattern.replace("[", "[[]"))
