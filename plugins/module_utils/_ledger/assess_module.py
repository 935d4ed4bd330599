# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the module patch_assess does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from .._core.judge import INSTALL, NOTHING, REFUSE, SeenNode, assess
from .._core.states import SKIPPED
from .operations import nodes_reached
from .runs import require_run
from .scope import LedgerScope
from .scope_args import WAVE_ARGS, open_wave_ledger
from .seen import hold_nodes, keep_observations, seen_nodes
from .store import Ledger

REFUSED_SHOWN = 200

ASSESS_ARGS: dict[str, Any] = {**WAVE_ARGS, "wave": {"type": "int", "required": True}}


def assess_wave(params: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
    """Decide for each node of the wave; see the module's documentation for the result."""
    if check_mode:
        return _result([], {}, [], 0, 0) | {"summary": "not decided in check mode"}
    ledger = open_wave_ledger(params)
    scope = LedgerScope(ledger, params["run_id"], params["batch"], params["wave"], "observe")
    scope.require_open_gate()
    keep_observations(scope, "before")
    seen = seen_nodes(scope)
    # What a run that goes on has sent already is waited for and verified, whatever is thought of it now.
    begun = nodes_reached(ledger, params["run_id"], "install")
    going_on = [node for node in seen if node.node.node_id in begun]
    decided = [(node, *assess(node)) for node in seen if node.node.node_id not in begun]
    refused = {node.node.node_id: why for node, what, why in decided if what == REFUSE}
    scope.fail(refused)
    up_to_date = [node for node, what, _why in decided if what == NOTHING]
    _skip(ledger, params, up_to_date)
    install = [node for node, what, _why in decided if what == INSTALL]
    held = _hold_when_late(ledger, scope, install)
    if held:
        install = []
    return _result([*going_on, *install], refused, up_to_date, held, len(seen))


def _skip(ledger: Ledger, params: Mapping[str, Any], nodes: Sequence[SeenNode]) -> None:
    for phase in ("install", "reboot", "observe_after"):
        scope = LedgerScope(ledger, params["run_id"], params["batch"], params["wave"], phase)
        scope.phase_ended([node.node for node in nodes], SKIPPED, "nothing to install")


def _hold_when_late(ledger: Ledger, scope: LedgerScope, install: Sequence[SeenNode]) -> int:
    deadline = require_run(ledger, scope.run_id or "").deadline
    if not deadline or datetime.now(UTC) < datetime.fromisoformat(deadline):
        return 0
    reason = f"the slot's cutoff was at {deadline}: too little of the window is left to install anything"
    hold_nodes(scope, [node.node.node_id for node in install], reason)
    return len(install)


def _result(
    install: Sequence[SeenNode], refused: Mapping[str, str], up_to_date: Sequence[SeenNode], held: int, total: int
) -> dict[str, Any]:
    patches = sum(_lacking(node) for node in install)
    parts = [f"{len(install)} of {total} nodes get {patches} patches"]
    if up_to_date:
        parts.append(f"{len(up_to_date)} lack nothing")
    if refused:
        parts.append(f"{len(refused)} refused")
    if held:
        parts.append(f"{held} held because the slot ends")
    return {
        "changed": bool(refused or up_to_date or held),
        "install": len(install),
        "patches": patches,
        "up_to_date": len(up_to_date),
        "refused": dict(islice(refused.items(), REFUSED_SHOWN)),
        "held": held,
        "summary": ", ".join(parts),
    }


def _lacking(node: SeenNode) -> int:
    counts = (node.patches_before or {}).get("counts") or {}
    return int(counts.get("missing", 0)) + int(counts.get("failed", 0))
