# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of ``ssm_patch_compliance_info``: from its options to what it answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from .._core.errors import InputError
from .._core.node_summary import MOST_FAILURES
from .._core.nodes import Node
from .._core.patches import COUNTS, PatchState, not_checked
from .._core.scope import Scope, report_id
from .._core.targets import Target, on_targets, targets_of
from .._ledger.scope_args import open_scope
from .client import Connection
from .compliance import REPORT_PATIENCE, patch_states
from .module import session_of
from .nodes import aws_nodes
from .report_times import new_enough_from


def read_compliance(module: Any) -> dict[str, Any]:
    """Read the patch state of the nodes of the scope; in a run with ``when`` it is written to the ledger."""
    params = module.params
    scope = open_scope(params, module.check_mode, "observe")
    nodes = aws_nodes(scope.nodes(), params["node_ids"])
    stopped_short = _stopped_short(scope, nodes) if params["when"] == "after" else []
    since = _moment(params["installed_since"])
    session = session_of(module)

    waited_for = {node.node_id for node in nodes}
    phase = "install" if params.get("phase") == "reboot" else params.get("phase") or "observe"
    # In check mode nothing was sent of which a report could come.
    run = params if scope.run_id else {**params, "run_id": None}
    going = report_id({**run, "phase": phase}, phase)
    source = open_scope({**params, "phase": phase}, module.check_mode, phase)
    installed = report_id({**run, "phase": "install"}, "install")

    def read(connection: Connection, target: Target[Node]) -> dict[str, PatchState]:
        wanted = [node.node_id for node in target.items if node.node_id in waited_for]
        others = [node.node_id for node in target.items if node.node_id not in waited_for]
        patience = REPORT_PATIENCE if going else 0.0
        asked = partial(new_enough_from, connection, source)
        states = patch_states(connection, wanted, since, going, patience, asked) if wanted else {}
        return states | (patch_states(connection, others, since, installed) if others else {})

    answers = on_targets(session, targets_of([*nodes, *stopped_short], session.region), read)
    states = {node_id: state for _target, found in answers.answers for node_id, state in found.items()}
    for target, error in answers.errors:
        states.update({node.node_id: not_checked(str(error)) for node in target.items})
    silent = {node.node_id for node in stopped_short if states[node.node_id]["not_checked"]}
    states = {node_id: state for node_id, state in states.items() if node_id not in silent}
    if params["when"]:
        scope.record_patches(params["when"], states)
    unknown = [node for node in nodes if states[node.node_id]["not_checked"]]
    answer: dict[str, Any] = {
        "changed": False,
        "total": len(nodes),
        "counts": _totals({node.node_id: states[node.node_id] for node in nodes}),
        "not_checked": [
            {"node_id": node.node_id, "name": node.name, "reason": states[node.node_id]["not_checked"]}
            for node in unknown[:MOST_FAILURES]
        ],
        "not_checked_omitted": max(0, len(unknown) - MOST_FAILURES),
    }
    if scope.run_id is None:
        answer["patch_states"] = [{"node_id": node.node_id, **states[node.node_id]} for node in nodes]
    return answer


def _stopped_short(scope: Scope, going: Sequence[Node]) -> list[Node]:
    """Nodes of the wave that no longer go, after an install was sent to them: what it did explains why they stopped.

    They are only read. What they report tells something when it is from the install itself.
    """
    known = {node.node_id for node in going}
    reached = scope.reached("install") - known
    return aws_nodes([node for node in scope.wave_nodes() if node.node_id in reached])


def _totals(states: Mapping[str, PatchState]) -> dict[str, int]:
    return {name: sum(state["counts"][name] for state in states.values()) for name in COUNTS}


def _moment(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError("installed_since", text, "a time in ISO 8601") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
