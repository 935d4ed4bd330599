# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of ``ssm_command_info``: from its options to what it answers."""

from __future__ import annotations

from typing import Any

from .._core.polling import Progress, look_until
from .._core.scope import NullScope
from .._ledger.scope_args import open_scope
from .command_poller import CommandPoller, commands_of_scope, with_node_ids
from .invocations import Command, Invocation
from .module import session_of
from .send_command import POLLER


def wait_for_commands(module: Any) -> dict[str, Any]:
    """Wait for the commands named, or for those of a run's wave and phase; answers results and progress."""
    params = module.params
    session = session_of(module)
    if params["run_id"]:
        scope = open_scope(params, module.check_mode, "observe")
        progress = Progress()
        commands = commands_of_scope(scope, POLLER, progress)
        known = scope.wave_nodes()
    else:
        scope, progress, known = NullScope([]), Progress(), []
        commands = with_node_ids(session, _named(params, str(session.region)))
    poller = CommandPoller(session, scope, commands, progress, full_output=bool(params.get("full_output")))
    look_until(poller.look, params["wait_timeout"])
    answer = poller.answer(known)
    if scope.run_id is None:
        answer["invocations"] = [_shown(invocation) for invocation in poller.invocations]
    return answer


def _named(params: dict[str, Any], region: str) -> list[Command]:
    by_id = [Command(command_id, "", region) for command_id in params["command_ids"] or ()]
    return by_id + [
        Command(
            command["command_id"],
            command["account"] or "",
            command["region"] or region,
            node_ids=tuple(command["node_ids"] or ()),
        )
        for command in params["commands"] or ()
    ]


def _shown(invocation: Invocation) -> dict[str, Any]:
    return {
        "command_id": invocation.command_id,
        "node_id": invocation.node_id,
        "status": invocation.status,
        "response_code": invocation.response_code,
        "output": invocation.output,
        "error_output": invocation.error_output,
        "detail": invocation.detail,
        "output_detail": invocation.output_detail,
    }
