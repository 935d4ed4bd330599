# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sends run commands, one request a machine: intent first, handle after, and never twice."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from .._core.errors import CloudError
from .._core.nodes import Node
from .._core.pool import map_side_by_side
from .._core.scope import NodeResult, Operation, Scope
from .busy import PAUSE, is_busy
from .run_commands import Script, command_id, location_of, put_command, read_command
from .session import AzureSession

POLLER = "azure_run_command_info"

BUSY_SECONDS = 600.0
"""For how long machines are asked again on which something else is done: an assessment takes some minutes."""

LOOK = "look for a run command"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A command that is to be sent to a node. ``operation_id`` is empty before it was intended."""

    node: Node
    script: Script
    operation_id: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A command that was not accepted: nothing happened on its node."""

    wanted: Wanted
    error: CloudError


@dataclass(slots=True)
class Sent:
    """What became of the commands that were to be sent."""

    commands: list[dict[str, Any]] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    unknown: dict[str, str] = field(default_factory=dict)
    """Nodes that may have got their command, or not."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends commands of one kind for one scope."""

    session: AzureSession
    scope: Scope
    kind: str
    delete_after: bool = True
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic

    def send(self, wanted: Sequence[Wanted]) -> Sent:
        """Send the commands, all side by side; those that a busy machine refuses again when a while has passed."""
        outcome, todo, began = Sent(), [self._intended(one) for one in wanted], self.clock()
        while todo:
            busy: list[Refusal] = []
            for one, answer in map_side_by_side(self._put, todo):
                if isinstance(answer, CloudError):
                    refusal = Refusal(one, answer)
                    (busy if is_busy(answer) else outcome.refusals).append(refusal)
                elif isinstance(answer, Exception):
                    raise answer
                else:
                    self._accepted(one, answer, outcome)
            if self.clock() - began + PAUSE > BUSY_SECONDS:
                outcome.refusals += busy
                busy = []
            if busy:
                self.sleep(PAUSE)
            todo = [refusal.wanted for refusal in busy]
        self._look_for_lost(outcome)
        return outcome

    def refuse(self, node: Node, reason: str) -> None:
        """Record a node to which nothing can be sent as failed by an operation, as a refused command would be."""
        operation_id = self._intend(node, {})
        self.scope.results(operation_id, [NodeResult(node.node_id, "failed", reason)])

    def settle_intended(self) -> dict[str, str]:
        """Settle what a controller that then stopped had intended: each command is looked up by its name.

        Answers the nodes about which nothing could be learnt, with the reason.
        """
        intended = [one for one in self.scope.operations(POLLER, ("intended",)) if one.kind == self.kind]
        unknown: dict[str, str] = {}
        for operation, answer in map_side_by_side(self._found, intended):
            if isinstance(answer, CloudError):
                unknown.update(dict.fromkeys(operation.node_ids, str(answer)))
            elif isinstance(answer, Exception):
                raise answer
            elif answer:
                self.scope.sent(operation.operation_id, answer)
            else:
                self.scope.not_sent(operation.operation_id, "the machine has no such command")
        return unknown

    def _found(self, operation: Operation) -> str:
        """The id of the command of an operation, empty when there is none. Raises CloudError."""
        connection = self.session.connect(operation.account, operation.region)
        target = command_id(operation.node_ids[0], operation.operation_id)
        return target if read_command(connection, target, LOOK) else ""

    def _intended(self, one: Wanted) -> Wanted:
        return replace(one, operation_id=self._intend(one.node, {"delete_after": self.delete_after}))

    def _intend(self, node: Node, request: Mapping[str, Any]) -> str:
        return self.scope.intend(
            self.kind, [node], poller=POLLER, account=node.account, region=node.region, request=request
        )

    def _put(self, one: Wanted) -> str:
        """The handle of the accepted command: its id, and the URL that tells how its delivery goes."""
        node, doing = one.node, f"send a run command to {one.node.shown}"
        connection = self.session.connect(node.account, node.region)
        location = node.region or location_of(connection, node.node_id, doing)
        target = command_id(node.node_id, one.operation_id)
        answer = put_command(connection, target, one.script, location, doing)
        return f"{target} {answer.async_operation or answer.location}".strip()

    def _accepted(self, one: Wanted, handle: str, outcome: Sent) -> None:
        self.scope.sent(one.operation_id, handle)
        shown = shown_command(one.node, self.kind, self.delete_after)
        outcome.commands.append(shown | {"command_id": handle.partition(" ")[0]})

    def _look_for_lost(self, outcome: Sent) -> None:
        """Look for the commands whose requests got no answer at last; the others were surely refused."""
        lost = [refusal for refusal in outcome.refusals if not refusal.error.lasting]
        for refusal, answer in map_side_by_side(self._look, lost):
            wanted = refusal.wanted
            if isinstance(answer, CloudError):
                text = f"{refusal.error}\nWhether it was accepted is not known: {answer}"
                outcome.unknown[wanted.node.node_id] = text
            elif isinstance(answer, Exception):
                raise answer
            elif answer:
                self._accepted(wanted, answer, outcome)
            else:
                continue
            outcome.refusals.remove(refusal)

    def _look(self, refusal: Refusal) -> str:
        node = refusal.wanted.node
        target = command_id(node.node_id, refusal.wanted.operation_id)
        connection = self.session.connect(node.account, node.region)
        return target if read_command(connection, target, LOOK) else ""


def shown_command(node: Node, kind: str, delete_after: bool) -> dict[str, Any]:
    """A command as the module answers it, before it has an id."""
    return {
        "command_id": "",
        "node_id": node.node_id,
        "account": node.account,
        "region": node.region,
        "os_family": node.os_family,
        "kind": kind,
        "delete_after": delete_after,
    }
