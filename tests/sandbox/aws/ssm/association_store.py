# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""State Manager associations with their versions and executions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ...machines import Machine
from ..errors import ServiceError
from ..world import Call, World
from .nodes import targeted

SETTINGS = (
    "Name",
    "DocumentVersion",
    "Parameters",
    "Targets",
    "ScheduleExpression",
    "OutputLocation",
    "AssociationName",
    "AutomationTargetParameterName",
    "MaxErrors",
    "MaxConcurrency",
    "ComplianceSeverity",
    "SyncCompliance",
    "ApplyOnlyAtCronInterval",
    "CalendarNames",
    "TargetLocations",
    "ScheduleOffset",
    "Duration",
    "TargetMaps",
    "AlarmConfiguration",
    "AssociationDispatchAssumeRole",
)
"""What Create and Update set; each version has its own."""
LISTED = (
    "Name",
    "DocumentVersion",
    "Targets",
    "ScheduleExpression",
    "AssociationName",
    "ScheduleOffset",
    "Duration",
    "TargetMaps",
)
"""What ListAssociations tells of them."""
PENDING, RUNNING = "Pending", "InProgress"


@dataclass(slots=True)
class Version:
    """What an association was to do from ``created`` on."""

    number: str
    settings: Mapping[str, Any]
    created: datetime


@dataclass(slots=True)
class TargetRun:
    """One target of an execution. ``command_id`` is empty as long as nothing was sent to it."""

    resource_id: str
    status: str = PENDING
    details: str = PENDING
    command_id: str = ""
    ended: datetime | None = None
    output_url: str = ""
    summary: str = ""


@dataclass(slots=True)
class Execution:
    """One run of a version."""

    execution_id: str
    version: str
    created: datetime
    status: str = PENDING
    details: str = PENDING
    ended: datetime | None = None
    targets: dict[str, TargetRun] = field(default_factory=dict)

    def counts(self) -> dict[str, int]:
        """How many targets have which status."""
        return dict(Counter(target.status for target in self.targets.values()))


@dataclass(slots=True)
class Association:
    """One association. ``instance_id`` only for those that were made for one node in the old way."""

    association_id: str
    created: datetime
    versions: list[Version]
    instance_id: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    executions: list[Execution] = field(default_factory=list)

    @property
    def current(self) -> Version:
        """The newest version."""
        return self.versions[-1]

    @property
    def settings(self) -> Mapping[str, Any]:
        """Those of the newest version."""
        return self.current.settings

    def version(self, wanted: str | None) -> Version:
        """By number or ``$LATEST``. Raises ServiceError InvalidAssociationVersion."""
        if not wanted or wanted == "$LATEST":
            return self.current
        found = next((version for version in self.versions if version.number == wanted), None)
        if found is None:
            raise ServiceError("InvalidAssociationVersion", f"The association has no version {wanted}")
        return found

    def machines(self, call: Call) -> list[Machine]:
        """The nodes that meet its targets now."""
        return targeted(call, self.settings.get("Targets") or []) if self.settings.get("Targets") else []

    def last(self, statuses: Iterable[str] = ()) -> Execution | None:
        """The newest execution that has ended, of those with one of the statuses if any are given."""
        wanted = tuple(statuses)
        ended = [item for item in self.executions if item.ended and (not wanted or item.status in wanted)]
        return ended[-1] if ended else None

    def overview(self) -> dict[str, Any]:
        """How the newest execution stands."""
        if not self.executions:
            return {"Status": PENDING, "DetailedStatus": "Creating"}
        newest = self.executions[-1]
        status = PENDING if newest.status == RUNNING else newest.status
        return {
            "Status": status,
            "DetailedStatus": newest.details,
            "AssociationStatusAggregatedCount": newest.counts(),
        }

    def times(self) -> dict[str, Any]:
        """When it ran last."""
        last, good = self.last(), self.last(("Success",))
        return {
            "LastExecutionDate": last.ended if last else None,
            "LastSuccessfulExecutionDate": good.ended if good else None,
        }

    def shape(self) -> dict[str, Any]:
        """Member of ListAssociations' answer."""
        return {
            "AssociationId": self.association_id,
            "AssociationVersion": self.current.number,
            "InstanceId": self.instance_id or None,
            "Overview": self.overview(),
            "LastExecutionDate": self.times()["LastExecutionDate"],
            **{name: self.settings.get(name) for name in LISTED},
        }

    def description(self, version: Version) -> dict[str, Any]:
        """AssociationDescription."""
        return {
            "AssociationId": self.association_id,
            "AssociationVersion": version.number,
            "InstanceId": self.instance_id or None,
            "Date": self.created,
            "LastUpdateAssociationDate": version.created,
            "Overview": self.overview(),
            **self.times(),
            **{name: version.settings.get(name) for name in SETTINGS},
        }


class AssociationStore:
    """The associations of an account in a region."""

    def __init__(self, world: World, account: str, region: str) -> None:
        self.associations: dict[str, Association] = {}

    def get(self, association_id: str) -> Association:
        """By id. Raises ServiceError."""
        found = self.associations.get(association_id)
        if found is None:
            raise ServiceError("AssociationDoesNotExist", "The specified association doesn't exist.")
        return found

    def named(self, params: Mapping[str, Any]) -> Association:
        """By id, or in the old way by document and node. Raises ServiceError."""
        if params.get("AssociationId"):
            return self.get(params["AssociationId"])
        for association in self.associations.values():
            if (
                association.instance_id
                and association.instance_id == params.get("InstanceId")
                and association.settings["Name"] == params.get("Name")
            ):
                return association
        raise ServiceError("AssociationDoesNotExist", "The specified association doesn't exist.")


def association_status(call: Call, machine: Machine) -> str | None:
    """The status that the node's information shows: the worst of its associations; None without any."""
    found = [
        association.executions[-1].targets[machine.node_id].status
        if association.executions and machine.node_id in association.executions[-1].targets
        else PENDING
        for association in call.store(AssociationStore).associations.values()
        if machine in association.machines(call)
    ]
    return next((status for status in ("Failed", "TimedOut", PENDING, RUNNING, "Success") if status in found), None)
