# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Systems Manager does by itself because its time has come: windows open, associations run."""

from __future__ import annotations

from ... import timetable
from ...timetable import Looker, Timetable
from ..world import World

__all__ = ["LOOKERS", "Timetable", "watch"]

LOOKERS: list[Looker[World]] = []
"""Those who look whether something of theirs is due."""


def watch(world: World) -> None:
    """Begin to watch the clock, if nobody does yet."""
    timetable.watch(world, LOOKERS)
