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
    system, or by a list of exactly those, which you give (O(install_override_list)) or which the module makes of what
    each node lacks (O(omit_patches)) or of names (O(include_patches)).
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
      - O(omit_patches) and O(include_patches) make such a list.
    type: str
  baseline_override:
    description:
      - Baselines to use instead of the registered ones, as C(s3://bucket/key) or an C(https) URL of a JSON list.
      - Cannot be used together with a list of patches.
    type: str
  snapshot_id:
    description:
      - A GUID under which the service keeps the resolved baselines, so that nodes patched with the same one get the
        same patches.
    type: str
  omit_patches:
    description:
      - Install all that each node lacks but these patches. What it lacks are the missing and failed patches that its
        last scan or install reported, by its own baseline.
      - A patch is named by its KB number, with or without KB; by its package as V(name), V(name.arch),
        V(name-version-release) or V(name-version-release.arch); by a CVE id that it mends; or by its title. V(*) and
        V(?) stand for any characters. Upper and lower case are the same.
      - The patches of a node become an install override list in O(override_list_bucket), Linux packages with their
        versions. Nodes that get the same list share it, and the command.
      - Nodes on which nothing is left to install get no command, and are no failures.
      - The list says what is installed, not what is pulled in. On Linux the package manager installs a package all the
        same when another one of the list needs it.
      - Only with O(operation=Install); V(Scan) ignores lists.
      - A node gets the list that the run decided for it first. When an interrupted run goes on with other names, the
        module refuses.
    type: list
    elements: str
  include_patches:
    description:
      - Install exactly these patches, whether a baseline approves them or not, by an install override list in
        O(override_list_bucket).
      - Windows takes KB numbers, with or without KB, and bulletins such as V(MS17-010). Linux takes V(name.arch),
        V(name), V(name-version-release.arch) and V(name.arch:version); V(*) and V(?) stand for any characters. Names
        with a version install that version, others the newest.
      - Nodes get what is for their operating system family; those for which nothing is named get no command.
      - What a node has no use for is passed over by the service without a word.
    type: list
    elements: str
  unmatched_omit_patches:
    description:
      - What to do about a name in O(omit_patches) that means no missing patch of any of the nodes. It may be a typo,
        and what was to be left out would be installed.
      - V(fail) refuses before anything is sent, V(warn) warns and goes on.
      - A name in the form of another operating system's patches than all the nodes have is no typo and neither refused
        nor warned of, so that one list can serve all hosts. These are a KB number or a bulletin where all nodes are
        Linux, and a package in lower case without a long number, such as V(kernel*) or V(openssl.x86_64), where all are
        Windows.
    type: str
    choices: [fail, warn]
    default: fail
  missing_max_age:
    description:
      - How old the report of a node may be from which O(omit_patches) takes what it lacks, as an ISO 8601 duration.
      - A node whose report is older, or that never reported, fails; scan it first.
    type: str
    default: PT24H
  override_list_bucket:
    description:
      - The bucket for override lists, which the nodes must be able to read. C({account}) and C({region}) stand for
        those of the nodes. Required with O(omit_patches) and O(include_patches).
      - An object is named after the hash of its content, written once with the bucket's own encryption, and never
        overwritten; one that somebody has changed is refused.
      - The identity that reaches the node's account needs C(s3:GetObject) and C(s3:PutObject) on the objects. Without
        C(s3:ListBucket) S3 does not tell that one is not there yet.
    type: str
  override_list_prefix:
    description:
      - The beginning of the keys of override lists in the bucket.
    type: str
    default: patch-override-lists
  override_list_expected_bucket_owner:
    description:
      - The account that has to own the bucket, or C({account}) for that of the nodes. S3 refuses when it does not.
    type: str
  only_node_ids:
    description:
      - The nodes on which this call may work. When another one is among the nodes, the module names it and refuses
        before its first request. An empty list allows none.
      - For self-service, where the one who says which nodes is not the one who may decide it.
    type: list
    elements: str
  only_tags:
    description:
      - Tags of the nodes on which this call may work. Each has a text, or a list of texts of which a node has to have
        one.
      - What counts are the tags that the cloud has now. When one of the nodes does not carry them all, or is not there,
        the module names it and refuses before it sends anything to any node.
    type: dict
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

- name: Install all that is missing but a driver and everything of one package
  hybridops.patching.ssm_patch_operation:
    region: eu-central-1
    operation: Install
    reboot_option: NoReboot
    omit_patches: ["kernel*", KB5044281]
    override_list_bucket: example-patching
    nodes: "{{ patch_nodes }}"
    only_tags: {Application: payroll}
    accounts:
      "111111111111": {role_arn: "arn:aws:iam::111111111111:role/patching"}
    unmatched_omit_patches: warn
    missing_max_age: PT12H
  register: patched

- name: Install two patches and nothing else
  hybridops.patching.ssm_patch_operation:
    region: eu-central-1
    operation: Install
    include_patches: [openssl.x86_64, KB5044281]
    override_list_bucket: example-patching
    nodes:
      - node_id: i-0123456789abcdef0

- name: Install exactly a list of patches that is kept by yourself
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
override_lists:
  description: The lists that were stored, in check mode those that would be.
  returned: with O(omit_patches) or O(include_patches), without O(run_id) or in check mode
  type: list
  elements: dict
  contains:
    url:
      description: Where the list is.
      type: str
      returned: always
    sha256:
      description: The digest of its content.
      type: str
      returned: always
    patches:
      description: The patches that it has installed.
      type: list
      elements: str
      returned: always
    node_ids:
      description: The nodes that install them.
      type: list
      elements: str
      returned: always
omitted_patches:
  description: The missing patches that were left out on some node.
  returned: with O(omit_patches) or O(include_patches), without O(run_id) or in check mode
  type: list
  elements: str
unmatched_omit_patches:
  description: What O(omit_patches) names and no node lacks.
  returned: with O(omit_patches) or O(include_patches), without O(run_id) or in check mode
  type: list
  elements: str
undecided_node_ids:
  description: In check mode of a run the nodes whose missing patches only the scan of the real run will tell.
  returned: with O(omit_patches) or O(include_patches), without O(run_id) or in check mode
  type: list
  elements: str
skipped:
  description: Up to 200 nodes on which nothing is left to install.
  returned: with O(omit_patches) or O(include_patches), without O(run_id) or in check mode
  type: list
  elements: dict
  contains:
    node_id:
      description: The node.
      type: str
      returned: always
    name:
      description: Its name.
      type: str
      returned: always
    reason:
      description: Why nothing is installed.
      type: str
      returned: always
skipped_omitted:
  description: Number of further nodes on which nothing is left to install.
  returned: with O(omit_patches) or O(include_patches), without O(run_id) or in check mode
  type: int
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

from ansible_collections.hybridops.patching.plugins.module_utils._aws.command_start import (
    COMMAND_ARGS,
    COMMAND_REQUIRED_BY,
    start_patch_operation,
)
from ansible_collections.hybridops.patching.plugins.module_utils._aws.module import bulk_module, run


def main() -> None:
    spec = {
        **COMMAND_ARGS,
        "operation": {"type": "str", "required": True, "choices": ["Scan", "Install"]},
        "reboot_option": {"type": "str", "choices": ["RebootIfNeeded", "NoReboot"]},
        "install_override_list": {"type": "str"},
        "baseline_override": {"type": "str"},
        "snapshot_id": {"type": "str"},
        "omit_patches": {"type": "list", "elements": "str"},
        "include_patches": {"type": "list", "elements": "str"},
        "unmatched_omit_patches": {"type": "str", "choices": ["fail", "warn"], "default": "fail"},
        "missing_max_age": {"type": "str", "default": "PT24H"},
        "override_list_bucket": {"type": "str"},
        "override_list_prefix": {"type": "str", "default": "patch-override-lists"},
        "override_list_expected_bucket_owner": {"type": "str"},
        "only_node_ids": {"type": "list", "elements": "str"},
        "only_tags": {"type": "dict"},
    }
    lists = ("install_override_list", "baseline_override", "omit_patches", "include_patches")
    module = bulk_module(
        spec,
        mutually_exclusive=[lists],
        required_by={
            "omit_patches": ("override_list_bucket",),
            "include_patches": ("override_list_bucket",),
            **COMMAND_REQUIRED_BY,
        },
    )
    run(module, start_patch_operation)


if __name__ == "__main__":
    main()
