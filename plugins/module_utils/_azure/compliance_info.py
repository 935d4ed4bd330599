# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of ``azure_patch_compliance_info``: from its options to what it answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from .._core.approve import ApprovalRule
from .._core.errors import InputError
from .._core.node_summary import MOST_FAILURES
from .._core.nodes import Node, canonical_id
from .._core.patches import COUNTS, PatchState, not_checked
from .._core.scope import Scope
from .._ledger.scope_args import open_scope
from .compliance import state_of
from .module import session_of
from .nodes import azure_nodes
from .patch_reports import OfTheGraph, OfTheRun, Report

_SCOPE_OF_RULE = ("node_ids", "os_family")


def read_compliance(module: Any) -> dict[str, Any]:
    """Read the patch state of the nodes of the scope; in a run with ``when`` it is written to the ledger."""
    params = module.params
    rules = Rules(params["approvals"] or ())
    since = _moment(params["installed_since"])
    scope = open_scope(params, module.check_mode, "observe")
    nodes = azure_nodes(scope.nodes(), params["node_ids"])
    stopped_short = _stopped_short(scope, nodes) if params["when"] == "after" else []
    session = session_of(module)
    if scope.run_id is None:
        reports = OfTheGraph(session, since).read(nodes)
    else:
        source = OfTheRun(session, scope, params["graph_timeout"], installed=params["when"] == "after")
        reports = source.read([*nodes, *stopped_short])
    now = datetime.now(UTC)
    states = {node.node_id: _state(reports[node.node_id], rules.of(node), now) for node in [*nodes, *stopped_short]}
    silent = {node.node_id for node in stopped_short if reports[node.node_id].installation is None}
    if params["when"]:
        scope.record_patches(params["when"], {key: value for key, value in states.items() if key not in silent})
    return _answer(nodes, states, details=scope.run_id is None)


class Rules:
    """The option ``approvals``. Raises InputError for a rule that cannot be used."""

    def __init__(self, given: Sequence[Mapping[str, Any]]) -> None:
        known = {*_SCOPE_OF_RULE, *ApprovalRule.__dataclass_fields__}
        self._rules: list[tuple[set[str], str, ApprovalRule]] = []
        for entry in given:
            unknown = sorted(set(entry) - known)
            if unknown:
                raise InputError("approvals", unknown[0], ", ".join(sorted(known)))
            ids = {canonical_id(str(node_id)) for node_id in entry.get("node_ids") or ()}
            family = str(entry.get("os_family") or "")
            if not ids and not family:
                raise InputError("approvals", dict(entry), "rules with node_ids or os_family, which say for whom it is")
            rule = {key: value for key, value in entry.items() if key not in _SCOPE_OF_RULE}
            self._rules.append((ids, family, ApprovalRule.from_dict(rule)))

    def of(self, node: Node) -> ApprovalRule:
        """The rule for a node: by its id, else by its family, else one that approves all."""
        for ids, family, rule in self._rules:
            if node.node_id in ids and family in ("", node.os_family):
                return rule
        for ids, family, rule in self._rules:
            if not ids and family == node.os_family:
                return rule
        return ApprovalRule()


def _state(report: Report, rule: ApprovalRule, now: datetime) -> PatchState:
    if report.not_checked:
        return not_checked(report.not_checked)
    return state_of(report.assessment, report.installation, rule, now)


def _stopped_short(scope: Scope, going: Sequence[Node]) -> list[Node]:
    """Nodes of the wave that no longer go, after an install was sent to them: what it did explains why they stopped."""
    known = {node.node_id for node in going}
    reached = scope.reached("install") - known
    return azure_nodes([node for node in scope.wave_nodes() if node.node_id in reached])


def _answer(nodes: Sequence[Node], states: Mapping[str, PatchState], *, details: bool) -> dict[str, Any]:
    unknown = [node for node in nodes if states[node.node_id]["not_checked"]]
    answer: dict[str, Any] = {
        "changed": False,
        "total": len(nodes),
        "counts": {name: sum(states[node.node_id]["counts"][name] for node in nodes) for name in COUNTS},
        "not_checked": [
            {"node_id": node.node_id, "name": node.name, "reason": states[node.node_id]["not_checked"]}
            for node in unknown[:MOST_FAILURES]
        ],
        "not_checked_omitted": max(0, len(unknown) - MOST_FAILURES),
    }
    if details:
        answer["patch_states"] = [{"node_id": node.node_id, **states[node.node_id]} for node in nodes]
    return answer


def _moment(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError("installed_since", text, "a time in ISO 8601") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
