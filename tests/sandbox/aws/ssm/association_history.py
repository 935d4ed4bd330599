# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Executions of associations: asked for, and told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import ServiceError
from ..paging import page
from ..times import moment
from ..world import Call, operation
from .association_runs import run_association
from .association_store import AssociationStore, Execution, TargetRun


@operation("ssm", "StartAssociationsOnce")
def start_associations_once(call: Call) -> Mapping[str, Any]:
    """Run them now; none when one of them is not there."""
    store = call.store(AssociationStore)
    for association in [store.get(association_id) for association_id in call.params["AssociationIds"]]:
        run_association(call.world, call.account, call.region, association)
    return {}


def _meets(execution: Execution, key: str, value: str, kind: str) -> bool:
    if key == "CreatedTime":
        limit = moment(value)
        return {
            "EQUAL": execution.created == limit,
            "LESS_THAN": execution.created < limit,
            "GREATER_THAN": execution.created > limit,
        }[kind]
    if kind != "EQUAL":
        raise ServiceError("ValidationException", f"The filter {key} can only be EQUAL")
    return value == (execution.execution_id if key == "ExecutionId" else execution.status)


@operation("ssm", "DescribeAssociationExecutions")
def describe_association_executions(call: Call) -> Mapping[str, Any]:
    """The runs of one association, newest first."""
    association = call.store(AssociationStore).get(call.params["AssociationId"])
    found = association.executions[::-1]
    for entry in call.params.get("Filters") or []:
        found = [item for item in found if _meets(item, entry["Key"], entry["Value"], entry["Type"])]
    shapes = [
        {
            "AssociationId": association.association_id,
            "AssociationVersion": item.version,
            "ExecutionId": item.execution_id,
            "Status": item.status,
            "DetailedStatus": item.details,
            "CreatedTime": item.created,
            "LastExecutionDate": item.ended,
            "ResourceCountByStatus": _counted(item),
            "AlarmConfiguration": association.version(item.version).settings.get("AlarmConfiguration"),
        }
        for item in found
    ]
    shown, token = page(call, shapes, 50)
    return {"AssociationExecutions": shown, "NextToken": token}


def _counted(execution: Execution) -> str:
    return "{" + ", ".join(f"{status}={number}" for status, number in execution.counts().items()) + "}"


@operation("ssm", "DescribeAssociationExecutionTargets")
def describe_association_execution_targets(call: Call) -> Mapping[str, Any]:
    """The targets of one run."""
    association = call.store(AssociationStore).get(call.params["AssociationId"])
    wanted = call.params["ExecutionId"]
    execution = next((item for item in association.executions if item.execution_id == wanted), None)
    if execution is None:
        raise ServiceError("AssociationExecutionDoesNotExist", f"The association has no execution {wanted}")
    shapes = [
        {
            "AssociationId": association.association_id,
            "AssociationVersion": execution.version,
            "ExecutionId": execution.execution_id,
            **_target(target),
        }
        for target in execution.targets.values()
    ]
    for entry in call.params.get("Filters") or []:
        shapes = [shape for shape in shapes if shape[entry["Key"]] == entry["Value"]]
    shown, token = page(call, shapes, 50)
    return {"AssociationExecutionTargets": shown, "NextToken": token}


def _target(target: TargetRun) -> dict[str, Any]:
    source = {"OutputSourceId": target.command_id, "OutputSourceType": "RunCommand"} if target.command_id else None
    return {
        "ResourceId": target.resource_id,
        "ResourceType": "ManagedInstance",
        "Status": target.status,
        "DetailedStatus": target.details,
        "LastExecutionDate": target.ended,
        "OutputSource": source,
    }
