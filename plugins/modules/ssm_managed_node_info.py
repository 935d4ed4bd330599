#!/usr/bin/python
# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: ssm_managed_node_info
short_description: Facts of EC2 instances and hybrid nodes that matter for patching
version_added: 0.1.0
author:
  - hybridops.patching contributors (@hybridops)
description:
  - Tells of each node what a plan of patching needs to know, from EC2 and Systems Manager, for stopped instances too.
  - Finds nodes that carry a patch group but are missing in the list of nodes, so that an incomplete inventory is
    noticed.
  - The number of requests grows with pages of nodes and with maintenance windows, not with single EC2 nodes; hybrid
    nodes (V(mi-…)) take one request each, since the service gives their tags one by one.
options:
  nodes:
    description:
      - The nodes, with the keys that M(hybridops.patching.ssm_command) describes. A node that does not exist is
        answered with RV(facts[].found=false).
    type: list
    elements: dict
    required: true
  tag_keys:
    description:
      - Keys of the tag with the patch group; the first that a node carries counts.
    type: list
    elements: str
    default:
      - Patch Group
      - PatchGroup
  patch_groups:
    description:
      - Patterns of patch groups, in which V(*) stands for any text and V(?) for one character. Nodes that carry such a
        group and are not in O(nodes) are returned as RV(unlisted).
    type: list
    elements: str
  targets:
    description:
      - Further accounts and regions to search for nodes with one of O(patch_groups). Those of O(nodes) are searched
        anyway.
    type: list
    elements: dict
    suboptions:
      account:
        description: The account, empty for that of the module's credentials.
        type: str
      region:
        description: The region, that of the module when unset.
        type: str
  horizon_hours:
    description:
      - Maintenance windows that begin within so many hours are told.
    type: int
    default: 24
  gather:
    description:
      - Which facts are read that take requests of their own, RV(facts[].baseline), RV(facts[].native_updates) and
        RV(facts[].snapshot). Those of others are not in the answer.
    type: list
    elements: str
    choices: [baselines, native_updates, snapshots]
    default: [baselines, native_updates, snapshots]
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - hybridops.patching.attributes
  - hybridops.patching.attributes.aws
  - hybridops.patching.attributes.info
  - hybridops.patching.aws_targets
seealso:
  - module: hybridops.patching.ssm_patch_compliance_info
"""

EXAMPLES = r"""
- name: Read the facts of two nodes
  hybridops.patching.ssm_managed_node_info:
    region: eu-central-1
    nodes:
      - node_id: i-0123456789abcdef0
      - node_id: mi-0123456789abcdef0

- name: Read the facts of an inventory, and look for nodes of the environment that it lacks
  hybridops.patching.ssm_managed_node_info:
    nodes: "{{ patch_nodes }}"
    patch_groups: [patch_prod_*]
    targets:
      - {account: "222222222222", region: eu-west-1}
    accounts:
      "111111111111": {role_arn: "arn:aws:iam::111111111111:role/patching"}
      "222222222222": {role_arn: "arn:aws:iam::222222222222:role/patching"}
  register: cloud
"""

RETURN = r"""
facts:
  description: The facts of each node, in the order of O(nodes).
  returned: always
  type: list
  elements: dict
  contains:
    node_id:
      description: The node.
      type: str
      returned: always
    found:
      description: Whether it exists.
      type: bool
      returned: always
    provider:
      description: V(aws).
      type: str
      returned: always
    account:
      description: The account.
      type: str
      returned: always
    region:
      description: The region.
      type: str
      returned: always
    name:
      description: Its name, the tag C(Name) or what Systems Manager calls it.
      type: str
      returned: always
    os_family:
      description: V(linux), V(windows) or empty.
      type: str
      returned: always
    os:
      description: Its operating system, such as V(windows), V(redhat), V(amazon_linux_2023), V(suse).
      type: str
      returned: always
    os_version:
      description: The operating system's version as the agent reports it.
      type: str
      returned: always
    power_state:
      description: V(running), V(stopped), V(starting), V(stopping), V(absent) or V(unknown).
      type: str
      returned: always
    can_power:
      description: Whether it can be started and stopped.
      type: bool
      returned: always
    agent:
      description: Its Systems Manager agent, with V(online), V(version), V(up_to_date) and V(detail).
      type: dict
      returned: always
    snapshot:
      description: Whether a restorable snapshot of all volumes is V(possible), and the V(obstacles).
      type: dict
      returned: when O(gather) has V(snapshots)
    volumes:
      description: Number of its EBS volumes.
      type: int
      returned: always
    scaling_group:
      description: The Auto Scaling group that it belongs to.
      type: str
      returned: always
    baseline:
      description:
        - The baseline for its patch group and operating system, with V(id), V(name) and V(default), which says that
          none is registered and the default applies.
      type: dict
      returned: when O(gather) has V(baselines)
    native_updates:
      description: What would install on it by itself, each with V(kind), V(name) and V(next).
      type: list
      elements: dict
      returned: when O(gather) has V(native_updates)
    patch_group:
      description: Its patch group.
      type: str
      returned: always
    tags:
      description: Its tags.
      type: dict
      returned: always
unlisted:
  description:
    - Nodes with one of O(patch_groups), under any of O(tag_keys), that are not in O(nodes), each with V(node_id),
      V(name), V(account), V(region), V(patch_group), V(os) and V(tags).
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.hybridops.patching.plugins.module_utils._aws.managed_node_info import GATHERED, describe_nodes
from ansible_collections.hybridops.patching.plugins.module_utils._aws.module import ACCOUNTS_ARGS, aws_module, run


def main() -> None:
    place = {"account": {"type": "str"}, "region": {"type": "str"}}
    spec = {
        "nodes": {"type": "list", "elements": "dict", "required": True},
        "tag_keys": {"type": "list", "elements": "str", "default": ["Patch Group", "PatchGroup"], "no_log": False},
        "patch_groups": {"type": "list", "elements": "str"},
        "targets": {"type": "list", "elements": "dict", "options": place},
        "horizon_hours": {"type": "int", "default": 24},
        "gather": {"type": "list", "elements": "str", "choices": list(GATHERED), "default": list(GATHERED)},
    }
    run(aws_module({**ACCOUNTS_ARGS, **spec}), describe_nodes)


if __name__ == "__main__":
    main()
