# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is there of a policy at each account and region: one listing of each kind, and the details that lists omit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._core.errors import together
from .._core.targets import Target, TargetAnswers, on_targets
from . import baseline, window
from .client import Connection
from .patch_group import Registered, registrations
from .policy_items import Place, PurgeRule, WantedBaseline, WantedGroup, WantedPolicy, WantedWindow
from .registered_baselines import baseline_identities, patch_group_mappings
from .resource_tags import read_tags
from .session import AwsSession

_BASELINES, _GROUPS, _WINDOWS, _EVERY_BASELINE = "baselines", "groups", "windows", "every_baseline"
_LISTINGS: Mapping[str, Callable[[Connection], Any]] = {
    _BASELINES: baseline.list_own,
    _EVERY_BASELINE: baseline_identities,
    _GROUPS: patch_group_mappings,
    _WINDOWS: window.list_windows,
}

Listed = Mapping[tuple[Place, str], Any]
"""What each listing answered, by place and kind."""


@dataclass(frozen=True, slots=True)
class GroupState:
    """What is registered for a group, and every baseline of the place that a name could stand for."""

    current: Mapping[str, Registered]
    known: Sequence[Registered] = ()


@dataclass(frozen=True, slots=True)
class PolicyState:
    """What is there; None where there is nothing. ``surplus`` are the windows that a rule says have to go."""

    baselines: Mapping[WantedBaseline, dict[str, Any] | None]
    groups: Mapping[WantedGroup, GroupState]
    windows: Mapping[WantedWindow, dict[str, Any] | None]
    surplus: Mapping[PurgeRule, list[dict[str, Any]]]


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
        {rule: found[rule] for rule in wanted.purge},
    )


def answers_of(outcome: TargetAnswers[Any, Any]) -> dict[Any, Any]:
    """What each item was answered. Raises CloudError when one of them was not."""
    if outcome.errors:
        raise together([error for _target, error in outcome.errors])
    return {target.items[0]: given for target, given in outcome.answers}


def _needed(wanted: WantedPolicy) -> list[tuple[Place, str]]:
    """The listings that are needed: of all baselines where a group names one that is not of this call."""
    ours = {(one.place, one.name) for one in wanted.baselines}
    every = {one.place for one in wanted.groups if any((one.place, name) not in ours for name in one.baselines)}
    needed = [(place, _EVERY_BASELINE) for place in every]
    needed += [(one.place, _BASELINES) for one in wanted.baselines if one.place not in every]
    needed += [(one.place, _GROUPS) for one in wanted.groups]
    needed += [(one.place, _WINDOWS) for one in wanted.windows]
    needed += [(rule.place, _WINDOWS) for rule in wanted.purge]
    return list(dict.fromkeys(needed))


def _details(wanted: WantedPolicy, listed: Listed) -> dict[Any, Callable[[Connection], Any]]:
    """How to read each item, given the lists."""
    reads: dict[Any, Callable[[Connection], Any]] = {}
    for one in wanted.baselines:
        reads[one] = _baseline_reader(one, listed)
    for group in wanted.groups:
        reads[group] = _group_reader(group, listed)
    for one_window in wanted.windows:
        reads[one_window] = _window_reader(one_window, listed)
    for rule in wanted.purge:
        keep = {one.name for one in wanted.windows if one.place == rule.place}
        reads[rule] = _surplus_reader(rule, keep, listed)
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


def _surplus_reader(rule: PurgeRule, keep: set[str], listed: Listed) -> Callable[[Connection], list[dict[str, Any]]]:
    """Reads the windows of a rule's name that nobody wants, of which those are meant that have its tags."""
    named = [
        str(entry["WindowId"])
        for entry in listed[rule.place, _WINDOWS]
        if str(entry.get("Name", "")).startswith(rule.name_prefix) and entry.get("Name") not in keep
    ]

    def read(connection: Connection) -> list[dict[str, Any]]:
        tags = {one: read_tags(connection, window.RESOURCE_TYPE, one, f"maintenance window {one}") for one in named}
        ours = [one for one in named if rule.tags.items() <= tags[one].items()]
        found = [window.read_window(connection, window_id) for window_id in ours]
        return [entry for entry in found if entry is not None]

    return read
