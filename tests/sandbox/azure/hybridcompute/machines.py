# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Arc machines: reading them, changing tags and patch settings."""

from __future__ import annotations

from typing import Any

from azure.mgmt.hybridcompute.models import Machine as MachineModel
from azure.mgmt.hybridcompute.models import MachineUpdate

from ..arm.answer import Answer
from ..arm.call import Call
from ..arm.errors import ArmError
from ..arm.ids import ARC_TYPE
from ..arm.registry import operation
from ..nodes.machines import machine_of, machines_of, page_of, replace_tags
from .versions import ALL, GROUP, MACHINE, VERSIONS
from .view import render


@operation("GET", MACHINE, versions=VERSIONS, name=f"{ARC_TYPE}/read", answer=MachineModel)
def get(call: Call) -> Answer:
    """One machine."""
    return Answer(200, render(machine_of(call, ARC_TYPE)))


@operation("GET", f"{GROUP}/machines", versions=VERSIONS, name=f"{ARC_TYPE}/read")
def list_by_group(call: Call) -> Answer:
    """The machines of a resource group."""
    return page_of(call, machines_of(call.world, call.subscription, ARC_TYPE, call.group), render)


@operation("GET", f"{ALL}/machines", versions=VERSIONS, name=f"{ARC_TYPE}/read")
def list_all(call: Call) -> Answer:
    """The machines of a subscription."""
    return page_of(call, machines_of(call.world, call.subscription, ARC_TYPE), render)


@operation("PATCH", MACHINE, versions=VERSIONS, name=f"{ARC_TYPE}/write", body=MachineUpdate, answer=MachineModel)
def update(call: Call) -> Answer:
    """Change tags and patch settings. Every other change is refused, since it would have no effect here."""
    machine = machine_of(call, ARC_TYPE)
    properties: dict[str, Any] = dict(call.body.get("properties") or {})
    profile = properties.pop("osProfile", {})
    own = "windowsConfiguration" if machine.os.is_windows else "linuxConfiguration"
    settings = (profile.pop(own, None) or {}).get("patchSettings") or {}
    strange = {*properties, *profile, *(set(call.body) - {"tags", "properties"})}
    if strange:
        raise ArmError(400, "BadRequest", f"The sandbox does not serve a change of '{min(strange)}'.", min(strange))
    if "tags" in call.body:
        replace_tags(machine, call.body["tags"])
    values = {"patch_mode": settings.get("patchMode"), "assessment_mode": settings.get("assessmentMode")}
    machine.alter({"attributes": {name: value for name, value in values.items() if value is not None}})
    return Answer(200, render(machine))
