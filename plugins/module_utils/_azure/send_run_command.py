# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sends run commands, one request a machine: intent first, handle after, and never twice."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from .._core.errors import CloudError
from .._core.nodes import Node
from .._core.scope import Operation
from .run_commands import Script, command_id, location_of, put_command, read_command
from .sending import SenderToEach

POLLER = "azure_run_command_info"

LOOK = "look for a run command"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A command that is to be sent to a node. ``operation_id`` is empty before it was intended."""

    node: Node
    script: Script
    operation_id: str = ""


@dataclass(frozen=True)
class Sender(SenderToEach[Wanted]):
    """Sends commands of one kind for one scope."""

    kind: str
    delete_after: bool = True

    POLLER = POLLER
    ABSENT = "the machine has no such command"

    @property
    def ledger_kind(self) -> str:
        """The kind of the operations in the ledger."""
        return self.kind

    def is_lost(self, error: CloudError) -> bool:
        """Whether a command may be there: its request is repeated, so any fault that passes may hide a success."""
        return not error.lasting

    def intended(self, wanted: Wanted) -> Wanted:
        """The command with its operation, whose id makes its name."""
        return replace(wanted, operation_id=self.intend(wanted.node, self.remembered(wanted)))

    def remembered(self, wanted: Wanted) -> dict[str, Any]:
        """Whether the command is to be removed when it has ended."""
        return {"delete_after": self.delete_after}

    def renewed(self, wanted: Wanted, reason: str) -> Wanted:
        """As it is: a command of the same name is the same command, so sending it again never makes two."""
        return wanted

    def look(self, operation: Operation, age: float, waited: float) -> str | None:
        """The id of the command of an operation, empty when there is none: it is looked up by its name."""
        connection = self.session.connect(operation.account, operation.region)
        target = command_id(operation.node_ids[0], operation.operation_id)
        return target if read_command(connection, target, LOOK) else ""

    def shown(self, wanted: Wanted, handle: str) -> dict[str, Any]:
        """An accepted command as the module answers it."""
        return shown_command(wanted.node, self.kind, self.delete_after) | {"command_id": handle.partition(" ")[0]}

    def ask(self, wanted: Wanted) -> str:
        """The handle of the accepted command: its id, and the URL that tells how its delivery goes."""
        node, doing = wanted.node, f"send a run command to {wanted.node.shown}"
        connection = self.session.connect(node.account, node.region)
        location = node.region or location_of(connection, node.node_id, doing)
        target = command_id(node.node_id, wanted.operation_id)
        answer = put_command(connection, target, wanted.script, location, doing)
        return f"{target} {answer.async_operation or answer.location}".strip()


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
