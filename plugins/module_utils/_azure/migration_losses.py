# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a deployment schedule is not carried over to Update Manager."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .._core.schedule_windows import FIFTH, INTERVAL, SPLIT

TASK, SEARCH, COMPUTERS, MACHINES, QUERIES = "tasks", "saved_searches", "computers", "machines", "queries"
PREREQUISITES = "prerequisites"
DURATION, UPDATES, DESCRIPTION, DISABLED, FAILED = "duration", "updates", "description", "disabled", "failed_schedule"
HIDDEN = "hidden_days"
ACCEPTABLE = (
    COMPUTERS,
    DESCRIPTION,
    DISABLED,
    DURATION,
    FAILED,
    FIFTH,
    HIDDEN,
    INTERVAL,
    MACHINES,
    PREREQUISITES,
    QUERIES,
    SEARCH,
    SPLIT,
    TASK,
    UPDATES,
)
"""Losses that can be accepted."""

BY_HAND = "make the configuration with azure_maintenance_configuration"


@dataclass(frozen=True, slots=True, eq=False)
class Loss:
    """A setting that is not carried over: what it is, why, and what to have instead.

    ``accept`` is the word by which it can be accepted, empty where it cannot. What does not block is only told.
    """

    field: str
    value: Any
    why: str
    instead: str
    accept: str = ""
    blocks: bool = True


def shown_losses(losses: Sequence[Loss], accept: frozenset[str]) -> list[dict[str, Any]]:
    """The losses as a module answers them."""
    return [
        {
            "field": loss.field,
            "value": loss.value,
            "why": loss.why,
            "instead": loss.instead,
            "accept": loss.accept,
            "accepted": not loss.blocks or loss.accept in accept,
        }
        for loss in losses
    ]
