#!/usr/bin/python
# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: azure_maintenance_configuration
short_description: Manage maintenance configurations of Azure Update Manager
version_added: 0.1.0
author:
  - hybridops.patching contributors (@hybridops)
description:
  - Creates, changes and deletes maintenance configurations, that is when Azure installs which updates. Which machines a
    configuration is for is the work of M(hybridops.patching.azure_maintenance_assignment).
  - What is not set stays as it is, also within O(maintenance_window) and O(install_patches). Order and case are no
    difference where they have no meaning, and neither is what the service adds.
  - A configuration chooses by classification, package name and KB number. It has no severities and no delay after
    publication.
  - Limits of the scope V(InGuestPatch) are checked before anything is asked.
options:
  state:
    description:
      - Whether the configuration is to exist.
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - The configuration's name.
    type: str
    required: true
  resource_group:
    description:
      - The resource group that it is in, which has to exist.
    type: str
    required: true
  location:
    description:
      - Where it is. Required to make one; it cannot be changed.
      - Machines that it is assigned to may be elsewhere.
    type: str
  maintenance_scope:
    description:
      - What it is for. V(InGuestPatch) installs updates on virtual machines and Arc machines; the others are for the
        platform's own maintenance. It cannot be changed.
    type: str
    choices: [Host, Resource, OSImage, Extension, InGuestPatch, SQLDB, SQLManagedInstance]
    default: InGuestPatch
  visibility:
    description:
      - Who sees it. A new one is V(Custom) when unset.
    type: str
    choices: [Custom, Public]
  namespace:
    description:
      - The namespace of the resource. That of a new one is C(Microsoft.Maintenance) when unset.
    type: str
  extension_properties:
    description:
      - Further properties as texts. The scope V(InGuestPatch) needs C(InGuestPatchMode), which is C(User) for a new
        configuration when unset, may be C(Platform), and is never removed.
    type: dict
  purge_extension_properties:
    description:
      - Whether properties that O(extension_properties) does not name are removed.
    type: bool
    default: true
  maintenance_window:
    description:
      - When it is at work. Start and time zone are required to make one of the scope V(InGuestPatch).
    type: dict
    suboptions:
      start_date_time:
        description:
          - From when on the window opens, a local time V(YYYY-MM-DD hh:mm) of O(maintenance_window.time_zone). It is
            the time of day at which the window opens, and where the rhythm of O(maintenance_window.recur_every) begins.
          - The service takes one that is at least 15 minutes ahead. A start that has passed, or is nearer, is replaced
            by the next opening that keeps the rhythm, so a task may name the same start for years. Such a start is no
            difference as long as the window opens as it says.
          - It stays as it is when nothing else of the window changes.
          - For a window that opens once, a start that has passed is refused.
        type: str
      expiration_date_time:
        description:
          - After which local time the window does not open any more. V("") removes it.
        type: str
      duration:
        description:
          - How long the window is open, V(hh:mm) in quotes. For the scope V(InGuestPatch) V(01:30) to V(03:55).
        type: str
      time_zone:
        description:
          - The Windows name of the time zone, such as V(W. Europe Standard Time). For a name of the IANA database the
            error says the one to use.
        type: str
      recur_every:
        description:
          - How often it opens, such as V(6Hours), V(Day), V(3Days), V(Week Saturday,Sunday), V(2Weeks Monday),
            V(Month day1,day15), V(Month Last Sunday) or V(Month Second Tuesday Offset4), which is the Saturday after.
          - For the scope V(InGuestPatch) 6 to 35 hours, or 1 to 35 days, weeks or months; offsets are V(-6) to V(6).
          - V("") makes a window that opens once.
        type: str
  install_patches:
    description:
      - What is installed, for the scope V(InGuestPatch).
    type: dict
    suboptions:
      reboot_setting:
        description:
          - Whether machines are restarted. V(IfRequired) for a new configuration when unset.
          - The setting of a virtual machine itself (M(hybridops.patching.azure_vm_patch_settings)) can override it.
        type: str
        choices: [IfRequired, Never, Always]
      linux_parameters:
        description:
          - What is installed on Linux. V([]) empties a list.
        type: dict
        suboptions:
          classifications_to_include:
            description: Classifications of packages.
            type: list
            elements: str
            choices: [Critical, Security, Other]
          package_name_masks_to_include:
            description: Packages that are installed whatever their classification, with V(*) for any text.
            type: list
            elements: str
          package_name_masks_to_exclude:
            description: Packages that are not installed, with V(*) for any text.
            type: list
            elements: str
      windows_parameters:
        description:
          - What is installed on Windows. V([]) empties a list.
        type: dict
        suboptions:
          classifications_to_include:
            description: Classifications of updates.
            type: list
            elements: str
            choices: [Critical, Security, UpdateRollup, FeaturePack, ServicePack, Definition, Tools, Updates]
          kb_numbers_to_include:
            description: Numbers of updates that are installed whatever their classification, with or without C(KB).
            type: list
            elements: str
          kb_numbers_to_exclude:
            description: Numbers of updates that are not installed, with or without C(KB).
            type: list
            elements: str
          exclude_kbs_requiring_reboot:
            description: Whether updates that need a restart are left out.
            type: bool
  tags:
    description:
      - Tags of the configuration. V({}) together with O(purge_tags=true) removes all.
    type: dict
  purge_tags:
    description:
      - Whether tags that O(tags) does not name are removed.
    type: bool
    default: true
  delete_assignments:
    description:
      - With O(state=absent), whether the configuration's assignments and dynamic scopes are deleted before it. Without
        this a configuration that is assigned is refused, and the error names its assignments.
    type: bool
    default: false
  subscriptions:
    description:
      - With O(state=absent), further subscriptions to look in for assignments. That of the configuration is looked in
        anyway.
    type: list
    elements: str
extends_documentation_fragment:
  - hybridops.patching.azure
  - hybridops.patching.attributes
  - hybridops.patching.attributes.azure
  - hybridops.patching.azure_targets
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
seealso:
  - module: hybridops.patching.azure_maintenance_configuration_info
  - module: hybridops.patching.azure_maintenance_assignment
"""

EXAMPLES = r"""
- name: Install on the first Saturday of each month
  hybridops.patching.azure_maintenance_configuration:
    name: prod-0600
    resource_group: rg-vms
    location: westeurope
    maintenance_window:
      start_date_time: "2026-01-03 06:00"
      duration: "03:00"
      time_zone: W. Europe Standard Time
      recur_every: Month First Saturday
    install_patches:
      reboot_setting: IfRequired
      linux_parameters:
        classifications_to_include: [Critical, Security]
        package_name_masks_to_exclude: ["kernel*"]
      windows_parameters:
        classifications_to_include: [Critical, Security, UpdateRollup]
        kb_numbers_to_exclude: [KB5034439]
    tags:
      environment: prod

- name: Four days after the second Tuesday instead, and nothing else changed
  hybridops.patching.azure_maintenance_configuration:
    name: prod-0600
    resource_group: rg-vms
    maintenance_window:
      recur_every: Month Second Tuesday Offset4

- name: No restarts, and one package less
  hybridops.patching.azure_maintenance_configuration:
    name: prod-0600
    resource_group: rg-vms
    install_patches:
      reboot_setting: Never
      linux_parameters:
        package_name_masks_to_exclude: ["kernel*", "docker*"]

- name: Delete a configuration with what is assigned to it
  hybridops.patching.azure_maintenance_configuration:
    name: prod-0600
    resource_group: rg-vms
    state: absent
    delete_assignments: true
"""

RETURN = r"""
maintenance_configuration:
  description: The configuration, in check mode as it will be; empty when there is none.
  returned: always
  type: dict
  contains:
    id:
      description: Its id.
      type: str
      returned: when it exists
    name:
      description: Its name.
      type: str
      returned: when it exists
    resource_group:
      description: Its resource group.
      type: str
      returned: when it exists
    location:
      description: Where it is.
      type: str
      returned: when it exists
    maintenance_scope:
      description: What it is for.
      type: str
      returned: when it exists
    visibility:
      description: Who sees it.
      type: str
      returned: when it exists
    namespace:
      description: Its namespace.
      type: str
      returned: when it exists
    extension_properties:
      description: Its further properties.
      type: dict
      returned: when it exists
    maintenance_window:
      description:
        - When it is at work, with the members of O(maintenance_window), empty where nothing is set.
      type: dict
      returned: when it exists
    install_patches:
      description:
        - What it installs, with the members of O(install_patches). C(reboot_setting) is the word that the option takes.
      type: dict
      returned: when it exists
    tags:
      description: Its tags.
      type: dict
      returned: when it exists
"""

from ansible_collections.hybridops.patching.plugins.module_utils._azure.maintenance_args import CONFIGURATION_ARGS
from ansible_collections.hybridops.patching.plugins.module_utils._azure.maintenance_configuration import (
    manage_configuration,
)
from ansible_collections.hybridops.patching.plugins.module_utils._azure.module import ACCOUNTS_ARGS, azure_module, run


def argument_spec() -> dict[str, dict[str, object]]:
    return {
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        **CONFIGURATION_ARGS,
        "delete_assignments": {"type": "bool", "default": False},
        "subscriptions": {"type": "list", "elements": "str"},
    }


def main() -> None:
    run(azure_module({**ACCOUNTS_ARGS, **argument_spec()}), manage_configuration)


if __name__ == "__main__":
    main()
