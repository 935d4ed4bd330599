# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the module patch_gate does."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any

from .._core.judge import command_checks
from .scope import LedgerScope
from .scope_args import WAVE_ARGS, open_wave_ledger
from .seen import planned_nodes
from .waves import JoinedWave, Override, close_wave, join_wave

HELD_SHOWN = 200

GATE_ARGS: dict[str, Any] = {
    **WAVE_ARGS,
    "state": {"type": "str", "choices": ["joined", "closed"], "default": "joined"},
    "node_ids": {"type": "list", "elements": "str", "default": []},
    "override_reason": {"type": "str", "default": ""},
    "override_by": {"type": "str", "default": ""},
    "reason": {"type": "str", "default": "the wave ended before this node had a verdict"},
}
GATE_RULES: dict[str, Any] = {"required_if": [("state", "closed", ("wave",))]}


def gate(params: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
    """Join or close a wave; see the module's documentation for the result."""
    if params["state"] == "closed":
        return _close(params, check_mode)
    if check_mode:
        return {"changed": False, **_answer(None, "not evaluated in check mode"), "going": len(params["node_ids"])}
    ledger = open_wave_ledger(params)
    override = Override(params["override_reason"].strip(), params["override_by"])
    joined = join_wave(ledger, params["run_id"], params["batch"], params["node_ids"], override)
    checks: list[dict[str, Any]] = []
    if joined.opened:
        scope = LedgerScope(ledger, params["run_id"], params["batch"], joined.wave, "verify")
        checks = command_checks(planned_nodes(scope))
    return {
        "changed": bool(joined.wave),
        **_answer(joined.opened, joined.reason),
        "wave": joined.wave,
        "going": len(joined.going),
        "held": dict(islice(joined.held.items(), HELD_SHOWN)),
        "unknown": list(joined.unknown),
        "providers": list(joined.providers),
        "command_checks": checks,
        "warnings": _warnings(params["batch"], joined),
    }


def _answer(opened: bool | None, reason: str) -> dict[str, Any]:
    return {
        "opened": opened,
        "reason": reason,
        "wave": 0,
        "going": 0,
        "held": {},
        "unknown": [],
        "providers": [],
        "command_checks": [],
    }


def _warnings(batch: str, joined: JoinedWave) -> list[str]:
    if not joined.unknown or not joined.wave:
        return []
    shown = ", ".join(joined.unknown[:3]) + (" …" if len(joined.unknown) > 3 else "")
    return [f"nothing is done to {len(joined.unknown)} hosts that the plan does not have in {batch}: {shown}"]


def _close(params: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
    if check_mode or not params["wave"]:
        return {"changed": False, "left": []}
    left = close_wave(open_wave_ledger(params), params["run_id"], params["batch"], params["wave"], params["reason"])
    return {"changed": bool(left), "left": left}
