# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A place in a list of tokens: looking, taking, expecting."""

from __future__ import annotations

from .errors import ParserFailure
from .lexer import Token


class Reader:
    """Walks over tokens. Names of operators and keywords are lower case, and compared so."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._place = 0

    @property
    def here(self) -> Token:
        """The token that comes next."""
        return self._tokens[self._place]

    @property
    def following(self) -> Token:
        """The one after it."""
        return self._tokens[min(self._place + 1, len(self._tokens) - 1)]

    def take(self) -> Token:
        """Take the next token."""
        token = self.here
        if token.kind != "end":
            self._place += 1
        return token

    def at(self, *texts: str) -> bool:
        """Whether the next token is one of these signs or words."""
        return self.here.kind in ("sign", "name") and self.here.text in texts

    def skip(self, *texts: str) -> bool:
        """Take the next token if it is one of these."""
        if self.at(*texts):
            self.take()
            return True
        return False

    def expect(self, text: str) -> Token:
        """Take that sign or word. Raises ParserFailure."""
        if not self.at(text):
            raise self.fail(f"'{text}' is expected")
        return self.take()

    def name(self, what: str) -> Token:
        """Take a name. Raises ParserFailure."""
        if self.here.kind != "name":
            raise self.fail(f"{what} is expected")
        return self.take()

    def whole_number(self) -> int:
        """Take a whole number. Raises ParserFailure."""
        if self.here.kind != "number" or not isinstance(self.here.value, int):
            raise self.fail("a whole number is expected")
        return int(self.take().value)

    def fail(self, reason: str) -> ParserFailure:
        """A failure at the next token."""
        return self.here.fail(reason)
