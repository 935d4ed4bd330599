#!/usr/bin/python
# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: ssm_patch_compliance_info
short_description: Patch states that nodes have reported to Patch Manager
version_added: 0.1.0
author:
  - hybridops.patching contributors (@hybridops)
description:
  - Reads what the last scan or install of each node reported, 50 nodes in a request, and lists patches only of nodes
    whose counts say that there are some to list.
  - A node that has not reported yet is not checked, which is not the same as compliant.
options:
  when:
    description:
      - With O(run_id), under which moment of the run the ledger keeps the states. With V(after) it also keeps those of
        nodes of the wave that stopped at or after their install, as far as the install reported any.
    type: str
    choices: [before, after]
  installed_since:
    description:
      - List patches that were installed since then too. ISO 8601; the day counts, since Windows reports no time of day.
    type: str
  node_ids:
    description:
      - Only these of the nodes.
    type: list
    elements: str
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - hybridops.patching.attributes
  - hybridops.patching.attributes.aws
  - hybridops.patching.attributes.info
  - hybridops.patching.run
  - hybridops.patching.aws_targets
seealso:
  - module: hybridops.patching.ssm_patch_operation
"""

EXAMPLES = r"""
- name: Read what is missing on two nodes
  hybridops.patching.ssm_patch_compliance_info:
    region: eu-central-1
    nodes:
      - node_id: i-0123456789abcdef0
      - node_id: mi-0123456789abcdef0
  register: compliance

- name: Scan the nodes of a wave
  hybridops.patching.ssm_patch_operation:
    run_id: "{{ patch_run_id }}"
    batch: batch_1
    wave: 1
    phase: observe
    operation: Scan

- name: Wait for the scan
  hybridops.patching.ssm_command_info:
    run_id: "{{ patch_run_id }}"
    batch: batch_1
    wave: 1
    phase: observe
    wait_timeout: 600

- name: Write the states of the wave to the ledger
  hybridops.patching.ssm_patch_compliance_info:
    run_id: "{{ patch_run_id }}"
    batch: batch_1
    wave: 1
    when: before
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
      description: The baseline that the node reported.
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

from ansible_collections.hybridops.patching.plugins.module_utils._aws.compliance_info import read_compliance
from ansible_collections.hybridops.patching.plugins.module_utils._aws.module import bulk_module, run


def main() -> None:
    spec = {
        "when": {"type": "str", "choices": ["before", "after"]},
        "installed_since": {"type": "str"},
        "node_ids": {"type": "list", "elements": "str"},
    }
    run(bulk_module(spec), read_compliance)


if __name__ == "__main__":
    main()
