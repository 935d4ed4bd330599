# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run commands as Resource Manager shows them (the published examples, less what is not read)."""

from __future__ import annotations

from typing import Any

from ansible_collections.hybridops.patching.plugins.module_utils._azure.answer import Answer
from ansible_collections.hybridops.patching.plugins.module_utils._azure.run_commands import Script, command_id
from ansible_collections.hybridops.patching.plugins.module_utils._azure.wire import LOST, Unanswered
from ansible_collections.hybridops.patching.plugins.module_utils._core.nodes import Node

from tests.unit.azure.wire import SUBSCRIPTION, Request, arc, refused, vm

DB = Node(vm("db"), "db", "azure_vm", SUBSCRIPTION, "westeurope", "linux")
APP = Node(arc("app"), "app", "azure_arc", SUBSCRIPTION, "westeurope", "windows")
SCRIPTS = {"linux": Script("echo hi"), "windows": Script("'hi'")}
URL = "https://management.azure.com/subscriptions/x/operations/1"
LOST_ANSWER = Unanswered(LOST, "ReadTimeout", "timed out")
BUSY = refused(409, "Conflict", "The request failed due to conflict with a concurrent request.")
NOT_THERE = refused(404, "ResourceNotFound")


def shown(state: str = "", provisioning: str = "Succeeded", **view: Any) -> Answer:
    """An answer to GET; ``view`` are members of the instance view, ``date`` is the answer's."""
    headers = {"date": view.pop("date")} if "date" in view else {}
    instance = {"executionState": state, **view} if state else None
    properties = {"provisioningState": provisioning, "instanceView": instance}
    return Answer(200, {"name": "x", "location": "westeurope", "properties": properties}, headers)


def ended(output: str = "hi\n", state: str = "Succeeded", exit_code: int = 0, **view: Any) -> Answer:
    """A command whose script has ended."""
    return shown(state, output=output, exitCode=exit_code, **view)


def put(node: Node, operation_id: str = "op1", answer: Any = None) -> Request:
    """The request that sends the command of an operation."""
    accepted = Answer(201, {}, {"azure-asyncoperation": URL})
    return Request("PUT", command_id(node.node_id, operation_id), answer or accepted)


def get(target: str, answer: Answer | Unanswered) -> Request:
    """The request that reads a command."""
    return Request("GET", target, answer)


def delete(target: str, answer: Answer | None = None) -> Request:
    """The request that deletes a command."""
    return Request("DELETE", target, answer or Answer(202))
