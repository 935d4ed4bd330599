# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command that scans or patches: AWS-RunPatchBaseline, which serves every operating system."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .commands import CommandSpec

DOCUMENT = "AWS-RunPatchBaseline"

_PARAMETERS = {
    "operation": "Operation",
    "reboot_option": "RebootOption",
    "install_override_list": "InstallOverrideList",
    "snapshot_id": "SnapshotId",
    "baseline_override": "BaselineOverride",
}


def patch_spec(params: Mapping[str, Any], options: Mapping[str, Any]) -> CommandSpec:
    """The command for the module's options; what is not set is left to the document's defaults.

    Scan ignores the reboot option and the override list (user guide, "AWS-RunPatchBaseline"), so they are sent with
    Install only.
    """
    only_install = ("reboot_option", "install_override_list")
    parameters = {
        parameter: [str(params[name])]
        for name, parameter in _PARAMETERS.items()
        if params.get(name) and (params["operation"] == "Install" or name not in only_install)
    }
    return CommandSpec(DOCUMENT, parameters, options)
