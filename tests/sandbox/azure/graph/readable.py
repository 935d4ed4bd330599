# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows that a caller sees: those of resources that it may read ("Permissions in Azure Resource Graph").

Which action reads a row's resource: "Azure permissions for …" (Azure documentation), where each type is listed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from ..arm.authorize import Need
from ..arm.call import Call
from .relation import Relation
from .tables import Row, rows_of

_VM, _ARC, _MAINTENANCE = (
    "Microsoft.Compute/virtualMachines",
    "Microsoft.HybridCompute/machines",
    "Microsoft.Maintenance",
)
ACTIONS: Mapping[str, str] = {
    one.lower(): action
    for one, action in {
        _VM: f"{_VM}/read",
        f"{_VM}/patchAssessmentResults": f"{_VM}/patchAssessmentResults/latest/read",
        f"{_VM}/patchAssessmentResults/softwarePatches": f"{_VM}/patchAssessmentResults/latest/softwarePatches/read",
        f"{_VM}/patchInstallationResults": f"{_VM}/patchInstallationResults/read",
        f"{_VM}/patchInstallationResults/softwarePatches": f"{_VM}/patchInstallationResults/softwarePatches/read",
        _ARC: f"{_ARC}/read",
        f"{_ARC}/patchAssessmentResults": f"{_ARC}/patchAssessmentResults/read",
        f"{_ARC}/patchAssessmentResults/softwarePatches": f"{_ARC}/patchAssessmentResults/softwarePatches/read",
        f"{_ARC}/patchInstallationResults": f"{_ARC}/patchInstallationResults/read",
        f"{_ARC}/patchInstallationResults/softwarePatches": f"{_ARC}/patchInstallationResults/softwarePatches/read",
        "Microsoft.Compute/disks": "Microsoft.Compute/disks/read",
        "Microsoft.Compute/restorePointCollections": "Microsoft.Compute/restorePointCollections/read",
        f"{_MAINTENANCE}/maintenanceConfigurations": f"{_MAINTENANCE}/maintenanceConfigurations/read",
        f"{_MAINTENANCE}/configurationAssignments": f"{_MAINTENANCE}/configurationAssignments/read",
        f"{_MAINTENANCE}/applyUpdates": f"{_MAINTENANCE}/applyUpdates/read",
        f"{_MAINTENANCE}/maintenanceConfigurations/applyUpdates": f"{_MAINTENANCE}/applyUpdates/read",
        "Microsoft.Automation/automationAccounts": "Microsoft.Automation/automationAccounts/read",
        "Microsoft.OperationalInsights/workspaces": "Microsoft.OperationalInsights/workspaces/read",
        "Microsoft.Resources/subscriptions": "Microsoft.Resources/subscriptions/read",
        "Microsoft.Resources/subscriptions/resourceGroups": "Microsoft.Resources/subscriptions/resourceGroups/read",
    }.items()
}
"""By the type of a row."""
Evaluated = Callable[[Callable[[str], list[Row]]], Relation]
"""Evaluates a query, with a function that gives the rows of a table."""


def need_of(row: Row) -> Need:
    """What it takes to see a row. Raises KeyError for a type that nobody has looked up."""
    return Need(ACTIONS[row["type"].lower()], str(row["id"]))


def evaluate_readable(call: Call, subscriptions: Sequence[str], evaluated: Evaluated) -> Relation:
    """What a query gives of the rows that the caller may read; what it needs for the whole is noted in the call.

    A query needs to see rows when without them it gives something else.
    """
    access, principal = call.world.access, call.caller.object_id
    if not access.limits(principal):
        return evaluated(lambda table: rows_of(call.world, table, subscriptions))
    tables: dict[str, list[Row]] = {}

    def whole(table: str) -> list[Row]:
        return tables.setdefault(table.lower(), rows_of(call.world, table, subscriptions))

    found = evaluated(whole)
    for action, needs in _by_action(tables.values()).items():

        def without(table: str, left_out: str = action) -> list[Row]:
            return [row for row in whole(table) if need_of(row).action != left_out]

        if evaluated(without).rows != found.rows:
            call.needs.extend(needs)
    return evaluated(lambda table: [row for row in whole(table) if access.allows(principal, need_of(row))])


def _by_action(tables: Iterable[Iterable[Row]]) -> dict[str, list[Need]]:
    found: dict[str, list[Need]] = {}
    for rows in tables:
        for row in rows:
            need = need_of(row)
            found.setdefault(need.action, []).append(need)
    return found
