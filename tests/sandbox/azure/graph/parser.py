# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parsing a query: a table and the operators that its rows go through.

What Resource Graph serves: "Understanding the Azure Resource Graph query language", supported KQL language elements.
"""

from __future__ import annotations

from collections.abc import Callable

from .expressions import Expressions
from .lexer import Lexer, Token
from .nodes import (
    Column,
    Count,
    Expand,
    Expression,
    Join,
    Limit,
    Literal,
    Member,
    Named,
    Operation,
    Order,
    Ordered,
    Pick,
    Project,
    Query,
    Step,
    Summarize,
    Union,
    Where,
)

JOINS = ("innerunique", "inner", "leftouter")
MOST_EXPANDED, USUALLY_EXPANDED = 400, 128
"""Rows that mv-expand makes of one row: at most, and when the query says nothing."""


class Parser(Expressions):
    """Reads a whole query. Raises ParserFailure."""

    def query(self) -> Query:
        """The query, to the end of the text."""
        found = self._pipeline()
        self.skip(";")
        if self.here.kind != "end":
            raise self.fail("the end of the query or '|' is expected")
        return found

    def _pipeline(self) -> Query:
        if self.at("union"):
            token = self.take()
            first: list[Step] = [Union(self._union_tables())]
            return Query("", token, (*first, *self._steps()))
        if self.skip("("):
            inner = self._pipeline()
            self.expect(")")
            return Query(inner.table, inner.token, (*inner.steps, *self._steps()))
        token = self.here
        if token.text.lower() in self._operators() and self.following.text != "|":
            # Resource Graph takes a query without a table for one about resources.
            return Query("resources", token, (self._step(), *self._steps()))
        token = self.name("a table")
        if token.text in ("let", "set", "declare"):
            raise token.fail("this statement is not served")
        return Query(token.text, token, self._steps())

    def _steps(self) -> tuple[Step, ...]:
        steps: list[Step] = []
        while self.skip("|"):
            steps.append(self._step())
        return tuple(steps)

    def _operators(self) -> dict[str, Callable[[Token], Step]]:
        return {
            "where": lambda _token: Where(self.expression()),
            "filter": lambda _token: Where(self.expression()),
            "project": self._project,
            "extend": self._project,
            "distinct": self._project,
            "project-rename": self._project,
            "project-away": self._pick,
            "project-keep": self._pick,
            "project-reorder": self._pick,
            "order": self._order,
            "sort": self._order,
            "top": self._top,
            "limit": lambda _token: Limit(self.whole_number()),
            "take": lambda _token: Limit(self.whole_number()),
            "count": lambda _token: Count(),
            "summarize": self._summarize,
            "mv-expand": self._expand,
            "mvexpand": self._expand,
            "join": self._join,
            "union": lambda _token: Union(self._union_tables()),
        }

    def _step(self) -> Step:
        token = self.name("an operator")
        read = self._operators().get(token.text)
        if read is None:
            raise token.fail(f"the operator '{token.text}' is not served; served are {', '.join(self._operators())}")
        return read(token)

    def _named(self) -> Named:
        if self.here.kind == "name" and self.following.text == "=":
            name = self.take().text
            self.take()
            return Named(name, self.expression())
        found = self.expression()
        if isinstance(found, Column) and self.at("="):
            # ['a name'] = …
            self.take()
            return Named(found.name, self.expression())
        return Named("", found)

    def _named_list(self) -> tuple[Named, ...]:
        items = [self._named()]
        while self.skip(","):
            items.append(self._named())
        return tuple(items)

    def _project(self, token: Token) -> Step:
        return Project(token.text, self._named_list())

    def _pick(self, token: Token) -> Step:
        names = [self._pattern()]
        while self.skip(","):
            names.append(self._pattern())
        return Pick(token.text, tuple(names), token)

    def _pattern(self) -> str:
        """A column's name, or its beginning and ``*``."""
        if self.skip("*"):
            return "*"
        found = self._quoted_name() if self.at("[") else None
        name = found.name if isinstance(found, Column) else self.name("a column").text
        return f"{name}*" if self.skip("*") else name

    def _order(self, _token: Token) -> Step:
        self.expect("by")
        return Order(self._keys())

    def _top(self, _token: Token) -> Step:
        count = self.whole_number()
        self.expect("by")
        return Order(self._keys(), count)

    def _keys(self) -> tuple[Ordered, ...]:
        keys = [self._key()]
        while self.skip(","):
            keys.append(self._key())
        return tuple(keys)

    def _key(self) -> Ordered:
        found = self.expression()
        ascending = self.at("asc")
        if self.at("asc", "desc"):
            self.take()
        nulls: bool | None = None
        if self.skip("nulls"):
            if not self.at("first", "last"):
                raise self.fail("'first' or 'last' is expected")
            nulls = self.take().text == "first"
        return Ordered(found, ascending, nulls)

    def _summarize(self, _token: Token) -> Step:
        aggregates = () if self.at("by") else self._named_list()
        groups = self._named_list() if self.skip("by") else ()
        return Summarize(aggregates, groups)

    def _expand(self, token: Token) -> Step:
        columns, kinds = [], []
        while True:
            columns.append(self._named())
            kind = ""
            if self.skip("to"):
                self.expect("typeof")
                self.expect("(")
                kind = self.name("a type").text
                self.expect(")")
            kinds.append(kind)
            if not self.skip(","):
                break
        limit = self.whole_number() if self.skip("limit") else USUALLY_EXPANDED
        if limit > MOST_EXPANDED:
            raise token.fail(f"the limit of mv-expand is at most {MOST_EXPANDED}")
        return Expand(tuple(columns), tuple(kinds), limit, token)

    def _union_tables(self) -> tuple[Query, ...]:
        if self.at("kind", "withsource", "isfuzzy"):
            raise self.fail("this parameter of union is not served")
        tables = [self._table_of_union()]
        while self.skip(","):
            tables.append(self._table_of_union())
        return tuple(tables)

    def _table_of_union(self) -> Query:
        if self.skip("("):
            inner = self._pipeline()
            self.expect(")")
            return inner
        token = self.name("a table")
        return Query(token.text, token, ())

    def _join(self, token: Token) -> Step:
        kind = "innerunique"
        if self.skip("kind"):
            self.expect("=")
            kind = self.name("a kind of join").text
        if kind not in JOINS:
            raise token.fail(f"join kind={kind} is not served; served are {', '.join(JOINS)}")
        right = self._table_of_union()
        self.expect("on")
        pairs = [self._pair(token)]
        while self.skip(",", "and"):
            pairs.append(self._pair(token))
        return Join(kind, right, tuple(pairs), token)

    def _pair(self, token: Token) -> tuple[Expression, Expression]:
        found = self._comparison()
        if isinstance(found, Column):
            return found, found
        if isinstance(found, Operation) and found.sign == "==" and found.right is not None:
            sides = dict(map(_side, (found.left, found.right)))
            if sides.keys() == {"$left", "$right"}:
                return sides["$left"], sides["$right"]
        raise token.fail("join is on a column of both sides, or on $left.a == $right.b")


def _side(expression: Expression) -> tuple[str, Expression]:
    """``$left.a``: which side, and the column there."""
    if isinstance(expression, Member) and isinstance(expression.target, Column) and isinstance(expression.key, Literal):
        return expression.target.name, Column(str(expression.key.value))
    return "", expression


def parse(text: str) -> Query:
    """The query that the text is. Raises ParserFailure."""
    return Parser(Lexer(text).tokens()).query()
