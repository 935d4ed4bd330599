# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading the keys of a mapping: each reader answers a usable value and writes down what was wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TypeVar

from .. import durations
from ..errors import did_you_mean
from .located import EMPTY, FLAG, LIST, MAP, NUMBER, TEXT, Located
from .problems import Problems

Record = TypeVar("Record")

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}\Z")
NAME_ALLOWED = "a name of up to 64 letters, digits, '_', '-' and '.', beginning with a letter or digit"
_NOTHING = Located(EMPTY)
_TRUE, _FALSE = ("true", "yes", "on"), ("false", "no", "off")


class Fields:
    """The keys of one mapping. A key that is empty or not there has its default; an unknown key is a problem."""

    def __init__(self, value: Located, path: str, problems: Problems, known: Sequence[str] | None) -> None:
        self.path = path
        self.problems = problems
        self.line = value.line
        self.entries = dict(value.entries)
        if value.kind not in (MAP, EMPTY):
            problems.add(value.line, path, f"{value.shown} cannot be used; allowed: a mapping of {_listed(known)}")
        for key, entry in self.entries.items():
            if known is not None and key not in known:
                hint = did_you_mean(key, known)
                problems.add(entry.line, self.at(key), f"there is no such key; allowed: {_listed(known)}{hint}")

    def at(self, key: str) -> str:
        """The path of a key."""
        return f"{self.path}.{key}" if self.path else key

    def get(self, key: str) -> Located:
        """The value of a key, EMPTY when there is none."""
        return self.entries.get(key, _NOTHING)

    def has(self, key: str) -> bool:
        """Whether the key has a value."""
        return self.get(key).kind != EMPTY

    def wrong(self, key: str, allowed: str, value: Located | None = None) -> None:
        """Write down that a key's value cannot be used."""
        found = value or self.get(key)
        self.problems.add(found.line or self.line, self.at(key), f"{found.shown} cannot be used; allowed: {allowed}")

    def missing(self, key: str, allowed: str) -> None:
        """Write down that a key has to be there."""
        self.problems.add(self.get(key).line or self.line, self.at(key), f"is missing; allowed: {allowed}")

    def text(self, key: str, default: str = "", *, required: str = "", pattern: re.Pattern[str] | None = None) -> str:
        """A text; ``required`` says what is allowed, and a missing key is then a problem."""
        value = self.get(key)
        if value.kind == EMPTY:
            if required:
                self.missing(key, required)
            return default
        text = value.text.strip()
        if value.kind in (MAP, LIST) or not text or (pattern and not pattern.match(text)):
            self.wrong(key, required or "a text")
            return default
        return text

    def name(self, key: str = "name") -> str:
        """A name, which has to be there."""
        return self.text(key, required=NAME_ALLOWED, pattern=NAME)

    def choice(self, key: str, allowed: Sequence[str], default: str = "", *, required: bool = False) -> str:
        """One of some words."""
        value = self.get(key)
        if value.kind == EMPTY:
            if required:
                self.missing(key, f"one of {_listed(allowed)}")
            return default
        if value.kind in (MAP, LIST) or value.text not in allowed:
            self.wrong(key, f"one of {_listed(allowed)}{did_you_mean(value.text, allowed)}")
            return default
        return value.text

    def integer(self, key: str, low: int, high: int) -> int | None:
        """A whole number within bounds, both allowed; None when the key is not there."""
        value = self.get(key)
        if value.kind == EMPTY:
            return None
        if value.kind not in (NUMBER, TEXT) or not re.fullmatch(r"\d{1,9}", value.text):
            self.wrong(key, f"a whole number from {low} to {high}")
            return None
        if not low <= int(value.text) <= high:
            self.wrong(key, f"a whole number from {low} to {high}")
            return None
        return int(value.text)

    def flag(self, key: str) -> bool | None:
        """True or false; None when the key is not there."""
        value = self.get(key)
        if value.kind == EMPTY:
            return None
        if value.kind != FLAG or value.text.lower() not in _TRUE + _FALSE:
            self.wrong(key, "true or false")
            return None
        return value.text.lower() in _TRUE

    def duration(self, key: str, low: timedelta, high: timedelta) -> timedelta | None:
        """A length of time within bounds, both allowed; None when the key is not there."""
        value = self.get(key)
        if value.kind == EMPTY:
            return None
        bounds = f"{durations.ALLOWED}, from {durations.format_duration(low)} to {durations.format_duration(high)}"
        try:
            length = durations.parse_duration(value.text)
        except ValueError:
            length = None
        if value.kind in (MAP, LIST) or length is None or not low <= length <= high:
            self.wrong(key, bounds)
            return None
        return length

    def texts(self, key: str, allowed: Sequence[str] | None = None) -> tuple[str, ...] | None:
        """A list of texts, or one text that stands for a list of one; None when the key is not there."""
        value = self.get(key)
        if value.kind == EMPTY:
            return None
        words = f"a list of {_listed(allowed)}" if allowed is not None else "a text or a list of texts"
        if value.kind == MAP:
            self.wrong(key, words)
            return None
        found: list[str] = []
        for item in value.items if value.kind == LIST else (value,):
            if item.kind in (MAP, LIST, EMPTY) or not item.text or (allowed is not None and item.text not in allowed):
                self.wrong(key, words + (did_you_mean(item.text, allowed) if allowed else ""), item)
            elif item.text not in found:
                found.append(item.text)
        return tuple(found)

    def records(self, key: str, read: Callable[[Located, str], Record], what: str) -> tuple[Record, ...]:
        """A list of mappings, each read by ``read(value, path)``."""
        value = self.get(key)
        if value.kind == EMPTY:
            return ()
        if value.kind != LIST:
            self.wrong(key, f"a list of {what}")
            return ()
        return tuple(read(item, f"{self.at(key)}[{index}]") for index, item in enumerate(value.items))

    def mapping(self, key: str, what: str) -> dict[str, Located]:
        """A mapping with free keys."""
        value = self.get(key)
        if value.kind not in (MAP, EMPTY):
            self.wrong(key, f"a mapping of {what}")
        return dict(value.entries)

    def sub(self, key: str, known: Sequence[str] | None) -> Fields:
        """The keys of a mapping below this one."""
        return Fields(self.get(key), self.at(key), self.problems, known)


def _listed(words: Sequence[str] | None) -> str:
    return ", ".join(words) if words else "keys"
