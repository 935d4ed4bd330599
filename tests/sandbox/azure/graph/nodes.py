# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a parsed query is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .lexer import Token


@dataclass(frozen=True, slots=True)
class Literal:
    """A value that the query writes out. ``kind``: string, long, real, bool, datetime, timespan, dynamic."""

    kind: str
    value: Any


@dataclass(frozen=True, slots=True)
class Column:
    """A column by its name."""

    name: str


@dataclass(frozen=True, slots=True)
class Member:
    """``target.name``, ``target['name']`` or ``target[0]``. ``key`` is an expression; ``label`` is for the column."""

    target: Expression
    key: Expression
    label: str


@dataclass(frozen=True, slots=True)
class Operation:
    """An operator with two sides (``not`` and ``-`` with one, then ``right`` is None)."""

    sign: str
    left: Expression
    right: Expression | None
    token: Token


@dataclass(frozen=True, slots=True)
class Among:
    """``in``, ``in~``, ``!in``, ``!in~``, ``has_any``, ``has_all``, ``between``, ``!between`` with what follows."""

    sign: str
    left: Expression
    choices: tuple[Expression, ...]
    token: Token


@dataclass(frozen=True, slots=True)
class Function:
    """A call of a function."""

    name: str
    arguments: tuple[Expression, ...]
    token: Token


@dataclass(frozen=True, slots=True)
class Star:
    """``*``, where it may stand for all columns."""


Expression = Literal | Column | Member | Operation | Among | Function | Star


@dataclass(frozen=True, slots=True)
class Named:
    """An expression with the name it is given, or ``""``."""

    name: str
    expression: Expression


@dataclass(frozen=True, slots=True)
class Ordered:
    """A key of an order. ``nulls_first`` None: as usual (first when ascending)."""

    expression: Expression
    ascending: bool
    nulls_first: bool | None = None


@dataclass(frozen=True, slots=True)
class Where:
    """Rows for which it is true."""

    condition: Expression


@dataclass(frozen=True, slots=True)
class Project:
    """``kind``: project, extend, distinct, project-rename; ``distinct *`` has a Star."""

    kind: str
    columns: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class Pick:
    """``kind``: project-away, project-keep, project-reorder; names may end in ``*``."""

    kind: str
    names: tuple[str, ...]
    token: Token


@dataclass(frozen=True, slots=True)
class Order:
    """Sort; with ``count`` the first so many only (``top``)."""

    keys: tuple[Ordered, ...]
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    """The first so many rows."""

    count: int


@dataclass(frozen=True, slots=True)
class Count:
    """One row with the number of rows."""


@dataclass(frozen=True, slots=True)
class Summarize:
    """Aggregates by groups."""

    aggregates: tuple[Named, ...]
    groups: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class Expand:
    """``mv-expand``: a row for each element. ``kinds``: the types that columns are turned into, or ``""``."""

    columns: tuple[Named, ...]
    kinds: tuple[str, ...]
    limit: int | None
    token: Token


@dataclass(frozen=True, slots=True)
class Join:
    """``on``: pairs of expressions, the left side's and the right side's."""

    kind: str
    right: Query
    on: tuple[tuple[Expression, Expression], ...]
    token: Token


@dataclass(frozen=True, slots=True)
class Union:
    """The rows of other queries too."""

    others: tuple[Query, ...]


Step = Where | Project | Pick | Order | Limit | Count | Summarize | Expand | Join | Union


@dataclass(frozen=True, slots=True)
class Query:
    """A table and what is done with its rows. ``table`` ``""``: the first step is a Union and gives all rows."""

    table: str
    token: Token
    steps: tuple[Step, ...]
