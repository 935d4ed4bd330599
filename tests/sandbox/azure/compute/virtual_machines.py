# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Virtual machines: reading them, and the few changes that are served."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from azure.mgmt.compute.models import VirtualMachine, VirtualMachineInstanceView, VirtualMachineUpdate

from ...machines import Machine
from ..arm.answer import Answer
from ..arm.call import Call
from ..arm.errors import ArmError, invalid_parameter
from ..arm.ids import VM_TYPE
from ..arm.lro import start
from ..arm.registry import operation
from ..nodes.machines import machine_of, machines_of, page_of, replace_tags
from .versions import ALL, GROUP, VERSIONS
from .view import automatic_updates, render, render_instance

VM = f"{GROUP}/virtualMachines/{{machine}}"
EXPANSIONS = ("", "instanceview", "userdata")
CONFIGURATIONS = ("windowsConfiguration", "linuxConfiguration")
UPDATES_OF_MODE = {"Manual": False, "AutomaticByOS": True}


@operation("GET", VM, versions=VERSIONS, name=f"{VM_TYPE}/read", answer=VirtualMachine)
def get(call: Call) -> Answer:
    """One machine; ``$expand=instanceView`` adds its state."""
    return Answer(200, render(machine_of(call, VM_TYPE), _expands(call)))


def _expands(call: Call) -> bool:
    asked = call.query.get("$expand", "").lower()
    if asked not in EXPANSIONS:
        raise invalid_parameter(f"The value '{asked}' of parameter '$expand' is not allowed.", "$expand")
    return asked == "instanceview"


@operation(
    "GET",
    f"{VM}/instanceView",
    versions=VERSIONS,
    name=f"{VM_TYPE}/instanceView/read",
    answer=VirtualMachineInstanceView,
)
def instance_view(call: Call) -> Answer:
    """The state of the instance."""
    return Answer(200, render_instance(machine_of(call, VM_TYPE)))


@operation("GET", f"{GROUP}/virtualMachines", versions=VERSIONS, name=f"{VM_TYPE}/read")
def list_by_group(call: Call) -> Answer:
    """The machines of a resource group."""
    return _listed(call, machines_of(call.world, call.subscription, VM_TYPE, call.group))


@operation("GET", f"{ALL}/virtualMachines", versions=VERSIONS, name=f"{VM_TYPE}/read")
def list_all(call: Call) -> Answer:
    """The machines of a subscription; with ``statusOnly=true`` their state and little else."""
    machines = machines_of(call.world, call.subscription, VM_TYPE)
    if call.query.get("statusonly", "").lower() == "true":
        return page_of(call, machines, _status_only)
    return _listed(call, machines)


def _listed(call: Call, machines: Iterable[Machine]) -> Answer:
    if call.query.get("$filter"):
        raise ArmError(400, "NotSupported", "The sandbox does not serve $filter for lists of virtual machines.")
    expands = _expands(call)
    return page_of(call, machines, lambda machine: render(machine, expands))


def _status_only(machine: Machine) -> dict[str, Any]:
    whole = render(machine, instance_view=True)
    properties = whole["properties"]
    kept = {key: properties[key] for key in ("vmId", "provisioningState", "instanceView", "timeCreated")}
    return {key: whole[key] for key in ("id", "name", "type", "location")} | {"properties": kept}


@operation("PATCH", VM, versions=VERSIONS, name=f"{VM_TYPE}/write", body=VirtualMachineUpdate, answer=VirtualMachine)
def update(call: Call) -> Answer:
    """Change tags and patch settings. Every other change is refused, since it would have no effect here."""
    machine, body = machine_of(call, VM_TYPE), call.body
    changes = _patch_changes(machine, body.get("properties") or {})
    _check_fixed(machine, changes)
    strange = set(body) - {"tags", "properties"}
    if strange:
        raise _not_served(min(strange))
    if "tags" in body:
        replace_tags(machine, body["tags"])
    machine.alter({"attributes": changes})
    return start(
        call, 1.0, lambda: render(machine), status=200, body=render(machine), polled="async", location=machine.region
    )


def _patch_changes(machine: Machine, properties: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes that a new osProfile means. Raises ArmError."""
    profile = properties.get("osProfile") or {}
    own = CONFIGURATIONS[0 if machine.os.is_windows else 1]
    configuration = profile.get(own) or {}
    settings = configuration.get("patchSettings") or {}
    platform = settings.get("automaticByPlatformSettings") or {}
    _only(properties, ("osProfile",), "properties")
    _only(profile, (own,), "properties.osProfile")
    _only(configuration, ("patchSettings", "enableAutomaticUpdates"), f"properties.osProfile.{own}")
    mode = settings.get("patchMode") or machine.attributes.get("patch_mode")
    if platform and mode != "AutomaticByPlatform":
        raise invalid_parameter(
            "The automaticByPlatformSettings can only be set when patchMode is 'AutomaticByPlatform'.",
            f"osProfile.{own}.patchSettings.automaticByPlatformSettings",
        )
    values = {
        "patch_mode": settings.get("patchMode"),
        "assessment_mode": settings.get("assessmentMode"),
        "enable_hotpatching": settings.get("enableHotpatching"),
        "enable_automatic_updates": configuration.get("enableAutomaticUpdates"),
        "reboot_setting": platform.get("rebootSetting"),
        "bypass_platform_safety_checks": platform.get("bypassPlatformSafetyChecksOnUserSchedule"),
    }
    return {name: value for name, value in values.items() if value is not None}


def _check_fixed(machine: Machine, changes: dict[str, Any]) -> None:
    """What a virtual machine needs for its mode, and what it cannot change, which is kept. Raises ArmError.

    Codes and messages as users saw them: MicrosoftDocs/azure-docs issue 112633 and
    kumarvna/terraform-azurerm-virtual-machine issue 13.
    """
    own = CONFIGURATIONS[0 if machine.os.is_windows else 1]
    agent = machine.attributes.get("provision_vm_agent", True)
    if changes.get("patch_mode") == "AutomaticByPlatform" and not agent:
        message = "The patchMode 'AutomaticByPlatform' requires provisionVMAgent to be true."
        raise invalid_parameter(message, f"osProfile.{own}.patchSettings.patchMode")
    if not machine.os.is_windows:
        return
    present = automatic_updates(machine)
    if changes.setdefault("enable_automatic_updates", present) != present:
        place = "windowsConfiguration.enableAutomaticUpdates"
        raise ArmError(409, "PropertyChangeNotAllowed", f"Changing property '{place}' is not allowed.", place)
    mode = str(changes.get("patch_mode"))
    if UPDATES_OF_MODE.get(mode, present) != present:
        message = f"The patchMode '{mode}' is invalid. For patchMode '{mode}', the property 'enableAutomaticUpdates' "
        message += f"must be set to {str(not present).lower()}."
        raise invalid_parameter(message, f"{own}.patchSettings.patchMode")


def _only(given: Mapping[str, Any], allowed: tuple[str, ...], path: str) -> None:
    strange = set(given) - set(allowed)
    if strange:
        raise _not_served(f"{path}.{min(strange)}")


def _not_served(path: str) -> ArmError:
    return ArmError(400, "PropertyChangeNotAllowed", f"The sandbox does not serve a change of '{path}'.", path)
