#!/usr/bin/python
# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: azure_vm_power_info
short_description: Wait until Azure VMs have reached a power state
version_added: 0.1.0
author:
  - hybridops.patching contributors (@hybridops)
description:
  - Waits until VMs have reached a power state and, when they were started or restarted, until their VM agent has
    reported since then.
  - Waits for the nodes given, or for all that M(hybridops.patching.azure_vm_power) has under way in a wave and phase of
    a run. In a run it also tells why Azure gave up an operation, such as one for which there was no capacity.
  - Arc machines are passed over.
options:
  state:
    description:
      - What to wait for. Required without O(run_id), where the ledger knows it.
    type: str
    choices: [started, deallocated, stopped, restarted]
  since:
    description:
      - When it was asked for, in ISO 8601, as RV(hybridops.patching.azure_vm_power#module:requested_at) tells. An agent
        counts only when it has reported since, and an error of the VM only when it is not older. Used without
        O(run_id).
    type: str
  agent:
    description:
      - Whether to wait for the VM agent too.
    type: bool
    default: true
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
  - module: hybridops.patching.azure_vm_power
"""

EXAMPLES = r"""
- name: Start two VMs
  hybridops.patching.azure_vm_power:
    state: started
    nodes:
      - node_id: "{{ resource_group_id }}/providers/Microsoft.Compute/virtualMachines/vm-db-01"
      - node_id: "{{ resource_group_id }}/providers/Microsoft.Compute/virtualMachines/vm-app-01"
  register: power

- name: Wait until two nodes run and their agents answer
  hybridops.patching.azure_vm_power_info:
    state: started
    since: "{{ power.requested_at }}"
    wait_timeout: 900
    nodes:
      - node_id: "{{ resource_group_id }}/providers/Microsoft.Compute/virtualMachines/vm-db-01"
      - node_id: "{{ resource_group_id }}/providers/Microsoft.Compute/virtualMachines/vm-app-01"

- name: Look once how far a wave is
  hybridops.patching.azure_vm_power_info:
    run_id: "{{ patch_run_id }}"
    batch: batch_1
    wave: 1
    wait_timeout: 0
"""

RETURN = r"""
power_states:
  description: Last seen power state of each node, by its id. Not with O(run_id).
  returned: without O(run_id)
  type: dict
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
from ansible_collections.hybridops.patching.plugins.module_utils._azure.power_modules import wait_for_power
from ansible_collections.hybridops.patching.plugins.module_utils._core.polling import WAIT_ARGS


def main() -> None:
    spec = {
        "state": {"type": "str", "choices": ["started", "deallocated", "stopped", "restarted"]},
        "since": {"type": "str"},
        "agent": {"type": "bool", "default": True},
        "node_ids": {"type": "list", "elements": "str"},
    }
    run(bulk_module({**spec, **WAIT_ARGS}), wait_for_power)


if __name__ == "__main__":
    main()
