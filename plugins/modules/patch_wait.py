#!/usr/bin/python
# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: patch_wait
short_description: Wait for what a run has under way, with a line of progress now and then
version_added: 0.1.0
description:
  - Repeats the modules that poll the clouds until nothing of the given phase is under way any more, and prints one
    line of progress after each round. What is under way is read from the ledger, so a run that lost its controller
    waits for it instead of sending it again.
  - Nodes that have not answered when O(timeout) is over fail. What was sent to them may still happen.
  - Without a run it waits for O(commands) of Systems Manager, with M(hybridops.patching.ssm_command_info). It fails
    then when O(timeout) is over.
options:
  run_id:
    description:
      - The run. This or O(commands) is needed.
    type: str
  batch:
    description:
      - The batch of the run. Required with O(run_id).
    type: str
  wave:
    description:
      - The wave of the batch. Required with O(run_id).
    type: int
  phase:
    description:
      - The phase whose operations are waited for. With O(commands) the word with which the lines of progress begin.
    type: str
    required: true
  commands:
    description:
      - Commands that belong to no run, as M(hybridops.patching.ssm_patch_operation) and
        M(hybridops.patching.ssm_command) return them.
    type: list
    elements: dict
  nodes:
    description:
      - The nodes of O(commands), each with V(node_id) and V(name), for the names in lines of progress and failures.
    type: list
    elements: dict
    default: []
  ledger_url:
    description:
      - Where the ledger is. If it is not set, the environment variable E(PATCH_LEDGER_URL) is used.
    type: str
  on_timeout:
    description:
      - What happens to nodes that have not answered when O(timeout) is over. With V(leave) nothing is written of them,
        so that somebody else may go on waiting.
    type: str
    choices: [fail, leave]
    default: fail
  timeout:
    description:
      - Seconds after which nodes without an answer fail.
    type: int
    default: 7200
  interval:
    description:
      - Seconds after which a line of progress is printed.
    type: int
    default: 15
  poller_args:
    description:
      - Options for the polling modules by their short name, such as the region or the endpoint.
    type: dict
    default: {}
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
      - In check mode nothing is under way and nothing is waited for.
  diff_mode:
    support: none
extends_documentation_fragment:
  - hybridops.patching.attributes
  - hybridops.patching.attributes.controller
author:
  - hybridops.patching contributors (@hybridops)
"""

EXAMPLES = r"""
- name: Wait until the installation has ended on every node of the wave
  hybridops.patching.patch_wait:
    ledger_url: sqlite:////var/lib/patching/ledger.db
    run_id: prod-2026-11-21
    batch: batch_1
    wave: 1
    phase: install
    timeout: 7200
    poller_args:
      ssm_command_info:
        region: eu-central-1
"""

RETURN = r"""
waited:
  description: Seconds that it took.
  returned: always
  type: float
done:
  description: Nodes that answered.
  returned: always
  type: int
nodes:
  description: What became of the nodes of O(commands), as M(hybridops.patching.ssm_command_info) tells it.
  returned: with O(commands)
  type: dict
timed_out:
  description: Nodes that did not answer in time.
  returned: always
  type: list
  elements: str
"""
