# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parsing expressions: operators by precedence, functions, paths into dynamic values, literals.

Precedence (Kusto Query Language reference, "Scalar operators"): ``or``, ``and``, comparisons, sums, products, signs,
paths.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from .lexer import Token
from .nodes import Among, Column, Expression, Function, Literal, Member, Operation, Star
from .reader import Reader
from .values import parse_instant, parse_span

_COMPARISONS = ("==", "!=", "<>", "=~", "!~", "<", "<=", ">", ">=")
_WORDS = (
    "has",
    "has_cs",
    "contains",
    "contains_cs",
    "startswith",
    "startswith_cs",
    "endswith",
    "endswith_cs",
    "hasprefix",
    "hassuffix",
)
_AMONG = ("in", "in~", "has_any", "has_all", "between")
_LITERAL_FUNCTIONS = ("datetime", "date", "timespan", "time", "dynamic", "bool", "int", "long", "real", "string")


class Expressions(Reader):
    """The part of the parser that reads expressions."""

    def expression(self) -> Expression:
        """One expression."""
        left = self._conjunction()
        while self.at("or"):
            token = self.take()
            left = Operation("or", left, self._conjunction(), token)
        return left

    def _conjunction(self) -> Expression:
        left = self._comparison()
        while self.at("and"):
            token = self.take()
            left = Operation("and", left, self._comparison(), token)
        return left

    def _comparison(self) -> Expression:
        left = self._sum()
        negated = self.at("!") and self.following.text in (*_WORDS, "in", "between")
        if negated:
            self.take()
        token = self.here
        if not negated and self.at(*_COMPARISONS):
            self.take()
            return Operation("!=" if token.text == "<>" else token.text, left, self._sum(), token)
        if self.at("matches"):
            self.take()
            self.expect("regex")
            return Operation("matches regex", left, self._sum(), token)
        if token.kind == "name" and token.text in _WORDS:
            self.take()
            return Operation(("!" if negated else "") + token.text, left, self._sum(), token)
        if token.kind == "name" and token.text in _AMONG:
            return self._among(left, negated)
        return left

    def _among(self, left: Expression, negated: bool) -> Expression:
        token = self.take()
        sign = token.text
        if sign == "in" and self.here.text == "~":
            self.take()
            sign = "in~"
        self.expect("(")
        if sign == "between":
            low = self._sum()
            self.expect("..")
            choices: tuple[Expression, ...] = (low, self._sum())
        else:
            choices = self._list()
        self.expect(")")
        return Among(("!" if negated else "") + sign, left, choices, token)

    def _list(self) -> tuple[Expression, ...]:
        items = [self.expression()]
        while self.skip(","):
            items.append(self.expression())
        return tuple(items)

    def _sum(self) -> Expression:
        left = self._product()
        while self.at("+", "-"):
            token = self.take()
            left = Operation(token.text, left, self._product(), token)
        return left

    def _product(self) -> Expression:
        left = self._signed()
        while self.at("*", "/", "%"):
            token = self.take()
            left = Operation(token.text, left, self._signed(), token)
        return left

    def _signed(self) -> Expression:
        if self.at("-"):
            token = self.take()
            return Operation("-", self._signed(), None, token)
        return self._path(self._primary())

    def _path(self, target: Expression) -> Expression:
        while self.at(".", "["):
            if self.take().text == ".":
                # A word of the language may be a member's name.
                name = self.name("the name of a member").text
                target = Member(target, Literal("string", name), name)
                continue
            key = self.expression()
            self.expect("]")
            label = str(key.value) if isinstance(key, Literal) else ""
            target = Member(target, key, label)
        return target

    def _primary(self) -> Expression:
        token = self.here
        if token.kind in ("text", "number", "span"):
            self.take()
            return _literal(token)
        if self.skip("("):
            inner = self.expression()
            self.expect(")")
            return inner
        if self.at("["):
            return self._quoted_name()
        if self.at("*"):
            self.take()
            return Star()
        if token.kind != "name":
            raise self.fail("an expression is expected")
        self.take()
        if token.text in ("true", "false"):
            return Literal("bool", token.text == "true")
        return self._function(token) if self.at("(") else Column(token.text)

    def _quoted_name(self) -> Expression:
        """``['a name']``: a column whose name is no word."""
        self.expect("[")
        token = self.here
        if token.kind != "text":
            raise self.fail("a name in quotes is expected")
        self.take()
        self.expect("]")
        return Column(str(token.value))

    def _function(self, name: Token) -> Expression:
        if name.text in _LITERAL_FUNCTIONS and (name.text != "string" or self.following.text == "null"):
            return self._typed_literal(name)
        self.expect("(")
        arguments = () if self.at(")") else self._list()
        self.expect(")")
        if name.text == "not" and len(arguments) == 1:
            return Operation("not", arguments[0], None, name)
        return Function(name.text, arguments, name)

    def _typed_literal(self, name: Token) -> Expression:
        """``datetime(2026-11-26)``, ``dynamic([1, 2])``, ``int(null)``: what is inside is no expression."""
        self.expect("(")
        inner: list[Token] = []
        depth = 0
        while depth or not self.at(")"):
            if self.here.kind == "end":
                raise self.fail("')' is expected")
            depth += {"(": 1, ")": -1}.get(self.here.text, 0)
            inner.append(self.take())
        self.expect(")")
        text = _joined(inner)
        if text == "null":
            return Literal("dynamic" if name.text == "dynamic" else _kind(name.text), None)
        try:
            return Literal(_kind(name.text), _value(name.text, text, inner))
        except ValueError:
            raise name.fail(f"{text!r} is no {name.text}") from None


def _literal(token: Token) -> Literal:
    value = token.value
    kinds = {str: "string", float: "real", int: "long", timedelta: "timespan"}
    return Literal(kinds[type(value)], value)


def _joined(tokens: list[Token]) -> str:
    """The text of tokens as it was written, but for the width of blanks."""
    text, end = "", None
    for token in tokens:
        if end is not None and (token.line, token.column) != end:
            text += " "
        text += json.dumps(token.value) if token.kind == "text" else token.text
        end = (token.line, token.column + len(token.text))
    return text


def _kind(name: str) -> str:
    return {"date": "datetime", "time": "timespan", "int": "long"}.get(name, name)


def _value(name: str, text: str, tokens: list[Token]) -> Any:
    if name == "dynamic":
        return json.loads(text)
    plain = str(tokens[0].value) if len(tokens) == 1 and tokens[0].kind == "text" else text
    if name in ("datetime", "date"):
        found = parse_instant(plain)
        if found is None:
            raise ValueError(plain)
        return found
    if name in ("timespan", "time"):
        if len(tokens) == 1 and tokens[0].kind == "span":
            return tokens[0].value
        return parse_span(plain)
    if name == "bool":
        return {"true": True, "false": False, "1": True, "0": False}[plain]
    return float(plain) if name == "real" else int(plain)
