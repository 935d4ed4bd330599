# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scalar functions (Kusto Query Language reference, "Scalar function types")."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from .values import parse_instant, parse_span, text_of


def _every_argument(count: int) -> Sequence[int]:
    return range(count)


@dataclass(frozen=True, slots=True)
class Scalar:
    """``kind``: the result's type, ``""``: that of the arguments that ``results`` names. ``timed``: it gets the instant
    of the query first. ``keeps_name``: its column is called like its argument's."""

    function: Callable[..., Any]
    kind: str
    fewest: int
    most: int
    timed: bool = False
    keeps_name: bool = False
    results: Callable[[int], Sequence[int]] = _every_argument


def _number(value: Any) -> float | int | None:
    if isinstance(value, (bool, int, float)):
        return value
    try:
        return float(text_of(value))
    except ValueError:
        return None


def to_long(value: Any) -> int | None:
    """``tolong``, ``toint``: null for what is no number."""
    if isinstance(value, timedelta):
        return None
    try:
        return int(text_of(value), 0)
    except ValueError:
        number = _number(value)
        return None if number is None or not math.isfinite(number) else int(number)


def to_real(value: Any) -> float | None:
    """``toreal``, ``todouble``."""
    number = _number(value)
    return None if number is None else float(number)


def to_bool(value: Any) -> bool | None:
    """``tobool``."""
    if isinstance(value, (bool, int, float)):
        return bool(value)
    return {"true": True, "false": False, "1": True, "0": False}.get(text_of(value).lower())


def to_datetime(value: Any) -> datetime | None:
    """``todatetime``."""
    return value if isinstance(value, datetime) else parse_instant(text_of(value))


def to_timespan(value: Any) -> timedelta | None:
    """``totimespan``."""
    if isinstance(value, timedelta):
        return value
    try:
        return parse_span(text_of(value))
    except ValueError:
        return None


def to_dynamic(value: Any) -> Any:
    """``parse_json``: JSON; a text that is none stays a text."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value or None


def _substring(text: Any, start: int, length: int | None = None) -> str:
    whole = text_of(text)
    begin = start if start >= 0 else max(0, len(whole) + start)
    return whole[begin:] if length is None else whole[begin : begin + length]


def _split(text: Any, delimiter: str, place: int | None = None) -> list[str]:
    parts = text_of(text).split(delimiter) if delimiter else [text_of(text)]
    if place is None:
        return parts
    return parts[place : place + 1] if place >= 0 else []


def _extract(pattern: str, group: int, text: Any, _kind: Any = None) -> str:
    found = re.search(pattern, text_of(text))
    return (found[group] or "") if found and group <= (found.re.groups or 0) else ""


def _case(*values: Any) -> Any:
    for place in range(0, len(values) - 1, 2):
        if values[place]:
            return values[place + 1]
    return values[-1]


def _bin(value: Any, size: Any) -> Any:
    if value is None or not size:
        return None
    if isinstance(value, datetime):
        zero = datetime(1, 1, 1, tzinfo=value.tzinfo)
        return zero + (value - zero) // size * size
    return value // size * size


def _is_empty(value: Any) -> bool:
    return text_of(value) == ""


def _is_null(value: Any) -> bool:
    return value is None


def _coalesce(*values: Any) -> Any:
    return next((value for value in values if value is not None and value != ""), values[-1])


def _keys(value: Any) -> list[str] | None:
    return list(value) if isinstance(value, dict) else None


def _length(value: Any) -> int | None:
    return len(value) if isinstance(value, list) else None


def _pack(*values: Any) -> dict[str, Any]:
    return {text_of(name): value for name, value in zip(values[::2], values[1::2], strict=True)}


def _index_of(value: Any, wanted: Any) -> int | None:
    return (
        value.index(wanted) if isinstance(value, list) and wanted in value else -1 if isinstance(value, list) else None
    )


def _joined(value: Any, delimiter: str = "") -> str:
    return delimiter.join(text_of(one) for one in value) if isinstance(value, list) else ""


def _concat(*values: Any) -> list[Any]:
    return [one for value in values for one in (value if isinstance(value, list) else [value])]


def _trim(pattern: str, text: Any) -> str:
    return re.sub(rf"^(?:{pattern})|(?:{pattern})$", "", text_of(text))


_MANY = 64
FUNCTIONS: dict[str, Scalar] = {
    "tolower": Scalar(lambda value: text_of(value).lower(), "string", 1, 1, keeps_name=True),
    "toupper": Scalar(lambda value: text_of(value).upper(), "string", 1, 1, keeps_name=True),
    "tostring": Scalar(text_of, "string", 1, 1, keeps_name=True),
    "toint": Scalar(to_long, "long", 1, 1, keeps_name=True),
    "tolong": Scalar(to_long, "long", 1, 1, keeps_name=True),
    "toreal": Scalar(to_real, "real", 1, 1, keeps_name=True),
    "todouble": Scalar(to_real, "real", 1, 1, keeps_name=True),
    "tobool": Scalar(to_bool, "bool", 1, 1, keeps_name=True),
    "todatetime": Scalar(to_datetime, "datetime", 1, 1, keeps_name=True),
    "totimespan": Scalar(to_timespan, "timespan", 1, 1, keeps_name=True),
    "todynamic": Scalar(to_dynamic, "dynamic", 1, 1, keeps_name=True),
    "parse_json": Scalar(to_dynamic, "dynamic", 1, 1, keeps_name=True),
    "now": Scalar(lambda now, offset=None: now + (offset or timedelta(0)), "datetime", 0, 1, timed=True),
    "ago": Scalar(lambda now, span: None if span is None else now - span, "datetime", 1, 1, timed=True),
    "split": Scalar(_split, "dynamic", 2, 3),
    "strcat": Scalar(lambda *values: "".join(map(text_of, values)), "string", 1, _MANY),
    "strlen": Scalar(lambda value: len(text_of(value)), "long", 1, 1),
    "substring": Scalar(_substring, "string", 2, 3),
    "indexof": Scalar(lambda text, part: text_of(text).find(text_of(part)), "long", 2, 2),
    "replace_string": Scalar(lambda text, old, new: text_of(text).replace(old, new), "string", 3, 3),
    "trim": Scalar(_trim, "string", 2, 2),
    "extract": Scalar(_extract, "string", 3, 3),
    "array_length": Scalar(_length, "long", 1, 1),
    "array_index_of": Scalar(_index_of, "long", 2, 2),
    "array_concat": Scalar(_concat, "dynamic", 1, _MANY),
    "strcat_array": Scalar(_joined, "string", 2, 2),
    "set_has_element": Scalar(lambda value, one: isinstance(value, list) and one in value, "bool", 2, 2),
    "bag_keys": Scalar(_keys, "dynamic", 1, 1),
    "bag_pack": Scalar(_pack, "dynamic", 2, _MANY),
    "pack": Scalar(_pack, "dynamic", 2, _MANY),
    "pack_array": Scalar(lambda *values: list(values), "dynamic", 1, _MANY),
    "coalesce": Scalar(_coalesce, "", 2, _MANY),
    "iff": Scalar(lambda test, yes, no: yes if test else no, "", 3, 3, results=lambda _count: (1, 2)),
    "iif": Scalar(lambda test, yes, no: yes if test else no, "", 3, 3, results=lambda _count: (1, 2)),
    "case": Scalar(
        _case, "", 3, _MANY, results=lambda count: [place for place in range(count) if place % 2 or place == count - 1]
    ),
    "bin": Scalar(_bin, "", 2, 2, keeps_name=True, results=lambda _count: (0,)),
    "isnull": Scalar(_is_null, "bool", 1, 1),
    "isnotnull": Scalar(lambda value: not _is_null(value), "bool", 1, 1),
    "isempty": Scalar(_is_empty, "bool", 1, 1),
    "isnotempty": Scalar(lambda value: not _is_empty(value), "bool", 1, 1),
    "notempty": Scalar(lambda value: not _is_empty(value), "bool", 1, 1),
    "startofday": Scalar(
        lambda value: value and value.replace(hour=0, minute=0, second=0, microsecond=0), "datetime", 1, 1
    ),
}
