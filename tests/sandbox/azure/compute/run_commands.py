# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Managed run commands of virtual machines."""

from __future__ import annotations

from azure.mgmt.compute.models import VirtualMachineRunCommand, VirtualMachineRunCommandUpdate

from ...machines import Machine
from ..arm.answer import Answer
from ..arm.call import Call
from ..arm.errors import ArmError, conflict
from ..arm.ids import VM_TYPE
from ..arm.registry import operation
from ..nodes import run_commands
from ..nodes.machines import id_of, machine_of
from .power_state import power_state
from .versions import VERSIONS
from .virtual_machines import VM

TYPE = f"{VM_TYPE}/runCommands"
COMMAND = f"{VM}/runCommands/{{command}}"


def _refuse(machine: Machine) -> None:
    if power_state(machine) not in ("running", "starting"):
        raise conflict("Cannot modify extensions in the VM when the VM is not running.", "OperationNotAllowed")
    if not machine.attributes.get("allow_extension_operations", True):
        raise conflict(
            "This operation cannot be performed when extension operations are disallowed. To allow, please ensure VM "
            "Agent is installed on the VM and the osProfile.allowExtensionOperations property is true.",
            "OperationNotAllowed",
        )


def _unreachable(machine: Machine) -> ArmError:
    return conflict(
        f"VM '{id_of(machine).name}' has not reported status for VM agent or extensions. Verify that the OS is up and "
        "healthy, the VM has a running VM agent, and that it can establish outbound connections to Azure storage.",
        "VMAgentStatusCommunicationError",
    )


API = run_commands.RunCommandApi(TYPE, "runCommands", _refuse, _unreachable)


@operation(
    "PUT",
    COMMAND,
    versions=VERSIONS,
    name=f"{TYPE}/write",
    body=VirtualMachineRunCommand,
    answer=VirtualMachineRunCommand,
)
def put(call: Call) -> Answer:
    """Run a script."""
    return run_commands.put(call, machine_of(call, VM_TYPE), API)


@operation(
    "PATCH",
    COMMAND,
    versions=VERSIONS,
    name=f"{TYPE}/write",
    body=VirtualMachineRunCommandUpdate,
    answer=VirtualMachineRunCommand,
)
def patch(call: Call) -> Answer:
    """Change a command."""
    return run_commands.patch(call, machine_of(call, VM_TYPE), API)


@operation("GET", COMMAND, versions=VERSIONS, name=f"{TYPE}/read", answer=VirtualMachineRunCommand)
def get(call: Call) -> Answer:
    """One command; ``$expand=instanceView`` adds what became of it."""
    return run_commands.get(call, machine_of(call, VM_TYPE), API)


@operation("GET", f"{VM}/runCommands", versions=VERSIONS, name=f"{TYPE}/read")
def listed(call: Call) -> Answer:
    """The commands of a machine."""
    return run_commands.listed(call, machine_of(call, VM_TYPE), API)


@operation("DELETE", COMMAND, versions=VERSIONS, name=f"{TYPE}/delete")
def delete(call: Call) -> Answer:
    """Remove a command."""
    return run_commands.delete(call, machine_of(call, VM_TYPE), API)
