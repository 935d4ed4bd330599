# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The life of a run: it begins with a plan, and it ends with a verdict for every node."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .._core.errors import PatchingError
from .._core.nodes import Node
from .._core.states import GOING, HELD, NOT_CHECKED, PLANNED, RUN_RUNNING, UNFINISHED_NODE, run_status
from .store import Ledger, chunks, now

# Without SQLAlchemy open_ledger refuses before anything here can be called.
with suppress(ImportError):
    import sqlalchemy as sa
    from sqlalchemy import exc

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row


@dataclass(frozen=True, slots=True)
class RunBatch:
    """A batch of a run with its nodes; ``gate`` has scope, max_failed and allow_empty; a node's plan is plain data."""

    name: str
    after: Sequence[str]
    gate: Mapping[str, Any]
    nodes: Sequence[tuple[Node, Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class NewRun:
    """What the ledger needs to begin a run."""

    run_id: str
    environment: str
    batches: Sequence[RunBatch]
    policy_path: str = ""
    policy_sha256: str = ""
    plan_sha256: str = ""
    deadline: str | None = None
    warnings: Sequence[str] = ()
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunSummary:
    """Where a run stands: nodes by state, and those that did not pass with the reason (the first 200)."""

    run_id: str
    environment: str
    status: str
    started: str
    finished: str
    states: Mapping[str, int]
    not_passed: Sequence[Mapping[str, str]]
    not_passed_omitted: int
    details: Mapping[str, Any]
    power_left: Sequence[str] = ()
    """Names of nodes that were stopped before the run and are not yet stopped again."""

    def to_dict(self) -> dict[str, Any]:
        """Plain data for a module's result."""
        return {
            "run_id": self.run_id,
            "environment": self.environment,
            "status": self.status,
            "started": self.started,
            "finished": self.finished,
            "states": dict(self.states),
            "not_passed": [dict(node) for node in self.not_passed],
            "not_passed_omitted": self.not_passed_omitted,
            "power_left": list(self.power_left),
        }


NOT_PASSED_SHOWN = 200


def begin_run(ledger: Ledger, run: NewRun) -> bool:
    """Write a run with its batches and nodes; False when a run of this id is there already.

    Raises :class:`PatchingError` when a node belongs to another unfinished run.
    """
    t = ledger.tables
    try:
        with ledger.write() as connection:
            if _run_row(connection, ledger, run.run_id) is not None:
                return False
            connection.execute(
                sa.insert(t.runs).values(
                    run_id=run.run_id,
                    environment=run.environment,
                    status=RUN_RUNNING,
                    started=now(),
                    policy_path=run.policy_path,
                    policy_sha256=run.policy_sha256,
                    plan_sha256=run.plan_sha256,
                    deadline=run.deadline,
                    warnings=list(run.warnings),
                    details=dict(run.details),
                )
            )
            for position, batch in enumerate(run.batches):
                _write_batch(connection, ledger, run.run_id, position, batch)
    except exc.IntegrityError as error:
        raise PatchingError(_holders(ledger, run) or f"the run cannot be written: {error.orig}") from error
    return True


def _write_batch(connection: Connection, ledger: Ledger, run_id: str, position: int, batch: RunBatch) -> None:
    t = ledger.tables
    connection.execute(
        sa.insert(t.batches).values(
            run_id=run_id, name=batch.name, position=position, after=list(batch.after), gate=dict(batch.gate)
        )
    )
    stamp = now()
    rows = [
        {
            "run_id": run_id,
            "node_id": node.node_id,
            "active_node": node.node_id,
            "batch": batch.name,
            "position": index,
            "state": HELD if plan.get("held") else PLANNED,
            "left_out": bool(plan.get("held")),
            "reason": str(plan.get("held") or ""),
            "node": node.to_dict(),
            "plan": dict(plan),
        }
        for index, (node, plan) in enumerate(batch.nodes)
    ]
    if not rows:
        return
    connection.execute(sa.insert(t.nodes), rows)
    phases = [
        {
            "run_id": run_id,
            "node_id": row["node_id"],
            "phase": "plan",
            "status": "passed",
            "started": stamp,
            "finished": stamp,
        }
        for row in rows
    ]
    connection.execute(sa.insert(t.phases), phases)


def holders(ledger: Ledger, node_ids: Sequence[str], but: str = "") -> dict[str, str]:
    """Which unfinished run holds each of these nodes (node id to run id); ``but`` is the run that asks."""
    t = ledger.tables
    held: dict[str, str] = {}
    with ledger.read() as connection:
        for part in chunks(list(node_ids)):
            query = sa.select(t.nodes.c.active_node, t.nodes.c.run_id).where(t.nodes.c.active_node.in_(part))
            held.update({row.active_node: row.run_id for row in connection.execute(query) if row.run_id != but})
    return held


def _holders(ledger: Ledger, run: NewRun) -> str:
    held = holders(ledger, [node.node_id for batch in run.batches for node, _plan in batch.nodes])
    if not held:
        return ""
    node_id, other = next(iter(sorted(held.items())))
    more = f" (and {len(held) - 1} more nodes)" if len(held) > 1 else ""
    return (
        f"node {node_id}{more} belongs to run {other}, which has not ended. Go on with it (patch_run_id={other}), "
        f"or end it: playbooks/patch_finish.yml -e patch_run_id={other}"
    )


def nodes_of_last_run(ledger: Ledger, environment: str) -> list[Node]:
    """The nodes of the newest run over an environment, none when there was no run."""
    t = ledger.tables
    with ledger.read() as connection:
        run_id = connection.execute(
            sa.select(t.runs.c.run_id)
            .where(t.runs.c.environment == environment)
            .order_by(t.runs.c.started.desc(), t.runs.c.run_id.desc())
            .limit(1)
        ).scalar()
        rows = connection.execute(sa.select(t.nodes.c.node).where(t.nodes.c.run_id == run_id)).all()
    return [Node.from_dict(row.node) for row in rows]


def run_row(ledger: Ledger, run_id: str) -> Row[Any] | None:
    """The run's row, or None."""
    with ledger.read() as connection:
        return _run_row(connection, ledger, run_id)


def _run_row(connection: Connection, ledger: Ledger, run_id: str) -> Row[Any] | None:
    t = ledger.tables
    return connection.execute(sa.select(t.runs).where(t.runs.c.run_id == run_id)).one_or_none()


def require_run(ledger: Ledger, run_id: str) -> Row[Any]:
    """The run's row. Raises :class:`PatchingError` when the ledger does not know the run."""
    row = run_row(ledger, run_id)
    if row is None:
        raise PatchingError(
            f"the ledger {ledger.url} knows no run {run_id!r}; begin it with playbooks/patch.yml or playbooks/plan.yml"
        )
    return row


def summarize(ledger: Ledger, run_id: str) -> RunSummary:
    """Where the run stands. Raises :class:`PatchingError` for an unknown run."""
    row = require_run(ledger, run_id)
    t = ledger.tables
    with ledger.read() as connection:
        counted = connection.execute(
            sa.select(t.nodes.c.state, sa.func.count()).where(t.nodes.c.run_id == run_id).group_by(t.nodes.c.state)
        )
        states: dict[str, int] = {row[0]: row[1] for row in counted}
        query = (
            sa.select(t.nodes.c.node_id, t.nodes.c.node, t.nodes.c.batch, t.nodes.c.state, t.nodes.c.reason)
            .where(t.nodes.c.run_id == run_id, t.nodes.c.state != "passed")
            .order_by(t.nodes.c.batch, t.nodes.c.position)
            .limit(NOT_PASSED_SHOWN)
        )
        not_passed = [
            {
                "node_id": node.node_id,
                "name": node.node.get("name") or node.node_id,
                "batch": node.batch,
                "state": node.state,
                "reason": node.reason,
            }
            for node in connection.execute(query)
        ]
        power = sa.select(t.nodes.c.node).join(
            t.power, sa.and_(t.power.c.run_id == t.nodes.c.run_id, t.power.c.node_id == t.nodes.c.node_id)
        )
        power = power.where(t.power.c.run_id == run_id, t.power.c.before == "stopped", t.power.c.restored_at == "")
        power_left = [row.node.get("name") or row.node["node_id"] for row in connection.execute(power)]
    others = sum(states.values()) - states.get("passed", 0)
    return RunSummary(
        run_id=run_id,
        environment=row.environment,
        status=row.status,
        started=row.started,
        finished=row.finished,
        states=states,
        not_passed=not_passed,
        not_passed_omitted=max(0, others - len(not_passed)),
        details=row.details,
        power_left=power_left,
    )


def finish_run(ledger: Ledger, run_id: str, *, close: bool) -> RunSummary:
    """End the run when every node has its verdict; ``close`` gives one to those that have none.

    A planned node becomes held (nothing was done to it), one that was under way becomes not_checked. A run that has
    ended stays as it is. Raises :class:`PatchingError` for an unknown run.
    """
    row = require_run(ledger, run_id)
    t = ledger.tables
    if row.status == RUN_RUNNING:
        with ledger.write() as connection:
            mine = t.nodes.c.run_id == run_id
            if close:
                _close_nodes(connection, ledger, run_id)
            states = Counter(connection.execute(sa.select(t.nodes.c.state).where(mine)).scalars())
            if not any(states[state] for state in UNFINISHED_NODE):
                stamp = now()
                connection.execute(sa.update(t.nodes).where(mine).values(active_node=None))
                connection.execute(
                    sa.update(t.batches)
                    .where(t.batches.c.run_id == run_id, t.batches.c.started != "", t.batches.c.finished == "")
                    .values(finished=stamp)
                )
                connection.execute(
                    sa.update(t.runs).where(t.runs.c.run_id == run_id).values(status=run_status(states), finished=stamp)
                )
    return summarize(ledger, run_id)


def _close_nodes(connection: Connection, ledger: Ledger, run_id: str) -> None:
    t = ledger.tables
    for state, verdict, reason in (
        (PLANNED, HELD, "not reached before the run was ended"),
        (GOING, NOT_CHECKED, "the run was ended before this node had a verdict"),
    ):
        connection.execute(
            sa.update(t.nodes)
            .where(t.nodes.c.run_id == run_id, t.nodes.c.state == state)
            .values(state=verdict, reason=reason, ended_at=now())
        )
