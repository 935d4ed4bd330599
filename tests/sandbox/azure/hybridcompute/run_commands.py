# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Managed run commands of Arc machines."""

from __future__ import annotations

from azure.mgmt.hybridcompute.models import MachineRunCommand

from ...machines import Machine
from ..arm.answer import Answer
from ..arm.call import Call
from ..arm.errors import ArmError, conflict
from ..arm.ids import ARC_TYPE
from ..arm.registry import operation
from ..nodes import run_commands
from ..nodes.machines import id_of, machine_of
from .versions import MACHINE, VERSIONS
from .view import agent_configuration, agent_version

TYPE = f"{ARC_TYPE}/runCommands"
COMMAND = f"{MACHINE}/runCommands/{{command}}"
OLDEST_AGENT = (1, 33)
"""Azure Arc, "Run command on Azure Arc-enabled servers": the first agent that has it."""
PUBLISHER = "Microsoft.CPlat.Core"


def _refuse(machine: Machine) -> None:
    """The agent's own rules win over the caller's rights: its version, its mode and its lists of extensions."""
    version = agent_version(machine)
    numbers = tuple(int(part) for part in version.split(".")[:2])
    if numbers < OLDEST_AGENT:
        raise conflict(
            f"Run command needs version 1.33 or later of the Azure Connected Machine agent. Machine "
            f"'{id_of(machine).name}' has version {version}.",
            "OperationNotAllowed",
        )
    handler = f"RunCommandHandler{machine.os.platform_type}"
    if _blocked(machine, handler):
        raise conflict(
            f"Extension '{PUBLISHER}/{handler}' is not allowed by the configuration of the agent of machine "
            f"'{id_of(machine).name}' (extensions.allowlist, extensions.blocklist, config.mode).",
            "OperationNotAllowed",
        )


def _blocked(machine: Machine, handler: str) -> bool:
    configuration = agent_configuration(machine)

    def lists(name: str) -> list[str]:
        return [f"{one['publisher']}/{one['type']}".lower() for one in configuration[name]]

    wanted, allowed = f"{PUBLISHER}/{handler}".lower(), lists("extensionsAllowList")
    return (
        wanted in lists("extensionsBlockList")
        or (bool(allowed) and wanted not in allowed)
        or configuration["configMode"] == "monitor"
        or configuration["extensionsEnabled"] != "true"
    )


def _unreachable(machine: Machine) -> ArmError:
    return conflict(
        f"The Azure Connected Machine agent of machine '{id_of(machine).name}' did not take the command in time. "
        "Verify that the machine is on and its status is Connected.",
        "OperationTimedOut",
    )


API = run_commands.RunCommandApi(TYPE, "runCommands", _refuse, _unreachable, always_view=True)


@operation("PUT", COMMAND, versions=VERSIONS, name=f"{TYPE}/write", body=MachineRunCommand, answer=MachineRunCommand)
def put(call: Call) -> Answer:
    """Run a script."""
    return run_commands.put(call, machine_of(call, ARC_TYPE), API)


@operation("GET", COMMAND, versions=VERSIONS, name=f"{TYPE}/read", answer=MachineRunCommand)
def get(call: Call) -> Answer:
    """One command, with what became of it."""
    return run_commands.get(call, machine_of(call, ARC_TYPE), API)


@operation("GET", f"{MACHINE}/runCommands", versions=VERSIONS, name=f"{TYPE}/read")
def listed(call: Call) -> Answer:
    """The commands of a machine."""
    return run_commands.listed(call, machine_of(call, ARC_TYPE), API)


@operation("DELETE", COMMAND, versions=VERSIONS, name=f"{TYPE}/delete")
def delete(call: Call) -> Answer:
    """Remove a command."""
    return run_commands.delete(call, machine_of(call, ARC_TYPE), API)
