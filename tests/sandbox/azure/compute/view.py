# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A virtual machine as the API shows it: the resource, and the view of the running instance.

The attributes of the fleet file that are read here are described in fleets/README.md, "Azure machines".
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from ...machines import Machine
from ..arm.ids import VM_TYPE
from ..nodes.machines import azure_agent_version, id_of
from ..patching.record import Assessment, Installation, record_of
from ..patching.shapes import error_details, installed_counts, instant
from .disks import storage_profile
from .power_state import DISPLAY, power_state

CREATED = datetime(2024, 3, 18, 7, 45, tzinfo=UTC)
_NAMESPACE = uuid.UUID("c0a6ad5c-3b8d-5a55-8a0f-52b1c8f5a2b4")
AGENT_VERSIONS = {"windows": "2.7.41491.1172", "linux": "2.11.1.12"}
_SIZE = "Standard_D2s_v3"


def vm_id(machine: Machine) -> str:
    """The id that stays when the resource is moved."""
    return str(machine.attributes.get("vm_id") or uuid.uuid5(_NAMESPACE, machine.node_id.lower()))


def created_at(machine: Machine) -> datetime:
    """The attribute ``created_days_ago`` counted from now, or a day in the past."""
    days = machine.attributes.get("created_days_ago")
    return CREATED if days is None else machine.clock.now() - timedelta(days=float(days))


def render(machine: Machine, instance_view: bool = False) -> dict[str, Any]:
    """The resource. ``instance_view``: with the state of the instance in its properties."""
    attributes, parts = machine.attributes, id_of(machine)
    properties: dict[str, Any] = {
        "vmId": vm_id(machine),
        "hardwareProfile": {"vmSize": str(attributes.get("vm_size") or _SIZE)},
        "storageProfile": storage_profile(machine),
        "osProfile": os_profile(machine),
        "networkProfile": {"networkInterfaces": []},
        "securityProfile": _security(machine),
        "licenseType": attributes.get("license_type"),
        "provisioningState": str(machine.records.get("azure_provisioning") or "Succeeded"),
        "timeCreated": instant(created_at(machine)),
    }
    for name, key in (("virtualMachineScaleSet", "scale_set"), ("availabilitySet", "availability_set")):
        if attributes.get(key):
            properties[name] = {"id": str(attributes[key])}
    if instance_view:
        properties["instanceView"] = render_instance(machine)
    return {
        "id": machine.node_id,
        "name": parts.name,
        "type": VM_TYPE,
        "location": machine.region,
        "tags": dict(machine.tags) or None,
        "zones": attributes.get("zones"),
        "plan": attributes.get("plan"),
        "properties": properties,
    }


def _security(machine: Machine) -> dict[str, Any] | None:
    kind = machine.attributes.get("security_type")
    if not kind:
        return None
    return {"securityType": kind, "uefiSettings": {"secureBootEnabled": True, "vTpmEnabled": True}}


def computer_name(machine: Machine) -> str:
    """The name inside the OS; Windows has at most 15 characters."""
    short = machine.hostname.split(".")[0]
    return short[:15] if machine.os.is_windows else short


def os_profile(machine: Machine) -> dict[str, Any]:
    """The OS profile. Patch settings that the fleet file does not name are those that a new VM gets."""
    attributes = machine.attributes
    agent = bool(attributes.get("provision_vm_agent", True))
    profile: dict[str, Any] = {
        "computerName": computer_name(machine),
        "adminUsername": str(attributes.get("admin_username") or "azureuser"),
        "secrets": [],
        "allowExtensionOperations": bool(attributes.get("allow_extension_operations", True)),
        "requireGuestProvisionSignal": True,
    }
    if machine.os.is_windows:
        profile["windowsConfiguration"] = {
            "provisionVMAgent": agent,
            "enableAutomaticUpdates": automatic_updates(machine),
            "patchSettings": patch_settings(machine, "AutomaticByOS"),
        }
    else:
        profile["linuxConfiguration"] = {
            "provisionVMAgent": agent,
            "disablePasswordAuthentication": True,
            "patchSettings": patch_settings(machine, "ImageDefault"),
        }
    return profile


def automatic_updates(machine: Machine) -> bool:
    """What a Windows machine was made with; where the fleet file does not say it, what its patch mode needs."""
    attributes = machine.attributes
    return bool(attributes.get("enable_automatic_updates", attributes.get("patch_mode") != "Manual"))


def patch_settings(machine: Machine, usual_mode: str) -> dict[str, Any]:
    """PatchSettings or LinuxPatchSettings. The settings of AutomaticByPlatform are shown when they were set."""
    attributes = machine.attributes
    platform = {
        "rebootSetting": attributes.get("reboot_setting"),
        "bypassPlatformSafetyChecksOnUserSchedule": attributes.get("bypass_platform_safety_checks"),
    }
    return {
        "patchMode": str(attributes.get("patch_mode") or usual_mode),
        "assessmentMode": str(attributes.get("assessment_mode") or "ImageDefault"),
        "enableHotpatching": attributes.get("enable_hotpatching") if machine.os.is_windows else None,
        "automaticByPlatformSettings": platform if any(v is not None for v in platform.values()) else None,
    }


def _status(code: str, text: str, machine: Machine | None = None, level: str = "Info") -> dict[str, Any]:
    status: dict[str, Any] = {"code": code, "level": level, "displayStatus": text}
    return status | ({"time": instant(machine.clock.now())} if machine else {})


def render_instance(machine: Machine) -> dict[str, Any]:
    """VirtualMachineInstanceView. Name and version of the OS come from the agent: a VM that is off has none."""
    state = power_state(machine)
    provisioning = str(machine.records.get("azure_provisioning") or "Succeeded")
    code = "updating" if provisioning == "Updating" else provisioning.lower()
    view: dict[str, Any] = {
        "hyperVGeneration": "V2",
        "disks": [
            {"name": disk["name"], "statuses": [_status("ProvisioningState/succeeded", "Provisioning succeeded")]}
            for disk in _shown_disks(machine)
        ],
        "statuses": [
            _status(f"ProvisioningState/{code}", f"Provisioning {code}", machine),
            _status(f"PowerState/{state}", DISPLAY[state]),
        ],
        "patchStatus": patch_status(machine),
    }
    if state == "running" and machine.agent_installed:
        view["vmAgent"] = _agent(machine)
    if machine.agent_online:
        view |= {
            "computerName": computer_name(machine),
            "osName": machine.os.platform_name.removeprefix("Microsoft ")
            if machine.os.is_windows
            else machine.os.release_id,
            "osVersion": machine.os.platform_version,
        }
    return view


def _shown_disks(machine: Machine) -> list[dict[str, Any]]:
    profile = storage_profile(machine)
    return [profile["osDisk"], *profile["dataDisks"]]


def _agent(machine: Machine) -> dict[str, Any]:
    if machine.agent_online:
        status = _status("ProvisioningState/succeeded", "Ready", machine)
        status["message"] = "Guest Agent is running"
    else:
        status = _status("ProvisioningState/Unavailable", "Not Ready", machine, "Warning")
        status["message"] = "VM status blob is found but not yet populated."
    shown = azure_agent_version(machine, AGENT_VERSIONS[machine.os.family]) if machine.agent_online else "Unknown"
    return {"vmAgentVersion": shown, "statuses": [status], "extensionHandlers": []}


def patch_status(machine: Machine) -> dict[str, Any] | None:
    """VirtualMachinePatchStatus: the newest assessment and installation; None when there was none yet."""
    record = record_of(machine)
    found, done = record.assessment, record.last_installation
    if found is None and done is None:
        return None
    return {
        "availablePatchSummary": _available(found) if found else None,
        "lastPatchInstallationSummary": _installed(done) if done else None,
    }


def critical_and_security(found: Assessment) -> int:
    """The counts that the API adds up."""
    counts = found.counts()
    return counts["Critical"] + counts["Security"]


def _available(found: Assessment) -> dict[str, Any]:
    return {
        "status": found.status,
        "assessmentActivityId": found.activity_id,
        "rebootPending": found.reboot_pending,
        "criticalAndSecurityPatchCount": critical_and_security(found),
        "otherPatchCount": len(found.patches) - critical_and_security(found),
        "startTime": instant(found.started),
        "lastModifiedTime": instant(found.modified),
        "error": error_details(found.error),
    }


def _installed(done: Installation) -> dict[str, Any]:
    return {
        "status": done.status,
        "installationActivityId": done.activity_id,
        "maintenanceWindowExceeded": done.window_exceeded,
        **installed_counts(done),
        "startTime": instant(done.started),
        "lastModifiedTime": instant(done.modified),
        "error": error_details(done.error),
    }
