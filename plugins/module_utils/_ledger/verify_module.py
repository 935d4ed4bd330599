# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the module patch_verify does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from .._core.judge import SeenNode, http_label, judge
from .._core.pool import map_side_by_side
from .._core.states import FAILED, NOT_CHECKED, PASSED
from .._core.verify import CheckResult, Verdict
from .._http_check import HttpSettings, check_http
from .scope import LedgerScope
from .scope_args import WAVE_ARGS, open_wave_ledger
from .seen import keep_observations, seen_nodes, write_verdicts

SHOWN = 200

VERIFY_ARGS: dict[str, Any] = {
    **WAVE_ARGS,
    "wave": {"type": "int", "required": True},
    "http_timeout": {"type": "int", "default": 10},
    "http_retries": {"type": "int", "default": 5},
    "http_delay": {"type": "float", "default": 3},
    "validate_certs": {"type": "bool", "default": True},
    "ca_path": {"type": "path"},
}


def verify_wave(params: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
    """Give each node of the wave its verdict; see the module's documentation for the result."""
    if check_mode:
        return _result({}) | {"summary": "not verified in check mode"}
    ledger = open_wave_ledger(params)
    scope = LedgerScope(ledger, params["run_id"], params["batch"], params["wave"], "verify")
    scope.require_open_gate()
    keep_observations(LedgerScope(ledger, params["run_id"], params["batch"], params["wave"], "observe_after"), "after")
    seen = seen_nodes(scope)
    nodes = [item.node for item in seen]
    scope.phase_started(nodes)
    http = _http(seen, params)
    verdicts = {item.node.node_id: judge(item, http) for item in seen}
    for status in (PASSED, FAILED, NOT_CHECKED):
        scope.phase_ended([node for node in nodes if verdicts[node.node_id].verdict == status], status)
    write_verdicts(scope, verdicts)
    return _result(verdicts)


def _http(seen: Sequence[SeenNode], params: Mapping[str, Any]) -> dict[str, CheckResult]:
    """The HTTP checks of all nodes, each URL asked once, side by side."""
    wanted = {http_label(check): check for item in seen for check in item.checks if check["kind"] == "http"}
    settings = HttpSettings(
        timeout=params["http_timeout"],
        retries=params["http_retries"],
        delay=params["http_delay"],
        validate_certs=params["validate_certs"],
        ca_path=params["ca_path"],
    )

    def ask(label: str) -> CheckResult:
        check = wanted[label]
        return check_http(label, str(check["target"]), int(check.get("status") or 200), settings)

    answers = map_side_by_side(ask, wanted)
    return {
        label: answer if isinstance(answer, CheckResult) else CheckResult(label, NOT_CHECKED, str(answer))
        for label, answer in answers
    }


def _result(verdicts: Mapping[str, Verdict]) -> dict[str, Any]:
    counts = Counter(verdict.verdict for verdict in verdicts.values())
    bad = {node_id: verdict.reason for node_id, verdict in verdicts.items() if verdict.verdict != PASSED}
    named = {name: counts[name] for name in (PASSED, FAILED, NOT_CHECKED)}
    words = ", ".join(f"{number} {name.replace('_', ' ')}" for name, number in named.items() if number)
    return {
        "changed": bool(verdicts),
        "verdicts": named,
        "not_passed": dict(islice(bad.items(), SHOWN)),
        "summary": words or "no node was left to verify",
    }
