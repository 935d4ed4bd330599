# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Patch groups: registration with baselines. A group has one baseline for each operating system."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import ServiceError
from ..paging import page
from ..world import Call, operation
from .baselines import BaselineStore, identity, orchestrator_filters

GROUPS_PER_BASELINE = 25
"""Service quota."""


@operation("ssm", "RegisterPatchBaselineForPatchGroup")
def register_patch_baseline_for_patch_group(call: Call) -> Mapping[str, Any]:
    """Register. A second registration for the same group and operating system is refused, of the same baseline too."""
    store, group = call.store(BaselineStore), call.params["PatchGroup"]
    baseline = store.get(call.params["BaselineId"])
    baseline_id, system = baseline["BaselineId"], baseline["OperatingSystem"]
    if (group, system) in store.groups:
        raise ServiceError(
            "AlreadyExistsException",
            f"Patch Group {group} is already registered with baseline "
            f"{store.groups[group, system]} for operating system {system}",
        )
    if len(store.groups_of(baseline_id)) >= GROUPS_PER_BASELINE:
        raise ServiceError(
            "ResourceLimitExceededException", f"At most {GROUPS_PER_BASELINE} patch groups are allowed for a baseline"
        )
    store.groups[group, system] = baseline_id
    return {"BaselineId": baseline_id, "PatchGroup": group}


@operation("ssm", "DeregisterPatchBaselineForPatchGroup")
def deregister_patch_baseline_for_patch_group(call: Call) -> Mapping[str, Any]:
    """Take a registration back; one that is not there is no error."""
    store, group, baseline_id = call.store(BaselineStore), call.params["PatchGroup"], call.params["BaselineId"]
    for key, registered in list(store.groups.items()):
        if key[0] == group and registered in (baseline_id, baseline_id.rpartition("/")[2]):
            del store.groups[key]
    return {"BaselineId": baseline_id, "PatchGroup": group}


@operation("ssm", "GetPatchBaselineForPatchGroup")
def get_patch_baseline_for_patch_group(call: Call) -> Mapping[str, Any]:
    """The baseline that holds for a group and operating system, the default when none is registered."""
    system = call.params.get("OperatingSystem") or "WINDOWS"
    group = call.params["PatchGroup"]
    return {
        "BaselineId": call.store(BaselineStore).for_group(group, system),
        "PatchGroup": group,
        "OperatingSystem": system,
    }


@operation("ssm", "DescribePatchGroups")
def describe_patch_groups(call: Call) -> Mapping[str, Any]:
    """All registrations."""
    store = call.store(BaselineStore)
    wanted = orchestrator_filters(call, ("NAME_PREFIX", "OPERATING_SYSTEM"))
    mappings = [
        {"PatchGroup": group, "BaselineIdentity": identity(store, store.baselines[baseline_id])}
        for (group, system), baseline_id in sorted(store.groups.items())
        if group.startswith(tuple(wanted.get("NAME_PREFIX", [""])))
        and system in wanted.get("OPERATING_SYSTEM", [system])
    ]
    shown, token = page(call, mappings, 50)
    return {"Mappings": shown, "NextToken": token}
