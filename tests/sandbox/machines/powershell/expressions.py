# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Working out expressions."""

from __future__ import annotations

import re
from typing import Any, Protocol

from . import dotnet
from .errors import Failure
from .nodes import (
    Array,
    Assignment,
    Binary,
    Block,
    Cast,
    Expandable,
    Expression,
    Hash,
    Index,
    Literal,
    Member,
    ScriptBlock,
    Statement,
    Step,
    Sub,
    TypeName,
    Unary,
    Variable,
)
from .operators import binary, dotnet_regex, unary
from .session import Session
from .values import Table, Thing, collapse, number, property_of, text, truth


class Expressions(Protocol):
    """What works out expressions; running the statements inside them is another part's matter."""

    session: Session

    def block(self, block: Block, out: list[Any]) -> None:
        """Run statements."""

    def value_of(self, statement: Statement) -> Any:
        """What a statement puts out, as a value."""

    def assign(self, target: Expression, value: Any) -> None:
        """Put a value into a variable, an item or a property."""

    def expression(self, expression: Expression) -> Any:
        """The value of an expression. Raises Failure."""
        return _EXPRESSIONS[type(expression)](self, expression)

    def _expandable(self, expression: Expandable) -> str:
        return "".join(part if isinstance(part, str) else text(self.expression(part)) for part in expression.parts)

    def _member(self, expression: Member) -> Any:
        name = text(self.expression(expression.name))
        arguments = None if expression.arguments is None else [self.expression(item) for item in expression.arguments]
        if expression.static and isinstance(expression.target, TypeName):
            return dotnet.static(
                expression.target.name, name, arguments, self.session.machine.hostname, self.session.machine.clock.now()
            )
        target = self.expression(expression.target)
        if arguments is None:
            return property_of(target, name)
        return dotnet.call(target, name, arguments)

    def _index(self, expression: Index) -> Any:
        target, index = self.expression(expression.target), self.expression(expression.index)
        if isinstance(target, Table):
            return target.read(index) if not isinstance(index, list) else [target.read(item) for item in index]
        if target is None:
            raise Failure("Cannot index into a null array.", identifier="NullArray")
        items = target if isinstance(target, (list, str)) else [target]
        if isinstance(index, list):
            return [items[int(number(i))] for i in index if -len(items) <= int(number(i)) < len(items)]
        position = int(number(index))
        return items[position] if -len(items) <= position < len(items) else None

    def _binary(self, expression: Binary) -> Any:
        if expression.operator in ("and", "or"):
            left = truth(self.expression(expression.left))
            decided = left != (expression.operator == "and")
            return left if decided else truth(self.expression(expression.right))
        left, right = self.expression(expression.left), self.expression(expression.right)
        result = binary(expression.operator, left, right)
        if expression.operator in ("match", "cmatch") and result is True:
            found = re.search(
                dotnet_regex(text(right)), text(left), re.IGNORECASE if expression.operator == "match" else 0
            )
            if found:
                groups = {str(i): group for i, group in enumerate([found[0], *found.groups()])}
                self.session.scopes[-1]["matches"] = Table({**groups, **found.groupdict()})
        return result

    def _sub(self, expression: Sub) -> Any:
        statements = expression.body.statements
        if expression.single and len(statements) == 1:
            self.session.tick()
            value = self.value_of(statements[0])
            assigned = statements[0] if isinstance(statements[0], Assignment) else None
            return self.expression(assigned.target) if assigned else value
        out: list[Any] = []
        self.block(expression.body, out)
        return list(out) if expression.always_array else collapse(out)

    def _hash(self, expression: Hash) -> Table:
        table = Table()
        for key, value in expression.pairs:
            table.put(text(self.expression(key)), self.value_of(value))
        return table

    def _cast(self, expression: Cast) -> Any:
        return dotnet.cast(expression.type_name, self.expression(expression.operand))

    def _step(self, expression: Step) -> Any:
        before = number(self.expression(expression.target))
        self.assign(expression.target, before + expression.amount)
        return before + expression.amount if expression.before else before

    def _type_name(self, expression: TypeName) -> Any:
        return Thing("System.RuntimeType", Table({"Name": expression.name}), text=expression.name)


_EXPRESSIONS: dict[type, Any] = {
    Literal: lambda _self, e: e.value,
    Expandable: Expressions._expandable,
    Variable: lambda self, e: self.session.get(e),
    TypeName: Expressions._type_name,
    Member: Expressions._member,
    Index: Expressions._index,
    Unary: lambda self, e: unary(e.operator, self.expression(e.operand)),
    Binary: Expressions._binary,
    Cast: Expressions._cast,
    Array: lambda self, e: [self.expression(item) for item in e.items],
    Sub: Expressions._sub,
    Hash: Expressions._hash,
    ScriptBlock: lambda _self, e: e,
    Step: Expressions._step,
}
