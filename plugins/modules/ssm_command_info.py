#!/usr/bin/python
# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: ssm_command_info
short_description: Wait for Systems Manager commands and read their results
version_added: 0.1.0
author:
  - hybridops.patching contributors (@hybridops)
description:
  - Waits for commands and reads what they did on each node, also where the service cuts the output in its lists.
  - Waits for the commands named, or for all that a run has under way in a wave and phase, whichever module started
    them.
  - A node is done when its invocation has ended; one that failed, was not delivered, timed out, was cancelled or
    terminated counts as failed, with an explanation.
options:
  commands:
    description:
      - The commands, as M(hybridops.patching.ssm_command) and M(hybridops.patching.ssm_patch_operation) return them.
    type: list
    elements: dict
    suboptions:
      command_id:
        description: The command's id.
        type: str
        required: true
      account:
        description: The account, empty for that of the module's credentials.
        type: str
      region:
        description: The region, that of the module when unset.
        type: str
      document:
        description: The document; not needed.
        type: str
      node_ids:
        description: The nodes whose result is wanted, all of the command's when unset.
        type: list
        elements: str
  command_ids:
    description:
      - Ids of commands in the account and region of the module.
    type: list
    elements: str
  full_output:
    description:
      - The service keeps the first 24,000 characters that a step prints and 8,000 of its errors. When set, what it has
        cut is read from the bucket of O(hybridops.patching.ssm_command#module:output_s3_bucket_name), up to 1 MiB of
        each, with the identity that reaches the node's account.
      - What cannot be read there is no failure; RV(invocations[].output_detail) says why the output is not whole.
    type: bool
    default: false
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - hybridops.patching.attributes
  - hybridops.patching.attributes.aws
  - hybridops.patching.attributes.info
  - hybridops.patching.run
  - hybridops.patching.aws_targets
  - hybridops.patching.run.wait
seealso:
  - module: hybridops.patching.ssm_command
  - module: hybridops.patching.ssm_patch_operation
"""

EXAMPLES = r"""
- name: Ask a node for its free space
  hybridops.patching.ssm_command:
    region: eu-central-1
    scripts:
      linux: df -Pk
    output_s3_bucket_name: example-patching
    nodes:
      - {node_id: i-0123456789abcdef0, os_family: linux}
  register: sent

- name: Wait until the command has ended, at most ten minutes, and read all that it printed
  hybridops.patching.ssm_command_info:
    region: eu-central-1
    command_ids:
      - "{{ sent.commands[0].command_id }}"
    full_output: true
    wait_timeout: 600
  register: done

- name: Show what failed
  ansible.builtin.debug:
    var: done.nodes.failures

- name: Look once how far a wave's commands are
  hybridops.patching.ssm_command_info:
    run_id: "{{ patch_run_id }}"
    batch: batch_1
    wave: 1
    phase: install
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
      description: The command's id.
      type: str
      returned: always
    node_id:
      description: The node.
      type: str
      returned: always
    status:
      description: How it ended, StatusDetails of the service such as V(Success), V(Failed), V(Delivery Timed Out).
      type: str
      returned: always
    response_code:
      description: The exit code.
      type: int
      returned: always
    output:
      description: Standard output, as far as the service keeps it or O(full_output) reads it.
      type: str
      returned: always
    error_output:
      description: Standard error.
      type: str
      returned: always
    detail:
      description: Why it failed, empty when it did not.
      type: str
      returned: always
    output_detail:
      description: With O(full_output), why the output is not whole, empty when it is.
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

from ansible_collections.hybridops.patching.plugins.module_utils._aws.command_info import wait_for_commands
from ansible_collections.hybridops.patching.plugins.module_utils._aws.module import ACCOUNTS_ARGS, aws_module, run
from ansible_collections.hybridops.patching.plugins.module_utils._core.polling import WAIT_ARGS
from ansible_collections.hybridops.patching.plugins.module_utils._ledger.scope_args import RUN_ARGS


def main() -> None:
    command = {
        "command_id": {"type": "str", "required": True},
        "account": {"type": "str"},
        "region": {"type": "str"},
        "document": {"type": "str"},
        "node_ids": {"type": "list", "elements": "str"},
    }
    spec = {
        "commands": {"type": "list", "elements": "dict", "options": command},
        "command_ids": {"type": "list", "elements": "str"},
        "full_output": {"type": "bool", "default": False},
    }
    module = aws_module(
        {**RUN_ARGS, **ACCOUNTS_ARGS, **WAIT_ARGS, **spec},
        required_one_of=[("commands", "command_ids", "run_id")],
        mutually_exclusive=[("commands", "run_id"), ("command_ids", "run_id")],
        required_by={"run_id": ("batch", "wave")},
    )
    run(module, wait_for_commands)


if __name__ == "__main__":
    main()
