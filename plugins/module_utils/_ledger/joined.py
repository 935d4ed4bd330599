# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run has joined so far, and what of it is still under way: for those who come after a lost controller."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from .._core.scope import OPERATION_OPEN
from .store import Ledger

# Without SQLAlchemy open_ledger refuses before anything here can be called.
with suppress(ImportError):
    import sqlalchemy as sa


def joined_waves(ledger: Ledger, run_id: str, open_work: Iterable[Mapping[str, Any]] = ()) -> list[dict[str, Any]]:
    """The waves of a run that joined: batch, wave, the providers of its nodes, the phases of ``open_work`` in it."""
    t = ledger.tables.nodes
    query = sa.select(t.c.batch, t.c.wave, t.c.node).where(t.c.run_id == run_id, t.c.wave.is_not(None))
    providers: dict[tuple[str, int], set[str]] = {}
    phases: dict[tuple[str, int], set[str]] = {}
    with ledger.read() as connection:
        for row in connection.execute(query):
            providers.setdefault((row.batch, row.wave), set()).add(row.node.get("provider") or "")
    for entry in open_work:
        phases.setdefault((entry["batch"], entry["wave"]), set()).add(entry["phase"])
    return [
        {"batch": key[0], "wave": key[1], "providers": sorted(found), "phases": sorted(phases.get(key, ()))}
        for key, found in sorted(providers.items())
    ]


def under_way(ledger: Ledger, run_id: str) -> list[dict[str, Any]]:
    """The nodes on which, by the ledger, something of the run is under way: node_id, name, batch, wave and phase."""
    t = ledger.tables
    query = (
        sa.select(t.nodes.c.node_id, t.nodes.c.node, t.operations.c.batch, t.operations.c.wave, t.operations.c.phase)
        .join(t.operation_nodes, t.operation_nodes.c.node_id == t.nodes.c.node_id)
        .join(t.operations, t.operations.c.operation_id == t.operation_nodes.c.operation_id)
        .where(
            t.nodes.c.run_id == run_id,
            t.operations.c.run_id == run_id,
            t.operations.c.state.in_(OPERATION_OPEN),
            t.operation_nodes.c.status == "",
        )
        .order_by(t.nodes.c.position, t.operations.c.phase)
    )
    found: dict[tuple[str, str], dict[str, Any]] = {}
    with ledger.read() as connection:
        for row in connection.execute(query):
            entry = {key: getattr(row, key) for key in ("node_id", "batch", "wave", "phase")}
            found[row.node_id, row.phase] = entry | {"name": row.node.get("name") or row.node_id}
    return list(found.values())
