# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running statements and working out expressions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from . import dotnet
from .commands import invoke
from .errors import Exit, Failure, Jump
from .nodes import (
    Array, Assignment, Binary, Block, Cast, Command, Expandable, Expression, ForEach, Function, Hash, If, Index, Leave,
    Literal, Loop, Member, Pipeline, ScriptBlock, Statement, Step, Sub, Switch, Try, TypeName, Unary, Variable,
)
from .operators import binary, dotnet_regex, unary
from .session import Session, error_record
from .values import Table, Thing, collapse, number, property_of, text, to_list, truth, wildcard


class Evaluator:
    """Runs parsed code in a session. What it puts out goes to the list that is handed in, as it comes."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def block(self, block: Block, out: list[Any]) -> None:
        """Statements in order. An error that does not stop the script is shown, and the next statement runs."""
        for statement in block.statements:
            self.session.tick()
            try:
                self.statement(statement, out)
            except Failure as failure:
                wanted = self.session.preference()
                if failure.stops or self.session.trying or wanted == "stop":
                    failure.stops = failure.stops or wanted == "stop"
                    raise
                self.session.last_ok = False
                self.session.errors.insert(0, error_record(failure))
                if wanted == "continue":
                    self.session.print_error(failure)

    def statement(self, statement: Statement, out: list[Any]) -> None:
        """One statement."""
        _STATEMENTS[type(statement)](self, statement, out)

    def value_of(self, statement: Statement) -> Any:
        """What a statement puts out, as a value."""
        found: list[Any] = []
        self.statement(statement, found)
        return collapse(found)

    def call_block(self, block: ScriptBlock, item: Any = None, arguments: Iterable[Any] = (), named: dict[str, Any] | None = None,
                   scope: bool = False) -> list[Any]:
        """Run a script block with ``$_``. A return ends it. ``scope``: with variables of its own, as a function has."""
        session = self.session
        out: list[Any] = []
        before = session.scopes[-1].get("_")
        if scope:
            session.scopes.append({})
        rest = list(arguments)
        for name, default in block.parameters:
            given = (named or {}).get(name)
            value = given if given is not None else (rest.pop(0) if rest else (self.expression(default) if default else None))
            session.scopes[-1][name] = value
        session.scopes[-1]["args"] = rest
        session.scopes[-1]["_"] = session.scopes[-1]["psitem"] = item
        try:
            self.block(block.body, out)
        except Jump as jump:
            if jump.kind != "return":
                raise
        finally:
            if scope:
                session.scopes.pop()
            else:
                session.scopes[-1]["_"] = session.scopes[-1]["psitem"] = before
        return out

    # statements

    def _pipeline(self, statement: Pipeline, out: list[Any]) -> None:
        self.session.line = statement.line
        items: list[Any] = []
        for position, stage in enumerate(statement.stages):
            if isinstance(stage, Command):
                if position == 0 or not isinstance(statement.stages[position - 1], Command):
                    self.session.last_ok = True
                items = invoke(self, stage, items, piped=position > 0)
            else:
                value = self.expression(stage)
                self.session.last_ok = True
                quiet = isinstance(stage, Step) or (isinstance(stage, Cast) and stage.type_name == "void")
                items = [] if quiet else to_list(value)
        out.extend(items)

    def _assignment(self, statement: Assignment, out: list[Any]) -> None:
        value = self.value_of(statement.value)
        if statement.operator != "=":
            value = binary(statement.operator[0], self.expression(statement.target), value)
        self.assign(statement.target, value)

    def assign(self, target: Expression, value: Any) -> None:
        """Put a value into a variable, an item or a property. Raises Failure for anything else."""
        if isinstance(target, Cast):
            self.assign(target.operand, dotnet.cast(target.type_name, value))
        elif isinstance(target, Variable):
            self.session.set(target, value)
        elif isinstance(target, Array):
            items = to_list(value)
            for position, one in enumerate(target.items):
                last = position == len(target.items) - 1
                self.assign(one, collapse(items[position:]) if last else (items[position] if position < len(items) else None))
        elif isinstance(target, Index):
            self._assign_item(self.expression(target.target), self.expression(target.index), value)
        elif isinstance(target, Member) and target.arguments is None:
            owner, name = self.expression(target.target), text(self.expression(target.name))
            table = owner if isinstance(owner, Table) else getattr(owner, "properties", None)
            if not isinstance(table, Table) or (table is not owner and table.find(name) is None):
                raise Failure(f"The property '{name}' cannot be found on this object. Verify that the property exists and can "
                              "be set.", identifier="PropertyNotFound")
            table.put(name, value)
        else:
            raise Failure("The assignment expression is not valid.", identifier="InvalidLeftHandSide")

    def _assign_item(self, owner: Any, index: Any, value: Any) -> None:
        if isinstance(owner, Table):
            owner.put(index, value)
        elif isinstance(owner, list) and -len(owner) <= int(number(index)) < len(owner):
            owner[int(number(index))] = value
        else:
            raise Failure("Index was outside the bounds of the array.", "System.IndexOutOfRangeException", "IndexOutOfRange")

    def _if(self, statement: If, out: list[Any]) -> None:
        for condition, body in statement.branches:
            if truth(self.value_of(condition)):
                self.block(body, out)
                return
        if statement.otherwise:
            self.block(statement.otherwise, out)

    def _foreach(self, statement: ForEach, out: list[Any]) -> None:
        for item in to_list(self.value_of(statement.source)):
            self.session.tick()
            self.session.set(statement.variable, item)
            if self._round(statement.body, out):
                return

    def _round(self, body: Block, out: list[Any]) -> bool:
        """One round of a loop; True when it was left with break."""
        try:
            self.block(body, out)
        except Jump as jump:
            if jump.kind == "return":
                raise
            return jump.kind == "break"
        return False

    def _loop(self, statement: Loop, out: list[Any]) -> None:
        if statement.first:
            self.statement(statement.first, [])
        begun = statement.test_last
        while begun or statement.condition is None or truth(self.value_of(statement.condition)) != statement.until:
            begun = False
            self.session.tick()
            if self._round(statement.body, out):
                return
            if statement.after:
                self.statement(statement.after, [])

    def _switch(self, statement: Switch, out: list[Any]) -> None:
        for subject in to_list(self.value_of(statement.subject)):
            hit = False
            for case, body in statement.cases:
                if (case is None and not hit) or (case is not None and self._case(subject, case, statement.option)):
                    hit = True
                    self.session.scopes[-1]["_"] = subject
                    if self._round(body, out):
                        return

    def _case(self, subject: Any, case: Expression, option: str) -> bool:
        value = self.expression(case)
        if isinstance(value, ScriptBlock):
            return truth(collapse(self.call_block(value, subject)))
        if option == "wildcard":
            return wildcard(text(value)).fullmatch(text(subject)) is not None
        if option == "regex":
            return re.search(dotnet_regex(text(value)), text(subject), re.IGNORECASE) is not None
        return truth(binary("eq", subject, value))

    def _try(self, statement: Try, out: list[Any]) -> None:
        self.session.trying += 1
        depth, inside = len(self.session.scopes), True
        try:
            self.block(statement.body, out)
        except Failure as failure:
            self.session.trying -= 1
            inside = False
            del self.session.scopes[depth:]
            body = next((b for names, b in statement.catches if not names or failure.kind.lower() in names
                         or f"system.{failure.kind}".lower() in names or "system.exception" in names), None)
            if body is None:
                raise
            record = error_record(failure)
            self.session.errors.insert(0, record)
            self.session.scopes[-1]["_"] = self.session.scopes[-1]["psitem"] = record
            self.block(body, out)
        finally:
            self.session.trying -= 1 if inside else 0
            if statement.last:
                self.block(statement.last, out)

    def _leave(self, statement: Leave, out: list[Any]) -> None:
        value = self.value_of(statement.value) if statement.value else None
        if statement.kind == "exit":
            raise Exit(int(number(value)) if value is not None else (self.session.last_exit or 0))
        if statement.kind == "throw":
            message = text(value) if value is not None else "ScriptHalted"
            raise Failure(message, identifier=message, target=value, stops=True)
        if statement.kind == "return":
            out.extend(to_list(value))
        raise Jump(statement.kind)

    def _function(self, statement: Function, out: list[Any]) -> None:
        self.session.functions[statement.name] = statement.block

    # expressions

    def expression(self, expression: Expression) -> Any:
        """The value of an expression. Raises Failure."""
        return _EXPRESSIONS[type(expression)](self, expression)

    def _expandable(self, expression: Expandable) -> str:
        return "".join(part if isinstance(part, str) else text(self.expression(part)) for part in expression.parts)

    def _member(self, expression: Member) -> Any:
        name = text(self.expression(expression.name))
        arguments = None if expression.arguments is None else [self.expression(item) for item in expression.arguments]
        if expression.static and isinstance(expression.target, TypeName):
            return dotnet.static(expression.target.name, name, arguments, self.session.machine.hostname,
                                 self.session.machine.clock.now())
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
            found = re.search(dotnet_regex(text(right)), text(left), re.IGNORECASE if expression.operator == "match" else 0)
            if found:
                groups = {str(i): group for i, group in enumerate([found[0], *found.groups()])}
                self.session.scopes[-1]["matches"] = Table({**groups, **found.groupdict()})
        return result

    def _sub(self, expression: Sub) -> Any:
        out: list[Any] = []
        self.block(expression.body, out)
        if expression.always_array:
            return list(out)
        if expression.single and not out:
            return self._quiet_step(expression)
        return collapse(out)

    def _quiet_step(self, expression: Sub) -> Any:
        """``($i++)`` has a value where ``$i++`` alone has none."""
        statements = expression.body.statements
        if len(statements) == 1 and isinstance(statements[0], Pipeline) and isinstance(statements[0].stages[0], Step):
            step = statements[0].stages[0]
            value = number(self.expression(step.target))
            return value if step.before else value - step.amount
        if len(statements) == 1 and isinstance(statements[0], Assignment):
            return self.expression(statements[0].target)
        return self._empty_array(expression)

    def _empty_array(self, expression: Sub) -> Any:
        statements = expression.body.statements
        if len(statements) == 1 and isinstance(statements[0], Pipeline):
            stage = statements[0].stages[-1]
            if not isinstance(stage, Command):
                return [] if isinstance(stage, Sub) and stage.always_array else None
        return None

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


_STATEMENTS: dict[type, Any] = {
    Pipeline: Evaluator._pipeline, Assignment: Evaluator._assignment, If: Evaluator._if, ForEach: Evaluator._foreach,
    Loop: Evaluator._loop, Switch: Evaluator._switch, Try: Evaluator._try, Leave: Evaluator._leave,
    Function: Evaluator._function,
}
_EXPRESSIONS: dict[type, Any] = {
    Literal: lambda self, e: e.value,
    Expandable: Evaluator._expandable,
    Variable: lambda self, e: self.session.get(e),
    TypeName: Evaluator._type_name,
    Member: Evaluator._member,
    Index: Evaluator._index,
    Unary: lambda self, e: unary(e.operator, self.expression(e.operand)),
    Binary: Evaluator._binary,
    Cast: Evaluator._cast,
    Array: lambda self, e: [self.expression(item) for item in e.items],
    Sub: Evaluator._sub,
    Hash: Evaluator._hash,
    ScriptBlock: lambda self, e: e,
    Step: Evaluator._step,
}
