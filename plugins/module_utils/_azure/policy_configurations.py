# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The maintenance configurations that a policy with native delivery asks for: one for each slot, batch and family."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from .._core.delivery.batch_windows import (
    Lengths,
    batch_windows,
    refuse_shifted,
    window_opening,
    window_recurrence,
)
from .._core.delivery.members import Estate, Members
from .._core.delivery.native import ENVIRONMENT_TAG, clock_changes, next_opening, openings_of_year, slot_of
from .._core.durations import spoken
from .._core.errors import InputError
from .._core.policy.model import NEVER, BatchWindow, ConfigurationSettings, Environment, Policy, Slot
from .._core.policy.order import batch_ranks
from .._core.policy.settings import tag_keys_for
from .._core.recur_every import format_recur_every
from .._core.schedule import occurrences
from .._core.systems import family_of
from .._core.zones import windows_name
from .maintenance_check import SHORTEST
from .maintenance_filter import RESOURCE_TYPES
from .maintenance_window import LONGEST, written_duration, written_moment
from .policy_patches import PolicyPatches

LENGTHS = Lengths(SHORTEST, LONGEST, "a maintenance configuration of Azure")
OS_TYPES = {"linux": "Linux", "windows": "Windows"}
CONFIGURATION_NAMES = tuple(f"*-install-*-{family}" for family in OS_TYPES)
"""What the names look like (:func:`configuration_name`), whatever prefix and environment they begin with."""

_PAST = datetime(2024, 1, 1, tzinfo=UTC)
"""Windows are counted from their first opening after this, so that they say the same whenever they are made: a start
that has passed stands for the next opening."""

Resource = dict[str, Any]
Rules = Mapping[tuple[str, str], PolicyPatches]
"""What is installed, by patch group and family."""


@dataclass(slots=True)
class SlotBatch:
    """A batch of a slot: its window, and its members by subscription."""

    slot: Slot
    name: str
    window: BatchWindow
    members: dict[str, Members] = field(default_factory=dict)

    @property
    def families(self) -> list[str]:
        """The families of its nodes, in all subscriptions."""
        systems = {os for members in self.members.values() for os in members.systems}
        return sorted({family_of(os) or os for os in systems})

    def in_family(self, family: str) -> dict[str, Members]:
        """Those subscriptions and groups that have nodes of the family."""
        return {
            subscription: members
            for subscription, members in self.members.items()
            if any((family_of(os) or os) == family for os in members.systems)
        }


def slot_batches(
    policy: Policy,
    environment: Environment,
    estate: Estate,
    settings: ConfigurationSettings,
    now: datetime,
    lengths: Lengths = LENGTHS,
) -> list[SlotBatch]:
    """The batches that have nodes, slot after slot, each with its window. Raises InputError for what cannot be."""
    found: list[SlotBatch] = []
    ranks = batch_ranks(policy)
    for slot in policy.slots_of(environment.name):
        groups = [
            (subscription, members)
            for (subscription, _region), of_place in estate.items()
            for members in of_place
            if slot_of(policy, environment, members) == slot.name
        ]
        names = sorted({members.group.batch for _subscription, members in groups}, key=lambda one: (ranks[one], one))
        if not names:
            continue
        windows = batch_windows(policy, slot, names, settings.windows or {}, lengths)
        refuse_shifted(policy, slot, windows, openings_of_year(policy, slot, now))
        batches = {name: SlotBatch(slot, name, windows[name]) for name in names}
        for subscription, members in groups:
            batches[members.group.batch].members[subscription] = members
        found += batches.values()
    return found


def configurations(
    policy: Policy,
    environment: Environment,
    batches: Sequence[SlotBatch],
    settings: ConfigurationSettings,
    rules: Rules,
    prefix: str,
) -> list[Resource]:
    """The configurations, each with the dynamic scopes that it is assigned to."""
    maker = _Maker(policy, environment, settings, rules, prefix)
    return [one for batch in batches for family in batch.families for one in maker.of_family(batch, family)]


def name_prefix(prefix: str, environment: str) -> str:
    """What the names of an environment's configurations begin with."""
    return f"{prefix}-{environment}-"


def configuration_name(prefix: str, environment: str, batch: SlotBatch, family: str) -> str:
    """The name of the configuration for a family of a batch."""
    return f"{name_prefix(prefix, environment)}install-{batch.slot.name}-{batch.name}-{family}"


def first_opening(policy: Policy, batch: SlotBatch) -> datetime:
    """The local time from which the windows of a batch are counted."""
    slot = batch.slot
    return next(occurrences(slot.when, slot.duration, slot.cutoff, policy.zone, _PAST)).local + batch.window.opens


def reboot_setting(members: Iterable[Members]) -> str:
    """How the machines of a batch are rebooted."""
    return "Never" if any(NEVER in one.reboots for one in members) else "IfRequired"


def schedule_lines(
    policy: Policy, environment: Environment, batches: Sequence[SlotBatch], prefix: str, now: datetime
) -> list[str]:
    """When each configuration opens, a line each."""
    lines = []
    for batch in batches:
        opening = window_opening(policy, next_opening(policy, batch.slot, now), batch.window)
        when = (
            f"in slot {batch.slot.name} ({batch.slot.when}) for {spoken(batch.window.duration)}, "
            f"next {opening.local:%Y-%m-%d %H:%M} {policy.timezone}"
        )
        names = (configuration_name(prefix, environment.name, batch, family) for family in batch.families)
        lines += [f"{name} installs {when}" for name in names]
    return lines


def clock_warnings(policy: Policy, batches: Sequence[SlotBatch], now: datetime) -> Iterator[str]:
    """Tell of windows that open at a time that the clock passes over or shows twice."""
    for batch in batches:
        coming = [window_opening(policy, one, batch.window) for one in openings_of_year(policy, batch.slot, now)]
        yield from clock_changes(f"the window of {batch.name} in slot {batch.slot.name}", coming, "Azure")


class _Maker:
    """Makes the configurations of one environment."""

    def __init__(
        self, policy: Policy, environment: Environment, settings: ConfigurationSettings, rules: Rules, prefix: str
    ) -> None:
        self._policy = policy
        self._environment = environment.name
        self._settings = settings
        self._rules = rules
        self._prefix = prefix
        self._keys = tag_keys_for(policy, "azure").get("group", ())
        self._zone = _windows_zone(policy)

    def of_family(self, batch: SlotBatch, family: str) -> list[Resource]:
        """One configuration for all subscriptions where the policy names where it is, else one in each."""
        members = batch.in_family(family)
        if self._settings.subscription:
            return [self._configuration(self._settings.subscription.lower(), batch, family, members)]
        return [self._configuration(one, batch, family, {one: members[one]}) for one in members]

    def _configuration(self, home: str, batch: SlotBatch, family: str, members: Mapping[str, Members]) -> Resource:
        (group,) = {one.name for one in members.values()}
        return {
            "subscription": home,
            "resource_group": self._settings.resource_group,
            "name": configuration_name(self._prefix, self._environment, batch, family),
            "location": self._settings.location,
            "maintenance_window": self._window(batch),
            "install_patches": {
                "reboot_setting": reboot_setting(members.values()),
                f"{family}_parameters": self._rules[group, family].parameters,
            },
            "tags": {ENVIRONMENT_TAG: self._environment},
            "dynamic_scopes": [self._scope(one, members[one], family) for one in members],
        }

    def _window(self, batch: SlotBatch) -> Resource:
        slot, window = batch.slot, batch.window
        return {
            "start_date_time": written_moment(first_opening(self._policy, batch)),
            "expiration_date_time": "",
            "duration": written_duration(window.duration),
            "time_zone": self._zone,
            "recur_every": format_recur_every(window_recurrence(slot, window)),
        }

    def _scope(self, subscription: str, members: Members, family: str) -> Resource:
        """The batch's machines of a subscription, by the keys under which they carry their group."""
        keys = [key for key in self._keys if key in members.tag_keys]
        return {
            "scope": f"/subscriptions/{subscription}",
            "filter": {
                "locations": [],
                "resource_groups": [],
                "resource_types": list(RESOURCE_TYPES),
                "os_types": [OS_TYPES[family]],
                "tag_settings": {
                    "tags": {key: [members.name] for key in keys},
                    "filter_operator": "Any" if len(keys) > 1 else "All",
                },
            },
        }


def _windows_zone(policy: Policy) -> str:
    try:
        return windows_name(policy.timezone)
    except InputError as error:
        raise InputError("timezone", policy.timezone, f"{error.allowed} (delivery: native)") from error
