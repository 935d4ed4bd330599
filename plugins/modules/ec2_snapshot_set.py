#!/usr/bin/python
# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: ec2_snapshot_set
short_description: Start snapshots of all volumes of many EC2 instances, one consistent set each
version_added: 0.1.0
author:
  - hybridops.patching contributors (@hybridops)
description:
  - Makes a set of snapshots of each node, all volumes at one instant (crash-consistent), and does not wait until they
    are complete; see M(hybridops.patching.ec2_snapshot_set_info) for that.
  - The snapshots are tagged with the node (C(hybridops:node)), the device (C(hybridops:device)) and, in a run, the run
    (C(hybridops:run)). By these a run finds the sets that it has made, and makes no second one.
  - A set is never made twice blindly. When the answer to a request is lost, the module looks for the snapshots by their
    tags before it asks for them again.
options:
  description:
    description:
      - Description of the snapshots.
    type: str
    default: Made by hybridops.patching
  tags:
    description:
      - Further tags for the snapshots.
    type: dict
  on_unsupported:
    description:
      - What to do with nodes of which no snapshot can be made, hybrid nodes (V(mi-…)) and those without an EBS volume.
        V(fail) fails the node, V(skip) goes on without.
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
      - With O(run_id) a node gets one set in a run. Without, every call makes new sets.
seealso:
  - module: hybridops.patching.ec2_snapshot_set_info
"""

EXAMPLES = r"""
- name: Make snapshots of two nodes
  hybridops.patching.ec2_snapshot_set:
    region: eu-central-1
    tags:
      purpose: before patching
    nodes:
      - node_id: i-0123456789abcdef0
      - node_id: i-0123456789abcdef1

- name: Make snapshots of a wave of a run
  hybridops.patching.ec2_snapshot_set:
    run_id: "{{ patch_run_id }}"
    batch: batch_1
    wave: 1
    on_unsupported: skip
"""

RETURN = r"""
snapshot_sets:
  description: The sets, those that were there before included. Not with O(run_id), where the ledger has them.
  returned: without O(run_id)
  type: list
  elements: dict
  contains:
    node_id:
      description: The node.
      type: str
      returned: always
    snapshots:
      description: Its snapshots.
      type: list
      elements: dict
      returned: always
      contains:
        snapshot_id:
          description: The snapshot's id.
          type: str
          returned: always
        volume_id:
          description: The volume.
          type: str
          returned: always
        device:
          description: Name of the device under which the volume is attached.
          type: str
          returned: always
        state:
          description: State of the snapshot, V(pending), V(completed) or V(error).
          type: str
          returned: always
        progress:
          description: How far it is, a percentage.
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

from ansible_collections.hybridops.patching.plugins.module_utils._aws.module import bulk_module, run
from ansible_collections.hybridops.patching.plugins.module_utils._aws.snapshot_modules import make_snapshot_sets


def main() -> None:
    spec = {
        "description": {"type": "str", "default": "Made by hybridops.patching"},
        "tags": {"type": "dict"},
        "on_unsupported": {"type": "str", "choices": ["fail", "skip"], "default": "fail"},
        "node_ids": {"type": "list", "elements": "str"},
    }
    run(bulk_module(spec), make_snapshot_sets)


if __name__ == "__main__":
    main()
