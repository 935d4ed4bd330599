#!/usr/bin/python
# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: patch_run
short_description: Begin a run with its plan, ask where it stands, finish it
version_added: 0.1.0
description:
  - A run is one execution over one environment. Beginning it makes the plan from the policy, the inventory and what the
    clouds say, refuses what cannot be done safely, and writes the plan into the ledger. A run whose id the ledger has
    already is joined and nothing is planned again.
  - A node belongs to at most one unfinished run. Finishing a run frees its nodes.
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
      - In check mode the whole plan is made and returned, and nothing is written. There need not be a ledger.
  diff_mode:
    support: none
options:
  state:
    description:
      - V(begun) makes the plan and begins the run, or joins it.
      - V(queried) only looks.
      - V(finished) ends the run when every node has its verdict.
    type: str
    choices: [begun, queried, finished]
    default: begun
  run_id:
    description:
      - The id of the run, up to 64 letters, digits, C(.), C(_) and C(-). One is made of environment and time when it is
        empty.
    type: str
    default: ""
  close:
    description:
      - For O(state=finished), give a verdict to nodes that have none. What was not begun is V(held), what was under
        way is V(not_checked).
    type: bool
    default: false
  policy:
    description:
      - The policy file.
    type: path
  environment:
    description:
      - The environment of the policy.
    type: str
  nodes:
    description:
      - The nodes of the whole inventory, as the filter P(hybridops.patching.patch_nodes#filter) picks them. Never only
        those of a limit or a slice, or the gate would not know what it waits for.
    type: list
    elements: dict
  facts:
    description:
      - What the clouds say of the nodes, as the RV(hybridops.patching.ssm_managed_node_info#module:facts) of the node
        info modules.
    type: list
    elements: dict
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
seealso:
  - module: hybridops.patching.patch_plan
  - module: hybridops.patching.patch_gate
"""

EXAMPLES = r"""
- name: Begin a run
  hybridops.patching.patch_run:
    ledger_url: sqlite:////var/lib/patching/ledger.db
    policy: /etc/patching/policy.yml
    environment: prod
    nodes: "{{ patch_nodes }}"
    facts: "{{ info.facts }}"
    unlisted: "{{ info.unlisted }}"
  register: begun

- name: Ask where it stands
  hybridops.patching.patch_run:
    state: queried
    ledger_url: sqlite:////var/lib/patching/ledger.db
    run_id: "{{ begun.run_id }}"
"""

RETURN = r"""
run_id:
  description: The run.
  returned: always
  type: str
lines:
  description: The plan, or where the run stands, in words.
  returned: when there is a run
  type: list
  elements: str
existing:
  description: Whether the run was there already.
  returned: O(state=begun)
  type: bool
exists:
  description: Whether the ledger knows the run.
  returned: O(state=queried)
  type: bool
environment:
  description: The environment of the run.
  returned: when there is a run
  type: str
status:
  description: V(planned) in check mode, V(running), or V(passed), V(failed) or V(held) when the run has ended.
  returned: when there is a run
  type: str
batches:
  description: How many nodes the plan has in each batch.
  returned: O(state=begun)
  type: dict
nodes:
  description: Each node of the plan with its C(batch), its C(node) and its C(plan). Empty outside check mode.
  returned: O(state=begun)
  type: list
  elements: dict
waves:
  description:
    - The waves that joined the run, each with its C(batch), its C(wave), the C(providers) of its nodes, and the
      C(phases) in which something is still under way.
  returned: O(state=queried)
  type: list
  elements: dict
under_way:
  description:
    - Nodes on which something is under way as far as the ledger knows (the first 200), each with its C(node_id),
      C(name), C(batch), C(wave) and C(phase).
  returned: O(state=queried)
  type: list
  elements: dict
states:
  description: How many nodes are in which state.
  returned: O(state=queried), O(state=finished)
  type: dict
not_passed:
  description: The first 200 nodes that did not pass, each with C(node_id), C(name), C(batch), C(state), C(reason).
  returned: O(state=queried), O(state=finished)
  type: list
  elements: dict
power_left:
  description: Names of the nodes that were stopped before the run and are not stopped again.
  returned: O(state=queried), O(state=finished)
  type: list
  elements: str
not_passed_omitted:
  description: How many more did not pass.
  returned: O(state=queried), O(state=finished)
  type: int
started:
  description: When the run began.
  returned: O(state=queried), O(state=finished)
  type: str
finished:
  description: When it ended, or empty.
  returned: O(state=queried), O(state=finished)
  type: str
refusals:
  description: What speaks against the run, each with C(code), C(reason), C(remedy) and C(node_id).
  returned: when the plan is refused
  type: list
  elements: dict
"""
