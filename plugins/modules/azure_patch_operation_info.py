# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: azure_patch_operation_info
short_description: Wait for assessments and installations of Azure machines and read their results
version_added: 0.1.0
author:
  - hybridops.patching contributors (@hybridops)
description:
  - Waits for what M(hybridops.patching.azure_patch_operation) started, and reads what became of it.
  - Waits for the operations named, or for all that a run has under way in a wave and phase.
  - What counts is the C(status) of the result, since the service answers a failure with HTTP 200 too. V(Succeeded) and
    V(CompletedWithWarnings) pass unless the result itself tells of patches that failed, of approved ones that were not
    installed, of a window that was too short or of a reboot that failed. Everything else is a failure.
  - Where the service has forgotten the operation's address, the machine's own last assessment or installation is read
    instead.
options:
  operations:
    description:
      - The operations, as M(hybridops.patching.azure_patch_operation) returns them.
    type: list
    elements: dict
    suboptions:
      node_id:
        description: The node.
        type: str
        required: true
      operation:
        description: What was started.
        type: str
        required: true
        choices: [assess, install]
      handle:
        description: Where to ask what becomes of it.
        type: str
        required: true
      started_at:
        description: When it was started. An older assessment or installation is not taken for it.
        type: str
      account:
        description: The subscription; not needed, since the id says it.
        type: str
      region:
        description: The location; not needed.
        type: str
extends_documentation_fragment:
  - hybridops.patching.azure
  - hybridops.patching.attributes
  - hybridops.patching.attributes.azure
  - hybridops.patching.attributes.info
  - hybridops.patching.run
  - hybridops.patching.azure_targets
  - hybridops.patching.run.wait
seealso:
  - module: hybridops.patching.azure_patch_operation
  - module: hybridops.patching.azure_patch_compliance_info
"""

EXAMPLES = r"""
- name: Find out what is missing on a machine
  hybridops.patching.azure_patch_operation:
    operation: assess
    nodes:
      - node_id: "{{ resource_group_id }}/providers/Microsoft.Compute/virtualMachines/vm-db-01"
  register: assessment

- name: Wait until an assessment has ended, at most half an hour
  hybridops.patching.azure_patch_operation_info:
    operations: "{{ assessment.operations }}"
    wait_timeout: 1800
  register: done

- name: Show what failed
  ansible.builtin.debug:
    var: done.nodes.failures

- name: Look once how far a wave's installations are
  hybridops.patching.azure_patch_operation_info:
    run_id: "{{ patch_run_id }}"
    batch: batch_1
    wave: 1
    phase: install
    wait_timeout: 0
"""

RETURN = r"""
results:
  description: What became of the operations that are done. Not with O(run_id), where the ledger has it.
  returned: without O(run_id)
  type: list
  elements: dict
  contains:
    node_id:
      description: The node.
      type: str
      returned: always
    operation:
      description: V(assess) or V(install).
      type: str
      returned: always
    status:
      description: V(passed) or V(failed).
      type: str
      returned: always
    detail:
      description: Why it failed, or what else there is to say, empty when there is nothing.
      type: str
      returned: always
    result:
      description:
        - What the service answered, with its names; of a VM with the patches, of an Arc machine with their numbers.
        - Patches that were not selected or excluded are left out. Empty when the service answered nothing.
      type: dict
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

from ansible_collections.hybridops.patching.plugins.module_utils._azure.module import ACCOUNTS_ARGS, azure_module, run
from ansible_collections.hybridops.patching.plugins.module_utils._azure.patch_info import wait_for_patch_operations
from ansible_collections.hybridops.patching.plugins.module_utils._core.polling import WAIT_ARGS
from ansible_collections.hybridops.patching.plugins.module_utils._ledger.scope_args import RUN_ARGS


def main() -> None:
    operation = {
        "node_id": {"type": "str", "required": True},
        "operation": {"type": "str", "required": True, "choices": ["assess", "install"]},
        "handle": {"type": "str", "required": True},
        "started_at": {"type": "str"},
        "account": {"type": "str"},
        "region": {"type": "str"},
    }
    spec = {"operations": {"type": "list", "elements": "dict", "options": operation}}
    module = azure_module(
        {**RUN_ARGS, **ACCOUNTS_ARGS, **WAIT_ARGS, **spec},
        required_one_of=[("operations", "run_id")],
        mutually_exclusive=[("operations", "run_id")],
        required_by={"run_id": ("batch", "wave")},
    )
    run(module, wait_for_patch_operations)


if __name__ == "__main__":
    main()
