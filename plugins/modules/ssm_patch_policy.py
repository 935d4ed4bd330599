#!/usr/bin/python
# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: ssm_patch_policy
short_description: Bring patch baselines and patch groups into force in many accounts and regions
version_added: 0.1.0
author:
  - hybridops.patching contributors (@hybridops)
description:
  - Does for many baselines and patch groups, in many accounts and regions side by side, what
    M(hybridops.patching.ssm_patch_baseline) and M(hybridops.patching.ssm_patch_group) do for one.
  - Everything is read and planned before the first write. What is not named is left alone, nothing is deleted.
  - The filter P(hybridops.patching.patch_baselines#filter) makes both lists from a policy.
options:
  baselines:
    description:
      - Baselines to make or to change, each found by its name and operating system.
    type: list
    elements: dict
    default: []
    suboptions:
      account:
        description: The account, that of the module's credentials when unset.
        type: str
      region:
        description: The region, that of the module when unset.
        type: str
      name:
        description: The baseline's name.
        type: str
        required: true
      operating_system:
        description: The operating system whose patches the baseline decides on.
        type: str
        required: true
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
      description:
        description: Description of the baseline.
        type: str
      approval_rules:
        description: Rules by which patches are approved. The list is set as a whole.
        type: list
        elements: dict
        suboptions:
          patch_filters:
            description: What a patch has to match, all filters of the list.
            type: list
            elements: dict
            required: true
            suboptions:
              key:
                description: What is compared, such as V(PRODUCT), V(CLASSIFICATION), V(SEVERITY) or V(MSRC_SEVERITY).
                type: str
                required: true
              values:
                description: The values of which one has to match; V(*) matches all.
                type: list
                elements: str
                required: true
          approve_after_days:
            description:
              - After how many days since their release patches are approved. Excludes
                O(baselines[].approval_rules[].approve_until_date).
            type: int
          approve_until_date:
            description: Patches released until this day are approved, V(YYYY-MM-DD).
            type: str
          compliance_level:
            description: How severe it is that such a patch is missing. The service takes V(UNSPECIFIED) when unset.
            type: str
            choices:
              - CRITICAL
              - HIGH
              - MEDIUM
              - LOW
              - INFORMATIONAL
              - UNSPECIFIED
          enable_non_security:
            description: Whether updates that concern no security are approved too. Only for Linux.
            type: bool
      approved_patches:
        description: Patches approved explicitly. V([]) empties the list.
        type: list
        elements: str
      approved_patches_enable_non_security:
        description: Whether the list of approved patches may hold updates that concern no security. Only for Linux.
        type: bool
      rejected_patches:
        description: Patches rejected explicitly, which wins over everything else. V([]) empties the list.
        type: list
        elements: str
      rejected_patches_action:
        description: Whether a rejected patch may be installed as a dependency of another.
        type: str
        choices: [ALLOW_AS_DEPENDENCY, BLOCK]
      tags:
        description: Tags of the baseline. Others that it has are kept.
        type: dict
  groups:
    description:
      - Patch groups and the baselines to register for them. A baseline that is registered for an operating system gives
        way to another one; those of operating systems that are not named stay.
    type: list
    elements: dict
    default: []
    suboptions:
      account:
        description: The account, that of the module's credentials when unset.
        type: str
      region:
        description: The region, that of the module when unset.
        type: str
      patch_group:
        description: The patch group.
        type: str
        required: true
      baselines:
        description:
          - Names or ids of baselines of this account and region, at most one for each operating system. They may be
            those of O(baselines).
        type: list
        elements: str
        required: true
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
  - module: hybridops.patching.ssm_patch_group
  - plugin: hybridops.patching.patch_baselines
    plugin_type: filter
"""

EXAMPLES = r"""
- name: One baseline for Red Hat and its registration, in two accounts
  hybridops.patching.ssm_patch_policy:
    region: eu-central-1
    accounts:
      "111111111111": {role_arn: "arn:aws:iam::111111111111:role/patching"}
      "222222222222": {role_arn: "arn:aws:iam::222222222222:role/patching"}
    baselines:
      - account: "111111111111"
        name: test-redhat
        operating_system: REDHAT_ENTERPRISE_LINUX
        approval_rules:
          - patch_filters:
              - {key: CLASSIFICATION, values: [Security]}
            approve_after_days: 0
      - account: "222222222222"
        name: prod-redhat
        operating_system: REDHAT_ENTERPRISE_LINUX
        approval_rules:
          - patch_filters:
              - {key: CLASSIFICATION, values: [Security]}
            approve_after_days: 14
    groups:
      - account: "111111111111"
        patch_group: patch_test_0600_batch_1
        baselines: [test-redhat]
      - account: "222222222222"
        patch_group: patch_prod_0600_batch_1
        baselines: [prod-redhat]
"""

RETURN = r"""
baselines:
  description: The baselines in the order of O(baselines), in check mode as they will be.
  returned: always
  type: list
  elements: dict
  contains:
    account:
      description: The account.
      type: str
      returned: always
    region:
      description: The region.
      type: str
      returned: always
    name:
      description: Its name.
      type: str
      returned: always
    baseline_id:
      description: Its id, empty in check mode when it would be created.
      type: str
      returned: always
    operating_system:
      description: Its operating system.
      type: str
      returned: always
    changed:
      description: Whether it was made or changed.
      type: bool
      returned: always
groups:
  description: The patch groups in the order of O(groups), in check mode as they will be.
  returned: always
  type: list
  elements: dict
  contains:
    account:
      description: The account.
      type: str
      returned: always
    region:
      description: The region.
      type: str
      returned: always
    patch_group:
      description: Its name.
      type: str
      returned: always
    baselines:
      description: Baselines registered for it, each with V(operating_system), V(baseline_id) and V(name).
      type: list
      elements: dict
      returned: always
    changed:
      description: Whether a registration was changed.
      type: bool
      returned: always
lines:
  description: What holds in each account and region and what was done for it, in check mode would be, to show.
  returned: always
  type: list
  elements: str
"""

from ansible_collections.hybridops.patching.plugins.module_utils._aws.baseline_args import RULE_ARGS, RULE_EXCLUDES
from ansible_collections.hybridops.patching.plugins.module_utils._aws.baseline_model import SYSTEMS
from ansible_collections.hybridops.patching.plugins.module_utils._aws.module import ACCOUNTS_ARGS, aws_module, run
from ansible_collections.hybridops.patching.plugins.module_utils._aws.patch_policy import apply_policy


def main() -> None:
    place = {"account": {"type": "str"}, "region": {"type": "str"}}
    baseline = {
        **place,
        "name": {"type": "str", "required": True},
        "operating_system": {"type": "str", "required": True, "choices": list(SYSTEMS)},
        "description": {"type": "str"},
        "approval_rules": {
            "type": "list",
            "elements": "dict",
            "options": RULE_ARGS,
            "mutually_exclusive": RULE_EXCLUDES,
        },
        "approved_patches": {"type": "list", "elements": "str"},
        "approved_patches_enable_non_security": {"type": "bool"},
        "rejected_patches": {"type": "list", "elements": "str"},
        "rejected_patches_action": {"type": "str", "choices": ["ALLOW_AS_DEPENDENCY", "BLOCK"]},
        "tags": {"type": "dict"},
    }
    group = {
        **place,
        "patch_group": {"type": "str", "required": True},
        "baselines": {"type": "list", "elements": "str", "required": True},
    }
    spec = {
        "baselines": {"type": "list", "elements": "dict", "default": [], "options": baseline},
        "groups": {"type": "list", "elements": "dict", "default": [], "options": group},
    }
    run(aws_module({**ACCOUNTS_ARGS, **spec}), apply_policy)


if __name__ == "__main__":
    main()
