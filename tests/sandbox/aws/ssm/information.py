# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""DescribeInstanceInformation: the managed nodes and their agents."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ...machines import Machine
from ..errors import ServiceError
from ..paging import page
from ..world import Call, operation
from .association_store import association_status
from .nodes import managed_nodes, ping_status

FILTERS = {
    "ActivationIds": "ActivationId",
    "AgentVersion": "AgentVersion",
    "AssociationStatus": "AssociationStatus",
    "IamRole": "IamRole",
    "InstanceIds": "InstanceId",
    "PingStatus": "PingStatus",
    "PlatformTypes": "PlatformType",
    "ResourceType": "ResourceType",
    "SourceIds": "SourceId",
    "SourceTypes": "SourceType",
}
_LONG_AGO = datetime(2024, 1, 1, tzinfo=UTC)


def _describe(call: Call, machine: Machine) -> dict[str, Any]:
    hybrid = machine.hybrid
    activation = str(uuid.uuid5(uuid.NAMESPACE_URL, f"activation:{machine.account}:{machine.region}"))
    return {
        "InstanceId": machine.node_id,
        "PingStatus": ping_status(machine),
        "LastPingDateTime": machine.agent_last_seen or _LONG_AGO,
        "AgentVersion": machine.agent_version,
        "IsLatestVersion": _version(machine.agent_version) >= _version(machine.newest_agent_version),
        "PlatformType": machine.os.platform_type,
        "PlatformName": machine.os.platform_name,
        "PlatformVersion": machine.os.platform_version,
        "ResourceType": "ManagedInstance" if hybrid else "EC2Instance",
        "IPAddress": str(machine.attributes.get("private_ip") or "10.0.0.10"),
        "ComputerName": machine.hostname,
        "ActivationId": activation if hybrid else None,
        "IamRole": "SSMServiceRole" if hybrid else None,
        "RegistrationDate": _LONG_AGO if hybrid else None,
        "Name": machine.name if hybrid else None,
        "SourceId": machine.node_id,
        "SourceType": "AWS::SSM::ManagedInstance" if hybrid else "AWS::EC2::Instance",
        "AssociationStatus": association_status(call, machine),
    }


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".") if part.isdigit())


@operation("ssm", "DescribeInstanceInformation")
def describe_instance_information(call: Call) -> Mapping[str, Any]:
    """Managed nodes by filters (``Filters`` or the older ``InstanceInformationFilterList``, not both)."""
    newer, older = call.params.get("Filters") or [], call.params.get("InstanceInformationFilterList") or []
    if newer and older:
        raise ServiceError("ValidationException", "Filters and InstanceInformationFilterList cannot be used together")
    wanted = [(entry["Key"], entry["Values"]) for entry in newer] + [
        (entry["key"], entry["valueSet"]) for entry in older
    ]
    for key, _values in wanted:
        if key not in FILTERS and key != "tag-key" and not key.startswith("tag:"):
            raise ServiceError("InvalidFilterKey", f"The filter key {key} is not valid")
    found = []
    for machine in managed_nodes(call).values():
        described = _describe(call, machine)
        if all(_offered(machine, described, key) & set(values) for key, values in wanted):
            found.append(described)
    shown, token = page(call, found, 10)
    return {"InstanceInformationList": shown, "NextToken": token}


def _offered(machine: Machine, described: Mapping[str, Any], key: str) -> set[str]:
    if key == "tag-key":
        return set(machine.tags)
    if key.startswith("tag:"):
        return {machine.tags[key[4:]]} if key[4:] in machine.tags else set()
    value = described[FILTERS[key]]
    return {str(value)} if value is not None else set()
