# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waits for commands and hands their results to the scope."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from .._core.errors import CloudError, together
from .._core.polling import Progress
from .._core.pool import map_side_by_side
from .._core.scope import NodeResult, Scope
from .invocations import Command, Invocation, read_invocations
from .session import AwsSession

NOT_LISTED = "not listed yet"


@dataclass(slots=True)
class CommandPoller:
    """The commands that are waited for. ``look`` asks once about all of them, side by side."""

    session: AwsSession
    scope: Scope
    commands: Sequence[Command]
    progress: Progress = field(default_factory=Progress)
    invocations: list[Invocation] = field(default_factory=list)
    failures: dict[str, str] = field(default_factory=dict)
    _pending: dict[str, set[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for command in self.commands:
            self._pending[command.command_id] = set(command.node_ids)
            self.progress.nodes.update(command.node_ids)
            self.progress.waiting.update(dict.fromkeys(command.node_ids, NOT_LISTED))

    def look(self) -> bool:
        """Ask about every command that is under way; answers whether all are done.

        Raises CloudError when nothing at all could be learnt.
        """
        open_commands = [command for command in self.commands if self._pending[command.command_id]]
        self.progress.notes.clear()
        errors: list[tuple[Command, CloudError]] = []
        answers = map_side_by_side(self._read, open_commands)
        for command, answer in answers:
            if isinstance(answer, CloudError):
                errors.append((command, answer))
            elif isinstance(answer, Exception):
                raise answer
            else:
                self._take(command, answer)
        if errors and len(errors) == len(answers):
            raise together([error for _command, error in errors])
        self._take_errors(errors)
        return self.progress.finished

    def _read(self, command: Command) -> list[Invocation]:
        connection = self.session.connect(command.account, command.region)
        pending = tuple(sorted(self._pending[command.command_id]))
        return read_invocations(connection, replace(command, node_ids=pending))

    def _take(self, command: Command, invocations: Sequence[Invocation]) -> None:
        for invocation in invocations:
            self.progress.waiting[invocation.node_id] = invocation.status
        self._settle(command, [invocation for invocation in invocations if invocation.ended])

    def _settle(self, command: Command, ended: Sequence[Invocation]) -> None:
        self.invocations.extend(ended)
        self._record(command, [invocation.result for invocation in ended])

    def _take_errors(self, errors: Sequence[tuple[Command, CloudError]]) -> None:
        """A command that cannot be asked about fails its nodes when asking again would not help."""
        for command, error in errors:
            if error.lasting:
                reason = f"what became of command {command.command_id} could not be read: {error}"
                pending = sorted(self._pending[command.command_id])
                self._record(command, [NodeResult(node_id, "failed", reason) for node_id in pending])
            else:
                self.progress.notes.append(str(error))

    def _record(self, command: Command, results: Sequence[NodeResult]) -> None:
        if not results:
            return
        for result in results:
            self._pending[command.command_id].discard(result.node_id)
            if result.status == "failed":
                self.failures[result.node_id] = result.detail
        still = set().union(*self._pending.values())
        for result in results:
            if result.node_id not in still:
                self.progress.waiting.pop(result.node_id, None)
        if command.operation_id:
            self.scope.results(command.operation_id, results)


def commands_of_scope(scope: Scope, poller: str, progress: Progress) -> list[Command]:
    """The commands of a run's wave and phase that are under way; the nodes of all of them join the progress."""
    commands = []
    for operation in scope.operations(poller, ("sent", "finished")):
        progress.nodes.update(operation.node_ids)
        if operation.state == "sent" and operation.handle and operation.pending:
            commands.append(
                Command(
                    operation.handle, operation.account, operation.region, operation.operation_id, operation.pending
                )
            )
    return commands


def with_node_ids(session: AwsSession, commands: Sequence[Command]) -> list[Command]:
    """The commands, each with the nodes that it was sent to. Raises CloudError for one that does not exist."""

    def known(command: Command) -> Command:
        return command if command.node_ids else replace(command, node_ids=_node_ids(session, command))

    return [_answer(answer) for _command, answer in map_side_by_side(known, commands)]


def _node_ids(session: AwsSession, command: Command) -> tuple[str, ...]:
    connection = session.connect(command.account, command.region)
    doing = f"read the result of command {command.command_id}"
    found = list(connection.pages("ssm", "list_commands", "Commands", doing, CommandId=command.command_id))
    if not found:
        raise CloudError(
            f"Could not {doing}: {connection.place or 'this account'} has no such command", code="NotFound"
        )
    given = found[0].get("InstanceIds") or []
    if given:
        return tuple(str(node_id) for node_id in given)
    listed = connection.pages(
        "ssm", "list_command_invocations", "CommandInvocations", doing, CommandId=command.command_id, MaxResults=50
    )
    return tuple(str(entry["InstanceId"]) for entry in listed)


def _answer(answer: Any) -> Any:
    if isinstance(answer, Exception):
        raise answer
    return answer
