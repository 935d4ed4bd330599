#!/usr/bin/python
# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: azure_maintenance_assignment
short_description: Assign maintenance configurations of Azure Update Manager to machines and dynamic scopes
version_added: 0.1.0
author:
  - hybridops.patching contributors (@hybridops)
description:
  - With O(nodes) assigns a maintenance configuration to virtual machines and Arc machines, in bulk. What is assigned is
    read in one list for each subscription; only machines that differ are written, one request each, side by side.
  - With O(scope) makes a dynamic scope, which has whatever machines of a subscription or resource group fit its filter
    when the configuration is at work.
  - A configuration installs on a virtual machine only if that leaves patching to the platform and the schedule to the
    user, which M(hybridops.patching.azure_vm_patch_settings) sets. Arc machines need nothing. O(prerequisites) says
    what becomes of machines that are not ready.
options:
  state:
    description:
      - Whether the configuration is assigned.
    type: str
    choices: [present, absent]
    default: present
  maintenance_configuration_id:
    description:
      - The id of the configuration.
    type: str
    required: true
  nodes:
    description:
      - The machines, with the keys that M(hybridops.patching.azure_run_command) describes.
      - A machine that has the configuration already keeps its assignment, whatever its name is.
    type: list
    elements: dict
  purge_nodes:
    description:
      - Whether the configuration is taken from machines that O(nodes) does not name. Looked at are the subscriptions of
        O(nodes), that of the configuration, and O(subscriptions). Dynamic scopes stay.
      - Not by default, since one machine is often assigned without knowing the others.
    type: bool
    default: false
  prerequisites:
    description:
      - What becomes of virtual machines on which the configuration would not install.
      - V(require) does not assign it to them, and they fail with the reason. V(report) assigns it as far as Azure takes
        that. Both name them in RV(prerequisites).
      - V(ignore) does not look at the machines at all.
    type: str
    choices: [require, report, ignore]
    default: require
  subscriptions:
    description:
      - With O(purge_nodes=true), further subscriptions to look in.
    type: list
    elements: str
  scope:
    description:
      - A dynamic scope's place, C(/subscriptions/<id>) or C(/subscriptions/<id>/resourceGroups/<group>).
    type: str
  name:
    description:
      - The name of the assignment. A dynamic scope is found by it, so it has to differ between those of one O(scope).
      - When unset the configuration's name followed by a digest of its id.
    type: str
  filter:
    description:
      - Which machines a dynamic scope has, those that meet all of its parts. Required to make one; V({}) is every
        machine.
      - A part that is not set stays as it is, V([]) removes it.
    type: dict
    suboptions:
      locations:
        description: Regions.
        type: list
        elements: str
      os_types:
        description: Operating systems.
        type: list
        elements: str
        choices: [Linux, Windows]
      resource_groups:
        description: Names of resource groups.
        type: list
        elements: str
      resource_types:
        description: Kinds of machines.
        type: list
        elements: str
        choices: [Microsoft.Compute/virtualMachines, Microsoft.HybridCompute/machines]
      tag_settings:
        description: Tags of the machines.
        type: dict
        suboptions:
          tags:
            description: Names of tags with a list of the values that each may have. V({}) removes all.
            type: dict
          filter_operator:
            description: Whether all or any of the tags have to fit. V(All) for new tags when unset.
            type: str
            choices: [All, Any]
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
  - module: hybridops.patching.azure_maintenance_assignment_info
  - module: hybridops.patching.azure_maintenance_configuration
  - module: hybridops.patching.azure_vm_patch_settings
"""

EXAMPLES = r"""
- name: Assign two machines
  hybridops.patching.azure_maintenance_assignment:
    maintenance_configuration_id: "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001/resourceGroups/rg-vms/\
      providers/Microsoft.Maintenance/maintenanceConfigurations/saturdays"
    nodes:
      - node_id: "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001/resourceGroups/rg-vms/\
          providers/Microsoft.Compute/virtualMachines/vm-win-01"
      - node_id: "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001/resourceGroups/rg-arc/\
          providers/Microsoft.HybridCompute/machines/arc-linux-01"

- name: Exactly these machines, and no others
  hybridops.patching.azure_maintenance_assignment:
    maintenance_configuration_id: "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001/resourceGroups/rg-vms/\
      providers/Microsoft.Maintenance/maintenanceConfigurations/saturdays"
    purge_nodes: true
    nodes:
      - node_id: "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001/resourceGroups/rg-vms/\
          providers/Microsoft.Compute/virtualMachines/vm-win-01"

- name: Every Linux machine of the subscription that carries one of two patch groups
  hybridops.patching.azure_maintenance_assignment:
    maintenance_configuration_id: "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001/resourceGroups/rg-vms/\
      providers/Microsoft.Maintenance/maintenanceConfigurations/saturdays"
    scope: /subscriptions/aaaaaaaa-0000-4000-8000-000000000001
    name: saturdays-linux
    filter:
      os_types: [Linux]
      tag_settings:
        tags:
          patch: [patch_test_0600_batch_1, patch_test_0700_batch_1]

- name: Only those of two regions, and nothing else changed
  hybridops.patching.azure_maintenance_assignment:
    maintenance_configuration_id: "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001/resourceGroups/rg-vms/\
      providers/Microsoft.Maintenance/maintenanceConfigurations/saturdays"
    scope: /subscriptions/aaaaaaaa-0000-4000-8000-000000000001
    name: saturdays-linux
    filter:
      locations: [westeurope, northeurope]

- name: Remove the dynamic scope
  hybridops.patching.azure_maintenance_assignment:
    maintenance_configuration_id: "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001/resourceGroups/rg-vms/\
      providers/Microsoft.Maintenance/maintenanceConfigurations/saturdays"
    scope: /subscriptions/aaaaaaaa-0000-4000-8000-000000000001
    name: saturdays-linux
    state: absent

- name: Take a machine out
  hybridops.patching.azure_maintenance_assignment:
    maintenance_configuration_id: "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001/resourceGroups/rg-vms/\
      providers/Microsoft.Maintenance/maintenanceConfigurations/saturdays"
    state: absent
    nodes:
      - node_id: "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001/resourceGroups/rg-vms/\
          providers/Microsoft.Compute/virtualMachines/vm-win-01"
"""

RETURN = r"""
changed_node_ids:
  description: The machines that were assigned or taken out, in check mode those that would be.
  returned: with O(nodes)
  type: list
  elements: str
nodes:
  description: What became of the nodes.
  returned: with O(nodes)
  type: dict
  contains:
    total:
      description: Number of nodes.
      type: int
      returned: always
    changed:
      description: Number of nodes for which something was changed.
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
prerequisites:
  description:
    - Up to 200 of O(nodes) on which the configuration would not install, each with V(node_id), V(name) and V(missing),
      a list of what has to change.
  returned: with O(nodes)
  type: list
  elements: dict
prerequisites_omitted:
  description: Number of further machines like these.
  returned: with O(nodes)
  type: int
dynamic_scope:
  description: The dynamic scope, in check mode as it will be; empty when there is none.
  returned: with O(scope)
  type: dict
  contains:
    id:
      description: Its id.
      type: str
      returned: when it exists
    name:
      description: Its name.
      type: str
      returned: when it exists
    scope:
      description: The subscription or resource group.
      type: str
      returned: when it exists
    maintenance_configuration_id:
      description: The configuration's id.
      type: str
      returned: when it exists
    filter:
      description: Which machines it has, with the members of O(filter), empty where nothing is set.
      type: dict
      returned: when it exists
"""

from ansible_collections.hybridops.patching.plugins.module_utils._azure.maintenance_args import FILTER_ARGS
from ansible_collections.hybridops.patching.plugins.module_utils._azure.maintenance_assignment import (
    manage_assignments,
)
from ansible_collections.hybridops.patching.plugins.module_utils._azure.module import ACCOUNTS_ARGS, azure_module, run


def argument_spec() -> dict[str, dict[str, object]]:
    return {
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "maintenance_configuration_id": {"type": "str", "required": True},
        "nodes": {"type": "list", "elements": "dict"},
        "purge_nodes": {"type": "bool", "default": False},
        "prerequisites": {"type": "str", "choices": ["require", "report", "ignore"], "default": "require"},
        "subscriptions": {"type": "list", "elements": "str"},
        "scope": {"type": "str"},
        "name": {"type": "str"},
        "filter": {"type": "dict", "options": FILTER_ARGS},
    }


def main() -> None:
    places = ("nodes", "scope")
    constraints = {"required_one_of": [places], "mutually_exclusive": [places]}
    run(azure_module({**ACCOUNTS_ARGS, **argument_spec()}, **constraints), manage_assignments)


if __name__ == "__main__":
    main()
