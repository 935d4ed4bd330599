# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task of a maintenance window hands to the command or action that it starts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

_REFERENCE = re.compile(r"\{\{\s*([A-Za-z:_]+)\s*\}\}")
_OF_KIND = {"RUN_COMMAND": "RunCommand", "AUTOMATION": "Automation"}


def action_parameters(task: Mapping[str, Any]) -> dict[str, list[str]]:
    """The parameters that a task gives to its document. ``TaskParameters`` counts where nothing newer is said."""
    kind = _OF_KIND.get(task["TaskType"], "")
    newer = (task.get("TaskInvocationParameters") or {}).get(kind)
    if newer is not None:
        return {name: list(values) for name, values in (newer.get("Parameters") or {}).items()}
    return {name: list(value.get("Values") or []) for name, value in (task.get("TaskParameters") or {}).items()}


def filled(texts: Sequence[str], values: Mapping[str, str]) -> list[str]:
    """Texts with pseudo parameters replaced; what is not one stays (a parameter of the document)."""
    return [_REFERENCE.sub(lambda match: values.get(match[1], match[0]), text) for text in texts]


def command_request(task: Mapping[str, Any], node_ids: Sequence[str], values: Mapping[str, str]) -> dict[str, Any]:
    """SendCommand's request for a task of the type RUN_COMMAND."""
    newer = (task.get("TaskInvocationParameters") or {}).get("RunCommand")
    logging = task.get("LoggingInfo") or {}
    older = {"OutputS3BucketName": logging.get("S3BucketName"), "OutputS3KeyPrefix": logging.get("S3KeyPrefix")}
    request = {
        **(older if newer is None else newer),
        "DocumentName": task["TaskArn"],
        "InstanceIds": list(node_ids),
        "Parameters": {name: filled(items, values) for name, items in action_parameters(task).items()},
        "MaxConcurrency": task.get("MaxConcurrency"),
        "MaxErrors": task.get("MaxErrors"),
        "AlarmConfiguration": task.get("AlarmConfiguration"),
    }
    return {name: value for name, value in request.items() if value is not None}
