# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The few types of .NET that scripts use: casts, methods of strings, dates and lists, static members, formats."""

from __future__ import annotations

import math
import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from .errors import Failure
from .values import Table, Thing, number, parse_date, text, to_list, truth

_DATE_WORDS = (
    ("yyyy", "%Y"),
    ("yy", "%y"),
    ("MMMM", "%B"),
    ("MMM", "%b"),
    ("MM", "%m"),
    ("dddd", "%A"),
    ("dd", "%d"),
    ("HH", "%H"),
    ("hh", "%I"),
    ("mm", "%M"),
    ("ss", "%S"),
    ("fff", "%f"),
    ("tt", "%p"),
)


def cast(name: str, value: Any) -> Any:
    """``[name]value``. Raises Failure for a type that the subset does not have."""
    plain = name.removeprefix("system.")
    if plain in ("int", "int32", "int64", "long", "uint32", "uint64", "byte"):
        return _bankers(number(value))
    if plain in ("double", "float", "single", "decimal"):
        return float(number(value))
    if plain == "string":
        return text(value)
    if plain in ("bool", "boolean", "switch"):
        return truth(value)
    if plain in ("array", "object[]", "string[]", "int[]"):
        items = to_list(value)
        return [text(item) for item in items] if plain == "string[]" else items
    if plain == "datetime":
        return value if isinstance(value, datetime) else parse_date(text(value))
    if plain in ("pscustomobject", "psobject", "management.automation.pscustomobject"):
        return Thing("PSCustomObject", Table(value)) if isinstance(value, Table) else value
    if plain in ("ordered", "hashtable", "collections.hashtable"):
        return value
    if plain == "void":
        return None
    if plain == "char":
        return chr(int(value)) if isinstance(value, int) else text(value)[:1]
    if plain == "version":
        return version(text(value))
    raise Failure(f"Unable to find type [{name}].", identifier="TypeNotFound")


def _bankers(value: float) -> int:
    return value if isinstance(value, int) else round(value)


def version(value: str) -> Thing:
    """A System.Version."""
    parts = [int(part) for part in re.findall(r"\d+", value)] + [-1] * 4
    return Thing(
        "System.Version", Table(zip(("Major", "Minor", "Build", "Revision"), parts[:4], strict=True)), text=value
    )


def span(value: timedelta) -> Thing:
    """A System.TimeSpan."""
    seconds = value.total_seconds()
    whole = int(seconds)
    table = Table(
        {
            "Days": whole // 86400,
            "Hours": whole % 86400 // 3600,
            "Minutes": whole % 3600 // 60,
            "Seconds": whole % 60,
            "TotalDays": seconds / 86400,
            "TotalHours": seconds / 3600,
            "TotalMinutes": seconds / 60,
            "TotalSeconds": seconds,
            "TotalMilliseconds": seconds * 1000,
        }
    )
    shown = f"{whole % 86400 // 3600:02d}:{whole % 3600 // 60:02d}:{whole % 60:02d}"
    return Thing("System.TimeSpan", table, text=f"{whole // 86400}.{shown}" if whole >= 86400 else shown)


def formatted(template: str, values: list[Any]) -> str:
    """The -f operator: ``{0}``, ``{0,10}``, ``{0:N2}``."""

    def fill(match: re.Match[str]) -> str:
        if match[0] in ("{{", "}}"):
            return match[0][0]
        position = int(match[1])
        if position >= len(values):
            raise Failure(
                "Error formatting a string: Index (zero based) must be greater than or equal to zero and less than "
                "the size of the argument list..",
                identifier="FormatError",
            )
        shown = to_text(values[position], match[3] or "")
        width = int(match[2] or 0)
        return shown.rjust(width) if width >= 0 else shown.ljust(-width)

    return re.sub(r"\{\{|\}\}|\{(\d+)(?:,(-?\d+))?(?::([^}]*))?\}", fill, template)


def to_text(value: Any, form: str) -> str:
    """``value.ToString(form)``."""
    if not form:
        return text(value)
    if isinstance(value, datetime):
        return _date_text(value, form)
    found = re.fullmatch(r"([NFDXPnfdxp])(\d*)", form)
    if found and isinstance(value, (int, float)):
        places = int(found[2]) if found[2] else 2
        kind = found[1].upper()
        if kind == "D":
            return str(int(value)).zfill(int(found[2] or 0))
        if kind == "X":
            return f"{int(value):X}".zfill(int(found[2] or 0))
        return {"N": f"{value:,.{places}f}", "F": f"{value:.{places}f}", "P": f"{value * 100:,.{places}f} %"}[kind]
    if re.fullmatch(r"0+", form):
        return str(round(number(value))).zfill(len(form))
    if found := re.fullmatch(r"[#0]*[#0]\.([0#]+)", form):
        shown = f"{number(value):.{len(found[1])}f}"
        return shown.rstrip("0").rstrip(".") if "#" in found[1] else shown
    raise Failure(f"Format specifier was invalid: {form}", "System.FormatException")


def _date_text(value: datetime, form: str) -> str:
    if form in ("o", "O", "s"):
        return f"{value:%Y-%m-%dT%H:%M:%S}" + ("" if form == "s" else f".{value.microsecond:06d}0")
    if form == "u":
        return f"{value:%Y-%m-%d %H:%M:%SZ}"
    pattern = "|".join(re.escape(word) for word, _code in _DATE_WORDS)
    codes = dict(_DATE_WORDS)
    return re.sub(pattern, lambda m: value.strftime(codes[m[0]])[: 3 if m[0] == "fff" else None], form)


_STRING: dict[str, Callable[..., Any]] = {
    "trim": lambda s, *chars: s.strip("".join(map(text, chars)) or None),
    "trimstart": lambda s, *chars: s.lstrip("".join(map(text, chars)) or None),
    "trimend": lambda s, *chars: s.rstrip("".join(map(text, chars)) or None),
    "tolower": lambda s: s.lower(),
    "toupper": lambda s: s.upper(),
    "tolowerinvariant": lambda s: s.lower(),
    "contains": lambda s, part: text(part) in s,
    "startswith": lambda s, part, *_how: s.startswith(text(part)),
    "endswith": lambda s, part, *_how: s.endswith(text(part)),
    "indexof": lambda s, part: s.find(text(part)),
    "replace": lambda s, old, new: s.replace(text(old), text(new)),
    "substring": lambda s, start, *length: s[int(start) : int(start) + int(length[0])] if length else s[int(start) :],
    "split": lambda s, *marks: re.split(
        "|".join(re.escape(c) for mark in marks for c in map(text, to_list(mark))) or r"\s", s
    ),
    "padleft": lambda s, width, *fill: s.rjust(int(width), text(fill[0]) if fill else " "),
    "padright": lambda s, width, *fill: s.ljust(int(width), text(fill[0]) if fill else " "),
    "equals": lambda s, other: s == text(other),
    "tochararray": list,
}
_DATE: dict[str, Callable[..., Any]] = {
    "adddays": lambda d, n: d + timedelta(days=float(number(n))),
    "addhours": lambda d, n: d + timedelta(hours=float(number(n))),
    "addminutes": lambda d, n: d + timedelta(minutes=float(number(n))),
    "addseconds": lambda d, n: d + timedelta(seconds=float(number(n))),
    "touniversaltime": lambda d: d,
    "tolocaltime": lambda d: d,
}
_LIST: dict[str, Callable[..., Any]] = {
    "add": lambda items, item: items.append(item),
    "contains": lambda items, item: item in items,
    "indexof": lambda items, item: items.index(item) if item in items else -1,
}
_TABLE: dict[str, Callable[..., Any]] = {
    "add": lambda table, key, value: table.put(key, value),
    "containskey": lambda table, key: table.find(key) is not None,
    "contains": lambda table, key: table.find(key) is not None,
    "remove": lambda table, key: table.pop(table.find(key) or "", None) and None,
}


def call(target: Any, name: str, arguments: list[Any]) -> Any:
    """``target.name(arguments)``. Raises Failure when there is no such method."""
    lower = name.lower()
    if lower == "tostring":
        return to_text(target, text(arguments[0]) if arguments else "")
    if lower == "gettype":
        return Thing("System.RuntimeType", Table({"Name": type_name(target)}), text=type_name(target))
    if isinstance(target, Thing) and (method := target.methods.get(lower)):
        return method(*arguments)
    for kind, methods in ((str, _STRING), (datetime, _DATE), (list, _LIST), (Table, _TABLE)):
        if isinstance(target, kind) and lower in methods:
            try:
                return methods[lower](target, *arguments)
            except TypeError:
                raise Failure(
                    f'Cannot find an overload for "{name}" and the argument count: "{len(arguments)}".',
                    identifier="MethodCountCouldNotFindBest",
                ) from None
    if target is None:
        raise Failure("You cannot call a method on a null-valued expression.", identifier="InvokeMethodOnNull")
    raise Failure(
        f"Method invocation failed because [{type_name(target)}] does not contain a method named '{name}'.",
        identifier="MethodNotFound",
    )


def type_name(value: Any) -> str:
    """The short name of a value's type."""
    names: tuple[tuple[type, str], ...] = (
        (bool, "Boolean"),
        (int, "Int32"),
        (float, "Double"),
        (str, "String"),
        (list, "Object[]"),
        (Table, "Hashtable"),
        (datetime, "DateTime"),
    )
    return next((name for kind, name in names if isinstance(value, kind)), getattr(value, "kind", "Object"))


def _round(value: Any, places: Any = 0) -> int | float:
    result = round(float(number(value)), int(number(places)))
    return int(result) if int(number(places)) == 0 else result


_STATIC: dict[tuple[str, str], Callable[..., Any]] = {
    ("math", "round"): _round,
    ("math", "floor"): lambda value: math.floor(number(value)),
    ("math", "ceiling"): lambda value: math.ceil(number(value)),
    ("math", "truncate"): lambda value: math.trunc(number(value)),
    ("math", "abs"): lambda value: abs(number(value)),
    ("math", "max"): lambda one, two: max(number(one), number(two)),
    ("math", "min"): lambda one, two: min(number(one), number(two)),
    ("string", "isnullorempty"): lambda value: not text(value),
    ("string", "isnullorwhitespace"): lambda value: not text(value).strip(),
    ("string", "join"): lambda mark, *items: text(mark).join(text(i) for item in items for i in to_list(item)),
    ("string", "format"): lambda form, *values: formatted(text(form), list(values)),
    ("guid", "newguid"): lambda: str(uuid.uuid4()),
    ("datetime", "parse"): lambda value: parse_date(text(value)),
    ("int", "parse"): lambda value: int(number(value)),
    ("convert", "toint32"): lambda value: _bankers(number(value)),
    ("io.path", "combine"): lambda *parts: "\\".join(text(part).rstrip("\\") for part in parts),
    ("io.path", "getfilename"): lambda value: text(value).replace("\\", "/").rpartition("/")[2],
}


def static(type_: str, name: str, arguments: list[Any] | None, machine_name: str, now: datetime) -> Any:
    """``[type]::name`` and ``[type]::name(…)``. Raises Failure when the subset does not have it."""
    plain = type_.lower().removeprefix("system.")
    lower = name.lower()
    if arguments is not None and (plain, lower) in _STATIC:
        return _STATIC[plain, lower](*arguments)
    fixed: dict[tuple[str, str], Any] = {
        ("environment", "machinename"): machine_name.upper()[:15],
        ("environment", "newline"): "\r\n",
        ("datetime", "now"): now.replace(tzinfo=None),
        ("datetime", "utcnow"): now.astimezone(UTC).replace(tzinfo=None),
        ("datetime", "today"): now.replace(tzinfo=None, hour=0, minute=0, second=0, microsecond=0),
        ("string", "empty"): "",
        ("int", "maxvalue"): 2**31 - 1,
        ("math", "pi"): math.pi,
    }
    if (plain, lower) in fixed and arguments is None:
        return fixed[plain, lower]
    raise Failure(
        f"[{type_}]::{name} is not in the subset of PowerShell that this sandbox understands.",
        identifier="MethodNotFound",
    )
