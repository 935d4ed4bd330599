# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding a command and handing it its arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import cmdlets_data, cmdlets_items, cmdlets_machine, cmdlets_objects, cmdlets_output, cmdlets_services, programs
from .cmdlet import Call, Cmdlet
from .errors import Failure
from .files import write
from .nodes import Command, Expression, Parameter, Redirection, ScriptBlock, Variable
from .values import Table, text, to_list

if TYPE_CHECKING:
    from .evaluator import Evaluator

_ALL: tuple[Cmdlet, ...] = (
    *cmdlets_data.CMDLETS,
    *cmdlets_items.CMDLETS,
    *cmdlets_machine.CMDLETS,
    *cmdlets_objects.CMDLETS,
    *cmdlets_output.CMDLETS,
    *cmdlets_services.CMDLETS,
)
CMDLETS: dict[str, Cmdlet] = {name.lower(): cmdlet for cmdlet in _ALL for name in (cmdlet.name, *cmdlet.aliases)}


def invoke(evaluator: Evaluator, command: Command, items: list[Any], piped: bool) -> list[Any]:
    """Run a command of a pipeline; gives what it puts out. Raises Failure."""
    name = evaluator.expression(command.name)
    errors_before = len(evaluator.session.stderr)
    out = _run(evaluator, name, command, items, piped)
    return _redirect(evaluator, command, out, errors_before)


def _run(evaluator: Evaluator, name: Any, command: Command, items: list[Any], piped: bool) -> list[Any]:
    if isinstance(name, ScriptBlock):
        return evaluator.call_block(name, arguments=_values(evaluator, command), scope=True)
    plain = text(name).lower()
    if plain in evaluator.session.functions:
        positional, named = _loose(evaluator, command)
        return evaluator.call_block(
            evaluator.session.functions[plain], collapse_one(items), positional, named, scope=True
        )
    cmdlet = CMDLETS.get(plain)
    if cmdlet:
        call = Call(evaluator, cmdlet.name, items, piped, bind(evaluator, cmdlet, command))
        return list(cmdlet.run(call))
    program = programs.PROGRAMS.get(plain.removesuffix(".exe"))
    if program:
        arguments = [
            f"-{e.name}" if isinstance(e, Parameter) else text(evaluator.expression(e)) for e in command.elements
        ]
        return program(evaluator.session, arguments)
    if plain == "get-command":
        return _get_command(evaluator, command)
    raise not_found(text(name))


def collapse_one(items: list[Any]) -> Any:
    """What ``$_`` is in a function that gets a pipeline: the last item."""
    return items[-1] if items else None


def not_found(name: str) -> Failure:
    """As PowerShell says it."""
    return Failure(
        f"The term '{name}' is not recognized as the name of a cmdlet, function, script file, or operable program. "
        "Check the spelling of the name, or if a path was included, verify that the path is correct and try again.",
        "System.Management.Automation.CommandNotFoundException",
        "CommandNotFoundException",
    )


def _get_command(evaluator: Evaluator, command: Command) -> list[Any]:
    spec = Cmdlet("Get-Command", lambda _call: [], ("name",), ("type", "module"))
    call = Call(evaluator, "Get-Command", [], False, bind(evaluator, spec, command))
    found: list[Any] = []
    for name in call.texts("name"):
        known = CMDLETS.get(name.lower())
        if (
            known
            or name.lower() in evaluator.session.functions
            or name.lower().removesuffix(".exe") in programs.PROGRAMS
        ):
            found.append(cmdlets_objects.thing_of("CommandInfo", {"Name": known.name if known else name}))
        else:
            failure = not_found(name)
            call.error(failure.message, failure.kind, failure.identifier)
    return found


def _values(evaluator: Evaluator, command: Command) -> list[Any]:
    return [evaluator.expression(element) for element in command.elements if not isinstance(element, Parameter)]


def _loose(evaluator: Evaluator, command: Command) -> tuple[list[Any], dict[str, Any]]:
    """Arguments of a function: a name followed by a value is a named one."""
    positional: list[Any] = []
    named: dict[str, Any] = {}
    waiting = ""
    for element in command.elements:
        if isinstance(element, Parameter):
            if waiting:
                named[waiting] = True
            waiting = element.name
            if element.value is not None:
                named[waiting], waiting = evaluator.expression(element.value), ""
        elif waiting:
            named[waiting], waiting = evaluator.expression(element), ""
        else:
            positional.append(evaluator.expression(element))
    if waiting:
        named[waiting] = True
    return positional, named


def bind(evaluator: Evaluator, cmdlet: Cmdlet, command: Command) -> dict[str, Any]:
    """The arguments by the parameter that each belongs to. Raises Failure for what the cmdlet does not have."""
    given: dict[str, Any] = {}
    positional: list[Any] = []
    waiting = ""
    for element in command.elements:
        if isinstance(element, Parameter):
            if waiting:
                raise Failure(
                    f"{cmdlet.name} : Missing an argument for parameter '{waiting}'.",
                    "System.Management.Automation.ParameterBindingException",
                    "MissingArgument",
                )
            name = cmdlet.parameter(element.name)
            if element.value is not None:
                given[name] = evaluator.expression(element.value)
            elif cmdlet.is_switch(name):
                given[name] = True
            else:
                waiting = name
        elif waiting:
            given[waiting], waiting = evaluator.expression(element), ""
        elif isinstance(element, Variable) and element.splat:
            _splat(evaluator, cmdlet, element, given, positional)
        else:
            positional.append(evaluator.expression(element))
    if waiting:
        raise Failure(
            f"{cmdlet.name} : Missing an argument for parameter '{waiting}'.",
            "System.Management.Automation.ParameterBindingException",
            "MissingArgument",
        )
    _place(cmdlet, given, positional)
    return given


def _splat(
    evaluator: Evaluator, cmdlet: Cmdlet, element: Variable, given: dict[str, Any], positional: list[Any]
) -> None:
    value = evaluator.session.get(Variable(element.name))
    if isinstance(value, Table):
        given.update({cmdlet.parameter(name.lower()): item for name, item in value.items()})
    else:
        positional.extend(to_list(value))


def _place(cmdlet: Cmdlet, given: dict[str, Any], positional: list[Any]) -> None:
    free = [name for name in cmdlet.positional if name not in given]
    for value in positional:
        if free and not (cmdlet.rest and free[0] == cmdlet.rest):
            given[free.pop(0)] = value
        elif cmdlet.rest:
            given.setdefault(cmdlet.rest, []).append(value)
        else:
            raise Failure(
                f"{cmdlet.name} : A positional parameter cannot be found that accepts argument '{text(value)}'.",
                "System.Management.Automation.ParameterBindingException",
                "PositionalParameterNotFound",
            )


def _redirect(evaluator: Evaluator, command: Command, out: list[Any], errors_before: int) -> list[Any]:
    session = evaluator.session
    for redirection in command.redirections:
        errors = session.stderr[errors_before:]
        if redirection.stream in ("2", "*"):
            del session.stderr[errors_before:]
            if redirection.target is None:
                out = [*out, *errors]
            else:
                _to_file(evaluator, redirection, redirection.target, "".join(errors))
        if redirection.stream in ("1", "*") and redirection.target is not None:
            _to_file(evaluator, redirection, redirection.target, "".join(f"{text(item)}\r\n" for item in out))
            out = []
    return out


def _to_file(evaluator: Evaluator, redirection: Redirection, target: Expression, content: str) -> None:
    path = evaluator.expression(target)
    if path is not None:
        write(evaluator.session.machine, text(path), content, redirection.append)
