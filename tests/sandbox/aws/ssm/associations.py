# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""State Manager associations: created, listed, told by node. The sandbox keeps them and does not run them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ...machines import Machine
from ..errors import ServiceError
from ..paging import page
from ..world import Call, World, operation

_KEPT = (
    "Name",
    "DocumentVersion",
    "AssociationName",
    "ScheduleExpression",
    "ScheduleOffset",
    "Parameters",
    "MaxErrors",
    "MaxConcurrency",
    "ComplianceSeverity",
    "SyncCompliance",
    "ApplyOnlyAtCronInterval",
    "CalendarNames",
)


@dataclass(slots=True)
class Association:
    """One association. ``request``: what CreateAssociation was asked."""

    association_id: str
    request: Mapping[str, Any]
    created: datetime
    targets: list[dict[str, Any]]

    def meets(self, machine: Machine) -> bool:
        """Whether the node is one of its targets: all targets are to be met."""
        for target in self.targets:
            key, values = str(target.get("Key")), target.get("Values") or []
            if key == "InstanceIds":
                met = "*" in values or machine.node_id in values
            else:
                met = key.startswith("tag:") and machine.tags.get(key[4:]) in values
            if not met:
                return False
        return bool(self.targets)

    def shape(self) -> dict[str, Any]:
        """Member of ListAssociations' answer."""
        return {
            "Name": self.request["Name"],
            "AssociationId": self.association_id,
            "AssociationVersion": "1",
            "DocumentVersion": self.request.get("DocumentVersion"),
            "Targets": self.targets,
            "InstanceId": self.request.get("InstanceId"),
            "Overview": {"Status": "Pending", "DetailedStatus": "Creating"},
            "ScheduleExpression": self.request.get("ScheduleExpression"),
            "AssociationName": self.request.get("AssociationName"),
            "ScheduleOffset": self.request.get("ScheduleOffset"),
        }


class AssociationStore:
    """The associations of an account in a region."""

    def __init__(self, world: World, account: str, region: str) -> None:
        self.associations: dict[str, Association] = {}


def association_status(call: Call, machine: Machine) -> str | None:
    """The status that the node's information shows; None without associations."""
    met = any(association.meets(machine) for association in call.store(AssociationStore).associations.values())
    return "Pending" if met else None


@operation("ssm", "CreateAssociation")
def create_association(call: Call) -> Mapping[str, Any]:
    """Keep an association for later; it never runs in the sandbox."""
    instance = call.params.get("InstanceId")
    targets = [dict(target) for target in call.params.get("Targets") or []]
    if bool(instance) == bool(targets):
        raise ServiceError("InvalidTarget", "Either InstanceId or Targets must be given, and not both")
    if instance:
        targets = [{"Key": "InstanceIds", "Values": [instance]}]
    made = Association(str(uuid.uuid4()), dict(call.params), call.world.now(), targets)
    call.store(AssociationStore).associations[made.association_id] = made
    kept = {name: call.params.get(name) for name in _KEPT}
    return {
        "AssociationDescription": kept
        | {
            "AssociationId": made.association_id,
            "AssociationVersion": "1",
            "Date": made.created,
            "Targets": targets,
            "InstanceId": instance,
            "LastUpdateAssociationDate": made.created,
            "Overview": {"Status": "Pending", "DetailedStatus": "Creating"},
        }
    }


@operation("ssm", "DeleteAssociation")
def delete_association(call: Call) -> Mapping[str, Any]:
    """Delete by id."""
    kept = call.store(AssociationStore).associations
    if kept.pop(str(call.params.get("AssociationId") or ""), None) is None:
        raise ServiceError("AssociationDoesNotExist", "The specified association doesn't exist.")
    return {}


_FILTERS = {
    "AssociationId": "AssociationId",
    "AssociationName": "AssociationName",
    "Name": "Name",
    "InstanceId": "InstanceId",
}


@operation("ssm", "ListAssociations")
def list_associations(call: Call) -> Mapping[str, Any]:
    """Associations, by id, name, document or instance."""
    found = [association.shape() for association in call.store(AssociationStore).associations.values()]
    for entry in call.params.get("AssociationFilterList") or []:
        name = _FILTERS.get(entry["key"])
        if name is None:
            raise ServiceError("ValidationException", f"The sandbox does not filter associations by {entry['key']}")
        found = [shape for shape in found if shape.get(name) == entry["value"]]
    shown, token = page(call, found, 50)
    return {"Associations": shown, "NextToken": token}


@operation("ssm", "DescribeInstanceAssociationsStatus")
def describe_instance_associations_status(call: Call) -> Mapping[str, Any]:
    """The associations that a node is a target of."""
    machine = call.machines.get(call.params["InstanceId"])
    if machine is None:
        raise ServiceError("InvalidInstanceId", f"Instance {call.params['InstanceId']} is not in a valid state")
    found = [
        {
            "AssociationId": association.association_id,
            "Name": association.request["Name"],
            "AssociationVersion": "1",
            "InstanceId": machine.node_id,
            "Status": "Pending",
            "DetailedStatus": "Creating",
            "AssociationName": association.request.get("AssociationName"),
        }
        for association in call.store(AssociationStore).associations.values()
        if association.meets(machine)
    ]
    shown, token = page(call, found, 50)
    return {"InstanceAssociationStatusInfos": shown, "NextToken": token}
