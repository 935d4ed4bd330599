# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the service does in an account by itself: windows and associations send commands as anybody does."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from ..credentials import Caller
from ..world import Call, World
from .commands import OPEN, Command, CommandStore
from .send_command import cancel_command, send_command

TICK = 0.03
"""Wall seconds between two looks at something that is waited for."""


def service_call(world: World, account: str, region: str, operation: str, params: Mapping[str, Any]) -> Call:
    """A call of Systems Manager's own role in an account."""
    role = "AWSServiceRoleForAmazonSSM"
    caller = Caller(
        account=account, arn=f"arn:aws:sts::{account}:assumed-role/{role}/ssm", user_id="AROASANDBOXSSM:ssm", home=False
    )
    return Call(world, caller, region, operation, params)


def send(world: World, account: str, region: str, params: Mapping[str, Any]) -> Command:
    """SendCommand. Raises ServiceError as the operation does."""
    call = service_call(world, account, region, "SendCommand", params)
    with world.lock:
        command_id = send_command(call)["Command"]["CommandId"]
        return call.store(CommandStore).commands[command_id]


def cancel(world: World, command: Command) -> None:
    """CancelCommand, of all nodes."""
    params = {"CommandId": command.command_id}
    with world.lock:
        cancel_command(service_call(world, command.account, command.region, "CancelCommand", params))


def wait_for(
    command: Command,
    abandoned: Callable[[], bool],
    late: Callable[[], bool],
    stop: Callable[[], None],
    note: Callable[[], None] = lambda: None,
) -> bool:
    """Wait until a command has ended. Once it is ``late``, ``stop`` is called; ``note`` at every look. Returns whether
    it was late."""
    stopped = False
    while not abandoned():
        ended = command.details not in OPEN
        note()
        if ended:
            break
        if not stopped and late():
            stopped = True
            stop()
        time.sleep(TICK)
    return stopped
