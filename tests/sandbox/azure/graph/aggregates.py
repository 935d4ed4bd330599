# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Aggregates of ``summarize`` (Kusto Query Language reference, "Aggregation function types at a glance")."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from .compiled import Compiled, Row, Scope
from .errors import SemanticError
from .evaluator import compile_expression
from .nodes import Column, Function, Named, Star
from .values import text_of

Rows = Sequence[Row]


@dataclass(frozen=True, slots=True)
class Result:
    """A column that an aggregate gives."""

    name: str
    kind: str
    of: Callable[[Rows], Any]


def _present(one: Compiled, rows: Rows) -> list[Any]:
    return [value for row in rows if (value := one.of(row)) is not None]


def _least(values: list[Any]) -> Any:
    return min(values, key=_key, default=None)


def _most(values: list[Any]) -> Any:
    return max(values, key=_key, default=None)


def _key(value: Any) -> Any:
    return (isinstance(value, (dict, list)), text_of(value) if isinstance(value, (dict, list)) else value)


def _set(values: list[Any]) -> list[Any]:
    return list({text_of(value): value for value in values}.values())


_SIMPLE: dict[str, tuple[str, str, Callable[[list[Any]], Any]]] = {
    # name: the column's prefix, the type ("" as the argument's), the work
    "sum": ("sum", "", sum),
    "min": ("min", "", _least),
    "max": ("max", "", _most),
    "avg": ("avg", "real", lambda values: sum(values) / len(values) if values else None),
    "dcount": ("dcount", "long", lambda values: len(_set(values))),
    "make_list": ("list", "dynamic", lambda values: values),
    "makelist": ("list", "dynamic", lambda values: values),
    "make_set": ("set", "dynamic", _set),
    "makeset": ("set", "dynamic", _set),
    "take_any": ("", "", lambda values: values[0] if values else None),
    "any": ("any", "", lambda values: values[0] if values else None),
}


def compile_aggregate(named: Named, scope: Scope) -> list[Result]:
    """The columns of one aggregate. Raises SemanticError, ParserFailure."""
    node = named.expression
    if not isinstance(node, Function):
        raise SemanticError("'summarize' operator: an aggregate is expected")
    if node.name == "count" and not node.arguments:
        return [Result(named.name or "count_", "long", len)]
    if node.name in ("arg_max", "arg_min") and len(node.arguments) >= 2:
        return _extreme(named, node, scope)
    if node.name == "countif" and len(node.arguments) == 1:
        test = compile_expression(node.arguments[0], scope)
        return [Result(named.name or "countif_", "long", lambda rows: sum(bool(test.of(row)) for row in rows))]
    if node.name in _SIMPLE and len(node.arguments) == 1:
        prefix, kind, work = _SIMPLE[node.name]
        inner = compile_expression(node.arguments[0], scope)
        if node.name in ("sum", "avg") and inner.kind not in ("long", "real", "timespan"):
            raise SemanticError(f"'summarize' operator: {node.name}() wants numbers, not {inner.kind}")
        name = named.name or "_".join(part for part in (prefix, inner.label) if part or not prefix)
        return [Result(name, kind or inner.kind, lambda rows: work(_present(inner, rows)))]
    raise node.token.fail(f"the aggregate '{node.name}' with {len(node.arguments)} arguments is not served")


def _extreme(named: Named, node: Function, scope: Scope) -> list[Result]:
    """``arg_max(key, *)`` or ``arg_max(key, a, b)``: the values of the row with the greatest key."""
    key = compile_expression(node.arguments[0], scope)
    if key.kind == "dynamic":
        raise SemanticError(f"'summarize' operator: {node.name}(): the key is dynamic. Please use an explicit cast")
    choose = max if node.name == "arg_max" else min

    def chosen(rows: Rows) -> Row | None:
        known = [row for row in rows if key.of(row) is not None]
        return choose(known, key=key.of) if known else (rows[0] if rows else None)

    def result(name: str, one: Compiled) -> Result:
        def of(rows: Rows) -> Any:
            row = chosen(rows)
            return None if row is None else one.of(row)

        return Result(name, one.kind, of)

    results = [result(named.name or key.label or f"{node.name}_", key)]
    for argument in node.arguments[1:]:
        if isinstance(argument, Star):
            others = [name for name in scope.columns if name != key.label]
            results += [result(name, compile_expression(Column(name), scope)) for name in others]
        else:
            one = compile_expression(argument, scope)
            results.append(result(one.label or f"{node.name}_", one))
    return results
