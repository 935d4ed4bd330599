#!/usr/bin/python
# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: ssm_patch_group_tag
short_description: Put many nodes into patch groups by their tag
version_added: 0.1.0
author:
  - hybridops.patching contributors (@hybridops)
description:
  - Sets or removes the tag that puts a node into a patch group, on EC2 instances up to 1000 in a request, on hybrid
    nodes (V(mi-…)) one by one.
  - Only nodes whose tag differs are written.
  - Warns of nodes that would get the default baseline all the same, and of nodes that are in two groups.
  - The tag decides what is installed on a node, so whoever may change it decides that too. Policies that keep others
    from it are in the guide to permissions.
options:
  nodes:
    description:
      - The nodes, with the keys that M(hybridops.patching.ssm_command) describes.
    type: list
    elements: dict
    required: true
  patch_group:
    description:
      - The patch group for all nodes. When unset each node gets that of its own key V(patch_group).
    type: str
  tag_key:
    description:
      - The tag's key, V(Patch Group) or V(PatchGroup). Patch Manager takes both and reads no other. The latter is
        needed where an instance's tags are readable through its metadata service.
    type: str
    default: Patch Group
  other_key:
    description:
      - What to do with the other of the two keys where a node carries it with another group. A node can be in one group
        only, and AWS does not say which of two holds.
      - V(warn) leaves it and warns. V(remove) removes it, once the node has its group by O(tag_key).
      - Where both have the same value, or O(tag_key) is neither of the two, nothing is done.
    type: str
    choices: [warn, remove]
    default: warn
  check_baselines:
    description:
      - Whether to warn where no baseline is registered for a node's operating system and its group, so that the default
        baseline would apply. It takes a listing of the patch groups and what Systems Manager knows of the nodes, 100
        in a request.
    type: bool
    default: true
  state:
    description:
      - Whether the nodes are to carry the tag.
    type: str
    choices: [present, absent]
    default: present
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - hybridops.patching.attributes
  - hybridops.patching.attributes.aws
  - hybridops.patching.aws_targets
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
seealso:
  - module: hybridops.patching.ssm_patch_group
"""

EXAMPLES = r"""
- name: Put two nodes into a patch group
  hybridops.patching.ssm_patch_group_tag:
    region: eu-central-1
    patch_group: patch_prod_0600_batch_1
    nodes:
      - node_id: i-0123456789abcdef0
      - node_id: mi-0123456789abcdef0

- name: Put each node into the group that the inventory says
  hybridops.patching.ssm_patch_group_tag:
    nodes: "{{ patch_nodes }}"
    patch_group: patch_prod_0600_batch_1
    accounts:
      "111111111111": {role_arn: "arn:aws:iam::111111111111:role/patching"}
  register: grouped

- name: Stop where a node would get the default baseline, or where that is not known
  ansible.builtin.assert:
    that: not (grouped.without_baseline or grouped.baseline_unknown)

- name: Change to the key that works with tags in instance metadata, and take no time for the check
  hybridops.patching.ssm_patch_group_tag:
    region: eu-central-1
    patch_group: patch_prod_0600_batch_1
    tag_key: PatchGroup
    other_key: remove
    check_baselines: false
    nodes:
      - node_id: i-0123456789abcdef0

- name: Take a node out of its group
  hybridops.patching.ssm_patch_group_tag:
    region: eu-central-1
    state: absent
    nodes:
      - node_id: mi-0123456789abcdef0
"""

RETURN = r"""
changed_node_ids:
  description: The nodes of which a tag was changed, in check mode those of which one would be.
  returned: always
  type: list
  elements: str
without_baseline:
  description:
    - Nodes for whose operating system no baseline is registered with their group, so that the default baseline applies,
      by group and operating system. Each entry has V(account), V(region), V(patch_group), V(operating_system),
      V(count) and V(node_ids), of which there are up to 200.
    - Empty when O(check_baselines=false), with O(state=absent), and for a O(tag_key) that Patch Manager does not read.
  returned: always
  type: list
  elements: dict
baseline_unknown:
  description:
    - Nodes of which it is not known whether a baseline is registered for them, with the same keys and V(reason).
  returned: always
  type: list
  elements: dict
in_other_group:
  description:
    - Up to 200 nodes on which the other key (V(tag_key)) names another group (V(patch_group)), each with V(node_id).
    - With O(other_key=remove) there are none.
  returned: always
  type: list
  elements: dict
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

from ansible_collections.hybridops.patching.plugins.module_utils._aws.group_tags import set_group_tags
from ansible_collections.hybridops.patching.plugins.module_utils._aws.module import ACCOUNTS_ARGS, aws_module, run


def main() -> None:
    spec = {
        "nodes": {"type": "list", "elements": "dict", "required": True},
        "patch_group": {"type": "str"},
        "tag_key": {"type": "str", "default": "Patch Group", "no_log": False},
        "other_key": {"type": "str", "choices": ["warn", "remove"], "default": "warn", "no_log": False},
        "check_baselines": {"type": "bool", "default": True},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    }
    run(aws_module({**ACCOUNTS_ARGS, **spec}), set_group_tags)


if __name__ == "__main__":
    main()
