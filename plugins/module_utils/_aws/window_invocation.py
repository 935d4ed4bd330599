# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task of a maintenance window is invoked with, in the words of the modules' options and in those of the API."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .document_parameters import text_lists

KINDS: Mapping[str, str] = {
    "RUN_COMMAND": "run_command",
    "AUTOMATION": "automation",
    "LAMBDA": "lambda",
    "STEP_FUNCTIONS": "step_functions",
}
"""Type of task, and the option with the parameters of its invocation."""

_KIND_MEMBERS = {
    "run_command": "RunCommand",
    "automation": "Automation",
    "lambda": "Lambda",
    "step_functions": "StepFunctions",
}
_MEMBERS: Mapping[str, Mapping[str, str]] = {
    "run_command": {
        "parameters": "Parameters",
        "document_version": "DocumentVersion",
        "document_hash": "DocumentHash",
        "document_hash_type": "DocumentHashType",
        "comment": "Comment",
        "timeout_seconds": "TimeoutSeconds",
        "service_role_arn": "ServiceRoleArn",
        "output_s3_bucket_name": "OutputS3BucketName",
        "output_s3_key_prefix": "OutputS3KeyPrefix",
        "notification_config": "NotificationConfig",
        "cloud_watch_output_config": "CloudWatchOutputConfig",
    },
    "automation": {"document_version": "DocumentVersion", "parameters": "Parameters"},
    "lambda": {"client_context": "ClientContext", "qualifier": "Qualifier", "payload": "Payload"},
    "step_functions": {"name": "Name", "input": "Input"},
}
_NESTED: Mapping[str, Mapping[str, str]] = {
    "notification_config": {
        "notification_arn": "NotificationArn",
        "notification_events": "NotificationEvents",
        "notification_type": "NotificationType",
    },
    "cloud_watch_output_config": {
        "cloud_watch_log_group_name": "CloudWatchLogGroupName",
        "cloud_watch_output_enabled": "CloudWatchOutputEnabled",
    },
}
_DEFAULTS: Mapping[str, Any] = {
    "document_version": "$DEFAULT",
    "document_hash_type": "Sha256",
    "qualifier": "$LATEST",
    "timeout_seconds": 600,
}
"""What applies where nothing is set. The console and the service write it down, others do not."""

_JSON = ("payload", "input")


def stable_invocation(value: Mapping[str, Any] | None) -> dict[str, Any]:
    """The parameters without what is empty, and without order where it has no meaning."""
    kinds = {kind: _stable_kind(entry) for kind, entry in (value or {}).items() if entry}
    return {kind: entry for kind, entry in kinds.items() if entry}


def same_invocation(wanted: Mapping[str, Any], current: Mapping[str, Any]) -> bool:
    """Whether the parameters, both in stable form, are as wanted: nothing else is set but what applies anyway."""
    return all(_same_kind(wanted.get(kind) or {}, current.get(kind) or {}) for kind in wanted.keys() | current.keys())


def _same_kind(wanted: Mapping[str, Any], current: Mapping[str, Any]) -> bool:
    added = current.keys() - wanted.keys()
    return all(current[name] == _DEFAULTS.get(name) for name in added) and all(
        name in current and _comparable(name, value) == _comparable(name, current[name])
        for name, value in wanted.items()
    )


def _comparable(name: str, value: Any) -> Any:
    """The value; JSON as data, since blanks and the order of keys have no meaning in it."""
    if name not in _JSON:
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def invocation_from_api(raw: Mapping[str, Any] | None) -> dict[str, Any]:
    """TaskInvocationParameters of an answer, in the stable form of the options."""
    return stable_invocation(
        {
            kind: {name: _option(name, raw[member][inner]) for name, inner in _MEMBERS[kind].items() if inner in entry}
            for kind, member in _KIND_MEMBERS.items()
            if (entry := (raw or {}).get(member)) and raw
        }
    )


def invocation_to_api(value: Mapping[str, Any]) -> dict[str, Any]:
    """TaskInvocationParameters as the requests take them."""
    return {
        _KIND_MEMBERS[kind]: {_MEMBERS[kind][name]: _member(name, inner) for name, inner in entry.items()}
        for kind, entry in value.items()
    }


def _stable_kind(entry: Mapping[str, Any]) -> dict[str, Any]:
    values = {name: _stable_value(name, value) for name, value in entry.items() if value is not None}
    return {name: value for name, value in values.items() if value not in ("", {}, [])}


def _stable_value(name: str, value: Any) -> Any:
    if name == "parameters":
        return text_lists(value)
    if name in _NESTED:
        kept = {inner: part for inner, part in value.items() if part}
        if "notification_events" in kept:
            kept["notification_events"] = sorted(set(kept["notification_events"]))
        return kept
    return value


def _member(name: str, value: Any) -> Any:
    if name == "payload":
        return value.encode("utf-8")
    if name in _NESTED:
        return {_NESTED[name][inner]: part for inner, part in value.items()}
    return value


def _option(name: str, value: Any) -> Any:
    if name == "payload" and isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    if name in _NESTED:
        return {inner: value[member] for inner, member in _NESTED[name].items() if value.get(member) is not None}
    return value
