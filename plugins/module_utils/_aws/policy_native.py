# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What maintenance windows cannot do of what a policy says: refused by name, or told whenever they are programmed."""

from __future__ import annotations

from datetime import datetime, timedelta

from .._core.delivery.members import Estate, some
from .._core.delivery.native import (
    clock_changes,
    frozen,
    openings_of_year,
    refuse_different_nodes,
    refuse_without_slot,
    statement,
    without_slot,
)
from .._core.durations import format_duration
from .._core.errors import InputError
from .._core.policy.approvals import approval_name
from .._core.policy.model import MANIFEST, Environment, Policy, Slot
from .._core.policy.settings import windows_for

HOUR = timedelta(hours=1)


def native_statement(environment: str) -> str:
    """What native delivery is, shown whenever it is programmed."""
    return statement(environment, "the maintenance windows of AWS", "Batches come one after another")


def refuse_native(policy: Policy, environment: Environment, estate: Estate) -> None:
    """Raise InputError for what the policy says and no window can do."""
    refuse_without_slot(policy, environment)
    approval = policy.approvals.get(approval_name(policy, environment.name))
    windows = windows_for(policy, environment.name)
    if approval and approval.promote == MANIFEST and not windows.install_override_list:
        allowed = "controller, or maintenance_windows.install_override_list; a manifest is not available yet"
        raise InputError(f"environments.{environment.name}.delivery with promote: manifest", "native", allowed)
    for slot in policy.slots_of(environment.name):
        whole_hours(slot, "duration")
        whole_hours(slot, "cutoff")
    refuse_different_nodes(estate)


def native_warnings(policy: Policy, environment: Environment, estate: Estate, now: datetime) -> list[str]:
    """What the windows of an environment will do that the policy does not mean, in the year to come."""
    warnings = [*_twice(estate), *without_slot(policy, environment, estate)]
    for slot in policy.slots_of(environment.name):
        coming = openings_of_year(policy, slot, now)
        warnings += frozen(policy, environment, slot, coming)
        warnings += clock_changes(f"slot {slot.name}", coming, "AWS")
    return warnings


def _twice(estate: Estate) -> list[str]:
    """A tag finds nodes, and none leaves nodes out."""
    names = [name for groups in estate.values() for members in groups for name in members.found_twice]
    if not names:
        return []
    what = (
        "windows install twice, one after the other, on these nodes, which carry their patch group under several tag "
        "keys while others of their batch carry it under one of them: take one of the tags from them"
    )
    return [f"{what}: {some(names)}"]


def whole_hours(slot: Slot, option: str) -> int:
    """The duration or cutoff of a slot in hours, which is what windows have. Raises InputError for a fraction."""
    length: timedelta = getattr(slot, option)
    if length % HOUR:
        name = f"slots.{option} of slot {slot.name} of {slot.environment}"
        allowed = "whole hours such as PT3H, since a maintenance window of AWS has no others (delivery: native)"
        raise InputError(name, format_duration(length), allowed)
    return length // HOUR
