#!/usr/bin/python
# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: azure_patch_policy
short_description: Bring maintenance configurations or deployment schedules into force in many subscriptions
version_added: 0.1.0
author:
  - hybridops.patching contributors (@hybridops)
description:
  - Does for many maintenance configurations and dynamic scopes, in many subscriptions side by side, what
    M(hybridops.patching.azure_maintenance_configuration) and M(hybridops.patching.azure_maintenance_assignment) do for
    one.
  - Everything is read and planned before the first write. What is not named is left alone, but for the configurations
    that O(purge_configurations) means and other dynamic scopes of the configurations.
  - In each subscription configurations and assignments are listed once. Deployment schedules are read one by one, since
    lists do not tell when they run.
  - The filter P(hybridops.patching.patch_configurations#filter) makes the lists from a policy.
options:
  configurations:
    description:
      - Maintenance configurations to make or to change, for updates inside the machines (V(InGuestPatch)). What is not
        set stays as it is.
    type: list
    elements: dict
    default: []
    suboptions:
      subscription:
        description: The subscription, that of the module when unset.
        type: str
      resource_group:
        description: The resource group that it is in, which has to exist.
        type: str
        required: true
      name:
        description: The configuration's name.
        type: str
        required: true
      location:
        description: Where it is. Required to make one; it cannot be changed.
        type: str
      maintenance_window:
        description:
          - When it is at work. Start and time zone are required to make one.
        type: dict
        suboptions:
          start_date_time:
            description:
              - From when on the window opens, a local time V(YYYY-MM-DD hh:mm) of its time zone. It is the time of day
                at which the window opens, and where its rhythm begins.
              - A start that has passed, or is less than 15 minutes ahead, stands for the next opening that keeps the
                rhythm. It is no difference as long as the window opens as it says.
              - For a window that opens once, a start that has passed is refused.
            type: str
          expiration_date_time:
            description:
              - After which local time the window does not open any more. V("") removes it.
            type: str
          duration:
            description:
              - How long the window is open, V(hh:mm) in quotes. It is V(01:30) to V(03:55).
            type: str
          time_zone:
            description:
              - The Windows name of the time zone, such as V(W. Europe Standard Time). For a name of the IANA database
                the error says the one to use.
            type: str
          recur_every:
            description:
              - How often it opens, such as V(6Hours), V(Day), V(3Days), V(Week Saturday,Sunday), V(2Weeks Monday),
                V(Month day1,day15), V(Month Last Sunday) or V(Month Second Tuesday Offset4), which is the Saturday
                after.
              - It is 6 to 35 hours, or 1 to 35 days, weeks or months; offsets are V(-6) to V(6).
              - V("") makes a window that opens once.
            type: str
      install_patches:
        description:
          - What is installed.
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
        description: Tags of the configuration. Others that it has are kept.
        type: dict
      dynamic_scopes:
        description:
          - The dynamic scopes that the configuration is assigned to, at most one at each subscription or resource
            group.
          - One that the configuration has there already is meant, whatever its name is.
        type: list
        elements: dict
        default: []
        suboptions:
          scope:
            description:
              - A subscription V(/subscriptions/<id>) or a resource group V(/subscriptions/<id>/resourceGroups/<group>).
                It may be another subscription than that of the configuration.
            type: str
            required: true
          filter:
            description:
              - Which machines the scope has, those that meet all of its parts. V({}) for a new one is every machine.
              - A part that is not set stays as it is, V([]) removes it.
            type: dict
            required: true
            suboptions:
              locations:
                description: Regions.
                type: list
                elements: str
              os_types:
                description: Operating systems.
                type: list
                elements: str
                choices: [Linux, Windows]
              resource_groups:
                description: Names of resource groups.
                type: list
                elements: str
              resource_types:
                description: Kinds of machines.
                type: list
                elements: str
                choices: [Microsoft.Compute/virtualMachines, Microsoft.HybridCompute/machines]
              tag_settings:
                description: Tags of the machines.
                type: dict
                suboptions:
                  tags:
                    description: Names of tags with a list of the values that each may have. V({}) removes all.
                    type: dict
                  filter_operator:
                    description: Whether all or any of the tags have to fit. V(All) for new tags when unset.
                    type: str
                    choices: [All, Any]
      purge_scopes:
        description:
          - Whether other dynamic scopes of the configuration are deleted, in the subscriptions that this call names.
            Assignments of single machines stay.
        type: bool
        default: true
  purge_configurations:
    description:
      - Maintenance configurations that are deleted, with all that they are assigned to in the subscriptions that this
        call names, unless O(configurations) names them. They have to fit both parts of an entry, so that configurations
        of others are left alone.
      - They are deleted when new configurations have been made, and before anything is assigned or changed.
    type: list
    elements: dict
    default: []
    suboptions:
      subscription:
        description: The subscription, that of the module when unset.
        type: str
      name_prefix:
        description: What their names begin with.
        type: str
        required: true
      tags:
        description: Tags that they have, all of these.
        type: dict
        required: true
  unknown_configurations:
    description:
      - Maintenance configurations that are told of, and left alone, when neither O(configurations) names them nor
        O(purge_configurations) deletes them. They fit one of the names, and have the tag with a value and a name that
        O(unknown_configurations[].known) does not explain. So a configuration is found that was made with names or tags
        which are no longer used.
      - Told of are also those of such names in subscriptions that this call does not look at, when a dynamic scope in
        the entry's subscription has them, unless their name begins as O(unknown_configurations[].known) says of a tag
        that no entry of O(purge_configurations) has.
    type: list
    elements: dict
    default: []
    suboptions:
      subscription:
        description: The subscription, that of the module when unset.
        type: str
      names:
        description: Patterns of their names, in which V(*) and V(?) stand for any text and any character.
        type: list
        elements: str
        required: true
      tag_key:
        description: The tag that they have.
        type: str
        required: true
      known:
        description: What the names of configurations begin with that are no news, by the value of the tag.
        type: dict
        default: {}
  schedules:
    description:
      - Deployment schedules to make or to change, where Update Management of Azure Automation still works, as
        M(hybridops.patching.azure_deployment_schedule) does it for one. What is not set stays as it is.
    type: list
    elements: dict
    default: []
    suboptions:
      subscription:
        description: The subscription of the Automation account, that of the module when unset.
        type: str
      resource_group:
        description: The resource group of the Automation account.
        type: str
        required: true
      automation_account_name:
        description: The Automation account.
        type: str
        required: true
      name:
        description: The schedule's name.
        type: str
        required: true
      operating_system:
        description:
          - The operating system of the machines. Required to make a schedule.
          - With another one the settings of the former go.
        type: str
        choices: [Windows, Linux]
      windows:
        description:
          - What is installed on Windows.
        type: dict
        suboptions:
          included_update_classifications:
            description: Which updates. V([]) removes all.
            type: list
            elements: str
            choices:
              - Unclassified
              - Critical
              - Security
              - UpdateRollup
              - FeaturePack
              - ServicePack
              - Definition
              - Tools
              - Updates
          excluded_kb_numbers:
            description: KB numbers that are not installed, with or without V(KB) before them. V([]) removes all.
            type: list
            elements: str
          included_kb_numbers:
            description: KB numbers that are installed in addition. V([]) removes all.
            type: list
            elements: str
          reboot_setting:
            description:
              - Whether machines reboot. V(RebootOnly) installs nothing. V(IfRequired) for a new schedule when unset.
            type: str
            choices: [IfRequired, Never, Always, RebootOnly]
      linux:
        description:
          - What is installed on Linux.
        type: dict
        suboptions:
          included_package_classifications:
            description: Which packages. V([]) removes all.
            type: list
            elements: str
            choices: [Unclassified, Critical, Security, Other]
          excluded_package_name_masks:
            description: Names of packages that are not installed, V(*) stands for any letters. V([]) removes all.
            type: list
            elements: str
          included_package_name_masks:
            description: Names of packages that are installed in addition. V([]) removes all.
            type: list
            elements: str
          reboot_setting:
            description:
              - Whether machines reboot. V(RebootOnly) installs nothing. V(IfRequired) for a new schedule when unset.
            type: str
            choices: [IfRequired, Never, Always, RebootOnly]
      duration:
        description:
          - How long a run may take, as an ISO 8601 duration of 30 minutes to 6 hours, such as V(PT2H) or
            V(PT02H00M00S).
          - V(PT2H) for a new schedule when unset.
        type: str
      targets:
        description:
          - Queries that find further machines when the schedule runs. A schedule has to have machines or a query.
        type: dict
        suboptions:
          azure_queries:
            description: Queries for Azure VMs, all of them. V([]) removes all.
            type: list
            elements: dict
            suboptions:
              scope:
                description: Ids of subscriptions or resource groups.
                type: list
                elements: str
                required: true
              locations:
                description: Azure locations. All when unset.
                type: list
                elements: str
              tag_settings:
                description: Tags that the VMs have.
                type: dict
                suboptions:
                  tags:
                    description: A list of values for each tag, of which the VM has one.
                    type: dict
                  filter_operator:
                    description: Whether a VM has to have all of the tags or any of them.
                    type: str
                    choices: [All, Any]
                    default: All
          non_azure_queries:
            description: Saved searches of Log Analytics that list computers, all of them. V([]) removes all.
            type: list
            elements: dict
            suboptions:
              function_alias:
                description: The saved search's function alias.
                type: str
                required: true
              workspace_id:
                description: The id of the workspace that has it.
                type: str
                required: true
      schedule_info:
        description:
          - When the schedule runs.
        type: dict
        suboptions:
          frequency:
            description:
              - Once, or the unit of O(schedules[].schedule_info.interval). Required to make a schedule.
              - With another frequency the days of the former one go.
            type: str
            choices: [OneTime, Minute, Hour, Day, Week, Month]
          interval:
            description:
              - The number of units between runs, 1 to 100, for V(Minute) at least 15. V(1) for a new schedule when
                unset.
            type: int
          start_time:
            description:
              - When the schedule begins, in ISO 8601, with an offset or as local time of its time zone. The time of day
                of all runs is taken from it. Required to make a schedule.
              - One in the past means the same schedule with its next run as start, except for V(OneTime).
              - Seconds are cut off.
            type: str
          time_zone:
            description:
              - The time zone in which the schedule keeps its time of day, an IANA name such as V(Europe/Zurich).
              - V(UTC) for a new schedule when unset.
              - Set the start with it. When unset the moment of the start stays, whose time of day is another one in
                another zone.
            type: str
          expiry_time:
            description: When the schedule ends, in the forms of the start. V("") removes the end.
            type: str
          is_enabled:
            description: Whether the schedule runs at all. V(true) for a new schedule when unset.
            type: bool
          description:
            description: Description of the schedule. V("") removes it.
            type: str
          advanced_schedule:
            description:
              - The days on which it runs, as a whole, so that what is not named in it is removed.
              - Without any, and with V({}), the day is that of O(schedules[].schedule_info.start_time).
            type: dict
            suboptions:
              week_days:
                description: Days of the week, for the frequency V(Week).
                type: list
                elements: str
                choices: [Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday]
              month_days:
                description: Days of the month, for the frequency V(Month). V(-1) is the last day.
                type: list
                elements: int
              monthly_occurrences:
                description: Weekdays of the month, for the frequency V(Month).
                type: list
                elements: dict
                suboptions:
                  occurrence:
                    description: Which one of the month, V(1) to V(5), or V(-1) for the last.
                    type: int
                    required: true
                  day:
                    description: The weekday.
                    type: str
                    required: true
                    choices: [Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday]
  purge_schedules:
    description:
      - Deployment schedules that are deleted unless O(schedules) names them. They have to fit both parts of an entry.
    type: list
    elements: dict
    default: []
    suboptions:
      subscription:
        description: The subscription of the Automation account, that of the module when unset.
        type: str
      resource_group:
        description: The resource group of the Automation account.
        type: str
        required: true
      automation_account_name:
        description: The Automation account.
        type: str
        required: true
      name_prefix:
        description: What their names begin with.
        type: str
        required: true
      description:
        description: The description that they have.
        type: str
        required: true
  unknown_schedules:
    description:
      - Deployment schedules that are told of, and left alone, when neither O(schedules) names them nor
        O(purge_schedules) deletes them. They fit one of the names and one of the descriptions, and have a description
        and a name that O(unknown_schedules[].known) does not explain.
    type: list
    elements: dict
    default: []
    suboptions:
      subscription:
        description: The subscription of the Automation account, that of the module when unset.
        type: str
      resource_group:
        description: The resource group of the Automation account.
        type: str
        required: true
      automation_account_name:
        description: The Automation account.
        type: str
        required: true
      names:
        description: Patterns of their names, in which V(*) and V(?) stand for any text and any character.
        type: list
        elements: str
        required: true
      descriptions:
        description: Patterns of their descriptions.
        type: list
        elements: str
        required: true
      known:
        description: What the names of schedules begin with that are no news, by their description.
        type: dict
        default: {}
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
  - module: hybridops.patching.azure_maintenance_configuration
  - module: hybridops.patching.azure_maintenance_assignment
  - module: hybridops.patching.azure_vm_patch_settings
  - plugin: hybridops.patching.patch_configurations
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Two batches of prod, each with its own window, on all machines with the tag
  hybridops.patching.azure_patch_policy:
    configurations:
      - resource_group: rg-vms
        name: prod-install-0600-batch_1-linux
        location: westeurope
        maintenance_window:
          start_date_time: "2026-01-17 06:00"
          duration: "01:30"
          time_zone: W. Europe Standard Time
          recur_every: Month Third Saturday
        install_patches:
          linux_parameters: {classifications_to_include: [Critical, Security]}
        tags: {environment: prod}
        dynamic_scopes:
          - scope: /subscriptions/aaaaaaaa-0000-4000-8000-000000000001
            filter:
              os_types: [Linux]
              tag_settings: {tags: {patch: [patch_prod_0600_batch_1]}}
      - resource_group: rg-vms
        name: prod-install-0600-batch_2-windows
        location: westeurope
        maintenance_window:
          start_date_time: "2026-01-17 07:30"
          duration: "01:30"
          time_zone: W. Europe Standard Time
          recur_every: Month Third Saturday
        install_patches:
          windows_parameters: {classifications_to_include: [Critical, Security, UpdateRollup]}
        tags: {environment: prod}
        dynamic_scopes:
          - scope: /subscriptions/aaaaaaaa-0000-4000-8000-000000000001
            filter:
              os_types: [Windows]
              tag_settings: {tags: {patch: [patch_prod_0600_batch_2]}}

- name: Nothing of prod installs by itself any more
  hybridops.patching.azure_patch_policy:
    purge_configurations:
      - name_prefix: prod-
        tags: {environment: prod}
"""

RETURN = r"""
configurations:
  description: The configurations in the order of O(configurations), in check mode as they will be.
  returned: always
  type: list
  elements: dict
  contains:
    subscription:
      description: The subscription.
      type: str
    id:
      description: Its id.
      type: str
    name:
      description: Its name.
      type: str
    resource_group:
      description: Its resource group.
      type: str
    location:
      description: Where it is.
      type: str
    changed:
      description: Whether it was made or changed, in check mode whether it would be.
      type: bool
    opens:
      description: When its window opens next, in UTC; empty when it never does.
      type: list
      elements: str
dynamic_scopes:
  description: The dynamic scopes of the configurations, in check mode as they will be.
  returned: always
  type: list
  elements: dict
  contains:
    configuration:
      description: The name of its configuration.
      type: str
    id:
      description: Its id.
      type: str
    scope:
      description: The subscription or resource group, in lower case.
      type: str
    changed:
      description: Whether it was made or changed, in check mode whether it would be.
      type: bool
removed_configurations:
  description: The configurations that were deleted, in check mode those that would be.
  returned: always
  type: list
  elements: dict
  contains:
    subscription:
      description: The subscription.
      type: str
    id:
      description: Its id.
      type: str
    name:
      description: Its name.
      type: str
    resource_group:
      description: Its resource group.
      type: str
schedules:
  description: The deployment schedules in the order of O(schedules), in check mode as they will be.
  returned: always
  type: list
  elements: dict
  contains: &schedule
    subscription:
      description: The subscription of its Automation account.
      type: str
    resource_group:
      description: The resource group of its Automation account.
      type: str
    automation_account_name:
      description: Its Automation account.
      type: str
    name:
      description: Its name.
      type: str
    changed:
      description: Whether it was made, changed or deleted, in check mode whether it would be.
      type: bool
removed_schedules:
  description: The deployment schedules that were deleted, in check mode those that would be.
  returned: always
  type: list
  elements: dict
  contains: *schedule
unknown_configurations:
  description: The configurations that O(unknown_configurations) means. There is a warning about each.
  returned: always
  type: list
  elements: dict
  contains:
    subscription:
      description: The subscription.
      type: str
    resource_group:
      description: Its resource group.
      type: str
    id:
      description: Its id.
      type: str
    name:
      description: Its name.
      type: str
    opens:
      description: When its window opens next, in UTC; empty when it never does, and for one that was not read.
      type: list
      elements: str
unknown_schedules:
  description: The deployment schedules that O(unknown_schedules) means. There is a warning about each.
  returned: always
  type: list
  elements: dict
  contains:
    subscription:
      description: The subscription of its Automation account.
      type: str
    resource_group:
      description: The resource group of its Automation account.
      type: str
    automation_account_name:
      description: Its Automation account.
      type: str
    name:
      description: Its name.
      type: str
lines:
  description: What was done in each subscription, one line each, to be shown.
  returned: always
  type: list
  elements: str
"""

from ansible_collections.hybridops.patching.plugins.module_utils._azure.deployment_schedule_args import (
    ACCOUNT_ARGS,
    SCHEDULE_ARGS,
)
from ansible_collections.hybridops.patching.plugins.module_utils._azure.maintenance_args import (
    CONFIGURATION_ARGS,
    FILTER_ARGS,
)
from ansible_collections.hybridops.patching.plugins.module_utils._azure.module import ACCOUNTS_ARGS, azure_module, run
from ansible_collections.hybridops.patching.plugins.module_utils._azure.patch_policy import apply_policy

OF_CONFIGURATIONS = ("resource_group", "name", "location", "maintenance_window", "install_patches", "tags")
OF_SCHEDULES = ("operating_system", "windows", "linux", "duration", "targets", "schedule_info")


def argument_spec() -> dict[str, dict[str, object]]:
    place = {"subscription": {"type": "str"}}
    scope = {
        "scope": {"type": "str", "required": True},
        "filter": {"type": "dict", "required": True, "options": FILTER_ARGS},
    }
    configuration = {
        **place,
        **{name: CONFIGURATION_ARGS[name] for name in OF_CONFIGURATIONS},
        "dynamic_scopes": {"type": "list", "elements": "dict", "default": [], "options": scope},
        "purge_scopes": {"type": "bool", "default": True},
    }
    purge = {
        **place,
        "name_prefix": {"type": "str", "required": True},
        "tags": {"type": "dict", "required": True},
    }
    schedule = {
        **place,
        **ACCOUNT_ARGS,
        "name": {"type": "str", "required": True},
        **{name: SCHEDULE_ARGS[name] for name in OF_SCHEDULES},
    }
    unknown = {
        "names": {"type": "list", "elements": "str", "required": True},
        "known": {"type": "dict", "default": {}},
    }
    unknown_configuration = {**place, **unknown, "tag_key": {"type": "str", "required": True, "no_log": False}}
    unknown_schedule = {
        **place,
        **ACCOUNT_ARGS,
        **unknown,
        "descriptions": {"type": "list", "elements": "str", "required": True},
    }
    purge_schedule = {
        **place,
        **ACCOUNT_ARGS,
        "name_prefix": {"type": "str", "required": True},
        "description": {"type": "str", "required": True},
    }
    return {
        "configurations": {"type": "list", "elements": "dict", "default": [], "options": configuration},
        "purge_configurations": {"type": "list", "elements": "dict", "default": [], "options": purge},
        "unknown_configurations": {
            "type": "list",
            "elements": "dict",
            "default": [],
            "options": unknown_configuration,
        },
        "schedules": {"type": "list", "elements": "dict", "default": [], "options": schedule},
        "purge_schedules": {"type": "list", "elements": "dict", "default": [], "options": purge_schedule},
        "unknown_schedules": {"type": "list", "elements": "dict", "default": [], "options": unknown_schedule},
    }


def main() -> None:
    run(azure_module({**ACCOUNTS_ARGS, **argument_spec()}), apply_policy)


if __name__ == "__main__":
    main()
