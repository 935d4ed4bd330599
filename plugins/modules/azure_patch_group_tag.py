#!/usr/bin/python
# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: azure_patch_group_tag
short_description: Put many Azure machines into patch groups by their tag
version_added: 0.1.0
author:
  - hybridops.patching contributors (@hybridops)
description:
  - Sets or removes the tag that puts a machine into a patch group, on virtual machines and Arc machines. Other tags are
    left alone.
  - Only machines whose tag differs are written, one request each (V(PATCH) of V(Microsoft.Resources/tags), Merge or
    Delete), side by side and no faster than Azure Resource Manager grants (200 at once, then 10 a second).
options:
  nodes:
    description:
      - The nodes, with the keys that M(hybridops.patching.azure_run_command) describes.
    type: list
    elements: dict
    required: true
  patch_group:
    description:
      - The patch group for all nodes. When unset each node gets that of its own key V(patch_group).
    type: str
  tag_key:
    description:
      - The tag's name, in whatever case.
    type: str
    default: patch
  state:
    description:
      - Whether the nodes are to carry the tag.
    type: str
    choices: [present, absent]
    default: present
  source:
    description:
      - Where the present tags are read. V(resource_graph) is one query for all subscriptions; what differs there is
        looked at again in the lists of Azure Resource Manager before it is written, what does not is believed although
        it may be some minutes old.
      - V(arm) reads the lists of Azure Resource Manager only, which are never old.
    type: str
    choices: [resource_graph, arm]
    default: resource_graph
extends_documentation_fragment:
  - hybridops.patching.azure
  - hybridops.patching.attributes
  - hybridops.patching.attributes.azure
  - hybridops.patching.azure_targets
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
seealso:
  - module: hybridops.patching.azure_machine_info
"""

EXAMPLES = r"""
- name: Put two machines into a patch group
  hybridops.patching.azure_patch_group_tag:
    patch_group: patch_prod_0600_batch_1
    nodes:
      - node_id: "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001/resourceGroups/rg-vms/\
          providers/Microsoft.Compute/virtualMachines/vm-linux-01"
      - node_id: "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001/resourceGroups/rg-arc/\
          providers/Microsoft.HybridCompute/machines/arc-linux-01"

- name: Put each machine into the group that the inventory says
  hybridops.patching.azure_patch_group_tag:
    nodes: "{{ patch_nodes }}"

- name: Take a machine out of its group
  hybridops.patching.azure_patch_group_tag:
    state: absent
    nodes:
      - node_id: "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001/resourceGroups/rg-vms/\
          providers/Microsoft.Compute/virtualMachines/vm-linux-01"
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

from ansible_collections.hybridops.patching.plugins.module_utils._azure.group_tags import set_group_tags
from ansible_collections.hybridops.patching.plugins.module_utils._azure.module import ACCOUNTS_ARGS, azure_module, run


def main() -> None:
    spec = {
        "nodes": {"type": "list", "elements": "dict", "required": True},
        "patch_group": {"type": "str"},
        "tag_key": {"type": "str", "default": "patch", "no_log": False},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "source": {"type": "str", "choices": ["resource_graph", "arm"], "default": "resource_graph"},
    }
    run(azure_module({**ACCOUNTS_ARGS, **spec}), set_group_tags)


if __name__ == "__main__":
    main()
