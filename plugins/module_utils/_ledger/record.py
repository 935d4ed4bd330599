# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record of a run, read from the ledger: the one source of every report (format: docs/report.md)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from .._core.patches import installed_between
from .._core.states import PHASES, VERDICTS
from .runs import require_run
from .store import Ledger

# Without SQLAlchemy open_ledger refuses before anything here can be called.
with suppress(ImportError):
    import sqlalchemy as sa

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row, Table

ByNode = dict[str, list["Row[Any]"]]


def read_record(ledger: Ledger, run_ids: Sequence[str]) -> dict[str, Any]:
    """The record of the given runs, in the given order. Raises PatchingError for a run that the ledger lacks."""
    return {"runs": [_run(ledger, run_id) for run_id in run_ids]}


def latest_runs(ledger: Ledger, number: int, environment: str = "") -> list[str]:
    """Ids of the newest runs (of one environment), oldest first."""
    t = ledger.tables.runs
    query = sa.select(t.c.run_id).order_by(t.c.started.desc(), t.c.run_id.desc()).limit(number)
    if environment:
        query = query.where(t.c.environment == environment)
    with ledger.read() as connection:
        return list(reversed(connection.execute(query).scalars().all()))


def _run(ledger: Ledger, run_id: str) -> dict[str, Any]:
    row = require_run(ledger, run_id)
    t = ledger.tables
    with ledger.read() as connection:
        batches = connection.execute(
            sa.select(t.batches).where(t.batches.c.run_id == run_id).order_by(t.batches.c.position)
        ).all()
        gates = connection.execute(sa.select(t.gates).where(t.gates.c.run_id == run_id).order_by(t.gates.c.id)).all()
        nodes = _nodes(connection, ledger, run_id)
    return {
        "run_id": run_id,
        "environment": row.environment,
        "status": row.status,
        "started": row.started,
        "finished": row.finished or None,
        "policy": {"path": row.policy_path, "sha256": row.policy_sha256},
        "gates": [_gate(gate) for gate in gates],
        "warnings": list(row.warnings),
        "batches": [
            {
                "name": batch.name,
                "after": list(batch.after),
                "started": batch.started or None,
                "finished": batch.finished or None,
                "nodes": nodes.get(batch.name, []),
            }
            for batch in batches
        ],
    }


def _gate(gate: Row[Any]) -> dict[str, Any]:
    override = {"reason": gate.override_reason, "by": gate.override_by} if gate.override_reason else None
    return {
        "batch": gate.batch,
        "wave": gate.wave,
        "opened": bool(gate.opened),
        "reason": gate.reason,
        "evaluated_at": gate.evaluated_at,
        "override": override,
    }


def _nodes(connection: Connection, ledger: Ledger, run_id: str) -> dict[str, list[dict[str, Any]]]:
    t = ledger.tables
    seen = {
        name: _by_node(connection, getattr(t, name), run_id)
        for name in ("phases", "power", "snapshots", "patch_states", "patches", "checks")
    }
    seen["operations"] = _operations(connection, ledger, run_id)
    query = sa.select(t.nodes).where(t.nodes.c.run_id == run_id).order_by(t.nodes.c.position)
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in connection.execute(query):
        found[row.batch].append(_node(row, {name: rows.get(row.node_id, []) for name, rows in seen.items()}))
    return found


def _by_node(connection: Connection, table: Table, run_id: str) -> ByNode:
    rows: ByNode = defaultdict(list)
    for row in connection.execute(sa.select(table).where(table.c.run_id == run_id)):
        rows[row.node_id].append(row)
    return rows


def _operations(connection: Connection, ledger: Ledger, run_id: str) -> ByNode:
    t = ledger.tables
    query = (
        sa.select(t.operations, t.operation_nodes.c.node_id, t.operation_nodes.c.status, t.operation_nodes.c.detail)
        .join(t.operation_nodes, t.operation_nodes.c.operation_id == t.operations.c.operation_id)
        .where(t.operations.c.run_id == run_id)
        .order_by(t.operations.c.intended_at)
    )
    rows: ByNode = defaultdict(list)
    for row in connection.execute(query):
        rows[row.node_id].append(row)
    return rows


def _node(row: Row[Any], seen: dict[str, list[Row[Any]]]) -> dict[str, Any]:
    node, plan = row.node, row.plan
    states = {state.moment: state for state in seen["patch_states"]}
    before, after = (_patch_state(states.get(moment), moment, seen["patches"]) for moment in ("before", "after"))
    reported = (after or before or {}).get("baseline_id", "")
    return {
        "node_id": row.node_id,
        "name": node.get("name") or row.node_id,
        "provider": node.get("provider", ""),
        "account": node.get("account", ""),
        "region": node.get("region", ""),
        "os": node.get("os", ""),
        "os_family": node.get("os_family", ""),
        "application": node.get("application", ""),
        "patch_group": node.get("patch_group", ""),
        "wave": row.wave,
        "verdict": row.state if row.state in VERDICTS else None,
        "reason": row.reason,
        "snapshot_ids": sorted(snapshot.snapshot_id for snapshot in seen["snapshots"]),
        "power": _power(seen["power"]),
        "baseline": {"intended": (plan.get("baseline") or {}).get("id", ""), "reported": reported},
        "patches": {
            "before": before or {},
            "after": after or {},
            "installed": installed_between(before, after) if before and after else [],
        },
        "checks": [
            {"name": check.name, "status": check.status, "detail": check.detail}
            for check in sorted(seen["checks"], key=lambda check: check.position)
        ],
        "phases": _phases(seen["phases"]),
        "operations": [_operation(operation) for operation in seen["operations"]],
    }


def _power(rows: Sequence[Row[Any]]) -> dict[str, Any]:
    if not rows:
        return {}
    row = rows[0]
    stopped = row.before == "stopped"
    return {"before": row.before, "started_by_run": stopped, "restored": bool(row.restored_at) if stopped else None}


def _patch_state(state: Row[Any] | None, moment: str, patches: Sequence[Row[Any]]) -> dict[str, Any] | None:
    if state is None:
        return None
    columns = ("title", "classification", "severity", "state", "installed_at")
    return {
        "baseline_id": state.baseline_id,
        "reported_at": state.reported_at,
        "operation": state.operation,
        "counts": dict(state.counts),
        "not_checked": state.not_checked,
        "patches": [
            {"id": patch.patch_id} | {name: getattr(patch, name) for name in columns}
            for patch in sorted(patches, key=lambda patch: patch.patch_id)
            if patch.moment == moment
        ],
    }


def _phases(rows: Sequence[Row[Any]]) -> list[dict[str, Any]]:
    order = {name: position for position, name in enumerate(PHASES)}
    return [
        {
            "name": row.phase,
            "started": row.started,
            "finished": row.finished or None,
            "status": row.status,
            "detail": row.detail,
        }
        for row in sorted(rows, key=lambda row: (order.get(row.phase, len(order)), row.started))
    ]


def _operation(row: Row[Any]) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "phase": row.phase,
        "handle": row.handle,
        "state": row.state,
        "status": row.status,
        "detail": row.detail,
        "sent_at": row.sent_at or None,
        "finished_at": row.finished_at or None,
    }
