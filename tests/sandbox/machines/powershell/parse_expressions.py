# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Expressions, by precedence: logical, comparison, sums, products, format, range, comma, sign, what follows a value."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .lexer import Scanner, member_name
from .nodes import (
    Array,
    Binary,
    Cast,
    Expression,
    Hash,
    Index,
    Member,
    Statement,
    Step,
    Sub,
    TypeName,
    Unary,
    Variable,
)

if TYPE_CHECKING:
    from .parser import Parser

_COMPARISONS = (
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
    "replace",
    "split",
    "join",
    "is",
    "isnot",
    "as",
)
_DASHED = re.compile(r"-([ci]?)([a-z]+)(?![\w-])", re.IGNORECASE)
_TYPE = re.compile(r"\[([A-Za-z_][\w.]*(?:\[\])?)\]")
_LOGICAL = ("and", "or", "xor")
_BITS = ("band", "bor", "bxor")


class ExpressionParser:
    """Reads expressions for a parser of statements."""

    def __init__(self, scanner: Scanner, statements: Parser) -> None:
        self.scan = scanner
        self.statements = statements

    def _dashed(self, allowed: tuple[str, ...]) -> str:
        """Go past an operator such as ``-ceq``; gives it without the dash, case-sensitive ones with their c."""
        self.scan.blanks()
        start = self.scan.at
        found = self.scan.match(_DASHED)
        if not found:
            return ""
        whole = (found[1] + found[2]).lower()
        if whole in allowed:
            operator = whole
        elif found[1] and found[2].lower() in allowed:
            operator = ("c" if found[1].lower() == "c" else "") + found[2].lower()
        else:
            self.scan.at = start
            return ""
        self.scan.blanks(newlines=True)
        return operator

    def expression(self) -> Expression:
        """A whole expression."""
        left = self._comparison()
        while operator := self._dashed((*_LOGICAL, *_BITS)):
            left = Binary(operator, left, self._comparison())
        return left

    def _comparison(self) -> Expression:
        left = self._sum()
        while operator := self._dashed(_COMPARISONS):
            left = Binary(operator, left, self._sum())
        return left

    def _sum(self) -> Expression:
        left = self._product()
        while True:
            self.scan.blanks()
            here = self.scan.peek()
            dashed = self.scan.peek() == "-" and re.match(r"-[A-Za-z]", self.scan.peek(2))
            if here not in ("+", "-") or dashed or self.scan.peek(2) in ("+=", "-="):
                return left
            self.scan.at += 1
            self.scan.blanks(newlines=True)
            left = Binary(here, left, self._product())

    def _product(self) -> Expression:
        left = self._format()
        while True:
            self.scan.blanks()
            here = self.scan.peek()
            if here not in ("*", "/", "%") or self.scan.peek(2) in ("*=", "/=", "%="):
                return left
            self.scan.at += 1
            self.scan.blanks(newlines=True)
            left = Binary(here, left, self._format())

    def _format(self) -> Expression:
        left = self._range()
        while self._dashed(("f",)):
            left = Binary("f", left, self._range())
        return left

    def _range(self) -> Expression:
        left = self._comma()
        self.scan.blanks()
        if self.scan.take(".."):
            self.scan.blanks()
            return Binary("..", left, self._comma())
        return left

    def _comma(self) -> Expression:
        first = self.unary()
        items = [first]
        while True:
            self.scan.blanks()
            if self.statements.no_commas or not self.scan.take(","):
                return Array(tuple(items)) if len(items) > 1 else first
            self.scan.blanks(newlines=True)
            items.append(self.unary())

    def unary(self) -> Expression:
        """A value with what stands before it."""
        self.scan.blanks()
        if self.scan.take("!"):
            return Unary("not", self.unary())
        if operator := self._dashed(("not", "join", "split", "bnot")):
            return Unary(operator, self.unary())
        if self.scan.take(","):
            return Unary(",", self.unary())
        for sign, amount in (("++", 1), ("--", -1)):
            if self.scan.take(sign):
                return Step(self.unary(), amount, True)
        if self.scan.peek() in ("-", "+"):
            sign = self.scan.peek()
            self.scan.at += 1
            return Unary(sign, self.unary())
        found = self.scan.match(_TYPE)
        if found:
            if self.scan.starts("::"):
                return self.follow(TypeName(found[1].lower()))
            self.scan.blanks()
            return Cast(found[1].lower(), self.unary())
        return self.follow(self.primary())

    def primary(self) -> Expression:
        """A value: number, string, variable, group, list, table, block."""
        scan = self.scan
        if scan.peek() == "'" or scan.starts("@'"):
            return scan.single_quoted()
        if scan.peek() == '"' or scan.starts('@"'):
            return scan.double_quoted(self.sub_in_text)
        if scan.starts("$("):
            return self._group("$(", False)
        if scan.starts("@("):
            return self._group("@(", True)
        if scan.take("@{"):
            return self._hash()
        if scan.peek() == "(":
            group = self._group("(", False)
            return Sub(group.body, single=True)
        if scan.peek() == "{":
            return self.statements.script_block()
        if scan.peek() == "@" and (splat := re.compile(r"@([A-Za-z_]\w*)").match(scan.text, scan.at)):
            scan.at = splat.end()
            return Variable(splat[1].lower(), splat=True)
        value: Expression | None = scan.variable() if scan.peek() == "$" else scan.number()
        if value is None:
            raise scan.error(
                f"Unexpected token {scan.peek(12).strip() or 'end of script'!r} in expression or statement."
            )
        return value

    def sub_in_text(self, scanner: Scanner) -> Expression:
        """``$(…)`` inside a string that another scanner may be reading."""
        return self.statements.with_scanner(scanner).expressions._group("$(", False)

    def _group(self, opening: str, always_array: bool) -> Sub:
        self.scan.expect(opening)
        commas, self.statements.no_commas = self.statements.no_commas, False
        body = self.statements.block_until(")")
        self.statements.no_commas = commas
        return Sub(body, always_array)

    def _hash(self) -> Hash:
        pairs: list[tuple[Expression, Statement]] = []
        commas, self.statements.no_commas = self.statements.no_commas, False
        while True:
            self.scan.blanks(newlines=True)
            while self.scan.take(";"):
                self.scan.blanks(newlines=True)
            if self.scan.take("}"):
                self.statements.no_commas = commas
                return Hash(tuple(pairs))
            name = member_name(self.scan)
            key: Expression = name if name is not None else self.unary()
            self.scan.blanks()
            self.scan.expect("=")
            self.scan.blanks(newlines=True)
            pairs.append((key, self.statements.statement()))

    def follow(self, value: Expression) -> Expression:
        """What stands right behind a value: members, calls, indexes, ++."""
        scan = self.scan
        while True:
            if scan.starts("::") or (scan.peek() == "." and re.match(r"\.[A-Za-z_$('\"]", scan.peek(2))):
                static = scan.take("::")
                if not static:
                    scan.at += 1
                name = member_name(scan) or self.primary()
                value = Member(value, name, self._arguments(), static)
            elif scan.peek() == "[":
                scan.at += 1
                scan.blanks(newlines=True)
                commas, self.statements.no_commas = self.statements.no_commas, False
                index = self.expression()
                self.statements.no_commas = commas
                scan.blanks(newlines=True)
                scan.expect("]")
                value = Index(value, index)
            elif scan.take("++"):
                value = Step(value, 1, False)
            elif scan.take("--"):
                value = Step(value, -1, False)
            else:
                return value

    def _arguments(self) -> tuple[Expression, ...] | None:
        if not self.scan.take("("):
            return None
        commas, self.statements.no_commas = self.statements.no_commas, True
        arguments: list[Expression] = []
        self.scan.blanks(newlines=True)
        while not self.scan.take(")"):
            arguments.append(self.expression())
            self.scan.blanks(newlines=True)
            if not self.scan.take(","):
                self.scan.blanks(newlines=True)
                self.scan.expect(")")
                break
            self.scan.blanks(newlines=True)
        self.statements.no_commas = commas
        return tuple(arguments)
