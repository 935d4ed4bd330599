# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of ``ec2_power`` and ``ec2_power_info``: from their options to what they answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from .._core.errors import InputError
from .._core.node_summary import summarize
from .._core.nodes import Node
from .._core.polling import Progress, look_until, names_of
from .._core.scope import Scope
from .._core.targets import on_targets, targets_of
from .._ledger.scope_args import open_scope
from .instances import is_hybrid
from .module import session_of
from .nodes import aws_nodes
from .power import POLLER, PowerOutcome, PowerWork, power_diff, settle_intended
from .power_plan import HYBRID
from .power_wait import PowerWaiter, Wanted, wanted_of_scope


def set_power(module: Any) -> dict[str, Any]:
    """Bring the nodes of the scope into a power state; answers what was changed."""
    params = module.params
    state = params["state"]
    scope = open_scope(params, module.check_mode, "power")
    session = session_of(module)
    failures: dict[str, str] = {}
    if state == "restored":
        busy = scope.busy()
        nodes = [node for node in aws_nodes(scope.wave_nodes(), params["node_ids"]) if node.node_id not in busy]
    else:
        scope.require_open_gate()
        failures.update(settle_intended(scope))
        nodes = aws_nodes(scope.nodes(), params["node_ids"])
    requested_at = datetime.now(UTC).isoformat()
    remembered = scope.remembered_power()
    work = PowerWork(scope, state, remembered, module.check_mode)
    answers = on_targets(session, targets_of(_uncovered(scope, state, nodes), session.region), work)
    outcomes = [outcome for _target, outcome in answers.answers]
    for target, error in answers.errors:
        failures.update(dict.fromkeys((node.node_id for node in target.items), str(error)))
    failures.update(_failures(outcomes, params["on_unsupported"]))
    if not module.check_mode and state != "restored":
        scope.fail(failures)
        _pass_over(scope, nodes, outcomes, failures)
    changed = [node_id for outcome in outcomes for node_id in outcome.changed]
    answer: dict[str, Any] = {
        "changed": bool(changed),
        "nodes": summarize(nodes, changed, failures),
        "requested_at": requested_at,
        "diff": power_diff([outcome.plan for outcome in outcomes]),
    }
    if scope.run_id is None:
        answer["power_before"] = {key: state for outcome in outcomes for key, state in outcome.plan.before.items()}
        answer["changed_node_ids"] = changed
    return answer


def wait_for_power(module: Any) -> dict[str, Any]:
    """Wait until nodes have reached a power state; answers progress."""
    params = module.params
    scope = open_scope(params, module.check_mode, "power")
    session = session_of(module)
    progress = Progress()
    if scope.run_id is None:
        wanted = _wanted(params, aws_nodes(scope.nodes(), params["node_ids"]), session.region)
        known = scope.nodes()
    else:
        wanted = wanted_of_scope(scope, POLLER, progress)
        known = scope.wave_nodes()
    waiter = PowerWaiter(session, scope, wanted, params["agent"], progress)
    look_until(waiter.look, params["wait_timeout"])
    names = names_of(known)
    nodes = [Node(node_id, names.get(node_id, "")) for node_id in sorted(progress.nodes)]
    answer: dict[str, Any] = {
        "changed": False,
        "nodes": summarize(nodes, (), waiter.failures),
        "progress": progress.to_dict(names),
    }
    if scope.run_id is None:
        answer["power_states"] = waiter.states
    return answer


def _uncovered(scope: Scope, state: str, nodes: Sequence[Node]) -> list[Node]:
    """The nodes that this phase has not restarted yet; the other states may be asked for any number of times."""
    covered = scope.covered("power_restart") if state == "restarted" else set()
    return [node for node in nodes if node.node_id not in covered]


def _failures(outcomes: Sequence[PowerOutcome], on_unsupported: str) -> dict[str, str]:
    failures: dict[str, str] = {}
    for outcome in outcomes:
        failures.update(outcome.failures)
        if on_unsupported == "fail":
            failures.update(outcome.plan.unsupported)
    return failures


def _pass_over(
    scope: Scope, nodes: Sequence[Node], outcomes: Sequence[PowerOutcome], failures: Mapping[str, str]
) -> None:
    passed_over = {node_id for outcome in outcomes for node_id in outcome.plan.unsupported} - set(failures)
    scope.phase_ended([node for node in nodes if node.node_id in passed_over], "skipped", HYBRID)


def _wanted(params: Mapping[str, Any], nodes: Sequence[Node], region: str) -> list[Wanted]:
    if not params["state"]:
        raise InputError("state", params["state"], "started, stopped or restarted, when no run_id is given")
    since = _moment(params["since"])
    return [
        Wanted(target.account, target.region, params["state"], ids, since)
        for target in targets_of(nodes, region)
        if (ids := tuple(node.node_id for node in target.items if not is_hybrid(node.node_id)))
    ]


def _moment(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError("since", text, "a time in ISO 8601") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
