# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The time of a run: which slots are open, and until when it may take."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from ..policy.model import Policy
from ..schedule import Occurrence, occurrences
from .context import DEFAULT_HORIZON, PlanOptions, utc_text
from .model import Window


def openings_of(policy: Policy, environment: str, now: datetime) -> dict[str, Occurrence]:
    """The opening under way, or else the next one, of every slot of the environment."""
    return {
        slot.name: next(occurrences(slot.when, slot.duration, slot.cutoff, policy.zone, now))
        for slot in policy.slots_of(environment)
    }


def end_of_run(openings: Mapping[str, Occurrence], now: datetime, options: PlanOptions) -> datetime:
    """Until when the run may take: the end of the slot, or the length of one from now on."""
    if options.horizon is not None:
        return now + options.horizon
    concerned = [one for name, one in openings.items() if options.slot in ("", name)]
    ends = [one.end for one in concerned if one.covers(now)]
    lengths = [one.end - one.start for one in concerned]
    return max(ends) if ends else now + max(lengths, default=DEFAULT_HORIZON)


def open_window(openings: Mapping[str, Occurrence], now: datetime, options: PlanOptions) -> Window | None:
    """The opening that is under way; of several the one that ends last."""
    under_way = [(name, one) for name, one in openings.items() if options.slot in ("", name) and one.covers(now)]
    if not under_way:
        return None
    name, one = max(under_way, key=lambda item: item[1].end)
    return Window(name, utc_text(one.start), utc_text(one.end), utc_text(one.cutoff))
