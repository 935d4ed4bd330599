# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table Heartbeat: what the agents of a workspace's machines reported (Azure Monitor Logs reference, "Heartbeat").

An agent reports every minute; here there are the last two of each machine, and the last one of a machine that is away.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from ...machines import Machine
from ..arm.ids import ARC_TYPE
from ..nodes.machines import id_of
from ..world import AzureWorld
from .store import Resource, reports_to

BEAT = timedelta(minutes=1)
LONG_AGO = timedelta(days=30)
COLUMNS = {
    "TenantId": "string",
    "SourceSystem": "string",
    "TimeGenerated": "datetime",
    "SourceComputerId": "string",
    "ComputerIP": "string",
    "Computer": "string",
    "Category": "string",
    "OSType": "string",
    "OSName": "string",
    "OSMajorVersion": "string",
    "OSMinorVersion": "string",
    "Version": "string",
    "ComputerEnvironment": "string",
    "Resource": "string",
    "ResourceProvider": "string",
    "ResourceId": "string",
    "ResourceGroup": "string",
    "ResourceType": "string",
    "SubscriptionId": "string",
    "VMUUID": "string",
    "Solutions": "string",
    "Type": "string",
    "_ResourceId": "string",
}


def heartbeats(world: AzureWorld, workspace: Resource) -> Iterator[dict[str, Any]]:
    """The rows, oldest first for each machine."""
    now = world.now()
    for machine in world.fleet.machines.values():
        if machine.node_id.startswith("/") and reports_to(machine, workspace):
            for moment in _moments(machine, now):
                yield _row(machine, workspace, moment)


def _moments(machine: Machine, now: datetime) -> list[datetime]:
    if machine.agent_online:
        latest = now - timedelta(seconds=now.second + 1)
        return [latest - BEAT, latest]
    days = machine.attributes.get("disconnected_days")
    if days is not None:
        return [now - timedelta(days=float(days))]
    return [machine.agent_last_seen or now - LONG_AGO]


def _row(machine: Machine, workspace: Resource, moment: datetime) -> dict[str, Any]:
    parts, arc = id_of(machine), id_of(machine).is_type(ARC_TYPE)
    namespace, _slash, kind = parts.type.partition("/")
    major, _dot, minor = machine.os.platform_version.partition(".")
    return {
        "TenantId": workspace["properties"]["customerId"],
        "SourceSystem": "Linux" if not machine.os.is_windows else "OpsManager",
        "TimeGenerated": moment,
        "SourceComputerId": str(machine.attributes.get("vm_id") or parts.key),
        "ComputerIP": str(machine.attributes.get("private_ip") or "10.0.0.4"),
        "Computer": machine.hostname,
        "Category": "Azure Monitor Agent",
        "OSType": machine.os.platform_type,
        "OSName": machine.os.platform_name,
        "OSMajorVersion": major,
        "OSMinorVersion": minor,
        "Version": "1.28.0",
        "ComputerEnvironment": "Non-Azure" if arc else "Azure",
        "Resource": parts.name,
        "ResourceProvider": namespace,
        "ResourceId": machine.node_id,
        "ResourceGroup": parts.group,
        "ResourceType": kind,
        "SubscriptionId": parts.subscription,
        "VMUUID": str(machine.attributes.get("vm_id") or ""),
        "Solutions": "updates",
        "Type": "Heartbeat",
        "_ResourceId": machine.node_id.lower(),
    }
