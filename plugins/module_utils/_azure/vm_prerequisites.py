# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What keeps a maintenance configuration from installing on a machine that it is assigned to.

Rules of Update Manager ("Prerequisite for scheduled patching"): a virtual machine has to leave patching to the platform
and its schedule to the user, and to have an agent that may run extensions. Arc machines need neither setting.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .._core.errors import CloudError
from .._core.pool import outcomes
from . import versions
from .client import Connection
from .machine_agent import agent_obstacle
from .machines import Machine, machines_of, machines_of_arm
from .nodes import ARC, group_of, name_of
from .session import AzureSession
from .vm_patch_model import AUTOMATIC_BY_OS, AUTOMATIC_BY_PLATFORM, settings_of
from .vm_states import NOT_FOUND, ONE_BY_ONE

UNKNOWN = "Azure knows no such machine, or the credentials may not read it"


def read_machines(session: AzureSession, node_ids: Sequence[str]) -> tuple[dict[str, Machine], dict[str, str]]:
    """The machines as Resource Manager has them now, and why nodes could not be read, by node id.

    Up to 30 of a subscription are asked one by one, more are found in its lists. A machine that does not exist is in
    neither.
    """
    by_subscription: dict[str, list[str]] = {}
    for node_id in node_ids:
        by_subscription.setdefault(node_id.split("/")[2], []).append(node_id)
    machines: dict[str, Machine] = {}
    errors: dict[str, str] = {}
    for subscription, wanted in by_subscription.items():
        connection = session.connect(subscription)
        if len(wanted) > ONE_BY_ONE:
            found, failed = _listed(connection, subscription, wanted)
        else:
            found, failed = _one_by_one(connection, wanted)
        machines |= found
        errors |= failed
    return machines, errors


def missing(machine: Machine) -> list[str]:
    """What the machine lacks for a configuration to install on it, in words; nothing when it lacks nothing."""
    if machine.provider == ARC:
        return []
    settings = settings_of(machine)
    if not settings.system:
        return ["it has no osProfile (it was made from a specialized disk), so it cannot be patched by a schedule"]
    found = []
    if settings.patch_mode == AUTOMATIC_BY_OS:
        found.append("patch_mode is AutomaticByOS, so the system updates itself; AutomaticByPlatform is needed")
    elif settings.patch_mode != AUTOMATIC_BY_PLATFORM:
        found.append(f"patch_mode is {settings.patch_mode or 'not set'}; AutomaticByPlatform is needed")
    if not settings.bypass:
        found.append("bypass_platform_safety_checks_on_user_schedule is not true")
    obstacle = agent_obstacle(machine)
    return [*found, obstacle] if obstacle else found


def shown(machines: Mapping[str, Machine], node_ids: Sequence[str]) -> list[dict[str, Any]]:
    """The machines that lack something, with what."""
    found = [(node_id, missing(machines[node_id])) for node_id in node_ids if node_id in machines]
    return [
        {"node_id": node_id, "name": machines[node_id].name, "missing": lacking}
        for node_id, lacking in found
        if lacking
    ]


def _listed(
    connection: Connection, subscription: str, node_ids: Sequence[str]
) -> tuple[dict[str, Machine], dict[str, str]]:
    try:
        listed = machines_of_arm(connection, subscription, node_ids)
    except CloudError as error:
        return {}, dict.fromkeys(node_ids, str(error))
    wanted = set(node_ids)
    return {node_id: machine for node_id, machine in listed.items() if node_id in wanted}, {}


def _one_by_one(connection: Connection, node_ids: Sequence[str]) -> tuple[dict[str, Machine], dict[str, str]]:
    found: dict[str, Machine] = {}
    errors: dict[str, str] = {}
    for node_id, answer in outcomes(lambda one: _read(connection, one), node_ids):
        if isinstance(answer, CloudError):
            errors[node_id] = str(answer)
        else:
            found |= answer
    return found, errors


def _read(connection: Connection, node_id: str) -> dict[str, Machine]:
    arc = "/microsoft.hybridcompute/" in node_id
    version = versions.HYBRID_COMPUTE if arc else versions.COMPUTE
    try:
        raw = connection.call("GET", node_id, version, f"read {group_of(node_id)}/{name_of(node_id)}").body
    except CloudError as error:
        if error.code in NOT_FOUND:
            return {}
        raise
    return machines_of([{**raw, "id": node_id}])
