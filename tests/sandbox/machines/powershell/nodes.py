# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a script is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, a text without anything to expand."""

    value: Any


@dataclass(frozen=True, slots=True)
class Expandable:
    """A text with variables and ``$(…)`` in it."""

    parts: tuple[str | Expression, ...]


@dataclass(frozen=True, slots=True)
class Variable:
    """``$name``, ``$env:NAME``, ``$script:name``; ``splat`` for ``@name``."""

    name: str
    scope: str = ""
    splat: bool = False


@dataclass(frozen=True, slots=True)
class TypeName:
    """``[math]``."""

    name: str


@dataclass(frozen=True, slots=True)
class Member:
    """``target.name`` and ``[type]::name``; with arguments it is a call."""

    target: Expression
    name: Expression
    arguments: tuple[Expression, ...] | None = None
    static: bool = False


@dataclass(frozen=True, slots=True)
class Index:
    """``target[index]``."""

    target: Expression
    index: Expression


@dataclass(frozen=True, slots=True)
class Unary:
    """``-not``, ``!``, ``-``, ``+``, ``-join``, ``-split``, ``,``."""

    operator: str
    operand: Expression


@dataclass(frozen=True, slots=True)
class Binary:
    """Two operands."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Cast:
    """``[int]$x``."""

    type_name: str
    operand: Expression


@dataclass(frozen=True, slots=True)
class Array:
    """``a, b, c``."""

    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Sub:
    """``$(…)`` and ``@(…)``; ``always_array`` for the second; ``single`` for ``( … )``."""

    body: Block
    always_array: bool = False
    single: bool = False


@dataclass(frozen=True, slots=True)
class Hash:
    """``@{a = 1}``."""

    pairs: tuple[tuple[Expression, Statement], ...]


@dataclass(frozen=True, slots=True)
class ScriptBlock:
    """``{ … }`` as a value."""

    body: Block
    parameters: tuple[tuple[str, Expression | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """``$i++`` and its kin."""

    target: Expression
    amount: int
    before: bool


Expression: TypeAlias = (
    Literal
    | Expandable
    | Variable
    | TypeName
    | Member
    | Index
    | Unary
    | Binary
    | Cast
    | Array
    | Sub
    | Hash
    | ScriptBlock
    | Step
)


@dataclass(frozen=True, slots=True)
class Parameter:
    """``-Name`` of a command, with a value only when written ``-Name:value``."""

    name: str
    value: Expression | None = None


@dataclass(frozen=True, slots=True)
class Redirection:
    """``2>$null``, ``2>&1``, ``> file``. ``stream``: 1, 2 … or ``*``."""

    stream: str
    target: Expression | None
    append: bool = False


@dataclass(frozen=True, slots=True)
class Command:
    """A cmdlet, a function, a program, or a script block behind ``&``."""

    name: Expression
    elements: tuple[Parameter | Expression, ...]
    redirections: tuple[Redirection, ...] = ()


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Stages; the first may be an expression, the others are commands."""

    stages: tuple[Command | Expression, ...]
    line: int = 0


@dataclass(frozen=True, slots=True)
class Assignment:
    """``target op= value``."""

    target: Expression
    operator: str
    value: Statement


@dataclass(frozen=True, slots=True)
class If:
    """The branches in order; ``otherwise`` for else."""

    branches: tuple[tuple[Statement, Block], ...]
    otherwise: Block | None = None


@dataclass(frozen=True, slots=True)
class ForEach:
    """``foreach ($x in …) { … }``."""

    variable: Variable
    source: Statement
    body: Block


@dataclass(frozen=True, slots=True)
class Loop:
    """while, do-while, do-until and for."""

    condition: Statement | None
    body: Block
    first: Statement | None = None
    after: Statement | None = None
    test_last: bool = False
    until: bool = False


@dataclass(frozen=True, slots=True)
class Switch:
    """Cases in order; ``wildcard`` and ``regex`` as the options say; None is ``default``."""

    subject: Statement
    cases: tuple[tuple[Expression | None, Block], ...]
    option: str = ""


@dataclass(frozen=True, slots=True)
class Try:
    """``catches``: names of exception types (none: all) and what to do."""

    body: Block
    catches: tuple[tuple[tuple[str, ...], Block], ...]
    last: Block | None = None


@dataclass(frozen=True, slots=True)
class Leave:
    """exit, return, throw, break, continue."""

    kind: str
    value: Statement | None = None


@dataclass(frozen=True, slots=True)
class Function:
    """``function name { param(…) … }``."""

    name: str
    block: ScriptBlock


Statement: TypeAlias = Pipeline | Assignment | If | ForEach | Loop | Switch | Try | Leave | Function


@dataclass(frozen=True, slots=True)
class Block:
    """Statements in order."""

    statements: tuple[Statement, ...] = field(default=())
