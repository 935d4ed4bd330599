#!/usr/bin/python
# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: ssm_patch_baseline_info
short_description: Read Systems Manager patch baselines
version_added: 0.1.0
author:
  - hybridops.patching contributors (@hybridops)
description:
  - Tells which patch baselines there are, the account's own and those that belong to AWS, what they approve and reject,
    and which patch groups they are registered for.
  - One listing, and with O(details=true) one request for each baseline that was asked for and one for the tags of each
    of the account's own, side by side.
options:
  baseline_id:
    description:
      - Only the baseline with this id (V(pb-…)) or ARN.
    type: str
  name:
    description:
      - Only baselines with exactly this name, of which there may be several.
    type: str
  name_prefix:
    description:
      - Only baselines whose name begins so.
    type: str
  operating_system:
    description:
      - Only baselines for this operating system.
    type: str
    choices:
      - WINDOWS
      - AMAZON_LINUX
      - AMAZON_LINUX_2
      - AMAZON_LINUX_2022
      - AMAZON_LINUX_2023
      - UBUNTU
      - REDHAT_ENTERPRISE_LINUX
      - SUSE
      - CENTOS
      - ORACLE_LINUX
      - DEBIAN
      - MACOS
      - RASPBIAN
      - ROCKY_LINUX
      - ALMA_LINUX
  owner:
    description:
      - Whose baselines, V(Self) for the account's own and V(AWS) for those that belong to AWS.
    type: str
    choices: [Self, AWS, All]
    default: All
  default_only:
    description:
      - Only baselines that are the default of their operating system.
    type: bool
    default: false
  details:
    description:
      - Whether all of each baseline is read, and not only what the listing says.
    type: bool
    default: true
  effective_patches:
    description:
      - Whether the patches that each baseline decides on are read, which may be many thousands.
      - The service tells them for some operating systems only, by its documentation for Windows. Of others
        RV(baselines[].effective_patches) is null, which does not mean that there are none, and a warning names them.
    type: bool
    default: false
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
  - hybridops.patching.attributes.info
  - hybridops.patching.aws_targets
seealso:
  - module: hybridops.patching.ssm_patch_baseline
  - module: hybridops.patching.ssm_patch_group_info
"""

EXAMPLES = r"""
- name: Which baseline is the default of each operating system
  hybridops.patching.ssm_patch_baseline_info:
    region: eu-central-1
    default_only: true
    details: false
  register: defaults

- name: Show them
  ansible.builtin.debug:
    msg: "{{ item.operating_system }}: {{ item.name }}"
  loop: "{{ defaults.baselines }}"

- name: All of the account's own whose name begins with prod
  hybridops.patching.ssm_patch_baseline_info:
    region: eu-central-1
    owner: Self
    name_prefix: prod

- name: What AWS's own baseline approves for Windows
  hybridops.patching.ssm_patch_baseline_info:
    region: eu-central-1
    name: AWS-DefaultPatchBaseline
    effective_patches: true
"""

RETURN = r"""
baselines:
  description: The baselines, in order of their names.
  returned: always
  type: list
  elements: dict
  contains:
    baseline_id:
      description: Its id; the ARN of a baseline that belongs to AWS.
      type: str
      returned: always
    name:
      description: Its name.
      type: str
      returned: always
    operating_system:
      description: Its operating system.
      type: str
      returned: always
    description:
      description: Its description.
      type: str
      returned: always
    approval_rules:
      description: Its rules, as the option of M(hybridops.patching.ssm_patch_baseline).
      type: list
      elements: dict
      returned: with O(details=true)
    approved_patches:
      description: Patches approved explicitly.
      type: list
      elements: str
      returned: with O(details=true)
    approved_patches_compliance_level:
      description: How severe it is that an explicitly approved patch is missing.
      type: str
      returned: with O(details=true)
    approved_patches_enable_non_security:
      description: Whether the list of approved patches may hold updates that concern no security.
      type: bool
      returned: with O(details=true)
    rejected_patches:
      description: Patches rejected explicitly.
      type: list
      elements: str
      returned: with O(details=true)
    rejected_patches_action:
      description: Whether a rejected patch may be installed as a dependency.
      type: str
      returned: with O(details=true)
    global_filters:
      description: Its filters, as the option of M(hybridops.patching.ssm_patch_baseline).
      type: list
      elements: dict
      returned: with O(details=true)
    sources:
      description: Its sources, as the option of M(hybridops.patching.ssm_patch_baseline).
      type: list
      elements: dict
      returned: with O(details=true)
    available_security_updates_compliance_status:
      description: How available but not approved security updates count, empty when that is not set.
      type: str
      returned: with O(details=true)
    owner:
      description: V(Self), or V(AWS) for a baseline that belongs to AWS.
      type: str
      returned: always
    patch_groups:
      description: Patch groups that it is registered for.
      type: list
      elements: str
      returned: with O(details=true)
    default_baseline:
      description: Whether it is the default of its operating system.
      type: bool
      returned: always
    tags:
      description: Its tags; empty for a baseline that belongs to AWS, whose tags cannot be read.
      type: dict
      returned: with O(details=true)
    created_date:
      description: When it was created.
      type: str
      returned: with O(details=true)
    modified_date:
      description: When it was last changed.
      type: str
      returned: with O(details=true)
    effective_patches:
      description:
        - The patches that it decides on, each with what the service tells of the patch (V(id), V(title), V(kb_number),
          V(product), V(classification), V(msrc_severity), V(release_date) and others) and of the decision
          (V(deployment_status), V(compliance_level), V(approval_date)).
        - Null where the service does not tell them.
      type: list
      elements: dict
      returned: with O(effective_patches=true)
    effective_patches_not_told:
      description: Why the service does not tell them, empty where it does.
      type: str
      returned: with O(effective_patches=true)
"""

from ansible_collections.hybridops.patching.plugins.module_utils._aws.baseline_info import describe_baselines
from ansible_collections.hybridops.patching.plugins.module_utils._aws.baseline_model import SYSTEMS
from ansible_collections.hybridops.patching.plugins.module_utils._aws.module import ACCOUNTS_ARGS, aws_module, run


def main() -> None:
    spec = {
        "baseline_id": {"type": "str"},
        "name": {"type": "str"},
        "name_prefix": {"type": "str"},
        "operating_system": {"type": "str", "choices": list(SYSTEMS)},
        "owner": {"type": "str", "choices": ["Self", "AWS", "All"], "default": "All"},
        "default_only": {"type": "bool", "default": False},
        "details": {"type": "bool", "default": True},
        "effective_patches": {"type": "bool", "default": False},
        "account": {"type": "str"},
    }
    run(aws_module({**ACCOUNTS_ARGS, **spec}, mutually_exclusive=[("name", "name_prefix")]), describe_baselines)


if __name__ == "__main__":
    main()
