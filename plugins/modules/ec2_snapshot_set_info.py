#!/usr/bin/python
# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: ec2_snapshot_set_info
short_description: Wait until snapshot sets of EC2 instances are complete
version_added: 0.1.0
author:
  - hybridops.patching contributors (@hybridops)
description:
  - Waits for the newest snapshot set of each node given, or for all that M(hybridops.patching.ec2_snapshot_set) has
    under way in a wave and phase of a run.
  - A node is done when all snapshots of its set are complete. It fails when one of them failed, or when it has no set.
options:
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
  - hybridops.patching.run.wait
seealso:
  - module: hybridops.patching.ec2_snapshot_set
"""

EXAMPLES = r"""
- name: Make snapshots of two nodes
  hybridops.patching.ec2_snapshot_set:
    region: eu-central-1
    nodes:
      - node_id: i-0123456789abcdef0
      - node_id: i-0123456789abcdef1

- name: Wait until the snapshots of two nodes are complete
  hybridops.patching.ec2_snapshot_set_info:
    region: eu-central-1
    wait_timeout: 1800
    nodes:
      - node_id: i-0123456789abcdef0
      - node_id: i-0123456789abcdef1
  register: snapshots

- name: Look once how far a wave is
  hybridops.patching.ec2_snapshot_set_info:
    run_id: "{{ patch_run_id }}"
    batch: batch_1
    wave: 1
    wait_timeout: 0
"""

RETURN = r"""
snapshot_sets:
  description: The newest set of each node. Not with O(run_id), where the ledger has them.
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

from ansible_collections.hybridops.patching.plugins.module_utils._aws.module import bulk_module, run
from ansible_collections.hybridops.patching.plugins.module_utils._aws.snapshot_modules import wait_for_snapshot_sets
from ansible_collections.hybridops.patching.plugins.module_utils._core.polling import WAIT_ARGS


def main() -> None:
    spec = {"node_ids": {"type": "list", "elements": "str"}}
    run(bulk_module({**spec, **WAIT_ARGS}), wait_for_snapshot_sets)


if __name__ == "__main__":
    main()
