# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Operators of expressions."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from .dotnet import cast, formatted, span
from .errors import Failure
from .values import Table, Thing, comparable, number, text, to_list, truth, wildcard

_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}


def binary(name: str, left: Any, right: Any) -> Any:
    """``left -name right``; a leading c makes it mind the case. Raises Failure."""
    case = name.startswith("c") and name != "contains"
    plain = name[1:] if case else name
    if plain in _ORDER:
        return _over_list(left, lambda item: _compare(plain, item, right, case))
    if plain in _SIMPLE:
        return _SIMPLE[plain](left, right, case)
    return _arithmetic(plain, left, right)


def _compare(name: str, left: Any, right: Any, case: bool) -> bool:
    one, two = comparable(left, right, case)
    if isinstance(left, Thing) and isinstance(right, Thing):
        one, two = text(left), text(right)
    if name in ("eq", "ne"):
        return _ORDER[name](one, two)
    if one is None or two is None:
        one, two = (one or 0), (two or 0)
        if isinstance(one, str) or isinstance(two, str):
            one, two = text(one), text(two)
    try:
        return _ORDER[name](one, two)
    except TypeError:
        raise Failure(
            f'Cannot compare "{text(left)}" because it is not IComparable.', identifier="NotIcomparable"
        ) from None


def _over_list(left: Any, test: Callable[[Any], bool]) -> Any:
    """Of a list the comparison gives the items that pass, of one value true or false."""
    return [item for item in left if test(item)] if isinstance(left, list) else test(left)


def _like(wanted: bool) -> Callable[[Any, Any, bool], Any]:
    return lambda left, right, case: _over_list(
        left, lambda item: (wildcard(text(right), case).fullmatch(text(item)) is not None) == wanted
    )


def _match(wanted: bool) -> Callable[[Any, Any, bool], Any]:
    return lambda left, right, case: _over_list(
        left,
        lambda item: (
            (re.search(dotnet_regex(text(right)), text(item), 0 if case else re.IGNORECASE) is not None) == wanted
        ),
    )


def dotnet_regex(pattern: str) -> str:
    """A .NET pattern as Python wants it: names of groups."""
    return re.sub(r"\(\?<([A-Za-z]\w*)>", r"(?P<\1>", pattern)


def _contains(wanted: bool) -> Callable[[Any, Any, bool], Any]:
    return lambda left, right, case: any(_compare("eq", item, right, case) for item in to_list(left)) == wanted


def _in(wanted: bool) -> Callable[[Any, Any, bool], Any]:
    return lambda left, right, case: any(_compare("eq", item, left, case) for item in to_list(right)) == wanted


def _replace(left: Any, right: Any, case: bool) -> Any:
    parts = to_list(right)
    by = re.sub(r"\$(\d+)", r"\\g<\1>", text(parts[1]).replace("\\", "\\\\")) if len(parts) > 1 else ""
    pattern = re.compile(dotnet_regex(text(parts[0])), 0 if case else re.IGNORECASE)
    if isinstance(left, list):
        return [pattern.sub(by, text(item)) for item in left]
    return pattern.sub(by, text(left))


def _split(left: Any, right: Any, case: bool) -> Any:
    parts = to_list(right)
    limit = int(number(parts[1])) - 1 if len(parts) > 1 else 0
    found: list[Any] = []
    for item in to_list(left):
        found += re.split(
            dotnet_regex(text(parts[0])), text(item), maxsplit=max(0, limit), flags=0 if case else re.IGNORECASE
        )
    return found


def _join(left: Any, right: Any, _case: bool) -> Any:
    return text(right).join(text(item) for item in to_list(left))


def _is(left: Any, right: Any, _case: bool) -> bool:
    name = text(right).lower().removeprefix("system.")
    kinds: dict[str, tuple[type, ...]] = {
        "string": (str,),
        "int": (int,),
        "int32": (int,),
        "int64": (int,),
        "long": (int,),
        "double": (float,),
        "bool": (bool,),
        "boolean": (bool,),
        "array": (list,),
        "object[]": (list,),
        "hashtable": (Table,),
        "datetime": (datetime,),
    }
    if name not in kinds:
        raise Failure(f"Unable to find type [{text(right)}].", identifier="TypeNotFound")
    return isinstance(left, kinds[name]) and not (isinstance(left, bool) and bool not in kinds[name])


_SIMPLE: dict[str, Callable[[Any, Any, bool], Any]] = {
    "like": _like(True),
    "notlike": _like(False),
    "match": _match(True),
    "notmatch": _match(False),
    "contains": _contains(True),
    "notcontains": _contains(False),
    "in": _in(True),
    "notin": _in(False),
    "replace": _replace,
    "split": _split,
    "join": _join,
    "is": _is,
    "isnot": lambda left, right, _case: not _is(left, right, _case),
    "as": lambda left, right, _case: _as(left, right),
    "xor": lambda left, right, _case: truth(left) != truth(right),
    "band": lambda left, right, _case: int(number(left)) & int(number(right)),
    "bor": lambda left, right, _case: int(number(left)) | int(number(right)),
    "bxor": lambda left, right, _case: int(number(left)) ^ int(number(right)),
    "f": lambda left, right, _case: formatted(text(left), to_list(right)),
}


def _as(left: Any, right: Any) -> Any:
    try:
        return cast(text(right).lower(), left)
    except Failure:
        return None


def _arithmetic(name: str, left: Any, right: Any) -> Any:
    if name == "..":
        first, last = int(number(left)), int(number(right))
        return list(range(first, last + 1)) if first <= last else list(range(first, last - 1, -1))
    if name == "+" and isinstance(left, Table) and isinstance(right, Table):
        return Table({**left, **right})
    if name == "+" and isinstance(left, list):
        return [*left, *to_list(right)]
    if name == "+" and isinstance(left, str):
        return left + text(right)
    if name == "+" and left is None:
        return right
    if name == "*" and isinstance(left, (str, list)):
        return left * int(number(right))
    if isinstance(left, datetime):
        return _date_arithmetic(name, left, right)
    return _numbers(name, number(left), number(right))


def _date_arithmetic(name: str, left: datetime, right: Any) -> Any:
    if isinstance(right, datetime) and name == "-":
        return span(left - right)
    if isinstance(right, Thing) and right.kind == "System.TimeSpan":
        seconds = float(number(right.properties.read("TotalSeconds")))
        return left + timedelta(seconds=seconds if name == "+" else -seconds)
    raise Failure(f"Method invocation failed because [System.DateTime] does not contain a method named 'op_{name}'.")


def _numbers(name: str, left: float, right: float) -> Any:
    if name in ("/", "%") and right == 0:
        raise Failure("Attempted to divide by zero.", "System.DivideByZeroException", "DivideByZeroException")
    if name == "/":
        result = left / right
        whole = isinstance(left, int) and isinstance(right, int) and left % right == 0
        return left // right if whole else result
    if name == "%":
        remainder = abs(left) % abs(right)
        return -remainder if left < 0 else remainder
    return {"+": operator.add, "-": operator.sub, "*": operator.mul}[name](left, right)


def unary(name: str, value: Any) -> Any:
    """``-name value``."""
    if name == "not":
        return not truth(value)
    if name == "-":
        return -number(value)
    if name == "+":
        return number(value)
    if name == ",":
        return [value]
    if name == "join":
        return "".join(text(item) for item in to_list(value))
    if name == "split":
        return [word for item in to_list(value) for word in text(item).split()]
    return ~int(number(value))
