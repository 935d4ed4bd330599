# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Managed run commands: their names, the requests that make, read and delete them, and what the service shows of them.

A run command is a resource below its machine, of VMs and Arc machines alike. The same PUT again does not run the script
again, and a deleted command's script is stopped ("Run scripts in your VM by using managed run commands").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from .._core.errors import CloudError, InputError
from .._core.nodes import canonical_id, provider_of_id
from . import versions
from .answer import Answer
from .client import Connection
from .nodes import ARC, PROVIDERS, name_of

KEPT_BYTES = 4_096
"""Of each stream the instance view keeps the last bytes (Azure/run-command-handler-linux)."""

OUR_PREFIX = "hybridops-"

_ENDED = ("Succeeded", "Failed", "TimedOut", "Canceled")
"""Values of ExecutionState after which the script does nothing any more; the others are Unknown, Pending, Running."""

_NOT_PROVISIONED = ("Failed", "Canceled")
_NOT_FOUND = ("NotFound", "ResourceNotFound")
_COMMAND_ID = re.compile(r"(?i)(/subscriptions/.+)/runCommands/([^/]+)\Z")


@dataclass(frozen=True, slots=True)
class Script:
    """What a command runs. ``options`` are further properties under the API's names; they may hold secrets."""

    text: str = field(repr=False)
    parameters: Mapping[str, str] = field(default_factory=dict, repr=False)
    protected_parameters: Mapping[str, str] = field(default_factory=dict, repr=False)
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def body(self, location: str) -> dict[str, Any]:
        """The resource, as PUT wants it. It is provisioned as soon as the script has begun (asyncExecution)."""
        properties: dict[str, Any] = {"source": {"script": self.text}, "asyncExecution": True, **self.options}
        if self.parameters:
            properties["parameters"] = _named(self.parameters)
        if self.protected_parameters:
            properties["protectedParameters"] = _named(self.protected_parameters)
        return {"location": location, "properties": properties}


@dataclass(frozen=True, slots=True)
class CommandView:
    """What the service shows of a command.

    ``age``: for how many seconds the script has run, by the service's own clock; None when that is not told.
    """

    state: str
    provisioning: str
    exit_code: int | None = None
    output: str = ""
    error: str = ""
    message: str = ""
    location: str = ""
    age: float | None = None

    @classmethod
    def from_api(cls, answer: Answer) -> CommandView:
        """The command of an answer to GET."""
        properties = answer.body.get("properties") or {}
        view = properties.get("instanceView") or {}
        code = view.get("exitCode")
        return cls(
            state=str(view.get("executionState") or ""),
            provisioning=str(properties.get("provisioningState") or ""),
            exit_code=None if code is None else int(code),
            output=str(view.get("output") or ""),
            error=str(view.get("error") or ""),
            message=str(view.get("executionMessage") or ""),
            location=str(answer.body.get("location") or ""),
            age=_age(str(view.get("startTime") or ""), answer.headers.get("date", "")),
        )

    @property
    def ended(self) -> bool:
        """Whether the script has ended, or will never begin."""
        return self.state in _ENDED or self.provisioning in _NOT_PROVISIONED

    @property
    def delivered(self) -> bool:
        """Whether the script has begun, of one that has ended; a timeout may also be that of the delivery."""
        return self.state in _ENDED and not (self.state == "TimedOut" and self.provisioning in _NOT_PROVISIONED)

    @property
    def passed(self) -> bool:
        """Whether the script ended well."""
        return self.state == "Succeeded" and not self.exit_code

    @property
    def cut(self) -> bool:
        """Whether the service has kept only the end of a stream; it cuts between two characters."""
        return any(len(text.encode()) > KEPT_BYTES - 4 for text in (self.output, self.error))


def command_id(node_id: str, operation_id: str) -> str:
    """The resource id of the command that an operation sends to a machine."""
    return f"{node_id}/runCommands/{OUR_PREFIX}{operation_id}"


def node_of(resource_id: str) -> str:
    """The machine of a command. Raises InputError for what is no run command's id."""
    found = _COMMAND_ID.match(resource_id)
    node_id = canonical_id(found.group(1)) if found else ""
    if provider_of_id(node_id) not in PROVIDERS:
        raise InputError("command_id", resource_id, "the resource id of a run command of a VM or of an Arc machine")
    return node_id


def is_ours(resource_id: str) -> bool:
    """Whether the name is one that only this collection gives."""
    return name_of(resource_id).lower().startswith(OUR_PREFIX)


def put_command(connection: Connection, resource_id: str, script: Script, location: str, doing: str) -> Answer:
    """Make the command; the same again does nothing. Raises CloudError."""
    return connection.call("PUT", resource_id, _version(resource_id), doing, script.body(location))


def read_command(connection: Connection, resource_id: str, doing: str) -> CommandView | None:
    """The command and what became of it, None when there is none. Raises CloudError."""
    query = {} if provider_of_id(node_of(resource_id)) == ARC else {"$expand": "instanceView"}
    try:
        answer = connection.call("GET", resource_id, _version(resource_id), doing, query=query)
    except CloudError as error:
        if error.code in _NOT_FOUND:
            return None
        raise
    return CommandView.from_api(answer)


def delete_command(connection: Connection, resource_id: str) -> Answer:
    """Delete a command of ours. Raises CloudError, ValueError for a name that is not ours."""
    if not is_ours(resource_id):
        raise ValueError(f"{resource_id} was not made here")
    return connection.call("DELETE", resource_id, _version(resource_id), f"delete {_shown(resource_id)}")


def command_names(connection: Connection, node_id: str, doing: str) -> Iterator[str]:
    """The names of all commands of a machine. Raises CloudError."""
    path = f"{node_id}/runCommands"
    for entry in connection.pages(path, versions.OF_MACHINES[provider_of_id(node_id)], doing):
        yield str(entry.get("name") or "")


def location_of(connection: Connection, node_id: str, doing: str) -> str:
    """The location of a machine, which its commands have to have too. Raises CloudError."""
    answer = connection.call("GET", node_id, versions.OF_MACHINES[provider_of_id(node_id)], doing)
    return str(answer.body.get("location") or "")


def _version(resource_id: str) -> str:
    return versions.OF_MACHINES[provider_of_id(node_of(resource_id))]


def _shown(resource_id: str) -> str:
    return f"the run command {name_of(resource_id)} of {name_of(node_of(resource_id))}"


def _named(parameters: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in parameters.items()]


def _age(started: str, now: str) -> float | None:
    """Seconds from ``startTime`` (RFC 3339) to the answer's ``Date`` (RFC 9110)."""
    try:
        return (parsedate_to_datetime(now) - datetime.fromisoformat(started)).total_seconds()
    except (TypeError, ValueError):
        return None
