# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operators that rows go through, one after the other."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from .aggregates import compile_aggregate
from .compiled import Compiled, Row, Scope
from .errors import SemanticError
from .evaluator import compile_expression
from .joins import expand, join, union
from .nodes import (
    Column,
    Count,
    Expand,
    Join,
    Limit,
    Named,
    Order,
    Ordered,
    Pick,
    Project,
    Query,
    Star,
    Step,
    Summarize,
    Union,
    Where,
)
from .relation import Relation, free_name
from .values import less, text_of


class Run:
    """One evaluation of a query: ``table`` gives a table's relation, ``now`` is the instant of all of it."""

    def __init__(self, table: Callable[[Query], Relation], now: datetime) -> None:
        self._table = table
        self._now = now

    def relation(self, query: Query) -> Relation:
        """What the query gives. Raises SemanticError, ParserFailure."""
        found = self._table(query) if query.table else Relation({}, ())
        for step in query.steps:
            found = self._step(step, found)
        return found

    def _scope(self, relation: Relation, operator: str) -> Scope:
        return Scope(relation.columns, operator, self._now)

    def _step(self, step: Step, given: Relation) -> Relation:
        if isinstance(step, Where):
            return where(step, given, self._scope(given, "where"))
        if isinstance(step, Project):
            return project(step, given, self._scope(given, step.kind))
        if isinstance(step, Pick):
            return pick(step, given)
        if isinstance(step, Order):
            return order(step, given, self._scope(given, "order"))
        if isinstance(step, Limit):
            return given.with_rows(given.rows[: step.count], limited=True)
        if isinstance(step, Count):
            return Relation({"Count": "long"}, [{"Count": len(given.rows)}], given.limited)
        if isinstance(step, Summarize):
            return summarize(step, given, self._scope(given, "summarize"))
        if isinstance(step, Expand):
            return expand(step, given, self._scope(given, "mv-expand"))
        if isinstance(step, Union):
            return union(given, [self.relation(other) for other in step.others])
        assert isinstance(step, Join)
        right = self.relation(step.right)
        return join(step, given, right, self._scope(given, "join"), self._scope(right, "join"))


def where(step: Where, given: Relation, scope: Scope) -> Relation:
    """The rows for which the condition is true; null is not."""
    test = compile_expression(step.condition, scope)
    if test.kind not in ("bool", "dynamic"):
        raise SemanticError(f"'where' operator: the condition is of type {test.kind}, bool is wanted")
    return given.with_rows([row for row in given.rows if test.of(row)])


def project(step: Project, given: Relation, scope: Scope) -> Relation:
    """``project``, ``extend``, ``distinct``, ``project-rename``."""
    if step.kind == "project-rename":
        return _rename(step, given, scope)
    if any(isinstance(one.expression, Star) for one in step.columns):
        if step.kind != "distinct" or len(step.columns) != 1:
            raise SemanticError(f"'{step.kind}' operator: '*' has no meaning here")
        made = {name: compile_expression(Column(name), scope) for name in given.columns}
    else:
        made = {}
        for number, one in enumerate(step.columns, 1):
            compiled = compile_expression(one.expression, scope)
            name = one.name or compiled.label or f"Column{number}"
            made[name if one.name else free_name(name, made)] = compiled
    if step.kind == "distinct":
        return _distinct(given, made)
    kept = dict(given.columns) if step.kind == "extend" else {}
    columns = {**kept, **{name: one.kind for name, one in made.items()}}
    rows = [{**(row if step.kind == "extend" else {}), **_values(made, row)} for row in given.rows]
    return Relation(columns, rows, given.limited)


def _values(made: dict[str, Compiled], row: Row) -> dict[str, Any]:
    return {name: one.of(row) for name, one in made.items()}


def _distinct(given: Relation, made: dict[str, Compiled]) -> Relation:
    _refuse_dynamic(made, "distinct")
    found = {tuple(map(text_of, values.values())): values for values in (_values(made, row) for row in given.rows)}
    return Relation({name: one.kind for name, one in made.items()}, list(found.values()), given.limited)


def _rename(step: Project, given: Relation, scope: Scope) -> Relation:
    names: dict[str, str] = {}
    for one in step.columns:
        if not one.name or not isinstance(one.expression, Column):
            raise SemanticError("'project-rename' operator: new = old is expected")
        compile_expression(one.expression, scope)
        names[one.expression.name] = one.name
    columns = {names.get(name, name): kind for name, kind in given.columns.items()}
    rows = [{names.get(name, name): value for name, value in row.items()} for row in given.rows]
    return Relation(columns, rows, given.limited)


def pick(step: Pick, given: Relation) -> Relation:
    """``project-away``, ``project-keep``, ``project-reorder``."""
    named: list[str] = []
    for pattern in step.names:
        fitting = [
            one for one in given.columns if one == pattern or (pattern.endswith("*") and one.startswith(pattern[:-1]))
        ]
        if not fitting and not pattern.endswith("*"):
            raise SemanticError(f"'{step.kind}' operator: Failed to resolve column named '{pattern}'")
        named += [one for one in fitting if one not in named]
    kept = {
        "project-away": [one for one in given.columns if one not in named],
        "project-keep": [one for one in given.columns if one in named],
        "project-reorder": [*named, *(one for one in given.columns if one not in named)],
    }[step.kind]
    rows = [{name: row.get(name) for name in kept} for row in given.rows]
    return Relation({name: given.columns[name] for name in kept}, rows, given.limited)


def order(step: Order, given: Relation, scope: Scope) -> Relation:
    """Sort by several keys; stable, so that the last key is sorted by first."""
    keys = [(key, compile_expression(key.expression, scope)) for key in step.keys]
    for _key, compiled in keys:
        if compiled.kind == "dynamic":
            name = compiled.label or "the key"
            raise SemanticError(f"'order' operator: {name} is of a dynamic type. Please use an explicit cast")
    rows = list(given.rows)
    for key, compiled in reversed(keys):
        rows.sort(key=_sort_key(key, compiled), reverse=not key.ascending)
    return given.with_rows(rows if step.count is None else rows[: step.count], limited=step.count is not None)


def _sort_key(key: Ordered, compiled: Compiled) -> Callable[[Row], Any]:
    """Nulls come first when ascending and last when descending, unless the query says otherwise."""
    nulls_first = key.ascending if key.nulls_first is None else key.nulls_first
    rank = -1 if nulls_first == key.ascending else 1

    def compare(one: Any, other: Any) -> int:
        if one is None or other is None:
            return (rank if one is None else 0) - (rank if other is None else 0)
        return -1 if less(one, other) else 1 if less(other, one) else 0

    wrap = functools.cmp_to_key(compare)
    return lambda row: wrap(compiled.of(row))


def summarize(step: Summarize, given: Relation, scope: Scope) -> Relation:
    """Groups and their aggregates. Without groups there is one row, even for no rows."""
    groups = _group_columns(step.groups, scope)
    _refuse_dynamic(groups, "summarize")
    results = [result for named in step.aggregates for result in compile_aggregate(named, scope)]
    buckets: dict[tuple[str, ...], tuple[dict[str, Any], list[Row]]] = {}
    if not groups:
        buckets[()] = ({}, [])
    for row in given.rows:
        values = _values(groups, row)
        buckets.setdefault(tuple(map(_bucket, values.values())), (values, []))[1].append(row)
    columns = {name: one.kind for name, one in groups.items()}
    names: list[str] = []
    for result in results:
        name = free_name(result.name, columns)
        columns[name] = result.kind
        names.append(name)
    rows = [
        {**values, **{name: result.of(members) for name, result in zip(names, results, strict=True)}}
        for values, members in buckets.values()
    ]
    return Relation(columns, rows, given.limited)


def _bucket(value: Any) -> str:
    return f"{type(value).__name__} {text_of(value)}"


def _group_columns(named: Sequence[Named], scope: Scope) -> dict[str, Compiled]:
    made: dict[str, Compiled] = {}
    for number, one in enumerate(named, 1):
        compiled = compile_expression(one.expression, scope)
        made[free_name(one.name or compiled.label or f"Column{number}", made)] = compiled
    return made


def _refuse_dynamic(made: dict[str, Compiled], operator: str) -> None:
    for name, one in made.items():
        if one.kind == "dynamic":
            raise SemanticError(
                f"'{operator}' operator: key '{name}' is of a 'dynamic' type. Please use an explicit cast (for "
                f"example, '{operator} … tostring({name})')"
            )
