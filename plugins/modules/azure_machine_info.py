#!/usr/bin/python
# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: azure_machine_info
short_description: Facts of Azure virtual machines and Arc machines that matter for patching
version_added: 0.1.0
author:
  - hybridops.patching contributors (@hybridops)
description:
  - Tells of each node what a plan of patching needs to know, for stopped machines too.
  - Finds machines that carry a patch group but are missing in the list of nodes, so that an incomplete inventory is
    noticed.
  - No request is made for a single machine. With O(source=resource_graph) there are three queries for all
    subscriptions together, a page each for 1000 rows, and with O(live=true) one list a subscription. With O(source=arm)
    there are six lists a subscription.
options:
  nodes:
    description:
      - The nodes, with the keys that M(hybridops.patching.azure_run_command) describes. A node that does not exist is
        answered with RV(facts[].found=false).
      - When unset, every machine of O(subscriptions) is described.
    type: list
    elements: dict
  subscriptions:
    description:
      - Subscriptions to read besides those of O(nodes). Without O(nodes) and this, that of the module's credentials.
    type: list
    elements: str
  tag_keys:
    description:
      - Names of the tag with the patch group, in whatever case; the first that a machine carries counts.
    type: list
    elements: str
    default:
      - patch
  patch_groups:
    description:
      - Patterns of patch groups, in which V(*) stands for any text and V(?) for one character. Machines that carry such
        a group and are not in O(nodes) are returned as RV(unlisted).
    type: list
    elements: str
  targets:
    description:
      - Further subscriptions to search for machines with one of O(patch_groups). Those of O(nodes) are searched anyway.
    type: list
    elements: dict
    suboptions:
      account:
        description: The subscription, empty for that of the module's credentials.
        type: str
      region:
        description: Not used, since a subscription is read for all regions at once.
        type: str
  source:
    description:
      - V(resource_graph) asks Azure Resource Graph, which can be some minutes behind.
      - V(arm) asks Azure Resource Manager, which is not, in more requests.
    type: str
    choices: [resource_graph, arm]
    default: resource_graph
  live:
    description:
      - With O(source=resource_graph), ask each subscription for the present state of its virtual machines, one list
        each. Without this their power state may be old, their agent is not known, a machine deleted a moment ago is
        still found, and a subscription that the credentials do not reach looks empty.
    type: bool
    default: true
  horizon_hours:
    description:
      - Maintenance configurations that open within so many hours are told.
    type: int
    default: 24
extends_documentation_fragment:
  - hybridops.patching.azure
  - hybridops.patching.attributes
  - hybridops.patching.attributes.azure
  - hybridops.patching.attributes.info
  - hybridops.patching.azure_targets
seealso:
  - module: hybridops.patching.azure_patch_group_tag
"""

EXAMPLES = r"""
- name: Read the facts of two machines
  hybridops.patching.azure_machine_info:
    nodes:
      - node_id: "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001/resourceGroups/rg-vms/\
          providers/Microsoft.Compute/virtualMachines/vm-linux-01"
      - node_id: "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001/resourceGroups/rg-arc/\
          providers/Microsoft.HybridCompute/machines/arc-win-01"

- name: Read the facts of an inventory, and look for nodes of the environment that it lacks
  hybridops.patching.azure_machine_info:
    nodes: "{{ patch_nodes }}"
    patch_groups: [patch_prod_*]
    targets:
      - account: bbbbbbbb-0000-4000-8000-000000000002
  register: cloud

- name: Describe all machines of a subscription, as they are now
  hybridops.patching.azure_machine_info:
    subscriptions: [aaaaaaaa-0000-4000-8000-000000000001]
    source: arm
"""

RETURN = r"""
facts:
  description: The facts of each node, in the order of O(nodes); without O(nodes) of each machine.
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
      description: V(azure_vm) or V(azure_arc).
      type: str
      returned: always
    account:
      description: The subscription, in lower case.
      type: str
      returned: always
    region:
      description: The region, Azure's location.
      type: str
      returned: always
    name:
      description: Its name as a resource.
      type: str
      returned: always
    os_family:
      description: V(linux), V(windows) or empty.
      type: str
      returned: always
    os:
      description: Its operating system, such as V(windows), V(redhat), V(ubuntu), V(suse).
      type: str
      returned: always
    os_version:
      description: The operating system's version as the agent reports it.
      type: str
      returned: always
    power_state:
      description:
        - V(running), V(stopped), V(starting), V(stopping) or V(unknown). A deallocated virtual machine is V(stopped).
          An Arc machine is V(running) while it is connected, else V(unknown).
      type: str
      returned: always
    can_power:
      description: Whether it can be started and stopped. Arc machines cannot.
      type: bool
      returned: always
    agent:
      description:
        - Its agent, with V(online), V(version), V(up_to_date) (always V(null), since Azure does not say) and V(detail).
        - For a virtual machine the VM agent, V(null) unless O(live=true) or O(source=arm). For an Arc machine the
          Connected Machine agent; one that is too old for run commands, in monitor mode or may not have the extensions
          that run commands and patching need is not V(online), and V(detail) says why.
      type: dict
      returned: always
    snapshot:
      description: Whether a restorable snapshot of all volumes is V(possible), and the V(obstacles).
      type: dict
      returned: always
    volumes:
      description: Number of its disks, V(0) for an Arc machine.
      type: int
      returned: always
    scaling_group:
      description: The id of the virtual machine scale set that it belongs to.
      type: str
      returned: always
    baseline:
      description: V(null), Azure has no patch baselines.
      type: dict
      returned: always
    native_updates:
      description:
        - What would install on it by itself, each with V(kind), V(name) and V(next).
        - The kind is V(os) when Windows Update does, V(platform) when Azure does when it likes (AutomaticByPlatform
          without a schedule), V(maintenance_configuration) when a configuration of Update Manager is assigned to it or
          has it in a dynamic scope, and opens within O(horizon_hours).
      type: list
      elements: dict
      returned: always
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

from ansible_collections.hybridops.patching.plugins.module_utils._azure.machine_info import describe_machines
from ansible_collections.hybridops.patching.plugins.module_utils._azure.module import ACCOUNTS_ARGS, azure_module, run


def main() -> None:
    place = {"account": {"type": "str"}, "region": {"type": "str"}}
    spec = {
        "nodes": {"type": "list", "elements": "dict"},
        "subscriptions": {"type": "list", "elements": "str"},
        "tag_keys": {"type": "list", "elements": "str", "default": ["patch"], "no_log": False},
        "patch_groups": {"type": "list", "elements": "str"},
        "targets": {"type": "list", "elements": "dict", "options": place},
        "source": {"type": "str", "choices": ["resource_graph", "arm"], "default": "resource_graph"},
        "live": {"type": "bool", "default": True},
        "horizon_hours": {"type": "int", "default": 24},
    }
    run(azure_module({**ACCOUNTS_ARGS, **spec}), describe_machines)


if __name__ == "__main__":
    main()
