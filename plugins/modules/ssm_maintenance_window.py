#!/usr/bin/python
# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: ssm_maintenance_window
short_description: Manage Systems Manager maintenance windows with their targets and tasks
version_added: 0.1.0
author:
  - hybridops.patching contributors (@hybridops)
description:
  - Creates, changes and deletes maintenance windows. Targets and tasks belong to their window and are managed with it.
  - What is not set stays as it is, also within a target or a task. Names identify targets and tasks in their window.
  - Entries without a name, as the console makes them, and further ones of the same name are taken for a wanted one that
    they are equal to; the others are removed as O(purge_targets) and O(purge_tasks) say.
  - Everything is changed in place but for the type of a target or task, for which another is registered before the old
    one goes.
  - Names of windows are not unique. A name that several windows have is refused unless O(window_id) is given.
options:
  state:
    description:
      - Whether the window is to exist. With V(absent) its targets and tasks go too.
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - The window's name. With O(window_id) the name to give it.
    type: str
  window_id:
    description:
      - The window's id, instead of finding it by name.
    type: str
  description:
    description:
      - Description of the window. V("") removes it.
    type: str
  schedule:
    description:
      - When the window opens, as C(cron(minutes hours day-of-month month day-of-week year)), C(rate(number unit)) or
        C(at(yyyy-mm-ddThh:mm:ss)). Required to make a window.
      - Write names of weekdays. Numbers are allowed, but V(1) is Sunday here.
    type: str
  schedule_timezone:
    description:
      - Time zone of O(schedule), a name of the IANA database. The service takes UTC when unset. V("") removes it.
    type: str
  schedule_offset:
    description:
      - Days to wait after the dates of a schedule of the form C(cron(…)), 1 to 6. V(0) removes it.
    type: int
  duration:
    description:
      - Hours for which the window is open, 1 to 24. Required to make a window.
    type: int
  cutoff:
    description:
      - Hours before the end from which on no task is started, 0 to 23 and less than O(duration). Required to make a
        window.
    type: int
  allow_unassociated_targets:
    description:
      - Whether tasks may name nodes that are no targets of the window. V(false) for a new window when unset.
    type: bool
  enabled:
    description:
      - Whether the window opens at all. A new window is enabled when unset.
      - A window is disabled before anything else of it changes, and enabled when all else is done.
    type: bool
  start_date:
    description:
      - Date and time in ISO 8601 before which the window does not open. V("") removes it.
    type: str
  end_date:
    description:
      - Date and time in ISO 8601 after which the window does not open any more. V("") removes it.
    type: str
  targets:
    description:
      - Targets of the window. V([]) together with O(purge_targets=true) removes all.
    type: list
    elements: dict
    suboptions:
      name:
        description: Name of the target.
        type: str
        required: true
      resource_type:
        description:
          - What the target is. A new one is V(RESOURCE_GROUP) when unset and its keys are those of resource groups,
            else V(INSTANCE).
        type: str
        choices: [INSTANCE, RESOURCE_GROUP]
      targets:
        description:
          - Which nodes the target has, those that meet all entries. Required for a new target.
        type: list
        elements: dict
        suboptions:
          key:
            description:
              - What is compared, such as V(tag:Patch Group), V(tag-key), V(InstanceIds), V(resource-groups:Name) or
                V(resource-groups:ResourceTypeFilters).
            type: str
            required: true
          values:
            description: The values of which one has to match.
            type: list
            elements: str
            required: true
      description:
        description: Description of the target. V("") removes it.
        type: str
      owner_information:
        description: What events about tasks of this target carry. V("") removes it.
        type: str
  purge_targets:
    description:
      - Whether targets that are not in O(targets) are removed. Without effect when O(targets) is not set.
      - A target that a task still refers to is not removed; this is an error.
    type: bool
    default: true
  tasks:
    description:
      - Tasks of the window. V([]) together with O(purge_tasks=true) removes all.
    type: list
    elements: dict
    suboptions:
      name:
        description: Name of the task.
        type: str
        required: true
      task_type:
        description: What kind of task it is. Required for a new task.
        type: str
        choices: [RUN_COMMAND, AUTOMATION, LAMBDA, STEP_FUNCTIONS]
      task_arn:
        description:
          - What is run, the name or ARN of a document, or the ARN of a function or state machine. Required for a new
            task.
        type: str
      window_targets:
        description:
          - Names of targets of this window on which the task runs.
          - With O(tasks[].targets) all targets of the task. When one of both is set, the other counts as empty.
        type: list
        elements: str
      targets:
        description:
          - Targets that the task itself names, such as nodes by V(InstanceIds).
          - A task of V(RUN_COMMAND) has to have targets of one kind or the other.
        type: list
        elements: dict
        suboptions:
          key:
            description: What is compared.
            type: str
            required: true
          values:
            description: The values of which one has to match.
            type: list
            elements: str
            required: true
      priority:
        description:
          - Tasks with a lower number are started first, tasks with the same number together. V(1) for a new task when
            unset.
          - A later task does not depend on whether an earlier one succeeded.
        type: int
      max_concurrency:
        description:
          - On how many nodes the task runs at the same time, a number or a percentage. Required with targets, and not
            possible without.
        type: str
      max_errors:
        description:
          - After how many errors the task is started on no further node, a number or a percentage. Required with
            targets, and not possible without.
        type: str
      cutoff_behavior:
        description:
          - What becomes of the task when the window's cutoff comes. The service takes V(CONTINUE_TASK) when unset.
        type: str
        choices: [CONTINUE_TASK, CANCEL_TASK]
      service_role_arn:
        description:
          - Role that the service assumes for the task. Without one, and with V(""), it takes its service-linked role.
        type: str
      description:
        description: Description of the task. V("") removes it.
        type: str
      alarm_configuration:
        description: An alarm of CloudWatch that stops the task. Without alarms it is removed.
        type: dict
        suboptions:
          alarms:
            description: The alarm, one at most. V([]) removes it.
            type: list
            elements: dict
            required: true
            suboptions:
              name:
                description: Name of the alarm.
                type: str
                required: true
          ignore_poll_alarm_failure:
            description: Whether the task goes on when the state of the alarm cannot be read.
            type: bool
      task_invocation_parameters:
        description:
          - What the task is invoked with, under the name of its type. It is set as a whole, so that what is not named
            in it is removed; V({}) removes all.
          - Whoever may read the window can read this, and it is shown in results and differences. It is no place for
            secrets.
        type: dict
        suboptions:
          run_command:
            description: For a task of V(RUN_COMMAND).
            type: dict
            suboptions:
              parameters:
                description: Parameters of the document, a value or a list of values each.
                type: dict
              document_version:
                description: A number, V($LATEST) or V($DEFAULT).
                type: str
              document_hash:
                description: Hash of the document, which has to match.
                type: str
              document_hash_type:
                description: How O(tasks[].task_invocation_parameters.run_command.document_hash) was made.
                type: str
                choices: [Sha256, Sha1]
              comment:
                description: Comment of the command.
                type: str
              timeout_seconds:
                description: For how long a node may take to start the command.
                type: int
              service_role_arn:
                description: Role that the service assumes to send notifications.
                type: str
              output_s3_bucket_name:
                description: Bucket for the output.
                type: str
              output_s3_key_prefix:
                description: Folder in the bucket.
                type: str
              notification_config:
                description: Notifications about the state of the command.
                type: dict
                suboptions:
                  notification_arn:
                    description: ARN of an SNS topic.
                    type: str
                  notification_events:
                    description: About what to notify.
                    type: list
                    elements: str
                    choices: [All, InProgress, Success, TimedOut, Cancelled, Failed]
                  notification_type:
                    description: Whether about the command or about each node.
                    type: str
                    choices: [Command, Invocation]
              cloud_watch_output_config:
                description: Output to CloudWatch Logs.
                type: dict
                suboptions:
                  cloud_watch_log_group_name:
                    description: Name of the log group.
                    type: str
                  cloud_watch_output_enabled:
                    description: Whether output is sent there.
                    type: bool
          automation:
            description: For a task of V(AUTOMATION).
            type: dict
            suboptions:
              document_version:
                description: A number, V($LATEST) or V($DEFAULT).
                type: str
              parameters:
                description: Parameters of the runbook, a value or a list of values each.
                type: dict
          lambda:
            description: For a task of V(LAMBDA).
            type: dict
            suboptions:
              client_context:
                description: What the function is told about its client.
                type: str
              qualifier:
                description: Version or alias of the function.
                type: str
              payload:
                description: Input of the function, as JSON or as a dictionary.
                type: json
          step_functions:
            description: For a task of V(STEP_FUNCTIONS).
            type: dict
            suboptions:
              name:
                description: Name of the execution.
                type: str
              input:
                description: Input of the state machine, as JSON or as a dictionary.
                type: json
  purge_tasks:
    description:
      - Whether tasks that are not in O(tasks) are removed. Without effect when O(tasks) is not set.
    type: bool
    default: true
  tags:
    description:
      - Tags of the window. V({}) together with O(purge_tags=true) removes all.
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
notes:
  - A window does not start nodes that are stopped, and takes no snapshot. Its tasks know nothing of the gate between
    batches.
seealso:
  - module: hybridops.patching.ssm_maintenance_window_info
"""

EXAMPLES = r"""
- name: Scan every four hours whatever has a patch group
  hybridops.patching.ssm_maintenance_window:
    region: eu-central-1
    name: scan
    schedule: rate(4 hours)
    duration: 2
    cutoff: 1
    targets:
      - name: patch-groups
        targets: [{key: tag-key, values: [Patch Group]}]
    tasks:
      - name: scan
        task_type: RUN_COMMAND
        task_arn: AWS-RunPatchBaseline
        window_targets: [patch-groups]
        max_concurrency: 20%
        max_errors: 100%
        task_invocation_parameters:
          run_command:
            parameters: {Operation: Scan}

- name: Install on the third Saturday, databases before applications
  hybridops.patching.ssm_maintenance_window:
    region: eu-central-1
    name: prod-0600
    description: Patches of production
    schedule: cron(0 6 ? * SAT#3 *)
    schedule_timezone: Europe/Zurich
    duration: 3
    cutoff: 1
    targets:
      - name: batch-1
        targets: [{key: "tag:Patch Group", values: [patch_prod_0600_batch_1]}]
      - name: batch-2
        targets: [{key: "tag:Patch Group", values: [patch_prod_0600_batch_2]}]
    tasks:
      - name: linux
        task_type: RUN_COMMAND
        task_arn: AWS-RunPatchBaseline
        window_targets: [batch-1]
        priority: 1
        max_concurrency: 10%
        max_errors: "1"
        cutoff_behavior: CANCEL_TASK
        task_invocation_parameters:
          run_command:
            parameters: {Operation: Install, RebootOption: RebootIfNeeded}
            output_s3_bucket_name: patch-output
      - name: windows
        task_type: RUN_COMMAND
        task_arn: AWS-RunPatchBaseline
        window_targets: [batch-2]
        priority: 2
        max_concurrency: 10%
        max_errors: "1"
        cutoff_behavior: CANCEL_TASK
        task_invocation_parameters:
          run_command:
            parameters: {Operation: Install, RebootOption: RebootIfNeeded}
            output_s3_bucket_name: patch-output
    tags:
      environment: prod

- name: Two days later than the schedule says, and nothing else changed
  hybridops.patching.ssm_maintenance_window:
    region: eu-central-1
    name: prod-0600
    schedule_offset: 2

- name: Stop the window from opening
  hybridops.patching.ssm_maintenance_window:
    region: eu-central-1
    name: prod-0600
    enabled: false

- name: A function that is called once a week in another account
  hybridops.patching.ssm_maintenance_window:
    region: eu-central-1
    account: "222222222222"
    accounts:
      "222222222222": {role_arn: "arn:aws:iam::222222222222:role/patching"}
    name: weekly-report
    schedule: cron(0 7 ? * MON *)
    schedule_timezone: Europe/Zurich
    duration: 1
    cutoff: 0
    tasks:
      - name: report
        task_type: LAMBDA
        task_arn: arn:aws:lambda:eu-central-1:222222222222:function:patch-report
        task_invocation_parameters:
          lambda:
            payload: {scope: all}

- name: Delete a window
  hybridops.patching.ssm_maintenance_window:
    region: eu-central-1
    name: scan
    state: absent
"""

RETURN = r"""
window:
  description: The window, in check mode as it will be; empty when there is none.
  returned: always
  type: dict
  contains:
    window_id:
      description: Its id, empty in check mode when it would be created.
      type: str
      returned: when it exists
    name:
      description: Its name.
      type: str
      returned: when it exists
    description:
      description: Its description.
      type: str
      returned: when it exists
    schedule:
      description: When it opens.
      type: str
      returned: when it exists
    schedule_timezone:
      description: Time zone of the schedule, empty when that is not set.
      type: str
      returned: when it exists
    schedule_offset:
      description: Days to wait after the dates of the schedule.
      type: int
      returned: when it exists
    duration:
      description: Hours for which it is open.
      type: int
      returned: when it exists
    cutoff:
      description: Hours before the end from which on no task is started.
      type: int
      returned: when it exists
    allow_unassociated_targets:
      description: Whether tasks may name nodes that are no targets of the window.
      type: bool
      returned: when it exists
    enabled:
      description: Whether it opens at all.
      type: bool
      returned: when it exists
    start_date:
      description: When it begins to open, empty when that is not set.
      type: str
      returned: when it exists
    end_date:
      description: When it ceases to open, empty when that is not set.
      type: str
      returned: when it exists
    next_execution_time:
      description:
        - When it opens next, empty when it does not. In check mode the time that is in force.
      type: str
      returned: when it exists
    targets:
      description:
        - Its targets, as in O(targets), each with its C(window_target_id), which is empty in check mode when the target
          would be registered.
      type: list
      elements: dict
      returned: when it exists
    tasks:
      description:
        - Its tasks, as in O(tasks), each with its C(window_task_id), which is empty in check mode when the task would
          be registered.
        - A target of the window that has no name is in C(window_targets) by its id.
        - C(logging_info) and C(task_parameters), which the service no longer recommends, are there where an older tool
          has set them.
      type: list
      elements: dict
      returned: when it exists
    tags:
      description: Its tags.
      type: dict
      returned: when it exists
"""

from ansible_collections.hybridops.patching.plugins.module_utils._aws.module import ACCOUNTS_ARGS, aws_module, run
from ansible_collections.hybridops.patching.plugins.module_utils._aws.window import manage_window
from ansible_collections.hybridops.patching.plugins.module_utils._aws.window_args import WINDOW_ARGS


def argument_spec() -> dict[str, dict[str, object]]:
    return {
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "window_id": {"type": "str"},
        **WINDOW_ARGS,
        "account": {"type": "str"},
    }


def main() -> None:
    spec = {**ACCOUNTS_ARGS, **argument_spec()}
    run(aws_module(spec, required_one_of=[("name", "window_id")]), manage_window)


if __name__ == "__main__":
    main()
