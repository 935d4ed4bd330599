# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts commands on the nodes of a scope: settle what was intended before, plan, send, remember."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .._core.errors import CloudError, together
from .._core.node_summary import summarize
from .._core.nodes import Node
from .._core.pool import outcomes
from .._core.scope import NodeResult, Scope
from .commands import CommandPlan, PlannedCommand
from .send_command import POLLER, Refusal, Sender, Sent, reconcile
from .session import AwsSession


@dataclass(slots=True)
class Started:
    """What was started, which nodes failed at it, and which needed nothing."""

    nodes: list[Node]
    commands: list[dict[str, Any]] = field(default_factory=list)
    failures: dict[str, str] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)
    """Nodes for which a command was under way or done before this call."""

    def result(self, *, details: bool) -> dict[str, Any]:
        """The module's answer; with ``details`` the commands themselves, which a run has in its ledger."""
        touched = {node_id for command in self.commands for node_id in command["node_ids"]}
        answer: dict[str, Any] = {
            "changed": bool(touched),
            "nodes": summarize(self.nodes, touched, self.failures),
            "diff": {
                "before": {"commands": []},
                "after": {
                    "commands": [
                        {key: value for key, value in command.items() if key != "command_id"}
                        for command in self.commands
                    ]
                },
            },
        }
        return answer | ({"commands": self.commands} if details else {})


def as_it_is(plan: CommandPlan) -> CommandPlan:
    """The preparation of commands that need none."""
    return plan


def start_commands(
    session: AwsSession,
    sender: Sender,
    nodes: Sequence[Node],
    plan: Callable[[Sequence[Node]], CommandPlan],
    *,
    check_mode: bool,
    prepare: Callable[[CommandPlan], CommandPlan] = as_it_is,
) -> Started:
    """Send the planned commands to the nodes that have none yet.

    ``prepare`` does what has to be done before the commands can be sent, and gives back the plan, without what it could
    not be done for. It is left out in check mode.

    Raises GateClosed when the run's gate is not open, CloudError when no command at all was accepted.
    """
    scope = sender.scope
    started = Started(list(nodes))
    if check_mode:
        planned = plan(nodes)
        started.failures.update(planned.refused)
        started.skipped.update(planned.skipped)
        started.commands = [
            command.spec.answer("", command.account, command.region, command.nodes) for command in planned.commands
        ]
        return started
    scope.require_open_gate()
    unknown = reconcile(scope, sender.kind, session.connect)
    _fail(scope, started, unknown)
    started.known = scope.covered(sender.kind)
    todo = [node for node in nodes if node.node_id not in started.known]
    planned = prepare(plan(todo))
    scope.phase_started(todo)
    _skip(scope, started, todo, planned.skipped)
    _refuse(sender, started, [node for node in todo if node.node_id in planned.refused], planned.refused)
    _send_all(session, sender, planned.commands, started)
    return started


def _send_all(session: AwsSession, sender: Sender, commands: Sequence[PlannedCommand], started: Started) -> None:
    def send(command: PlannedCommand) -> Sent:
        connection = session.connect(command.account, command.region)
        return sender.send(connection, command.spec, command.nodes)

    refusals: list[Refusal] = []
    unsent: dict[str, str] = {}
    errors: list[CloudError] = []
    for command, answer in outcomes(send, commands):
        if isinstance(answer, CloudError):
            errors.append(answer)
            unsent.update({node.node_id: str(answer) for node in command.nodes})
        else:
            started.commands.extend(answer.commands)
            refusals.extend(answer.refusals)
            unsent.update(answer.unknown)
    errors.extend(refusal.error for refusal in refusals if refusal.error.code not in _OF_NODES)
    if errors and not started.commands and not any(refusal.error.code in _OF_NODES for refusal in refusals):
        for refusal in refusals:
            sender.scope.not_sent(refusal.operation_id, str(refusal.error))
        raise together(errors)
    for refusal in refusals:
        reasons = {node.node_id: str(refusal.error) for node in refusal.nodes}
        _record(sender.scope, started, refusal.operation_id, reasons)
    _fail(sender.scope, started, unsent)


_OF_NODES = ("InvalidInstanceId", "UnsupportedPlatformType")
"""Codes that speak of the nodes of one command and not of the whole call."""


def _refuse(sender: Sender, started: Started, nodes: Sequence[Node], reasons: Any) -> None:
    """Record nodes to which nothing can be sent as failed by an operation, as a refused command would be."""
    for node in nodes:
        operation_id = sender.scope.intend(
            sender.kind, [node], poller=POLLER, account=node.account, region=node.region, request={}
        )
        _record(sender.scope, started, operation_id, {node.node_id: reasons[node.node_id]})


def _record(scope: Scope, started: Started, operation_id: str, reasons: dict[str, str]) -> None:
    started.failures.update(reasons)
    scope.results(operation_id, [NodeResult(node_id, "failed", reason) for node_id, reason in reasons.items()])


def _fail(scope: Scope, started: Started, reasons: dict[str, str]) -> None:
    started.failures.update(reasons)
    scope.fail(reasons)


def _skip(scope: Scope, started: Started, nodes: Sequence[Node], reasons: Mapping[str, str]) -> None:
    """Record the nodes on which there is nothing to do; they go on."""
    started.skipped.update(reasons)
    for reason in dict.fromkeys(reasons.values()):
        scope.phase_ended([node for node in nodes if reasons.get(node.node_id) == reason], "skipped", reason)
