#!/usr/bin/python
# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: ssm_patch_operation
short_description: Start scanning or patching of many nodes with Patch Manager
version_added: 0.1.0
author:
  - hybridops.patching contributors (@hybridops)
description:
  - Starts C(AWS-RunPatchBaseline) on many nodes of many accounts and regions, Linux and Windows alike.
  - Which patches are installed is decided by the baseline that is registered for a node's patch group and operating
    system, or by O(install_override_list).
  - One request carries up to 50 nodes. The module starts the operation and does not wait for it; see
    M(hybridops.patching.ssm_command_info) for that, and M(hybridops.patching.ssm_patch_compliance_info) for the
    patches.
  - An operation is never started twice blindly. When the answer to a request is lost, the module looks for the
    command by its comment before it sends it again, also in a later call for the same run.
options:
  operation:
    description:
      - V(Scan) only finds out what is missing, V(Install) also installs it.
    type: str
    required: true
    choices: [Scan, Install]
  reboot_option:
    description:
      - Whether nodes are rebooted when an installed patch needs it. Only with O(operation=Install).
      - With V(NoReboot) such a patch stays pending, and the node is not compliant until it was rebooted and scanned.
      - The service takes V(RebootIfNeeded) when unset.
    type: str
    choices: [RebootIfNeeded, NoReboot]
  install_override_list:
    description:
      - A list of exactly the patches to install instead of what the baseline approves, as C(s3://bucket/key) or an
        C(https) URL. A private bucket needs the first form. Only with O(operation=Install).
    type: str
  baseline_override:
    description:
      - Baselines to use instead of the registered ones, as C(s3://bucket/key) or an C(https) URL of a JSON list.
      - Cannot be used together with O(install_override_list).
    type: str
  snapshot_id:
    description:
      - A GUID under which the service keeps the resolved baselines, so that nodes patched with the same one get the
        same patches.
    type: str
  timeout_seconds:
    description:
      - For how many seconds the service tries to deliver the command to a node. It does not bound how long it runs.
    type: int
  comment:
    description:
      - Text added to the command's comment, after the mark by which the command is found again; cut at 100 characters.
    type: str
    default: ''
  node_ids:
    description:
      - Only these of the nodes.
    type: list
    elements: str
  max_concurrency:
    description:
      - On how many nodes, or which percentage, the command runs at the same time. The service takes 50 when unset.
    type: str
  max_errors:
    description:
      - After how many failures, or which percentage, the service stops sending the command to further nodes of the same
        request. The service takes 0 when unset.
    type: str
  output_s3_bucket_name:
    description:
      - Bucket for the whole output.
    type: str
  output_s3_key_prefix:
    description:
      - Prefix of the output's keys in the bucket.
    type: str
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - hybridops.patching.attributes
  - hybridops.patching.attributes.aws
  - hybridops.patching.run
  - hybridops.patching.aws_targets
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: partial
    details:
      - With O(run_id) a node gets one operation of each kind in a phase. Without, every call starts operations.
seealso:
  - module: hybridops.patching.ssm_command_info
  - module: hybridops.patching.ssm_patch_compliance_info
"""

EXAMPLES = r"""
- name: Find out what is missing on two nodes
  hybridops.patching.ssm_patch_operation:
    region: eu-central-1
    operation: Scan
    nodes:
      - node_id: i-0123456789abcdef0
      - node_id: mi-0123456789abcdef0
  register: scan

- name: Patch the nodes of an account, reboot them later
  hybridops.patching.ssm_patch_operation:
    operation: Install
    reboot_option: NoReboot
    nodes: "{{ patch_nodes }}"
    accounts:
      "111111111111": {role_arn: "arn:aws:iam::111111111111:role/patching"}

- name: Install exactly a list of patches
  hybridops.patching.ssm_patch_operation:
    region: eu-central-1
    operation: Install
    install_override_list: s3://example-patching/lists/2026-11.yml
    nodes:
      - node_id: i-0123456789abcdef0

- name: Patch a wave of a run
  hybridops.patching.ssm_patch_operation:
    run_id: "{{ patch_run_id }}"
    batch: batch_1
    wave: 1
    operation: Install
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
"""

from ansible_collections.hybridops.patching.plugins.module_utils._aws.command_start import start_patch_operation
from ansible_collections.hybridops.patching.plugins.module_utils._aws.module import bulk_module, run


def main() -> None:
    spec = {
        "operation": {"type": "str", "required": True, "choices": ["Scan", "Install"]},
        "reboot_option": {"type": "str", "choices": ["RebootIfNeeded", "NoReboot"]},
        "install_override_list": {"type": "str"},
        "baseline_override": {"type": "str"},
        "snapshot_id": {"type": "str"},
        "timeout_seconds": {"type": "int"},
        "comment": {"type": "str", "default": ""},
        "node_ids": {"type": "list", "elements": "str"},
        "max_concurrency": {"type": "str"},
        "max_errors": {"type": "str"},
        "output_s3_bucket_name": {"type": "str"},
        "output_s3_key_prefix": {"type": "str", "no_log": False},
    }
    module = bulk_module(
        spec,
        mutually_exclusive=[("install_override_list", "baseline_override")],
        required_by={"output_s3_key_prefix": ("output_s3_bucket_name",)},
    )
    run(module, start_patch_operation)


if __name__ == "__main__":
    main()
