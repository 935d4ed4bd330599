# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Counting, grouping and making objects; JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from .cmdlet import Call, Cmdlet
from .cmdlets_objects import items_of, pick, plain, thing_of
from .errors import Failure
from .values import Table, Thing, collapse, custom, number, property_of, text, to_list


def measure_object(call: Call) -> Iterable[Any]:
    """Count, and of numbers sum, average, maximum, minimum."""
    items = items_of(call)
    name = call.value("property")
    values = [item if name is None else property_of(item, text(name)) for item in items]
    numbers = (
        [number(value) for value in values if value is not None]
        if any(call.has(key) for key in ("sum", "average", "maximum", "minimum"))
        else []
    )
    result: dict[str, Any] = {
        "Count": len(items),
        "Average": sum(numbers) / len(numbers) if call.has("average") and numbers else None,
        "Sum": sum(numbers) if call.has("sum") else None,
        "Maximum": max(numbers) if call.has("maximum") and numbers else None,
        "Minimum": min(numbers) if call.has("minimum") and numbers else None,
        "Property": name,
    }
    return [thing_of("Microsoft.PowerShell.Commands.GenericMeasureInfo", result)]


def group_object(call: Call) -> Iterable[Any]:
    """The items that share a property's value."""
    groups: dict[str, list[Any]] = {}
    for item in items_of(call):
        value = pick(call, item, call.value("property")) if call.has("property") else item
        groups.setdefault(text(value), []).append(item)
    return [
        thing_of("Microsoft.PowerShell.Commands.GroupInfo", {"Count": len(found), "Name": name, "Group": found})
        for name, found in groups.items()
    ]


def new_object(call: Call) -> Iterable[Any]:
    """PSObject with -Property; ArrayList and List are plain lists here."""
    kind = call.text("typename").lower()
    if kind in ("psobject", "pscustomobject", "system.management.automation.psobject"):
        values = call.value("property")
        return [custom(values.items() if isinstance(values, Table) else ())]
    raise Failure(
        f"Cannot find type [{call.text('typename')}]: it is not in the subset of PowerShell that this sandbox "
        "understands.",
        "System.Management.Automation.PSArgumentException",
        "TypeNotFound",
    )


def add_member(call: Call) -> Iterable[Any]:
    """A note property on each object."""
    for item in items_of(call):
        if isinstance(item, Thing):
            item.properties.put(
                call.text("name") or call.text("notepropertyname"), call.value("value", call.value("notepropertyvalue"))
            )
        if call.has("passthru"):
            yield item


def convert_to_json(call: Call) -> Iterable[Any]:
    """One value, or an array of several; -Depth 2 unless told."""
    items = items_of(call)
    value = collapse(list(items)) if call.piped else call.value("inputobject")
    depth = int(number(call.value("depth", 2)))
    data = plain(value, depth)
    if call.has("compress"):
        return [json.dumps(data, separators=(",", ":"), ensure_ascii=False)]
    return [json.dumps(data, indent=4, ensure_ascii=False)]


def convert_from_json(call: Call) -> Iterable[Any]:
    """Objects and lists of a JSON text. Raises Failure for a text that is none."""
    source = "\n".join(text(item) for item in items_of(call))
    try:
        return to_list(_living(json.loads(source)))
    except ValueError as error:
        raise Failure(
            f"Invalid JSON primitive: {error}.",
            "System.ArgumentException",
            "System.ArgumentException,Microsoft.PowerShell.Commands.ConvertFromJsonCommand",
        ) from None


def _living(data: Any) -> Any:
    if isinstance(data, dict):
        return custom((name, _living(value)) for name, value in data.items())
    return [_living(value) for value in data] if isinstance(data, list) else data


CMDLETS: tuple[Cmdlet, ...] = (
    Cmdlet(
        "Measure-Object",
        measure_object,
        ("property",),
        ("inputobject",),
        ("sum", "average", "maximum", "minimum", "line", "word", "character"),
        ("measure",),
    ),
    Cmdlet("Group-Object", group_object, ("property",), ("inputobject",), ("noelement",), ("group",)),
    Cmdlet("New-Object", new_object, ("typename", "argumentlist"), ("property", "comobject")),
    Cmdlet(
        "Add-Member",
        add_member,
        ("membertype", "name", "value"),
        ("inputobject", "notepropertyname", "notepropertyvalue"),
        ("passthru", "force"),
    ),
    Cmdlet("ConvertTo-Json", convert_to_json, ("inputobject",), ("depth",), ("compress",)),
    Cmdlet("ConvertFrom-Json", convert_from_json, ("inputobject",)),
)
