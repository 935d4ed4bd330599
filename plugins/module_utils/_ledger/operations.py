# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Operations in the ledger: intent before a request is sent, handle after, one result for each node."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from .._core.errors import PatchingError
from .._core.scope import NodeResult, Operation
from .._core.states import FAILED, OPERATION, PASSED, check_transition
from .store import Ledger, now

# Without SQLAlchemy open_ledger refuses before anything here can be called.
with suppress(ImportError):
    import sqlalchemy as sa

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

NODES_A_QUERY = 500
"""Well below what SQLite takes as parameters of one statement."""

UNANSWERED = "unanswered"
"""Status of a node whose operation was given up: nobody knows whether it is still under way."""

OUTPUT_KEPT = 256_000
"""Characters of a node's output that the ledger keeps: GetCommandInvocation gives 24,000 at most, and the lists of
patches with which Azure answers an assessment of a machine that has long been left alone are longer."""


class OperationStore:
    """The operations of one wave and phase of a run."""

    def __init__(self, ledger: Ledger, run_id: str, batch: str, wave: int, phase: str) -> None:
        self._ledger = ledger
        self._key = {"run_id": run_id, "batch": batch, "wave": wave, "phase": phase}

    def _mine(self) -> tuple[Any, ...]:
        t = self._ledger.tables.operations
        return tuple(t.c[name] == value for name, value in self._key.items())

    def intend(
        self,
        operation_id: str,
        kind: str,
        node_ids: Sequence[str],
        poller: str,
        account: str,
        region: str,
        request: Mapping[str, Any],
    ) -> None:
        """Write the intent of a request that is about to be sent."""
        t = self._ledger.tables
        row = self._key | {
            "operation_id": operation_id,
            "kind": kind,
            "poller": poller,
            "account": account,
            "region": region,
            "state": "intended",
            "request": dict(request),
            "intended_at": now(),
        }
        with self._ledger.write() as connection:
            self._refuse_twice(connection, kind, node_ids)
            connection.execute(sa.insert(t.operations).values(**row))
            if node_ids:
                connection.execute(
                    sa.insert(t.operation_nodes),
                    [{"operation_id": operation_id, "node_id": node_id} for node_id in node_ids],
                )

    def _refuse_twice(self, connection: Connection, kind: str, node_ids: Sequence[str]) -> None:
        """Another job of the same run may have intended the same since this one looked.

        Power may be asked for again: a node that was stopped meanwhile is started again, and asking twice does no harm.
        """
        if kind.startswith("power_"):
            return
        twice = sorted(self._covered(connection, kind, node_ids))
        if twice:
            raise PatchingError(
                f"another job of run {self._key['run_id']} has sent {kind} to {', '.join(twice[:3])} at the same time; "
                "nothing was sent twice. Let one job at a time work on a run"
            )

    def unanswered(self, operation_id: str, node_ids: Sequence[str], reason: str) -> None:
        """Write down that these nodes' answers are no longer waited for; the operation stays open."""
        t = self._ledger.tables.operation_nodes
        rows = [
            {"operation_id": operation_id, "node_id": node_id, "status": UNANSWERED, "detail": reason}
            for node_id in node_ids
        ]
        with self._ledger.write() as connection:
            self._ledger.put(connection, t, rows)

    def move(self, operation_id: str, state: str, **values: str) -> None:
        """Bring an operation into its next state. Raises TransitionError for one that the table does not have."""
        t = self._ledger.tables.operations
        with self._ledger.write() as connection:
            row = self._row(connection, operation_id)
            check_transition(OPERATION, f"operation {operation_id}", row.state, state)
            connection.execute(sa.update(t).where(t.c.operation_id == operation_id).values(state=state, **values))

    def _row(self, connection: Connection, operation_id: str) -> Row[Any]:
        t = self._ledger.tables.operations
        row = connection.execute(sa.select(t).where(t.c.operation_id == operation_id)).one_or_none()
        if row is None:
            raise PatchingError(f"the ledger knows no operation {operation_id}")
        return row

    def find(self, poller: str | None, states: Sequence[str]) -> list[Operation]:
        """Operations of this wave and phase in the given states, oldest first."""
        t = self._ledger.tables
        query = (
            sa.select(t.operations)
            .where(*self._mine(), t.operations.c.state.in_(list(states)))
            .order_by(t.operations.c.intended_at, t.operations.c.operation_id)
        )
        if poller:
            query = query.where(t.operations.c.poller == poller)
        with self._ledger.read() as connection:
            rows = connection.execute(query).all()
            members = self._members(connection, query)
        return [_operation(row, members.get(row.operation_id, [])) for row in rows]

    def _members(self, connection: Connection, query: Any) -> dict[str, list[tuple[str, str]]]:
        t = self._ledger.tables
        wanted = query.with_only_columns(t.operations.c.operation_id).order_by(None)
        members: dict[str, list[tuple[str, str]]] = {}
        nodes = sa.select(t.operation_nodes).where(t.operation_nodes.c.operation_id.in_(wanted))
        for row in connection.execute(nodes):
            members.setdefault(row.operation_id, []).append((row.node_id, row.status))
        return members

    def covered(self, kind: str) -> set[str]:
        """Ids of nodes of the run with an operation of this kind and phase that may have reached the service."""
        with self._ledger.read() as connection:
            return self._covered(connection, kind)

    def _covered(self, connection: Connection, kind: str, of: Sequence[str] | None = None) -> set[str]:
        """Those nodes, or those of ``of`` among them: one node's operation is not to cost a look at all others'."""
        t = self._ledger.tables
        query = (
            sa.select(t.operation_nodes.c.node_id)
            .join(t.operations, t.operations.c.operation_id == t.operation_nodes.c.operation_id)
            .where(
                t.operations.c.run_id == self._key["run_id"],
                t.operations.c.phase == self._key["phase"],
                t.operations.c.kind == kind,
                t.operations.c.state != "not_sent",
            )
        )
        if of is None:
            return set(connection.execute(query).scalars())
        parts = [of[at : at + NODES_A_QUERY] for at in range(0, len(of), NODES_A_QUERY)]
        found = (connection.execute(query.where(t.operation_nodes.c.node_id.in_(part))).scalars() for part in parts)
        return {node_id for rows in found for node_id in rows}

    def record(self, operation_id: str, results: Sequence[NodeResult]) -> str:
        """Write node results; finishes the operation when each node has one. Answers the operation's kind."""
        t = self._ledger.tables
        rows = [
            {
                "operation_id": operation_id,
                "node_id": r.node_id,
                "status": r.status,
                "detail": r.detail.replace("\0", ""),
                "output": r.output.replace("\0", "")[:OUTPUT_KEPT],
            }
            for r in results
        ]
        with self._ledger.write() as connection:
            operation = self._row(connection, operation_id)
            self._ledger.put(connection, t.operation_nodes, rows)
            open_nodes = connection.execute(
                sa.select(sa.func.count()).where(
                    t.operation_nodes.c.operation_id == operation_id, t.operation_nodes.c.status == ""
                )
            ).scalar_one()
            if not open_nodes and check_transition(OPERATION, operation_id, operation.state, "finished"):
                connection.execute(
                    sa.update(t.operations)
                    .where(t.operations.c.operation_id == operation_id)
                    .values(state="finished", finished_at=now())
                )
        return str(operation.kind)

    def open_nodes(self) -> set[str]:
        """Ids of nodes that still wait for a result of an operation of this wave and phase."""
        t = self._ledger.tables
        query = (
            sa.select(t.operation_nodes.c.node_id)
            .join(t.operations, t.operations.c.operation_id == t.operation_nodes.c.operation_id)
            .where(
                *self._mine(),
                t.operations.c.state.in_(("intended", "sent")),
                t.operation_nodes.c.status == "",
            )
        )
        with self._ledger.read() as connection:
            return set(connection.execute(query).scalars())


def newest_results(ledger: Ledger, run_id: str, kinds: Sequence[str], node_ids: Any) -> dict[str, NodeResult]:
    """The newest result of an operation of these kinds, by node id; ``node_ids`` is a query for the ids wanted."""
    t = ledger.tables
    query = (
        sa.select(t.operation_nodes)
        .join(t.operations, t.operations.c.operation_id == t.operation_nodes.c.operation_id)
        .where(
            t.operations.c.run_id == run_id,
            t.operations.c.kind.in_(list(kinds)),
            t.operation_nodes.c.status.in_((PASSED, FAILED)),
            t.operation_nodes.c.node_id.in_(node_ids),
        )
        .order_by(t.operations.c.intended_at)
    )
    with ledger.read() as connection:
        return {
            row.node_id: NodeResult(row.node_id, row.status, row.detail, row.output)
            for row in connection.execute(query)
        }


def nodes_reached(ledger: Ledger, run_id: str, phase: str) -> set[str]:
    """Ids of the run's nodes to which an operation of a phase was, or may have been, sent."""
    t = ledger.tables
    query = (
        sa.select(t.operation_nodes.c.node_id)
        .join(t.operations, t.operations.c.operation_id == t.operation_nodes.c.operation_id)
        .where(t.operations.c.run_id == run_id, t.operations.c.phase == phase, t.operations.c.state != "not_sent")
    )
    with ledger.read() as connection:
        return set(connection.execute(query).scalars())


def _operation(row: Row[Any], members: Sequence[tuple[str, str]]) -> Operation:
    return Operation(
        operation_id=row.operation_id,
        kind=row.kind,
        phase=row.phase,
        poller=row.poller,
        account=row.account,
        region=row.region,
        state=row.state,
        handle=row.handle,
        intended_at=row.intended_at,
        request=row.request,
        node_ids=tuple(node_id for node_id, _plan in members),
        pending=tuple(node_id for node_id, status in members if not status),
    )
