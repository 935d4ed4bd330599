# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of the modules that send commands with Run Command."""

from __future__ import annotations


class ModuleDocFragment:
    """Members of SendCommand, under the API's names."""

    DOCUMENTATION = r"""
options:
  document_version:
    description:
      - The document's version, such as V($DEFAULT), V($LATEST) or a number. The service takes V($DEFAULT) when unset.
    type: str
  timeout_seconds:
    description:
      - For how many seconds the service tries to deliver the command to a node. It does not bound how long it runs.
    type: int
  comment:
    description:
      - Text added to the command's comment, after the mark by which the command is found again; cut at 100 characters.
    type: str
    default: ''
  node_ids:
    description:
      - Only these of the nodes.
    type: list
    elements: str
  max_concurrency:
    description:
      - On how many nodes, or which percentage, the command runs at the same time. The service takes 50 when unset.
      - It holds for each request, which has up to 50 nodes; requests run side by side.
    type: str
  max_errors:
    description:
      - After how many failures, or which percentage, the service stops sending the command to further nodes of the same
        request. The service takes 0 when unset.
    type: str
  output_s3_bucket_name:
    description:
      - Bucket for the whole output, which nodes write with their own role.
      - Without one the service keeps the first 24,000 characters of what a step prints and 8,000 of its errors;
        O(hybridops.patching.ssm_command_info#module:full_output) reads the whole from the bucket.
    type: str
  output_s3_key_prefix:
    description:
      - Prefix of the output's keys in the bucket.
    type: str
  service_role_arn:
    description:
      - Role with which the service publishes O(notification_config).
    type: str
  notification_config:
    description:
      - Notifications about the command.
    type: dict
    suboptions:
      notification_arn:
        description: The topic of Simple Notification Service.
        type: str
        required: true
      notification_events:
        description:
          - When to notify, some of V(All), V(InProgress), V(Success), V(TimedOut), V(Cancelled) and V(Failed).
        type: list
        elements: str
      notification_type:
        description: V(Command) for the command as a whole, V(Invocation) for each node.
        type: str
  cloud_watch_output_config:
    description:
      - Output to CloudWatch Logs.
    type: dict
    suboptions:
      cloud_watch_log_group_name:
        description: The log group. The service makes one for the document when unset.
        type: str
      cloud_watch_output_enabled:
        description: Whether output goes there.
        type: bool
  alarm_configuration:
    description:
      - An alarm of CloudWatch that stops the command.
    type: dict
    suboptions:
      alarms:
        description: The alarm; the service takes one.
        type: list
        elements: dict
        required: true
        suboptions:
          name:
            description: The alarm's name.
            type: str
            required: true
      ignore_poll_alarm_failure:
        description: Whether the command goes on when the alarm's state cannot be read.
        type: bool
"""
