#!/usr/bin/python
# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: ec2_power
short_description: Start, stop or restart many EC2 instances, and restore their power state
version_added: 0.1.0
author:
  - hybridops.patching contributors (@hybridops)
description:
  - Starts, stops or restarts instances of many accounts and regions with few requests, and does not wait for them; see
    M(hybridops.patching.ec2_power_info) for that.
  - Before an instance that was stopped is started it gets the tag C(hybridops:power-before), and a run also writes its
    power state to the ledger. O(state=restored) stops what was stopped before, and only that, then removes the tag. It
    works from the tag alone, so a run that broke off can be cleaned up without its ledger.
options:
  state:
    description:
      - V(started) starts what is stopped.
      - V(stopped) stops what runs.
      - V(restarted) reboots what runs and starts what is stopped.
      - V(restored) stops what was stopped before it was started. It needs no open gate, since what was opened must
        always be closed, and works on all nodes of the wave whatever became of them.
    type: str
    required: true
    choices: [started, stopped, restarted, restored]
  on_unsupported:
    description:
      - What to do with hybrid nodes (V(mi-…)), whose power cannot be controlled. V(fail) fails the node, V(skip) leaves
        it as it is.
      - With O(state=started) a hybrid node whose agent answers is started already. With O(state=restored) hybrid nodes
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
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - hybridops.patching.attributes
  - hybridops.patching.attributes.aws
  - hybridops.patching.run
  - hybridops.patching.aws_targets
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
  - module: hybridops.patching.ec2_power_info
"""

EXAMPLES = r"""
- name: Start the nodes that are stopped
  hybridops.patching.ec2_power:
    region: eu-central-1
    state: started
    nodes:
      - node_id: i-0123456789abcdef0
      - node_id: i-0123456789abcdef1
  register: power

- name: Wait until they run and their agents answer
  hybridops.patching.ec2_power_info:
    region: eu-central-1
    state: started
    wait_timeout: 600
    nodes:
      - node_id: i-0123456789abcdef0
      - node_id: i-0123456789abcdef1

- name: Stop again what was stopped before
  hybridops.patching.ec2_power:
    region: eu-central-1
    state: restored
    nodes: "{{ patch_nodes }}"

- name: Restore the power of a wave of a run
  hybridops.patching.ec2_power:
    run_id: "{{ patch_run_id }}"
    batch: batch_1
    wave: 1
    state: restored
"""

RETURN = r"""
power_before:
  description: Power state of each node before, by its id. Not with O(run_id), where the ledger has it.
  returned: without O(run_id)
  type: dict
changed_node_ids:
  description: The nodes whose power was changed, in check mode those that would be.
  returned: without O(run_id)
  type: list
  elements: str
requested_at:
  description: When the work began, in ISO 8601, for O(hybridops.patching.ec2_power_info#module:since).
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

from ansible_collections.hybridops.patching.plugins.module_utils._aws.module import bulk_module, run
from ansible_collections.hybridops.patching.plugins.module_utils._aws.power_modules import set_power


def main() -> None:
    spec = {
        "state": {"type": "str", "required": True, "choices": ["started", "stopped", "restarted", "restored"]},
        "on_unsupported": {"type": "str", "choices": ["fail", "skip"], "default": "fail"},
        "node_ids": {"type": "list", "elements": "str"},
    }
    run(bulk_module(spec), set_power)


if __name__ == "__main__":
    main()
