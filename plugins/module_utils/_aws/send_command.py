# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sends a planned command: intent first, handle after, and never twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from .._core.errors import CloudError, OutcomeUnknown
from .._core.nodes import Node
from .._core.scope import Scope
from .client import Connection
from .command_search import find_command, looks_for, since_of
from .commands import CommandSpec, marked

POLLER = "ssm_command_info"

NODE_AT_FAULT = frozenset({"InvalidInstanceId", "UnsupportedPlatformType"})
"""Codes with which SendCommand refuses all nodes because of one of them, without saying which."""

NOT_MANAGED = (
    "it is not registered with Systems Manager in this account and region, so it takes no commands: check that the "
    "agent runs, has its role (or hybrid activation) and reaches the endpoint"
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A command that was not accepted: nothing happened on its nodes."""

    operation_id: str
    nodes: tuple[Node, ...]
    error: CloudError


@dataclass(slots=True)
class Sent:
    """What became of a planned command; it may have been divided."""

    commands: list[dict[str, Any]] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    unknown: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends commands of one kind for one scope."""

    scope: Scope
    kind: str
    comment: str = ""

    def send(self, connection: Connection, spec: CommandSpec, nodes: Sequence[Node]) -> Sent:
        """Send the command to the nodes; divides them when the service refuses all because of one."""
        outcome = Sent()
        self._send(connection, spec, tuple(nodes), outcome)
        return outcome

    def _send(self, connection: Connection, spec: CommandSpec, nodes: tuple[Node, ...], outcome: Sent) -> None:
        operation_id = self.scope.intend(
            self.kind,
            nodes,
            poller=POLLER,
            account=connection.account,
            region=connection.region,
            request=spec.remembered(),
        )
        try:
            command_id = self._accepted(connection, spec, nodes, operation_id)
        except OutcomeUnknown as error:
            outcome.unknown.update({node.node_id: str(error) for node in nodes})
        except CloudError as error:
            if error.code in NODE_AT_FAULT and len(nodes) > 1:
                self.scope.not_sent(operation_id, str(error))
                self._divide(connection, spec, nodes, outcome)
            else:
                outcome.refusals.append(Refusal(operation_id, nodes, error))
        else:
            self.scope.sent(operation_id, command_id)
            outcome.commands.append(spec.answer(command_id, connection.account, connection.region, nodes))

    def _divide(self, connection: Connection, spec: CommandSpec, nodes: tuple[Node, ...], outcome: Sent) -> None:
        """Leave out the nodes that Systems Manager does not know; if it knows all, try each half."""
        known = _managed(connection, nodes)
        inside = tuple(node for node in nodes if node.node_id in known)
        outside = tuple(node for node in nodes if node.node_id not in known)
        if outside:
            outcome.refusals.append(self._not_managed(connection, spec, outside))
            parts = [inside] if inside else []
        else:
            middle = len(nodes) // 2
            parts = [nodes[:middle], nodes[middle:]]
        for part in parts:
            self._send(connection, spec, part, outcome)

    def _not_managed(self, connection: Connection, spec: CommandSpec, nodes: tuple[Node, ...]) -> Refusal:
        operation_id = self.scope.intend(
            self.kind,
            nodes,
            poller=POLLER,
            account=connection.account,
            region=connection.region,
            request=spec.remembered(),
        )
        return Refusal(operation_id, nodes, CloudError(NOT_MANAGED, code="InvalidInstanceId"))

    def _accepted(self, connection: Connection, spec: CommandSpec, nodes: tuple[Node, ...], operation_id: str) -> str:
        """The id of the accepted command. Raises OutcomeUnknown when even looking did not tell."""
        marker = self.scope.comment(operation_id)
        request = spec.request([node.node_id for node in nodes], marked(marker, self.comment))
        doing = f"send {spec.document} to {_shown(nodes)}"
        since = datetime.now(UTC)
        try:
            return _command_id(connection.send_once("ssm", "send_command", doing, **request))
        except OutcomeUnknown as lost:
            found = _look(connection, marker, spec.document, since, lost)
        if found:
            return found
        return _command_id(connection.send_once("ssm", "send_command", doing, **request))


def reconcile(scope: Scope, kind: str, connect: Any) -> dict[str, str]:
    """Settle operations that were intended by a controller that then stopped: look for each at the service.

    Answers the nodes about which nothing could be learnt, with the reason. ``connect`` makes a connection from account
    and region.
    """
    unknown: dict[str, str] = {}
    for operation in scope.operations(POLLER, ("intended",)):
        if operation.kind != kind:
            continue
        marker = scope.comment(operation.operation_id)
        document = str(operation.request.get("document", ""))
        try:
            connection = connect(operation.account, operation.region)
            since = since_of(operation.intended_at)
            found = find_command(connection, marker, document, since, looks_for(since, datetime.now(UTC)))
        except CloudError as error:
            unknown.update({node_id: str(error) for node_id in operation.node_ids})
            continue
        if found:
            scope.sent(operation.operation_id, found)
        else:
            scope.not_sent(operation.operation_id, "the service has no such command")
    return unknown


def _look(connection: Connection, marker: str, document: str, since: datetime, lost: OutcomeUnknown) -> str:
    try:
        return find_command(connection, marker, document, since)
    except CloudError as error:
        raise OutcomeUnknown(f"{lost}\nWhether it was accepted is not known: {error}", code=lost.code) from error


def _command_id(answer: dict[str, Any]) -> str:
    return str(answer["Command"]["CommandId"])


def _managed(connection: Connection, nodes: tuple[Node, ...]) -> set[str]:
    """Ids of those nodes that are registered with Systems Manager."""
    listed = connection.pages(
        "ssm",
        "describe_instance_information",
        "InstanceInformationList",
        f"look which of {_shown(nodes)} Systems Manager manages",
        Filters=[{"Key": "InstanceIds", "Values": [node.node_id for node in nodes]}],
        MaxResults=50,
    )
    return {str(entry["InstanceId"]) for entry in listed}


def _shown(nodes: Sequence[Node]) -> str:
    if len(nodes) <= 3:
        return ", ".join(node.shown for node in nodes)
    return f"{len(nodes)} nodes ({nodes[0].shown}, …)"
