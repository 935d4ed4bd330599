# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of ``azure_run_command_info``: from its options to what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._core.nodes import Node
from .._core.polling import Progress, look_until
from .._core.scope import NullScope, Operation, Scope
from .._core.waiter import operations_under_way
from .._ledger.scope_args import open_scope
from .module import session_of
from .run_command_result import Command
from .run_command_wait import Invocation, RunCommandPoller
from .run_commands import node_of
from .send_run_command import POLLER


def wait_for_run_commands(module: Any) -> dict[str, Any]:
    """Wait for the commands named, or for those of a run's wave and phase; answers results and progress."""
    params = module.params
    progress = Progress()
    if params["run_id"]:
        scope = open_scope(params, module.check_mode, "observe")
        known = scope.wave_nodes()
        commands = commands_of_scope(scope, progress, {node.node_id: node.os_family for node in known})
    else:
        scope, known = NullScope([]), list[Node]()
        commands = commands_named(params)
    poller = RunCommandPoller(session_of(module), scope, commands, progress, writes=not module.check_mode)
    look_until(poller.look, params["wait_timeout"])
    answer = poller.answer(known)
    if scope.run_id is None:
        answer["invocations"] = [_shown(invocation) for invocation in poller.invocations]
    return answer


def commands_of_scope(scope: Scope, progress: Progress, families: Mapping[str, str]) -> list[Command]:
    """The commands of a run's wave and phase that are under way; the nodes of all of them join the progress."""
    return [
        _command(operation, node_id, families.get(node_id, ""))
        for operation in operations_under_way(scope, POLLER, progress)
        for node_id in operation.pending
    ]


def commands_named(params: Mapping[str, Any]) -> list[Command]:
    """The commands of the options ``commands`` and ``command_ids``, each once. Raises InputError."""
    named = [*({"command_id": command_id} for command_id in params["command_ids"] or ()), *(params["commands"] or ())]
    commands = [_named(entry) for entry in named]
    return list({command.command_id.lower(): command for command in commands}.values())


def _command(operation: Operation, node_id: str, os_family: str) -> Command:
    command_id, _blank, url = operation.handle.partition(" ")
    return Command(
        command_id,
        node_id,
        operation.account,
        operation.operation_id,
        url,
        operation.kind,
        os_family,
        bool(operation.request.get("delete_after")),
    )


def _named(entry: Mapping[str, Any]) -> Command:
    node_id = node_of(entry["command_id"])
    return Command(
        entry["command_id"],
        node_id,
        node_id.split("/")[2],
        kind=entry.get("kind") or "",
        os_family=entry.get("os_family") or "",
        delete_after=bool(entry.get("delete_after")),
    )


def _shown(invocation: Invocation) -> dict[str, Any]:
    view = invocation.view
    return {
        "command_id": invocation.command.command_id,
        "node_id": invocation.command.node_id,
        "status": (view.state or view.provisioning) if view else "",
        "response_code": view.exit_code if view else None,
        "output": view.output if view else "",
        "error_output": view.error if view else "",
        "cut": bool(view and view.cut),
        "detail": invocation.detail,
    }
