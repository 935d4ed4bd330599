# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of ``ssm_association``."""

from __future__ import annotations

from typing import Any

from .association_model import SEVERITIES
from .target_lists import ALARM_ARGS, KEY_VALUES_ARGS

_TEXT = {"type": "str"}
_TEXTS = {"type": "list", "elements": "str"}
_TARGETS = {"type": "list", "elements": "dict", "options": KEY_VALUES_ARGS}


def association_args() -> dict[str, Any]:
    """The argument spec, without what all modules of AWS have."""
    return {
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "association_name": _TEXT,
        "association_id": _TEXT,
        "name": _TEXT,
        "document_version": _TEXT,
        "parameters": {"type": "dict"},
        "targets": _TARGETS,
        "target_maps": {"type": "list", "elements": "dict"},
        "target_locations": {"type": "list", "elements": "dict", "options": _location_args()},
        "automation_target_parameter_name": _TEXT,
        "schedule_expression": _TEXT,
        "schedule_offset": {"type": "int"},
        "apply_only_at_cron_interval": {"type": "bool"},
        "calendar_names": _TEXTS,
        "duration": {"type": "int"},
        "max_concurrency": _TEXT,
        "max_errors": _TEXT,
        "compliance_severity": {"type": "str", "choices": list(SEVERITIES)},
        "sync_compliance": {"type": "str", "choices": ["AUTO", "MANUAL"]},
        "output_location": {"type": "dict", "options": {"s3_location": {"type": "dict", "options": _bucket_args()}}},
        "alarm_configuration": {"type": "dict", "options": ALARM_ARGS},
        "association_dispatch_assume_role": _TEXT,
        "tags": {"type": "dict"},
        "purge_tags": {"type": "bool", "default": True},
        "account": _TEXT,
    }


def _location_args() -> dict[str, Any]:
    return {
        "accounts": _TEXTS,
        "regions": _TEXTS,
        "execution_role_name": _TEXT,
        "target_location_max_concurrency": _TEXT,
        "target_location_max_errors": _TEXT,
        "include_child_organization_units": {"type": "bool"},
        "exclude_accounts": _TEXTS,
        "targets": _TARGETS,
        "targets_max_concurrency": _TEXT,
        "targets_max_errors": _TEXT,
    }


def _bucket_args() -> dict[str, Any]:
    return {
        "output_s3_bucket_name": _TEXT,
        "output_s3_key_prefix": {"type": "str", "no_log": False},
        "output_s3_region": _TEXT,
    }
