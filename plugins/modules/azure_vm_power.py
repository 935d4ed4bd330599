#!/usr/bin/python
# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: azure_vm_power
short_description: Start, deallocate, stop or restart many Azure VMs, and restore their power state
version_added: 0.1.0
author:
  - hybridops.patching contributors (@hybridops)
description:
  - Starts, deallocates, stops or restarts VMs of many subscriptions side by side, and does not wait for them; see
    M(hybridops.patching.azure_vm_power_info) for that.
  - Before a VM that was off is started it gets the tag C(hybridops:power-before), which says V(deallocated) or
    V(stopped), and a run also writes its power state to the ledger. O(state=restored) brings what was off back to what
    the tag says, and only that, then removes the tag. It works from the tag alone, so a run that broke off can be
    cleaned up without its ledger.
  - Up to 30 VMs of a subscription are looked at with one request each; for more its lists of VMs are read instead.
options:
  state:
    description:
      - V(started) starts what is off.
      - V(deallocated) stops what is not deallocated and gives its hardware back.
      - V(stopped) powers off what runs. The VM keeps its hardware, which has to be paid for.
      - V(restarted) restarts what runs and starts what is off.
      - V(restored) turns off what was off before it was started. It needs no open gate, since what was opened must
        always be closed, and works on all nodes of the wave whatever became of them.
    type: str
    required: true
    choices: [started, deallocated, stopped, restarted, restored]
  on_unsupported:
    description:
      - What to do with Arc machines, whose power cannot be controlled. V(fail) fails the node, V(skip) leaves it as it
        is.
      - With O(state=started) an Arc machine that is connected is started already. With O(state=restored) Arc machines
        are always left as they are.
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
    support: partial
    details:
      - O(state=restarted) restarts in every call without O(run_id); with it a node is restarted once in a phase.
seealso:
  - module: hybridops.patching.azure_vm_power_info
  - name: States and billing status of Azure Virtual Machines
    description: What stopped and deallocated mean.
    link: https://learn.microsoft.com/azure/virtual-machines/states-billing
"""

EXAMPLES = r"""
- name: Start the VMs that are off
  hybridops.patching.azure_vm_power:
    state: started
    nodes:
      - node_id: "{{ resource_group_id }}/providers/Microsoft.Compute/virtualMachines/vm-db-01"
      - node_id: "{{ resource_group_id }}/providers/Microsoft.Compute/virtualMachines/vm-app-01"
  register: power

- name: Wait until they run and their agents answer
  hybridops.patching.azure_vm_power_info:
    state: started
    since: "{{ power.requested_at }}"
    wait_timeout: 900
    nodes:
      - node_id: "{{ resource_group_id }}/providers/Microsoft.Compute/virtualMachines/vm-db-01"
      - node_id: "{{ resource_group_id }}/providers/Microsoft.Compute/virtualMachines/vm-app-01"

- name: Turn off again what was off before
  hybridops.patching.azure_vm_power:
    state: restored
    nodes: "{{ patch_nodes }}"

- name: Restore the power of a wave of a run
  hybridops.patching.azure_vm_power:
    run_id: "{{ patch_run_id }}"
    batch: batch_1
    wave: 1
    state: restored
    on_unsupported: skip
"""

RETURN = r"""
power_before:
  description:
    - Power state of each node before, by its id, such as V(running), V(stopped) or V(deallocated). Not with O(run_id),
      where the ledger has it.
  returned: without O(run_id)
  type: dict
changed_node_ids:
  description: The nodes whose power was changed, in check mode those that would be.
  returned: without O(run_id)
  type: list
  elements: str
requested_at:
  description: When the work began, in ISO 8601, for O(hybridops.patching.azure_vm_power_info#module:since).
  returned: always
  type: str
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
from ansible_collections.hybridops.patching.plugins.module_utils._azure.power_modules import set_power


def main() -> None:
    states = ["started", "deallocated", "stopped", "restarted", "restored"]
    spec = {
        "state": {"type": "str", "required": True, "choices": states},
        "on_unsupported": {"type": "str", "choices": ["fail", "skip"], "default": "fail"},
        "node_ids": {"type": "list", "elements": "str"},
    }
    run(bulk_module(spec), set_power)


if __name__ == "__main__":
    main()
