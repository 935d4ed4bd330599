#!/usr/bin/python
# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: patch_gate
short_description: Let a wave of a run join, evaluate its gate, and close it at its end
version_added: 0.1.0
description:
  - The nodes of a wave join the run that the ledger knows, and the gate of their batch is evaluated from the verdicts
    in the ledger. Every node of the earlier batches (of the environment, or of the same application, as the policy
    says) and of the earlier waves of the same batch has to have passed, but for as many as the policy allows to fail.
    A node that is unknown, held, not checked or not finished counts as failed, and an earlier batch without a node
    closes the gate.
  - The answer is data, so that the playbook can go on to close the wave and to report. It is also written into the
    ledger, and every module that starts something on a node looks there and refuses when the gate is not open.
  - Nodes that may not go get the verdict V(held) with the reason.
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
      - In check mode no ledger is read or written. The gate says that it was not evaluated.
  diff_mode:
    support: none
options:
  state:
    description:
      - V(joined) lets the wave join and evaluates its gate.
      - V(reboot) asks whether the nodes whose reboot is an act of its own may be rebooted. Without O(approval) they are
        held, with everything installed.
      - V(power) asks which nodes the run started and nothing is under way on, so that they can be stopped again.
      - V(closed) ends the wave. Nodes that have no verdict by then and nothing under way get V(not_checked).
    type: str
    choices: [joined, reboot, power, closed]
    default: joined
  node_ids:
    description:
      - Ids of the nodes of this wave, for O(state=joined) and O(state=reboot).
    type: list
    elements: str
    default: []
  nodes:
    description:
      - The nodes of the plan as RV(hybridops.patching.patch_run#module:nodes) has them. They are used in check mode
        only, where there is no run in the ledger.
    type: list
    elements: dict
  approval:
    description:
      - Who or what approved the reboot, for O(state=reboot). It is kept in the ledger and stands in the report.
    type: str
    default: ""
  override_reason:
    description:
      - Why the gate shall open although it is closed. The reason is kept in the ledger and stands in the report.
    type: str
    default: ""
  override_by:
    description:
      - Who gave O(override_reason).
    type: str
    default: ""
  reason:
    description:
      - What the nodes that are left without a verdict are told, for O(state=closed).
    type: str
    default: the wave ended before this node had a verdict
extends_documentation_fragment:
  - hybridops.patching.attributes
  - hybridops.patching.attributes.controller
  - hybridops.patching.wave
author:
  - hybridops.patching contributors (@hybridops)
seealso:
  - module: hybridops.patching.patch_run
"""

EXAMPLES = r"""
- name: Let two Windows nodes join as a wave of the second batch
  hybridops.patching.patch_gate:
    ledger_url: sqlite:////var/lib/patching/ledger.db
    run_id: prod-2026-11-21
    batch: batch_2
    node_ids: [i-0123456789abcdef0, i-0123456789abcdef1]
  register: gate

- name: Say why nothing is done
  ansible.builtin.debug:
    msg: "{{ gate.reason }}"
  when: not gate.opened
"""

RETURN = r"""
opened:
  description: Whether at least one node may go; null in check mode, where the gate is not evaluated.
  returned: O(state=joined)
  type: bool
reason:
  description: Why the gate is open or closed.
  returned: O(state=joined)
  type: str
batch:
  description: The batch.
  returned: O(state=joined)
  type: str
wave:
  description: The number of the wave in its batch, from 1; 0 when nothing is left to do.
  returned: O(state=joined)
  type: int
going:
  description: How many nodes may go.
  returned: O(state=joined)
  type: int
agent_node_ids:
  description: Ids of the nodes that may go and whose agent is not the newest.
  returned: O(state=joined)
  type: list
  elements: str
joined_at:
  description: When the gate of the wave opened for the first time, from which on patches count as installed by it.
  returned: O(state=joined)
  type: str
held:
  description: The nodes that may not go, with the reason (the first 200).
  returned: O(state=joined)
  type: dict
unknown:
  description: Ids among O(node_ids) that the plan does not have in this batch. Nothing is done to them.
  returned: O(state=joined)
  type: list
  elements: str
providers:
  description: The providers of the nodes that may go.
  returned: O(state=joined)
  type: list
  elements: str
command_checks:
  description:
    - The commands that the policy's checks want to run on nodes that may go, each with its C(script), the C(kind) of
      the operation, the C(provider) and the C(node_ids).
  returned: O(state=joined)
  type: list
  elements: dict
nodes:
  description: The nodes of the wave.
  returned: O(state=joined), in check mode
  type: list
  elements: dict
hooks:
  description: The hooks of applications whose nodes may go, each with C(application), C(before), C(after), C(nodes).
  returned: O(state=joined)
  type: list
  elements: dict
reboot_modes:
  description: Ids of the nodes that may go, by the reboot mode that the policy gives them.
  returned: O(state=joined)
  type: dict
approvals:
  description: >-
    The approval rules of the nodes whose cloud has no baselines, each with its C(node_ids), as
    O(hybridops.patching.azure_patch_compliance_info#module:approvals) takes them.
  returned: O(state=joined)
  type: list
  elements: dict
approved:
  description: Whether the reboot is approved.
  returned: O(state=reboot)
  type: bool
stopped_before:
  description: Ids of the nodes that were stopped before the run and are to be stopped again.
  returned: O(state=power)
  type: list
  elements: str
left:
  description: Ids of the nodes that had no verdict when the wave was closed.
  returned: O(state=closed)
  type: list
  elements: str
"""
