# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read policy and inventory. Runs on the controller, see plugin_utils/_controller_action.py."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..module_utils._core.inventory import inventory_regions, read_inventory, search_targets
from ..module_utils._core.policy.load import load_policy
from ..module_utils._core.policy.view import policy_view
from ..plugin_utils._controller_action import ControllerAction

INVENTORY_ARGS: dict[str, Any] = {
    "policy": {"type": "path", "required": True},
    "environment": {"type": "str", "required": True},
}


class ActionModule(ControllerAction):
    """The action of the module patch_inventory.

    It takes the hosts from the variables of the task and not from an option: as an option all variables of all hosts
    would be templated and copied.
    """

    ARGUMENTS = INVENTORY_ARGS

    def work(self, params: Mapping[str, Any], task_vars: Mapping[str, Any]) -> dict[str, Any]:
        policy = load_policy(params["policy"])
        nodes = read_inventory(policy, params["environment"], task_vars["hostvars"], task_vars["groups"])
        targets = search_targets(nodes, inventory_regions(task_vars["hostvars"], task_vars["groups"].get("all", ())))
        return {"changed": False, "policy": policy_view(policy), "nodes": nodes, "targets": targets}
