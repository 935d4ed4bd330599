# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Azure's services do by themselves because its time has come."""

from __future__ import annotations

from .. import timetable
from ..timetable import Looker
from .world import AzureWorld

LOOKERS: list[Looker[AzureWorld]] = []
"""Those who look whether something of theirs is due."""


def follow(world: AzureWorld) -> None:
    """Begin to follow the timetable, if nobody does yet."""
    timetable.watch(world, LOOKERS)
