# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the module patch_gate does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from .._core.judge import command_checks
from .._core.nodes import Node
from .._core.states import SKIPPED
from .._core.wave import application_hooks, approvals, reboot_modes
from .scope import LedgerScope
from .scope_args import WAVE_ARGS, open_wave_ledger
from .seen import hold_nodes, planned_nodes, waiting_for_reboot
from .store import now
from .waves import JoinedWave, Override, approve_reboot, close_wave, first_opened, join_wave

HELD_SHOWN = 200

GATE_ARGS: dict[str, Any] = {
    **WAVE_ARGS,
    "state": {"type": "str", "choices": ["joined", "reboot", "power", "closed"], "default": "joined"},
    "node_ids": {"type": "list", "elements": "str", "default": []},
    "nodes": {"type": "list", "elements": "dict"},
    "override_reason": {"type": "str", "default": ""},
    "override_by": {"type": "str", "default": ""},
    "approval": {"type": "str", "default": ""},
    "reason": {"type": "str", "default": "the wave ended before this node had a verdict"},
}
GATE_RULES: dict[str, Any] = {"required_if": [("state", state, ("wave",)) for state in ("closed", "power", "reboot")]}

Planned = Sequence[tuple[Node, Mapping[str, Any]]]


def gate(params: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
    """Join a wave, let it reboot or close it; see the module's documentation for the result."""
    if params["state"] == "closed":
        return _close(params, check_mode)
    if params["state"] == "power":
        return _power(params, check_mode)
    if params["state"] == "reboot":
        return _reboot(params, check_mode)
    return _predict(params) if check_mode else _join(params)


def _predict(params: Mapping[str, Any]) -> dict[str, Any]:
    wanted = set(params["node_ids"])
    planned = [
        (Node.from_dict(entry["node"]), entry["plan"])
        for entry in params["nodes"] or ()
        if entry["node"]["node_id"] in wanted and entry["batch"] == params["batch"]
    ]
    return {
        "changed": bool(planned),
        "batch": params["batch"],
        "opened": None,
        "reason": "the gate is not evaluated in check mode",
        "wave": 0,
        "going": len(planned),
        "held": {},
        "unknown": sorted(wanted - {node.node_id for node, _plan in planned}),
        "nodes": [node.to_dict() for node, _plan in planned],
        **_work(planned),
    }


def _join(params: Mapping[str, Any]) -> dict[str, Any]:
    ledger = open_wave_ledger(params)
    override = Override(params["override_reason"].strip(), params["override_by"])
    joined = join_wave(ledger, params["run_id"], params["batch"], params["node_ids"], override)
    planned: Planned = []
    if joined.opened:
        scope = LedgerScope(ledger, params["run_id"], params["batch"], joined.wave, "snapshot")
        planned = planned_nodes(scope)
        unprotected = [node for node, plan in planned if plan.get("snapshot") == "none"]
        scope.phase_ended(unprotected, SKIPPED, "without a snapshot, as the policy allows")
    return {
        "changed": bool(joined.wave),
        "batch": params["batch"],
        "opened": joined.opened,
        "reason": joined.reason,
        "wave": joined.wave,
        "going": len(joined.going),
        "held": dict(islice(joined.held.items(), HELD_SHOWN)),
        "unknown": list(joined.unknown),
        **_work(planned),
        "joined_at": first_opened(ledger, params["run_id"], params["batch"], joined.wave) or now(),
        "warnings": _warnings(params["batch"], joined),
    }


def _work(planned: Planned) -> dict[str, Any]:
    """What the roles need to know of the nodes that may go."""
    return {
        "providers": sorted({node.provider for node, _plan in planned}),
        "command_checks": command_checks(planned),
        "agent_node_ids": [node.node_id for node, plan in planned if plan.get("update_agent")],
        "joined_at": now(),
        "hooks": application_hooks(planned),
        "reboot_modes": reboot_modes(planned),
        "approvals": approvals(planned),
    }


def _warnings(batch: str, joined: JoinedWave) -> list[str]:
    if not joined.unknown or not joined.wave:
        return []
    shown = ", ".join(joined.unknown[:3]) + (" …" if len(joined.unknown) > 3 else "")
    return [f"nothing is done to {len(joined.unknown)} hosts that the plan does not have in {batch}: {shown}"]


def _reboot(params: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
    approval = params["approval"].strip()
    if check_mode:
        return {"changed": False, "approved": bool(approval)}
    ledger = open_wave_ledger(params)
    scope = LedgerScope(ledger, params["run_id"], params["batch"], params["wave"], "reboot")
    asked = [node for node in scope.nodes() if node.node_id in set(params["node_ids"])]
    pending = waiting_for_reboot(scope)
    scope.phase_ended([node for node in asked if node.node_id not in pending], SKIPPED, "no patch waits for a reboot")
    waiting = [node.node_id for node in asked if node.node_id in pending]
    if approval and waiting:
        approve_reboot(ledger, params["run_id"], params["batch"], params["wave"], approval)
    elif waiting:
        hold_nodes(scope, waiting, "installed; the reboot waits for an approval (patch_reboot_approval)")
    return {"changed": bool(waiting), "approved": bool(approval)}


def _power(params: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
    if check_mode:
        return {"changed": False, "stopped_before": []}
    scope = LedgerScope(open_wave_ledger(params), params["run_id"], params["batch"], params["wave"], "power")
    stopped = [node_id for node_id, state in scope.remembered_power().items() if state == "stopped"]
    return {"changed": False, "stopped_before": stopped}


def _close(params: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
    if check_mode or not params["wave"]:
        return {"changed": False, "left": []}
    left = close_wave(open_wave_ledger(params), params["run_id"], params["batch"], params["wave"], params["reason"])
    return {"changed": bool(left), "left": left}
