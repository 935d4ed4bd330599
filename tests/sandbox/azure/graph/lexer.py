# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the text of a query to tokens (Kusto Query Language reference: "Entity names", "The string data type")."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from .errors import ParserFailure

END = "<EOF>"


@dataclass(frozen=True, slots=True)
class Token:
    """``kind``: name, text, number, span, instant, sign, end. ``value``: of a literal."""

    kind: str
    text: str
    line: int
    column: int
    value: Any = None

    def fail(self, reason: str) -> ParserFailure:
        """A failure at this place."""
        return ParserFailure(self.line, self.column, self.text, reason)


_UNITS = {
    "d": timedelta(days=1),
    "day": timedelta(days=1),
    "days": timedelta(days=1),
    "h": timedelta(hours=1),
    "hour": timedelta(hours=1),
    "hours": timedelta(hours=1),
    "m": timedelta(minutes=1),
    "min": timedelta(minutes=1),
    "minute": timedelta(minutes=1),
    "minutes": timedelta(minutes=1),
    "s": timedelta(seconds=1),
    "sec": timedelta(seconds=1),
    "second": timedelta(seconds=1),
    "seconds": timedelta(seconds=1),
    "ms": timedelta(milliseconds=1),
}
_NUMBER = re.compile(r"(\d+\.\d+(?:[eE][+-]?\d+)?|\d+)([A-Za-z]+)?")
_NAME = re.compile(r"\$?[A-Za-z_]\w*(?:-[a-z]\w*)*")
_DASHED = {"project-away", "project-keep", "project-rename", "project-reorder", "mv-expand", "mv-apply"}
_SIGNS = ("!=", "==", "=~", "!~", "<=", ">=", "<>", "..", *"=<>+-*/%()[]{},.|:;!~")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", "'": "'", '"': '"', "0": "\0"}


class Lexer:
    """Cuts a text into tokens. Raises ParserFailure."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._place = 0
        self._line = 1
        self._begin = 0

    def tokens(self) -> list[Token]:
        """All tokens, the last one of the kind ``end``."""
        found: list[Token] = []
        while self._skip():
            if [token.text for token in found[-2:]] in (["datetime", "("], ["date", "("]):
                found += self._instant()
            else:
                found.append(self._next())
        found.append(Token("end", END, self._line, self._place - self._begin))
        return found

    def _skip(self) -> bool:
        """Pass over blanks and comments; False at the end."""
        text = self._text
        while self._place < len(text):
            if text[self._place] == "\n":
                self._line, self._begin = self._line + 1, self._place + 1
            elif text.startswith("//", self._place):
                end = text.find("\n", self._place)
                self._place = len(text) if end < 0 else end
                continue
            elif not text[self._place].isspace():
                return True
            self._place += 1
        return False

    def _token(self, kind: str, length: int, value: Any = None) -> Token:
        begin = self._place
        self._place += length
        return Token(kind, self._text[begin : self._place], self._line, begin - self._begin, value)

    def _next(self) -> Token:
        text, place = self._text, self._place
        if text[place] in "'\"" or (text[place] == "@" and text[place + 1 : place + 2] in ("'", '"')):
            return self._string()
        number = _NUMBER.match(text, place)
        if number:
            return self._number(number)
        name = _NAME.match(text, place)
        if name:
            whole = name[0] if name[0].lower() in _DASHED else name[0].partition("-")[0]
            return self._token("name", len(whole))
        for sign in _SIGNS:
            if text.startswith(sign, place):
                return self._token("sign", len(sign))
        raise ParserFailure(self._line, place - self._begin, text[place], "this character has no meaning here")

    def _instant(self) -> list[Token]:
        """What stands within ``datetime(…)``: no expression, so that 2026-11-26T06:00Z is one thing."""
        length = re.compile(r"[^)'\"]*").match(self._text, self._place)
        text = length[0].rstrip() if length else ""
        return [self._token("instant", len(text))] if text else [self._next()]

    def _number(self, number: re.Match[str]) -> Token:
        digits, unit = number[1], number[2]
        value: float | int = float(digits) if "." in digits else int(digits)
        if not unit:
            return self._token("number", len(digits), value)
        if unit not in _UNITS:
            raise ParserFailure(self._line, self._place - self._begin, number[0], f"{unit} is no unit of time")
        return self._token("span", len(number[0]), value * _UNITS[unit])

    def _string(self) -> Token:
        text, place = self._text, self._place
        verbatim = text[place] == "@"
        place += verbatim
        quote, place, value = text[place], place + 1, ""
        while place < len(text):
            letter = text[place]
            if letter == quote and verbatim and text.startswith(quote * 2, place):
                value, place = value + quote, place + 2
            elif letter == quote:
                return self._token("text", place + 1 - self._place, value)
            elif letter == "\\" and not verbatim:
                value, place = value + self._escape(place), place + 2
            elif letter == "\n":
                break
            else:
                value, place = value + letter, place + 1
        raise ParserFailure(self._line, self._place - self._begin, text[self._place], "the string does not end")

    def _escape(self, place: int) -> str:
        letter = self._text[place + 1 : place + 2]
        if letter not in _ESCAPES:
            raise ParserFailure(self._line, place - self._begin, f"\\{letter}", "this escape is not served")
        return _ESCAPES[letter]
