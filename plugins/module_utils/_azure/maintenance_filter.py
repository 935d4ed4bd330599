# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter of a dynamic scope in the words of the modules' options, and in those of the API.

Regions, groups, types and systems are the same in whatever case and order; names of tags are too, their values are not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .._core.errors import InputError, did_you_mean

LISTS: Mapping[str, str] = {
    "locations": "locations",
    "os_types": "osTypes",
    "resource_groups": "resourceGroups",
    "resource_types": "resourceTypes",
}
"""Lists of a filter, and what the API calls them."""

OS_TYPES = ("Linux", "Windows")
RESOURCE_TYPES = ("Microsoft.Compute/virtualMachines", "Microsoft.HybridCompute/machines")
ALL, ANY = OPERATORS = ("All", "Any")
_WORDS = {"os_types": OS_TYPES, "resource_types": RESOURCE_TYPES}


def wanted_filter(given: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """What the option asks for, in a stable form; what is not set is left out. None when the option is not set."""
    if given is None:
        return None
    wanted: dict[str, Any] = {
        name: stable(str(value) for value in given[name]) for name in LISTS if given.get(name) is not None
    }
    settings = given.get("tag_settings") or {}
    tags: dict[str, Any] = {}
    if settings.get("tags") is not None:
        tags["tags"] = {str(name): _values(value) for name, value in settings["tags"].items()}
    if settings.get("filter_operator") is not None:
        tags["filter_operator"] = str(settings["filter_operator"])
    return wanted | ({"tag_settings": tags} if tags else {})


def filter_from_api(raw: Mapping[str, Any]) -> dict[str, Any]:
    """A filter as the service shows it, with everything that nothing was set for."""
    settings = raw.get("tagSettings") or {}
    return {
        **{name: stable(str(value) for value in raw.get(member) or ()) for name, member in LISTS.items()},
        "tag_settings": {
            "tags": {str(name): _values(values) for name, values in sorted((settings.get("tags") or {}).items())},
            "filter_operator": str(settings.get("filterOperator") or ""),
        },
    }


def filter_after(current: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The filter as it will be; what is not wanted stays, and what means the same keeps its spelling."""
    after = {**current}
    for name in LISTS:
        if name in wanted and _forms(wanted[name]) != _forms(current[name]):
            after[name] = wanted[name]
    chosen, settings = wanted.get("tag_settings") or {}, dict(current["tag_settings"])
    if "tags" in chosen and _tags(chosen["tags"]) != _tags(settings["tags"]):
        settings["tags"] = dict(sorted(chosen["tags"].items()))
    operator = str(chosen.get("filter_operator", settings["filter_operator"]))
    if operator.lower() != settings["filter_operator"].lower():
        settings["filter_operator"] = operator
    if settings["tags"] and not settings["filter_operator"]:
        settings["filter_operator"] = ALL
    return after | {"tag_settings": settings}


def filter_to_api(values: Mapping[str, Any]) -> dict[str, Any]:
    """The members of a request. What is empty is left out."""
    body: dict[str, Any] = {member: list(values[name]) for name, member in LISTS.items() if values[name]}
    settings = values["tag_settings"]
    if settings["tags"]:
        body["tagSettings"] = {"tags": dict(settings["tags"]), "filterOperator": settings["filter_operator"]}
    return body


def check_filter(wanted: Mapping[str, Any] | None) -> None:
    """Raises InputError for what the service would not take."""
    for name, words in _WORDS.items():
        known = {word.lower() for word in words}
        for value in (wanted or {}).get(name) or ():
            if value.lower() not in known:
                raise InputError(f"filter.{name}", value, f"{', '.join(words)}{did_you_mean(value, words)}")
    for name in ("locations", "resource_groups"):
        for value in (wanted or {}).get(name) or ():
            if not value.strip() or "/" in value:
                raise InputError(f"filter.{name}", value, "names, not empty and without a slash")
    settings = (wanted or {}).get("tag_settings") or {}
    if settings.get("filter_operator", ALL) not in OPERATORS:
        raise InputError("filter.tag_settings.filter_operator", settings["filter_operator"], "All or Any")
    names = [name.lower() for name in settings.get("tags") or {}]
    for name, values in (settings.get("tags") or {}).items():
        if not name or not values:
            raise InputError(f"filter.tag_settings.tags.{name}", values, "a list with the values that the tag may have")
        if names.count(name.lower()) > 1:
            raise InputError("filter.tag_settings.tags", name, "names that differ in more than their case")


def stable(values: Iterable[str]) -> list[str]:
    """Values in a stable order, each once."""
    return sorted({_form(value): value for value in values}.values(), key=_form)


def _values(given: Any) -> list[str]:
    listed = given if isinstance(given, (list, tuple)) else [] if given is None else [given]
    return sorted({str(value) for value in listed})


def _forms(values: Iterable[str]) -> set[str]:
    return {_form(value) for value in values}


def _form(value: str) -> str:
    """``West Europe`` is ``westeurope``."""
    return value.replace(" ", "").lower()


def _tags(tags: Mapping[str, Iterable[str]]) -> dict[str, set[str]]:
    return {name.lower(): set(values) for name, values in tags.items()}
