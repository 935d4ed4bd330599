#!/usr/bin/python
# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: azure_vm_restore_point
short_description: Start a restore point of each of many Azure VMs
version_added: 0.1.0
author:
  - hybridops.patching contributors (@hybridops)
description:
  - Makes a restore point of each VM, which holds all its disks at one moment, and does not wait until it is complete;
    see M(hybridops.patching.azure_vm_restore_point_info) for that.
  - The restore points of a VM are in a collection named C(hybridops-) and the VM's name, in its resource group and
    location. The collection is made when it is not there. What is in it is never deleted.
  - In a run the name of the restore point is made of the run's id. By it a run finds what it has made, also when the
    answer to a request was lost, and makes no second one.
  - Azure makes no restore points of VMs with Ultra, Premium SSD v2 or shared disks, with an ephemeral operating system
    disk, or with unmanaged disks. It says so, and the node fails.
options:
  name:
    description:
      - Name of the restore points, one name for all nodes. The default is made of the time. Not used with O(run_id).
    type: str
  consistency_mode:
    description:
      - How consistent the disks have to be. Without it Azure does the best that the VM allows. V(CrashConsistent) needs
        nothing in the VM.
    type: str
    choices: [CrashConsistent, FileSystemConsistent, ApplicationConsistent]
  tags:
    description:
      - Further tags for a collection that is made.
    type: dict
  on_unsupported:
    description:
      - What to do with Arc machines, of which no restore point can be made. V(fail) fails the node, V(skip) goes on
        without.
    type: str
    choices: [fail, skip]
    default: fail
  node_ids:
    description:
      - Only these of the nodes.
    type: list
    elements: str
extends_documentation_fragment:
  - hybridops.patching.azure
  - hybridops.patching.attributes
  - hybridops.patching.attributes.azure
  - hybridops.patching.run
  - hybridops.patching.azure_targets
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
    details:
      - A restore point of the same name is never made twice. Without O(run_id) and O(name) every call has another name.
seealso:
  - module: hybridops.patching.azure_vm_restore_point_info
  - name: Overview of VM restore points
    description: What restore points can hold, and what not.
    link: https://learn.microsoft.com/azure/virtual-machines/virtual-machines-create-restore-points
"""

EXAMPLES = r"""
- name: Make a restore point of a VM
  hybridops.patching.azure_vm_restore_point:
    name: before-patching
    nodes:
      - node_id: "{{ resource_group_id }}/providers/Microsoft.Compute/virtualMachines/vm-db-01"

- name: Make restore points of a wave of a run
  hybridops.patching.azure_vm_restore_point:
    run_id: "{{ patch_run_id }}"
    batch: batch_1
    wave: 1
    on_unsupported: skip
"""

RETURN = r"""
name:
  description: The name of the restore points. Not with O(run_id).
  returned: without O(run_id)
  type: str
restore_points:
  description: The restore points, those that were there before included. Not with O(run_id), where the ledger has them.
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
"""

from ansible_collections.hybridops.patching.plugins.module_utils._azure.module import bulk_module, run
from ansible_collections.hybridops.patching.plugins.module_utils._azure.restore_point_modules import make_restore_points


def main() -> None:
    spec = {
        "name": {"type": "str"},
        "consistency_mode": {
            "type": "str",
            "choices": ["CrashConsistent", "FileSystemConsistent", "ApplicationConsistent"],
        },
        "tags": {"type": "dict"},
        "on_unsupported": {"type": "str", "choices": ["fail", "skip"], "default": "fail"},
        "node_ids": {"type": "list", "elements": "str"},
    }
    run(bulk_module(spec), make_restore_points)


if __name__ == "__main__":
    main()
