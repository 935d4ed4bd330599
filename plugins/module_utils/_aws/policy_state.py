# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is there of a policy at each account and region: one listing of each kind, and the details that lists omit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._core.pool import results
from .._core.targets import Target, answers_of, on_targets
from . import baseline, window, window_list
from .client import Connection
from .patch_group import Registered, registrations
from .policy_items import Place, PurgeRule, WantedBaseline, WantedGroup, WantedPolicy, WantedWindow, WatchRule
from .registered_baselines import baseline_identities, patch_group_mappings
from .resource_tags import read_tags
from .session import AwsSession

_BASELINES, _GROUPS, _WINDOWS, _EVERY_BASELINE = "baselines", "groups", "windows", "every_baseline"
_LISTINGS: Mapping[str, Callable[[Connection], Any]] = {
    _BASELINES: baseline.list_own,
    _EVERY_BASELINE: baseline_identities,
    _GROUPS: patch_group_mappings,
    _WINDOWS: window_list.list_windows,
}

Listed = Mapping[tuple[Place, str], Any]
"""What each listing answered, by place and kind."""


@dataclass(frozen=True, slots=True)
class GroupState:
    """What is registered for a group, and every baseline of the place that a name could stand for."""

    current: Mapping[str, Registered]
    known: Sequence[Registered] = ()


@dataclass(frozen=True, slots=True, eq=False)
class OtherWindows:
    """The windows of a place that are not wanted, and the rules about them."""

    place: Place
    purge: Sequence[PurgeRule]
    watch: Sequence[WatchRule]


@dataclass(frozen=True, slots=True)
class Unknown:
    """A window that is told of."""

    place: Place
    name: str
    window_id: str
    enabled: bool
    tag: str


@dataclass(frozen=True, slots=True)
class PolicyState:
    """What is there; None where there is nothing. ``surplus`` are the windows that a rule says have to go."""

    baselines: Mapping[WantedBaseline, dict[str, Any] | None]
    groups: Mapping[WantedGroup, GroupState]
    windows: Mapping[WantedWindow, dict[str, Any] | None]
    surplus: Sequence[tuple[Place, dict[str, Any]]] = ()
    unknown: Sequence[Unknown] = ()


def read_state(session: AwsSession, wanted: WantedPolicy) -> PolicyState:
    """Read all of it side by side. Raises CloudError for what cannot be read, InputError for an ambiguous name."""
    needed = _needed(wanted)
    answers = answers_of(
        on_targets(
            session,
            [Target(place[0], place[1], ((place, kind),)) for place, kind in needed],
            lambda connection, target: _LISTINGS[target.items[0][1]](connection),
        )
    )
    reads = _details(wanted, answers)
    found = answers_of(
        on_targets(
            session,
            [Target(item.place[0], item.place[1], (item,)) for item in reads],
            lambda connection, target: reads[target.items[0]](connection),
        )
    )
    return PolicyState(
        {one: found[one] for one in wanted.baselines},
        {one: found[one] for one in wanted.groups},
        {one: found[one] for one in wanted.windows},
        [(one.place, surplus) for one in found if isinstance(one, OtherWindows) for surplus in found[one][0]],
        [unknown for one in found if isinstance(one, OtherWindows) for unknown in found[one][1]],
    )


def _needed(wanted: WantedPolicy) -> list[tuple[Place, str]]:
    """The listings that are needed: of all baselines where a group names one that is not of this call."""
    ours = {(one.place, one.name) for one in wanted.baselines}
    every = {one.place for one in wanted.groups if any((one.place, name) not in ours for name in one.baselines)}
    needed = [(place, _EVERY_BASELINE) for place in every]
    needed += [(one.place, _BASELINES) for one in wanted.baselines if one.place not in every]
    needed += [(one.place, _GROUPS) for one in wanted.groups]
    needed += [(one.place, _WINDOWS) for one in wanted.windows]
    needed += [(place, _WINDOWS) for place in _places_of_rules(wanted)]
    return list(dict.fromkeys(needed))


def _places_of_rules(wanted: WantedPolicy) -> list[Place]:
    return list(dict.fromkeys([*(rule.place for rule in wanted.purge), *(rule.place for rule in wanted.watch)]))


def _details(wanted: WantedPolicy, listed: Listed) -> dict[Any, Callable[[Connection], Any]]:
    """How to read each item, given the lists."""
    reads: dict[Any, Callable[[Connection], Any]] = {}
    for one in wanted.baselines:
        reads[one] = _baseline_reader(one, listed)
    for group in wanted.groups:
        reads[group] = _group_reader(group, listed)
    for one_window in wanted.windows:
        reads[one_window] = _window_reader(one_window, listed)
    for place in _places_of_rules(wanted):
        others = OtherWindows(
            place,
            [rule for rule in wanted.purge if rule.place == place],
            [rule for rule in wanted.watch if rule.place == place],
        )
        keep = {one.name for one in wanted.windows if one.place == place}
        reads[others] = _others_reader(others, keep, listed)
    return reads


def _baseline_reader(wanted: WantedBaseline, listed: Listed) -> Callable[[Connection], dict[str, Any] | None]:
    own = listed.get((wanted.place, _BASELINES))
    identities = listed[wanted.place, _EVERY_BASELINE] if own is None else own
    return lambda connection: baseline.fetch(
        connection, None, wanted.name, wanted.values["operating_system"], identities
    )


def _group_reader(wanted: WantedGroup, listed: Listed) -> Callable[[Connection], GroupState]:
    known = [
        Registered(str(entry["BaselineId"]), str(entry.get("BaselineName", "")), str(entry["OperatingSystem"]))
        for entry in listed.get((wanted.place, _EVERY_BASELINE), ())
    ]
    mappings = listed[wanted.place, _GROUPS]
    return lambda connection: GroupState(registrations(connection, wanted.name, mappings), known)


def _window_reader(wanted: WantedWindow, listed: Listed) -> Callable[[Connection], dict[str, Any] | None]:
    identities = listed[wanted.place, _WINDOWS]
    return lambda connection: window.fetch(connection, None, wanted.name, identities)


def _others_reader(
    others: OtherWindows, keep: set[str], listed: Listed
) -> Callable[[Connection], tuple[list[dict[str, Any]], list[Unknown]]]:
    """Reads the windows that a rule says have to go, and tells of unknown ones. Lists say no tags: of windows whose
    names a rule means they are asked for, once each."""
    named = [
        entry
        for entry in listed[others.place, _WINDOWS]
        if entry.get("Name") not in keep and _is_meant(others, str(entry.get("Name", "")))
    ]

    def read(connection: Connection) -> tuple[list[dict[str, Any]], list[Unknown]]:
        tags = dict(results(lambda one: _tags(connection, one), [str(entry["WindowId"]) for entry in named]))
        gone = [str(entry["WindowId"]) for entry in named if _has_to_go(others, entry["Name"], tags[entry["WindowId"]])]
        unknown = [
            _unknown(others.place, entry, tags[entry["WindowId"]][rule.tag_key])
            for entry in named
            if entry["WindowId"] not in gone
            for rule in [one for one in others.watch if one.wonders(entry["Name"], tags[entry["WindowId"]])][:1]
        ]
        found = [window.read_window(connection, window_id) for window_id in gone]
        return [entry for entry in found if entry is not None], unknown

    return read


def _is_meant(others: OtherWindows, name: str) -> bool:
    return any(name.startswith(rule.name_prefix) for rule in others.purge) or any(
        rule.fits(name) for rule in others.watch
    )


def _has_to_go(others: OtherWindows, name: str, tags: Mapping[str, str]) -> bool:
    return any(name.startswith(rule.name_prefix) and rule.tags.items() <= tags.items() for rule in others.purge)


def _tags(connection: Connection, window_id: str) -> dict[str, str]:
    return read_tags(connection, window.RESOURCE_TYPE, window_id, f"maintenance window {window_id}")


def _unknown(place: Place, entry: Mapping[str, Any], tag: str) -> Unknown:
    return Unknown(place, str(entry["Name"]), str(entry["WindowId"]), bool(entry.get("Enabled")), tag)
