# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A wave joins the run: its nodes get their number, the gate is evaluated and the answer is written down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .._core.errors import GateClosed, PatchingError
from .._core.gate import GateAnswer, GateRule, NodeState, evaluate_gate
from .._core.scope import OPERATION_OPEN
from .._core.states import GOING, HELD, NODE, NOT_CHECKED, PLANNED, RUN_RUNNING, check_transition
from .operations import UNANSWERED
from .runs import require_run
from .store import Ledger, chunks, now

# Without SQLAlchemy open_ledger refuses before anything here can be called.
with suppress(ImportError):
    import sqlalchemy as sa

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Override:
    """A person's reason to open a closed gate."""

    reason: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class JoinedWave:
    """What a wave may do. ``going`` are the nodes that may be worked on; ``unknown`` are not in the plan's batch."""

    wave: int
    opened: bool
    reason: str
    going: Sequence[str] = ()
    providers: Sequence[str] = ()
    held: Mapping[str, str] = field(default_factory=dict)
    unknown: Sequence[str] = ()
    done: int = 0
    overridden: bool = False


def join_wave(
    ledger: Ledger, run_id: str, batch: str, node_ids: Sequence[str], override: Override | None = None
) -> JoinedWave:
    """Let the given nodes join as a wave of ``batch`` and say which of them may go.

    Raises :class:`PatchingError` when the ledger does not know the run or the batch.
    """
    run = require_run(ledger, run_id)
    if run.status != RUN_RUNNING:
        return JoinedWave(0, False, f"run {run_id} ended {run.finished} as {run.status}; nothing is done again")
    with ledger.write() as connection:
        rule = _rule(connection, ledger, run_id, batch)
        states = _states(connection, ledger, run_id)
        mine = {n.node_id: n for n in states if n.batch == batch}
        unknown = [node_id for node_id in node_ids if node_id not in mine]
        wave_nodes = [mine[node_id] for node_id in dict.fromkeys(node_ids) if node_id in mine]
        waiting = [n for n in wave_nodes if n.state in (PLANNED, GOING, HELD) and not n.left_out]
        if not waiting:
            return _nothing_to_do(batch, wave_nodes, unknown)
        waiting = _together(waiting)
        wave = _wave_number(list(mine.values()), waiting)
        reason_to_open = override.reason if override else ""
        answer = evaluate_gate(rule, wave, waiting, states, reason_to_open)
        _write_answer(connection, ledger, run_id, rule, wave, waiting, answer, override or Override())
        providers = _providers(connection, ledger, run_id, answer.open_nodes)
    return JoinedWave(
        wave=wave,
        opened=answer.opened,
        reason=answer.reason,
        going=answer.open_nodes,
        providers=providers,
        held=answer.held,
        unknown=unknown,
        done=len(wave_nodes) - len(waiting),
        overridden=answer.overridden,
    )


def close_wave(ledger: Ledger, run_id: str, batch: str, wave: int, reason: str) -> list[str]:
    """Give ``not_checked`` to the nodes of a wave that have no verdict and nothing under way; answers their ids.

    A node on which an operation is still under way keeps going, so that the run can take it up again.
    """
    t = ledger.tables
    mine = (t.nodes.c.run_id == run_id, t.nodes.c.batch == batch)
    with ledger.write() as connection:
        going = connection.execute(
            sa.select(t.nodes.c.node_id).where(*mine, t.nodes.c.wave == wave, t.nodes.c.state == GOING)
        ).scalars()
        busy = busy_nodes(connection, ledger, run_id)
        left = [node_id for node_id in going if node_id not in busy]
        for part in chunks(left):
            connection.execute(
                sa.update(t.nodes)
                .where(*mine, t.nodes.c.node_id.in_(part))
                .values(state=NOT_CHECKED, reason=reason, ended_at=now())
            )
        unfinished = connection.execute(
            sa.select(sa.func.count()).where(*mine, t.nodes.c.state.in_((PLANNED, GOING)))
        ).scalar_one()
        if not unfinished:
            connection.execute(
                sa.update(t.batches)
                .where(t.batches.c.run_id == run_id, t.batches.c.name == batch, t.batches.c.started != "")
                .values(finished=now())
            )
    return left


def busy_nodes(connection: Connection, ledger: Ledger, run_id: str | None = None) -> set[str]:
    """Ids of the nodes on which an operation is still under way: of one run, or of any.

    An operation that was given up without an answer is under way as long as nobody knows better.
    """
    t = ledger.tables
    query = (
        sa.select(t.operation_nodes.c.node_id)
        .join(t.operations, t.operations.c.operation_id == t.operation_nodes.c.operation_id)
        .where(
            t.operations.c.state.in_(OPERATION_OPEN),
            t.operation_nodes.c.status.in_(("", UNANSWERED)),
        )
    )
    if run_id is not None:
        query = query.where(t.operations.c.run_id == run_id)
    return set(connection.execute(query).scalars())


def approve_reboot(ledger: Ledger, run_id: str, batch: str, wave: int, approval: str) -> None:
    """Write down who approved the reboot of a wave's nodes. Raises GateClosed when the wave's gate is not open."""
    closed = require_open_gate(ledger, run_id, batch, wave)
    if closed:
        raise GateClosed(closed)
    with ledger.write() as connection:
        connection.execute(
            sa.insert(ledger.tables.gates).values(
                run_id=run_id,
                batch=batch,
                wave=wave,
                opened=True,
                reason=f"the reboot is approved: {approval}",
                evaluated_at=now(),
                override_reason="",
                override_by="",
            )
        )


def require_open_gate(ledger: Ledger, run_id: str, batch: str, wave: int) -> str:
    """Why nothing may be started for this wave, or an empty text when its gate is open.

    This is the lock at the place of the harm: it looks at nothing that a playbook could have overwritten.
    """
    run = require_run(ledger, run_id)
    if run.status != RUN_RUNNING:
        return f"run {run_id} has ended as {run.status}"
    t = ledger.tables
    with ledger.read() as connection:
        row = connection.execute(
            sa.select(t.gates.c.opened, t.gates.c.reason)
            .where(t.gates.c.run_id == run_id, t.gates.c.batch == batch, t.gates.c.wave == wave)
            .order_by(t.gates.c.id.desc())
            .limit(1)
        ).one_or_none()
    if row is None:
        return f"the ledger holds no gate for run {run_id}, {batch}, wave {wave}"
    return "" if row.opened else f"the gate of {batch}, wave {wave} is closed: {row.reason}"


def first_opened(ledger: Ledger, run_id: str, batch: str, wave: int) -> str:
    """When the gate of a wave opened for the first time, or an empty text. An interrupted run opens it again."""
    t = ledger.tables.gates
    query = sa.select(sa.func.min(t.c.evaluated_at)).where(
        t.c.run_id == run_id, t.c.batch == batch, t.c.wave == wave, t.c.opened
    )
    with ledger.read() as connection:
        return connection.execute(query).scalar() or ""


def _nothing_to_do(batch: str, wave_nodes: Sequence[NodeState], unknown: Sequence[str]) -> JoinedWave:
    if wave_nodes:
        reason = f"all {len(wave_nodes)} nodes of this wave have their verdict already"
    else:
        reason = f"none of these nodes is planned in {batch}"
    return JoinedWave(0, False, reason, unknown=unknown, done=len(wave_nodes))


def _rule(connection: Connection, ledger: Ledger, run_id: str, batch: str) -> GateRule:
    t = ledger.tables
    rows = connection.execute(
        sa.select(t.batches).where(t.batches.c.run_id == run_id).order_by(t.batches.c.position)
    ).all()
    after = {row.name: tuple(row.after) for row in rows}
    for row in rows:
        if row.name == batch:
            return GateRule(
                batch=batch,
                after=_all_before(after, batch),
                scope=row.gate.get("scope", "environment"),
                max_failed=int(row.gate.get("max_failed", 0)),
                allow_empty=bool(row.gate.get("allow_empty", False)),
            )
    raise PatchingError(f"run {run_id} has no batch {batch!r}; it has {', '.join(row.name for row in rows) or 'none'}")


def _all_before(after: Mapping[str, Sequence[str]], batch: str) -> tuple[str, ...]:
    """The batches that a batch waits for, and those that they wait for: an empty one between must not hide them."""
    found: dict[str, None] = {}
    waiting = list(after.get(batch, ()))
    while waiting:
        name = waiting.pop(0)
        if name not in found and name != batch:
            found[name] = None
            waiting.extend(after.get(name, ()))
    return tuple(found)


def _states(connection: Connection, ledger: Ledger, run_id: str) -> list[NodeState]:
    t = ledger.tables
    query = sa.select(t.nodes).where(t.nodes.c.run_id == run_id)
    return [
        NodeState(
            node_id=row.node_id,
            name=row.node.get("name") or row.node_id,
            batch=row.batch,
            wave=row.wave,
            application=row.node.get("application") or "",
            state=row.state,
            reason=row.reason,
            left_out=bool(row.left_out),
            spread=() if "same_wave" in (row.plan.get("accept") or ()) else tuple(row.plan.get("spread") or ()),
        )
        for row in connection.execute(query)
    ]


def _together(waiting: Sequence[NodeState]) -> list[NodeState]:
    """The nodes that can be one wave: when some are under way in a wave already, those of the earliest such wave.

    Work that is under way belongs to its wave; the rest of a batch that is cut differently now joins in a later job.
    """
    under_way = [n.wave for n in waiting if n.state == GOING and n.wave is not None]
    if not under_way or len({n.wave for n in waiting}) == 1:
        return list(waiting)
    return [n for n in waiting if n.wave == min(under_way)]


def _wave_number(batch_nodes: Sequence[NodeState], waiting: Sequence[NodeState]) -> int:
    """The number that the nodes share already (a run that goes on), or the next one of the batch."""
    numbers = {n.wave for n in waiting}
    if len(numbers) == 1 and None not in numbers:
        return int(next(iter(numbers)) or 0)
    return max((n.wave or 0 for n in batch_nodes), default=0) + 1


def _write_answer(
    connection: Connection,
    ledger: Ledger,
    run_id: str,
    rule: GateRule,
    wave: int,
    waiting: Sequence[NodeState],
    answer: GateAnswer,
    override: Override,
) -> None:
    t = ledger.tables
    connection.execute(
        sa.insert(t.gates).values(
            run_id=run_id,
            batch=rule.batch,
            wave=wave,
            opened=answer.opened,
            reason=answer.reason,
            evaluated_at=now(),
            override_reason=override.reason if answer.overridden else "",
            override_by=override.by if answer.overridden else "",
        )
    )
    for node in waiting:
        target = HELD if node.node_id in answer.held else GOING
        check_transition(NODE, f"node {node.name}", node.state, target)
        connection.execute(
            sa.update(t.nodes)
            .where(t.nodes.c.run_id == run_id, t.nodes.c.node_id == node.node_id)
            .values(
                state=target,
                wave=wave,
                reason=answer.held.get(node.node_id, ""),
                ended_at=now() if target == HELD else "",
            )
        )
    if answer.opened:
        connection.execute(
            sa.update(t.batches)
            .where(t.batches.c.run_id == run_id, t.batches.c.name == rule.batch, t.batches.c.started == "")
            .values(started=now())
        )


def _providers(connection: Connection, ledger: Ledger, run_id: str, node_ids: Sequence[str]) -> list[str]:
    t = ledger.tables
    found: set[str] = set()
    for part in chunks(list(node_ids)):
        query = sa.select(t.nodes.c.node).where(t.nodes.c.run_id == run_id, t.nodes.c.node_id.in_(part))
        found.update(row.node.get("provider") or "" for row in connection.execute(query))
    return sorted(found)
