#!/usr/bin/python
# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: azure_deployment_schedule
short_description: Manage deployment schedules of Azure Automation Update Management
version_added: 0.1.0
author:
  - hybridops.patching contributors (@hybridops)
description:
  - Creates, changes and deletes deployment schedules (V(softwareUpdateConfigurations) of an Automation account).
  - What is not set stays as it is. Order of lists, case of names and ids, forms of durations and what the service adds
    are no difference.
  - The service takes a start only some minutes ahead. So when a schedule is written whose start lies in the past, its
    start moves to the next run of the same schedule, and the difference shows that. A start in the past alone is no
    reason to write.
  - Microsoft retired Update Management on 2024-08-31 and shut it down on 2025-02-28. Where that is so the module fails
    and names the successor, Azure Update Manager.
options:
  state:
    description:
      - Whether the schedule is to exist.
    type: str
    choices: [present, absent]
    default: present
  resource_group:
    description:
      - The resource group of the Automation account.
    type: str
    required: true
  automation_account_name:
    description:
      - The Automation account. It is in the subscription of O(subscription_id) or of the credentials.
    type: str
    required: true
  name:
    description:
      - The schedule's name.
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
        choices: [Unclassified, Critical, Security, UpdateRollup, FeaturePack, ServicePack, Definition, Tools, Updates]
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
      - How long a run may take, as an ISO 8601 duration of 30 minutes to 6 hours, such as V(PT2H) or V(PT02H00M00S).
      - V(PT2H) for a new schedule when unset.
    type: str
  azure_virtual_machines:
    description:
      - Resource ids of the Azure VMs of the schedule, all of them. V([]) removes all.
    type: list
    elements: str
  non_azure_computer_names:
    description:
      - Names of the other computers of the schedule, all of them. V([]) removes all.
    type: list
    elements: str
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
          - Once, or the unit of O(schedule_info.interval). Required to make a schedule.
          - With another frequency the days of the former one go.
        type: str
        choices: [OneTime, Minute, Hour, Day, Week, Month]
      interval:
        description:
          - The number of units between runs, 1 to 100, for V(Minute) at least 15. V(1) for a new schedule when unset.
        type: int
      start_time:
        description:
          - When the schedule begins, in ISO 8601, with an offset or as local time of O(schedule_info.time_zone). The
            time of day of all runs is taken from it. Required to make a schedule.
          - One in the past means the same schedule with its next run as start, except for V(OneTime).
          - Seconds are cut off.
        type: str
      time_zone:
        description:
          - The time zone in which the schedule keeps its time of day, an IANA name such as V(Europe/Zurich).
          - A name that Windows has for a zone is sent as the IANA name.
          - V(UTC) for a new schedule when unset.
          - Set O(schedule_info.start_time) with it. When unset the moment of the start stays, whose time of day is
            another one in another zone.
        type: str
      expiry_time:
        description: When the schedule ends, in the forms of O(schedule_info.start_time). V("") removes the end.
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
          - Without any, and with V({}), the day is that of O(schedule_info.start_time).
        type: dict
        suboptions:
          week_days:
            description:
              - Days of the week, for the frequency V(Week).
              - The service takes them with V(Hour) and V(Minute) too. They are sent then, with a warning, since it may
                run the schedule on all days.
            type: list
            elements: str
            choices: [Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday]
          month_days:
            description: Days of the month, for the frequency V(Month). V(-1) is the last day.
            type: list
            elements: int
          monthly_occurrences:
            description: A weekday of the month, for the frequency V(Month). The service takes one.
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
  tasks:
    description:
      - Runbooks of the Automation account that run before and after.
    type: dict
    suboptions:
      pre_task:
        description: The runbook before.
        type: dict
        suboptions:
          source:
            description: The runbook's name. V("") removes the task. Another runbook loses the parameters of the former.
            type: str
          parameters:
            description:
              - Its parameters, all of them. V({}) removes all.
              - They are shown in results and differences and are no place for secrets.
            type: dict
      post_task:
        description: The runbook after.
        type: dict
        suboptions:
          source:
            description: The runbook's name. V("") removes the task. Another runbook loses the parameters of the former.
            type: str
          parameters:
            description:
              - Its parameters, all of them. V({}) removes all.
              - They are shown in results and differences and are no place for secrets.
            type: dict
extends_documentation_fragment:
  - hybridops.patching.azure
  - hybridops.patching.attributes
  - hybridops.patching.attributes.azure
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
notes:
  - Some versions of the service do not tell the days of O(schedule_info.advanced_schedule) that a schedule has. A
    change without O(schedule_info.advanced_schedule) is refused where it would lose them, and where nothing tells
    whether a schedule of the frequency V(Month) has some. Where one of the frequency V(Week) may have some, there is a
    warning.
  - A run of a schedule knows nothing of the gate between batches and takes no restore point.
seealso:
  - module: hybridops.patching.azure_deployment_schedule_info
  - module: hybridops.patching.azure_maintenance_configuration
"""

EXAMPLES = r"""
- name: Security updates on the third Saturday, on Azure VMs by tag and on computers by name
  hybridops.patching.azure_deployment_schedule:
    resource_group: rg-automation
    automation_account_name: aa-patching
    name: prod-w1
    operating_system: Windows
    windows:
      included_update_classifications: [Critical, Security]
      excluded_kb_numbers: [KB5031364]
      reboot_setting: IfRequired
    duration: PT3H
    non_azure_computer_names: [arc-win-01]
    targets:
      azure_queries:
        - scope: [/subscriptions/aaaaaaaa-0000-4000-8000-000000000001]
          locations: [westeurope]
          tag_settings:
            tags: {patch: [w1]}
    schedule_info:
      frequency: Month
      start_time: "2026-01-17T06:00"
      time_zone: Europe/Zurich
      advanced_schedule:
        monthly_occurrences: [{occurrence: 3, day: Saturday}]
    tasks:
      pre_task:
        source: Stop-Monitoring
        parameters: {Minutes: "180"}

- name: Half an hour later, and nothing else changed
  hybridops.patching.azure_deployment_schedule:
    resource_group: rg-automation
    automation_account_name: aa-patching
    name: prod-w1
    schedule_info:
      start_time: "2026-01-17T06:30"

- name: Kernel packages only, every second night
  hybridops.patching.azure_deployment_schedule:
    resource_group: rg-automation
    automation_account_name: aa-patching
    name: kernel
    operating_system: Linux
    linux:
      included_package_name_masks: ["kernel*", "linux-image*"]
      reboot_setting: Always
    non_azure_computer_names: [arc-linux-01]
    schedule_info:
      frequency: Day
      interval: 2
      start_time: "2026-01-01T22:00"
      time_zone: Europe/Zurich

- name: Keep a schedule from running
  hybridops.patching.azure_deployment_schedule:
    resource_group: rg-automation
    automation_account_name: aa-patching
    name: kernel
    schedule_info:
      is_enabled: false

- name: Delete it
  hybridops.patching.azure_deployment_schedule:
    resource_group: rg-automation
    automation_account_name: aa-patching
    name: kernel
    state: absent
"""

RETURN = r"""
deployment_schedule:
  description:
    - The schedule, in check mode as it will be; empty when there is none. Settings that are not set are empty.
  returned: always
  type: dict
  contains:
    id:
      description: Its resource id.
      type: str
      returned: when it exists
    name:
      description: Its name.
      type: str
      returned: when it exists
    operating_system:
      description: The operating system of its machines.
      type: str
      returned: when it exists
    windows:
      description: What is installed on Windows, as the option has it.
      type: dict
      returned: when it exists
    linux:
      description: What is installed on Linux, as the option has it.
      type: dict
      returned: when it exists
    duration:
      description: How long a run may take, in the shortest form.
      type: str
      returned: when it exists
    azure_virtual_machines:
      description: Resource ids of its Azure VMs.
      type: list
      elements: str
      returned: when it exists
    non_azure_computer_names:
      description: Names of its other computers.
      type: list
      elements: str
      returned: when it exists
    targets:
      description: Its queries, as the option has them.
      type: dict
      returned: when it exists
    schedule_info:
      description: When it runs, as the option has it. Times have the offset of the time zone.
      type: dict
      returned: when it exists
    tasks:
      description: Its runbooks before and after, as the option has them; V(source) is empty where there is none.
      type: dict
      returned: when it exists
"""

from ansible_collections.hybridops.patching.plugins.module_utils._azure.deployment_schedule_args import (
    ACCOUNT_ARGS,
    SCHEDULE_ARGS,
)
from ansible_collections.hybridops.patching.plugins.module_utils._azure.deployment_schedule_module import (
    manage_deployment_schedule,
)
from ansible_collections.hybridops.patching.plugins.module_utils._azure.module import azure_module, run


def main() -> None:
    spec = {
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        **ACCOUNT_ARGS,
        "name": {"type": "str", "required": True},
        **SCHEDULE_ARGS,
    }
    run(azure_module(spec), manage_deployment_schedule)


if __name__ == "__main__":
    main()
