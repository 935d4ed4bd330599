# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts, stops and restarts instances, remembering what they were before."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from .._core.errors import CloudError, OutcomeUnknown
from .._core.nodes import Node
from .._core.polling import look_until
from .._core.scope import NodeResult, Scope
from .._core.targets import Target, chunks
from .client import Connection
from .errors import speaks_of_caller
from .instances import Instance, create_tags, delete_tags, instances_by_id, is_hybrid
from .managed import managed_nodes
from .power_plan import BEFORE_TAG, PowerPlan, plan_power, transient

POLLER = "ec2_power_info"
INSTANCES_A_REQUEST = 50
"""Instances in one request, so that a request that is refused because of one of them is soon divided."""

REST_SECONDS = 180
"""How long to wait for an instance that is still stopping or starting, before it is brought into another state."""

_OPERATIONS = {"start": "start_instances", "stop": "stop_instances", "restart": "reboot_instances"}
_REACHED = {"start": "started", "stop": "stopped", "restart": "restarted"}


@dataclass(slots=True)
class PowerOutcome:
    """What was done in one account and region."""

    plan: PowerPlan
    changed: list[str] = field(default_factory=list)
    failures: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PowerWork:
    """Brings nodes into a power state for one scope. ``remembered`` is what the ledger knows of them."""

    scope: Scope
    state: str
    remembered: Mapping[str, str]
    check_mode: bool = False
    rest_seconds: float = REST_SECONDS
    wait: Callable[[Callable[[], bool], float], None] = look_until

    def __call__(self, connection: Connection, target: Target[Node]) -> PowerOutcome:
        """The work in one account and region: look, plan, apply."""
        node_ids = [node.node_id for node in target.items]
        instances = self._at_rest(connection, node_ids)
        plan = plan_power(self.state, target.items, instances, self.remembered, self._online(connection, node_ids))
        outcome = PowerOutcome(plan, failures=dict(plan.failures))
        if self.check_mode:
            outcome.changed = plan.touched
            return outcome
        self._apply(connection, target, plan, outcome)
        return outcome

    def _online(self, connection: Connection, node_ids: Sequence[str]) -> list[str]:
        """The hybrid nodes whose agent answers; asked for only where it decides."""
        hybrid = [node_id for node_id in node_ids if is_hybrid(node_id)]
        if self.state != "started" or not hybrid:
            return []
        return [
            node_id
            for node_id, entry in managed_nodes(connection, hybrid).items()
            if entry.get("PingStatus") == "Online"
        ]

    def _at_rest(self, connection: Connection, node_ids: Sequence[str]) -> dict[str, Instance]:
        found: dict[str, Instance] = {}

        def look() -> bool:
            found.update(instances_by_id(connection, node_ids))
            return self.check_mode or not transient(found, self.state)

        self.wait(look, self.rest_seconds)
        return found

    def _apply(self, connection: Connection, target: Target[Node], plan: PowerPlan, outcome: PowerOutcome) -> None:
        nodes = {node.node_id: node for node in target.items}
        if self.state != "restored":
            self.scope.remember_power(plan.before)
            self.scope.phase_started([nodes[node_id] for node_id in (*plan.touched, *plan.settled)])
        if plan.tag:
            create_tags(connection, plan.tag, {BEFORE_TAG: "stopped"})
        for action, node_ids in (("start", plan.start), ("stop", plan.stop), ("restart", plan.restart)):
            for part in chunks(node_ids, INSTANCES_A_REQUEST):
                self._send(connection, action, [nodes[node_id] for node_id in part], outcome)
        settled = [nodes[node_id] for node_id in plan.settled]
        if self.state == "restored":
            self._restored(connection, plan, outcome)
        else:
            self.scope.phase_ended(settled, "passed", f"was {_REACHED.get(self.state, self.state)} already")

    def _restored(self, connection: Connection, plan: PowerPlan, outcome: PowerOutcome) -> None:
        done = [node_id for node_id in plan.untag if node_id not in outcome.failures]
        if done:
            delete_tags(connection, done, [BEFORE_TAG])
        self.scope.power_restored(node_id for node_id in (*plan.stop, *plan.settled) if node_id not in outcome.failures)

    def _send(self, connection: Connection, action: str, nodes: Sequence[Node], outcome: PowerOutcome) -> None:
        """One request; when it is refused because of one of several nodes, each half on its own."""
        operation_id = self.scope.intend(
            f"power_{'restore' if self.state == 'restored' else action}",
            nodes,
            poller=POLLER,
            account=connection.account,
            region=connection.region,
            request={"state": _REACHED[action], "requested_at": datetime.now(UTC).isoformat()},
        )
        send = connection.send_once if action == "restart" else connection.call
        node_ids = [node.node_id for node in nodes]
        doing = f"{action} {', '.join(node.shown for node in nodes[:3])}{' and others' if len(nodes) > 3 else ''}"
        try:
            send("ec2", _OPERATIONS[action], doing, InstanceIds=node_ids)
        except OutcomeUnknown as error:
            self._failed(operation_id, nodes, f"{error} It was not repeated: look whether it restarted", outcome)
        except CloudError as error:
            if len(nodes) > 1 and error.lasting and not speaks_of_caller(error.code):
                self.scope.not_sent(operation_id, str(error))
                middle = len(nodes) // 2
                self._send(connection, action, nodes[:middle], outcome)
                self._send(connection, action, nodes[middle:], outcome)
            else:
                self._failed(operation_id, nodes, str(error), outcome)
        else:
            self.scope.sent(operation_id, _REACHED[action])
            outcome.changed.extend(node_ids)

    def _failed(self, operation_id: str, nodes: Sequence[Node], reason: str, outcome: PowerOutcome) -> None:
        outcome.failures.update(dict.fromkeys((node.node_id for node in nodes), reason))
        self.scope.results(operation_id, [NodeResult(node.node_id, "failed", reason) for node in nodes])


def settle_intended(scope: Scope) -> dict[str, str]:
    """Settle what a controller that stopped had intended.

    Starting and stopping may be asked for again; whether a restart happened cannot be told, so its nodes are answered
    with the reason why they fail.
    """
    unknown: dict[str, str] = {}
    for operation in scope.operations(POLLER, ("intended",)):
        if operation.kind != "power_restart":
            scope.not_sent(operation.operation_id, "not known to have been sent; it may be asked for again")
            continue
        reason = "a restart was asked for before the run broke off; whether it happened is not known"
        unknown.update(dict.fromkeys(operation.node_ids, reason))
        scope.results(operation.operation_id, [NodeResult(node_id, "failed", reason) for node_id in operation.node_ids])
    return unknown


def power_diff(plans: Sequence[PowerPlan]) -> dict[str, Any]:
    """The difference that the plans make, for ``--diff``."""
    before: dict[str, str] = {}
    after: dict[str, str] = {}
    for plan in plans:
        for node_id in plan.start:
            before[node_id], after[node_id] = "stopped", "running"
        for node_id in plan.stop:
            before[node_id], after[node_id] = "running", "stopped"
        for node_id in plan.restart:
            before[node_id], after[node_id] = "running", "restarted"
    return {"before": before, "after": after}
