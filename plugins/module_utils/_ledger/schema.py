# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of the ledger: runs, nodes, gates, phases, operations, snapshots, patches.

Every time is a text in ISO 8601 UTC, so that both databases keep exactly what the report shows.
"""

from __future__ import annotations

from functools import lru_cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

try:
    import sqlalchemy as sa
except ImportError:
    HAS_SQLALCHEMY = False
else:
    HAS_SQLALCHEMY = True

if TYPE_CHECKING:
    from sqlalchemy import MetaData

SCHEMA_VERSION = 1


@lru_cache(maxsize=1)
def tables() -> SimpleNamespace:
    """The tables by name, and ``metadata`` with all of them."""
    metadata = sa.MetaData()
    return SimpleNamespace(metadata=metadata, **_run_tables(metadata), **_work_tables(metadata), **_seen(metadata))


def _text(name: str, **options: Any) -> Any:
    return sa.Column(name, sa.Text, nullable=False, server_default="", **options)


def _key(name: str, target: str | None = None) -> Any:
    if target:
        return sa.Column(name, sa.String(512), sa.ForeignKey(target, ondelete="CASCADE"), primary_key=True)
    return sa.Column(name, sa.String(512), primary_key=True)


def _run_tables(metadata: MetaData) -> dict[str, Any]:
    return {
        "meta": sa.Table("patch_meta", metadata, _key("name"), _text("value")),
        "runs": sa.Table(
            "patch_runs",
            metadata,
            _key("run_id"),
            sa.Column("environment", sa.String(255), nullable=False, index=True),
            sa.Column("status", sa.String(32), nullable=False),
            _text("started"),
            _text("finished"),
            _text("policy_path"),
            _text("policy_sha256"),
            _text("plan_sha256"),
            sa.Column("deadline", sa.Text, nullable=True),
            sa.Column("warnings", sa.JSON, nullable=False),
            sa.Column("details", sa.JSON, nullable=False),
        ),
        "batches": sa.Table(
            "patch_batches",
            metadata,
            _key("run_id", "patch_runs.run_id"),
            _key("name"),
            sa.Column("position", sa.Integer, nullable=False),
            sa.Column("after", sa.JSON, nullable=False),
            sa.Column("gate", sa.JSON, nullable=False),
            _text("started"),
            _text("finished"),
        ),
        "nodes": sa.Table(
            "patch_run_nodes",
            metadata,
            _key("run_id", "patch_runs.run_id"),
            _key("node_id"),
            # Set while the run is unfinished and unique over all runs: a node belongs to one unfinished run at most.
            sa.Column("active_node", sa.String(512), nullable=True, unique=True),
            sa.Column("batch", sa.String(255), nullable=False),
            sa.Column("wave", sa.Integer, nullable=True),
            sa.Column("position", sa.Integer, nullable=False),
            sa.Column("state", sa.String(32), nullable=False),
            # The plan leaves the node out: it stays held whatever the gate says.
            sa.Column("left_out", sa.Boolean, nullable=False),
            _text("reason"),
            _text("ended_at"),
            sa.Column("node", sa.JSON, nullable=False),
            sa.Column("plan", sa.JSON, nullable=False),
            sa.Index("ix_patch_run_nodes_wave", "run_id", "batch", "wave"),
        ),
        "gates": sa.Table(
            "patch_gates",
            metadata,
            sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
            sa.Column("run_id", sa.String(512), sa.ForeignKey("patch_runs.run_id", ondelete="CASCADE"), index=True),
            sa.Column("batch", sa.String(255), nullable=False),
            sa.Column("wave", sa.Integer, nullable=False),
            sa.Column("opened", sa.Boolean, nullable=False),
            _text("reason"),
            _text("evaluated_at"),
            _text("override_reason"),
            _text("override_by"),
        ),
    }


def _work_tables(metadata: MetaData) -> dict[str, Any]:
    return {
        "phases": sa.Table(
            "patch_phases",
            metadata,
            _key("run_id", "patch_runs.run_id"),
            _key("node_id"),
            sa.Column("phase", sa.String(64), primary_key=True),
            sa.Column("status", sa.String(32), nullable=False),
            _text("started"),
            _text("finished"),
            _text("detail"),
        ),
        "operations": sa.Table(
            "patch_operations",
            metadata,
            _key("operation_id"),
            sa.Column("run_id", sa.String(512), sa.ForeignKey("patch_runs.run_id", ondelete="CASCADE"), index=True),
            sa.Column("batch", sa.String(255), nullable=False),
            sa.Column("wave", sa.Integer, nullable=False),
            sa.Column("phase", sa.String(64), nullable=False),
            sa.Column("kind", sa.String(255), nullable=False),
            sa.Column("poller", sa.String(255), nullable=False),
            _text("account"),
            _text("region"),
            sa.Column("state", sa.String(32), nullable=False),
            _text("handle"),
            sa.Column("request", sa.JSON, nullable=False),
            _text("intended_at"),
            _text("sent_at"),
            _text("finished_at"),
            _text("detail"),
        ),
        "operation_nodes": sa.Table(
            "patch_operation_nodes",
            metadata,
            _key("operation_id", "patch_operations.operation_id"),
            _key("node_id"),
            _text("status"),
            _text("detail"),
            _text("output"),
            sa.Index("ix_patch_operation_nodes_node", "node_id"),
        ),
        "power": sa.Table(
            "patch_power",
            metadata,
            _key("run_id", "patch_runs.run_id"),
            _key("node_id"),
            sa.Column("before", sa.String(32), nullable=False),
            _text("remembered_at"),
            _text("restored_at"),
        ),
    }


def _seen(metadata: MetaData) -> dict[str, Any]:
    return {
        "snapshots": sa.Table(
            "patch_snapshots",
            metadata,
            _key("run_id", "patch_runs.run_id"),
            _key("node_id"),
            _key("snapshot_id"),
            _text("volume_id"),
            _text("device"),
            _text("state"),
        ),
        "patch_states": sa.Table(
            "patch_states",
            metadata,
            _key("run_id", "patch_runs.run_id"),
            _key("node_id"),
            sa.Column("moment", sa.String(16), primary_key=True),
            _text("baseline_id"),
            _text("reported_at"),
            _text("operation"),
            sa.Column("counts", sa.JSON, nullable=False),
            _text("not_checked"),
        ),
        "patches": sa.Table(
            "patch_patches",
            metadata,
            _key("run_id", "patch_runs.run_id"),
            _key("node_id"),
            sa.Column("moment", sa.String(16), primary_key=True),
            _key("patch_id"),
            _text("title"),
            _text("classification"),
            _text("severity"),
            _text("state"),
            _text("installed_at"),
            sa.Index("ix_patch_patches_patch", "patch_id"),
        ),
        "observations": sa.Table(
            "patch_observations",
            metadata,
            _key("run_id", "patch_runs.run_id"),
            _key("node_id"),
            sa.Column("moment", sa.String(16), primary_key=True),
            sa.Column("data", sa.JSON, nullable=False),
            _text("observed_at"),
        ),
        "checks": sa.Table(
            "patch_checks",
            metadata,
            _key("run_id", "patch_runs.run_id"),
            _key("node_id"),
            _key("name"),
            sa.Column("position", sa.Integer, nullable=False),
            sa.Column("status", sa.String(32), nullable=False),
            _text("detail"),
        ),
    }
