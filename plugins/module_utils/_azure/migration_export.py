# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The forms in which people have exported their deployment schedules, as the API answers them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .deployment_schedule_model import from_api, state_from_api
from .migration_template import is_template, schedules_of

_TOP: Mapping[str, str] = {"name": "name", "id": "id", "resourceid": "id", "properties": "properties"}
"""Members of a resource, as the API and PowerShell (``Get-AzResource``) write them."""

_LISTS = frozenset(
    {
        "azureVirtualMachines",
        "nonAzureComputerNames",
        "azureQueries",
        "nonAzureQueries",
        "scope",
        "locations",
        "includedKbNumbers",
        "excludedKbNumbers",
        "includedPackageNameMasks",
        "excludedPackageNameMasks",
        "weekDays",
        "monthDays",
        "monthlyOccurrences",
    }
)
_TAGS = "tags"


def entries_of(content: Any) -> list[Any]:
    """The entries of an answer, of several, of a list or of a template. Raises ValueError for a template that has none.

    PowerShell's ``Invoke-AzRestMethod`` has the answer as a text, ``Content``.
    """
    if isinstance(content, Mapping) and isinstance(content.get("Content"), str):
        return entries_of(json.loads(content["Content"]))
    if is_template(content):
        return list(schedules_of(content))
    if isinstance(content, Mapping):
        return list(content["value"]) if isinstance(content.get("value"), list) else [content]
    if not isinstance(content, list):
        return [content]
    return [entry for part in content for entry in ([part] if _is_schedule(part) else entries_of(part))]


def as_answered(entry: Any) -> dict[str, Any]:
    """A schedule as the API answers it. Raises ValueError for what is none, and says what is wrong with it.

    The Azure CLI writes the members of ``properties`` beside the name.
    """
    if not isinstance(entry, Mapping):
        raise ValueError("it has no name and properties")
    found = {_TOP.get(str(name).lower(), str(name)): value for name, value in entry.items() if value is not None}
    if "properties" not in found and "updateConfiguration" in found:
        found["properties"] = {name: value for name, value in found.items() if name not in _TOP.values()}
    name, properties = found.get("name"), found.get("properties")
    if not isinstance(name, str) or not name.strip() or not isinstance(properties, Mapping):
        raise ValueError("it has no name and properties")
    if not isinstance(properties.get("updateConfiguration"), Mapping):
        raise ValueError(f"{name} has no updateConfiguration")
    schedule = {"id": str(found.get("id") or ""), "name": name, "properties": dict(properties)}
    for member in ("updateConfiguration", "scheduleInfo"):
        _check_lists(properties.get(member), f"{name}: {member}")
    try:
        from_api(schedule)
        state_from_api(schedule)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{name} is none ({error})") from error
    return schedule


def _is_schedule(part: Any) -> bool:
    """Whether an entry of a list is a schedule, and no page of them."""
    if not isinstance(part, Mapping):
        return True
    names = {str(name).lower() for name in part}
    return bool(names & {"properties", "updateconfiguration"}) or not names & {"value", "content", "resources"}


def _check_lists(value: Any, place: str) -> None:
    """Raises ValueError for a text where a list belongs: ConvertTo-Json writes that below the depth that it has."""
    if isinstance(value, list):
        for each in value:
            _check_lists(each, place)
    if not isinstance(value, Mapping):
        return
    for name, each in value.items():
        listed = name in _LISTS or (place.endswith(_TAGS))
        if listed and each is not None and not isinstance(each, list):
            raise ValueError(f"{place}.{name} is {each!r} and no list; with ConvertTo-Json give -Depth 20")
        _check_lists(each, f"{place}.{name}")
