# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checking plain data of a fleet file: every error names the key and what is allowed, all errors at once."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Check = Callable[[Any], str]


@dataclass(frozen=True, slots=True)
class Field:
    """A key: how its value is checked (the answer is "" or what is allowed), and whether it must be there."""

    check: Check
    required: bool = False


def text(value: Any) -> str:
    """A text."""
    return "" if isinstance(value, str) and value else f"a text is allowed{_quote_hint(value)}"


def any_text(value: Any) -> str:
    """A text, also an empty one."""
    return "" if isinstance(value, str) else f"a text is allowed{_quote_hint(value)}"


def _quote_hint(value: Any) -> str:
    return " (put it in quotes)" if isinstance(value, (int, float)) and not isinstance(value, bool) else ""


def flag(value: Any) -> str:
    """true or false."""
    return "" if isinstance(value, bool) else "true or false is allowed"


def mapping(value: Any) -> str:
    """A mapping."""
    return "" if isinstance(value, Mapping) else "a mapping is allowed"


def one_of(*allowed: str) -> Check:
    """One of these texts."""
    return lambda value: "" if value in allowed else f"allowed: {', '.join(allowed)}"


def whole(minimum: int) -> Check:
    """A whole number of at least ``minimum``."""

    def check(value: Any) -> str:
        good = isinstance(value, int) and not isinstance(value, bool) and value >= minimum
        return "" if good else f"a whole number of at least {minimum} is allowed"

    return check


def number(minimum: float) -> Check:
    """A number of at least ``minimum``."""

    def check(value: Any) -> str:
        good = isinstance(value, (int, float)) and not isinstance(value, bool) and value >= minimum
        return "" if good else f"a number of at least {minimum:g} is allowed"

    return check


def list_of(item: Check) -> Check:
    """A list whose items all pass."""

    def check(value: Any) -> str:
        if not isinstance(value, (list, tuple)):
            return "a list is allowed"
        return next((f"in the list {reason}, not {entry!r}" for entry in value if (reason := item(entry))), "")

    return check


def port(value: Any) -> str:
    """A TCP port."""
    good = isinstance(value, int) and not isinstance(value, bool) and 0 < value < 65536
    return "" if good else "a port from 1 to 65535 is allowed"


def either(*checks: Check) -> Check:
    """What one of the checks lets pass."""

    def check(value: Any) -> str:
        reasons = [one(value) for one in checks]
        return "" if "" in reasons else " or ".join(reasons)

    return check


class Errors(list[str]):
    """The errors found so far."""

    def keys(self, path: str, data: Any, fields: Mapping[str, Field]) -> dict[str, Any]:
        """Check a mapping; unknown keys, missing keys and bad values become errors. Gives the good part."""
        if not isinstance(data, Mapping):
            self.append(f"{path}: a mapping with {_named(fields)} is allowed, not {data!r}")
            return {}
        good: dict[str, Any] = {}
        for key, value in data.items():
            field = fields.get(str(key))
            if field is None:
                self.append(f"{path}.{key}: unknown key; {_near(str(key), fields)}allowed: {_named(fields)}")
            elif reason := field.check(value):
                self.append(f"{path}.{key}: {value!r} is not allowed; {reason}")
            else:
                good[str(key)] = value
        for key, field in fields.items():
            if field.required and key not in data:
                self.append(f"{path}.{key}: is missing")
        return good

    def items(self, path: str, data: Any) -> Sequence[Any]:
        """The items of a list; anything else becomes an error."""
        if isinstance(data, list):
            return data
        self.append(f"{path}: a list is allowed, not {data!r}")
        return []


def _named(fields: Mapping[str, Field]) -> str:
    return ", ".join(fields)


def _near(key: str, fields: Mapping[str, Field]) -> str:
    found = difflib.get_close_matches(key, list(fields), 1)
    return f"did you mean {found[0]}? " if found else ""
