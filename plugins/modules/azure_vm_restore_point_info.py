#!/usr/bin/python
# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: azure_vm_restore_point_info
short_description: Wait until restore points of Azure VMs are complete
version_added: 0.1.0
author:
  - hybridops.patching contributors (@hybridops)
description:
  - Waits for the restore points of this name of the nodes given, or for all that
    M(hybridops.patching.azure_vm_restore_point) has under way in a wave and phase of a run.
options:
  name:
    description:
      - Name of the restore points. Required without O(run_id).
    type: str
  node_ids:
    description:
      - Only these of the nodes.
    type: list
    elements: str
extends_documentation_fragment:
  - hybridops.patching.azure
  - hybridops.patching.attributes
  - hybridops.patching.attributes.azure
  - hybridops.patching.attributes.info
  - hybridops.patching.run
  - hybridops.patching.azure_targets
  - hybridops.patching.run.wait
seealso:
  - module: hybridops.patching.azure_vm_restore_point
"""

EXAMPLES = r"""
- name: Make a restore point of a VM
  hybridops.patching.azure_vm_restore_point:
    name: before-patching
    nodes:
      - node_id: "{{ resource_group_id }}/providers/Microsoft.Compute/virtualMachines/vm-db-01"

- name: Wait until the restore point of a VM is complete
  hybridops.patching.azure_vm_restore_point_info:
    name: before-patching
    wait_timeout: 1800
    nodes:
      - node_id: "{{ resource_group_id }}/providers/Microsoft.Compute/virtualMachines/vm-db-01"
  register: restore_points

- name: Look once how far a wave is
  hybridops.patching.azure_vm_restore_point_info:
    run_id: "{{ patch_run_id }}"
    batch: batch_1
    wave: 1
    wait_timeout: 0
"""

RETURN = r"""
restore_points:
  description: The restore points. Not with O(run_id), where the ledger has them.
  returned: without O(run_id)
  type: list
  elements: dict
  contains:
    node_id:
      description: The node.
      type: str
      returned: always
    restore_point_id:
      description: The resource id of the restore point.
      type: str
      returned: always
    state:
      description: State of the restore point, as the service says it.
      type: str
      returned: always
    snapshots:
      description: The copies of the VM's disks, as long as there are none the restore point itself.
      type: list
      elements: dict
      returned: always
      contains:
        snapshot_id:
          description: The resource id of the copy.
          type: str
          returned: always
        volume_id:
          description: The resource id of the disk.
          type: str
          returned: always
        device:
          description: C(os), or C(lun) with its number.
          type: str
          returned: always
        state:
          description: State of the copy, V(pending), V(completed) or V(error).
          type: str
          returned: always
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
      description: Number of nodes for which something was changed or started.
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
progress:
  description: How far it is.
  returned: always
  type: dict
  contains:
    done:
      description: Number of nodes that are done, failed ones included.
      type: int
      returned: always
    total:
      description: Number of nodes that are or were waited for.
      type: int
      returned: always
    finished:
      description: Whether nothing is waited for any more.
      type: bool
      returned: always
    waiting:
      description: Names of up to five nodes that are waited for.
      type: list
      elements: str
      returned: always
    detail:
      description: What the nodes that are waited for are doing, and what could not be asked.
      type: str
      returned: always
"""

from ansible_collections.hybridops.patching.plugins.module_utils._azure.module import bulk_module, run
from ansible_collections.hybridops.patching.plugins.module_utils._azure.restore_point_modules import (
    wait_for_restore_points,
)
from ansible_collections.hybridops.patching.plugins.module_utils._core.polling import WAIT_ARGS


def main() -> None:
    spec = {"name": {"type": "str"}, "node_ids": {"type": "list", "elements": "str"}}
    run(bulk_module({**spec, **WAIT_ARGS}), wait_for_restore_points)


if __name__ == "__main__":
    main()
