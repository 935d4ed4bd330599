# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Statements and commands."""

from __future__ import annotations

import re

from .errors import ParseError
from .lexer import Scanner
from .nodes import (
    Array,
    Assignment,
    Block,
    Command,
    Expandable,
    Expression,
    Literal,
    Parameter,
    Pipeline,
    Redirection,
    ScriptBlock,
    Statement,
)
from .parse_expressions import ExpressionParser

_ASSIGN = re.compile(r"(\+=|-=|\*=|/=|%=|=)(?!=)")
PARAMETER = re.compile(r"-([A-Za-z_]\w*)(:?)")
_REDIRECT = re.compile(r"([1-6*]?)(>>|>)(&1)?")
_WORD_END = " \t\n;|(){}\"'`,"


class Parser:
    """Reads a script."""

    def __init__(self, scanner: Scanner) -> None:
        self.scan = scanner
        self.no_commas = False
        self.expressions = ExpressionParser(scanner, self)

    def with_scanner(self, scanner: Scanner) -> Parser:
        """A parser for the same language at another place."""
        return self if scanner is self.scan else Parser(scanner)

    def block_until(self, end: str) -> Block:
        """Statements up to ``end`` (``""``: the end of the script), which is gone past."""
        statements: list[Statement] = []
        while True:
            self.scan.blanks(newlines=True)
            if self.scan.take(";"):
                continue
            if end and self.scan.take(end):
                return Block(tuple(statements))
            if not self.scan.peek():
                if end:
                    raise self.scan.error(f"Missing closing '{end}' in statement block or expression.")
                return Block(tuple(statements))
            statements.append(self.statement())
            self.scan.blanks()
            if self.scan.peek() not in ("\n", ";", "") and not (end and self.scan.starts(end)):
                raise self.scan.error(f"Unexpected token '{self.scan.peek(12).split()[0]}' in expression or statement.")

    def braces(self) -> Block:
        """``{ … }``."""
        self.scan.blanks(newlines=True)
        self.scan.expect("{")
        commas, self.no_commas = self.no_commas, False
        block = self.block_until("}")
        self.no_commas = commas
        return block

    def script_block(self) -> ScriptBlock:
        """``{ param($a, $b = 1) … }``."""
        self.scan.expect("{")
        commas, self.no_commas = self.no_commas, False
        self.scan.blanks(newlines=True)
        parameters = self._parameters() if self.scan.keyword() == "param" else ()
        body = self.block_until("}")
        self.no_commas = commas
        return ScriptBlock(body, parameters)

    def _parameters(self) -> tuple[tuple[str, Expression | None], ...]:
        self.scan.take("param")
        return self.parameter_list()

    def parameter_list(self) -> tuple[tuple[str, Expression | None], ...]:
        """``($a, [int]$b = 1)``."""
        self.scan.blanks(newlines=True)
        self.scan.expect("(")
        found: list[tuple[str, Expression | None]] = []
        commas, self.no_commas = self.no_commas, True
        while True:
            self.scan.blanks(newlines=True)
            while self.scan.match(re.compile(r"\[[^\]]*\]")):
                self.scan.blanks(newlines=True)
            if self.scan.take(")"):
                self.no_commas = commas
                return tuple(found)
            name = self.scan.variable()
            if name is None:
                raise self.scan.error("A parameter's name is missing in param().")
            self.scan.blanks(newlines=True)
            default = None
            if self.scan.take("="):
                self.scan.blanks(newlines=True)
                default = self.expressions.expression()
            found.append((name.name, default))
            self.scan.blanks(newlines=True)
            self.scan.take(",")

    def statement(self) -> Statement:
        """One statement."""
        from .parse_statements import KEYWORDS

        reader = KEYWORDS.get(self.scan.keyword())
        return reader(self) if reader else self._pipeline_or_assignment()

    def _pipeline_or_assignment(self) -> Statement:
        start = self.scan.at
        if self.scan.peek() in "$[":
            try:
                target = self._target()
                self.scan.blanks()
                found = self.scan.match(_ASSIGN)
            except ParseError:
                found = None
            if found:
                self.scan.blanks(newlines=True)
                return Assignment(target, found[1], self.statement())
            self.scan.at = start
        return self.pipeline()

    def _target(self) -> Expression:
        """What stands before ``=``: one target, or several joined by commas."""
        targets = [self.expressions.unary()]
        self.scan.blanks()
        while self.scan.take(","):
            targets.append(self.expressions.unary())
            self.scan.blanks()
        return targets[0] if len(targets) == 1 else Array(tuple(targets))

    def pipeline(self) -> Pipeline:
        """Stages joined by ``|``."""
        line = self.scan.line
        stages: list[Command | Expression] = [self._stage(first=True)]
        while True:
            self.scan.blanks()
            if self.scan.starts("||") or self.scan.starts("&&"):
                raise self.scan.error(
                    f"The token '{self.scan.peek(2)}' is not a valid statement separator in this version."
                )
            if not self.scan.take("|"):
                return Pipeline(tuple(stages), line)
            self.scan.blanks(newlines=True)
            stages.append(self._stage(first=False))

    def _stage(self, first: bool) -> Command | Expression:
        here = self.scan.peek()
        named = here in ("&", ".") and self.scan.peek(2)[1:2] in " \t{$\"'("
        if named:
            self.scan.at += 1
            self.scan.blanks()
            return self._command(self.expressions.primary())
        if first and (
            here in "$\"'(@[{,!+"
            or here.isdigit()
            or re.match(r"-\s*[\d$(]|-(?:not|join|split)\b|--", self.scan.peek(7).lower())
        ):
            return self._redirected(self.expressions.expression())
        return self._command(Literal(self.word("")))

    def _redirected(self, value: Expression) -> Command | Expression:
        """``'text' > file``."""
        self.scan.blanks()
        found = self.scan.match(_REDIRECT)
        if not found or found[3]:
            return value
        self.scan.blanks()
        target = Redirection(found[1] or "1", self._argument(), found[2] == ">>")
        return Command(Literal("Write-Output"), (value,), (target,))

    def _command(self, name: Expression) -> Command:
        elements: list[Parameter | Expression] = []
        redirections: list[Redirection] = []
        while True:
            self.scan.blanks()
            if self.scan.peek() in ("", "\n", ";", "|", ")", "}"):
                return Command(name, tuple(elements), tuple(redirections))
            found = self.scan.match(_REDIRECT)
            if found:
                self.scan.blanks()
                target = None if found[3] else self._argument()
                redirections.append(Redirection(found[1] or "1", target, found[2] == ">>"))
            elif named := self.scan.match(PARAMETER):
                self.scan.blanks()
                elements.append(Parameter(named[1].lower(), self._argument() if named[2] else None))
            else:
                elements.append(self._argument())

    def _argument(self) -> Expression:
        """An argument, or several joined by commas."""
        items = [self.one_argument()]
        while True:
            start = self.scan.at
            self.scan.blanks()
            if not self.scan.take(","):
                self.scan.at = start
                break
            self.scan.blanks(newlines=True)
            items.append(self.one_argument())
        if len(items) == 1:
            return items[0]
        return Array(tuple(items))

    def one_argument(self) -> Expression:
        here = self.scan.peek()
        if here in "\"'({" or self.scan.peek(2) in ("@(", "@{", "@'", '@"', "$("):
            return self.expressions.follow(self.expressions.primary()) if here != "{" else self.script_block()
        if here == "@" or (here == "$" and not self._variable_in_word()):
            return self.expressions.follow(self.expressions.primary())
        start = self.scan.at
        number = self.scan.number()
        if number is not None and (self.scan.peek() in _WORD_END or not self.scan.peek()):
            return number
        self.scan.at = start
        if re.match(r"\[[A-Za-z.]+\]::", self.scan.text[self.scan.at : self.scan.at + 40]):
            return self.expressions.unary()
        return self._expand_word()

    def _variable_in_word(self) -> bool:
        """``$dir\\file``: a variable that is only the beginning of a word."""
        start = self.scan.at
        self.scan.variable()
        rest = self.scan.peek()
        self.scan.at = start
        return rest in ("\\", "/", "-", ":")

    def word(self, more: str) -> str:
        out = ""
        while self.scan.peek() and self.scan.peek() not in _WORD_END + more:
            out += self.scan.peek()
            self.scan.at += 1
        if not out:
            raise self.scan.error(
                f"Unexpected token {self.scan.peek(12).strip() or 'end of script'!r} in expression or statement."
            )
        return out

    def _expand_word(self) -> Expression:
        inner = Scanner(self.word(""))
        parts = inner.expandable(self.expressions.sub_in_text, "")
        if len(parts) == 1 and isinstance(parts[0], str):
            return Literal(parts[0])
        return Expandable(tuple(parts))

    def condition(self) -> Statement:
        """``( … )`` of a statement."""
        self.scan.blanks(newlines=True)
        self.scan.expect("(")
        self.scan.blanks(newlines=True)
        found = self.statement()
        self.scan.blanks(newlines=True)
        self.scan.expect(")")
        return found

    def next_is(self, *words: str) -> bool:
        """Whether one of the words comes next, also on a later line; only then the line ends are gone past."""
        start = self.scan.at
        self.scan.blanks(newlines=True)
        if self.scan.keyword() in words:
            return True
        self.scan.at = start
        return False


def parse(text: str) -> Block:
    """The script. Raises ParseError."""
    scanner = Scanner(text)
    return Parser(scanner).block_until("")
