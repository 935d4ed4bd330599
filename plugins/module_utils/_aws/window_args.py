# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of maintenance windows, their targets and their tasks, which several modules have."""

from __future__ import annotations

from typing import Any

from .target_lists import ALARM_ARGS, KEY_VALUES_ARGS

RESOURCE_TYPES = ("INSTANCE", "RESOURCE_GROUP")
"""What a target may be (service model: MaintenanceWindowResourceType)."""

TASK_TYPES = ("RUN_COMMAND", "AUTOMATION", "LAMBDA", "STEP_FUNCTIONS")
"""What a task may be (service model: MaintenanceWindowTaskType)."""

CUTOFF_BEHAVIORS = ("CONTINUE_TASK", "CANCEL_TASK")
"""What becomes of a task at the cutoff (service model: MaintenanceWindowTaskCutoffBehavior)."""

_TARGET_LIST: dict[str, Any] = {"type": "list", "elements": "dict", "options": KEY_VALUES_ARGS}

TARGET_ARGS: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "resource_type": {"type": "str", "choices": list(RESOURCE_TYPES)},
    "targets": _TARGET_LIST,
    "description": {"type": "str"},
    "owner_information": {"type": "str"},
}
"""Options of one target of a window."""

RUN_COMMAND_ARGS: dict[str, Any] = {
    "parameters": {"type": "dict"},
    "document_version": {"type": "str"},
    "document_hash": {"type": "str"},
    "document_hash_type": {"type": "str", "choices": ["Sha256", "Sha1"]},
    "comment": {"type": "str"},
    "timeout_seconds": {"type": "int"},
    "service_role_arn": {"type": "str"},
    "output_s3_bucket_name": {"type": "str"},
    "output_s3_key_prefix": {"type": "str", "no_log": False},
    "notification_config": {
        "type": "dict",
        "options": {
            "notification_arn": {"type": "str"},
            "notification_events": {
                "type": "list",
                "elements": "str",
                "choices": ["All", "InProgress", "Success", "TimedOut", "Cancelled", "Failed"],
            },
            "notification_type": {"type": "str", "choices": ["Command", "Invocation"]},
        },
    },
    "cloud_watch_output_config": {
        "type": "dict",
        "options": {
            "cloud_watch_log_group_name": {"type": "str"},
            "cloud_watch_output_enabled": {"type": "bool"},
        },
    },
}
"""Options of the invocation of a RUN_COMMAND task."""

INVOCATION_ARGS: dict[str, Any] = {
    "run_command": {"type": "dict", "options": RUN_COMMAND_ARGS},
    "automation": {
        "type": "dict",
        "options": {"document_version": {"type": "str"}, "parameters": {"type": "dict"}},
    },
    "lambda": {
        "type": "dict",
        "options": {
            "client_context": {"type": "str"},
            "qualifier": {"type": "str"},
            "payload": {"type": "json"},
        },
    },
    "step_functions": {
        "type": "dict",
        "options": {"name": {"type": "str"}, "input": {"type": "json"}},
    },
}
"""Options of a task's invocation, one for each type of task."""

TASK_ARGS: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "task_type": {"type": "str", "choices": list(TASK_TYPES)},
    "task_arn": {"type": "str"},
    "window_targets": {"type": "list", "elements": "str"},
    "targets": _TARGET_LIST,
    "priority": {"type": "int"},
    "max_concurrency": {"type": "str"},
    "max_errors": {"type": "str"},
    "cutoff_behavior": {"type": "str", "choices": list(CUTOFF_BEHAVIORS)},
    "service_role_arn": {"type": "str"},
    "description": {"type": "str"},
    "alarm_configuration": {"type": "dict", "options": ALARM_ARGS},
    "task_invocation_parameters": {"type": "dict", "options": INVOCATION_ARGS},
}
"""Options of one task of a window."""

WINDOW_ARGS: dict[str, Any] = {
    "name": {"type": "str"},
    "description": {"type": "str"},
    "schedule": {"type": "str"},
    "schedule_timezone": {"type": "str"},
    "schedule_offset": {"type": "int"},
    "duration": {"type": "int"},
    "cutoff": {"type": "int"},
    "allow_unassociated_targets": {"type": "bool"},
    "enabled": {"type": "bool"},
    "start_date": {"type": "str"},
    "end_date": {"type": "str"},
    "targets": {"type": "list", "elements": "dict", "options": TARGET_ARGS},
    "purge_targets": {"type": "bool", "default": True},
    "tasks": {"type": "list", "elements": "dict", "options": TASK_ARGS},
    "purge_tasks": {"type": "bool", "default": True},
    "tags": {"type": "dict"},
    "purge_tags": {"type": "bool", "default": True},
}
"""Options that say what a window is to be."""
