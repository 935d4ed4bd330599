#!/usr/bin/python
# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: ssm_command
short_description: Start a Systems Manager command on many nodes
version_added: 0.1.0
author:
  - hybridops.patching contributors (@hybridops)
description:
  - Runs any command document, or a script for each operating system family, on many nodes of many accounts and regions.
  - One request carries up to 50 nodes. The module starts the commands and does not wait for them; see
    M(hybridops.patching.ssm_command_info) for that.
  - A command is never sent twice blindly. When the answer to a request is lost, the module looks for the command by its
    comment before it sends it again, also in a later call for the same run.
options:
  document:
    description:
      - Name or ARN of the command document.
      - Exactly one of O(document) and O(scripts) is needed.
    type: str
  document_hash:
    description:
      - The hash of the document, which the agent compares with what it is to run. Not with O(scripts).
    type: str
  document_hash_type:
    description:
      - V(Sha256) or V(Sha1).
    type: str
  parameters:
    description:
      - Parameters of the document. A value that is not a list becomes a list of one text, as the service wants it.
      - Values are not written to the ledger, only their names and a hash.
    type: dict
  scripts:
    description:
      - A script for each operating system family, instead of O(document).
      - A node gets the one for its V(os_family); a node whose family is not known or has no script fails with that
        reason.
    type: dict
    suboptions:
      linux:
        description: Shell script, run by C(AWS-RunShellScript).
        type: str
      windows:
        description: PowerShell script, run by C(AWS-RunPowerShellScript).
        type: str
  execution_timeout:
    description:
      - For how many seconds the script may run on a node. Only with O(scripts); the documents' own default is 3600.
    type: int
  kind:
    description:
      - Name of what is done, under which the ledger keeps the command. A node that has a command of this name in the
        phase already gets no second one.
    type: str
    default: command
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - hybridops.patching.attributes
  - hybridops.patching.attributes.aws
  - hybridops.patching.run
  - hybridops.patching.aws_targets
  - hybridops.patching.aws_command
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: partial
    details:
      - With O(run_id) a node gets one command of each O(kind) in a phase. Without, every call sends commands.
seealso:
  - module: hybridops.patching.ssm_command_info
"""

EXAMPLES = r"""
- name: Update the agent on two nodes
  hybridops.patching.ssm_command:
    region: eu-central-1
    document: AWS-UpdateSSMAgent
    nodes:
      - {node_id: i-0123456789abcdef0, os_family: linux}
      - {node_id: i-0123456789abcdef1, os_family: windows}
  register: agents

- name: Wait for it
  hybridops.patching.ssm_command_info:
    region: eu-central-1
    commands: "{{ agents.commands }}"
    wait_timeout: 300

- name: Tell a topic when a command fails, and stop it when an alarm goes off
  hybridops.patching.ssm_command:
    region: eu-central-1
    document: AWS-RunShellScript
    parameters: {commands: [/usr/local/bin/drain]}
    service_role_arn: arn:aws:iam::999999999999:role/ssm-notify
    notification_config:
      notification_arn: arn:aws:sns:eu-central-1:999999999999:patching
      notification_events: [Failed, TimedOut]
      notification_type: Command
    alarm_configuration:
      alarms: [{name: payroll-unhealthy}]
    output_s3_bucket_name: example-patching
    nodes:
      - {node_id: i-0123456789abcdef0, os_family: linux}

- name: Ask for free space, in the language of each operating system
  hybridops.patching.ssm_command:
    region: eu-central-1
    scripts:
      linux: df -Pk
      windows: Get-CimInstance Win32_LogicalDisk
    nodes: "{{ patch_nodes }}"

- name: Have a document of your own
  hybridops.patching.ssm_document:
    account: "111111111111"
    region: eu-central-1
    name: Example-DrainNode
    content:
      schemaVersion: "2.2"
      description: Take the node out of the load balancer
      mainSteps:
        - action: aws:runShellScript
          name: drain
          inputs:
            runCommand: [/usr/local/bin/drain]
    accounts:
      "111111111111": {role_arn: "arn:aws:iam::111111111111:role/patching"}

- name: Drain the nodes of a wave with it
  hybridops.patching.ssm_command:
    run_id: "{{ patch_run_id }}"
    batch: batch_1
    wave: 1
    phase: power
    kind: drain
    document: Example-DrainNode
    accounts:
      "111111111111": {role_arn: "arn:aws:iam::111111111111:role/patching"}
"""

RETURN = r"""
commands:
  description:
    - The commands that were accepted, in check mode those that would be sent. Not with O(run_id), where the ledger has
      them.
  returned: without O(run_id)
  type: list
  elements: dict
  contains:
    command_id:
      description: The command's id, empty in check mode.
      type: str
      returned: always
    account:
      description: The account, empty for that of the module's credentials.
      type: str
      returned: always
    region:
      description: The region.
      type: str
      returned: always
    document:
      description: The document.
      type: str
      returned: always
    node_ids:
      description: The nodes that the command was sent to.
      type: list
      elements: str
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
      description: Number of nodes for which a command was started.
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
"""

from ansible_collections.hybridops.patching.plugins.module_utils._aws.command_start import (
    COMMAND_ARGS,
    COMMAND_REQUIRED_BY,
    start_command,
)
from ansible_collections.hybridops.patching.plugins.module_utils._aws.module import bulk_module, run


def main() -> None:
    spec = {
        **COMMAND_ARGS,
        "document": {"type": "str"},
        "document_hash": {"type": "str"},
        "document_hash_type": {"type": "str"},
        "parameters": {"type": "dict"},
        "scripts": {"type": "dict", "options": {"linux": {"type": "str"}, "windows": {"type": "str"}}},
        "execution_timeout": {"type": "int"},
        "kind": {"type": "str", "default": "command"},
    }
    module = bulk_module(
        spec,
        required_one_of=[("document", "scripts")],
        mutually_exclusive=[
            ("document", "scripts"),
            ("parameters", "scripts"),
            ("document_version", "scripts"),
            ("document_hash", "scripts"),
        ],
        required_by={"execution_timeout": ("scripts",), **COMMAND_REQUIRED_BY},
    )
    run(module, start_command)


if __name__ == "__main__":
    main()
