# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the nodes of a run reported about their patches, before and after the installation."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from .operations import nodes_reached
from .store import Ledger

with suppress(ImportError):
    import sqlalchemy as sa

if TYPE_CHECKING:
    from sqlalchemy import Connection

_STATE_TEXTS = ("baseline_id", "reported_at", "operation", "not_checked")
_PATCH_TEXTS = ("title", "classification", "severity", "state", "installed_at")


def record(ledger: Ledger, run_id: str, when: str, states: Mapping[str, Mapping[str, Any]]) -> None:
    """Keep the patch states (:class:`_core.patches.PatchState`) of nodes at the moment ``before`` or ``after``."""
    # A run that goes on after an interruption looks again, at nodes that are no longer as they were before.
    changed = nodes_reached(ledger, run_id, "install") if when == "before" else set()
    with ledger.write() as connection:
        for node_id, state in states.items():
            if node_id not in changed:
                _record(connection, ledger, {"run_id": run_id, "node_id": node_id, "moment": when}, state)


def _record(connection: Connection, ledger: Ledger, key: Mapping[str, str], state: Mapping[str, Any]) -> None:
    t = ledger.tables
    texts = {name: str(state.get(name) or "") for name in _STATE_TEXTS}
    ledger.put(connection, t.patch_states, [{**key, **texts, "counts": dict(state.get("counts") or {})}])
    mine = [t.patches.c[name] == value for name, value in key.items()]
    connection.execute(sa.delete(t.patches).where(*mine))
    rows = [
        {**key, "patch_id": str(patch["id"])} | {name: str(patch.get(name) or "") for name in _PATCH_TEXTS}
        for patch in state.get("patches") or ()
    ]
    ledger.put(connection, t.patches, rows)


def recorded(ledger: Ledger, run_id: str, when: str, node_ids: Any) -> dict[str, dict[str, Any]]:
    """The patch states that are kept, by node id; ``node_ids`` is a query for the ids of the nodes that are wanted."""
    t = ledger.tables
    found: dict[str, dict[str, Any]] = {}
    with ledger.read() as connection:
        for row in connection.execute(sa.select(t.patch_states).where(*_of(t.patch_states, run_id, when, node_ids))):
            texts = {name: getattr(row, name) for name in _STATE_TEXTS}
            found[row.node_id] = {**texts, "counts": dict(row.counts), "patches": []}
        query = sa.select(t.patches).where(*_of(t.patches, run_id, when, node_ids)).order_by(t.patches.c.patch_id)
        for row in connection.execute(query):
            patch = {"id": row.patch_id} | {name: getattr(row, name) for name in _PATCH_TEXTS}
            found.setdefault(row.node_id, {"counts": {}, "patches": []})["patches"].append(patch)
    return found


def _of(table: Any, run_id: str, when: str, node_ids: Any) -> tuple[Any, ...]:
    return (table.c.run_id == run_id, table.c.moment == when, table.c.node_id.in_(node_ids))
