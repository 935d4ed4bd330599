# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Statements that begin with a keyword."""

from __future__ import annotations

import re
from collections.abc import Callable

from .nodes import Block, Expression, ForEach, Function, If, Leave, Loop, ScriptBlock, Statement, Switch, Try, Variable
from .parser import PARAMETER, Parser

_TYPE_NAME = re.compile(r"\[([\w.]+)\]")


def _if(parser: Parser) -> Statement:
    parser.scan.take("if")
    branches = [(parser.condition(), parser.braces())]
    while parser.next_is("elseif"):
        parser.scan.take("elseif")
        branches.append((parser.condition(), parser.braces()))
    otherwise = None
    if parser.next_is("else"):
        parser.scan.take("else")
        otherwise = parser.braces()
    return If(tuple(branches), otherwise)


def _foreach(parser: Parser) -> Statement:
    parser.scan.take("foreach")
    parser.scan.blanks(newlines=True)
    parser.scan.expect("(")
    parser.scan.blanks(newlines=True)
    variable = parser.scan.variable()
    parser.scan.blanks(newlines=True)
    if not isinstance(variable, Variable) or not parser.scan.take("in"):
        raise parser.scan.error("Missing variable name or 'in' in foreach loop.")
    parser.scan.blanks(newlines=True)
    source = parser.statement()
    parser.scan.blanks(newlines=True)
    parser.scan.expect(")")
    return ForEach(variable, source, parser.braces())


def _while(parser: Parser) -> Statement:
    parser.scan.take("while")
    return Loop(parser.condition(), parser.braces())


def _do(parser: Parser) -> Statement:
    parser.scan.take("do")
    body = parser.braces()
    if not parser.next_is("while", "until"):
        raise parser.scan.error("Missing while or until keyword in do loop.")
    until = parser.scan.keyword() == "until"
    parser.scan.take("until" if until else "while")
    return Loop(parser.condition(), body, test_last=True, until=until)


def _for(parser: Parser) -> Statement:
    parser.scan.take("for")
    parser.scan.blanks(newlines=True)
    parser.scan.expect("(")
    parts: list[Statement | None] = []
    for end in (";", ";", ")"):
        parser.scan.blanks(newlines=True)
        parts.append(None if parser.scan.starts(end) else parser.statement())
        parser.scan.blanks(newlines=True)
        parser.scan.expect(end)
    return Loop(parts[1], parser.braces(), parts[0], parts[2])


def _switch(parser: Parser) -> Statement:
    parser.scan.take("switch")
    parser.scan.blanks()
    option = ""
    while found := parser.scan.match(PARAMETER):
        option = found[1].lower()
        parser.scan.blanks()
    subject = parser.condition()
    parser.scan.blanks(newlines=True)
    parser.scan.expect("{")
    cases: list[tuple[Expression | None, Block]] = []
    while True:
        parser.scan.blanks(newlines=True)
        if parser.scan.take("}"):
            return Switch(subject, tuple(cases), option)
        if parser.scan.keyword() == "default":
            parser.scan.take("default")
            cases.append((None, parser.braces()))
        else:
            cases.append((parser.one_argument(), parser.braces()))


def _try(parser: Parser) -> Statement:
    parser.scan.take("try")
    body = parser.braces()
    catches: list[tuple[tuple[str, ...], Block]] = []
    while parser.next_is("catch"):
        parser.scan.take("catch")
        names: list[str] = []
        parser.scan.blanks(newlines=True)
        while found := parser.scan.match(_TYPE_NAME):
            names.append(found[1].lower())
            parser.scan.blanks(newlines=True)
            parser.scan.take(",")
            parser.scan.blanks(newlines=True)
        catches.append((tuple(names), parser.braces()))
    last = None
    if parser.next_is("finally"):
        parser.scan.take("finally")
        last = parser.braces()
    if not catches and last is None:
        raise parser.scan.error("The Try statement is missing its Catch or Finally block.")
    return Try(body, tuple(catches), last)


def _leave(kind: str) -> Callable[[Parser], Statement]:
    def read(parser: Parser) -> Statement:
        parser.scan.take(kind)
        parser.scan.blanks()
        if parser.scan.peek() in ("", "\n", ";", "}", ")"):
            return Leave(kind)
        return Leave(kind, parser.pipeline())

    return read


def _function(parser: Parser) -> Statement:
    parser.scan.take("function")
    parser.scan.blanks()
    name = parser.word("")
    parser.scan.blanks(newlines=True)
    given = parser.parameter_list() if parser.scan.peek() == "(" else ()
    parser.scan.blanks(newlines=True)
    block = parser.script_block()
    return Function(name.lower(), ScriptBlock(block.body, given or block.parameters))


def _refused(word: str) -> Callable[[Parser], Statement]:
    def read(parser: Parser) -> Statement:
        raise parser.scan.error(f"'{word}' is not in the subset of PowerShell that this sandbox understands.")

    return read


KEYWORDS: dict[str, Callable[[Parser], Statement]] = {
    "if": _if,
    "foreach": _foreach,
    "while": _while,
    "do": _do,
    "for": _for,
    "switch": _switch,
    "try": _try,
    "function": _function,
    **{kind: _leave(kind) for kind in ("exit", "return", "throw", "break", "continue")},
    **{
        word: _refused(word)
        for word in ("class", "enum", "using", "trap", "data", "workflow", "configuration", "filter")
    },
}
