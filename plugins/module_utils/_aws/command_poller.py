# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waits for commands and hands their results to the scope."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .._core.errors import CloudError
from .._core.polling import Progress
from .._core.pool import results
from .._core.scope import Scope
from .._core.waiter import Pending, Seen, Waiter, operations_under_way
from .invocations import Command, Invocation, read_invocations
from .session import AwsSession

NOT_LISTED = "not listed yet"


class CommandPoller(Waiter[Command]):
    """The commands that are waited for; one request answers for one command."""

    def __init__(
        self,
        session: AwsSession,
        scope: Scope,
        commands: Sequence[Command],
        progress: Progress | None = None,
        *,
        full_output: bool = False,
    ) -> None:
        super().__init__(
            scope, commands, self._read, progress=progress or Progress(), at_first=NOT_LISTED, reason=_unread
        )
        self.session = session
        self._full_output = full_output
        self._ended: dict[str, list[Invocation]] = {}

    @property
    def invocations(self) -> list[Invocation]:
        """What ended, command by command."""
        return [invocation for command in self.items for invocation in self._ended.get(command.command_id, ())]

    def _read(self, asked: Sequence[Pending[Command]]) -> list[Seen]:
        return [self._seen(pending) for pending in asked]

    def _seen(self, pending: Pending[Command]) -> Seen:
        command = pending.item
        connection = self.session.connect(command.account, command.region)
        wanted = replace(command, node_ids=pending.node_ids)
        invocations = read_invocations(connection, wanted, full=self._full_output)
        ended = [invocation for invocation in invocations if invocation.ended]
        self._ended.setdefault(command.command_id, []).extend(ended)
        going = {invocation.node_id: invocation.status for invocation in invocations if not invocation.ended}
        return Seen([invocation.result for invocation in ended], going)


def _unread(command: Command, error: CloudError) -> str:
    return f"what became of command {command.command_id} could not be read: {error}"


def commands_of_scope(scope: Scope, poller: str, progress: Progress) -> list[Command]:
    """The commands of a run's wave and phase that are under way; the nodes of all of them join the progress."""
    return [
        Command(operation.handle, operation.account, operation.region, operation.operation_id, operation.pending)
        for operation in operations_under_way(scope, poller, progress)
        if operation.handle
    ]


def with_node_ids(session: AwsSession, commands: Sequence[Command]) -> list[Command]:
    """The commands, each with the nodes that it was sent to. Raises CloudError for one that does not exist."""

    def known(command: Command) -> Command:
        return command if command.node_ids else replace(command, node_ids=_node_ids(session, command))

    return [answer for _command, answer in results(known, commands)]


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
