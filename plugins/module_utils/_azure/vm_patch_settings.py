# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of ``azure_vm_patch_settings``: many virtual machines made ready to be patched as wanted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .._core.errors import CloudError, InputError, together
from .._core.node_summary import failure_warning, summarize
from .._core.pool import outcomes
from .._ledger.scope_args import read_nodes
from . import versions
from .busy import when_free
from .long_running import settle
from .machine_agent import agent_obstacle
from .machines import Machine
from .module import session_of
from .nodes import ARC, azure_nodes, group_of, name_of
from .session import AzureSession
from .vm_patch_model import (
    AUTOMATIC_BY_PLATFORM,
    PatchSettings,
    WantedSettings,
    change_body,
    fixed_obstacle,
    obstacle_to,
    settings_after,
    settings_of,
)
from .vm_prerequisites import UNKNOWN, read_machines


@dataclass(slots=True)
class SettingsPlan:
    """By node id: the settings before and after of VMs that differ, and why others cannot have them."""

    before: dict[str, PatchSettings] = field(default_factory=dict)
    after: dict[str, PatchSettings] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)


def set_patch_settings(module: Any) -> dict[str, Any]:
    """Give the VMs their settings; Arc machines have none, and need none."""
    params = module.params
    wanted = WantedSettings(
        params["patch_mode"],
        params["assessment_mode"],
        params["bypass_platform_safety_checks_on_user_schedule"],
        params["reboot_setting"],
    )
    check_wanted(wanted)
    nodes = azure_nodes(read_nodes(params["nodes"]))
    arc = [node.node_id for node in nodes if node.provider == ARC]
    vms = [node.node_id for node in nodes if node.provider != ARC]
    session = session_of(module)
    machines, unread = read_machines(session, vms)
    if unread and len(unread) == len(vms):
        raise together([CloudError(reason) for reason in unread.values()])
    plan = plan_settings([node_id for node_id in vms if node_id not in unread], machines, wanted)
    failures = {**unread, **plan.failures}
    if not module.check_mode:
        failures |= apply(session, plan, params["wait_timeout"])
    changed = [node_id for node_id in plan.after if node_id not in failures]
    left_out = failure_warning("given these patch settings", nodes, failures)
    if left_out:
        module.warn(left_out)
    return {
        "changed": bool(changed),
        "nodes": summarize(nodes, changed, failures),
        "changed_node_ids": changed,
        "arc_node_ids": arc,
        "diff": {
            "before": {node_id: settings.to_dict() for node_id, settings in plan.before.items()},
            "after": {node_id: settings.to_dict() for node_id, settings in plan.after.items()},
        },
    }


def check_wanted(wanted: WantedSettings) -> None:
    """Raises InputError for settings that no machine can have together."""
    if wanted == WantedSettings():
        raise InputError("patch_mode", None, "a value, here or for another setting: nothing is asked for")
    other = wanted.patch_mode not in (None, AUTOMATIC_BY_PLATFORM)
    allowed = "AutomaticByPlatform, since the settings of the platform go with no other mode"
    if other and (wanted.bypass or wanted.reboot_setting):
        raise InputError("patch_mode", wanted.patch_mode, allowed)


def plan_settings(node_ids: Sequence[str], machines: Mapping[str, Machine], wanted: WantedSettings) -> SettingsPlan:
    """Which VMs get which settings, so that only those that differ are written."""
    plan = SettingsPlan()
    for node_id in node_ids:
        machine = machines.get(node_id)
        if machine is None:
            plan.failures[node_id] = UNKNOWN
            continue
        current = settings_of(machine)
        after = settings_after(current, wanted)
        obstacle = obstacle_to(after, wanted) or fixed_obstacle(current, after)
        if not obstacle and after != current and after.patch_mode == AUTOMATIC_BY_PLATFORM:
            obstacle = agent_obstacle(machine)
        if obstacle:
            plan.failures[node_id] = obstacle
        elif after != current:
            plan.before[node_id], plan.after[node_id] = current, after
    return plan


def apply(session: AzureSession, plan: SettingsPlan, wait_timeout: float) -> dict[str, str]:
    """Write the settings, VMs side by side, one PATCH each; answers what failed by node id."""

    def write(node_id: str) -> None:
        connection = session.connect(node_id.split("/")[2])
        doing = f"set the patch settings of {group_of(node_id)}/{name_of(node_id)}"
        body = change_body(plan.before[node_id], plan.after[node_id])
        answer = when_free(connection, lambda: connection.call("PATCH", node_id, versions.COMPUTE, doing, body))
        settle(connection, answer, doing, wait_timeout)

    return {
        node_id: str(answer) for node_id, answer in outcomes(write, list(plan.after)) if isinstance(answer, CloudError)
    }
