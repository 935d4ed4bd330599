#!/usr/bin/python
# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: azure_schedule_migration
short_description: Move deployment schedules of Azure Automation to Azure Update Manager
version_added: 0.1.0
author:
  - hybridops.patching contributors (@hybridops)
description:
  - Reads deployment schedules (V(softwareUpdateConfigurations)) from Automation accounts, or from files that were
    exported while the service still answered, and makes of each a maintenance configuration with its assignments. Azure
    VMs and other computers that a schedule names become assignments of machines, Azure queries become dynamic scopes.
  - What Update Manager cannot do as the schedule did is listed in RV(schedules[].not_carried_over) with a replacement.
    A schedule that would lose something is not moved unless O(accept) names what may be lost. Check mode shows all of
    it.
  - The deployment schedules themselves are only read. Where they still run, machines are patched by both until they are
    disabled or deleted.
  - A further call changes only what has changed in the schedules since, so it can be called again after every decision.
options:
  automation_accounts:
    description:
      - The Automation accounts whose schedules are read. This or O(export_files) is needed.
    type: list
    elements: dict
    suboptions:
      subscription_id:
        description: Its subscription. When unset that of the module.
        type: str
      resource_group:
        description: Its resource group.
        type: str
        required: true
      automation_account_name:
        description: Its name.
        type: str
        required: true
  export_files:
    description:
      - Files on the controller with schedules in JSON as the API answers them, one schedule, a list, an answer with
        V(value), or a list of such answers; as the Azure CLI or PowerShell (C(Get-AzResource), C(Invoke-AzRestMethod))
        write them; or a resource template with them, as the portal exports it.
      - A list does not tell when a schedule runs, so export each schedule alone.
      - What an account tells of a schedule counts before what was exported of it, and of several exports of a schedule
        the one that tells when it runs, then the newest.
    type: list
    elements: path
  schedules:
    description:
      - Names of the schedules to move, or patterns with V(*), V(?) and V([a-z]), in whatever case. When unset all.
    type: list
    elements: str
  enabled:
    description:
      - V(only) leaves disabled schedules alone; they are listed as V(disabled).
      - With V(any) a disabled schedule needs V(disabled) in O(accept), and becomes a configuration that is assigned to
        nothing, since configurations cannot be switched off.
    type: str
    choices: [only, any]
    default: any
  resource_group:
    description:
      - The resource group of the configurations, in the subscription of O(subscription_id) or of the credentials. It
        has to exist.
    type: str
    required: true
  location:
    description:
      - The location of the configurations. Their machines can be anywhere.
    type: str
    required: true
  name_prefix:
    description:
      - What the names of the configurations begin with. The rest is the schedule's name, in which characters other than
        letters, digits, V(-), V(_) and V(.) become a V(-).
    type: str
    default: ''
  names:
    description:
      - The whole name of the configuration by the name of the schedule, for schedules that are to have another one.
        Two schedules that would get the same name are not moved, and neither is one whose configuration would take the
        place of one that was not made of it.
    type: dict
  time_zones:
    description:
      - The Windows name of the time zone to take by the zone of the schedule, where Windows has no name for that.
    type: dict
  machine_subscriptions:
    description:
      - Ids of the subscriptions whose Arc machines are the computers that schedules name. When unset those of the
        configurations and of the schedules.
    type: list
    elements: str
  accept:
    description:
      - What may be lost. V(computers) are names that no Arc machine has, or more than one; V(machines) are virtual
        machines that are not there, or have the other operating system; V(prerequisites) are those that Update
        Manager would refuse, since they are not set up for it; V(queries) are Azure queries that no dynamic scope can
        stand for, since they name no subscription or resource group, or a tag without values; V(saved_searches) are
        queries for computers outside of Azure; V(tasks) are runbooks before and after.
      - V(duration) is a length other than 1.5 hours to 3 hours and 55 minutes, V(interval) one that Update Manager does
        not have, V(fifth_weekday) a fifth weekday of a month; the nearest is taken.
      - V(hidden_days) are days of a weekly or monthly schedule for which the service answers null, as it does for some
        that have days; the day of its start is taken.
      - V(split) makes several configurations where one cannot say all days. They run exactly when the schedule did.
      - V(disabled) is described with O(enabled). V(failed_schedule) is a schedule that the service could not make,
        V(updates) a classification or number of an update that Update Manager does not know, V(description) the end of
        a description that is longer than a tag.
    type: list
    elements: str
    default: []
    choices:
      - computers
      - description
      - disabled
      - duration
      - failed_schedule
      - fifth_weekday
      - hidden_days
      - interval
      - machines
      - prerequisites
      - queries
      - saved_searches
      - split
      - tasks
      - updates
  purge_assignments:
    description:
      - Whether what else is assigned to the configurations is taken away. It stays by default, since a configuration
        lives on after the migration, and what is assigned to it then is not in the schedule.
    type: bool
    default: false
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
notes:
  - A configuration carries the tag C(hybridops:migrated-from), by which a further call knows whose it is.
  - When something could not be written the module fails, with the whole answer; RV(schedules[].errors) says what.
seealso:
  - module: hybridops.patching.azure_deployment_schedule_info
  - module: hybridops.patching.azure_maintenance_configuration
  - module: hybridops.patching.azure_maintenance_assignment
  - module: hybridops.patching.azure_schedule_membership
  - module: hybridops.patching.azure_vm_patch_settings
"""

EXAMPLES = r"""
- name: See what the schedules of an account would become, and what would be lost
  hybridops.patching.azure_schedule_migration:
    automation_accounts:
      - resource_group: rg-automation
        automation_account_name: aa-patching
    resource_group: rg-vms
    location: westeurope
  check_mode: true

- name: Move those of production, without their runbooks, with windows of the nearest length
  hybridops.patching.azure_schedule_migration:
    automation_accounts:
      - resource_group: rg-automation
        automation_account_name: aa-patching
    schedules: ["prod-*"]
    enabled: only
    resource_group: rg-vms
    location: westeurope
    name_prefix: aum-
    accept: [tasks, duration]
"""

RETURN = r"""
schedules:
  description: All schedules that were read, by name.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: Its name.
      type: str
      returned: always
    id:
      description: Its resource id, empty where an export has none.
      type: str
      returned: always
    where:
      description: The account or the file that it was read from.
      type: str
      returned: always
    state:
      description:
        - What became of it. V(migrated) wholly, V(partly_migrated) with accepted losses, V(not_migrated) since a loss
          is not accepted, V(over) when it never runs again, V(disabled) when it is left alone, V(failed) when
          something could not be written.
        - In check mode what would become of it.
      type: str
      returned: always
    changed:
      description: Whether something was changed for it.
      type: bool
      returned: always
    configurations:
      description: The configurations that stand for it, none where it is not moved.
      type: list
      elements: dict
      returned: always
      contains:
        id:
          description: Its resource id.
          type: str
          returned: always
        name:
          description: Its name.
          type: str
          returned: always
        maintenance_window:
          description: When it opens, as M(hybridops.patching.azure_maintenance_configuration) has it.
          type: dict
          returned: always
        install_patches:
          description: What it installs, as M(hybridops.patching.azure_maintenance_configuration) has it.
          type: dict
          returned: always
        changed:
          description: Whether it or what is assigned to it was changed.
          type: bool
          returned: always
        machines:
          description: Ids of the machines that it is assigned to.
          type: list
          elements: str
          returned: always
        dynamic_scopes:
          description: Its dynamic scopes as V(id), V(scope) and V(filter).
          type: list
          elements: dict
          returned: always
    not_carried_over:
      description: What of the schedule Update Manager will not do as it did.
      type: list
      elements: dict
      returned: always
      contains:
        field:
          description: The setting of the schedule.
          type: str
          returned: always
        value:
          description: Its value.
          type: raw
          returned: always
        why:
          description: Why it is not carried over.
          type: str
          returned: always
        instead:
          description: What to have instead.
          type: str
          returned: always
        accept:
          description: What O(accept) has to name for the schedule to be moved; empty where that cannot be accepted.
          type: str
          returned: always
        accepted:
          description: Whether the schedule is moved in spite of it, since O(accept) names it or it does no harm.
          type: bool
          returned: always
    errors:
      description: What could not be written.
      type: list
      elements: str
      returned: always
summary:
  description: Number of schedules by V(state).
  returned: always
  type: dict
prerequisites:
  description:
    - Virtual machines that the schedules name, or that their dynamic scopes find now, on which no configuration would
      install, with V(node_id), V(name) and V(missing). M(hybridops.patching.azure_vm_patch_settings) sets what is
      missing.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.hybridops.patching.plugins.module_utils._azure.migration import migrate_schedules
from ansible_collections.hybridops.patching.plugins.module_utils._azure.migration_args import (
    CONSTRAINTS,
    MIGRATION_ARGS,
)
from ansible_collections.hybridops.patching.plugins.module_utils._azure.module import ACCOUNTS_ARGS, azure_module, run


def main() -> None:
    run(azure_module({**ACCOUNTS_ARGS, **MIGRATION_ARGS}, **CONSTRAINTS), migrate_schedules)


if __name__ == "__main__":
    main()
