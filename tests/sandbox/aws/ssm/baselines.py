# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Patch baselines of an account in a region, patch groups registered with them, and defaults."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ...machines import Machine
from ...machines.ssm_patching import operating_system_of
from ..errors import ServiceError
from ..world import Call, World
from .default_baselines import predefined
from .nodes import patch_group

_LONG_AGO = datetime(2024, 1, 1, tzinfo=UTC)
EMPTY: dict[str, Any] = {
    "GlobalFilters": {"PatchFilters": []},
    "ApprovalRules": {"PatchRules": []},
    "ApprovedPatches": [],
    "ApprovedPatchesComplianceLevel": "UNSPECIFIED",
    "ApprovedPatchesEnableNonSecurity": False,
    "RejectedPatches": [],
    "RejectedPatchesAction": "ALLOW_AS_DEPENDENCY",
    "Sources": [],
}
"""What a baseline is where nothing was said."""


class BaselineStore:
    """Baselines by id (AWS's own by their ARN), groups by (group, OS), default ids by OS."""

    def __init__(self, world: World, account: str, region: str) -> None:
        self.baselines: dict[str, dict[str, Any]] = {}
        self.groups: dict[tuple[str, str], str] = {}
        self.defaults: dict[str, str] = {}
        self.tokens: dict[str, tuple[str, Any]] = {}
        self.tags: dict[str, dict[str, str]] = {}
        for baseline, default in predefined(region):
            self.baselines[baseline["BaselineId"]] = baseline | {"CreatedDate": _LONG_AGO, "ModifiedDate": _LONG_AGO}
            if default:
                self.defaults[baseline["OperatingSystem"]] = baseline["BaselineId"]

    def get(self, baseline_id: str) -> dict[str, Any]:
        """By id, or by the ARN of one's own. Raises ServiceError DoesNotExistException."""
        found = self.baselines.get(baseline_id) or self.baselines.get(baseline_id.rpartition("/")[2])
        if found is None:
            raise ServiceError("DoesNotExistException", f"Patch Baseline {baseline_id} does not exist")
        return found

    def owned(self, baseline_id: str) -> dict[str, Any]:
        """One that the account may change. Raises ServiceError."""
        found = self.get(baseline_id)
        if is_aws(found):
            raise ServiceError("InvalidResourceId", f"{baseline_id} is owned by AWS and cannot be changed")
        return found

    def groups_of(self, baseline_id: str) -> list[str]:
        """The groups registered with a baseline, in order of their names."""
        return sorted(group for (group, _system), registered in self.groups.items() if registered == baseline_id)

    def for_group(self, group: str, system: str) -> str:
        """The id of the baseline that holds for a group: the registered one, or silently the default of the OS."""
        return self.groups.get((group, system)) or self.defaults[system]

    def for_machine(self, machine: Machine) -> dict[str, Any]:
        """The baseline that holds for a machine, by its tag and OS."""
        return self.baselines[self.for_group(patch_group(machine), operating_system_of(machine))]


def is_aws(baseline: Mapping[str, Any]) -> bool:
    """Whether AWS owns it."""
    return str(baseline["BaselineId"]).startswith("arn:")


def identity(store: BaselineStore, baseline: Mapping[str, Any]) -> dict[str, Any]:
    """PatchBaselineIdentity."""
    system = baseline["OperatingSystem"]
    return {
        "BaselineId": baseline["BaselineId"],
        "BaselineName": baseline["Name"],
        "OperatingSystem": system,
        "BaselineDescription": baseline.get("Description"),
        "DefaultBaseline": store.defaults.get(system) == baseline["BaselineId"],
    }


def orchestrator_filters(call: Call, allowed: tuple[str, ...]) -> dict[str, list[str]]:
    """The call's Filters by key. Raises ServiceError for a key that the operation does not have."""
    wanted: dict[str, list[str]] = {}
    for entry in call.params.get("Filters") or []:
        key = str(entry.get("Key") or "")
        if key not in allowed:
            raise ServiceError("ValidationException", f"Invalid filter key {key}; valid are {', '.join(allowed)}")
        wanted[key] = [str(value) for value in entry.get("Values") or []]
    return wanted
