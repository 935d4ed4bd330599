# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ListCommands, ListCommandInvocations, GetCommandInvocation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from ..errors import ServiceError
from ..paging import page
from ..times import moment
from ..world import Call, operation
from .commands import OPEN, Command, CommandStore, Invocation
from .nodes import managed_nodes
from .shapes import command_shape, elapsed, instant, invocation_shape


def _meets(call: Call, requested: datetime, document: str, states: Iterable[str]) -> bool:
    """Whether a command or an invocation meets the call's filters (members ``key`` and ``value``)."""
    for entry in call.params.get("Filters") or []:
        key, value = entry["key"], entry["value"]
        if key == "InvokedAfter" and requested <= moment(value):
            return False
        if key == "InvokedBefore" and requested >= moment(value):
            return False
        if key == "DocumentName" and document != value:
            return False
        if key == "Status" and value not in states:
            return False
        if key == "ExecutionStage":
            if call.operation != "ListCommands":
                raise ServiceError("InvalidFilterKey", "ExecutionStage cannot be used with ListCommandInvocations")
            running = any(state in OPEN for state in states)
            if running != (value == "Executing"):
                return False
    return True


def _check_node(call: Call) -> None:
    node_id = call.params.get("InstanceId")
    if node_id and node_id not in managed_nodes(call):
        raise ServiceError(
            "InvalidInstanceId", f"Instances [[{node_id}]] not in a valid state for account {call.account}"
        )


def _commands(call: Call) -> list[Command]:
    """Newest first; the one asked for, if any."""
    kept, wanted = call.store(CommandStore).commands, call.params.get("CommandId")
    if wanted:
        return [kept[wanted]] if wanted in kept else []
    return sorted(kept.values(), key=lambda command: command.requested, reverse=True)


@operation("ssm", "ListCommands")
def list_commands(call: Call) -> Mapping[str, Any]:
    """Commands, newest first."""
    _check_node(call)
    node_id = call.params.get("InstanceId")
    found = [
        command
        for command in _commands(call)
        if _meets(call, command.requested, command.document.name, (command.status, command.details))
        and (not node_id or any(invocation.machine.node_id == node_id for invocation in command.invocations))
    ]
    shown, token = page(call, found, 50)
    return {"Commands": [command_shape(command) for command in shown], "NextToken": token}


def _visible(call: Call, command: Command) -> bool:
    return call.world.clock.seconds() >= command.visible_from


@operation("ssm", "ListCommandInvocations")
def list_command_invocations(call: Call) -> Mapping[str, Any]:
    """What became of commands on nodes. Right after SendCommand there is nothing yet."""
    _check_node(call)
    node_id = call.params.get("InstanceId")
    found: list[tuple[Command, Invocation]] = [
        (command, invocation)
        for command in _commands(call)
        if _visible(call, command)
        for invocation in command.invocations
        if (not node_id or invocation.machine.node_id == node_id)
        and _meets(call, command.requested, command.document.name, (invocation.status, invocation.details))
    ]
    shown, token = page(call, found, 50)
    details = bool(call.params.get("Details"))
    return {
        "CommandInvocations": [invocation_shape(command, invocation, details) for command, invocation in shown],
        "NextToken": token,
    }


@operation("ssm", "GetCommandInvocation")
def get_command_invocation(call: Call) -> Mapping[str, Any]:
    """One command on one node, with the output of a step (of the only step when there is one)."""
    command = call.store(CommandStore).commands.get(call.params["CommandId"])
    node_id, wanted = call.params["InstanceId"], call.params.get("PluginName")
    found = (
        [invocation for invocation in command.invocations if invocation.machine.node_id == node_id] if command else []
    )
    if command is None or not found or not _visible(call, command):
        raise ServiceError(
            "InvocationDoesNotExist", "The command ID and managed node ID you specified didn't match any invocations."
        )
    names = [plugin.name for plugin in found[0].plugins]
    if (wanted or len(names) != 1) and wanted not in names:
        raise ServiceError("InvalidPluginName", f"The document has the steps {', '.join(names)}: name one of them")
    invocation, plugin = found[0], found[0].plugins[names.index(wanted) if wanted else 0]
    shown = invocation_shape(command, invocation, False)
    ended = plugin.details not in OPEN
    stdout, stderr = plugin.printed()
    kept = (
        "CommandId",
        "InstanceId",
        "Comment",
        "DocumentName",
        "DocumentVersion",
        "Status",
        "StatusDetails",
        "StandardOutputUrl",
        "StandardErrorUrl",
        "CloudWatchOutputConfig",
    )
    return {name: shown[name] for name in kept} | {
        "PluginName": plugin.name,
        "ResponseCode": plugin.code,
        "ExecutionStartDateTime": instant(plugin.started),
        "ExecutionElapsedTime": elapsed(plugin),
        "ExecutionEndDateTime": instant(plugin.finished),
        "StandardOutputContent": stdout if ended else "",
        "StandardErrorContent": stderr if ended else "",
    }
