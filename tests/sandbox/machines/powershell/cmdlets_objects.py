# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Choosing, sorting, counting and making objects."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from .cmdlet import Call, Cmdlet
from .nodes import ScriptBlock
from .operators import binary
from .values import (
    Table,
    Thing,
    collapse,
    comparable,
    custom,
    names_of,
    number,
    property_of,
    text,
    to_list,
    truth,
    wildcard,
)

_TESTS = (
    "eq",
    "ne",
    "gt",
    "ge",
    "lt",
    "le",
    "like",
    "notlike",
    "match",
    "notmatch",
    "contains",
    "notcontains",
    "in",
    "notin",
)
_ALL_TESTS = tuple(f"{case}{test}" for case in ("", "c", "i") for test in _TESTS)


def thing_of(kind: str, values: dict[str, Any]) -> Thing:
    """An object that shows all its properties."""
    return Thing(kind, Table(values), tuple(values))


def items_of(call: Call) -> list[Any]:
    """What came through the pipeline or as -InputObject."""
    return call.input if call.piped else to_list(call.value("inputobject"))


def pick(call: Call, item: Any, wanted: Any) -> Any:
    """A property by name, or what a script block makes of the item."""
    if isinstance(wanted, ScriptBlock):
        return collapse(call.evaluator.call_block(wanted, item))
    if isinstance(wanted, Table):
        return pick(call, item, wanted.read("expression") or wanted.read("e"))
    return property_of(item, text(wanted))


def where_object(call: Call) -> Iterable[Any]:
    """With a script block, or with a property, an operator and a value."""
    block = call.value("filterscript")
    operators = [test for test in _ALL_TESTS if call.has(test)]
    for item in items_of(call):
        if isinstance(block, ScriptBlock):
            good = truth(collapse(call.evaluator.call_block(block, item)))
        else:
            have = property_of(item, text(block if block is not None else call.value("property")))
            value = call.value("property") if block is not None else call.value("value")
            test = operators[0] if operators else ""
            test = test[1:] if test.startswith("i") and test != "in" else test
            good = truth(binary(test, have, value)) if test else truth(have)
            good = not good if call.has("not") else good
        if good:
            yield item


def for_each_object(call: Call) -> Iterable[Any]:
    """A script block for each item, or the value of a property or method."""
    process = call.value("process") or call.value("membername")
    if call.has("begin"):
        yield from call.evaluator.call_block(call.value("begin"))
    for item in items_of(call):
        for block in to_list(process):
            if isinstance(block, ScriptBlock):
                yield from call.evaluator.call_block(block, item)
            else:
                yield from to_list(_member(item, text(block)))
    if call.has("end"):
        yield from call.evaluator.call_block(call.value("end"))


def _member(item: Any, name: str) -> Any:
    from .dotnet import call as call_method

    value = property_of(item, name)
    if value is None and (isinstance(item, str) or (isinstance(item, Thing) and name.lower() in item.methods)):
        return call_method(item, name, [])
    return value


def select_object(call: Call) -> Iterable[Any]:
    """First, last, skip, unique; properties; one property's value."""
    items = list(items_of(call))
    if call.has("skip"):
        items = items[int(number(call.value("skip"))) :]
    if call.has("index"):
        items = [items[int(number(i))] for i in to_list(call.value("index")) if int(number(i)) < len(items)]
    if call.has("first"):
        items = items[: int(number(call.value("first")))]
    if call.has("last"):
        last = int(number(call.value("last")))
        items = items[-last:] if last else []
    if call.has("expandproperty"):
        items = _expanded(call, items)
    elif call.has("property"):
        items = [_chosen(call, item) for item in items]
    return _unique(items) if call.has("unique") else items


def _expanded(call: Call, items: list[Any]) -> list[Any]:
    name = call.text("expandproperty")
    out: list[Any] = []
    for item in items:
        value = property_of(item, name)
        known = {have.lower() for have in names_of(item)}
        if value is None and name.lower() not in known and (known or name.lower() != "length"):
            call.error(
                f'Property "{name}" cannot be found.',
                "System.Management.Automation.PSArgumentException",
                "ExpandPropertyNotFound,Microsoft.PowerShell.Commands.SelectObjectCommand",
            )
        out += to_list(value)
    return out


def _chosen(call: Call, item: Any) -> Thing:
    pairs: list[tuple[str, Any]] = []
    for wanted in to_list(call.value("property")):
        if isinstance(wanted, Table):
            name = text(wanted.read("name") or wanted.read("n") or wanted.read("label") or wanted.read("l"))
            pairs.append((name, pick(call, item, wanted)))
        elif "*" in text(wanted):
            pattern = wildcard(text(wanted))
            pairs += [(name, property_of(item, name)) for name in names_of(item) if pattern.fullmatch(name)]
        else:
            known = next((name for name in names_of(item) if name.lower() == text(wanted).lower()), text(wanted))
            pairs.append((known, property_of(item, text(wanted))))
    return custom(pairs)


def _unique(items: list[Any], ignore_case: bool = False) -> list[Any]:
    seen: list[str] = []
    out = []
    for item in items:
        key = json.dumps(plain(item, 3), default=str)
        key = key.lower() if ignore_case else key
        if key not in seen:
            seen.append(key)
            out.append(item)
    return out


def plain(value: Any, depth: int) -> Any:
    """A value as JSON has it."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, (Table, Thing)):
        if depth < 0:
            return text(value)
        pairs = value.items() if isinstance(value, Table) else value.properties.items()
        return {name: plain(item, depth - 1) for name, item in pairs}
    if isinstance(value, list):
        return [plain(item, depth - 1) for item in value] if depth >= 0 else text(value)
    return value if isinstance(value, (str, int, float, bool)) or value is None else text(value)


def sort_object(call: Call) -> Iterable[Any]:
    """By properties or by the items themselves; case does not matter."""
    wanted = to_list(call.value("property")) or [None]

    def compare(one: Any, two: Any) -> int:
        for key in wanted:
            left, right = (one, two) if key is None else (pick(call, one, key), pick(call, two, key))
            if left is None or right is None:
                order = (left is not None) - (right is not None)
            else:
                a, b = comparable(left, right, False)
                a, b = (
                    (text(left), text(right)) if type(a) is not type(b) and not isinstance(a, (int, float)) else (a, b)
                )
                order = (a > b) - (a < b)
            if order:
                return order
        return 0

    items = sorted(items_of(call), key=functools.cmp_to_key(compare), reverse=call.has("descending"))
    if call.has("unique"):
        items = [
            item for position, item in enumerate(items) if position == 0 or compare(items[position - 1], item) != 0
        ]
    return items


CMDLETS: tuple[Cmdlet, ...] = (
    Cmdlet(
        "Where-Object",
        where_object,
        ("filterscript", "property", "value"),
        ("inputobject",),
        (*_ALL_TESTS, "not"),
        ("where", "?"),
    ),
    Cmdlet(
        "ForEach-Object",
        for_each_object,
        ("process",),
        ("begin", "end", "membername", "inputobject"),
        (),
        ("foreach", "%"),
    ),
    Cmdlet(
        "Select-Object",
        select_object,
        ("property",),
        ("expandproperty", "first", "last", "skip", "index", "inputobject", "excludeproperty"),
        ("unique",),
        ("select",),
    ),
    Cmdlet(
        "Sort-Object",
        sort_object,
        ("property",),
        ("inputobject",),
        ("descending", "unique", "casesensitive"),
        ("sort",),
    ),
)
