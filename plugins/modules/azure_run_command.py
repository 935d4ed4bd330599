#!/usr/bin/python
# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: azure_run_command
short_description: Start a run command on many Azure machines
version_added: 0.1.0
author:
  - hybridops.patching contributors (@hybridops)
description:
  - Runs a script, or one for each operating system family, on many VMs and Arc machines of many subscriptions, as
    managed run commands (the resource C(runCommands) of the machine).
  - The module starts the commands and does not wait for them; see M(hybridops.patching.azure_run_command_info) for
    that.
  - A command has a name that nothing else has, and the same request again does not run it again. When the answer to a
    request is lost it is therefore repeated, and a later call for the same run finds the command by its name.
  - A machine on which something else is done at the moment, such as an assessment, refuses a command. The module tries
    again, for ten minutes at most.
  - An Arc machine needs version 1.33 or later of the Azure Connected Machine agent, and its configuration must not
    block run commands. A VM has to be running.
options:
  script:
    description:
      - The script for all nodes, sh on Linux and PowerShell on Windows.
      - Exactly one of O(script) and O(scripts) is needed.
    type: str
  scripts:
    description:
      - A script for each operating system family, instead of O(script).
      - A node gets the one for its V(os_family); a node whose family is not known or has no script fails with that
        reason.
    type: dict
    suboptions:
      linux:
        description: Shell script.
        type: str
      windows:
        description: PowerShell script.
        type: str
  parameters:
    description:
      - Parameters of the script by their names. On Linux they are environment variables, on Windows those of the
        script's C(param) block.
      - They can be read in the portal as long as the command is there. They are not written to the ledger.
    type: dict
  protected_parameters:
    description:
      - Parameters that the service never shows again.
    type: dict
  timeout_seconds:
    description:
      - For how many seconds the script may run. The service takes 5400 when unset.
    type: int
  run_as_user:
    description:
      - The user on the machine who runs the script; that of the agent, who may do everything, when unset.
    type: str
  run_as_password:
    description:
      - The password of O(run_as_user), needed on Windows.
    type: str
  output_blob_uri:
    description:
      - The append blob for the whole output, as a URI with a shared access signature (read, append, create and write)
        or one that the machine's managed identity may write to. The command itself keeps the last 4096 bytes.
      - It is one blob, so use it with one node.
    type: str
  error_blob_uri:
    description:
      - The same for the error output.
    type: str
  kind:
    description:
      - Name of what is done, under which the ledger keeps the command. A node that has a command of this name in the
        phase already gets no second one.
      - A command of the kind V(reboot) is done only when the machine runs by another boot than before. Its script has
        to be that of the filter P(hybridops.patching.patch_reboot_soon#filter).
    type: str
    default: command
  delete_after:
    description:
      - Whether M(hybridops.patching.azure_run_command_info) removes the command from the machine when its result has
        been recorded. A machine can have 25 commands at a time.
    type: bool
    default: true
  node_ids:
    description:
      - Only these of the nodes.
    type: list
    elements: str
extends_documentation_fragment:
  - hybridops.patching.azure
  - hybridops.patching.attributes
  - hybridops.patching.attributes.azure
  - hybridops.patching.run
  - hybridops.patching.azure_targets
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
  - module: hybridops.patching.azure_run_command_info
  - name: Run scripts in a VM by using managed run commands
    description: What run commands of VMs can do, and what not.
    link: https://learn.microsoft.com/azure/virtual-machines/run-command-overview
  - name: Run command on Azure Arc-enabled servers
    description: What run commands of Arc machines need.
    link: https://learn.microsoft.com/azure/azure-arc/servers/run-command
"""

EXAMPLES = r"""
- name: Ask for free space, in the language of each operating system
  hybridops.patching.azure_run_command:
    scripts:
      linux: df -Pk
      windows: Get-CimInstance Win32_LogicalDisk
    nodes: "{{ patch_nodes }}"
  register: space

- name: Wait for it
  hybridops.patching.azure_run_command_info:
    commands: "{{ space.commands }}"
    wait_timeout: 300

- name: Register a machine with a key that nobody is to read
  hybridops.patching.azure_run_command:
    script: register-agent --key "$key"
    protected_parameters:
      key: "{{ vaulted_key }}"
    nodes:
      - node_id: "{{ resource_group_id }}/providers/Microsoft.HybridCompute/machines/branch-01"

- name: Drain the nodes of a wave
  hybridops.patching.azure_run_command:
    run_id: "{{ patch_run_id }}"
    batch: batch_1
    wave: 1
    phase: power
    kind: drain
    scripts:
      linux: /usr/local/sbin/drain
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
      description: The resource id of the command, empty in check mode.
      type: str
      returned: always
    node_id:
      description: The node that the command was sent to.
      type: str
      returned: always
    account:
      description: The subscription.
      type: str
      returned: always
    region:
      description: The location, as far as it is known.
      type: str
      returned: always
    os_family:
      description: The node's operating system family, empty when it is not known.
      type: str
      returned: always
    kind:
      description: What O(kind) says.
      type: str
      returned: always
    delete_after:
      description: What O(delete_after) says.
      type: bool
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

from ansible_collections.hybridops.patching.plugins.module_utils._azure.module import bulk_module, run
from ansible_collections.hybridops.patching.plugins.module_utils._azure.run_command_start import start_run_command


def main() -> None:
    spec = {
        "script": {"type": "str"},
        "scripts": {"type": "dict", "options": {"linux": {"type": "str"}, "windows": {"type": "str"}}},
        "parameters": {"type": "dict"},
        "protected_parameters": {"type": "dict", "no_log": True},
        "timeout_seconds": {"type": "int"},
        "run_as_user": {"type": "str"},
        "run_as_password": {"type": "str", "no_log": True},
        "output_blob_uri": {"type": "str", "no_log": True},
        "error_blob_uri": {"type": "str", "no_log": True},
        "kind": {"type": "str", "default": "command"},
        "delete_after": {"type": "bool", "default": True},
        "node_ids": {"type": "list", "elements": "str"},
    }
    module = bulk_module(
        spec,
        required_one_of=[("script", "scripts")],
        mutually_exclusive=[("script", "scripts")],
        required_by={"run_as_password": ("run_as_user",)},
    )
    run(module, start_run_command)


if __name__ == "__main__":
    main()
