#!/usr/bin/python
# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: ssm_patch_policy
short_description: Bring patch baselines, patch groups and maintenance windows into force in many accounts and regions
version_added: 0.1.0
author:
  - hybridops.patching contributors (@hybridops)
description:
  - Does for many baselines, patch groups and maintenance windows, in many accounts and regions side by side, what
    M(hybridops.patching.ssm_patch_baseline), M(hybridops.patching.ssm_patch_group) and
    M(hybridops.patching.ssm_maintenance_window) do for one.
  - Everything is read and planned before the first write. What is not named is left alone, but for the windows that
    O(purge_windows) means.
  - In each account and region each kind is listed once; what the lists omit is read of what is named.
  - The filter P(hybridops.patching.patch_baselines#filter) makes the lists from a policy.
options:
  baselines:
    description:
      - Baselines to make or to change, each found by its name and operating system.
    type: list
    elements: dict
    default: []
    suboptions:
      account:
        description: The account, that of the module's credentials when unset.
        type: str
      region:
        description: The region, that of the module when unset.
        type: str
      name:
        description: The baseline's name.
        type: str
        required: true
      operating_system:
        description: The operating system whose patches the baseline decides on.
        type: str
        required: true
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
      description:
        description: Description of the baseline.
        type: str
      approval_rules:
        description: Rules by which patches are approved. The list is set as a whole.
        type: list
        elements: dict
        suboptions:
          patch_filters:
            description: What a patch has to match, all filters of the list.
            type: list
            elements: dict
            required: true
            suboptions:
              key:
                description: What is compared, such as V(PRODUCT), V(CLASSIFICATION), V(SEVERITY) or V(MSRC_SEVERITY).
                type: str
                required: true
              values:
                description: The values of which one has to match; V(*) matches all.
                type: list
                elements: str
                required: true
          approve_after_days:
            description:
              - After how many days since their release patches are approved. Excludes
                O(baselines[].approval_rules[].approve_until_date).
            type: int
          approve_until_date:
            description: Patches released until this day are approved, V(YYYY-MM-DD).
            type: str
          compliance_level:
            description: How severe it is that such a patch is missing. The service takes V(UNSPECIFIED) when unset.
            type: str
            choices:
              - CRITICAL
              - HIGH
              - MEDIUM
              - LOW
              - INFORMATIONAL
              - UNSPECIFIED
          enable_non_security:
            description: Whether updates that concern no security are approved too. Only for Linux.
            type: bool
      approved_patches:
        description: Patches approved explicitly. V([]) empties the list.
        type: list
        elements: str
      approved_patches_enable_non_security:
        description: Whether the list of approved patches may hold updates that concern no security. Only for Linux.
        type: bool
      rejected_patches:
        description: Patches rejected explicitly, which wins over everything else. V([]) empties the list.
        type: list
        elements: str
      rejected_patches_action:
        description: Whether a rejected patch may be installed as a dependency of another.
        type: str
        choices: [ALLOW_AS_DEPENDENCY, BLOCK]
      global_filters:
        description: What patches have to match to be considered at all. V([]) empties the list.
        type: list
        elements: dict
        suboptions:
          key:
            description: What is compared, such as V(PRODUCT), V(CLASSIFICATION), V(SEVERITY) or V(MSRC_SEVERITY).
            type: str
            required: true
          values:
            description: The values of which one has to match; V(*) matches all.
            type: list
            elements: str
            required: true
      sources:
        description:
          - Repositories to use instead of those that are set up on the nodes. Only for Linux. V([]) empties the list.
          - They are shown in results and differences, and to whoever may read the baseline, so they are no place for a
            password.
        type: list
        elements: dict
        suboptions:
          name:
            description: Name of the source.
            type: str
            required: true
          products:
            description: The releases of the operating system that it is for.
            type: list
            elements: str
            required: true
          configuration:
            description: The repository's definition, in the form of the package manager.
            type: str
            required: true
      tags:
        description: Tags of the baseline. Others that it has are kept.
        type: dict
  groups:
    description:
      - Patch groups and the baselines to register for them. A baseline that is registered for an operating system gives
        way to another one; those of operating systems that are not named stay.
    type: list
    elements: dict
    default: []
    suboptions:
      account:
        description: The account, that of the module's credentials when unset.
        type: str
      region:
        description: The region, that of the module when unset.
        type: str
      patch_group:
        description: The patch group.
        type: str
        required: true
      baselines:
        description:
          - Names or ids of baselines of this account and region, at most one for each operating system. They may be
            those of O(baselines). A name that several of O(baselines) have stands for all of them.
        type: list
        elements: str
        required: true
  windows:
    description:
      - Maintenance windows to make or to change, each found by its name. What is not set stays as it is.
    type: list
    elements: dict
    default: []
    suboptions:
      account:
        description: The account, that of the module's credentials when unset.
        type: str
      region:
        description: The region, that of the module when unset.
        type: str
      name:
        description: The window's name.
        type: str
        required: true
      description:
        description:
          - Description of the window. V("") removes it.
        type: str
      schedule:
        description:
          - When the window opens, as C(cron(minutes hours day-of-month month day-of-week year)), C(rate(number unit))
            or C(at(yyyy-mm-ddThh:mm:ss)). Required to make a window.
          - Write names of weekdays. Numbers are allowed, but V(1) is Sunday here.
        type: str
      schedule_timezone:
        description:
          - Time zone of O(windows[].schedule), a name of the IANA database. The service takes UTC when unset. V("")
            removes it.
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
          - Hours before the end from which on no task is started, 0 to 23 and less than O(windows[].duration).
            Required to make a window.
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
          - Targets of the window. V([]) together with O(windows[].purge_targets=true) removes all.
        type: list
        elements: dict
        suboptions:
          name:
            description: Name of the target.
            type: str
            required: true
          resource_type:
            description:
              - What the target is. A new one is V(RESOURCE_GROUP) when unset and its keys are those of resource
                groups, else V(INSTANCE).
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
                  - What is compared, such as V(tag:Patch Group), V(tag-key), V(InstanceIds), V(resource-groups:Name)
                    or V(resource-groups:ResourceTypeFilters).
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
          - Whether targets that are not in O(windows[].targets) are removed. Without effect when O(windows[].targets)
            is not set.
          - A target that a task still refers to is not removed; this is an error.
        type: bool
        default: true
      tasks:
        description:
          - Tasks of the window. V([]) together with O(windows[].purge_tasks=true) removes all.
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
              - What is run, the name or ARN of a document, or the ARN of a function or state machine. Required for a
                new task.
            type: str
          window_targets:
            description:
              - Names of targets of this window on which the task runs.
              - With O(windows[].tasks[].targets) all targets of the task. When one of both is set, the other counts
                as empty.
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
              - Tasks with a lower number are started first, tasks with the same number together. V(1) for a new task
                when unset.
              - A later task does not depend on whether an earlier one succeeded.
            type: int
          max_concurrency:
            description:
              - On how many nodes the task runs at the same time, a number or a percentage. Required with targets, and
                not possible without.
            type: str
          max_errors:
            description:
              - After how many errors the task is started on no further node, a number or a percentage. Required with
                targets, and not possible without.
            type: str
          cutoff_behavior:
            description:
              - What becomes of the task when the window's cutoff comes. The service takes V(CONTINUE_TASK) when
                unset.
            type: str
            choices: [CONTINUE_TASK, CANCEL_TASK]
          service_role_arn:
            description:
              - Role that the service assumes for the task. Without one, and with V(""), it takes its service-linked
                role.
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
              - What the task is invoked with, under the name of its type. It is set as a whole, so that what is not
                named in it is removed; V({}) removes all.
              - Whoever may read the window can read this, and it is shown in results and differences. It is no place
                for secrets.
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
                    description: How O(windows[].tasks[].task_invocation_parameters.run_command.document_hash) was made.
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
          - Whether tasks that are not in O(windows[].tasks) are removed. Without effect when O(windows[].tasks) is
            not set.
        type: bool
        default: true
      tags:
        description: Tags of the window. Others that it has are kept.
        type: dict
  purge_windows:
    description:
      - Maintenance windows that are deleted unless O(windows) names them at this place. They have to fit both parts of
        an entry, so that windows of others are left alone.
      - They are deleted before anything else is written.
    type: list
    elements: dict
    default: []
    suboptions:
      account:
        description: The account, that of the module's credentials when unset.
        type: str
      region:
        description: The region, that of the module when unset.
        type: str
      name_prefix:
        description: What their names begin with.
        type: str
        required: true
      tags:
        description: Tags that they have, all of these.
        type: dict
        required: true
  unknown_windows:
    description:
      - Maintenance windows that are told of, and left alone, when neither O(windows) names them nor O(purge_windows)
        deletes them. They fit one of the names, and have the tag with a value and a name that
        O(unknown_windows[].known) does not explain. So a window is found that was made with names or tags which are no
        longer used.
      - The tags of a window are asked for when its name fits, one request each.
    type: list
    elements: dict
    default: []
    suboptions:
      account:
        description: The account, that of the module's credentials when unset.
        type: str
      region:
        description: The region, that of the module when unset.
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
        description: What the names of windows begin with that are no news, by the value of the tag.
        type: dict
        default: {}
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
seealso:
  - module: hybridops.patching.ssm_patch_baseline
  - module: hybridops.patching.ssm_patch_group
  - module: hybridops.patching.ssm_maintenance_window
  - plugin: hybridops.patching.patch_baselines
    plugin_type: filter
"""

EXAMPLES = r"""
- name: One baseline for Red Hat and its registration, in two accounts
  hybridops.patching.ssm_patch_policy:
    region: eu-central-1
    accounts:
      "111111111111": {role_arn: "arn:aws:iam::111111111111:role/patching"}
      "222222222222": {role_arn: "arn:aws:iam::222222222222:role/patching"}
    baselines:
      - account: "111111111111"
        name: test-redhat
        operating_system: REDHAT_ENTERPRISE_LINUX
        approval_rules:
          - patch_filters:
              - {key: CLASSIFICATION, values: [Security]}
            approve_after_days: 0
      - account: "222222222222"
        name: prod-redhat
        operating_system: REDHAT_ENTERPRISE_LINUX
        approval_rules:
          - patch_filters:
              - {key: CLASSIFICATION, values: [Security]}
            approve_after_days: 14
    groups:
      - account: "111111111111"
        patch_group: patch_test_0600_batch_1
        baselines: [test-redhat]
      - account: "222222222222"
        patch_group: patch_prod_0600_batch_1
        baselines: [prod-redhat]

- name: A window that scans both, in place of all other windows of this environment
  hybridops.patching.ssm_patch_policy:
    region: eu-central-1
    accounts:
      "111111111111": {role_arn: "arn:aws:iam::111111111111:role/patching"}
    windows:
      - account: "111111111111"
        name: test-scan
        schedule: cron(0 0/4 * * ? *)
        schedule_timezone: Europe/Zurich
        duration: 1
        cutoff: 0
        targets:
          - name: nodes
            targets: [{key: "tag:Patch Group", values: [patch_test_0600_batch_1, patch_test_0600_batch_2]}]
        tasks:
          - name: scan
            task_type: RUN_COMMAND
            task_arn: AWS-RunPatchBaseline
            window_targets: [nodes]
            max_concurrency: 100%
            max_errors: 100%
            task_invocation_parameters:
              run_command: {parameters: {Operation: Scan}}
        tags: {environment: test}
    purge_windows:
      - account: "111111111111"
        name_prefix: test-
        tags: {environment: test}
"""

RETURN = r"""
baselines:
  description: The baselines in the order of O(baselines), in check mode as they will be.
  returned: always
  type: list
  elements: dict
  contains:
    account:
      description: The account.
      type: str
      returned: always
    region:
      description: The region.
      type: str
      returned: always
    name:
      description: Its name.
      type: str
      returned: always
    baseline_id:
      description: Its id, empty in check mode when it would be created.
      type: str
      returned: always
    operating_system:
      description: Its operating system.
      type: str
      returned: always
    changed:
      description: Whether it was made or changed.
      type: bool
      returned: always
groups:
  description: The patch groups in the order of O(groups), in check mode as they will be.
  returned: always
  type: list
  elements: dict
  contains:
    account:
      description: The account.
      type: str
      returned: always
    region:
      description: The region.
      type: str
      returned: always
    patch_group:
      description: Its name.
      type: str
      returned: always
    baselines:
      description: Baselines registered for it, each with V(operating_system), V(baseline_id) and V(name).
      type: list
      elements: dict
      returned: always
    changed:
      description: Whether a registration was changed.
      type: bool
      returned: always
windows:
  description: The windows in the order of O(windows), in check mode as they will be.
  returned: always
  type: list
  elements: dict
  contains:
    account:
      description: The account.
      type: str
      returned: always
    region:
      description: The region.
      type: str
      returned: always
    name:
      description: Its name.
      type: str
      returned: always
    window_id:
      description: Its id, empty in check mode when it would be created.
      type: str
      returned: always
    enabled:
      description: Whether it is enabled. There is a warning about one that is not when O(windows[].enabled) is unset.
      type: bool
      returned: always
    next_execution_time:
      description: When it opens next, as the service says. Empty for one that was made or changed.
      type: str
      returned: always
    changed:
      description: Whether it was made or changed.
      type: bool
      returned: always
removed_windows:
  description: The windows that were deleted by O(purge_windows), in check mode those that would be.
  returned: always
  type: list
  elements: dict
  contains:
    account:
      description: The account.
      type: str
      returned: always
    region:
      description: The region.
      type: str
      returned: always
    name:
      description: Its name.
      type: str
      returned: always
    window_id:
      description: Its id.
      type: str
      returned: always
    changed:
      description: Always true.
      type: bool
      returned: always
unknown_windows:
  description: The windows that O(unknown_windows) means. There is a warning about each.
  returned: always
  type: list
  elements: dict
  contains:
    account:
      description: The account.
      type: str
      returned: always
    region:
      description: The region.
      type: str
      returned: always
    name:
      description: Its name.
      type: str
      returned: always
    window_id:
      description: Its id.
      type: str
      returned: always
    enabled:
      description: Whether it is enabled.
      type: bool
      returned: always
lines:
  description: What holds in each account and region and what was done for it, in check mode would be, to show.
  returned: always
  type: list
  elements: str
"""

from ansible_collections.hybridops.patching.plugins.module_utils._aws.baseline_args import (
    FILTER_ARGS,
    RULE_ARGS,
    RULE_EXCLUDES,
    SOURCE_ARGS,
)
from ansible_collections.hybridops.patching.plugins.module_utils._aws.baseline_model import SYSTEMS
from ansible_collections.hybridops.patching.plugins.module_utils._aws.module import ACCOUNTS_ARGS, aws_module, run
from ansible_collections.hybridops.patching.plugins.module_utils._aws.patch_policy import apply_policy
from ansible_collections.hybridops.patching.plugins.module_utils._aws.window_args import WINDOW_ARGS


def main() -> None:
    place = {"account": {"type": "str"}, "region": {"type": "str"}}
    baseline = {
        **place,
        "name": {"type": "str", "required": True},
        "operating_system": {"type": "str", "required": True, "choices": list(SYSTEMS)},
        "description": {"type": "str"},
        "approval_rules": {
            "type": "list",
            "elements": "dict",
            "options": RULE_ARGS,
            "mutually_exclusive": RULE_EXCLUDES,
        },
        "approved_patches": {"type": "list", "elements": "str"},
        "approved_patches_enable_non_security": {"type": "bool"},
        "rejected_patches": {"type": "list", "elements": "str"},
        "rejected_patches_action": {"type": "str", "choices": ["ALLOW_AS_DEPENDENCY", "BLOCK"]},
        "global_filters": {"type": "list", "elements": "dict", "options": FILTER_ARGS},
        "sources": {"type": "list", "elements": "dict", "options": SOURCE_ARGS},
        "tags": {"type": "dict"},
    }
    group = {
        **place,
        "patch_group": {"type": "str", "required": True},
        "baselines": {"type": "list", "elements": "str", "required": True},
    }
    window = {
        **place,
        **{name: spec for name, spec in WINDOW_ARGS.items() if name != "purge_tags"},
        "name": {"type": "str", "required": True},
    }
    purge = {
        **place,
        "name_prefix": {"type": "str", "required": True},
        "tags": {"type": "dict", "required": True},
    }
    unknown = {
        **place,
        "names": {"type": "list", "elements": "str", "required": True},
        "tag_key": {"type": "str", "required": True, "no_log": False},
        "known": {"type": "dict", "default": {}},
    }
    spec = {
        "baselines": {"type": "list", "elements": "dict", "default": [], "options": baseline},
        "groups": {"type": "list", "elements": "dict", "default": [], "options": group},
        "windows": {"type": "list", "elements": "dict", "default": [], "options": window},
        "purge_windows": {"type": "list", "elements": "dict", "default": [], "options": purge},
        "unknown_windows": {"type": "list", "elements": "dict", "default": [], "options": unknown},
    }
    run(aws_module({**ACCOUNTS_ARGS, **spec}), apply_policy)


if __name__ == "__main__":
    main()
