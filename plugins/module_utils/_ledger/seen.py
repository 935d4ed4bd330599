# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run knows of a wave's nodes before and after the installation, and the verdicts that are written back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from .._core.judge import COMMAND_KIND, SeenNode
from .._core.nodes import Node
from .._core.probe import Observation, parse_probe
from .._core.scope import NodeResult
from .._core.states import GOING, HELD, NODE, PASSED, SKIPPED, check_transition
from .._core.verify import Verdict
from .scope import LedgerScope
from .store import now

# Without SQLAlchemy open_ledger refuses before anything here can be called.
with suppress(ImportError):
    import sqlalchemy as sa

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row, Table

PROBE_KIND = "probe"
"""Kind of the operations that run the probe script."""


def keep_observations(scope: LedgerScope, moment: str) -> None:
    """Turn the output of the probes of the scope's phase into observations ``before`` or ``after``."""
    rows = []
    for node_id, result in _outputs(scope, PROBE_KIND).items():
        observation = parse_probe(result.output) if result.status == PASSED else None
        if observation is not None:
            key = {"run_id": scope.run_id, "node_id": node_id, "moment": moment}
            rows.append(key | {"data": observation.to_dict(), "observed_at": now()})
    with scope.ledger.write() as connection:
        scope.ledger.put(connection, scope.ledger.tables.observations, rows)


def _outputs(scope: LedgerScope, kind: str) -> dict[str, NodeResult]:
    t = scope.ledger.tables
    query = (
        sa.select(t.operation_nodes)
        .join(t.operations, t.operations.c.operation_id == t.operation_nodes.c.operation_id)
        .where(
            t.operations.c.run_id == scope.run_id,
            t.operations.c.batch == scope.batch,
            t.operations.c.wave == scope.wave,
            t.operations.c.phase == scope.phase,
            t.operations.c.kind == kind,
        )
        .order_by(t.operations.c.intended_at)
    )
    with scope.ledger.read() as connection:
        return {
            row.node_id: NodeResult(row.node_id, row.status, row.detail, row.output)
            for row in connection.execute(query)
        }


def seen_nodes(scope: LedgerScope) -> list[SeenNode]:
    """The wave's nodes that are still going, with what was seen of each."""
    t = scope.ledger.tables
    with scope.ledger.read() as connection:
        rows = connection.execute(sa.select(t.nodes).where(*_going(scope)).order_by(t.nodes.c.position)).all()
        observed = {
            (row.node_id, row.moment): Observation.from_dict(row.data)
            for row in _of_going(connection, scope, t.observations)
        }
        states = _patch_states(connection, scope)
        untouched = {
            row.node_id
            for row in _of_going(connection, scope, t.phases)
            if row.phase == "install" and row.status == SKIPPED
        }
        commands = _commands(connection, scope)
    return [
        SeenNode(
            node=Node.from_dict(row.node),
            plan=row.plan,
            before=observed.get((row.node_id, "before")),
            after=observed.get((row.node_id, "after")),
            patches_before=states.get((row.node_id, "before")),
            patches_after=states.get((row.node_id, "after")),
            commands=commands.get(row.node_id, {}),
            untouched=row.node_id in untouched,
        )
        for row in rows
    ]


def _going(scope: LedgerScope) -> tuple[Any, ...]:
    t = scope.ledger.tables.nodes
    return (t.c.run_id == scope.run_id, t.c.batch == scope.batch, t.c.wave == scope.wave, t.c.state == GOING)


def _of_going(connection: Connection, scope: LedgerScope, table: Table) -> list[Row[Any]]:
    mine = sa.select(scope.ledger.tables.nodes.c.node_id).where(*_going(scope))
    query = sa.select(table).where(table.c.run_id == scope.run_id, table.c.node_id.in_(mine))
    return list(connection.execute(query).all())


def _patch_states(connection: Connection, scope: LedgerScope) -> dict[tuple[str, str], dict[str, Any]]:
    t = scope.ledger.tables
    listed: dict[tuple[str, str], list[dict[str, str]]] = {}
    for row in _of_going(connection, scope, t.patches):
        listed.setdefault((row.node_id, row.moment), []).append({"id": row.patch_id, "state": row.state})
    return {
        (row.node_id, row.moment): {
            "baseline_id": row.baseline_id,
            "counts": row.counts,
            "not_checked": row.not_checked,
            "patches": listed.get((row.node_id, row.moment), []),
        }
        for row in _of_going(connection, scope, t.patch_states)
    }


def _commands(connection: Connection, scope: LedgerScope) -> dict[str, dict[str, NodeResult]]:
    t = scope.ledger.tables
    query = (
        sa.select(t.operation_nodes, t.operations.c.kind)
        .join(t.operations, t.operations.c.operation_id == t.operation_nodes.c.operation_id)
        .where(
            t.operations.c.run_id == scope.run_id,
            t.operations.c.batch == scope.batch,
            t.operations.c.wave == scope.wave,
            t.operations.c.kind.startswith(COMMAND_KIND, autoescape=True),
        )
        .order_by(t.operations.c.intended_at)
    )
    found: dict[str, dict[str, NodeResult]] = {}
    for row in connection.execute(query):
        found.setdefault(row.node_id, {})[row.kind] = NodeResult(row.node_id, row.status, row.detail, row.output)
    return found


def planned_nodes(scope: LedgerScope) -> list[tuple[Node, Mapping[str, Any]]]:
    """The wave's nodes that are still going, with their plans."""
    t = scope.ledger.tables.nodes
    with scope.ledger.read() as connection:
        rows = connection.execute(sa.select(t.c.node, t.c.plan).where(*_going(scope)).order_by(t.c.position)).all()
    return [(Node.from_dict(row.node), row.plan) for row in rows]


def write_verdicts(scope: LedgerScope, verdicts: Mapping[str, Verdict]) -> None:
    """Give nodes that are still going their verdict, with every check behind it."""
    t = scope.ledger.tables
    checks = [
        {
            "run_id": scope.run_id,
            "node_id": node_id,
            "name": check.name,
            "position": position,
            "status": check.status,
            "detail": check.detail,
        }
        for node_id, verdict in verdicts.items()
        for position, check in enumerate(verdict.checks)
    ]
    with scope.ledger.write() as connection:
        scope.ledger.put(connection, t.checks, checks)
        for node_id, verdict in verdicts.items():
            mine = (t.nodes.c.run_id == scope.run_id, t.nodes.c.node_id == node_id)
            state = connection.execute(sa.select(t.nodes.c.state).where(*mine)).scalar_one()
            check_transition(NODE, f"node {node_id}", state, verdict.verdict)
            connection.execute(
                sa.update(t.nodes).where(*mine).values(state=verdict.verdict, reason=verdict.reason, ended_at=now())
            )


def waiting_for_reboot(scope: LedgerScope) -> set[str]:
    """Ids of the wave's nodes with a patch that waits for a reboot, and of those about which that is not known."""
    with scope.ledger.read() as connection:
        going = set(connection.execute(sa.select(scope.ledger.tables.nodes.c.node_id).where(*_going(scope))).scalars())
        states = _patch_states(connection, scope)
    known = {node_id: state for (node_id, moment), state in states.items() if moment == "after"}
    settled = {
        node_id
        for node_id, state in known.items()
        if not state["not_checked"] and not state["counts"].get("installed_pending_reboot", 0)
    }
    return going - settled


def hold_nodes(scope: LedgerScope, node_ids: Sequence[str], reason: str) -> None:
    """Nodes that are going stop here without harm, and may go on later under the same run."""
    t = scope.ledger.tables
    with scope.ledger.write() as connection:
        for node_id in node_ids:
            mine = (t.nodes.c.run_id == scope.run_id, t.nodes.c.node_id == node_id, t.nodes.c.state == GOING)
            connection.execute(sa.update(t.nodes).where(*mine).values(state=HELD, reason=reason, ended_at=now()))
