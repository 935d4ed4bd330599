# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``azure_patch_policy`` is asked to have in each subscription, from its options."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._core.delivery.watch import Watch
from .._core.errors import InputError
from .._core.nodes import canonical_id
from .maintenance_check import check_configuration
from .maintenance_filter import check_filter, wanted_filter
from .maintenance_ids import check_scope, configuration_id, subscription_of
from .maintenance_model import wanted_configuration

Entry = Mapping[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class WantedConfiguration:
    """A configuration to have; what ``values`` leaves out stays as it is. ``purge_scopes``: other scopes of it go."""

    id: str
    values: Mapping[str, Any]
    scopes: Sequence[WantedScope] = ()
    purge_scopes: bool = True

    @property
    def subscription(self) -> str:
        """Where it is."""
        return subscription_of(self.id)

    @property
    def name(self) -> str:
        """Its name."""
        return self.id.rpartition("/")[2]


@dataclass(frozen=True, slots=True, eq=False)
class WantedScope:
    """A dynamic scope of a configuration: at a subscription or resource group, with a filter."""

    scope: str
    filter: Mapping[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class PurgeRule:
    """Configurations that are deleted unless they are wanted: their names begin so and they have all of these tags."""

    subscription: str
    name_prefix: str
    tags: Mapping[str, str]

    def fits(self, configuration: Mapping[str, Any]) -> bool:
        """Whether a configuration is one of these. Names of tags are the same in whatever case."""
        carried = {name.lower(): value for name, value in configuration["tags"].items()}
        named = str(configuration["name"]).lower().startswith(self.name_prefix.lower())
        return named and all(carried.get(name.lower()) == value for name, value in self.tags.items())


@dataclass(frozen=True, slots=True, eq=False)
class WatchRule:
    """Configurations that are told of. Names are the same in whatever case; those of ``watch`` are in lower case."""

    subscription: str
    watch: Watch
    tag_key: str

    def tag_of(self, configuration: Mapping[str, Any]) -> str | None:
        """The value of the tag that says for which environment it is."""
        return next((value for name, value in configuration["tags"].items() if name.lower() == self.tag_key), None)

    def wonders(self, name: str, tag: str | None) -> bool:
        """Whether a configuration of this name with this tag is one."""
        return self.watch.wonders(name.lower(), tag)

    def doubts(self, name: str, environments: Collection[str]) -> bool:
        """Whether one of this name, whose tag nobody read, is of no known environment, or of one of these."""
        fitting = [tag for tag, prefix in self.watch.known.items() if name.lower().startswith(prefix)]
        nearest = max(fitting, key=lambda tag: len(self.watch.known[tag]), default=None)
        return self.watch.fits(name.lower()) and (nearest is None or nearest in environments)


@dataclass(frozen=True, slots=True)
class WantedPolicy:
    """Everything that the options ask for."""

    configurations: Sequence[WantedConfiguration] = ()
    purge: Sequence[PurgeRule] = ()
    watch: Sequence[WatchRule] = ()

    def subscriptions(self) -> list[str]:
        """Where something is looked at."""
        named = [one.subscription for one in self.configurations]
        named += [subscription_of(scope.scope) for one in self.configurations for scope in one.scopes]
        named += [rule.subscription for rule in self.purge]
        return list(dict.fromkeys([*named, *(rule.subscription for rule in self.watch)]))


def wanted_policy(params: Mapping[str, Any], subscription: str) -> WantedPolicy:
    """What the options ask for. Raises InputError for what the service does not allow and for what is there twice."""
    configurations: list[WantedConfiguration] = []
    for index, entry in enumerate(params["configurations"]):
        try:
            one = _configuration(entry, subscription)
        except InputError as error:
            path = f"configurations[{index}].{error.option} of {entry['name']}"
            raise InputError(path, error.value, error.allowed) from error
        if any(canonical_id(other.id) == canonical_id(one.id) for other in configurations):
            raise InputError("configurations", one.name, f"each once; {one.id} is there twice")
        configurations.append(one)
    purge = [
        _purge_rule(f"purge_configurations[{index}]", entry, subscription)
        for index, entry in enumerate(params["purge_configurations"])
    ]
    watch = [
        WatchRule(
            _subscription(f"unknown_configurations[{index}]", entry, subscription),
            watch_of(entry),
            entry["tag_key"].lower(),
        )
        for index, entry in enumerate(params.get("unknown_configurations") or ())
    ]
    return WantedPolicy(configurations, purge, watch)


def watch_of(entry: Entry) -> Watch:
    """What an entry of the options says of names."""
    known = {str(mark): str(prefix).lower() for mark, prefix in (entry["known"] or {}).items()}
    return Watch(tuple(pattern.lower() for pattern in entry["names"]), known)


def _configuration(entry: Entry, subscription: str) -> WantedConfiguration:
    resource_id = configuration_id(entry["subscription"] or subscription, entry["resource_group"], entry["name"])
    values = wanted_configuration(entry)
    check_configuration(values)
    scopes = [_scope(f"dynamic_scopes[{index}]", one) for index, one in enumerate(entry["dynamic_scopes"])]
    places = [one.scope.lower() for one in scopes]
    for place in places:
        if places.count(place) > 1:
            raise InputError("dynamic_scopes", place, "each subscription or resource group once")
    return WantedConfiguration(resource_id, values, scopes, entry["purge_scopes"])


def _scope(path: str, entry: Entry) -> WantedScope:
    scope, chosen = check_scope(f"{path}.scope", entry["scope"]), wanted_filter(entry["filter"])
    try:
        check_filter(chosen)
    except InputError as error:
        raise InputError(f"{path}.{error.option}", error.value, error.allowed) from error
    return WantedScope(scope, chosen or {})


def _purge_rule(path: str, entry: Entry, subscription: str) -> PurgeRule:
    place = _subscription(path, entry, subscription)
    tags = {str(name): str(value) for name, value in (entry["tags"] or {}).items()}
    if not tags or not entry["name_prefix"]:
        option = f"{path}.{'name_prefix' if tags else 'tags'}"
        raise InputError(option, tags and entry["name_prefix"], "what the configurations to delete have, not empty")
    return PurgeRule(place, entry["name_prefix"], tags)


def _subscription(path: str, entry: Entry, subscription: str) -> str:
    place = (entry["subscription"] or subscription).lower()
    if not place:
        raise InputError(f"{path}.subscription", "", "a subscription, here or with the credentials")
    return str(place)
