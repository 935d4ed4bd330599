# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of ``ec2_snapshot_set`` and its info module: from their options to what they answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .._core.errors import CloudError, together
from .._core.node_summary import summarize
from .._core.nodes import Node
from .._core.polling import Progress, look_until
from .._core.scope import Scope
from .._core.targets import Target, on_targets, targets_of
from .._ledger.scope_args import open_scope
from .client import Connection
from .errors import speaks_of_caller
from .module import session_of
from .nodes import aws_nodes
from .snapshot_set import POLLER, SnapshotOutcome, SnapshotWork
from .snapshot_wait import SnapshotWaiter, WantedSet, wanted_of_scope
from .snapshots import Snapshot, sets_of_nodes

NO_SET = "it has no snapshot set that this collection made"


def make_snapshot_sets(module: Any) -> dict[str, Any]:
    """Make a snapshot set of each node of the scope; answers what was started."""
    params = module.params
    scope = open_scope(params, module.check_mode, "snapshot")
    scope.require_open_gate()
    nodes = aws_nodes(scope.nodes(), params["node_ids"])
    session = session_of(module)
    work = SnapshotWork(scope, params["tags"] or {}, params["description"], module.check_mode)
    answers = on_targets(session, targets_of(nodes, session.region), work)
    outcomes = [outcome for _target, outcome in answers.answers]
    _raise_when_nothing_went(outcomes)
    failures = _failures(outcomes, params["on_unsupported"])
    for target, error in answers.errors:
        failures.update(dict.fromkeys((node.node_id for node in target.items), str(error)))
    if not module.check_mode:
        scope.fail(failures)
        _pass_over(scope, nodes, outcomes, failures)
    for warning in (warning for outcome in outcomes for warning in outcome.warnings):
        module.warn(warning)
    created = [node_id for outcome in outcomes for node_id in outcome.created]
    answer: dict[str, Any] = {
        "changed": bool(created),
        "nodes": summarize(nodes, created, failures),
        "diff": {"before": {"snapshot_sets_of": []}, "after": {"snapshot_sets_of": created}},
    }
    if scope.run_id is None:
        answer["snapshot_sets"] = [
            {"node_id": node_id, "snapshots": snapshots}
            for outcome in outcomes
            for node_id, snapshots in outcome.sets.items()
        ]
    return answer


def wait_for_snapshot_sets(module: Any) -> dict[str, Any]:
    """Wait until snapshot sets are complete; answers progress."""
    params = module.params
    scope = open_scope(params, module.check_mode, "snapshot")
    session = session_of(module)
    progress, failures = Progress(), dict[str, str]()
    known = scope.wave_nodes()
    if scope.run_id is None:
        nodes = aws_nodes(known, params["node_ids"])
        progress.nodes.update(node.node_id for node in nodes)
        wanted = _newest(session, nodes, failures)
    else:
        wanted = wanted_of_scope(scope, POLLER, progress)
    waiter = SnapshotWaiter(session, scope, wanted, progress, failures)
    look_until(waiter.look, params["wait_timeout"])
    answer = waiter.answer(known)
    if scope.run_id is None:
        answer["snapshot_sets"] = [
            {"node_id": node_id, "snapshots": [snapshot.to_dict() for snapshot in snapshots]}
            for node_id, snapshots in waiter.seen.items()
        ]
    return answer


def _newest(session: Any, nodes: Sequence[Node], failures: dict[str, str]) -> list[WantedSet]:
    def read(connection: Connection, target: Target[Node]) -> dict[str, list[Snapshot]]:
        return sets_of_nodes(connection, [node.node_id for node in target.items])

    answers = on_targets(session, targets_of(nodes, session.region), read)
    if answers.errors:
        raise together([error for _target, error in answers.errors])
    wanted: list[WantedSet] = []
    for target, found in answers.answers:
        for node in target.items:
            ids = tuple(snapshot.snapshot_id for snapshot in found.get(node.node_id, ()))
            if ids:
                wanted.append(WantedSet(target.account, target.region, node.node_id, ids))
            else:
                failures[node.node_id] = NO_SET
    return wanted


def _raise_when_nothing_went(outcomes: Sequence[SnapshotOutcome]) -> None:
    """A refusal that concerns the caller and not a node, everywhere, is the whole call's failure."""
    errors = [error for outcome in outcomes for error in outcome.errors]
    went = any(outcome.sets for outcome in outcomes)
    if errors and not went and all(_of_the_call(error) for error in errors):
        raise together(errors)


def _of_the_call(error: CloudError) -> bool:
    return speaks_of_caller(error.code) or not error.lasting


def _failures(outcomes: Sequence[SnapshotOutcome], on_unsupported: str) -> dict[str, str]:
    failures: dict[str, str] = {}
    for outcome in outcomes:
        failures.update(outcome.failures)
        if on_unsupported == "fail":
            failures.update(outcome.plan.unsupported)
    return failures


def _pass_over(
    scope: Scope, nodes: Sequence[Node], outcomes: Sequence[SnapshotOutcome], failures: dict[str, str]
) -> None:
    for outcome in outcomes:
        for node_id, reason in outcome.plan.unsupported.items():
            if node_id not in failures:
                scope.phase_ended([node for node in nodes if node.node_id == node_id], "skipped", reason)
