#!/usr/bin/python
# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: ssm_patch_group_info
short_description: Read Systems Manager patch groups and the baselines that are registered for them
version_added: 0.1.0
author:
  - hybridops.patching contributors (@hybridops)
description:
  - Tells which baselines are registered for which patch groups, one for each operating system, and on request how the
    nodes of the groups stand.
  - Groups that only the tags of nodes name are not in it, unless O(patch_groups) names them; see
    M(hybridops.patching.ssm_managed_node_info) for these.
options:
  patch_groups:
    description:
      - Names of patch groups, or patterns in which V(*) stands for any text and V(?) for one character. All groups that
        a baseline is registered for when unset.
      - A group that is named in full is answered in any case, with no baselines when none is registered.
    type: list
    elements: str
  operating_system:
    description:
      - Only registrations for this operating system.
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
  states:
    description:
      - Whether to count how the nodes of each group stand, which takes one request for each group.
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
  - module: hybridops.patching.ssm_patch_group
  - module: hybridops.patching.ssm_patch_baseline_info
"""

EXAMPLES = r"""
- name: The groups of production, and how their nodes stand
  hybridops.patching.ssm_patch_group_info:
    region: eu-central-1
    patch_groups: [patch_prod_*]
    states: true

- name: Is a baseline for Ubuntu registered for a group?
  hybridops.patching.ssm_patch_group_info:
    region: eu-central-1
    patch_groups: [patch_prod_0600_batch_1]
    operating_system: UBUNTU
  register: groups

- name: Say so
  ansible.builtin.debug:
    msg: "{{ groups.patch_groups[0].baselines | map(attribute='name') | first | default('none: the default applies') }}"
"""

RETURN = r"""
patch_groups:
  description: The patch groups, in order of their names.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: Its name.
      type: str
      returned: always
    baselines:
      description:
        - Baselines registered for it, each with V(operating_system), V(baseline_id), V(name) and V(default_baseline),
          which tells whether it is the default of its operating system as well.
      type: list
      elements: dict
      returned: always
    state:
      description:
        - How many nodes the group has (V(instances)) and how many of them have patches in each state or are
          not compliant, V(instances_with_installed_patches), V(instances_with_installed_other_patches),
          V(instances_with_installed_pending_reboot_patches), V(instances_with_installed_rejected_patches),
          V(instances_with_missing_patches), V(instances_with_failed_patches),
          V(instances_with_not_applicable_patches), V(instances_with_unreported_not_applicable_patches),
          V(instances_with_critical_non_compliant_patches), V(instances_with_security_non_compliant_patches),
          V(instances_with_other_non_compliant_patches), V(instances_with_available_security_updates).
      type: dict
      returned: with O(states=true)
"""

from ansible_collections.hybridops.patching.plugins.module_utils._aws.baseline_model import SYSTEMS
from ansible_collections.hybridops.patching.plugins.module_utils._aws.module import ACCOUNTS_ARGS, aws_module, run
from ansible_collections.hybridops.patching.plugins.module_utils._aws.patch_group_info import describe_groups


def main() -> None:
    spec = {
        "patch_groups": {"type": "list", "elements": "str"},
        "operating_system": {"type": "str", "choices": list(SYSTEMS)},
        "states": {"type": "bool", "default": False},
        "account": {"type": "str"},
    }
    run(aws_module({**ACCOUNTS_ARGS, **spec}), describe_groups)


if __name__ == "__main__":
    main()
