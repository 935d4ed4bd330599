# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waits for run commands, hands their results to the scope, and removes those that were ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .._core.errors import CloudError
from .._core.polling import Progress
from .._core.pool import outcomes
from .._core.scope import NodeResult, Scope
from .._core.waiter import Pending, Seen, Waiter
from .busy import when_free
from .nodes import name_of
from .reboot_wait import REBOOT, RebootWait
from .run_command_result import Command, Told, told_of
from .run_commands import CommandView, delete_command, is_ours, read_command
from .session import AzureSession

DELETE_SECONDS = 15.0
"""For how long the last look waits for a machine that is too busy to have a command deleted."""


@dataclass(frozen=True, slots=True)
class Invocation:
    """A command that has ended; ``view`` is what the service showed of it last, None when there was nothing."""

    command: Command
    view: CommandView | None
    detail: str


class RunCommandPoller(Waiter[Command]):
    """The commands that are waited for. ``writes``: whether any may be deleted, or sent to see a machine come back."""

    def __init__(
        self,
        session: AzureSession,
        scope: Scope,
        commands: Sequence[Command],
        progress: Progress | None = None,
        *,
        writes: bool = True,
    ) -> None:
        super().__init__(scope, commands, self._read, progress=progress or Progress(), reason=_unread)
        self.session = session
        self.writes = writes
        self._reboots = RebootWait(writes)
        self._ended: dict[str, Invocation] = {}
        self._to_delete: list[tuple[Command, str]] = []

    @property
    def invocations(self) -> list[Invocation]:
        """What ended, in the order of the commands."""
        return [self._ended[command.command_id] for command in self.items if command.command_id in self._ended]

    def look(self) -> bool:
        """As :meth:`Waiter.look`; afterwards the commands are deleted whose results are recorded now."""
        try:
            finished = super().look()
        finally:
            self._delete(last=self.progress.finished)
        return finished

    def _read(self, asked: Sequence[Pending[Command]]) -> list[Seen]:
        return [self._seen(pending.item) for pending in asked]

    def _seen(self, command: Command) -> Seen:
        told, seen = self._told(command), Seen()
        if told.status:
            self._ended[command.command_id] = Invocation(command, told.view, told.text)
        seen.add(command.node_id, told.status, told.text, told.output)
        return seen

    def _told(self, command: Command) -> Told:
        connection = self.session.connect(command.account)
        if command.kind == REBOOT:
            return self._reboots.look(connection, command)
        doing = f"read the run command {name_of(command.command_id)} of {name_of(command.node_id)}"
        return told_of(connection, command, read_command(connection, command.command_id, doing))

    def _record(self, index: int, results: Sequence[NodeResult]) -> None:
        super()._record(index, results)
        if results and self.writes:
            self._to_delete += [(self.items[index], target) for target in self._made_for(self.items[index])]

    def _made_for(self, command: Command) -> list[str]:
        """What is to be deleted with the command: what was sent to see a reboot always, itself when that is wanted."""
        backs = list(self._reboots.sent_for(command))
        return backs + ([command.command_id] if command.delete_after and is_ours(command.command_id) else [])

    def _delete(self, *, last: bool) -> None:
        """Delete side by side; what could not be deleted is tried again by the next look, and named by the last."""
        todo, self._to_delete = self._to_delete, []

        def delete(entry: tuple[Command, str]) -> None:
            connection = self.session.connect(entry[0].account)
            when_free(connection, lambda: delete_command(connection, entry[1]), DELETE_SECONDS if last else 0.0)

        for entry, answer in outcomes(delete, todo):
            if isinstance(answer, CloudError):
                self._to_delete.append(entry)
                self.progress.notes.append(str(answer))


def _unread(command: Command, error: CloudError) -> str:
    return f"what became of run command {name_of(command.command_id)} could not be read: {error}"
