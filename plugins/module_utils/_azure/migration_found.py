# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The virtual machines that the dynamic scopes of a migration find now, as far as they would not be patched.

A query of a deployment schedule found every machine that was connected to the Automation account; a dynamic scope finds
it too, and passes over it without a word when it is not set up for Update Manager.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .._core.errors import CloudError
from .._core.pool import outcomes
from .machines import Machine, vms_of_arm
from .maintenance import Assignment, Candidate
from .maintenance_filter import RESOURCE_TYPES, filter_to_api
from .maintenance_ids import subscription_of
from .migration_losses import Loss
from .migration_map import Mapped
from .session import AzureSession
from .vm_prerequisites import missing

_INSTEAD = "make them ready with azure_vm_patch_settings"
_NAMED = 20


def read_unready(session: AzureSession, mapped: Sequence[Mapped]) -> tuple[dict[str, Machine], list[str]]:
    """The machines of the scopes' subscriptions that lack something, by id, and why subscriptions could not be read."""
    subscriptions = list(dict.fromkeys(subscription_of(scope.scope) for one in mapped for scope in one.scopes))
    unready: dict[str, Machine] = {}
    errors: list[str] = []
    for _subscription, answer in outcomes(lambda one: vms_of_arm(session.connect(one), one), subscriptions):
        if isinstance(answer, CloudError):
            errors.append(str(answer))
        else:
            unready |= {node_id: machine for node_id, machine in answer.items() if missing(machine)}
    return unready, errors


def tell_unready(mapped: Mapped, unready: Mapping[str, Machine]) -> set[str]:
    """List the machines that the schedule's scopes find and that would not be patched; answers their ids. It is told
    only: which machines a scope finds may be others when its window opens. Changes ``mapped``.
    """
    assignments = [Assignment(one.scope.lower(), "", filter_to_api(one.filter)) for one in mapped.scopes]
    found = sorted(
        node_id
        for node_id, machine in unready.items()
        if any(one.concerns(_candidate(machine, mapped.system)) for one in assignments)
    )
    if found:
        more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
        why = (
            f"Update Manager would not patch {len(found)} of the machines that they find now (see prerequisites): "
            f"{', '.join(unready[one].name for one in found[:_NAMED])}{more}"
        )
        mapped.losses.append(Loss("targets.azure_queries", found, why, _INSTEAD, blocks=False))
    return set(found)


def _candidate(machine: Machine, system: str) -> Candidate:
    """The machine as a scope looks at it; one whose system is not told may be of the schedule's."""
    family = machine.disk_family or system.lower()
    return Candidate(machine.id, RESOURCE_TYPES[0], machine.location, family, machine.tags)
