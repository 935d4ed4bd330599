#!/usr/bin/python
# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: ssm_patch_baseline
short_description: Manage Systems Manager patch baselines
version_added: 0.1.0
author:
  - hybridops.patching contributors (@hybridops)
description:
  - Creates, changes and deletes patch baselines, and makes one the default of its operating system.
  - What is not set stays as it is. A list is emptied with V([]), a text with V(""), and a level or an action goes back
    to what the service takes by itself when that is set, such as V(UNSPECIFIED).
  - The order of rules, filters, patches and sources has no meaning.
  - Names of baselines are not unique. A name that several baselines have is refused unless O(baseline_id) is given.
  - Baselines that belong to AWS can be made the default with O(default_baseline), and nothing else of them can be
    changed.
options:
  state:
    description:
      - Whether the baseline is to exist.
      - A baseline that is registered for patch groups is deleted only with O(deregister_patch_groups=true), and one
        that is the default of its operating system only with O(default_baseline=false).
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - The baseline's name. With O(baseline_id) the name to give it.
      - When no baseline of the account has the name, AWS's own of that name is meant, if there is one.
    type: str
  baseline_id:
    description:
      - The baseline's id (V(pb-…)) or ARN, instead of finding it by name. It has to exist, unless with
        O(state=absent).
    type: str
  operating_system:
    description:
      - The operating system whose patches the baseline decides on. The service takes V(WINDOWS) when a baseline is
        created without. It cannot be changed.
      - Together with O(name) only baselines of this operating system are looked at.
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
  description:
    description:
      - Description of the baseline. V("") removes it.
    type: str
  approval_rules:
    description:
      - Rules by which patches are approved. The list is set as a whole, so that a rule's
        O(approval_rules[].approve_until_date) takes the place of its O(approval_rules[].approve_after_days), and what a
        rule does not name is as the service has it by itself. V([]) removes all rules.
    type: list
    elements: dict
    suboptions:
      patch_filters:
        description:
          - What a patch has to match, all filters of the list.
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
            O(approval_rules[].approve_until_date); the service wants one of the two.
          - Without effect for Debian, Ubuntu and Raspberry Pi OS, whose patches have no date of release. A rule without
            either is met by a rule with any.
        type: int
      approve_until_date:
        description:
          - Patches released until this day are approved, V(YYYY-MM-DD).
        type: str
      compliance_level:
        description:
          - How severe it is that such a patch is missing. The service takes V(UNSPECIFIED) when unset.
        type: str
        choices:
          - CRITICAL
          - HIGH
          - MEDIUM
          - LOW
          - INFORMATIONAL
          - UNSPECIFIED
      enable_non_security:
        description:
          - Whether updates that concern no security are approved too. Only for Linux.
        type: bool
  approved_patches:
    description:
      - Patches approved explicitly. V([]) empties the list.
    type: list
    elements: str
  approved_patches_compliance_level:
    description:
      - How severe it is that an explicitly approved patch is missing.
    type: str
    choices:
      - CRITICAL
      - HIGH
      - MEDIUM
      - LOW
      - INFORMATIONAL
      - UNSPECIFIED
  approved_patches_enable_non_security:
    description:
      - Whether the list of approved patches may hold updates that concern no security. Only for Linux.
    type: bool
  rejected_patches:
    description:
      - Patches rejected explicitly, which wins over rules and O(approved_patches). V([]) empties the list.
    type: list
    elements: str
  rejected_patches_action:
    description:
      - Whether a rejected patch may be installed as a dependency of another.
    type: str
    choices: [ALLOW_AS_DEPENDENCY, BLOCK]
  global_filters:
    description:
      - What patches have to match to be considered at all. V([]) empties the list.
    type: list
    elements: dict
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
  sources:
    description:
      - Repositories to use instead of those that are set up on the nodes. Only for Linux. V([]) empties the list.
      - They are shown in results and differences, and to whoever may read the baseline, so they are no place for a
        password.
    type: list
    elements: dict
    suboptions:
      name:
        description: Name of the source.
        type: str
        required: true
      products:
        description: The releases of the operating system that it is for.
        type: list
        elements: str
        required: true
      configuration:
        description: The repository's definition, in the form of the package manager.
        type: str
        required: true
  available_security_updates_compliance_status:
    description:
      - Whether a node counts as compliant that lacks security updates which are available but not approved. Only for
        Windows. V("") removes the setting.
    type: str
    choices: [COMPLIANT, NON_COMPLIANT, ""]
  default_baseline:
    description:
      - Whether the baseline is the default of its operating system, one of the account's own or one that belongs to
        AWS. V(false) makes AWS's own default the default again where this one is.
      - With O(state=absent) and V(false) this is done before the baseline is deleted.
    type: bool
  deregister_patch_groups:
    description:
      - Whether with O(state=absent) the baseline is first taken from the patch groups that it is registered for. Their
        nodes then get the default baseline, until another is registered.
    type: bool
    default: false
  tags:
    description:
      - Tags of the baseline. V({}) together with O(purge_tags=true) removes all.
    type: dict
  purge_tags:
    description:
      - Whether tags that are not in O(tags) are removed. Without effect when O(tags) is not set.
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
  - module: hybridops.patching.ssm_patch_baseline_info
  - module: hybridops.patching.ssm_patch_group
"""

EXAMPLES = r"""
- name: A baseline that approves important security updates of Red Hat at once
  hybridops.patching.ssm_patch_baseline:
    region: eu-central-1
    name: test-redhat
    operating_system: REDHAT_ENTERPRISE_LINUX
    approval_rules:
      - patch_filters:
          - {key: CLASSIFICATION, values: [Security, Bugfix]}
          - {key: SEVERITY, values: [Critical, Important]}
        approve_after_days: 0
    tags:
      environment: test

- name: The same for production, two weeks later
  hybridops.patching.ssm_patch_baseline:
    region: eu-central-1
    account: "222222222222"
    accounts:
      "222222222222": {role_arn: "arn:aws:iam::222222222222:role/patching"}
    name: prod-redhat
    operating_system: REDHAT_ENTERPRISE_LINUX
    approval_rules:
      - patch_filters:
          - {key: CLASSIFICATION, values: [Security, Bugfix]}
          - {key: SEVERITY, values: [Critical, Important]}
        approve_after_days: 14

- name: A baseline for Windows with everything that was released until a day, and the default for Windows
  hybridops.patching.ssm_patch_baseline:
    region: eu-central-1
    name: prod-windows
    operating_system: WINDOWS
    approval_rules:
      - patch_filters:
          - {key: CLASSIFICATION, values: [SecurityUpdates, CriticalUpdates]}
        approve_until_date: "2026-01-31"
        compliance_level: CRITICAL
    available_security_updates_compliance_status: NON_COMPLIANT
    default_baseline: true

- name: Reject a patch, and remove a setting again
  hybridops.patching.ssm_patch_baseline:
    region: eu-central-1
    name: prod-windows
    rejected_patches: [KB5034439]
    rejected_patches_action: BLOCK
    available_security_updates_compliance_status: ""

- name: Make AWS's own baseline the default for Ubuntu again, whichever is it now
  hybridops.patching.ssm_patch_baseline:
    region: eu-central-1
    name: AWS-UbuntuDefaultPatchBaseline
    default_baseline: true

- name: Delete a baseline that is the default and may be registered for patch groups
  hybridops.patching.ssm_patch_baseline:
    region: eu-central-1
    name: prod-windows
    state: absent
    default_baseline: false
    deregister_patch_groups: true
"""

RETURN = r"""
baseline:
  description: The baseline, in check mode as it will be; empty when there is none.
  returned: always
  type: dict
  contains:
    baseline_id:
      description: Its id, empty in check mode when it would be created.
      type: str
      returned: when it exists
    name:
      description: Its name.
      type: str
      returned: when it exists
    operating_system:
      description: Its operating system.
      type: str
      returned: when it exists
    description:
      description: Its description.
      type: str
      returned: when it exists
    approval_rules:
      description: Its rules, as in O(approval_rules).
      type: list
      elements: dict
      returned: when it exists
    approved_patches:
      description: Patches approved explicitly.
      type: list
      elements: str
      returned: when it exists
    approved_patches_compliance_level:
      description: How severe it is that an explicitly approved patch is missing.
      type: str
      returned: when it exists
    approved_patches_enable_non_security:
      description: Whether the list of approved patches may hold updates that concern no security.
      type: bool
      returned: when it exists
    rejected_patches:
      description: Patches rejected explicitly.
      type: list
      elements: str
      returned: when it exists
    rejected_patches_action:
      description: Whether a rejected patch may be installed as a dependency.
      type: str
      returned: when it exists
    global_filters:
      description: Its filters, as in O(global_filters).
      type: list
      elements: dict
      returned: when it exists
    sources:
      description: Its sources, as in O(sources).
      type: list
      elements: dict
      returned: when it exists
    available_security_updates_compliance_status:
      description: How available but not approved security updates count, empty when that is not set.
      type: str
      returned: when it exists
    owner:
      description: V(Self), or V(AWS) for a baseline that belongs to AWS.
      type: str
      returned: when it exists
    patch_groups:
      description: Patch groups that it is registered for.
      type: list
      elements: str
      returned: when it exists
    default_baseline:
      description: Whether it is the default of its operating system.
      type: bool
      returned: when it exists
    tags:
      description: Its tags.
      type: dict
      returned: when it exists
"""

from ansible_collections.hybridops.patching.plugins.module_utils._aws.baseline_args import (
    FILTER_ARGS,
    RULE_ARGS,
    RULE_EXCLUDES,
    SOURCE_ARGS,
)
from ansible_collections.hybridops.patching.plugins.module_utils._aws.baseline_model import LEVELS, SYSTEMS
from ansible_collections.hybridops.patching.plugins.module_utils._aws.baseline_module import manage_baseline
from ansible_collections.hybridops.patching.plugins.module_utils._aws.module import ACCOUNTS_ARGS, aws_module, run


def argument_spec() -> dict[str, dict[str, object]]:
    return {
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "name": {"type": "str"},
        "baseline_id": {"type": "str"},
        "operating_system": {"type": "str", "choices": list(SYSTEMS)},
        "description": {"type": "str"},
        "approval_rules": {
            "type": "list",
            "elements": "dict",
            "options": RULE_ARGS,
            "mutually_exclusive": RULE_EXCLUDES,
        },
        "approved_patches": {"type": "list", "elements": "str"},
        "approved_patches_compliance_level": {"type": "str", "choices": list(LEVELS)},
        "approved_patches_enable_non_security": {"type": "bool"},
        "rejected_patches": {"type": "list", "elements": "str"},
        "rejected_patches_action": {"type": "str", "choices": ["ALLOW_AS_DEPENDENCY", "BLOCK"]},
        "global_filters": {"type": "list", "elements": "dict", "options": FILTER_ARGS},
        "sources": {"type": "list", "elements": "dict", "options": SOURCE_ARGS},
        "available_security_updates_compliance_status": {"type": "str", "choices": ["COMPLIANT", "NON_COMPLIANT", ""]},
        "default_baseline": {"type": "bool"},
        "deregister_patch_groups": {"type": "bool", "default": False},
        "tags": {"type": "dict"},
        "purge_tags": {"type": "bool", "default": True},
        "account": {"type": "str"},
    }


def main() -> None:
    spec = {**ACCOUNTS_ARGS, **argument_spec()}
    run(aws_module(spec, required_one_of=[("name", "baseline_id")]), manage_baseline)


if __name__ == "__main__":
    main()
