# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""State Manager associations: create, read, update, delete."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from ..errors import ServiceError
from ..paging import page
from ..times import moment
from ..world import Call, operation
from .association_rules import NOT_WITH_INSTANCE, check_association
from .association_runs import next_run, run_association
from .association_store import PENDING, RUNNING, SETTINGS, Association, AssociationStore, Version
from .document_store import DocumentStore
from .nodes import managed_nodes
from .resource_tags import checked_tags
from .timetable import watch

LIMIT = 2_000
"""Associations in a region."""
VERSIONS = 1_000
"""Versions of one association."""


def _settings(params: Mapping[str, Any]) -> dict[str, Any]:
    """What a request sets, and what the service says where it says nothing."""
    given = {name: params[name] for name in SETTINGS if params.get(name) is not None}
    return {"DocumentVersion": "$DEFAULT", "ApplyOnlyAtCronInterval": False} | given


def _for_instance(call: Call) -> dict[str, Any]:
    """The settings of an association in the old way. Raises ServiceError."""
    node_id, name = call.params["InstanceId"], call.params["Name"]
    for option in NOT_WITH_INSTANCE:
        if call.params.get(option) is not None:
            raise ServiceError("ValidationException", f"{option} cannot be used together with InstanceId: use Targets")
    if call.params.get("Targets"):
        raise ServiceError("InvalidTarget", "InstanceId and Targets cannot be specified together")
    if node_id not in managed_nodes(call):
        raise ServiceError("InvalidInstanceId", f"Instance {node_id} is not in a valid state")
    schema = str(call.store(DocumentStore).get(name).version().parsed.get("schemaVersion") or "1.0")
    if not schema.startswith("1."):
        raise ServiceError("InvalidDocument", f"{name} has the schema version {schema}: use Targets, not InstanceId")
    for association in call.store(AssociationStore).associations.values():
        if (association.instance_id, association.settings["Name"]) == (node_id, name):
            raise ServiceError("AssociationAlreadyExists", "The specified association already exists.")
    return _settings(call.params) | {"Targets": [{"Key": "InstanceIds", "Values": [node_id]}]}


@operation("ssm", "CreateAssociation")
def create_association(call: Call) -> Mapping[str, Any]:
    """Create one; it runs at once, unless it is only to run at its times."""
    store, now = call.store(AssociationStore), call.world.now()
    if len(store.associations) >= LIMIT:
        raise ServiceError("AssociationLimitExceeded", f"You can have at most {LIMIT} active associations.")
    settings = _for_instance(call) if call.params.get("InstanceId") else _settings(call.params)
    check_association(call, settings)
    try:
        tags = checked_tags(call.params.get("Tags") or [], {})
    except ServiceError as error:
        raise ServiceError("InvalidTag", error.message) from None
    made = Association(
        str(uuid.uuid4()), now, [Version("1", settings, now)], str(call.params.get("InstanceId") or ""), tags
    )
    store.associations[made.association_id] = made
    shown = made.description(made.current)
    _begin(call, made)
    return {"AssociationDescription": shown}


def _begin(call: Call, association: Association) -> None:
    watch(call.world)
    expression = str(association.settings.get("ScheduleExpression") or "")
    past = expression.startswith("at(") and next_run(association, call.world.now()) is None
    if past or not association.settings["ApplyOnlyAtCronInterval"]:
        run_association(call.world, call.account, call.region, association)


@operation("ssm", "UpdateAssociation")
def update_association(call: Call) -> Mapping[str, Any]:
    """A new version. What is left out is emptied, apart from the document and the targets."""
    association, now = call.store(AssociationStore).get(call.params["AssociationId"]), call.world.now()
    asked = call.params.get("AssociationVersion")
    if asked not in (None, "$LATEST", association.current.number):
        raise ServiceError("InvalidAssociationVersion", f"{asked} is not the latest version of the association")
    if len(association.versions) >= VERSIONS:
        raise ServiceError("AssociationVersionLimitExceeded", f"An association has at most {VERSIONS} versions")
    settings = _settings(call.params)
    for name in ("Name", "Targets"):
        if name not in settings and (name != "Targets" or "TargetMaps" not in settings):
            settings |= {name: association.settings.get(name)}
    check_association(call, settings)
    association.versions.append(Version(str(int(association.current.number) + 1), settings, now))
    shown = association.description(association.current) | {
        "Overview": {"Status": PENDING, "DetailedStatus": "Creating"}
    }
    _begin(call, association)
    return {"AssociationDescription": shown}


@operation("ssm", "DeleteAssociation")
def delete_association(call: Call) -> Mapping[str, Any]:
    """Delete by id, or in the old way by document and node. What runs is let run."""
    store = call.store(AssociationStore)
    del store.associations[store.named(call.params).association_id]
    return {}


@operation("ssm", "DescribeAssociation")
def describe_association(call: Call) -> Mapping[str, Any]:
    """One, in its newest version or an earlier one."""
    association = call.store(AssociationStore).named(call.params)
    version = association.version(call.params.get("AssociationVersion"))
    return {"AssociationDescription": association.description(version)}


@operation("ssm", "ListAssociationVersions")
def list_association_versions(call: Call) -> Mapping[str, Any]:
    """All versions, newest first."""
    association = call.store(AssociationStore).get(call.params["AssociationId"])
    untold = ("AutomationTargetParameterName", "AlarmConfiguration")
    shapes = [
        {
            "AssociationId": association.association_id,
            "AssociationVersion": version.number,
            "CreatedDate": version.created,
            **{name: version.settings.get(name) for name in SETTINGS if name not in untold},
        }
        for version in reversed(association.versions)
    ]
    shown, token = page(call, shapes, 50)
    return {"AssociationVersions": shown, "NextToken": token}


@operation("ssm", "ListAssociations")
def list_associations(call: Call) -> Mapping[str, Any]:
    """Associations that meet all filters. The filter InstanceId finds only those made in the old way."""
    found = list(call.store(AssociationStore).associations.values())
    for entry in call.params.get("AssociationFilterList") or []:
        found = [association for association in found if _meets(association, entry["key"], entry["value"])]
    shown, token = page(call, [association.shape() for association in found], 50)
    return {"Associations": shown, "NextToken": token}


def _meets(association: Association, key: str, value: str) -> bool:
    settings, last = association.settings, association.last()
    if key in ("LastExecutedBefore", "LastExecutedAfter"):
        limit = moment(value)
        ended = last.ended if last else None
        return ended is not None and (ended < limit if key == "LastExecutedBefore" else ended > limit)
    if key == "ResourceGroupName":
        targets = settings.get("Targets") or []
        return any(item.get("Key") == "resource-groups:Name" and value in item["Values"] for item in targets)
    offered = {
        "AssociationId": association.association_id,
        "InstanceId": association.instance_id,
        "AssociationStatusName": association.overview()["Status"],
        "Name": settings.get("Name"),
        "AssociationName": settings.get("AssociationName"),
    }
    return bool(offered.get(key) == value)


@operation("ssm", "DescribeInstanceAssociationsStatus")
def describe_instance_associations_status(call: Call) -> Mapping[str, Any]:
    """How the associations that a node is a target of stand on it."""
    machine = managed_nodes(call).get(call.params["InstanceId"])
    if machine is None:
        raise ServiceError("InvalidInstanceId", f"Instance {call.params['InstanceId']} is not in a valid state")
    found = [
        _on_node(association, machine.node_id)
        for association in call.store(AssociationStore).associations.values()
        if machine in association.machines(call)
    ]
    shown, token = page(call, found, 50)
    return {"InstanceAssociationStatusInfos": shown, "NextToken": token}


def _on_node(association: Association, node_id: str) -> dict[str, Any]:
    runs = [execution.targets[node_id] for execution in association.executions if node_id in execution.targets]
    newest = runs[-1] if runs else None
    open_now = newest is None or newest.status == RUNNING
    return {
        "AssociationId": association.association_id,
        "Name": association.settings["Name"],
        "DocumentVersion": association.settings["DocumentVersion"],
        "AssociationVersion": association.current.number,
        "InstanceId": node_id,
        "ExecutionDate": newest.ended if newest else None,
        "Status": PENDING if newest is None or open_now else newest.status,
        "DetailedStatus": newest.details if newest else "Associated",
        "ExecutionSummary": (newest.summary or None) if newest else None,
        "OutputUrl": {"S3OutputUrl": {"OutputUrl": newest.output_url}} if newest and newest.output_url else None,
        "AssociationName": association.settings.get("AssociationName"),
    }
