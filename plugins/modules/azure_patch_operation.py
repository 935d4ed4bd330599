# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: azure_patch_operation
short_description: Start assessing or patching of many Azure machines
version_added: 0.1.0
author:
  - hybridops.patching contributors (@hybridops)
description:
  - Starts C(assessPatches) or C(installPatches) on Azure VMs and Arc machines of many subscriptions, one request a
    machine, side by side within what Azure Resource Manager grants.
  - The module starts the operation and does not wait for it; see M(hybridops.patching.azure_patch_operation_info) for
    that, and M(hybridops.patching.azure_patch_compliance_info) for the patches.
  - An installation is never started twice blindly. When the answer to a request is lost, the module looks at what the
    machine shows (the instance view of a VM, the Resource Graph for an Arc machine) for an installation that began
    since, also in a later call for the same run. When that does not tell, the node fails, with a message that says so.
  - What is chosen by several options adds up, and what is excluded is not installed whatever else says. The patch
    extension installs B(everything) where nothing is chosen at all, so for a machine about whose operating system no
    option says anything the module refuses to install.
options:
  operation:
    description:
      - V(assess) only finds out what is missing, V(install) installs.
    type: str
    required: true
    choices: [assess, install]
  reboot_setting:
    description:
      - Whether the machine is rebooted. Required for O(operation=install).
      - With V(Never) a patch that needs a reboot waits for it.
    type: str
    choices: [IfRequired, Never, Always]
  maximum_duration:
    description:
      - For how long the installation may take, in ISO 8601 such as V(PT2H). What does not fit in is not installed.
      - Required for O(operation=install).
    type: str
  approved:
    description:
      - Install exactly what the run found to be missing and approved before, node by node. A node with nothing to
        install gets no request, and the phase is skipped for it.
      - Needs O(run_id), except in check mode, where what would be installed is not known.
    type: bool
    default: false
  patches:
    description:
      - Install exactly these patches. A dictionary with a node's id as key, and as value a list of dictionaries with
        V(id) (the number of a KB, with or without C(KB), or the name of a package) and optionally V(version) (of a
        package).
      - A node with an empty list, or none, gets no request.
      - On Linux a package is asked for as C(name=version), which is the form that the patch extension takes apart
        (LinuxPatchExtension, PackageFilter).
    type: dict
  windows_parameters:
    description:
      - What to install on Windows. An empty dictionary installs everything.
    type: dict
    suboptions:
      classifications_to_include:
        description: Classifications to install.
        type: list
        elements: str
        choices: [Critical, Security, UpdateRollUp, FeaturePack, ServicePack, Definition, Tools, Updates]
      kb_numbers_to_include:
        description: KBs to install.
        type: list
        elements: str
      kb_numbers_to_exclude:
        description: KBs not to install.
        type: list
        elements: str
      exclude_kbs_requiring_reboot:
        description: Whether to leave out what may need a reboot.
        type: bool
      max_patch_publish_date:
        description: Install what was published up to then, in ISO 8601.
        type: str
      patch_name_masks_to_include:
        description: Patches to install by their titles, with wildcards.
        type: list
        elements: str
      patch_name_masks_to_exclude:
        description: Patches not to install by their titles, with wildcards.
        type: list
        elements: str
  linux_parameters:
    description:
      - What to install on Linux. An empty dictionary installs everything.
    type: dict
    suboptions:
      classifications_to_include:
        description: Classifications to install. V(Other) goes alone or together with both of the others.
        type: list
        elements: str
        choices: [Critical, Security, Other]
      package_name_masks_to_include:
        description: Packages to install, as C(name) or C(name=version), with wildcards.
        type: list
        elements: str
      package_name_masks_to_exclude:
        description: Packages not to install, as C(name), with wildcards. The extension excludes all their versions.
        type: list
        elements: str
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
      - With O(run_id) a node gets one operation of each kind in a phase. Without, every call starts operations.
seealso:
  - module: hybridops.patching.azure_patch_operation_info
  - module: hybridops.patching.azure_patch_compliance_info
"""

EXAMPLES = r"""
- name: Find out what is missing on two machines
  hybridops.patching.azure_patch_operation:
    operation: assess
    nodes:
      - node_id: "{{ resource_group_id }}/providers/Microsoft.Compute/virtualMachines/vm-db-01"
      - node_id: "{{ resource_group_id }}/providers/Microsoft.HybridCompute/machines/branch-01"
  register: assessment

- name: Wait until that has ended
  hybridops.patching.azure_patch_operation_info:
    operations: "{{ assessment.operations }}"
    wait_timeout: 1800

- name: Install security updates, reboot where needed
  hybridops.patching.azure_patch_operation:
    operation: install
    reboot_setting: IfRequired
    maximum_duration: PT2H
    windows_parameters:
      classifications_to_include: [Critical, Security]
    linux_parameters:
      classifications_to_include: [Critical, Security]
    nodes: "{{ patch_nodes }}"
  register: installation

- name: Wait until that has ended
  hybridops.patching.azure_patch_operation_info:
    operations: "{{ installation.operations }}"
    wait_timeout: 7200

- name: Install exactly one package on a machine
  hybridops.patching.azure_patch_operation:
    operation: install
    reboot_setting: Never
    maximum_duration: PT1H
    nodes:
      - node_id: "{{ vm_id }}"
        os_family: linux
    patches: "{{ {vm_id: [{'id': 'openssl', 'version': '3.0.2-0ubuntu1.18'}]} }}"
  vars:
    vm_id: "{{ resource_group_id }}/providers/Microsoft.Compute/virtualMachines/vm-db-01"

- name: Install on a wave of a run what the run has found and approved
  hybridops.patching.azure_patch_operation:
    run_id: "{{ patch_run_id }}"
    batch: batch_1
    wave: 1
    operation: install
    approved: true
    reboot_setting: IfRequired
    maximum_duration: PT2H
"""

RETURN = r"""
operations:
  description:
    - The operations that were accepted, in check mode those that would be started. Not with O(run_id), where the ledger
      has them.
  returned: without O(run_id)
  type: list
  elements: dict
  contains:
    node_id:
      description: The node.
      type: str
      returned: always
    account:
      description: The subscription.
      type: str
      returned: always
    region:
      description: The location, empty when it is not known.
      type: str
      returned: always
    operation:
      description: V(assess) or V(install).
      type: str
      returned: always
    handle:
      description: Where to ask what becomes of it, for M(hybridops.patching.azure_patch_operation_info). Empty in check
        mode.
      type: str
      returned: always
    started_at:
      description: When it was started, in ISO 8601 UTC by the clock of this machine. Empty in check mode.
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
"""

from ansible_collections.hybridops.patching.plugins.module_utils._azure.module import bulk_module, run
from ansible_collections.hybridops.patching.plugins.module_utils._azure.patch_start import (
    PATCH_ARGS,
    start_patch_operation,
)


def main() -> None:
    module = bulk_module(
        PATCH_ARGS,
        required_if=[("operation", "install", ("reboot_setting", "maximum_duration"))],
    )
    run(module, start_patch_operation)


if __name__ == "__main__":
    main()
