# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Managed run commands as resources, for both providers: PUT, PATCH, GET, list, DELETE.

The same PUT again does not run the script again: the machine's goal is unchanged, as with extensions. Another body, or
PATCH, cancels what runs and runs the new script; an empty script only cancels ("Cancel a specific Run Command
deployment"). A script that fails leaves the resource Succeeded, unless ``treatFailureAsDeploymentFailure``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ...machines import Machine
from ..arm.answer import Answer
from ..arm.call import Call
from ..arm.errors import ArmError, invalid_parameter, resource_not_found
from ..arm.lro import start
from ..arm.paging import paged
from ..world import AzureWorld
from .execution import USUAL_TIMEOUT, Execution

HIDDEN = ("protectedParameters", "runAsPassword")
NOT_SERVED = (
    "outputBlobUri",
    "errorBlobUri",
    "outputBlobManagedIdentity",
    "errorBlobManagedIdentity",
    "runAsUser",
    "runAsPassword",
)
SOURCES = ("script", "scriptUri", "commandId", "galleryScriptReferenceId")


@dataclass(slots=True)
class RunCommand:
    """One resource. ``properties`` as they were sent, secrets included."""

    id: str
    name: str
    location: str
    properties: dict[str, Any]
    tags: dict[str, str]
    execution: Execution
    provisioning: str = "Creating"


@dataclass(frozen=True, slots=True)
class RunCommandApi:
    """``type`` of the resource, and the last part of its ``path``. ``refuse`` raises ArmError for a machine that cannot
    have commands. ``unreachable``: the error when the agent never took the command. ``always_view``: GET shows the
    instance view without being asked."""

    type: str
    path: str
    refuse: Callable[[Machine], None]
    unreachable: Callable[[Machine], ArmError]
    always_view: bool = False


class RunCommandStore:
    """The run commands of a subscription's machines, by id in lower case."""

    def __init__(self, world: AzureWorld, subscription: str) -> None:
        self.commands: dict[str, RunCommand] = {}


def render(command: RunCommand, api: RunCommandApi, view: bool) -> dict[str, Any]:
    """The resource as the API shows it: secrets are never shown."""
    properties = {key: value for key, value in command.properties.items() if key not in HIDDEN}
    properties["provisioningState"] = command.provisioning
    properties.setdefault("asyncExecution", False)
    if view:
        properties["instanceView"] = command.execution.view()
    return {
        "id": command.id,
        "name": command.name,
        "type": api.type,
        "location": command.location,
        "tags": command.tags or None,
        "properties": properties,
    }


def find(call: Call, machine: Machine, api: RunCommandApi) -> RunCommand:
    """The command of the path. Raises ArmError."""
    command = call.store(RunCommandStore).commands.get(_key(call, machine, api))
    if command is None:
        raise resource_not_found(api.type, f"{call.params['machine']}/{call.params['command']}", call.group)
    return command


def _key(call: Call, machine: Machine, api: RunCommandApi) -> str:
    return f"{machine.node_id}/{api.path}/{call.params['command']}".lower()


def get(call: Call, machine: Machine, api: RunCommandApi) -> Answer:
    """One command."""
    return Answer(200, render(find(call, machine, api), api, api.always_view or _expands(call)))


def _expands(call: Call) -> bool:
    asked = call.query.get("$expand", "").lower()
    if asked not in ("", "instanceview"):
        raise invalid_parameter(f"The value '{asked}' of parameter '$expand' is not allowed.", "$expand")
    return asked == "instanceview"


def listed(call: Call, machine: Machine, api: RunCommandApi) -> Answer:
    """The commands of a machine."""
    prefix = f"{machine.node_id}/{api.path}/".lower()
    found = [one for key, one in call.store(RunCommandStore).commands.items() if key.startswith(prefix)]
    view = api.always_view or _expands(call)
    return paged(call, [render(command, api, view) for command in found])


def put(call: Call, machine: Machine, api: RunCommandApi) -> Answer:
    """Create or replace; a long-running operation unless nothing changes."""
    api.refuse(machine)
    properties: dict[str, Any] = dict(call.body.get("properties") or {})
    _check(machine, properties)
    known = call.store(RunCommandStore).commands.get(_key(call, machine, api))
    if known is not None and known.properties == properties:
        known.tags = dict(call.body.get("tags") or {})
        return Answer(200, render(known, api, view=False))
    tags = dict(call.body.get("tags") or {})
    return _begin(call, machine, api, known, properties, tags, 200 if known else 201)


def patch(call: Call, machine: Machine, api: RunCommandApi) -> Answer:
    """Change some properties; what they make is run."""
    known = find(call, machine, api)
    api.refuse(machine)
    properties = {**known.properties, **(call.body.get("properties") or {})}
    _check(machine, properties)
    tags = dict(call.body.get("tags", known.tags))
    if properties == known.properties:
        known.tags = tags
        return Answer(200, render(known, api, view=False))
    return _begin(call, machine, api, known, properties, tags, 200)


def _check(machine: Machine, properties: Mapping[str, Any]) -> None:
    """Raise ArmError for what the service refuses, and for what the sandbox does not serve."""
    for name in NOT_SERVED:
        if properties.get(name) is not None:
            raise invalid_parameter(f"The sandbox does not serve '{name}' of run commands.", f"properties.{name}")
    source = properties.get("source") or {}
    given = [name for name in SOURCES if source.get(name) is not None]
    if len(given) != 1:
        raise invalid_parameter("Exactly one source of the script has to be given.", "properties.source")
    if given != ["script"]:
        raise invalid_parameter(f"The sandbox does not serve '{given[0]}' of run commands.", "properties.source")
    parameters = _parameters(properties)
    if machine.os.is_windows and parameters and "param(" in source["script"].replace(" ", "").lower():
        raise invalid_parameter("The sandbox does not serve param blocks of run commands.", "properties.parameters")
    timeout = properties.get("timeoutInSeconds")
    if timeout is not None and timeout <= 0:
        raise invalid_parameter(
            f"The value '{timeout}' of parameter 'timeoutInSeconds' is invalid.", "timeoutInSeconds"
        )


def _parameters(properties: Mapping[str, Any]) -> list[Mapping[str, str]]:
    return [*(properties.get("parameters") or ()), *(properties.get("protectedParameters") or ())]


def _begin(
    call: Call,
    machine: Machine,
    api: RunCommandApi,
    known: RunCommand | None,
    properties: dict[str, Any],
    tags: dict[str, str],
    status: int,
) -> Answer:
    script = properties["source"]["script"]
    timeout = float(properties.get("timeoutInSeconds") or USUAL_TIMEOUT)
    execution = Execution(script, _parameters(properties), timeout)
    if known is not None:
        known.execution.end("Canceled", machine.clock.now(), "The command was replaced.")
    location = str(call.body.get("location") or (known.location if known else machine.region))
    name = known.name if known else call.params["command"]
    command_id = known.id if known else f"{machine.node_id}/{api.path}/{name}"
    command = RunCommand(command_id, name, location, properties, tags, execution, "Updating" if known else "Creating")
    call.store(RunCommandStore).commands[_key(call, machine, api)] = command
    first = render(command, api, view=False)
    return start(
        call, 0.0, lambda: _provision(machine, command, api), status=status, body=first, location=machine.region
    )


def _provision(machine: Machine, command: RunCommand, api: RunCommandApi) -> Any:
    """Deliver the script, and wait for its end unless it is asynchronous. Raises ArmError."""
    execution = command.execution
    if not execution.script.strip():
        execution.end("Canceled", machine.clock.now(), "The script is empty.")
    elif command.properties.get("asyncExecution"):
        if not machine.wait_for_agent(execution.timeout):
            execution.run(machine)
        else:
            _in_background(machine, execution)
    else:
        execution.run(machine)
    failed = command.properties.get("treatFailureAsDeploymentFailure") and execution.state in ("Failed", "TimedOut")
    if failed or (execution.state == "TimedOut" and not execution.delivered):
        command.provisioning = "Failed"
        raise _failure(command) if execution.delivered else api.unreachable(machine)
    command.provisioning = "Succeeded"
    return render(command, api, view=False)


def _in_background(machine: Machine, execution: Execution) -> None:
    threading.Thread(target=execution.run, args=(machine,), name="run command", daemon=True).start()


def _failure(command: RunCommand) -> ArmError:
    return ArmError(
        409,
        "VMExtensionProvisioningError",
        f"VM has reported a failure when processing run command '{command.name}'. Error message: "
        f"{command.execution.message}",
    )


def delete(call: Call, machine: Machine, api: RunCommandApi) -> Answer:
    """Remove it; what runs is cancelled. Deleting what is not there is a 204."""
    commands = call.store(RunCommandStore).commands
    key = _key(call, machine, api)
    if key not in commands:
        return Answer(204)
    command = commands[key]
    command.provisioning = "Deleting"
    command.execution.end("Canceled", machine.clock.now(), "The command was deleted.")

    def work() -> None:
        if commands.get(key) is command:
            del commands[key]

    return start(call, 1.0, work, location=machine.region)
