# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An Arc machine as the API shows it.

The attributes of the fleet file that are read here are described in fleets/README.md, "Azure machines".
"""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from ...machines import Machine
from ..arm.ids import ARC_TYPE
from ..nodes.machines import azure_agent_version, id_of
from ..patching.shapes import instant

AGENT_VERSION = "1.48.02881.1941"
EXPIRED_AFTER = timedelta(days=45)
"""A machine that is not heard of for so long is Expired (Azure Arc, "Connected Machine agent: agent status")."""
_NAMESPACE = uuid.UUID("b1f7a6d9-0d5b-5a5f-9c11-27a9a2d9a0aa")


def vm_id(machine: Machine) -> str:
    """The id that the agent gave itself."""
    return str(machine.attributes.get("vm_id") or uuid.uuid5(_NAMESPACE, machine.node_id.lower()))


def agent_version(machine: Machine) -> str:
    """Of the Connected Machine agent."""
    return azure_agent_version(machine, AGENT_VERSION)


def status(machine: Machine) -> str:
    """Connected, Disconnected or Expired."""
    if machine.agent_online:
        return "Connected"
    days = machine.attributes.get("disconnected_days")
    if days is not None and timedelta(days=float(days)) >= EXPIRED_AFTER:
        return "Expired"
    return "Disconnected"


def _last_change(machine: Machine) -> str:
    """When the status became what it is."""
    days = machine.attributes.get("disconnected_days")
    if machine.agent_online or days is None:
        seen = machine.booted_at if machine.agent_online else machine.agent_last_seen
        return instant(seen or machine.clock.now())
    return instant(machine.clock.now() - timedelta(days=float(days)))


def agent_configuration(machine: Machine) -> dict[str, Any]:
    """What azcmagent was configured to: lists of extensions as ``publisher/type``."""
    attributes = machine.attributes
    return {
        "incomingConnectionsPorts": [str(port) for port in attributes.get("incoming_ports") or ()],
        "extensionsAllowList": _extensions(attributes.get("extensions_allow_list")),
        "extensionsBlockList": _extensions(attributes.get("extensions_block_list")),
        "proxyBypass": [],
        "extensionsEnabled": "true" if attributes.get("extensions_enabled", True) else "false",
        "guestConfigurationEnabled": "true",
        "configMode": str(attributes.get("config_mode") or "full"),
    }


def _extensions(names: Any) -> list[dict[str, str]]:
    pairs = [str(name).partition("/") for name in names or ()]
    return [{"publisher": publisher, "type": kind} for publisher, _slash, kind in pairs]


def os_profile(machine: Machine) -> dict[str, Any]:
    """Arc shows both configurations; that of the other system is empty."""
    settings = {
        "assessmentMode": str(machine.attributes.get("assessment_mode") or "ImageDefault"),
        "patchMode": str(machine.attributes.get("patch_mode") or "ImageDefault"),
    }
    own = "windowsConfiguration" if machine.os.is_windows else "linuxConfiguration"
    other = "linuxConfiguration" if machine.os.is_windows else "windowsConfiguration"
    return {
        "computerName": machine.hostname.split(".")[0],
        own: {"patchSettings": settings},
        other: {"patchSettings": {}},
    }


def render(machine: Machine) -> dict[str, Any]:
    """The resource."""
    fqdn = machine.hostname
    return {
        "id": machine.node_id,
        "name": id_of(machine).name,
        "type": ARC_TYPE,
        "location": machine.region,
        "tags": dict(machine.tags),
        "identity": {
            "type": "SystemAssigned",
            "principalId": str(uuid.uuid5(_NAMESPACE, f"{machine.node_id.lower()} principal")),
        },
        "properties": {
            "vmId": vm_id(machine),
            "vmUuid": str(uuid.uuid5(_NAMESPACE, f"{machine.node_id.lower()} uuid")),
            "provisioningState": "Succeeded",
            "status": status(machine),
            "lastStatusChange": _last_change(machine),
            "agentVersion": agent_version(machine),
            "displayName": id_of(machine).name,
            "machineFqdn": fqdn,
            "dnsFqdn": fqdn,
            "adFqdn": fqdn if machine.os.is_windows else "",
            "domainName": "WORKGROUP" if machine.os.is_windows else "",
            "osType": machine.os.platform_type.lower(),
            "osName": machine.os.platform_type.lower(),
            "osVersion": machine.os.platform_version if machine.os.is_windows else machine.os.kernel,
            "osSku": _sku(machine),
            "osProfile": os_profile(machine),
            "detectedProperties": _detected(machine),
            "agentConfiguration": agent_configuration(machine),
            "serviceStatuses": {
                "extensionService": {"status": "active", "startupType": "enabled"},
                "guestConfigurationService": {"status": "active", "startupType": "enabled"},
            },
            "mssqlDiscovered": "false",
        },
    }


def _sku(machine: Machine) -> str:
    if machine.os.is_windows:
        return machine.os.platform_name.removeprefix("Microsoft ")
    return f"{machine.os.platform_name} {machine.os.platform_version}"


def _detected(machine: Machine) -> dict[str, str]:
    cores = str(machine.attributes.get("cores") or 4)
    return {
        "cloudprovider": "N/A",
        "manufacturer": str(machine.attributes.get("manufacturer") or "VMware, Inc."),
        "model": str(machine.attributes.get("model") or "VMware Virtual Platform"),
        "logicalCoreCount": cores,
        "coreCount": cores,
        "totalPhysicalMemoryInBytes": str(8 << 30),
    }
