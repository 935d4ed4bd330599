# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Join or close a wave. Runs on the controller, see plugin_utils/_controller_action.py."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..module_utils._ledger.gate_module import GATE_ARGS, GATE_RULES, gate
from ..plugin_utils._controller_action import ControllerAction


class ActionModule(ControllerAction):
    """The action of the module patch_gate."""

    ARGUMENTS = GATE_ARGS
    CONSTRAINTS = GATE_RULES

    def work(self, params: Mapping[str, Any], task_vars: Mapping[str, Any]) -> dict[str, Any]:
        return gate(params, bool(self._task.check_mode))
