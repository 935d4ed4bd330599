#!/usr/bin/python
# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: patch_inventory
short_description: Read the policy, and pick from the inventory what a run needs of each host
version_added: 0.1.0
description:
  - Reads and checks the policy, and makes the nodes of an environment from the hosts of the inventory.
  - Fails when the two do not fit together. The environment has to be one of the policy and a group of the inventory,
    and each of its hosts has to be in the group of one batch and to have an id.
attributes:
  action:
    support: full
  connection:
    support: none
  idempotent:
    support: full
  check_mode:
    support: full
    details:
      - The module never changes anything.
  diff_mode:
    support: none
options:
  policy:
    description:
      - The policy file.
    type: path
    required: true
  environment:
    description:
      - The environment of the policy. It is also the name of a group of the inventory.
    type: str
    required: true
extends_documentation_fragment:
  - hybridops.patching.attributes
  - hybridops.patching.attributes.controller
author:
  - hybridops.patching contributors (@hybridops)
seealso:
  - plugin: hybridops.patching.patch_nodes
    plugin_type: filter
  - plugin: hybridops.patching.policy
    plugin_type: lookup
  - module: hybridops.patching.patch_plan
"""

EXAMPLES = r"""
- name: Read policy and inventory
  hybridops.patching.patch_inventory:
    policy: /etc/patching/policy.yml
    environment: prod
  register: read

- name: Show the nodes
  ansible.builtin.debug:
    msg: "{{ read.nodes | map(attribute='name') }}"
"""

RETURN = r"""
targets:
  description:
    - Where nodes that the inventory lacks are looked for. C(aws) has each account of the environment in each region
      that the inventory names, C(azure) each subscription of the environment.
  returned: always
  type: dict
policy:
  description: The part of the policy that playbooks need, as the lookup P(hybridops.patching.policy#lookup) returns it.
  returned: success
  type: dict
nodes:
  description: The nodes of the environment, as the option O(hybridops.patching.patch_plan#module:nodes) takes them.
  returned: success
  type: list
  elements: dict
"""
