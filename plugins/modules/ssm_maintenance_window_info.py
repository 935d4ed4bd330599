#!/usr/bin/python
# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: ssm_maintenance_window_info
short_description: Read Systems Manager maintenance windows and what they did
version_added: 0.1.0
author:
  - hybridops.patching contributors (@hybridops)
description:
  - Tells which maintenance windows there are, each with its targets, its tasks and their parameters, and its tags.
  - On request also when each opens next, and its executions with what became of each task on each node.
  - Every window costs one request for each of these and one for each task, all side by side.
options:
  window_id:
    description:
      - Only the window with this id.
    type: str
  name:
    description:
      - Only windows with exactly this name, of which there may be several.
    type: str
  enabled:
    description:
      - Only windows that are enabled, or with V(false) only those that are not.
    type: bool
  targets:
    description:
      - Only windows in which these targets are registered, such as one node by V(InstanceIds)..
    type: list
    elements: dict
    suboptions:
      key:
        description: What is compared, such as V(InstanceIds) or V(tag:Patch Group).
        type: str
        required: true
      values:
        description: The values of which one has to match.
        type: list
        elements: str
        required: true
  resource_type:
    description:
      - What O(targets) are.
    type: str
    choices: [INSTANCE, RESOURCE_GROUP]
    default: INSTANCE
  next_executions:
    description:
      - How many of the times at which a window opens next are told.
    type: int
    default: 0
  executions:
    description:
      - Whether executions are told.
    type: bool
    default: false
  executed_after:
    description:
      - Only executions that started after this date and time in ISO 8601.
    type: str
  executed_before:
    description:
      - Only executions that started before this date and time in ISO 8601.
    type: str
  max_executions:
    description:
      - How many executions of a window are told, the newest. V(0) tells all. Each costs one request, and one more for
        each of its tasks.
    type: int
    default: 10
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
    support: none
  idempotent:
    support: full
seealso:
  - module: hybridops.patching.ssm_maintenance_window
"""

EXAMPLES = r"""
- name: All windows of a region that are enabled, with the next three times at which each opens
  hybridops.patching.ssm_maintenance_window_info:
    region: eu-central-1
    enabled: true
    next_executions: 3

- name: The windows in which a node is registered
  hybridops.patching.ssm_maintenance_window_info:
    region: eu-central-1
    account: "111111111111"
    accounts:
      "111111111111": {role_arn: "arn:aws:iam::111111111111:role/patching"}
    targets:
      - {key: InstanceIds, values: [i-0db00000000000001]}

- name: What a window did since the beginning of the year, node by node
  hybridops.patching.ssm_maintenance_window_info:
    region: eu-central-1
    name: prod-0600
    executions: true
    executed_after: "2026-01-01T00:00:00Z"
    max_executions: 0
"""

RETURN = r"""
windows:
  description: The windows, by name.
  returned: always
  type: list
  elements: dict
  contains:
    window_id:
      description: Its id.
      type: str
      returned: always
    name:
      description: Its name.
      type: str
      returned: always
    description:
      description: Its description.
      type: str
      returned: always
    schedule:
      description: When it opens.
      type: str
      returned: always
    schedule_timezone:
      description: Time zone of the schedule, empty when that is not set.
      type: str
      returned: always
    schedule_offset:
      description: Days to wait after the dates of the schedule.
      type: int
      returned: always
    duration:
      description: Hours for which it is open.
      type: int
      returned: always
    cutoff:
      description: Hours before the end from which on no task is started.
      type: int
      returned: always
    allow_unassociated_targets:
      description: Whether tasks may name nodes that are no targets of the window.
      type: bool
      returned: always
    enabled:
      description: Whether it opens at all.
      type: bool
      returned: always
    start_date:
      description: When it begins to open, empty when that is not set.
      type: str
      returned: always
    end_date:
      description: When it ceases to open, empty when that is not set.
      type: str
      returned: always
    created_date:
      description: When it was made.
      type: str
      returned: always
    modified_date:
      description: When it was last changed.
      type: str
      returned: always
    next_execution_time:
      description: When it opens next, empty when it does not.
      type: str
      returned: always
    next_executions:
      description: When it opens next, as many times as were asked for and known.
      type: list
      elements: str
      returned: when O(next_executions) is more than 0
    targets:
      description: Its targets, in the words of M(hybridops.patching.ssm_maintenance_window), each with its id.
      type: list
      elements: dict
      returned: always
      contains:
        window_target_id:
          description: Id of the target.
          type: str
          returned: always
        name:
          description: Its name, empty when it has none.
          type: str
          returned: always
        resource_type:
          description: What it is.
          type: str
          returned: always
        targets:
          description: Which nodes it has, entries of C(key) and C(values).
          type: list
          elements: dict
          returned: always
        description:
          description: Its description.
          type: str
          returned: always
        owner_information:
          description: What events about tasks of this target carry.
          type: str
          returned: always
    tasks:
      description: Its tasks, in the words of M(hybridops.patching.ssm_maintenance_window), each with its id.
      type: list
      elements: dict
      returned: always
      contains:
        window_task_id:
          description: Id of the task.
          type: str
          returned: always
        name:
          description: Its name, empty when it has none.
          type: str
          returned: always
        task_type:
          description: What kind of task it is.
          type: str
          returned: always
        task_arn:
          description: What is run.
          type: str
          returned: always
        window_targets:
          description: Names of targets of the window on which it runs, the id of one that has no name.
          type: list
          elements: str
          returned: always
        targets:
          description: Targets that the task itself names.
          type: list
          elements: dict
          returned: always
        priority:
          description: Tasks with a lower number are started first.
          type: int
          returned: always
        max_concurrency:
          description: On how many nodes it runs at the same time, empty without targets.
          type: str
          returned: always
        max_errors:
          description: After how many errors it is started on no further node, empty without targets.
          type: str
          returned: always
        cutoff_behavior:
          description: What becomes of it at the cutoff.
          type: str
          returned: always
        service_role_arn:
          description: Role that the service assumes for it, empty when that is its service-linked role.
          type: str
          returned: always
        description:
          description: Its description.
          type: str
          returned: always
        alarm_configuration:
          description: The alarm that stops it, empty when there is none.
          type: dict
          returned: always
        task_invocation_parameters:
          description: What it is invoked with.
          type: dict
          returned: always
        logging_info:
          description: Where an older tool has its output written.
          type: dict
          returned: when it is set
        task_parameters:
          description: What an older tool has it invoked with.
          type: dict
          returned: when it is set
    tags:
      description: Its tags.
      type: dict
      returned: always
    executions:
      description: What it did, newest first.
      type: list
      elements: dict
      returned: when O(executions=true)
      contains:
        window_execution_id:
          description: Id of the execution.
          type: str
          returned: always
        status:
          description:
            - How it ended, or V(PENDING) or V(IN_PROGRESS); V(SKIPPED_OVERLAPPING) when the one before still ran.
          type: str
          returned: always
        status_details:
          description: What the service says about the status.
          type: str
          returned: when the service says something
        start_time:
          description: When it started.
          type: str
          returned: when it has started
        end_time:
          description: When it ended.
          type: str
          returned: when it has ended
        tasks:
          description: Its tasks.
          type: list
          elements: dict
          returned: always
          contains:
            task_execution_id:
              description: Id of the task in this execution.
              type: str
              returned: always
            task_arn:
              description: What was run.
              type: str
              returned: always
            task_type:
              description: What kind of task it was.
              type: str
              returned: always
            status:
              description: How it ended, or V(PENDING) or V(IN_PROGRESS).
              type: str
              returned: always
            status_details:
              description: What the service says about the status.
              type: str
              returned: when the service says something
            start_time:
              description: When it started.
              type: str
              returned: when it has started
            end_time:
              description: When it ended.
              type: str
              returned: when it has ended
            alarm_configuration:
              description: The alarm that would have stopped it, empty when there was none.
              type: dict
              returned: always
            triggered_alarms:
              description: The alarm that stopped it, with its C(name) and C(state).
              type: list
              elements: dict
              returned: always
            invocations:
              description: What it did, target by target.
              type: list
              elements: dict
              returned: always
              contains:
                invocation_id:
                  description: Id of the invocation.
                  type: str
                  returned: always
                execution_id:
                  description: Id of what was done, for a task of V(RUN_COMMAND) that of the command.
                  type: str
                  returned: when something was done
                window_target_id:
                  description: Id of the window's target that it was done for.
                  type: str
                  returned: when it was done for one
                owner_information:
                  description: What that target says about its owner.
                  type: str
                  returned: when it says something
                parameters:
                  description: What it was invoked with, as JSON.
                  type: str
                  returned: when the service tells it
                status:
                  description: How it ended, or V(PENDING) or V(IN_PROGRESS).
                  type: str
                  returned: always
                status_details:
                  description: What the service says about the status.
                  type: str
                  returned: when the service says something
                start_time:
                  description: When it started.
                  type: str
                  returned: when it has started
                end_time:
                  description: When it ended.
                  type: str
                  returned: when it has ended
"""

from ansible_collections.hybridops.patching.plugins.module_utils._aws.module import ACCOUNTS_ARGS, aws_module, run
from ansible_collections.hybridops.patching.plugins.module_utils._aws.target_lists import KEY_VALUES_ARGS
from ansible_collections.hybridops.patching.plugins.module_utils._aws.window_args import RESOURCE_TYPES
from ansible_collections.hybridops.patching.plugins.module_utils._aws.window_info import describe_windows


def main() -> None:
    spec = {
        **ACCOUNTS_ARGS,
        "window_id": {"type": "str"},
        "name": {"type": "str"},
        "enabled": {"type": "bool"},
        "targets": {"type": "list", "elements": "dict", "options": KEY_VALUES_ARGS},
        "resource_type": {"type": "str", "choices": list(RESOURCE_TYPES), "default": "INSTANCE"},
        "next_executions": {"type": "int", "default": 0},
        "executions": {"type": "bool", "default": False},
        "executed_after": {"type": "str"},
        "executed_before": {"type": "str"},
        "max_executions": {"type": "int", "default": 10},
        "account": {"type": "str"},
    }
    run(aws_module(spec), describe_windows)


if __name__ == "__main__":
    main()
