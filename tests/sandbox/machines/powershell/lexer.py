# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The text of a script, read character by character: blanks, comments, names, numbers and strings."""

from __future__ import annotations

import re
from collections.abc import Callable

from .errors import ParseError
from .nodes import Expandable, Expression, Literal, Variable

ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
NAME = re.compile(r"[A-Za-z_][\w]*")
VARIABLE = re.compile(r"\$(?:\{([^}]+)\}|(?:([A-Za-z]+):)?([A-Za-z_]\w*|[?$^]))")
NUMBER = re.compile(r"0[xX][0-9a-fA-F]+|(?:\d+\.\d+|\.\d+|\d+)(?:[eE][+-]?\d+)?")
SUFFIXES = {"kb": 1 << 10, "mb": 1 << 20, "gb": 1 << 30, "tb": 1 << 40, "pb": 1 << 50, "l": 1}
SCOPES = ("global", "script", "local", "private", "using")


class Scanner:
    """A position in a text, and the ways to go on from it."""

    def __init__(self, text: str) -> None:
        self.text = text.replace("\r\n", "\n")
        self.at = 0

    @property
    def line(self) -> int:
        """The line of the position, from 1."""
        return self.text.count("\n", 0, self.at) + 1

    def error(self, message: str) -> ParseError:
        """An error at the position."""
        return ParseError(f"At line:{self.line} {message}")

    def peek(self, count: int = 1) -> str:
        """The next characters; fewer at the end."""
        return self.text[self.at : self.at + count]

    def starts(self, text: str) -> bool:
        """Whether the text goes on like that, whatever the case."""
        return self.text[self.at : self.at + len(text)].lower() == text.lower()

    def take(self, text: str) -> bool:
        """Go past it if it is there."""
        if self.starts(text):
            self.at += len(text)
            return True
        return False

    def expect(self, text: str) -> None:
        """Go past it. Raises ParseError when something else is there."""
        if not self.take(text):
            found = self.peek() or "the end of the script"
            raise self.error(f"Missing '{text}' before {found!r}.")

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Go past what the pattern matches here."""
        found = pattern.match(self.text, self.at)
        if found:
            self.at = found.end()
        return found

    def blanks(self, newlines: bool = False) -> None:
        """Go past blanks, comments, continued lines and, when asked, line ends."""
        while self.at < len(self.text):
            if self.starts("<#"):
                end = self.text.find("#>", self.at)
                if end < 0:
                    raise self.error("The terminator '#>' is missing from the multiline comment.")
                self.at = end + 2
            elif self.peek() == "#":
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end
            elif self.peek() in " \t" or (newlines and self.peek() == "\n"):
                self.at += 1
            elif self.peek(2) == "`\n":
                self.at += 2
            else:
                return

    def keyword(self) -> str:
        """The word here in lower case, without going past it; ``""`` when there is none."""
        found = re.compile(r"[A-Za-z][A-Za-z-]*").match(self.text, self.at)
        return found[0].lower() if found else ""

    def number(self) -> Literal | None:
        """A number with its suffix (2KB, 0x1F)."""
        start = self.at
        found = self.match(NUMBER)
        if not found:
            return None
        text = found[0]
        value: float | int = (
            int(text, 16) if text[:2].lower() == "0x" else (float(text) if re.search(r"[.eE]", text) else int(text))
        )
        for suffix, factor in SUFFIXES.items():
            if self.take(suffix):
                value *= factor
                break
        if re.match(r"[\w]", self.peek() or " "):
            self.at = start
            return None
        return Literal(int(value) if isinstance(value, float) and value.is_integer() and "." not in text else value)

    def single_quoted(self) -> Literal:
        """'text', with '' for a quote; also the here-string."""
        if self.take("@'"):
            return Literal(self._here("'@"))
        self.expect("'")
        out = ""
        while True:
            end = self.text.find("'", self.at)
            if end < 0:
                raise self.error("The string is missing the terminator: '.")
            out += self.text[self.at : end]
            self.at = end + 1
            if not self.take("'"):
                return Literal(out)
            out += "'"

    def _here(self, end: str) -> str:
        first = self.text.find("\n", self.at)
        last = self.text.find(f"\n{end}", self.at)
        if first < 0 or last < 0:
            raise self.error(f"The string is missing the terminator: {end}.")
        self.at = last + len(end) + 1
        return self.text[first + 1 : last] if last > first else ""

    def double_quoted(self, sub_expression: Callable[[Scanner], Expression]) -> Expression:
        """ "text" with variables and ``$(…)``; also the here-string."""
        if self.take('@"'):
            inner = Scanner(self._here('"@'))
            return _joined(inner.expandable(sub_expression, ""))
        self.expect('"')
        return _joined(self.expandable(sub_expression, '"'))

    def expandable(self, sub_expression: Callable[[Scanner], Expression], end: str) -> list[str | Expression]:
        """The parts of an expandable text up to ``end`` (one character; ``""``: to the end of the text)."""
        parts: list[str | Expression] = []
        text = ""
        while self.at < len(self.text):
            here = self.peek()
            if here == "`":
                text += ESCAPES.get(self.text[self.at + 1 : self.at + 2], self.text[self.at + 1 : self.at + 2])
                self.at += 2
            elif end and here == end:
                self.at += 1
                if not self.take(end):
                    return [*parts, text] if text else parts
                text += end
            elif here == "$" and (part := self._expansion(sub_expression)) is not None:
                parts += [text, part] if text else [part]
                text = ""
            else:
                text += here
                self.at += 1
        if end:
            raise self.error(f"The string is missing the terminator: {end}.")
        return [*parts, text] if text else parts

    def _expansion(self, sub_expression: Callable[[Scanner], Expression]) -> Expression | None:
        if self.starts("$("):
            return sub_expression(self)
        return self.variable()

    def variable(self) -> Variable | None:
        """``$name``, ``${name}``, ``$env:NAME``, ``$?``."""
        found = self.match(VARIABLE)
        if not found:
            return None
        if found[1]:
            scope, colon, name = found[1].partition(":")
            return Variable(name.lower(), scope.lower()) if colon else Variable(found[1].lower())
        scope = (found[2] or "").lower()
        if scope and scope not in (*SCOPES, "env"):
            self.at = found.start() + 1 + len(scope)
            return Variable(scope)
        return Variable(found[3].lower(), "" if scope in SCOPES else scope)


def _joined(parts: list[str | Expression]) -> Expression:
    if not parts:
        return Literal("")
    if len(parts) == 1 and isinstance(parts[0], str):
        return Literal(parts[0])
    return Expandable(tuple(parts))


def member_name(scanner: Scanner) -> Literal | None:
    """A plain name behind a dot."""
    found = scanner.match(NAME)
    return Literal(found[0]) if found else None
