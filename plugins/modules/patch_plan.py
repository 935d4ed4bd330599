#!/usr/bin/python
# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: patch_plan
short_description: Show what a run would do to each node, and what speaks against it
version_added: 0.1.0
description:
  - Makes the plan of a run from the policy, the inventory and what the clouds say. Nothing is begun and nothing is
    written. Other than M(hybridops.patching.patch_run) it does not fail when the plan is refused.
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
      - The environment of the policy.
    type: str
    required: true
  nodes:
    description:
      - The nodes of the whole inventory, as the filter P(hybridops.patching.patch_nodes#filter) picks them. Never only
        those of a limit or a slice, or the gate would not know what it waits for.
    type: list
    elements: dict
    required: true
  facts:
    description:
      - What the clouds say of the nodes, as the RV(hybridops.patching.ssm_managed_node_info#module:facts) of the node
        info modules.
    type: list
    elements: dict
    required: true
  unlisted:
    description:
      - Nodes that the clouds have beside the inventory, as the node info modules return them.
    type: list
    elements: dict
    default: []
  accept:
    description:
      - Codes of refusals whose risk is taken for this run. They become warnings.
    type: list
    elements: str
    default: []
  hold:
    description:
      - Codes of refusals for which a node is left out of the run, as not passed, instead of refusing the whole run.
    type: list
    elements: str
    default: []
  slot:
    description:
      - Take only the nodes of this slot.
    type: str
    default: ""
  waves:
    description:
      - The waves as Ansible's C(serial) takes them, when they are not those of the policy.
    type: list
    elements: raw
  freeze_override:
    description:
      - Why the run may begin although the policy has a freeze at this time.
    type: str
    default: ""
extends_documentation_fragment:
  - hybridops.patching.attributes
  - hybridops.patching.attributes.controller
  - hybridops.patching.ledger
author:
  - hybridops.patching contributors (@hybridops)
notes:
  - With O(ledger_url) nodes that another unfinished run holds are found.
seealso:
  - module: hybridops.patching.patch_run
"""

EXAMPLES = r"""
- name: Make the plan
  hybridops.patching.patch_plan:
    policy: /etc/patching/policy.yml
    environment: prod
    nodes: "{{ patch_nodes }}"
    facts: "{{ info.facts }}"
    unlisted: "{{ info.unlisted }}"
  register: planned

- name: Show it
  ansible.builtin.debug:
    msg: "{{ planned.lines }}"
"""

RETURN = r"""
accepted:
  description: Whether a run could begin.
  returned: always
  type: bool
lines:
  description: The plan in words, node by node.
  returned: always
  type: list
  elements: str
plan:
  description: The plan as data.
  returned: always
  type: dict
"""
