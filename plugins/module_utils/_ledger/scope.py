# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scope of a module that works on a wave of a run: see :class:`_core.scope.Scope`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from .._core.errors import GateClosed
from .._core.judge import COMMAND_KIND
from .._core.nodes import Node
from .._core.scope import OPERATION_OPEN, NodeResult, Operation
from .._core.states import FAILED, GOING, NODE, PASSED, PHASE, SKIPPED, STARTED, check_transition
from . import patch_states
from .operations import OperationStore, newest_results, nodes_reached
from .store import Ledger, chunks, now
from .waves import busy_nodes, require_open_gate

# Without SQLAlchemy open_ledger refuses before anything here can be called.
with suppress(ImportError):
    import sqlalchemy as sa

if TYPE_CHECKING:
    from sqlalchemy import Connection

SOFT_KINDS = (COMMAND_KIND, "agent_update")
"""Operations whose failure is an answer that the verification weighs, not the end of the node."""


class LedgerScope:
    """A wave of a run, one phase of it. Methods may be called from several threads."""

    def __init__(self, ledger: Ledger, run_id: str, batch: str, wave: int, phase: str) -> None:
        self.ledger = ledger
        self.run_id: str | None = run_id
        self._run_id = run_id
        self.batch = batch
        self.wave = wave
        self.phase = phase
        self._operations = OperationStore(ledger, run_id, batch, wave, phase)

    def nodes(self) -> list[Node]:
        skipped = self._skipped()
        return [node for node in self._nodes(GOING) if node.node_id not in skipped]

    def wave_nodes(self) -> list[Node]:
        return self._nodes(None)

    def _nodes(self, state: str | None) -> list[Node]:
        t = self.ledger.tables.nodes
        query = sa.select(t.c.node).where(*self._in_wave()).order_by(t.c.position)
        if state:
            query = query.where(t.c.state == state)
        with self.ledger.read() as connection:
            return [Node.from_dict(row.node) for row in connection.execute(query)]

    def _skipped(self) -> set[str]:
        """Nodes that were found to need nothing of this phase."""
        t = self.ledger.tables.phases
        query = sa.select(t.c.node_id).where(t.c.run_id == self._run_id, t.c.phase == self.phase, t.c.status == SKIPPED)
        with self.ledger.read() as connection:
            return set(connection.execute(query).scalars())

    def _in_wave(self) -> tuple[Any, ...]:
        t = self.ledger.tables.nodes
        return (t.c.run_id == self._run_id, t.c.batch == self.batch, t.c.wave == self.wave)

    def require_open_gate(self) -> None:
        reason = require_open_gate(self.ledger, self._run_id, self.batch, self.wave)
        if reason:
            raise GateClosed(reason)

    def comment(self, operation_id: str) -> str:
        return f"hybridops op={operation_id} run={self._run_id}"[:100]

    def tags(self, node: Node) -> dict[str, str]:
        return {"hybridops:run": self._run_id, "hybridops:node": node.node_id}

    def intend(
        self,
        kind: str,
        nodes: Sequence[Node],
        *,
        poller: str,
        account: str,
        region: str,
        request: Mapping[str, Any],
    ) -> str:
        operation_id = uuid4().hex
        self._operations.intend(operation_id, kind, [n.node_id for n in nodes], poller, account, region, request)
        return operation_id

    def sent(self, operation_id: str, handle: str) -> None:
        self._operations.move(operation_id, "sent", handle=handle, sent_at=now())

    def not_sent(self, operation_id: str, reason: str) -> None:
        self._operations.move(operation_id, "not_sent", detail=reason, finished_at=now())

    def operations(self, poller: str | None = None, states: Sequence[str] = OPERATION_OPEN) -> list[Operation]:
        return self._operations.find(poller, states)

    def covered(self, kind: str) -> set[str]:
        return self._operations.covered(kind)

    def results(self, operation_id: str, results: Iterable[NodeResult]) -> None:
        listed = list(results)
        kind = self._operations.record(operation_id, listed)
        bad = {r.node_id: r.detail or "failed" for r in listed if r.status == FAILED}
        if not kind.startswith(SOFT_KINDS):
            self.fail(bad)
        still_open = self._operations.open_nodes()
        done = [r.node_id for r in listed if r.node_id not in still_open and r.node_id not in bad]
        self._set_phase(done, PASSED, "")

    def phase_started(self, nodes: Sequence[Node]) -> None:
        self._set_phase([n.node_id for n in nodes], STARTED, "")

    def phase_ended(self, nodes: Sequence[Node], status: str, detail: str = "") -> None:
        self._set_phase([n.node_id for n in nodes], status, detail)

    def fail(self, reasons: Mapping[str, str]) -> None:
        reasons = self._without_tolerated(reasons)
        if not reasons:
            return
        self._set_phase(list(reasons), FAILED, "", details=reasons)
        t = self.ledger.tables.nodes
        with self.ledger.write() as connection:
            for node_id, state in self._states(connection, list(reasons)).items():
                if state == GOING:
                    check_transition(NODE, f"node {node_id}", state, FAILED)
                    connection.execute(
                        sa.update(t)
                        .where(t.c.run_id == self._run_id, t.c.node_id == node_id)
                        .values(state=FAILED, reason=f"{self.phase}: {reasons[node_id]}", ended_at=now())
                    )

    def _without_tolerated(self, reasons: Mapping[str, str]) -> Mapping[str, str]:
        """The failures that end a node: a snapshot that the policy only wants where it is possible is none."""
        if not reasons or self.phase != "snapshot":
            return reasons
        t = self.ledger.tables.nodes
        with self.ledger.read() as connection:
            rows = connection.execute(sa.select(t.c.node_id, t.c.plan).where(*self._in_wave())).all()
        tolerated = {row.node_id for row in rows if row.plan.get("snapshot") == "if_possible"} & set(reasons)
        details = {node_id: f"goes on without a snapshot: {reasons[node_id]}" for node_id in tolerated}
        self._set_phase(list(details), SKIPPED, "", details=details)
        return {node_id: reason for node_id, reason in reasons.items() if node_id not in tolerated}

    def _states(self, connection: Connection, node_ids: Sequence[str]) -> dict[str, str]:
        t = self.ledger.tables.nodes
        found: dict[str, str] = {}
        for part in chunks(node_ids):
            query = sa.select(t.c.node_id, t.c.state).where(t.c.run_id == self._run_id, t.c.node_id.in_(part))
            found.update({row.node_id: row.state for row in connection.execute(query)})
        return found

    def _set_phase(
        self, node_ids: Sequence[str], status: str, detail: str, details: Mapping[str, str] | None = None
    ) -> None:
        if not node_ids:
            return
        t = self.ledger.tables.phases
        stamp = now()
        with self.ledger.write() as connection:
            before: dict[str, Any] = {}
            for part in chunks(list(node_ids)):
                query = sa.select(t).where(t.c.run_id == self._run_id, t.c.phase == self.phase, t.c.node_id.in_(part))
                before.update({row.node_id: row for row in connection.execute(query)})
            rows = []
            for node_id in node_ids:
                row = before.get(node_id)
                if row is not None and status not in PHASE[row.status]:
                    continue
                rows.append(
                    {
                        "run_id": self._run_id,
                        "node_id": node_id,
                        "phase": self.phase,
                        "status": status,
                        "started": row.started if row is not None else stamp,
                        "finished": "" if status == STARTED else stamp,
                        "detail": (details or {}).get(node_id, detail) or (row.detail if row is not None else ""),
                    }
                )
            self.ledger.put(connection, t, rows)

    def remember_power(self, states: Mapping[str, str]) -> None:
        t = self.ledger.tables.power
        rows = [
            {"run_id": self._run_id, "node_id": node_id, "before": state, "remembered_at": now()}
            for node_id, state in states.items()
        ]
        with self.ledger.write() as connection:
            restored = (t.c.run_id == self._run_id, t.c.restored_at != "")
            for part in chunks(list(states)):
                connection.execute(sa.delete(t).where(*restored, t.c.node_id.in_(part)))
            self.ledger.put_new(connection, t, rows)

    def remembered_power(self) -> dict[str, str]:
        t = self.ledger.tables
        query = (
            sa.select(t.power.c.node_id, t.power.c.before)
            .join(t.nodes, sa.and_(t.nodes.c.run_id == t.power.c.run_id, t.nodes.c.node_id == t.power.c.node_id))
            .where(*self._in_wave(), t.power.c.restored_at == "")
        )
        with self.ledger.read() as connection:
            busy = busy_nodes(connection, self.ledger) | self._of_other_runs(connection)
            return {row.node_id: row.before for row in connection.execute(query) if row.node_id not in busy}

    def reached(self, phase: str) -> set[str]:
        return nodes_reached(self.ledger, self._run_id, phase)

    def busy(self) -> set[str]:
        with self.ledger.read() as connection:
            return busy_nodes(connection, self.ledger) | self._of_other_runs(connection)

    def _of_other_runs(self, connection: Connection) -> set[str]:
        """Nodes that another unfinished run has in hand."""
        t = self.ledger.tables.nodes
        query = sa.select(t.c.active_node).where(t.c.active_node.is_not(None), t.c.run_id != self._run_id)
        return set(connection.execute(query).scalars())

    def give_up(self, operation_id: str, node_ids: Sequence[str], reason: str) -> None:
        """These nodes failed because no answer came; what was sent counts as under way all the same."""
        self._operations.unanswered(operation_id, node_ids, reason)
        self.fail(dict.fromkeys(node_ids, reason))

    def power_restored(self, node_ids: Iterable[str]) -> None:
        t = self.ledger.tables.power
        with self.ledger.write() as connection:
            for part in chunks(list(node_ids)):
                connection.execute(
                    sa.update(t)
                    .where(t.c.run_id == self._run_id, t.c.node_id.in_(part), t.c.restored_at == "")
                    .values(restored_at=now())
                )

    def record_snapshots(self, node_id: str, snapshots: Sequence[Mapping[str, Any]]) -> None:
        rows = [
            {"run_id": self._run_id, "node_id": node_id}
            | {key: str(snapshot.get(key) or "") for key in ("snapshot_id", "volume_id", "device", "state")}
            for snapshot in snapshots
        ]
        with self.ledger.write() as connection:
            self.ledger.put(connection, self.ledger.tables.snapshots, rows)

    def record_patches(self, when: str, states: Mapping[str, Mapping[str, Any]]) -> None:
        patch_states.record(self.ledger, self._run_id, when, states)

    def recorded_patches(self, when: str) -> dict[str, dict[str, Any]]:
        return patch_states.recorded(self.ledger, self._run_id, when, self._wave_ids())

    def operation_outputs(self, kinds: Sequence[str]) -> dict[str, NodeResult]:
        return newest_results(self.ledger, self._run_id, kinds, self._wave_ids())

    def _wave_ids(self) -> Any:
        return sa.select(self.ledger.tables.nodes.c.node_id).where(*self._in_wave())
