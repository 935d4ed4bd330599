# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Evaluating a query over a workspace's tables. Names of tables and functions are compared with case, as Kusto does."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from ..graph.errors import SemanticError
from ..graph.nodes import Query
from ..graph.operators import Run
from ..graph.parser import parse
from ..graph.relation import Relation
from ..graph.values import parse_instant
from ..world import AzureWorld
from .heartbeat import COLUMNS, heartbeats
from .store import Resource, functions_of

Span = tuple[datetime, datetime]
_DEEPEST = 8
_DURATION = re.compile(r"P(?:(\d+(?:\.\d+)?)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")


def evaluate(world: AzureWorld, workspace: Resource, text: str, span: Span | None = None) -> Relation:
    """What a query gives. Raises ParserFailure, SemanticError. The caller holds the world's lock."""
    functions, now = functions_of(world, workspace), world.now()

    def relation(query_text: str, depth: int) -> Relation:
        if depth > _DEEPEST:
            raise SemanticError("The recursion of functions is too deep.")

        def table(query: Query) -> Relation:
            if query.table == "Heartbeat":
                return Relation(COLUMNS, [row for row in heartbeats(world, workspace) if _within(row, span)])
            if query.table in functions:
                return relation(functions[query.table], depth + 1)
            raise SemanticError(
                f"'{query.table}' operator: Failed to resolve table or column expression named '{query.table}'"
            )

        return Run(table, now).relation(parse(query_text))

    return relation(text, 0)


def _within(row: dict[str, object], span: Span | None) -> bool:
    moment = row["TimeGenerated"]
    return span is None or (isinstance(moment, datetime) and span[0] <= moment <= span[1])


def parse_timespan(text: str, now: datetime) -> Span:
    """An ISO 8601 interval: a duration up to now, or two of instants and durations. Raises ValueError."""
    first, slash, second = text.partition("/")
    if not slash:
        return now - _duration(first), now
    start, end = parse_instant(first), parse_instant(second)
    if start and end:
        return start, end
    if start:
        return start, start + _duration(second)
    if end:
        return end - _duration(first), end
    raise ValueError(text)


def _duration(text: str) -> timedelta:
    found = _DURATION.fullmatch(text)
    if not found or text in ("P", "PT"):
        raise ValueError(text)
    days, hours, minutes, seconds = (float(part or 0) for part in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
