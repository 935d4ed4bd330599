# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Maintenance configurations: which machines they install on, and when they do so next.

Rules are those of Update Manager ("Scheduled patching", "Dynamic scoping"): only configurations for guest patches
count, and the filters of a dynamic scope must all fit, an empty one fits every machine. Whether a virtual machine lets
itself be patched by configuration is in :mod:`.native_updates`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .._core.errors import InputError
from .._core.facts import NativeUpdate
from .._core.nodes import canonical_id, provider_of_id
from .maintenance_window import window_from_api, window_of

CONFIGURATION_TYPE = "microsoft.maintenance/maintenanceconfigurations"
ASSIGNMENT_TYPE = "microsoft.maintenance/configurationassignments"
KIND = "maintenance_configuration"

_GUEST_PATCHES = "inguestpatch"
_BEHIND = f"/providers/{ASSIGNMENT_TYPE}/"
_PLACE = re.compile(r"/subscriptions/[^/]+(?:/resourcegroups/[^/]+)?")


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a dynamic scope looks at of a machine; ``id``, ``type`` and ``os_family`` are in lower case."""

    id: str
    type: str
    location: str
    os_family: str
    tags: Mapping[str, str] = field(hash=False)


@dataclass(frozen=True, slots=True)
class Assignment:
    """A configuration for a machine (``scope`` is its id) or, with ``filters``, for what fits below ``scope``."""

    scope: str
    configuration: str
    filters: Mapping[str, Any] | None = field(default=None, hash=False)

    def concerns(self, machine: Candidate) -> bool:
        """Whether the configuration is for the machine."""
        if self.filters is None:
            return machine.id == self.scope
        return machine.id.startswith(f"{self.scope}/") and _fits(self.filters, machine)


@dataclass(frozen=True, slots=True)
class Maintenance:
    """What installs by configuration: the assignments, and the configurations by their id in lower case.

    ``updates`` has None for a configuration that installs nothing before the horizon: another scope, over, or later.
    ``other_scopes`` are those that never install on a machine.
    """

    assignments: Sequence[Assignment] = ()
    updates: Mapping[str, NativeUpdate | None] = field(default_factory=dict, hash=False)
    other_scopes: frozenset[str] = frozenset()

    def has_any(self, machine: Candidate) -> bool:
        """Whether a configuration that installs is assigned to the machine, whenever it does so."""
        return any(one.concerns(machine) for one in self.assignments if one.configuration not in self.other_scopes)

    def updates_of(self, machine: Candidate) -> tuple[NativeUpdate, ...]:
        """The configurations that install on a machine. One that was not found (in a subscription that was not read,
        or that the credentials do not reach) may do so at any time."""
        concerning = dict.fromkeys(one.configuration for one in self.assignments if one.concerns(machine))
        found = [self.updates.get(key, NativeUpdate(KIND, key.rpartition("/")[2], None)) for key in concerning]
        return tuple(update for update in found if update is not None)


def maintenance_of(
    configurations: Iterable[Mapping[str, Any]],
    assignments: Iterable[Mapping[str, Any]],
    now: datetime,
    until: datetime,
) -> Maintenance:
    """What installs between ``now`` and ``until``, of resources as the API and Resource Graph show them."""
    found = {canonical_id(str(entry["id"])): entry for entry in configurations}
    return Maintenance(
        [read for entry in assignments if (read := assignment_of(entry))],
        {key: _update(entry, now, until) for key, entry in found.items()},
        frozenset(key for key, entry in found.items() if not _is_for_guests(entry)),
    )


def assignment_of(entry: Mapping[str, Any]) -> Assignment | None:
    """The assignment of a resource. Its scope stands in its own id, before the provider.

    At a subscription or a resource group it is a dynamic scope, also one that is shown without a filter: that has every
    machine.
    """
    properties = entry.get("properties") or {}
    configuration = canonical_id(str(properties.get("maintenanceConfigurationId") or ""))
    scope = canonical_id(str(entry.get("id", ""))).partition(_BEHIND)[0]
    if not configuration:
        return None
    filters, resource = properties.get("filter"), canonical_id(str(properties.get("resourceId") or scope))
    if _PLACE.fullmatch(scope) and (filters is not None or not provider_of_id(resource)):
        return Assignment(scope, configuration, filters or {})
    return Assignment(resource, configuration)


def is_dynamic(entry: Mapping[str, Any]) -> bool:
    """Whether an assignment is a dynamic scope."""
    found = assignment_of(entry)
    return found is not None and found.filters is not None


def _update(entry: Mapping[str, Any], now: datetime, until: datetime) -> NativeUpdate | None:
    """When a configuration installs next. One whose window cannot be read may do so at any time."""
    properties, name = entry.get("properties") or {}, str(entry.get("name") or str(entry["id"]).rpartition("/")[2])
    if not _is_for_guests(entry):
        return None
    try:
        opens = window_of(window_from_api(properties.get("maintenanceWindow") or {})).next_after(now)
    except InputError:
        return NativeUpdate(KIND, name, None)
    if opens is None or opens > until:
        return None
    return NativeUpdate(KIND, name, opens.isoformat())


def _is_for_guests(entry: Mapping[str, Any]) -> bool:
    return str((entry.get("properties") or {}).get("maintenanceScope", "")).lower() == _GUEST_PATCHES


def _fits(filters: Mapping[str, Any], machine: Candidate) -> bool:
    group = machine.id.split("/")[4]
    asked = (
        (filters.get("resourceTypes"), machine.type),
        (filters.get("resourceGroups"), group),
        (filters.get("osTypes"), machine.os_family),
        (filters.get("locations"), machine.location),
    )
    return all(_among(values, value) for values, value in asked) and _tags_fit(filters.get("tagSettings"), machine.tags)


def _among(values: Sequence[Any] | None, value: str) -> bool:
    """Whether an empty filter, or one that names the value in whatever case (``West Europe`` is ``westeurope``)."""
    return not values or _plain(value) in {_plain(str(each)) for each in values}


def _tags_fit(settings: Mapping[str, Any] | None, tags: Mapping[str, str]) -> bool:
    """``filterOperator`` Any needs one of the tags, All each of them; a tag has one of the values that are named."""
    wanted = (settings or {}).get("tags") or {}
    if not wanted:
        return True
    carried = {name.lower(): value for name, value in tags.items()}
    fitting = [name.lower() in carried and _among(values, carried[name.lower()]) for name, values in wanted.items()]
    return any(fitting) if str((settings or {}).get("filterOperator", "")).lower() == "any" else all(fitting)


def _plain(text: str) -> str:
    return text.replace(" ", "").lower()
