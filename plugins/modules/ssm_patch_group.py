#!/usr/bin/python
# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: ssm_patch_group
short_description: Register a Systems Manager patch group with baselines
version_added: 0.1.0
author:
  - hybridops.patching contributors (@hybridops)
description:
  - Registers a patch group with one baseline for each operating system. A node of a group and operating system for
    which none is registered silently gets the default baseline.
  - Which nodes are in the group is told by their tag, see M(hybridops.patching.ssm_patch_group_tag).
options:
  patch_group:
    description:
      - The patch group.
    type: str
    required: true
  baselines:
    description:
      - Ids, ARNs or names of baselines, at most one for each operating system. Those that belong to AWS are named by
        their ARN, short id or name; a name that the account and AWS have both is the account's.
      - With O(state=absent) those to deregister, all when unset. One that is not registered is passed over.
    type: list
    elements: str
  state:
    description:
      - Whether the baselines are to be registered for the group.
    type: str
    choices: [present, absent]
    default: present
  purge_baselines:
    description:
      - Whether baselines of operating systems that none of O(baselines) is for are deregistered. Nodes with such an
        operating system then get the default baseline.
    type: bool
    default: true
  account:
    description:
      - The account to work in, that of the module's credentials when unset. How others are reached is told by
        O(accounts).
    type: str
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - hybridops.patching.attributes
  - hybridops.patching.attributes.aws
  - hybridops.patching.aws_targets
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
seealso:
  - module: hybridops.patching.ssm_patch_baseline
  - module: hybridops.patching.ssm_patch_group_info
  - module: hybridops.patching.ssm_patch_group_tag
"""

EXAMPLES = r"""
- name: The baselines that the next task registers
  hybridops.patching.ssm_patch_baseline:
    region: eu-central-1
    name: "{{ item.name }}"
    operating_system: "{{ item.system }}"
  loop:
    - {name: prod-redhat, system: REDHAT_ENTERPRISE_LINUX}
    - {name: prod-ubuntu, system: UBUNTU}

- name: The Linux batch of production, and nothing else for this group
  hybridops.patching.ssm_patch_group:
    region: eu-central-1
    patch_group: patch_prod_0600_batch_1
    baselines:
      - prod-redhat
      - prod-ubuntu

- name: AWS's own baseline for Windows too, beside what is registered
  hybridops.patching.ssm_patch_group:
    region: eu-central-1
    patch_group: patch_prod_0600_batch_1
    baselines:
      - AWS-WindowsPredefinedPatchBaseline-OS
    purge_baselines: false

- name: Deregister one baseline
  hybridops.patching.ssm_patch_group:
    region: eu-central-1
    patch_group: patch_prod_0600_batch_1
    baselines: [prod-ubuntu]
    state: absent

- name: Deregister all baselines of a group
  hybridops.patching.ssm_patch_group:
    region: eu-central-1
    patch_group: patch_prod_0600_batch_1
    state: absent
"""

RETURN = r"""
patch_group:
  description: The group, in check mode as it will be.
  returned: always
  type: dict
  contains:
    name:
      description: Its name.
      type: str
      returned: always
    baselines:
      description: Baselines registered for it, each with V(operating_system), V(baseline_id) and V(name).
      type: list
      elements: dict
      returned: always
"""

from ansible_collections.hybridops.patching.plugins.module_utils._aws.module import ACCOUNTS_ARGS, aws_module, run
from ansible_collections.hybridops.patching.plugins.module_utils._aws.patch_group import manage_patch_group


def main() -> None:
    spec = {
        "patch_group": {"type": "str", "required": True},
        "baselines": {"type": "list", "elements": "str"},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "purge_baselines": {"type": "bool", "default": True},
        "account": {"type": "str"},
    }
    run(aws_module({**ACCOUNTS_ARGS, **spec}, required_if=[("state", "present", ["baselines"])]), manage_patch_group)


if __name__ == "__main__":
    main()
