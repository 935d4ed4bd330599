# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes a role definition from what was needed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tests.sandbox.azure.arm.authorize import Need, read_role

from .generate import text

DESCRIPTIONS: Mapping[str, str] = {
    "membership": "Machines on deployment schedules or maintenance configurations by their tags",
    "migration": "Maintenance configurations and assignments in the place of deployment schedules",
    "patch": "What a patch run does: plan, start and stop, restore points, run commands, assess and install",
    "plan": "What a plan reads",
    "policy": "Maintenance configurations and dynamic scopes of a policy, and patch settings of virtual machines",
    "restore_power": "Stops what a run had started",
    "schedules": "Deployment schedules, maintenance configurations and assignments, and patch settings of machines",
}
"""What each role is for, by its name. The roles of playbooks have the playbooks' names."""
SUBSCRIPTION = "/subscriptions/22222222-0000-4000-8000-000000000002"
"""The place of the subscription, which who uses a role puts there."""


def role(name: str, needs: Iterable[Need]) -> dict[str, Any]:
    """The least role for these needs. Actions are written as Azure lists them, and mean the same in any case."""
    actions = {need.action.lower(): need.action for need in needs}
    made = {
        "Name": f"hybridops.patching {name}",
        "IsCustom": True,
        "Description": DESCRIPTIONS[name],
        "Actions": sorted(actions.values(), key=str.lower),
        "NotActions": [],
        "DataActions": [],
        "NotDataActions": [],
        "AssignableScopes": [SUBSCRIPTION],
    }
    read_role(made)
    return made


def files(needs: Mapping[str, Iterable[Need]]) -> dict[str, str]:
    """The files of these needs, by name."""
    return {f"azure_{name}.json": text(role(name, some)) for name, some in sorted(needs.items())}
