#!/usr/bin/python
# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: azure_maintenance_configuration_info
short_description: Read maintenance configurations of Azure Update Manager
version_added: 0.1.0
author:
  - hybridops.patching contributors (@hybridops)
description:
  - Reads maintenance configurations, and when asked what they are assigned to, when they open next and what they did
    last.
  - One list for each subscription, another one with O(assignments=true), and with O(runs=true) one query of Resource
    Graph for all subscriptions together.
options:
  name:
    description:
      - Only configurations of this name. Together with O(resource_group) one request is enough.
    type: str
  resource_group:
    description:
      - Only configurations of this resource group.
    type: str
  subscriptions:
    description:
      - The subscriptions to read, for the configurations as for what is assigned. That of the module's credentials when
        unset.
    type: list
    elements: str
  assignments:
    description:
      - Whether to tell what each is assigned to.
    type: bool
    default: false
  next_openings:
    description:
      - How many of the next openings of each to tell.
    type: int
    default: 0
  runs:
    description:
      - Whether to tell what became of each machine in its last run. Resource Graph has the runs of the last 30 days,
        and can be some minutes behind.
    type: bool
    default: false
extends_documentation_fragment:
  - hybridops.patching.azure
  - hybridops.patching.attributes
  - hybridops.patching.attributes.info
  - hybridops.patching.attributes.azure
  - hybridops.patching.azure_targets
seealso:
  - module: hybridops.patching.azure_maintenance_configuration
"""

EXAMPLES = r"""
- name: All configurations of the subscription, what they are assigned to and when they open
  hybridops.patching.azure_maintenance_configuration_info:
    assignments: true
    next_openings: 3
  register: configurations

- name: What the last run of a configuration did
  hybridops.patching.azure_maintenance_configuration_info:
    name: saturdays
    resource_group: rg-vms
    runs: true
"""

RETURN = r"""
maintenance_configurations:
  description:
    - The configurations in the order of their ids, each as M(hybridops.patching.azure_maintenance_configuration)
      returns it, with what was asked for.
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
    resource_group:
      description: Its resource group.
      type: str
      returned: always
    location:
      description: Where it is.
      type: str
      returned: always
    maintenance_scope:
      description: What it is for.
      type: str
      returned: always
    visibility:
      description: Who sees it.
      type: str
      returned: always
    namespace:
      description: Its namespace.
      type: str
      returned: always
    extension_properties:
      description: Its further properties.
      type: dict
      returned: always
    maintenance_window:
      description: When it is at work.
      type: dict
      returned: always
    install_patches:
      description: What it installs.
      type: dict
      returned: always
    tags:
      description: Its tags.
      type: dict
      returned: always
    machines:
      description: Ids of the machines that it is assigned to.
      type: list
      elements: str
      returned: with O(assignments=true)
    dynamic_scopes:
      description: Its dynamic scopes, as M(hybridops.patching.azure_maintenance_assignment) returns them.
      type: list
      elements: dict
      returned: with O(assignments=true)
    next_openings:
      description: When it opens next, in UTC. Empty for one that never opens again, or whose window cannot be read.
      type: list
      elements: str
      returned: with O(next_openings)
    runs:
      description:
        - The last run of each machine, with V(node_id), V(status), V(run_id), V(correlation_id), V(start_date_time),
          V(end_date_time), V(error_code) and V(error_message).
      type: list
      elements: dict
      returned: with O(runs=true)
"""

from ansible_collections.hybridops.patching.plugins.module_utils._azure.maintenance_info import (
    describe_configurations,
)
from ansible_collections.hybridops.patching.plugins.module_utils._azure.module import ACCOUNTS_ARGS, azure_module, run


def main() -> None:
    spec = {
        "name": {"type": "str"},
        "resource_group": {"type": "str"},
        "subscriptions": {"type": "list", "elements": "str"},
        "assignments": {"type": "bool", "default": False},
        "next_openings": {"type": "int", "default": 0},
        "runs": {"type": "bool", "default": False},
    }
    run(azure_module({**ACCOUNTS_ARGS, **spec}), describe_configurations)


if __name__ == "__main__":
    main()
