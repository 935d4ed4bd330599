# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Brings machines into a power state, remembering what they were before; what a cloud has of its own is a control."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Generic, Protocol, TypeVar

from .errors import CloudError, OutcomeUnknown
from .nodes import Node
from .polling import look_until
from .pool import results
from .power_plan import Machine, PowerPlan, PowerRules, plan_power, transient
from .scope import NodeResult, Scope
from .targets import Target, chunks

REST_SECONDS = 180
"""How long to wait for a machine that is still stopping or starting, before it is brought into another state."""

REACHED = {"start": "started", "stop": "stopped", "deallocate": "deallocated", "restart": "restarted"}
"""The state that an action leads to."""

RESTART = "power_restart"
"""The only kind of operation that may not be asked for again."""


class PowerControl(Protocol):
    """The power of the machines of one account and region. Methods raise :class:`CloudError`."""

    @property
    def account(self) -> str:
        """The account or subscription."""

    @property
    def region(self) -> str:
        """The region, empty where the cloud has one endpoint for all."""

    def machines(self, nodes: Sequence[Node], state: str) -> Mapping[str, Machine]:
        """The machines that exist among the nodes, by node id; ``state`` is what they are to be brought into."""

    def mark(self, states: Mapping[str, str]) -> Mapping[str, str]:
        """Set the tag of power before on these nodes (id to value); answers those that failed, with the reason."""

    def unmark(self, marks: Mapping[str, str]) -> Mapping[str, str]:
        """Remove the tag, which has these values (by node id); answers those that failed, with the reason."""

    def send(self, action: str, nodes: Sequence[Node], doing: str) -> str:
        """Start, stop, deallocate or restart; answers a handle, empty where the service gives none."""

    def blames_one(self, error: CloudError) -> bool:
        """Whether a request for several nodes may have been refused because of one of them."""


Connected = TypeVar("Connected")


@dataclass(slots=True)
class PowerOutcome:
    """What was done in one account and region."""

    plan: PowerPlan
    changed: list[str] = field(default_factory=list)
    failures: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PowerWork(Generic[Connected]):
    """Brings nodes into a power state for one scope. ``remembered`` is what the ledger knows of them.

    ``at_once`` is the number of nodes in one request; the requests are sent side by side.
    """

    scope: Scope
    state: str
    remembered: Mapping[str, str]
    control_of: Callable[[Connected], PowerControl]
    rules: PowerRules
    poller: str
    at_once: int
    check_mode: bool = False
    rest_seconds: float = REST_SECONDS
    wait: Callable[[Callable[[], bool], float], None] = look_until

    def __call__(self, connection: Connected, target: Target[Node]) -> PowerOutcome:
        """The work in one account and region: look, plan, apply."""
        control = self.control_of(connection)
        machines = self._at_rest(control, target.items)
        plan = plan_power(self.state, target.items, machines, self.remembered, self.rules)
        outcome = PowerOutcome(plan, failures=dict(plan.failures))
        if self.check_mode:
            outcome.changed = plan.touched
            return outcome
        nodes = {node.node_id: node for node in target.items}
        if self.state == "restored":
            self._send_all(control, nodes, outcome)
            self._restored(control, machines, outcome)
            return outcome
        self.scope.remember_power(plan.remembered)
        self.scope.phase_started([nodes[node_id] for node_id in (*plan.touched, *plan.settled)])
        if plan.tag:
            outcome.failures.update(control.mark({node_id: plan.before[node_id] for node_id in plan.tag}))
        self._send_all(control, nodes, outcome)
        settled = [nodes[node_id] for node_id in plan.settled]
        self.scope.phase_ended(settled, "passed", f"was {self.state} already")
        return outcome

    def _at_rest(self, control: PowerControl, nodes: Sequence[Node]) -> dict[str, Machine]:
        found: dict[str, Machine] = {}

        def look() -> bool:
            found.clear()
            found.update(control.machines(nodes, self.state))
            return self.check_mode or not transient(found, self.state)

        self.wait(look, self.rest_seconds)
        return found

    def _restored(self, control: PowerControl, machines: Mapping[str, Machine], outcome: PowerOutcome) -> None:
        plan = outcome.plan
        done = {node_id: machines[node_id].mark for node_id in plan.untag if node_id not in outcome.failures}
        if done:
            outcome.failures.update(control.unmark(done))
        self.scope.power_restored(
            node_id for node_id in (*plan.touched, *plan.settled) if node_id not in outcome.failures
        )

    def _send_all(self, control: PowerControl, nodes: Mapping[str, Node], outcome: PowerOutcome) -> None:
        parts = [
            (action, [nodes[node_id] for node_id in part])
            for action, node_ids in outcome.plan.actions.items()
            for part in chunks([one for one in node_ids if one not in outcome.failures], self.at_once)
        ]
        results(lambda part: self._send(control, *part, outcome), parts)
        # The order in which the requests ended says nothing.
        outcome.changed = [node_id for node_id in outcome.plan.touched if node_id in set(outcome.changed)]

    def _send(self, control: PowerControl, action: str, nodes: Sequence[Node], outcome: PowerOutcome) -> None:
        """One request; when it is refused because of one of several nodes, each half on its own."""
        operation_id = self.scope.intend(
            f"power_{'restore' if self.state == 'restored' else action}",
            nodes,
            poller=self.poller,
            account=control.account,
            region=control.region,
            request={"state": REACHED[action], "requested_at": datetime.now(UTC).isoformat()},
        )
        doing = f"{action} {', '.join(node.shown for node in nodes[:3])}{' and others' if len(nodes) > 3 else ''}"
        try:
            handle = control.send(action, nodes, doing)
        except OutcomeUnknown as error:
            self._failed(operation_id, nodes, f"{error} It was not repeated: look whether it restarted", outcome)
        except CloudError as error:
            if len(nodes) > 1 and control.blames_one(error):
                self.scope.not_sent(operation_id, str(error))
                middle = len(nodes) // 2
                self._send(control, action, nodes[:middle], outcome)
                self._send(control, action, nodes[middle:], outcome)
            else:
                self._failed(operation_id, nodes, str(error), outcome)
        else:
            self.scope.sent(operation_id, handle or REACHED[action])
            outcome.changed.extend(node.node_id for node in nodes)

    def _failed(self, operation_id: str, nodes: Sequence[Node], reason: str, outcome: PowerOutcome) -> None:
        outcome.failures.update(dict.fromkeys((node.node_id for node in nodes), reason))
        self.scope.results(operation_id, [NodeResult(node.node_id, "failed", reason) for node in nodes])


def settle_intended(scope: Scope, poller: str) -> dict[str, str]:
    """Settle what a controller that stopped had intended.

    Starting and turning off may be asked for again; whether a restart happened cannot be told, so its nodes are
    answered with the reason why they fail.
    """
    unknown: dict[str, str] = {}
    for operation in scope.operations(poller, ("intended",)):
        if operation.kind != RESTART:
            scope.not_sent(operation.operation_id, "not known to have been sent; it may be asked for again")
            continue
        reason = "a restart was asked for before the run broke off; whether it happened is not known"
        unknown.update(dict.fromkeys(operation.node_ids, reason))
        scope.results(operation.operation_id, [NodeResult(node_id, "failed", reason) for node_id in operation.node_ids])
    return unknown
