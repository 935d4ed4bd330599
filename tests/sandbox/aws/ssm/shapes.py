# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands and invocations in the API's form."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from .commands import ERRORS, OPEN, STATUS_OF, Command, Invocation, PluginRun
from .outputs import output_place, output_url


def command_shape(command: Command) -> dict[str, Any]:
    """Member of SendCommand's and ListCommands' answers."""
    request, details = command.request, [invocation.details for invocation in command.invocations]
    return {
        "CommandId": command.command_id,
        "DocumentName": command.document.name,
        "DocumentVersion": command.document_version,
        "Comment": str(request.get("Comment") or ""),
        "ExpiresAfter": command.expires,
        "Parameters": dict(request.get("Parameters") or {}),
        "InstanceIds": list(request.get("InstanceIds") or []),
        "Targets": list(request.get("Targets") or []),
        "RequestedDateTime": command.requested,
        "Status": command.status,
        "StatusDetails": command.details,
        "OutputS3Region": command.region if request.get("OutputS3BucketName") else None,
        "OutputS3BucketName": request.get("OutputS3BucketName"),
        "OutputS3KeyPrefix": request.get("OutputS3KeyPrefix"),
        "MaxConcurrency": command.max_concurrency,
        "MaxErrors": command.max_errors,
        "TargetCount": len(details),
        "CompletedCount": sum(detail not in OPEN for detail in details),
        "ErrorCount": sum(detail in ERRORS for detail in details),
        "DeliveryTimedOutCount": details.count("DeliveryTimedOut"),
        "ServiceRole": str(request.get("ServiceRoleArn") or ""),
        "NotificationConfig": _notification(request),
        "TimeoutSeconds": command.timeout,
        "CloudWatchOutputConfig": _cloud_watch(request),
    }


def _notification(request: Any) -> dict[str, Any]:
    return {"NotificationArn": "", "NotificationEvents": []} | dict(request.get("NotificationConfig") or {})


def _cloud_watch(request: Any) -> dict[str, Any]:
    return {"CloudWatchOutputEnabled": False} | dict(request.get("CloudWatchOutputConfig") or {})


def invocation_shape(command: Command, invocation: Invocation, details: bool) -> dict[str, Any]:
    """Member of ListCommandInvocations' answer."""
    last = invocation.plugins[-1] if invocation.plugins else None
    return {
        "CommandId": command.command_id,
        "InstanceId": invocation.machine.node_id,
        "InstanceName": invocation.machine.tags.get("Name", "")[:255],
        "Comment": str(command.request.get("Comment") or ""),
        "DocumentName": command.document.name,
        "DocumentVersion": command.document_version,
        "RequestedDateTime": invocation.requested,
        "Status": invocation.status,
        "StatusDetails": invocation.details,
        "StandardOutputUrl": output_url(command, invocation, last, "stdout"),
        "StandardErrorUrl": output_url(command, invocation, last, "stderr"),
        "CommandPlugins": [plugin_shape(command, invocation, plugin) for plugin in invocation.plugins]
        if details
        else [],
        "ServiceRole": str(command.request.get("ServiceRoleArn") or ""),
        "NotificationConfig": _notification(command.request),
        "CloudWatchOutputConfig": _cloud_watch(command.request),
    }


def plugin_shape(command: Command, invocation: Invocation, plugin: PluginRun) -> dict[str, Any]:
    """Member of CommandPlugins. What has begun and not ended has the code -1 and no output yet."""
    ended = plugin.details not in OPEN
    place = output_place(command, invocation, plugin)
    return {
        "Name": plugin.name,
        "Status": STATUS_OF.get(plugin.details, plugin.details),
        "StatusDetails": plugin.details,
        "ResponseCode": plugin.code,
        "ResponseStartDateTime": plugin.started,
        "ResponseFinishDateTime": plugin.finished,
        "Output": plugin.inline() if ended else "",
        "StandardOutputUrl": output_url(command, invocation, plugin, "stdout"),
        "StandardErrorUrl": output_url(command, invocation, plugin, "stderr"),
        "OutputS3Region": command.region,
        "OutputS3BucketName": place[0] if place else None,
        "OutputS3KeyPrefix": place[1] if place else None,
    }


def instant(moment: datetime | None) -> str:
    """A moment as GetCommandInvocation writes it; ``""`` when there is none."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z" if moment else ""


def elapsed(plugin: PluginRun) -> str:
    """The time between start and end, in ISO 8601."""
    if plugin.started is None or plugin.finished is None:
        return ""
    return f"PT{(plugin.finished - plugin.started).total_seconds():.3f}S"
