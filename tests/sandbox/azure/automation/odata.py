# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``$filter``, ``$skip`` and ``$top`` as the lists of Microsoft.Automation take them."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from ..arm.call import Call
from .errors import AutomationError

PAGE = 100
_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}
_VALUE = r"('(?:[^']|'')*'|[^\s')]+)"
_TEST = re.compile(rf"([\w/]+)\s+(eq|ne|gt|ge|lt|le)\s+{_VALUE}")
_ANY = re.compile(rf"([\w/]+)/any\(\s*(\w+)\s*:\s*(\w+)\s+eq\s+{_VALUE}\s*\)")


def page(call: Call, found: Sequence[Mapping[str, Any]], allowed: Sequence[str]) -> tuple[list[Any], int]:
    """The entries of one page that the filter lets through, and where the next one begins, 0 for none. ``allowed``:
    the members that may be filtered by. Raises AutomationError."""
    test = _filter(call.query.get("$filter", ""), allowed)
    left = [one for one in found if test(one)]
    start, size = _number(call, "$skip", 0), min(_number(call, "$top", PAGE), PAGE)
    end = start + size
    return left[start:end], end if end < len(left) else 0


def _number(call: Call, name: str, usual: int) -> int:
    text = call.query.get(name, str(usual))
    if not text.isdecimal():
        raise AutomationError(400, "BadRequest", f"The value '{text}' of {name} is not valid.")
    return int(text)


def _filter(text: str, allowed: Sequence[str]) -> Callable[[Mapping[str, Any]], bool]:
    if not text:
        return lambda _entry: True
    tests = [_test(part.strip(), allowed) for part in re.split(r"\s+and\s+(?=(?:[^']*'[^']*')*[^']*$)", text)]
    return lambda entry: all(test(entry) for test in tests)


def _test(text: str, allowed: Sequence[str]) -> Callable[[Mapping[str, Any]], bool]:
    within, plain = _ANY.fullmatch(text), _TEST.fullmatch(text)
    if within and within[2] == within[3] and within[1] in allowed:
        path, wanted = within[1], str(_value(within[4])).lower()
        return lambda entry: wanted in [str(one).lower() for one in _member(entry, path) or ()]
    if plain and plain[1] in allowed:
        path, compare, value = plain[1], _TESTS[plain[2]], _value(plain[3])
        return lambda entry: _compared(compare, _member(entry, path), value)
    raise AutomationError(400, "BadRequest", f"The filter '{text}' is not valid. Members: {', '.join(allowed)}.")


def _value(text: str) -> Any:
    if text.startswith("'"):
        return text[1:-1].replace("''", "'")
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise AutomationError(400, "BadRequest", f"The value '{text}' of the filter is not valid.") from None


def _member(entry: Mapping[str, Any], path: str) -> Any:
    value: Any = entry
    for part in path.split("/"):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _compared(compare: Callable[[Any, Any], bool], have: Any, value: Any) -> bool:
    if have is None:
        return False
    return compare(datetime.fromisoformat(str(have)), value) if isinstance(value, datetime) else compare(have, value)
