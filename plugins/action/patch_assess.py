# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decide where something is installed. Runs on the controller, see plugin_utils/_controller_action.py."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..module_utils._ledger.assess_module import ASSESS_ARGS, assess_wave
from ..plugin_utils._controller_action import ControllerAction


class ActionModule(ControllerAction):
    """The action of the module patch_assess."""

    ARGUMENTS = ASSESS_ARGS

    def work(self, params: Mapping[str, Any], task_vars: Mapping[str, Any]) -> dict[str, Any]:
        return assess_wave(params, bool(self._task.check_mode))
