#!/usr/bin/python
# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: azure_schedule_membership
short_description: Put Azure Arc machines on deployment schedules or maintenance configurations by their tags
version_added: 0.1.0
author:
  - hybridops.patching contributors (@hybridops)
description:
  - Puts connected Arc machines on the schedules that a tag of theirs says, and takes all others off, in many
    subscriptions, resource groups and Automation accounts at once.
  - Only the list of non-Azure computers of a deployment schedule is changed, or the assignments of Arc machines to a
    maintenance configuration. Queries, virtual machines, dynamic scopes and everything else stay.
  - Only schedules that differ are written, one request each for a deployment schedule, one for each machine that joins
    or leaves for a maintenance configuration. A start in the past is moved to the next run when a schedule is written.
  - What is not known changes nothing. A machine that is connected and whose tags cannot be read, or whose operating
    system nobody tells, stays where it is; a place that cannot be read is left alone.
options:
  feed:
    description:
      - What machines are put on. V(deployment_schedules) of Azure Automation, or V(maintenance_configurations) of Azure
        Update Manager, for those who cannot use its dynamic scopes.
    type: str
    choices: [deployment_schedules, maintenance_configurations]
    default: deployment_schedules
  automation_accounts:
    description:
      - The Automation accounts whose deployment schedules are meant. Required with O(feed=deployment_schedules).
    type: list
    elements: dict
    suboptions:
      automation_account_name:
        description: Name of the Automation account.
        type: str
        required: true
      subscription_id:
        description: The subscription, that of the module or its credentials when unset.
        type: str
      resource_group:
        description: The resource group.
        type: str
        required: true
      workspace_id:
        description:
          - Resource id of the Log Analytics workspace to which the machines send heartbeats. The one that is linked to
            the Automation account when unset.
        type: str
      machine_subscriptions:
        description:
          - Only machines of these subscriptions. When unset the machines that send heartbeats to the workspace, or with
            O(connected_by=resource_graph) those of the place's own subscription.
        type: list
        elements: str
      machine_resource_groups:
        description: Only machines of these resource groups.
        type: list
        elements: str
  maintenance_configurations:
    description:
      - The resource groups whose maintenance configurations for patches are meant. Required with
        O(feed=maintenance_configurations).
      - Each configuration of such a resource group that O(schedules) and O(ignore_schedules) do not leave out loses
        the Arc machines whose tag does not say it.
    type: list
    elements: dict
    suboptions:
      subscription_id:
        description: The subscription, that of the module or its credentials when unset.
        type: str
      resource_group:
        description: The resource group.
        type: str
        required: true
      workspace_id:
        description:
          - Resource id of the Log Analytics workspace to which the machines send heartbeats. Required with
            O(connected_by=heartbeat).
        type: str
      machine_subscriptions:
        description: Only machines of these subscriptions. That of the entry when unset.
        type: list
        elements: str
      machine_resource_groups:
        description: Only machines of these resource groups.
        type: list
        elements: str
  connected_by:
    description:
      - What tells that a machine is connected. V(heartbeat), that its agent was heard of in the workspace in the last
        O(heartbeat_hours). V(resource_graph), that Azure Arc calls it Connected.
      - When unset V(heartbeat) for deployment schedules, V(resource_graph) for maintenance configurations.
    type: str
    choices: [heartbeat, resource_graph]
  heartbeat_hours:
    description:
      - For how many hours, 1 to 720, a heartbeat counts.
    type: int
    default: 24
  source:
    description:
      - Where tags are read. V(resource_graph) is one request for a thousand machines of all subscriptions, some minutes
        old. V(arm) are the lists of Azure Resource Manager, one for each subscription, which are never old.
    type: str
    choices: [resource_graph, arm]
    default: resource_graph
  computer_name:
    description:
      - What a deployment schedule calls a machine with O(connected_by=resource_graph), the full name that its agent
        told, the short one, or the name of the Arc resource. With heartbeats it is the computer of the heartbeat.
    type: str
    choices: [fqdn, computer_name, name]
    default: fqdn
  tag_key:
    description:
      - Name of the tag, in whatever case.
    type: str
    default: patch
  mapping:
    description:
      - The names of schedules, one or a list, by value of the tag. Values are compared with case, names without.
      - When unset a machine belongs to each schedule that has the tag's value in its name, with V(-) for V(:), in
        whatever case, with no letter and no digit beside it. So V(w1) is in V(prod-W1-linux) and not in V(prod-w11).
      - In both cases the operating system has to be that of the schedule.
    type: dict
  schedules:
    description:
      - Only schedules with such names. A word stands anywhere in the name, a pattern with C(*), C(?) or C([…]) fits the
        whole name, both in whatever case.
    type: list
    elements: str
  ignore_schedules:
    description:
      - Schedules with such names are left alone. The form is that of O(schedules).
    type: list
    elements: str
    default: [MANUAL, CENTOS]
  several_schedules:
    description:
      - What to do when machines belong to several schedules. V(warn) and V(allow) put them on all, V(refuse) fails
        before anything is written.
    type: str
    choices: [warn, allow, refuse]
    default: warn
  allow_no_machines:
    description:
      - Whether the schedules of a place may be emptied when not one machine is connected, or none of those has the tag.
        Otherwise that is an error of the place, since it mostly means that whoever tells is at fault, or O(tag_key) is.
    type: bool
    default: false
  placeholder:
    description:
      - The saved search that finds nothing, which a deployment schedule gets while nothing else is on it, because the
        service takes none that is empty. It goes when machines come.
    type: dict
    suboptions:
      function_alias:
        description: Its function alias in the workspace.
        type: str
        default: hybridops_no_machines
      workspace_id:
        description:
          - Resource id of the workspace that has it. When unset that of the heartbeats, else the one that is linked to
            the Automation account.
        type: str
      create:
        description:
          - Whether to make it in the workspace when it is needed and missing. Otherwise schedules that need it fail.
        type: bool
        default: false
  time_limit:
    description:
      - Seconds, 5 to 86400, after which no request is sent any more. What was not done by then is told, and the next
        run does it. A request that is on its way is waited for.
    type: int
    default: 900
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
  - When something could not be done the module fails, with the whole answer, and RV(failures) says what.
seealso:
  - module: hybridops.patching.azure_deployment_schedule
  - module: hybridops.patching.azure_maintenance_configuration
  - module: hybridops.patching.azure_patch_group_tag
"""

EXAMPLES = r"""
- name: Give the deployment schedules of two accounts the machines whose tag says so
  hybridops.patching.azure_schedule_membership:
    automation_accounts:
      - resource_group: rg-patching
        automation_account_name: aa-patching
    placeholder:
      create: true

- name: See what would change, by the connection state of Azure Arc and tags of this moment
  hybridops.patching.azure_schedule_membership:
    automation_accounts:
      - resource_group: rg-patching
        automation_account_name: aa-patching
        machine_resource_groups: [rg-arc]
    connected_by: resource_graph
    source: arm
  check_mode: true

- name: Assign machines to maintenance configurations by an explicit mapping
  hybridops.patching.azure_schedule_membership:
    feed: maintenance_configurations
    maintenance_configurations:
      - resource_group: rg-arc
    mapping:
      patch_prod_0600_batch_1: saturdays
    several_schedules: refuse
"""

RETURN = r"""
schedules:
  description: All schedules of the places that could be read.
  returned: always
  type: list
  elements: dict
  contains:
    id:
      description: Resource id.
      type: str
      returned: always
    name:
      description: Name.
      type: str
      returned: always
    where:
      description: The place that it belongs to.
      type: str
      returned: always
    state:
      description:
        - What became of it. V(unchanged), V(changed), V(failed), V(not_done) when the time was over before, V(over)
          when it differs and does not run any more, so that the service would not take it, V(ignored) when it is
          left alone.
        - In check mode V(changed) is what would change.
      type: str
      returned: always
    reason:
      description: Why it is not as it is to be, else empty.
      type: str
      returned: always
    machines:
      description: Number of machines that are to be on it.
      type: int
      returned: always
    joined:
      description: Up to 200 of those that join, names of computers, ids of machines for a maintenance configuration.
      type: list
      elements: str
      returned: always
    joined_count:
      description: Number of those that join.
      type: int
      returned: always
    left:
      description: Up to 200 of those that leave.
      type: list
      elements: str
      returned: always
    left_count:
      description: Number of those that leave.
      type: int
      returned: always
    placeholder:
      description: Whether the saved search that finds nothing stands on it.
      type: bool
      returned: always
machines:
  description:
    - Machines that a person should look at, up to 200 of each kind, each with V(id), V(name), V(tag), V(os_family) and
      the names of its V(schedules). A machine is of the first kind that is true of it.
  returned: always
  type: dict
  contains:
    not_connected:
      description: Those that are not connected. They are on no schedule.
      type: list
      elements: dict
      returned: always
    untagged:
      description: Those without the tag.
      type: list
      elements: dict
      returned: always
    unknown_os:
      description: Those whose operating system is not known. They stay on the schedules that they are on.
      type: list
      elements: dict
      returned: always
    unmatched:
      description: Those whose tag and operating system no schedule has.
      type: list
      elements: dict
      returned: always
    several:
      description: Those that belong to more than one schedule.
      type: list
      elements: dict
      returned: always
    twins:
      description: Machines that schedules call the same, as V(computer) and V(ids).
      type: list
      elements: dict
      returned: always
    unresolved:
      description:
        - Computers with heartbeats that are no Arc machines which could be read, as V(computer), V(resource_id) and
          V(reason).
      type: list
      elements: dict
      returned: always
summary:
  description:
    - Counts of V(places) (total, read, failed), V(schedules) by state and V(machines) by kind, and how many machines
      V(joined) and V(left).
  returned: always
  type: dict
placeholders_made:
  description: Resource ids of the workspaces in which the saved search is made.
  returned: always
  type: list
  elements: str
failures:
  description: What could not be read, or not be done, as V(where), V(name) of the schedule and V(reason).
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.hybridops.patching.plugins.module_utils._azure.membership import manage_membership
from ansible_collections.hybridops.patching.plugins.module_utils._azure.membership_args import (
    CONSTRAINTS,
    MEMBERSHIP_ARGS,
)
from ansible_collections.hybridops.patching.plugins.module_utils._azure.module import ACCOUNTS_ARGS, azure_module, run


def main() -> None:
    run(azure_module({**ACCOUNTS_ARGS, **MEMBERSHIP_ARGS}, **CONSTRAINTS), manage_membership)


if __name__ == "__main__":
    main()
