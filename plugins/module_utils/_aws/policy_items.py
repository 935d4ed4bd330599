# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``ssm_patch_policy`` is asked to have at each account and region, from its options."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from .._core.delivery.watch import Watch
from .._core.errors import InputError
from .baseline_check import check_values
from .baseline_model import wanted_of
from .model_check import check_request
from .resource_tags import wanted_tags
from .window_check import check_window
from .window_model import wanted_window

Place = tuple[str, str]
"""Account and region; an empty account is that of the module's credentials."""


@dataclass(frozen=True, slots=True, eq=False)
class WantedBaseline:
    """A baseline to have at a place; what ``values`` leaves out stays as it is."""

    place: Place
    name: str
    values: Mapping[str, Any]
    tags: Mapping[str, str] | None


@dataclass(frozen=True, slots=True, eq=False)
class WantedGroup:
    """A patch group and the names or ids of the baselines to register for it."""

    place: Place
    name: str
    baselines: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class WantedWindow:
    """A maintenance window to have at a place, with its targets and tasks; what ``values`` leaves out stays."""

    place: Place
    name: str
    values: Mapping[str, Any]
    tags: Mapping[str, str] | None
    purge_targets: bool = True
    purge_tasks: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class PurgeRule:
    """Windows that are deleted unless they are wanted: their names begin so and they have all of these tags."""

    place: Place
    name_prefix: str
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class WatchRule:
    """Windows that are told of: their names fit a pattern, and no name and prefix of ``known`` explains their tag."""

    place: Place
    watch: Watch
    tag_key: str

    def fits(self, name: str) -> bool:
        """Whether it is worth a request to ask for the window's tags."""
        return self.watch.fits(name)

    def wonders(self, name: str, tags: Mapping[str, str]) -> bool:
        """Whether a window of this name with these tags is one."""
        return self.watch.wonders(name, tags.get(self.tag_key))


@dataclass(frozen=True, slots=True)
class WantedPolicy:
    """Everything that the options ask for."""

    baselines: Sequence[WantedBaseline] = ()
    groups: Sequence[WantedGroup] = ()
    windows: Sequence[WantedWindow] = ()
    purge: Sequence[PurgeRule] = ()
    watch: Sequence[WatchRule] = ()


Wanted: TypeAlias = WantedBaseline | WantedGroup | WantedWindow
Entry = Mapping[str, Any]


def wanted_policy(params: Mapping[str, Any], region: str) -> WantedPolicy:
    """What the options ask for. Raises InputError for what the service does not allow and for a name that is twice."""
    wanted = WantedPolicy(
        baselines=_read(
            "baselines", params["baselines"], "name", lambda entry: _baseline(entry, region), _name_and_system
        ),
        groups=_read("groups", params["groups"], "patch_group", lambda entry: _group(entry, region)),
        windows=_read("windows", params["windows"], "name", lambda entry: _window(entry, region)),
        purge=[
            PurgeRule(_place(entry, region), entry["name_prefix"], wanted_tags(entry["tags"]) or {})
            for entry in params["purge_windows"]
        ],
        watch=[
            WatchRule(
                _place(entry, region),
                Watch(tuple(entry["names"]), wanted_tags(entry["known"]) or {}),
                entry["tag_key"],
            )
            for entry in params["unknown_windows"]
        ],
    )
    for index, rule in enumerate(wanted.purge):
        if not rule.tags or not rule.name_prefix:
            option = f"purge_windows[{index}].{'name_prefix' if rule.tags else 'tags'}"
            raise InputError(option, rule.tags and rule.name_prefix, "what the windows to delete have, not empty")
    return wanted


def shown_place(place: Place) -> str:
    """Account and region in a message, empty when neither is known."""
    return " ".join(part for part in place if part)


Item = TypeVar("Item", bound=Wanted)


def _name(item: Wanted) -> tuple[str, ...]:
    return (item.name,)


def _name_and_system(item: WantedBaseline) -> tuple[str, ...]:
    """Baselines of different operating systems may share a name."""
    return (item.name, str(item.values["operating_system"]))


def _read(
    option: str,
    entries: Sequence[Entry],
    name: str,
    make: Callable[[Entry], Item],
    key: Callable[[Item], tuple[str, ...]] = _name,
) -> list[Item]:
    """The entries of an option, each checked and each there once at its place, by what ``key`` says."""
    items: list[Item] = []
    for index, entry in enumerate(entries):
        try:
            item = make(entry)
        except InputError as error:
            path = f"{option}[{index}].{error.option} of {entry[name]}"
            raise InputError(path, error.value, error.allowed) from error
        if any((other.place, key(other)) == (item.place, key(item)) for other in items):
            at = shown_place(item.place)
            raise InputError(option, item.name, f"each name once at a place; it is there twice{at and f' in {at}'}")
        items.append(item)
    return items


def _baseline(entry: Entry, region: str) -> WantedBaseline:
    tags = wanted_tags(entry["tags"])
    check_values(entry, tags)
    return WantedBaseline(_place(entry, region), entry["name"], wanted_of(entry), tags)


def _group(entry: Entry, region: str) -> WantedGroup:
    check_request("ssm", "RegisterPatchBaselineForPatchGroup", {"PatchGroup": entry["patch_group"]})
    return WantedGroup(_place(entry, region), entry["patch_group"], tuple(entry["baselines"]))


def _window(entry: Entry, region: str) -> WantedWindow:
    wanted, tags = wanted_window(entry), wanted_tags(entry["tags"])
    check_window(wanted, tags)
    return WantedWindow(
        _place(entry, region), entry["name"], wanted, tags, entry["purge_targets"], entry["purge_tasks"]
    )


def _place(entry: Entry, region: str) -> Place:
    return entry["account"] or "", entry["region"] or region
