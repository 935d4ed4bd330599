# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SendCommand and CancelCommand."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from ...machines import Machine
from ..errors import ServiceError
from ..world import Call, operation
from .commands import Command, CommandStore, Invocation, PluginRun
from .custom_documents import custom_document
from .delivery import Delivery
from .documents import DOCUMENTS, Document, checked_parameters
from .nodes import managed_nodes, targeted
from .shapes import command_shape

VISIBLE_AFTER = 1.0
"""Simulated seconds after which a command's invocations can be listed."""


@operation("ssm", "SendCommand")
def send_command(call: Call) -> Mapping[str, Any]:
    """Send a document to nodes; answers before anything has happened."""
    document = runnable_document(
        call, str(call.params["DocumentName"]), str(call.params.get("DocumentVersion") or "$DEFAULT")
    )
    machines = _machines(call)
    parameters = checked_parameters(document, call.params.get("Parameters") or {})
    if call.params.get("InstanceIds"):
        for machine in machines:
            if machine.os.platform_type not in document.platforms:
                raise ServiceError(
                    "UnsupportedPlatformType",
                    f"The document {document.name} does not support the platform type of instance {machine.node_id}",
                )
    now = call.world.now()
    command = Command(
        command_id=str(uuid.uuid4()),
        document=document,
        request=dict(call.params),
        parameters=parameters,
        requested=now,
        document_version=str(call.params.get("DocumentVersion") or "$DEFAULT"),
        expires=now,
        visible_from=call.world.clock.seconds() + VISIBLE_AFTER,
        account=call.account,
        region=call.region,
        invocations=[
            Invocation(machine, [PluginRun(step.name, step.folder) for step in document.steps], requested=now)
            for machine in machines
        ],
    )
    command.expires = now + timedelta(seconds=call.world.clock.wall_seconds(command.timeout))
    for invocation in command.invocations:
        if invocation.machine.os.platform_type not in document.platforms:
            invocation.details = "InvalidPlatform"
    if not command.invocations:
        command.settle()
    call.store(CommandStore).commands[command.command_id] = command
    shown = command_shape(command)
    Delivery(call.world, command).begin()
    return {"Command": shown}


def runnable_document(call: Call, name: str, version: str) -> Document:
    """A document, by name or ARN, as it can be run. Raises ServiceError."""
    short = name.rpartition("/")[2] if name.startswith("arn:") else name
    document = DOCUMENTS.get(short)
    if document is None:
        return custom_document(call, name, version)
    if version not in ("$DEFAULT", "$LATEST", document.version):
        raise ServiceError("InvalidDocumentVersion", f"Document {short} has no version {version}")
    return document


def _machines(call: Call) -> list[Machine]:
    ids, targets = call.params.get("InstanceIds") or [], call.params.get("Targets") or []
    if bool(ids) == bool(targets):
        raise ServiceError("ValidationException", "Either InstanceIds or Targets must be given, and not both")
    if targets:
        return targeted(call, targets)
    if len(set(ids)) != len(ids):
        raise ServiceError("DuplicateInstanceId", "You can't specify a managed node ID more than once in a command.")
    known = managed_nodes(call)
    invalid = [node_id for node_id in ids if node_id not in known]
    if invalid:
        raise ServiceError(
            "InvalidInstanceId", f"Instances [[{', '.join(invalid)}]] not in a valid state for account {call.account}"
        )
    return [known[node_id] for node_id in ids]


@operation("ssm", "CancelCommand")
def cancel_command(call: Call) -> Mapping[str, Any]:
    """Cancel what has not been delivered; what runs is let run to its end, and counts as cancelled then."""
    command = call.store(CommandStore).commands.get(call.params["CommandId"])
    if command is None:
        raise ServiceError("InvalidCommandId", f"The command {call.params['CommandId']} does not exist")
    asked = set(call.params.get("InstanceIds") or [])
    if len(asked) != len(call.params.get("InstanceIds") or []):
        raise ServiceError("DuplicateInstanceId", "A managed node ID is given more than once")
    unknown = asked - {invocation.machine.node_id for invocation in command.invocations}
    if unknown:
        raise ServiceError("InvalidInstanceId", f"The command was not sent to {min(unknown)}")
    command.cancelled = command.cancelled or not asked
    for invocation in command.invocations:
        if asked and invocation.machine.node_id not in asked:
            continue
        if invocation.details == "Pending":
            invocation.details = "Cancelled"
            for plugin in invocation.plugins:
                plugin.details = "Cancelled"
        elif invocation.details == "InProgress":
            invocation.details = "Cancelling"
    command.settle()
    return {}
