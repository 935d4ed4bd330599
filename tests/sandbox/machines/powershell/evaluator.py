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
from .expressions import Expressions
from .nodes import (
    Array,
    Assignment,
    Block,
    Cast,
    Command,
    Expression,
    ForEach,
    Function,
    If,
    Index,
    Leave,
    Loop,
    Member,
    Pipeline,
    ScriptBlock,
    Statement,
    Step,
    Switch,
    Try,
    Variable,
)
from .operators import binary, dotnet_regex
from .session import Session, error_record
from .values import Table, collapse, number, text, to_list, truth, wildcard


class Evaluator(Expressions):
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
        """What a statement puts out, as a value. An expression keeps its form: ``@()`` stays an empty list."""
        if (
            isinstance(statement, Pipeline)
            and len(statement.stages) == 1
            and not isinstance(statement.stages[0], Command)
        ):
            self.session.line = statement.line
            value = self.expression(statement.stages[0])
            self.session.last_ok = True
            return value
        found: list[Any] = []
        self.statement(statement, found)
        return collapse(found)

    def call_block(
        self,
        block: ScriptBlock,
        item: Any = None,
        arguments: Iterable[Any] = (),
        named: dict[str, Any] | None = None,
        scope: bool = False,
    ) -> list[Any]:
        """Run a script block with ``$_``. A return ends it. ``scope``: with variables of its own, as a function has."""
        session = self.session
        out: list[Any] = []
        before = session.scopes[-1].get("_")
        if scope:
            session.scopes.append({})
        rest = list(arguments)
        for name, default in block.parameters:
            given = (named or {}).get(name)
            value = (
                given
                if given is not None
                else (rest.pop(0) if rest else (self.expression(default) if default else None))
            )
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
                self.assign(
                    one, collapse(items[position:]) if last else (items[position] if position < len(items) else None)
                )
        elif isinstance(target, Index):
            self._assign_item(self.expression(target.target), self.expression(target.index), value)
        elif isinstance(target, Member) and target.arguments is None:
            owner, name = self.expression(target.target), text(self.expression(target.name))
            table = owner if isinstance(owner, Table) else getattr(owner, "properties", None)
            if not isinstance(table, Table) or (table is not owner and table.find(name) is None):
                raise Failure(
                    f"The property '{name}' cannot be found on this object. Verify that the property exists and can "
                    "be set.",
                    identifier="PropertyNotFound",
                )
            table.put(name, value)
        else:
            raise Failure("The assignment expression is not valid.", identifier="InvalidLeftHandSide")

    def _assign_item(self, owner: Any, index: Any, value: Any) -> None:
        if isinstance(owner, Table):
            owner.put(index, value)
        elif isinstance(owner, list) and -len(owner) <= int(number(index)) < len(owner):
            owner[int(number(index))] = value
        else:
            raise Failure(
                "Index was outside the bounds of the array.", "System.IndexOutOfRangeException", "IndexOutOfRange"
            )

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
            body = next(
                (
                    b
                    for names, b in statement.catches
                    if not names
                    or failure.kind.lower() in names
                    or f"system.{failure.kind}".lower() in names
                    or "system.exception" in names
                ),
                None,
            )
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


_STATEMENTS: dict[type, Any] = {
    Pipeline: Evaluator._pipeline,
    Assignment: Evaluator._assignment,
    If: Evaluator._if,
    ForEach: Evaluator._foreach,
    Loop: Evaluator._loop,
    Switch: Evaluator._switch,
    Try: Evaluator._try,
    Leave: Evaluator._leave,
    Function: Evaluator._function,
}
