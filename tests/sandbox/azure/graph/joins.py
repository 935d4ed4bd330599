# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Operators that make other rows of rows: ``join``, ``union``, ``mv-expand``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .compiled import Compiled, Row, Scope
from .errors import SemanticError
from .evaluator import compile_expression
from .functions import to_bool, to_datetime, to_dynamic, to_long, to_real
from .nodes import Expand, Join
from .relation import Relation, free_name
from .values import text_of

_TURN = {
    "string": ("string", text_of),
    "long": ("long", to_long),
    "int": ("long", to_long),
    "real": ("real", to_real),
    "double": ("real", to_real),
    "bool": ("bool", to_bool),
    "datetime": ("datetime", to_datetime),
    "dynamic": ("dynamic", to_dynamic),
}


def join(step: Join, left: Relation, right: Relation, left_scope: Scope, right_scope: Scope) -> Relation:
    """Rows of both sides whose keys are equal. Columns of the right side whose names are taken get a number."""
    pairs = [(compile_expression(one, left_scope), compile_expression(other, right_scope)) for one, other in step.on]
    for one, other in pairs:
        if "dynamic" in (one.kind, other.kind):
            name = one.label or other.label
            raise SemanticError(f"'join' operator: key '{name}' is of a 'dynamic' type. Please use an explicit cast")
        if one.kind != other.kind:
            raise SemanticError(f"'join' operator: keys of types {one.kind} and {other.kind} do not fit")
    names: dict[str, str] = {}
    columns = dict(left.columns)
    for name, kind in right.columns.items():
        names[name] = free_name(name, columns)
        columns[names[name]] = kind
    matches: dict[tuple[Any, ...], list[Row]] = {}
    for row in right.rows:
        matches.setdefault(_key([other for _one, other in pairs], row), []).append(row)
    rows: list[Row] = []
    seen: set[tuple[Any, ...]] = set()
    for row in left.rows:
        key = _key([one for one, _other in pairs], row)
        if step.kind == "innerunique" and key in seen:
            continue
        seen.add(key)
        fitting = matches.get(key, []) if None not in key else []
        if not fitting and step.kind == "leftouter":
            rows.append({**row, **dict.fromkeys(names.values())})
        rows += [{**row, **{names[name]: one.get(name) for name in names}} for one in fitting]
    return Relation(columns, rows, left.limited or right.limited)


def _key(keys: Sequence[Compiled], row: Row) -> tuple[Any, ...]:
    return tuple(key.of(row) for key in keys)


def union(given: Relation, others: Sequence[Relation]) -> Relation:
    """All rows; columns that only some have are null for the rest."""
    columns: dict[str, str] = {}
    for relation in (given, *others):
        for name, kind in relation.columns.items():
            if columns.setdefault(name, kind) != kind:
                columns[name] = "dynamic"
    rows = [row for relation in (given, *others) for row in relation.rows]
    return Relation(columns, rows, any(relation.limited for relation in (given, *others)))


def expand(step: Expand, given: Relation, scope: Scope) -> Relation:
    """A row for each element of an array, or for each member of a bag; null and empty give one row with null."""
    columns, made = dict(given.columns), {}
    turns = {}
    for named, kind in zip(step.columns, step.kinds, strict=True):
        compiled = compile_expression(named.expression, scope)
        name = named.name or compiled.label
        if not name:
            raise SemanticError("'mv-expand' operator: the column needs a name")
        if compiled.kind != "dynamic":
            raise SemanticError(f"'mv-expand' operator: '{name}' is of type {compiled.kind}, dynamic is wanted")
        if kind and kind not in _TURN:
            raise step.token.fail(f"the type '{kind}' is not served")
        made[name] = compiled
        columns[name], turns[name] = _TURN[kind or "dynamic"] if kind else ("dynamic", lambda value: value)
    rows: list[Row] = []
    for row in given.rows:
        parts = {name: _parts(one.of(row)) for name, one in made.items()}
        length = min(max(map(len, parts.values())), step.limit or 1)
        for place in range(length):
            new = {name: turns[name](_at(items, place)) for name, items in parts.items()}
            rows.append({**row, **new})
    return Relation(columns, rows, given.limited)


def _parts(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [{name: inner} for name, inner in value.items()] or [None]
    return (value or [None]) if isinstance(value, list) else [value]


def _at(items: list[Any], place: int) -> Any:
    return items[place] if place < len(items) else None
