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
      - The tag's key. C(PatchGroup) is needed where an instance's tags are readable through its metadata service.
    type: str
    default: Patch Group
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

- name: Take a node out of its group
  hybridops.patching.ssm_patch_group_tag:
    region: eu-central-1
    state: absent
    nodes:
      - node_id: i-0123456789abcdef0
"""

RETURN = r"""
changed_node_ids:
  description: The nodes whose tag was changed, in check mode those whose tag would be.
  returned: always
  type: list
  elements: str
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
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    }
    run(aws_module({**ACCOUNTS_ARGS, **spec}), set_group_tags)


if __name__ == "__main__":
    main()
