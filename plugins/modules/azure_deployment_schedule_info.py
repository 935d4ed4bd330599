#!/usr/bin/python
# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: azure_deployment_schedule_info
short_description: Read deployment schedules of Azure Automation Update Management and what became of their runs
version_added: 0.1.0
author:
  - hybridops.patching contributors (@hybridops)
description:
  - Reads deployment schedules (V(softwareUpdateConfigurations) of an Automation account), one, all, or those of a
    machine.
  - On request also their runs, and what became of each machine in them.
options:
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
      - Only the schedule of this name.
    type: str
  machine:
    description:
      - Only schedules that name this machine, the resource id of an Azure VM or the name of another computer.
      - What their queries would find is not looked at.
    type: str
  details:
    description:
      - Whether each schedule is read alone, which takes a request each.
      - A list does not tell the time zone, the days, the end and other parts of V(schedule_info).
    type: bool
    default: true
  runs:
    description:
      - Whether to read the runs of the schedules.
    type: bool
    default: false
  machine_runs:
    description:
      - Whether to read the runs of the schedules, and what became of each machine in them.
    type: bool
    default: false
  run_status:
    description:
      - Only runs of this status, such as V(Failed), V(InProgress), V(MaintenanceWindowExceeded) or V(Succeeded).
    type: str
  runs_since:
    description:
      - Only runs that began at this date and time or later, in ISO 8601; UTC where it has no offset.
    type: str
extends_documentation_fragment:
  - hybridops.patching.azure
  - hybridops.patching.attributes
  - hybridops.patching.attributes.azure
  - hybridops.patching.attributes.info
seealso:
  - module: hybridops.patching.azure_deployment_schedule
"""

EXAMPLES = r"""
- name: All schedules with their machines, in one request a hundred schedules
  hybridops.patching.azure_deployment_schedule_info:
    resource_group: rg-automation
    automation_account_name: aa-patching
    details: false

- name: In which schedules a computer is
  hybridops.patching.azure_deployment_schedule_info:
    resource_group: rg-automation
    automation_account_name: aa-patching
    machine: arc-win-01

- name: What failed in the runs of a schedule this year, machine by machine
  hybridops.patching.azure_deployment_schedule_info:
    resource_group: rg-automation
    automation_account_name: aa-patching
    name: prod-w1
    machine_runs: true
    run_status: Failed
    runs_since: "2026-01-01"
"""

RETURN = r"""
deployment_schedules:
  description: The schedules by name.
  returned: always
  type: list
  elements: dict
  contains:
    id:
      description: Its resource id.
      type: str
      returned: always
    name:
      description: Its name.
      type: str
      returned: always
    operating_system:
      description: The operating system of its machines.
      type: str
      returned: always
    windows:
      description: What is installed on Windows, as the option has it.
      type: dict
      returned: always
    linux:
      description: What is installed on Linux, as the option has it.
      type: dict
      returned: always
    duration:
      description: How long a run may take, in the shortest form.
      type: str
      returned: always
    azure_virtual_machines:
      description: Resource ids of its Azure VMs.
      type: list
      elements: str
      returned: always
    non_azure_computer_names:
      description: Names of its other computers.
      type: list
      elements: str
      returned: always
    targets:
      description: Its queries, as the option has them.
      type: dict
      returned: always
    schedule_info:
      description:
        - When it runs, as M(hybridops.patching.azure_deployment_schedule) has it.
        - Times have the offset of the time zone.
        - With O(details=false) only V(frequency) and V(start_time), as the service tells them.
      type: dict
      returned: always
    tasks:
      description: Its runbooks before and after, as the option has them; V(source) is empty where there is none.
      type: dict
      returned: always
    next_run:
      description: When it runs next, as the service tells it; empty when it does not.
      type: str
      returned: always
    provisioning_state:
      description: Whether the service has made it.
      type: str
      returned: always
    error:
      description: Why it could not be made, V(code) and V(message).
      type: dict
      returned: always
    creation_time:
      description: When it was made.
      type: str
      returned: always
    created_by:
      description: Who made it.
      type: str
      returned: always
    last_modified_time:
      description: When it was last changed.
      type: str
      returned: always
    last_modified_by:
      description: Who changed it last.
      type: str
      returned: always
    runs:
      description: Its runs, the newest first.
      type: list
      elements: dict
      returned: with O(runs) or O(machine_runs)
      contains:
        name:
          description: The run's id.
          type: str
          returned: always
        status:
          description: Its status.
          type: str
          returned: always
        os_type:
          description: The operating system.
          type: str
          returned: always
        configured_duration:
          description: How long it was allowed to take.
          type: str
          returned: always
        start_time:
          description: When it began.
          type: str
          returned: always
        end_time:
          description: When it ended.
          type: str
          returned: always
        computer_count:
          description: Number of machines.
          type: int
          returned: always
        failed_count:
          description: Number of machines that failed.
          type: int
          returned: always
        tasks:
          description: The runbooks before and after, each with V(source), V(status) and V(job_id).
          type: dict
          returned: always
        machine_runs:
          description:
            - What became of each machine, with V(name), V(target_computer), V(target_computer_type), V(status),
              V(os_type), V(start_time), V(end_time), V(configured_duration), V(correlation_id), V(source_computer_id),
              V(job_id) and V(error).
          type: list
          elements: dict
          returned: with O(machine_runs)
"""

from ansible_collections.hybridops.patching.plugins.module_utils._azure.deployment_schedule_args import ACCOUNT_ARGS
from ansible_collections.hybridops.patching.plugins.module_utils._azure.deployment_schedule_info import (
    read_deployment_schedules,
)
from ansible_collections.hybridops.patching.plugins.module_utils._azure.module import azure_module, run


def main() -> None:
    spec = {
        **ACCOUNT_ARGS,
        "name": {"type": "str"},
        "machine": {"type": "str"},
        "details": {"type": "bool", "default": True},
        "runs": {"type": "bool", "default": False},
        "machine_runs": {"type": "bool", "default": False},
        "run_status": {"type": "str"},
        "runs_since": {"type": "str"},
    }
    run(azure_module(spec), read_deployment_schedules)


if __name__ == "__main__":
    main()
