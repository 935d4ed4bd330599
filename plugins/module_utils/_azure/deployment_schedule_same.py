# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether settings of deployment schedules say the same in other words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .._core.durations import parse_duration
from .deployment_schedule_model import CLASSIFICATIONS, USUAL_DURATION, USUAL_REBOOT

_MASKS = ("excluded_package_name_masks", "included_package_name_masks")
"""Names of Linux packages: their case counts."""

_NONE = {"unclassified"}
_KB_NUMBERS = ("excluded_kb_numbers", "included_kb_numbers")


def same_setting(name: str, wanted: Any, current: Any) -> bool:
    """Whether a setting is as wanted. Lists have no order, names and ids no case."""
    if name == "duration":
        return _duration(wanted) == _duration(current or USUAL_DURATION)
    if name == "reboot_setting":
        # Answers leave it out where it was not set.
        return str(wanted).casefold() == str(current or USUAL_REBOOT).casefold()
    if name in _MASKS:
        return set(wanted) == set(current)
    if name in _KB_NUMBERS:
        return {number.upper().removeprefix("KB") for number in current} == set(wanted)
    if name in CLASSIFICATIONS:
        # The service says Unclassified for none, and leaves it out beside others.
        return {each.casefold() for each in wanted} - _NONE == {each.casefold() for each in current} - _NONE
    if isinstance(wanted, str):
        return wanted.casefold() == str(current).casefold()
    return same_texts(wanted, current)


def text_of(value: Any) -> str:
    """A value as the API has it, where it has texts."""
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)


def same_parameters(wanted: Mapping[str, Any], current: Mapping[str, Any]) -> bool:
    """Whether two runbooks are given the same."""
    return {name: text_of(wanted[name]) for name in wanted} == {name: text_of(current[name]) for name in current}


def same_texts(wanted: Iterable[str], current: Iterable[str]) -> bool:
    """Whether two lists have the same names or ids."""
    return {text.casefold().rstrip("/") for text in wanted} == {text.casefold().rstrip("/") for text in current}


def same_queries(wanted: Sequence[Mapping[str, Any]], current: Sequence[Mapping[str, Any]]) -> bool:
    """Whether two lists have the same queries."""
    return Counter(map(_query, wanted)) == Counter(map(_query, current))


def _query(query: Mapping[str, Any]) -> object:
    """A query in a form in which neither order nor case shows, nor how a location is written."""
    if "function_alias" in query:
        return query["function_alias"].casefold(), query["workspace_id"].casefold()
    settings = query["tag_settings"]
    tags = {
        (key.casefold(), frozenset(value.casefold() for value in settings["tags"][key])) for key in settings["tags"]
    }
    return (
        frozenset(scope.casefold().rstrip("/") for scope in query["scope"]),
        frozenset(location.casefold().replace(" ", "") for location in query["locations"]),
        frozenset(tags),
        # With one tag at most there is nothing to combine.
        settings["filter_operator"].casefold() if len(tags) > 1 else "",
    )


def _duration(text: str) -> object:
    try:
        return parse_duration(text)
    except ValueError:
        return text
