# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Condition operators, as the IAM user guide describes them.

All operators and keys of a Condition have to hold; of several values of a key one has to match, for negated operators
none. A key that the request does not have fails, except for negated operators, ``…IfExists``, ``ForAllValues`` and
``Null``.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from .patterns import Lookup, Unresolved, arn_matches, expand, glob

Values = tuple[str, ...]
Find = Callable[[str], Values | None]
"""The values of a condition key in the request; None where it has none."""
Matcher = Callable[[str, str, Lookup], bool]
"""Whether a value of the request matches one of the policy."""


class NotUnderstood(ValueError):
    """Something in a policy that is wrong, or that is not modelled here."""


def _instant(text: str) -> datetime:
    if text.isdigit():
        return datetime.fromtimestamp(int(text), UTC)
    return datetime.fromisoformat(text)


def _compared(convert: Callable[[str], Any], holds: Callable[[Any, Any], bool]) -> Matcher:
    return lambda given, wanted, lookup: holds(convert(given), convert(expand(wanted, lookup)))


_ORDER: Mapping[str, Callable[[Any, Any], bool]] = {
    "Equals": lambda one, other: bool(one == other),
    "LessThan": lambda one, other: bool(one < other),
    "LessThanEquals": lambda one, other: bool(one <= other),
    "GreaterThan": lambda one, other: bool(one > other),
    "GreaterThanEquals": lambda one, other: bool(one >= other),
}


def _arn(given: str, wanted: str, lookup: Lookup) -> bool:
    return arn_matches(expand(wanted, lookup), given)


_POSITIVE: dict[str, Matcher] = {
    "StringEquals": lambda given, wanted, lookup: given == expand(wanted, lookup),
    "StringEqualsIgnoreCase": lambda given, wanted, lookup: given.casefold() == expand(wanted, lookup).casefold(),
    "StringLike": lambda given, wanted, lookup: glob(wanted, given, lookup),
    "ArnEquals": _arn,
    "ArnLike": _arn,
    "Bool": lambda given, wanted, lookup: given.lower() == expand(wanted, lookup).lower(),
    "IpAddress": lambda given, wanted, _lookup: ipaddress.ip_address(given) in ipaddress.ip_network(wanted, False),
}
_POSITIVE |= {f"Numeric{name}": _compared(float, holds) for name, holds in _ORDER.items()}
_POSITIVE |= {f"Date{name}": _compared(_instant, holds) for name, holds in _ORDER.items()}
_NEGATED = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
    "NotIpAddress": "IpAddress",
}
_SETS = ("ForAllValues", "ForAnyValue")


class Operator:
    """A condition operator by its name in a policy, such as ``ForAnyValue:StringLikeIfExists``."""

    def __init__(self, name: str) -> None:
        """Raises NotUnderstood for a name that is no operator, or that of one that is not modelled."""
        prefix, _colon, plain = name.rpartition(":")
        self.over = prefix
        self.if_exists = plain.endswith("IfExists")
        plain = plain.removesuffix("IfExists")
        self.null = plain == "Null"
        self.negated = plain in _NEGATED
        known = self.null or self.negated or plain in _POSITIVE
        unclear = self.if_exists and (self.null or prefix == "ForAnyValue")
        if not known or prefix not in ("", *_SETS) or unclear or (self.null and prefix):
            raise NotUnderstood(f"Condition operator {name} is not known here")
        self._matches = None if self.null else _POSITIVE[_NEGATED.get(plain, plain)]

    def holds(self, key: str, wanted: Sequence[str], find: Find) -> bool:
        """Whether the condition holds for a key of the request."""
        values = find(key)
        if self._matches is None:
            return any((values is None) is (text.lower() == "true") for text in wanted)
        if values is None:
            return self.if_exists or self.over == "ForAllValues" or (self.negated and not self.over)
        if not self.over and len(values) != 1:
            raise NotUnderstood(f"The condition key {key} has several values: it needs ForAllValues or ForAnyValue")
        try:
            met = [self._one(value, wanted, find) for value in values]
        except Unresolved:
            return False
        return all(met) if self.over == "ForAllValues" else any(met)

    def _one(self, given: str, wanted: Sequence[str], find: Find) -> bool:
        def lookup(name: str) -> str | None:
            values = find(name)
            return values[0] if values and len(values) == 1 else None

        assert self._matches is not None
        return any(self._matches(given, text, lookup) for text in wanted) is not self.negated


def conditions_hold(condition: Mapping[str, Mapping[str, Sequence[str]]], find: Find) -> bool:
    """Whether every operator holds for every key that it is given."""
    return all(
        Operator(name).holds(key, values, find) for name, keys in condition.items() for key, values in keys.items()
    )
