# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From parsed expressions to functions of a row."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from .compiled import Compiled, Row, Scope
from .errors import SemanticError
from .functions import FUNCTIONS, Scalar
from .nodes import Among, Column, Expression, Function, Literal, Member, Operation, Star
from .values import equal, has_term, less, text_of

_TEXT_TESTS: dict[str, Callable[[str, str], bool]] = {
    "=~": lambda left, right: left.lower() == right.lower(),
    "has": has_term,
    "has_cs": lambda left, right: right in left and has_term(left, right),
    "contains": lambda left, right: right.lower() in left.lower(),
    "contains_cs": lambda left, right: right in left,
    "startswith": lambda left, right: left.lower().startswith(right.lower()),
    "startswith_cs": str.startswith,
    "endswith": lambda left, right: left.lower().endswith(right.lower()),
    "endswith_cs": str.endswith,
    "hasprefix": lambda left, right: re.search(rf"\b{re.escape(right)}", left, re.IGNORECASE) is not None,
    "hassuffix": lambda left, right: re.search(rf"{re.escape(right)}\b", left, re.IGNORECASE) is not None,
    "matches regex": lambda left, right: re.search(right, left) is not None,
}
_NUMBERS = ("long", "real")


def compile_expression(node: Expression, scope: Scope) -> Compiled:
    """The expression as a function of a row. Raises SemanticError, ParserFailure."""
    if isinstance(node, Literal):
        value = node.value
        return Compiled(node.kind, lambda _row: value)
    if isinstance(node, Column):
        return _column(node, scope)
    if isinstance(node, Member):
        return _member(node, scope)
    if isinstance(node, Operation):
        return _operation(node, scope)
    if isinstance(node, Among):
        return _among(node, scope)
    if isinstance(node, Function):
        return _function(node, scope)
    assert isinstance(node, Star)
    raise SemanticError(f"'{scope.operator}' operator: '*' has no meaning here")


def _column(node: Column, scope: Scope) -> Compiled:
    name = node.name
    if name not in scope.columns:
        raise SemanticError(f"'{scope.operator}' operator: Failed to resolve scalar expression named '{name}'")
    return Compiled(scope.columns[name], lambda row: row.get(name), name)


def _member(node: Member, scope: Scope) -> Compiled:
    target, key = compile_expression(node.target, scope), compile_expression(node.key, scope)
    if target.kind != "dynamic":
        raise SemanticError(
            f"'{scope.operator}' operator: '{target.label or target.kind}' is of type {target.kind}: only dynamic "
            "values have members"
        )

    def of(row: Row) -> Any:
        inner, name = target.of(row), key.of(row)
        if isinstance(inner, dict):
            return inner.get(name)
        if isinstance(inner, list) and isinstance(name, int) and -len(inner) <= name < len(inner):
            return inner[name]
        return None

    label = f"{target.label}_{node.label}" if target.label and node.label else ""
    return Compiled("dynamic", of, label)


def _operation(node: Operation, scope: Scope) -> Compiled:
    left = compile_expression(node.left, scope)
    if node.right is None:
        return _signed(node.sign, left)
    right = compile_expression(node.right, scope)
    if node.sign in ("and", "or"):
        return _logical(node.sign, left, right, scope)
    bare = "=~" if node.sign == "!~" else node.sign.removeprefix("!") if node.sign != "!=" else node.sign
    if bare in _TEXT_TESTS:
        return _text_test(_TEXT_TESTS[bare], left, right, negated=bare != node.sign)
    if node.sign in ("+", "-", "*", "/", "%"):
        return _arithmetic(node.sign, left, right, scope)
    return _comparison(node.sign, left, right, scope)


def _signed(sign: str, inner: Compiled) -> Compiled:
    def of(row: Row) -> Any:
        value = inner.of(row)
        if value is None:
            return None
        return not value if sign == "not" else -value

    return Compiled("bool" if sign == "not" else inner.kind, of)


def _logical(sign: str, left: Compiled, right: Compiled, scope: Scope) -> Compiled:
    for side in (left, right):
        if side.kind not in ("bool", "dynamic", "long"):
            raise SemanticError(f"'{scope.operator}' operator: '{sign}' wants bool, not {side.kind}")
    if sign == "and":
        return Compiled("bool", lambda row: bool(left.of(row)) and bool(right.of(row)))
    return Compiled("bool", lambda row: bool(left.of(row)) or bool(right.of(row)))


def _text_test(test: Callable[[str, str], bool], left: Compiled, right: Compiled, *, negated: bool) -> Compiled:
    return Compiled("bool", lambda row: test(text_of(left.of(row)), text_of(right.of(row))) != negated)


def _comparison(sign: str, left: Compiled, right: Compiled, scope: Scope) -> Compiled:
    if not _comparable(left.kind, right.kind):
        raise SemanticError(
            f"'{scope.operator}' operator: Cannot compare values of types {left.kind} and {right.kind}. Try adding "
            "explicit casts"
        )
    tests: dict[str, Callable[[Any, Any], bool | None]] = {
        "==": equal,
        "!=": lambda one, other: None if equal(one, other) is None else not equal(one, other),
        "<": less,
        ">": lambda one, other: less(other, one),
        "<=": lambda one, other: None if less(other, one) is None else not less(other, one),
        ">=": lambda one, other: None if less(one, other) is None else not less(one, other),
    }
    test = tests[sign]
    return Compiled("bool", lambda row: test(left.of(row), right.of(row)))


def _comparable(left: str, right: str) -> bool:
    kinds = {left, right}
    if "dynamic" in kinds:
        return not kinds & {"datetime", "timespan"}
    return left == right or kinds <= set(_NUMBERS)


def _arithmetic(sign: str, left: Compiled, right: Compiled, scope: Scope) -> Compiled:
    kind = _result_kind(sign, left.kind, right.kind)
    if kind is None:
        raise SemanticError(
            f"'{scope.operator}' operator: '{sign}' is not for values of types {left.kind} and {right.kind}"
        )

    def of(row: Row) -> Any:
        one, other = left.of(row), right.of(row)
        if one is None or other is None:
            return None
        try:
            return _calculate(sign, one, other, whole=kind == "long")
        except (TypeError, ZeroDivisionError, OverflowError):
            return None

    return Compiled(kind, of)


def _result_kind(sign: str, left: str, right: str) -> str | None:
    if "dynamic" in (left, right):
        return "dynamic" if {left, right} <= {"dynamic", *_NUMBERS} else None
    if {left, right} <= set(_NUMBERS):
        return "long" if left == right == "long" else "real"
    known = {
        ("-", "datetime", "datetime"): "timespan",
        ("-", "datetime", "timespan"): "datetime",
        ("+", "datetime", "timespan"): "datetime",
        ("+", "timespan", "datetime"): "datetime",
        ("+", "timespan", "timespan"): "timespan",
        ("-", "timespan", "timespan"): "timespan",
        ("*", "timespan", "long"): "timespan",
        ("*", "long", "timespan"): "timespan",
        ("*", "timespan", "real"): "timespan",
        ("/", "timespan", "timespan"): "real",
        ("/", "timespan", "long"): "timespan",
    }
    return known.get((sign, left, right))


def _calculate(sign: str, one: Any, other: Any, *, whole: bool) -> Any:
    if sign == "+":
        return one + other
    if sign == "-":
        return one - other
    if sign == "*":
        return one * other
    if sign == "%":
        return one % other
    return int(one / other) if whole else one / other


def _among(node: Among, scope: Scope) -> Compiled:
    left = compile_expression(node.left, scope)
    choices = [compile_expression(choice, scope) for choice in node.choices]
    negated, sign = node.sign.startswith("!"), node.sign.removeprefix("!")
    if sign == "between":
        low, high = choices
        if not (_comparable(left.kind, low.kind) and _comparable(left.kind, high.kind)):
            raise SemanticError(f"'{scope.operator}' operator: between: types {left.kind} and {low.kind} do not fit")

        def inside(row: Row) -> bool:
            value = left.of(row)
            return less(value, low.of(row)) is False and less(high.of(row), value) is False

        return Compiled("bool", lambda row: inside(row) != negated)
    test = _AMONG_TESTS[sign]
    return Compiled("bool", lambda row: test(left.of(row), _flat(choices, row)) != negated)


_AMONG_TESTS: dict[str, Callable[[Any, list[Any]], bool]] = {
    "in": lambda value, choices: any(equal(value, choice) for choice in choices),
    "in~": lambda value, choices: text_of(value).lower() in {text_of(choice).lower() for choice in choices},
    "has_any": lambda value, choices: any(has_term(text_of(value), text_of(choice)) for choice in choices),
    "has_all": lambda value, choices: all(has_term(text_of(value), text_of(choice)) for choice in choices),
}


def _flat(choices: list[Compiled], row: Row) -> list[Any]:
    """The values to choose from; an array stands for its elements."""
    found: list[Any] = []
    for choice in choices:
        value = choice.of(row)
        found += value if isinstance(value, list) else [value]
    return found


def _function(node: Function, scope: Scope) -> Compiled:
    known: Scalar | None = FUNCTIONS.get(node.name)
    if known is None:
        raise node.token.fail(f"the function '{node.name}' is not served")
    if not known.fewest <= len(node.arguments) <= known.most:
        raise SemanticError(
            f"'{scope.operator}' operator: {node.name}(): {len(node.arguments)} arguments; it takes from "
            f"{known.fewest} to {known.most}"
        )
    arguments = [compile_expression(argument, scope) for argument in node.arguments]
    if known.timed:
        now = scope.now
        return Compiled(known.kind, lambda row: known.function(now, *(one.of(row) for one in arguments)))
    kind = known.kind or _common_kind([arguments[place].kind for place in known.results(len(arguments))])
    label = arguments[0].label if known.keeps_name and arguments else ""
    return Compiled(kind, lambda row: known.function(*(one.of(row) for one in arguments)), label)


def _common_kind(kinds: list[str]) -> str:
    """The type of what may be one of several."""
    found = set(kinds)
    if len(found) == 1:
        return kinds[0]
    return "real" if found == set(_NUMBERS) else "dynamic"


def kind_of(value: Any) -> str:
    """The type of a plain value."""
    if isinstance(value, bool):
        return "bool"
    for kind, name in (
        (str, "string"),
        (int, "long"),
        (float, "real"),
        (datetime, "datetime"),
        (timedelta, "timespan"),
    ):
        if isinstance(value, kind):
            return name
    return "dynamic"
