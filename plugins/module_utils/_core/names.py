# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Patch group names: formed from environment, slot and batch, and read back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from string import Formatter

from .errors import InputError

PLACEHOLDERS = ("environment", "slot", "batch")


@dataclass(frozen=True, slots=True)
class GroupName:
    """What a patch group says about a node; a part that the format leaves out is empty."""

    environment: str
    slot: str
    batch: str


def format_group(group_format: str, environment: str, slot: str, batch: str) -> str:
    """The patch group of an environment, slot and batch."""
    return group_format.format(environment=environment, slot=slot, batch=batch)


def check_group_format(group_format: str) -> str:
    """What is wrong with a format, empty when nothing is."""
    try:
        parts = list(Formatter().parse(group_format))
    except ValueError as error:
        return f"is no format ({error})"
    used = [name for _literal, name, _spec, _conversion in parts if name is not None]
    for literal, name, spec, conversion in parts:
        if name is not None and (name not in PLACEHOLDERS or spec or conversion):
            return f"has the placeholder {{{name}}}; allowed: {{environment}}, {{slot}} and {{batch}}"
        if name is not None and not literal and parts[0] != (literal, name, spec, conversion):
            return f"has no text before {{{name}}}, so that the parts could not be told apart"
    for needed in ("environment", "batch"):
        if needed not in used:
            return f"lacks {{{needed}}}"
    if len(used) != len(set(used)):
        return "has a placeholder twice"
    return ""


class GroupParser:
    """Reads patch groups back, with the names that the policy knows, so that names may hold the separator too."""

    def __init__(self, group_format: str, known: Mapping[str, Iterable[str]]) -> None:
        """``known`` has the names of environments, slots and batches by placeholder. Raises InputError."""
        wrong = check_group_format(group_format)
        if wrong:
            raise InputError(
                "group_format", group_format, f"a format such as patch_{{environment}}_{{batch}}; it {wrong}"
            )
        self.group_format = group_format
        self._strict = _pattern(group_format, {name: sorted(set(known.get(name, ()))) for name in PLACEHOLDERS})
        environments = {"environment": sorted(set(known.get("environment", ())))}
        self._loose = [_pattern(group_format, names) for names in (environments, {})]

    def parse(self, group: str) -> GroupName | None:
        """What the group says, None when it is not one that the known names form."""
        return _named(self._strict.fullmatch(group))

    def guess(self, group: str) -> GroupName | None:
        """What a group of this form seems to say, whether the names are known or not; for messages."""
        guesses = (_named(pattern.fullmatch(group)) for pattern in self._loose)
        return self.parse(group) or next((guess for guess in guesses if guess), None)


def _pattern(group_format: str, known: Mapping[str, Sequence[str]]) -> re.Pattern[str]:
    """A format as a pattern; a placeholder stands for one of its known names, for any text when none is known."""
    pattern = ""
    for literal, name, _spec, _conversion in Formatter().parse(group_format):
        pattern += re.escape(literal)
        if name is not None:
            longest_first = sorted(known.get(name, ()), key=len, reverse=True)
            pattern += f"(?P<{name}>{'|'.join(map(re.escape, longest_first)) or '.+?'})"
    return re.compile(pattern)


def _named(found: re.Match[str] | None) -> GroupName | None:
    if not found:
        return None
    parts = found.groupdict()
    return GroupName(parts.get("environment", ""), parts.get("slot", ""), parts.get("batch", ""))
