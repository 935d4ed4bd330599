# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module that sets the power of nodes does with its options, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic

from .node_summary import summarize
from .nodes import Node
from .power import RESTART, Connected, PowerOutcome, PowerWork, settle_intended
from .power_plan import DEALLOCATED, RUNNING, STOPPED, PowerPlan
from .scope import Scope
from .targets import Session, on_targets, targets_of

_SHOWN = {"start": RUNNING, "stop": STOPPED, "deallocate": DEALLOCATED, "restart": "restarted"}


@dataclass(frozen=True, slots=True)
class PowerOrder(Generic[Connected]):
    """What the options of a module ask for: bring the nodes of a scope into ``state``.

    ``choose`` gives the cloud's nodes among those of the scope; ``region`` is for nodes that name none. ``work_of``
    makes the work, of the scope and of what is remembered.
    """

    scope: Scope
    session: Session[Connected]
    region: str
    state: str
    choose: Callable[[Iterable[Node]], list[Node]]
    work_of: Callable[[Scope, Mapping[str, str]], PowerWork[Connected]]
    poller: str
    fail_unsupported: bool
    check_mode: bool


def set_power(order: PowerOrder[Connected]) -> dict[str, Any]:
    """Bring the nodes into the power state; answers what was changed. Raises :class:`PatchingError`."""
    scope, state = order.scope, order.state
    failures: dict[str, str] = {}
    if state == "restored":
        busy = scope.busy()
        nodes = [node for node in order.choose(scope.wave_nodes()) if node.node_id not in busy]
    else:
        scope.require_open_gate()
        failures.update(settle_intended(scope, order.poller))
        nodes = order.choose(scope.nodes())
    requested_at = datetime.now(UTC).isoformat()
    work = order.work_of(scope, scope.remembered_power())
    answers = on_targets(order.session, targets_of(_uncovered(scope, state, nodes), order.region), work)
    outcomes = [outcome for _target, outcome in answers.answers]
    for target, error in answers.errors:
        failures.update(dict.fromkeys((node.node_id for node in target.items), str(error)))
    for outcome in outcomes:
        failures.update(outcome.failures | (outcome.plan.unsupported if order.fail_unsupported else {}))
    if not order.check_mode and state != "restored":
        scope.fail(failures)
        _pass_over(scope, nodes, outcomes, failures)
    return _answer(scope, nodes, outcomes, failures, requested_at)


def _answer(
    scope: Scope,
    nodes: Sequence[Node],
    outcomes: Sequence[PowerOutcome],
    failures: Mapping[str, str],
    requested_at: str,
) -> dict[str, Any]:
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


def _uncovered(scope: Scope, state: str, nodes: Sequence[Node]) -> list[Node]:
    """The nodes that this phase has not restarted yet; the other states may be asked for any number of times."""
    covered = scope.covered(RESTART) if state == "restarted" else set()
    return [node for node in nodes if node.node_id not in covered]


def _pass_over(
    scope: Scope, nodes: Sequence[Node], outcomes: Sequence[PowerOutcome], failures: Mapping[str, str]
) -> None:
    """The phase ends as skipped for the nodes whose power cannot be controlled, each reason said once."""
    by_reason: dict[str, list[Node]] = {}
    unsupported = {node_id: reason for outcome in outcomes for node_id, reason in outcome.plan.unsupported.items()}
    for node in nodes:
        if node.node_id in unsupported and node.node_id not in failures:
            by_reason.setdefault(unsupported[node.node_id], []).append(node)
    for reason, skipped in by_reason.items():
        scope.phase_ended(skipped, "skipped", reason)


def power_diff(plans: Sequence[PowerPlan]) -> dict[str, Any]:
    """The difference that the plans make, for ``--diff``."""
    before: dict[str, str] = {}
    after: dict[str, str] = {}
    for plan in plans:
        for action, node_ids in plan.actions.items():
            for node_id in node_ids:
                before[node_id] = plan.before[node_id]
                after[node_id] = _SHOWN[action]
    return {"before": before, "after": after}
