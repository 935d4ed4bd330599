# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the console shows of objects that nobody turned into text: tables, or lists when there are many properties."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from .nodes import ScriptBlock
from .values import Table, Thing, names_of, property_of, text


def render(items: list[Any]) -> str:
    """All of a script's output, line by line."""
    out = ""
    for kind, group in groupby(items, key=_kind):
        found = list(group)
        if kind == "table":
            out += "".join(_pairs(item) for item in found)
        elif kind:
            shown = found[0].shown or tuple(found[0].properties)
            out += as_table(found, list(shown)) if len(shown) <= 5 else as_list(found, list(shown))
        else:
            out += "".join(_line(item) for item in found)
    return out


def _kind(item: Any) -> str:
    if isinstance(item, Table):
        return "table"
    if isinstance(item, Thing) and (item.shown or item.kind == "PSCustomObject"):
        return item.kind + "/" + ",".join(item.shown or item.properties)
    return ""


def _line(item: Any) -> str:
    if item is None:
        return ""
    shown = "{" + " … }" if isinstance(item, ScriptBlock) else text(item)
    return shown if shown.endswith("\n") else f"{shown}\n"


def _pairs(item: Table) -> str:
    rows = [("Name", "Value"), ("----", "-----"), *((name, text(value)) for name, value in item.items())]
    return "\n" + "".join(f"{name:<30} {value}".rstrip() + "\n" for name, value in rows) + "\n"


def as_table(items: list[Any], names: list[str], head: bool = True) -> str:
    """Columns as wide as their widest cell."""
    columns = names or (
        list(items[0].shown or names_of(items[0]))
        if items and isinstance(items[0], Thing)
        else names_of(items[0])
        if items
        else []
    )
    rows = [[text(property_of(item, name)) for name in columns] for item in items]
    table = [columns, ["-" * len(name) for name in columns], *rows] if head else rows
    widths = [max((len(row[i]) for row in table), default=0) for i in range(len(columns))]
    body = "".join(" ".join(cell.ljust(widths[i]) for i, cell in enumerate(row)).rstrip() + "\n" for row in table)
    return f"\n{body}\n" if head else body


def as_list(items: list[Any], names: list[str]) -> str:
    """``Name : value`` lines, one block an object."""
    out = "\n"
    for item in items:
        columns = names or names_of(item)
        width = max((len(name) for name in columns), default=0)
        out += (
            "".join(f"{name.ljust(width)} : {text(property_of(item, name))}".rstrip() + "\n" for name in columns) + "\n"
        )
    return out
