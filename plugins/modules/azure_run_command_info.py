#!/usr/bin/python
# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: azure_run_command_info
short_description: Wait for run commands of Azure machines and read their results
version_added: 0.1.0
author:
  - hybridops.patching contributors (@hybridops)
description:
  - Waits for managed run commands of VMs and Arc machines and reads what they did.
  - Waits for the commands named, or for all that a run has under way in a wave and phase.
  - A node is done when its script has ended; one that failed, was not delivered, timed out or was cancelled counts as
    failed, with an explanation.
  - A command of the kind V(reboot) is done when the machine is back. To find that out, small commands are sent that
    ask by which boot the machine runs, one after the other until one answers with another boot than before.
  - Commands that were started with O(commands[].delete_after) are removed from the machine when their result has been
    read and recorded, and what was sent to wait for a reboot. Other commands are never touched.
options:
  commands:
    description:
      - The commands, as M(hybridops.patching.azure_run_command) returns them.
    type: list
    elements: dict
    suboptions:
      command_id:
        description: The resource id of the command.
        type: str
        required: true
      node_id:
        description: The node; not needed, since the id says it.
        type: str
      account:
        description: The subscription; not needed, since the id says it.
        type: str
      region:
        description: The location; not needed.
        type: str
      os_family:
        description: The node's operating system family, needed for the kind V(reboot).
        type: str
        choices: [linux, windows, '']
      kind:
        description: What the command does. V(reboot) is waited for until the machine is back.
        type: str
        default: command
      delete_after:
        description:
          - Whether to remove the command when its result was read. Only commands that
            M(hybridops.patching.azure_run_command) made are removed.
        type: bool
        default: false
  command_ids:
    description:
      - Resource ids of commands, which are only read.
    type: list
    elements: str
extends_documentation_fragment:
  - hybridops.patching.azure
  - hybridops.patching.attributes
  - hybridops.patching.attributes.azure
  - hybridops.patching.run
  - hybridops.patching.azure_targets
  - hybridops.patching.run.wait
attributes:
  check_mode:
    support: full
    details:
      - In check mode nothing is removed, nothing is sent, and a reboot is not waited for.
  diff_mode:
    support: N/A
    details:
      - Changes nothing but its own commands, so there is no difference to show.
  idempotent:
    support: partial
    details:
      - A command that was removed with its result cannot be read again.
seealso:
  - module: hybridops.patching.azure_run_command
"""

EXAMPLES = r"""
- name: Ask for free space
  hybridops.patching.azure_run_command:
    script: df -Pk
    nodes:
      - node_id: "{{ resource_group_id }}/providers/Microsoft.Compute/virtualMachines/vm-db-01"
        os_family: linux
  register: space

- name: Wait until commands have ended, at most ten minutes
  hybridops.patching.azure_run_command_info:
    commands: "{{ space.commands }}"
    wait_timeout: 600
  register: done

- name: Show what failed
  ansible.builtin.debug:
    var: done.nodes.failures

- name: Look once how far a wave's commands are
  hybridops.patching.azure_run_command_info:
    run_id: "{{ patch_run_id }}"
    batch: batch_1
    wave: 1
    phase: observe
    wait_timeout: 0
"""

RETURN = r"""
invocations:
  description: What the commands did on the nodes that are done. Not with O(run_id), where the ledger has it.
  returned: without O(run_id)
  type: list
  elements: dict
  contains:
    command_id:
      description: The resource id of the command.
      type: str
      returned: always
    node_id:
      description: The node.
      type: str
      returned: always
    status:
      description: How it ended, the executionState of the service such as V(Succeeded), V(Failed), V(TimedOut).
      type: str
      returned: always
    response_code:
      description: The exit code.
      type: int
      returned: always
    output:
      description: Standard output, of which the service keeps the last 4096 bytes.
      type: str
      returned: always
    error_output:
      description: Standard error, of which the service keeps the last 4096 bytes.
      type: str
      returned: always
    cut:
      description: Whether the service kept only the end of one of them.
      type: bool
      returned: always
    detail:
      description: Why it failed, or what else there is to say, empty when there is nothing.
      type: str
      returned: always
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
progress:
  description: How far it is.
  returned: always
  type: dict
  contains:
    done:
      description: Number of nodes that are done, failed ones included.
      type: int
      returned: always
    total:
      description: Number of nodes that are or were waited for.
      type: int
      returned: always
    finished:
      description: Whether nothing is waited for any more.
      type: bool
      returned: always
    waiting:
      description: Names of up to five nodes that are waited for.
      type: list
      elements: str
      returned: always
    detail:
      description: What the nodes that are waited for are doing, and what could not be asked.
      type: str
      returned: always
"""

from ansible_collections.hybridops.patching.plugins.module_utils._azure.module import ACCOUNTS_ARGS, azure_module, run
from ansible_collections.hybridops.patching.plugins.module_utils._azure.run_command_info import wait_for_run_commands
from ansible_collections.hybridops.patching.plugins.module_utils._core.polling import WAIT_ARGS
from ansible_collections.hybridops.patching.plugins.module_utils._ledger.scope_args import RUN_ARGS


def main() -> None:
    command = {
        "command_id": {"type": "str", "required": True},
        "node_id": {"type": "str"},
        "account": {"type": "str"},
        "region": {"type": "str"},
        "os_family": {"type": "str", "choices": ["linux", "windows", ""]},
        "kind": {"type": "str", "default": "command"},
        "delete_after": {"type": "bool", "default": False},
    }
    spec = {
        "commands": {"type": "list", "elements": "dict", "options": command},
        "command_ids": {"type": "list", "elements": "str"},
    }
    module = azure_module(
        {**RUN_ARGS, **ACCOUNTS_ARGS, **WAIT_ARGS, **spec},
        required_one_of=[("commands", "command_ids", "run_id")],
        mutually_exclusive=[("commands", "run_id"), ("command_ids", "run_id")],
        required_by={"run_id": ("batch", "wave")},
    )
    run(module, wait_for_run_commands)


if __name__ == "__main__":
    main()
