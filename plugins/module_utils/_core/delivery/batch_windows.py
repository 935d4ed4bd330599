# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The windows of the batches of a slot, where a cloud cannot order batches: each has its own, one after the other."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ..durations import format_duration
from ..errors import InputError
from ..policy.model import BatchWindow, Policy, Slot
from ..policy.order import batch_order, batch_ranks
from ..recur_every import Recurrence, days_later, recurrence_of
from ..schedule import Occurrence, clock_change

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Lengths:
    """How short and how long a window may be, and whose limits that are."""

    shortest: timedelta
    longest: timedelta
    service: str

    @property
    def shown(self) -> str:
        """For a message."""
        return f"{format_duration(self.shortest)} to {format_duration(self.longest)} ({self.service})"


def batch_windows(
    policy: Policy, slot: Slot, batches: Collection[str], given: Mapping[str, BatchWindow], lengths: Lengths
) -> dict[str, BatchWindow]:
    """The window of each of the batches that have nodes. Raises InputError for what does not fit; nothing is rounded.

    ``given`` are the windows that the policy names. Without any, the batches that wait for each other share the slot in
    equal parts, whether or not all of them have nodes, so that no window moves when the first node comes.
    """
    windows = _given(slot, batches, given) if given else _shared(policy, slot, batches, lengths)
    for batch, window in windows.items():
        _check_length(slot, batch, window, lengths, given=bool(given))
    _refuse_overlaps(policy, slot, windows)
    return windows


def refuse_shifted(
    policy: Policy, slot: Slot, windows: Mapping[str, BatchWindow], coming: Iterable[Occurrence]
) -> None:
    """Raise InputError where the clock is put forward between two windows, so that the later one opens too early."""
    before = _before(policy, windows)
    for one in coming:
        for batch, earlier in before:
            ends = _instant(policy, one.local + windows[earlier].opens) + windows[earlier].duration
            if _instant(policy, one.local + windows[batch].opens) < ends:
                allowed = (
                    f"another time, or windows with a gap of an hour: on {one.local:%Y-%m-%d} the clock is put "
                    f"forward, and the window of {batch} opens before that of {earlier} is over"
                )
                raise InputError(f"slots.when of slot {slot.name} of {slot.environment}", str(slot.when), allowed)


def window_opening(policy: Policy, occurrence: Occurrence, window: BatchWindow) -> Occurrence:
    """When a batch's window opens in a slot's opening, by the clock."""
    local = occurrence.local + window.opens
    start = _instant(policy, local)
    end = start + window.duration
    return Occurrence(start, end, end, local, clock_change(local, policy.zone))


def window_recurrence(slot: Slot, window: BatchWindow) -> Recurrence:
    """How often the window opens; after midnight it is the day after the slot's."""
    begins = timedelta(hours=slot.when.at.hour, minutes=slot.when.at.minute) + window.opens
    return days_later(recurrence_of(slot.when), begins.days)


def _shared(policy: Policy, slot: Slot, batches: Collection[str], lengths: Lengths) -> dict[str, BatchWindow]:
    ranks = batch_ranks(policy)
    number = max(ranks.values())
    part = slot.duration / number
    if part % _MINUTE or not lengths.shortest <= part <= lengths.longest:
        least, most = lengths.shortest * number, lengths.longest * number
        allowed = (
            f"{format_duration(least)} to {format_duration(most)} in {number} equal parts of whole minutes, one for "
            f"each batch in its order, since a window has {lengths.shown}; or maintenance_configurations.windows"
        )
        raise InputError(_path(slot), format_duration(slot.duration), allowed)
    return {batch: BatchWindow(part * (ranks[batch] - 1), part) for batch in batches}


def _given(slot: Slot, batches: Collection[str], given: Mapping[str, BatchWindow]) -> dict[str, BatchWindow]:
    missing = [batch for batch in batches if batch not in given]
    if missing:
        option = f"maintenance_configurations.windows of {slot.environment}"
        raise InputError(option, sorted(given), f"a window for each batch with nodes, also for {', '.join(missing)}")
    return {batch: given[batch] for batch in batches}


def _check_length(slot: Slot, batch: str, window: BatchWindow, lengths: Lengths, *, given: bool) -> None:
    option = f"maintenance_configurations.windows.{batch} of {slot.environment}"
    if given and not lengths.shortest <= window.duration <= lengths.longest:
        raise InputError(f"{option}, duration", format_duration(window.duration), lengths.shown)
    if window.opens + window.duration > slot.duration:
        found = f"{format_duration(window.opens)} and {format_duration(window.duration)}"
        allowed = f"opens and duration within slot {slot.name}, which is open for {format_duration(slot.duration)}"
        raise InputError(option, found, allowed)


def _refuse_overlaps(policy: Policy, slot: Slot, windows: Mapping[str, BatchWindow]) -> None:
    for batch, earlier in _before(policy, windows):
        ends = windows[earlier].opens + windows[earlier].duration
        if windows[batch].opens < ends:
            option = f"maintenance_configurations.windows.{batch} of {slot.environment}, opens"
            allowed = f"{format_duration(ends)} or later, when the window of {earlier} is over, which {batch} waits for"
            raise InputError(option, format_duration(windows[batch].opens), allowed)


def _before(policy: Policy, windows: Mapping[str, BatchWindow]) -> list[tuple[str, str]]:
    """Each batch with every one that it waits for, also over batches between them."""
    order = batch_order(policy)

    def ancestors(batch: str) -> set[str]:
        return {one for before in order[batch] if before in order for one in (before, *ancestors(before))}

    return [(batch, earlier) for batch in windows for earlier in sorted(ancestors(batch)) if earlier in windows]


def _instant(policy: Policy, local: datetime) -> datetime:
    return local.replace(tzinfo=policy.zone).astimezone(UTC)


def _path(slot: Slot) -> str:
    return f"slots.duration of slot {slot.name} of {slot.environment}"
