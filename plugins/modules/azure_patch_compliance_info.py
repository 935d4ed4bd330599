# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: azure_patch_compliance_info
short_description: Patch states of Azure machines, by what is approved
version_added: 0.1.0
author:
  - hybridops.patching contributors (@hybridops)
description:
  - Reads which patches Azure VMs and Arc machines lack, and what an installation did, from the results of the run's own
    assessments and installations and from the Azure Resource Graph, where one paged query tells of all machines.
  - Azure has no baselines; what is approved is decided by O(approvals). An available patch that is approved is
    C(missing); one that is not is C(available_security_update) when it is a security or critical update, and is else
    left out.
  - In a run only what the run itself had assessed or installed counts. Azure writes it into the Resource Graph some
    time later; the module waits for that, but not for ever. A machine that has not been assessed, or whose patches are
    not told yet, is not checked, which is not the same as compliant.
options:
  when:
    description:
      - With O(run_id), under which moment of the run the ledger keeps the states. With V(after) it also keeps those of
        nodes of the wave that stopped at or after their install, as far as the install reported any.
    type: str
    choices: [before, after]
  installed_since:
    description:
      - List patches that were installed since then too. ISO 8601.
    type: str
  approvals:
    description:
      - Which available patches are approved, rule by rule; the first one with the node's id, or else with its
        operating system, holds for it. On nodes without a rule everything that is available is approved.
      - Each is a dictionary with V(node_ids) or V(os_family) or both, and V(classifications), V(severities),
        V(after_days), V(approved), V(rejected) and V(ignored), of which an empty one approves all.
    type: list
    elements: dict
  node_ids:
    description:
      - Only these of the nodes.
    type: list
    elements: str
  graph_timeout:
    description:
      - For how many seconds to wait until the Resource Graph has what a run's own operations found.
    type: int
    default: 300
extends_documentation_fragment:
  - hybridops.patching.azure
  - hybridops.patching.attributes
  - hybridops.patching.attributes.azure
  - hybridops.patching.attributes.info
  - hybridops.patching.run
  - hybridops.patching.azure_targets
seealso:
  - module: hybridops.patching.azure_patch_operation
"""

EXAMPLES = r"""
- name: Read what is missing on two machines
  hybridops.patching.azure_patch_compliance_info:
    nodes:
      - node_id: "{{ resource_group_id }}/providers/Microsoft.Compute/virtualMachines/vm-db-01"
      - node_id: "{{ resource_group_id }}/providers/Microsoft.HybridCompute/machines/branch-01"
    approvals:
      - os_family: linux
        classifications: [Security, Critical]
      - os_family: windows
        classifications: [Security, Critical]
        after_days: 7
  register: compliance

- name: Write the states of a wave to the ledger
  hybridops.patching.azure_patch_compliance_info:
    run_id: "{{ patch_run_id }}"
    batch: batch_1
    wave: 1
    when: before
    approvals: "{{ gate_answer.approvals }}"
"""

RETURN = r"""
total:
  description: Number of nodes.
  returned: always
  type: int
counts:
  description: Number of patches by state, over all nodes.
  returned: always
  type: dict
not_checked:
  description: Up to 200 nodes about which nothing is known, each with V(node_id), V(name) and V(reason).
  returned: always
  type: list
  elements: dict
not_checked_omitted:
  description: Number of further nodes about which nothing is known.
  returned: always
  type: int
patch_states:
  description: The state of each node. Not with O(run_id), where the ledger has it.
  returned: without O(run_id)
  type: list
  elements: dict
  contains:
    node_id:
      description: The node.
      type: str
      returned: always
    baseline_id:
      description: Always empty, since Azure has no baselines.
      type: str
      returned: always
    reported_at:
      description: When the scan or install ended, in ISO 8601 UTC.
      type: str
      returned: always
    operation:
      description: V(Scan) or V(Install).
      type: str
      returned: always
    counts:
      description: Number of patches by state.
      type: dict
      returned: always
    patches:
      description:
        - Missing, failed, pending and rejected patches, each with V(id), V(title), V(classification), V(severity),
          V(state) and V(installed_at).
      type: list
      elements: dict
      returned: always
    not_checked:
      description: Why nothing is known, empty otherwise.
      type: str
      returned: always
"""

from ansible_collections.hybridops.patching.plugins.module_utils._azure.compliance_info import read_compliance
from ansible_collections.hybridops.patching.plugins.module_utils._azure.module import bulk_module, run


def main() -> None:
    spec = {
        "when": {"type": "str", "choices": ["before", "after"]},
        "installed_since": {"type": "str"},
        "approvals": {"type": "list", "elements": "dict"},
        "node_ids": {"type": "list", "elements": "str"},
        "graph_timeout": {"type": "int", "default": 300},
    }
    run(bulk_module(spec), read_compliance)


if __name__ == "__main__":
    main()
