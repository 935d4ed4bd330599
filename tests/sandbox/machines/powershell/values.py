# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects of a script, and how PowerShell turns one kind of value into another."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from .errors import Failure


class Table(dict[str, Any]):
    """A hash table: keys keep their order, case does not matter."""

    def find(self, key: Any) -> str | None:
        """The key as it is stored."""
        wanted = str(key).lower()
        return next((name for name in self if name.lower() == wanted), None)

    def put(self, key: Any, value: Any) -> None:
        """Set it, whatever the case of an earlier one."""
        self[self.find(key) or str(key)] = value

    def read(self, key: Any) -> Any:
        """None when it is not there."""
        found = self.find(key)
        return None if found is None else self[found]


@dataclass(slots=True)
class Thing:
    """An object with properties. ``shown``: those that the default view has. ``text``: what it is as a string.
    ``methods``: what can be called on it."""

    kind: str
    properties: Table
    shown: tuple[str, ...] = ()
    text: str = ""
    methods: Mapping[str, Callable[..., Any]] = field(default_factory=dict)


def to_list(value: Any) -> list[Any]:
    """What a pipeline passes on of a value: the items of a list, nothing of None."""
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]


def collapse(items: list[Any]) -> Any:
    """What a pipeline's output is as a value: None, the one object, or a list."""
    if not items:
        return None
    return items[0] if len(items) == 1 else list(items)


def truth(value: Any) -> bool:
    """PowerShell's idea of true."""
    if isinstance(value, list):
        return truth(value[0]) if len(value) == 1 else bool(value)
    if isinstance(value, (Table, Thing)):
        return True
    return bool(value)


def text(value: Any) -> str:
    """A value in a string."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "True" if value else "False"
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, list):
        return " ".join(text(item) for item in value)
    if isinstance(value, Table):
        return "System.Collections.Hashtable"
    if isinstance(value, Thing):
        if value.text:
            return value.text
        if value.kind == "PSCustomObject":
            return "@{" + "; ".join(f"{name}={text(item)}" for name, item in value.properties.items()) + "}"
        return value.kind
    if isinstance(value, datetime):
        return f"{value:%m/%d/%Y %H:%M:%S}"
    return str(value)


def _number(value: float) -> str:
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return re.sub(r"e([+-])0?(\d)", r"E\1\2", repr(value))


def number(value: Any) -> int | float:
    """As a number. Raises Failure when it is none."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, (int, float)):
        return value
    if value is None or value == "":
        return 0
    plain = text(value).strip()
    try:
        return (
            int(plain, 16)
            if plain.lower().startswith("0x")
            else (float(plain) if re.search(r"[.eE]", plain) else int(plain))
        )
    except ValueError:
        raise Failure(
            f'Cannot convert value "{plain}" to type "System.Int32". Error: "Input string was not in a correct '
            'format."',
            identifier="InvalidCastFromStringToInteger",
        ) from None


def comparable(left: Any, right: Any, case: bool) -> tuple[Any, Any]:
    """Both sides of a comparison: the right one becomes what the left one is."""
    if isinstance(left, bool):
        return left, truth(right)
    if isinstance(left, (int, float)):
        try:
            return left, number(right)
        except Failure:
            return text(left), text(right)
    if isinstance(left, datetime):
        return left, right if isinstance(right, datetime) else parse_date(text(right))
    if left is None or right is None:
        return left, right
    if isinstance(left, (Table,)) or isinstance(right, (Table,)):
        return id(left), id(right)
    one, two = text(left), text(right)
    return (one, two) if case else (one.lower(), two.lower())


def parse_date(value: str) -> datetime:
    """A date in ISO or in the default US form. Raises Failure."""
    for form in ("%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y"):
        try:
            return datetime.strptime(value.rstrip("Z"), form)
        except ValueError:
            continue
    raise Failure(
        f'Cannot convert value "{value}" to type "System.DateTime". Error: "String was not recognized as a valid '
        'DateTime."',
        identifier="InvalidCastParseTargetInvocation",
    )


def wildcard(pattern: str, case: bool = False) -> re.Pattern[str]:
    """A pattern with ``*``, ``?`` and ``[…]``."""
    out = ""
    at = 0
    while at < len(pattern):
        here = pattern[at]
        close = pattern.find("]", at + 1)
        if here == "`" and at + 1 < len(pattern):
            at += 1
            out += re.escape(pattern[at])
        elif here == "[" and close > 0:
            out += "[" + pattern[at + 1 : close].replace("\\", "\\\\") + "]"
            at = close
        else:
            out += {"*": ".*", "?": "."}.get(here, re.escape(here))
        at += 1
    return re.compile(out, re.DOTALL if case else re.DOTALL | re.IGNORECASE)


def property_of(value: Any, name: str) -> Any:
    """A property; of a list the list's own, else that of each item. None when there is none."""
    lower = name.lower()
    if isinstance(value, list):
        if lower in ("count", "length", "longlength"):
            return len(value)
        if lower == "rank":
            return 1
        return collapse([found for item in value if (found := property_of(item, name)) is not None])
    if isinstance(value, Table):
        found = value.find(name)
        if found is not None:
            return value[found]
        return {"count": len(value), "keys": list(value.keys()), "values": list(value.values())}.get(lower)
    if isinstance(value, Thing):
        found = value.properties.find(name)
        if found is not None:
            return value.properties[found]
    if lower == "length" and isinstance(value, str):
        return len(value)
    if lower in ("count", "length"):
        return 0 if value is None else 1
    return _date_part(value, lower) if isinstance(value, (date, datetime)) else None


def _date_part(value: date, name: str) -> Any:
    parts = {"year", "month", "day", "hour", "minute", "second"}
    if name in parts:
        return getattr(value, name, 0)
    if name == "dayofweek":
        return f"{value:%A}"
    if name == "ticks" and isinstance(value, datetime):
        return (value.replace(tzinfo=None) - datetime(1, 1, 1)) // timedelta(microseconds=1) * 10
    if name == "date" and isinstance(value, datetime):
        return value.replace(hour=0, minute=0, second=0, microsecond=0)
    return None


def names_of(value: Any) -> list[str]:
    """The names of a value's properties."""
    if isinstance(value, Thing):
        return list(value.properties)
    return list(value) if isinstance(value, Table) else []


def custom(pairs: Iterable[tuple[str, Any]]) -> Thing:
    """A PSCustomObject."""
    table = Table()
    for name, value in pairs:
        table.put(name, value)
    return Thing("PSCustomObject", table)
