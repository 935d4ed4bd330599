# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wildcards and policy variables in the elements of a policy."""

from __future__ import annotations

import re
from collections.abc import Callable

Lookup = Callable[[str], str | None]
"""The value of a condition key with a single value, or None where the request has none."""

ARN_PARTS = 6
_VARIABLE = re.compile(r"\$\{(?P<name>[^},]+?)(?:\s*,\s*'(?P<default>[^']*)')?\}")


class Unresolved(LookupError):
    """A policy variable that the request has no value for: the element matches nothing then."""


def glob(pattern: str, text: str, lookup: Lookup | None = None, *, fold: bool = False) -> bool:
    """Whether ``text`` matches a pattern with ``*`` and ``?``. ``lookup``: policy variables are replaced, and what they
    stand for is taken literally. ``fold``: without regard to case."""
    flags = re.DOTALL | (re.IGNORECASE if fold else 0)
    return re.fullmatch(_expression(pattern, lookup), text, flags) is not None


def expand(text: str, lookup: Lookup) -> str:
    """A text with its policy variables replaced. Raises Unresolved."""
    return _VARIABLE.sub(lambda match: _value(match, lookup), text)


def _expression(pattern: str, lookup: Lookup | None) -> str:
    parts, position = [], 0
    if lookup is not None:
        for match in _VARIABLE.finditer(pattern):
            parts += [_literal(pattern[position : match.start()]), re.escape(_value(match, lookup))]
            position = match.end()
    return "".join([*parts, _literal(pattern[position:])])


def _literal(text: str) -> str:
    return re.escape(text).replace(r"\*", ".*").replace(r"\?", ".")


def _value(match: re.Match[str], lookup: Lookup) -> str:
    name, default = match["name"].strip(), match["default"]
    if name in ("*", "?", "$"):
        return name
    value = lookup(name)
    if value is None and default is None:
        raise Unresolved(name)
    return str(default) if value is None else value


def arn_matches(pattern: str, arn: str, lookup: Lookup | None = None) -> bool:
    """Whether an ARN matches one with wildcards: each of its six parts for itself, the last one with all the rest."""
    if pattern == "*":
        return True
    wanted, given = pattern.split(":", ARN_PARTS - 1), arn.split(":", ARN_PARTS - 1)
    if len(wanted) != ARN_PARTS or len(given) != ARN_PARTS:
        return False
    return all(glob(one, other, lookup) for one, other in zip(wanted, given, strict=True))
