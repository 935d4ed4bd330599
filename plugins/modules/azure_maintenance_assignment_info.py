#!/usr/bin/python
# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: azure_maintenance_assignment_info
short_description: Read what maintenance configurations of Azure Update Manager are assigned to
version_added: 0.1.0
author:
  - hybridops.patching contributors (@hybridops)
description:
  - Reads the assignments of machines and the dynamic scopes, one list for each subscription.
  - Which machines a dynamic scope has is decided by Azure when its configuration opens;
    M(hybridops.patching.azure_machine_info) tells of each machine what would install on it.
options:
  maintenance_configuration_id:
    description:
      - Only what this configuration is assigned to.
    type: str
  nodes:
    description:
      - Only assignments of these machines, and no dynamic scopes. The nodes have the keys that
        M(hybridops.patching.azure_run_command) describes.
    type: list
    elements: dict
  subscriptions:
    description:
      - Subscriptions to read besides those of O(nodes) and O(maintenance_configuration_id). Without any of these
        that of the module's credentials.
    type: list
    elements: str
  prerequisites:
    description:
      - Whether to look at the machines that are assigned, and to name those on which nothing would install.
    type: bool
    default: false
extends_documentation_fragment:
  - hybridops.patching.azure
  - hybridops.patching.attributes
  - hybridops.patching.attributes.info
  - hybridops.patching.attributes.azure
  - hybridops.patching.azure_targets
seealso:
  - module: hybridops.patching.azure_maintenance_assignment
"""

EXAMPLES = r"""
- name: What a configuration is assigned to, and which machines are not ready for it
  hybridops.patching.azure_maintenance_assignment_info:
    maintenance_configuration_id: "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001/resourceGroups/rg-vms/\
      providers/Microsoft.Maintenance/maintenanceConfigurations/saturdays"
    prerequisites: true
  register: assigned

- name: The configurations of one machine
  hybridops.patching.azure_maintenance_assignment_info:
    nodes:
      - node_id: "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001/resourceGroups/rg-vms/\
          providers/Microsoft.Compute/virtualMachines/vm-linux-01"
"""

RETURN = r"""
assignments:
  description: The assignments of machines, in the order of their ids.
  returned: always
  type: list
  elements: dict
  contains:
    id:
      description: Its id.
      type: str
      returned: always
    name:
      description: Its name.
      type: str
      returned: always
    node_id:
      description: The machine.
      type: str
      returned: always
    maintenance_configuration_id:
      description: The configuration.
      type: str
      returned: always
dynamic_scopes:
  description:
    - The dynamic scopes, as M(hybridops.patching.azure_maintenance_assignment) returns them; none with O(nodes).
  returned: always
  type: list
  elements: dict
prerequisites:
  description:
    - Up to 200 assigned machines on which nothing would install, each with V(node_id), V(name) and V(missing), a list
      of what has to change.
  returned: with O(prerequisites=true)
  type: list
  elements: dict
prerequisites_omitted:
  description: Number of further machines like these.
  returned: with O(prerequisites=true)
  type: int
"""

from ansible_collections.hybridops.patching.plugins.module_utils._azure.maintenance_info import describe_assignments
from ansible_collections.hybridops.patching.plugins.module_utils._azure.module import ACCOUNTS_ARGS, azure_module, run


def main() -> None:
    spec = {
        "maintenance_configuration_id": {"type": "str"},
        "nodes": {"type": "list", "elements": "dict"},
        "subscriptions": {"type": "list", "elements": "str"},
        "prerequisites": {"type": "bool", "default": False},
    }
    run(azure_module({**ACCOUNTS_ARGS, **spec}), describe_assignments)


if __name__ == "__main__":
    main()
