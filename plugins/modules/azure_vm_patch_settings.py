#!/usr/bin/python
# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: azure_vm_patch_settings
short_description: Say how many Azure virtual machines are patched
version_added: 0.1.0
author:
  - hybridops.patching contributors (@hybridops)
description:
  - Sets patch mode, assessment mode and the settings that go with them, on Linux and Windows. Everything else of a
    virtual machine is left alone.
  - For maintenance configurations of Update Manager to install on a virtual machine it needs
    O(patch_mode=AutomaticByPlatform) and O(bypass_platform_safety_checks_on_user_schedule=true). With the first and
    without the second Azure installs when it likes, unless a configuration is assigned, and then nothing installs.
  - Arc machines have no such settings and need none; they are named in RV(arc_node_ids) and left alone.
  - Only virtual machines that differ are written, one request each, side by side. Up to 30 of a subscription are read
    with one request each; for more its list is read instead.
options:
  nodes:
    description:
      - The nodes, with the keys that M(hybridops.patching.azure_run_command) describes.
    type: list
    elements: dict
    required: true
  patch_mode:
    description:
      - Who installs. V(ImageDefault) is for Linux only, V(Manual) and V(AutomaticByOS) for Windows only; a node whose
        system does not have the mode fails.
      - A Windows machine keeps the C(enableAutomaticUpdates) that it was made with. V(Manual) needs V(false) and
        V(AutomaticByOS) needs V(true), so a machine that was made otherwise cannot have that mode, and fails.
        V(AutomaticByPlatform) goes with both.
    type: str
    choices: [AutomaticByPlatform, AutomaticByOS, Manual, ImageDefault]
  assessment_mode:
    description:
      - Whether Azure looks for missing updates every day (V(AutomaticByPlatform)).
    type: str
    choices: [AutomaticByPlatform, ImageDefault]
  bypass_platform_safety_checks_on_user_schedule:
    description:
      - Whether only the user's schedules install, and not Azure when it likes. Goes with
        O(patch_mode=AutomaticByPlatform); in another mode V(false) changes nothing.
    type: bool
  reboot_setting:
    description:
      - Whether the machine is restarted, which can override what a maintenance configuration says. V(Unknown) leaves it
        to that. Goes with O(patch_mode=AutomaticByPlatform).
    type: str
    choices: [Unknown, IfRequired, Never, Always]
  wait_timeout:
    description:
      - Seconds to wait until Azure has taken over the change of a virtual machine, V(0) does not wait.
    type: int
    default: 300
extends_documentation_fragment:
  - hybridops.patching.azure
  - hybridops.patching.attributes
  - hybridops.patching.attributes.azure
  - hybridops.patching.azure_targets
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
seealso:
  - module: hybridops.patching.azure_maintenance_assignment
  - module: hybridops.patching.azure_machine_info
"""

EXAMPLES = r"""
- name: Let maintenance configurations install, and nothing else
  hybridops.patching.azure_vm_patch_settings:
    patch_mode: AutomaticByPlatform
    assessment_mode: AutomaticByPlatform
    bypass_platform_safety_checks_on_user_schedule: true
    nodes:
      - node_id: "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001/resourceGroups/rg-vms/\
          providers/Microsoft.Compute/virtualMachines/vm-linux-01"
      - node_id: "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001/resourceGroups/rg-vms/\
          providers/Microsoft.Compute/virtualMachines/vm-win-01"
      - node_id: "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001/resourceGroups/rg-arc/\
          providers/Microsoft.HybridCompute/machines/arc-linux-01"

- name: Never restart a machine on Azure's account
  hybridops.patching.azure_vm_patch_settings:
    reboot_setting: Never
    nodes:
      - node_id: "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001/resourceGroups/rg-vms/\
          providers/Microsoft.Compute/virtualMachines/vm-linux-01"
"""

RETURN = r"""
changed_node_ids:
  description: The virtual machines whose settings were changed, in check mode those whose settings would be.
  returned: always
  type: list
  elements: str
arc_node_ids:
  description: Those of O(nodes) that are Arc machines, which need no settings.
  returned: always
  type: list
  elements: str
nodes:
  description: What became of the nodes.
  returned: always
  type: dict
  contains:
    total:
      description: Number of nodes.
      type: int
      returned: always
    changed:
      description: Number of nodes for which something was changed.
      type: int
      returned: always
    ok:
      description: Number of nodes that did not fail.
      type: int
      returned: always
    failed:
      description: Number of nodes that failed.
      type: int
      returned: always
    failures:
      description: Up to 200 failed nodes, each with V(node_id), V(name) and V(reason).
      type: list
      elements: dict
      returned: always
    failures_omitted:
      description: Number of further failed nodes.
      type: int
      returned: always
"""

from ansible_collections.hybridops.patching.plugins.module_utils._azure.module import ACCOUNTS_ARGS, azure_module, run
from ansible_collections.hybridops.patching.plugins.module_utils._azure.vm_patch_settings import set_patch_settings


def argument_spec() -> dict[str, dict[str, object]]:
    modes = ["AutomaticByPlatform", "AutomaticByOS", "Manual", "ImageDefault"]
    return {
        "nodes": {"type": "list", "elements": "dict", "required": True},
        "patch_mode": {"type": "str", "choices": modes},
        "assessment_mode": {"type": "str", "choices": ["AutomaticByPlatform", "ImageDefault"]},
        "bypass_platform_safety_checks_on_user_schedule": {"type": "bool"},
        "reboot_setting": {"type": "str", "choices": ["Unknown", "IfRequired", "Never", "Always"]},
        "wait_timeout": {"type": "int", "default": 300},
    }


def main() -> None:
    run(azure_module({**ACCOUNTS_ARGS, **argument_spec()}), set_patch_settings)


if __name__ == "__main__":
    main()
